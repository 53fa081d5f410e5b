//! The engine's state in memory: the stored values decoded, and what a person sees, derived from them.

use super::{
    AckedEntry, EngineError, JournalEntry, Meta, OutboxEntry, OutboxState, QueuedBlob, decode,
    encode, entries::QueueFile,
};
use crate::{
    attachment::{BlobHead, BlobState},
    draft::Draft,
    environment::Seal,
    store::Contents,
    view::View,
};
use ruyuan_domain::{
    Gather, GroupId, Map, Mid, Mutation, MutationId, RecordId, ScopeId, Stamp, consts,
    order::sorted_by_key, wire::ScopePage,
};
use std::{collections::BTreeSet, rc::Rc};

/// Unsent for longer than this is called out: two days, in milliseconds.
const OVERDUE_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// How a record stands with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyncMark {
    /// The server has all of it.
    Sent,
    /// Something of it waits to be sent.
    Waiting,
    /// Something of it needs its author.
    NeedsAttention,
}

/// Everything of the local log, decoded.
#[derive(Debug)]
pub struct State {
    pub(crate) rev: u64,
    pub(crate) last_journal: u64,
    pub(crate) meta: Meta,
    pub(crate) outbox: Map<Mid, OutboxEntry>,
    pub(crate) acked: Map<MutationId, AckedEntry>,
    pub(crate) drafts: Map<RecordId, Draft>,
    pub(crate) blobs: Map<RecordId, BlobHead>,
    /// How much the journal holds, and how much the chunks do: what decides when to fold the one into the other.
    pub(super) journal_bytes: usize,
    pub(super) chunk_bytes: usize,
    /// Chunks that this tab has fetched for copies that are not shown yet, by the copy's number.
    pub(super) fetched: Vec<(u64, Rc<Vec<u8>>)>,
    pub(super) view: View,
}

/// What a follower reads after its place in the journal, decoded, or everything.
pub(super) struct Tail {
    pub(super) meta: Meta,
    pub(super) rev: u64,
    pub(super) chunks: Vec<(u64, Rc<Vec<u8>>)>,
    journal: Vec<(u64, JournalEntry)>,
    journal_bytes: usize,
    outbox: Map<Mid, OutboxEntry>,
    acked: Map<MutationId, AckedEntry>,
    drafts: Map<RecordId, Draft>,
    blobs: Map<RecordId, BlobHead>,
}

impl State {
    /// Decodes and replays everything; `None` for a new database.
    pub(super) async fn read(
        contents: Contents,
        seal: &impl Seal,
    ) -> Result<Option<Self>, EngineError> {
        if contents.meta.is_none() {
            return Ok(None);
        }
        let tail = Self::decode_tail(contents, seal).await?;
        Ok(Some(Self::replay(tail)))
    }

    /// A local log that holds nothing but this.
    pub(super) fn empty(meta: Meta, last_journal: u64) -> Self {
        Self {
            rev: 0,
            last_journal,
            meta,
            outbox: Map::new(),
            acked: Map::new(),
            drafts: Map::new(),
            blobs: Map::new(),
            journal_bytes: 0,
            chunk_bytes: 0,
            fetched: Vec::new(),
            view: View::default(),
        }
    }

    /// Replays everything that was read.
    pub(super) fn replay(mut tail: Tail) -> Self {
        let mut state = Self::empty(tail.meta.clone(), 0);
        let chunks = std::mem::take(&mut tail.chunks);
        let mut scopes: Vec<(u64, Rc<ScopeId>)> = Vec::new();
        for (scope, track) in tail.meta.tracks.iter() {
            scopes.push((track.generation, Rc::new(scope.clone())));
        }
        for (generation, chunk) in chunks {
            // What belongs to no copy that is shown is being loaded, or was given up.
            if let Some((_, scope)) = scopes
                .iter()
                .find(|(shown, _)| *shown == generation && generation > 0)
            {
                state.chunk_bytes += chunk.len();
                state.view.take_chunk(scope, chunk);
            }
        }
        state.take_tail(tail);
        state
    }

    /// Opens every value, then reads them: one wait for all kinds of value, and the reading is no part of it.
    pub(super) async fn decode_tail(
        mut contents: Contents,
        seal: &impl Seal,
    ) -> Result<Tail, EngineError> {
        for value in contents.values_mut() {
            *value = seal.open(std::mem::take(value)).await?;
        }
        Self::read_tail(contents)
    }

    fn read_tail(contents: Contents) -> Result<Tail, EngineError> {
        let meta = contents.meta.as_deref().unwrap_or_default();
        let meta: Meta = decode("meta", meta)?;
        if meta.schema > consts::SCHEMA {
            return Err(crate::store::StoreError::Newer.into());
        }
        let mut tail = Tail {
            meta: meta.migrated(),
            rev: contents.rev,
            chunks: Vec::with_capacity(contents.chunks.len()),
            journal: Vec::with_capacity(contents.journal.len()),
            journal_bytes: 0,
            outbox: Map::new(),
            acked: Map::new(),
            drafts: Map::new(),
            blobs: Map::new(),
        };
        for (key, value) in contents.chunks {
            tail.chunks.push((key.generation, Rc::new(value)));
        }
        for (key, value) in &contents.journal {
            tail.journal_bytes += value.len();
            tail.journal.push((*key, decode("journal", value)?));
        }
        for (mid, value) in &contents.outbox {
            tail.outbox.insert(*mid, decode("outbox", value)?);
        }
        for (id, value) in &contents.acked {
            tail.acked.insert(*id, decode("acked", value)?);
        }
        for (id, value) in &contents.drafts {
            tail.drafts.insert(*id, decode("drafts", value)?);
        }
        for (id, value) in &contents.blobs {
            tail.blobs.insert(*id, decode("blobs", value)?);
        }
        Ok(tail)
    }

    pub(super) fn take_tail(&mut self, tail: Tail) {
        let mut touched: BTreeSet<RecordId> = self.overlaid_records().gathered();
        self.rev = tail.rev;
        self.meta = tail.meta;
        self.outbox = tail.outbox;
        self.acked = tail.acked;
        self.drafts = tail.drafts;
        self.blobs = tail.blobs;
        self.journal_bytes += tail.journal_bytes;
        for (key, entry) in tail.journal {
            self.last_journal = key;
            match entry {
                JournalEntry::Page { generation, page } => {
                    self.take_page(generation, page, &mut touched);
                }
                JournalEntry::Pages { pages } => {
                    for page in pages {
                        self.take_page(0, page, &mut touched);
                    }
                }
            }
        }
        touched.extend(self.overlaid_records());
        self.derive(&touched);
    }

    /// Takes a page of the copy that is shown. One of another copy is of the past, or of one that is being loaded.
    fn take_page(&mut self, generation: u64, page: ScopePage, touched: &mut BTreeSet<RecordId>) {
        let shown = self.meta.tracks.get(&page.scope);
        if shown.is_some_and(|track| track.generation == generation) {
            self.view.take_page(page, touched);
        }
    }

    /// Takes pages that were just stored, and the cursors they lead to.
    pub(super) fn take_pages(&mut self, pages: Vec<(u64, ScopePage)>, meta: Meta) {
        // An overlay may end with these pages, so what was overlaid before is derived anew too.
        let mut touched: BTreeSet<RecordId> = self.overlaid_records().gathered();
        self.meta = meta;
        for (generation, page) in pages {
            self.take_page(generation, page, &mut touched);
        }
        self.derive(&touched);
    }

    /// Derives these records anew from base and overlays.
    pub(super) fn derive(&mut self, touched: &BTreeSet<RecordId>) {
        let mut gone: Vec<MutationId> = self.given_up().collect();
        gone.extend(
            self.outbox
                .values()
                .filter_map(|entry| entry.mutation.mends),
        );
        let acked = self
            .acked
            .values()
            .filter(|entry| self.is_unseen(entry))
            .map(|entry| &entry.mutation);
        let outbox = self
            .outbox
            .values()
            .filter(|entry| !gone.contains(&entry.mutation.id));
        // Confirmed ones first: after a renumbering, numbers of the two are not comparable.
        let acked: Vec<_> = acked.filter(|m| touched.contains(&m.record)).collect();
        let acked = sorted_by_key(acked, |mutation| mutation.mid);
        let waiting: Vec<_> = outbox
            .filter(|entry| touched.contains(&entry.mutation.record))
            .collect();
        let waiting = sorted_by_key(waiting, |entry| (entry.place(), entry.mutation.mid));
        let waiting = waiting.into_iter().map(|entry| &entry.mutation);
        let mut overlays: Map<RecordId, Vec<&Mutation>> = Map::new();
        for mutation in acked.into_iter().chain(waiting) {
            overlays.entry(mutation.record).or_default().push(mutation);
        }
        self.view.derive(touched, &overlays, self.meta.user);
    }

    /// Records that an own edit is overlaid on, now.
    fn overlaid_records(&self) -> impl Iterator<Item = RecordId> {
        let acked = self
            .acked
            .values()
            .filter(|entry| self.is_unseen(entry))
            .map(|entry| entry.mutation.record);
        self.outbox
            .values()
            .map(|entry| entry.mutation.record)
            .chain(acked)
    }

    /// Whether a confirmed mutation is still to be overlaid: its scope is shown, but not up to its effect.
    pub(super) fn is_unseen(&self, entry: &AckedEntry) -> bool {
        let shown = self.meta.tracks.get(&entry.scope);
        shown.is_some_and(|track| track.cursor.is_none_or(|cursor| cursor < entry.seq))
    }

    /// Whether a confirmed mutation's effect has come back by pull.
    pub(super) fn is_seen(&self, entry: &AckedEntry) -> bool {
        let shown = self.meta.tracks.get(&entry.scope);
        shown.is_some_and(|track| track.cursor.is_some_and(|cursor| cursor >= entry.seq))
    }

    /// The records as a person sees them.
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// Half-filled forms, oldest first.
    pub fn drafts(&self) -> impl DoubleEndedIterator<Item = &Draft> {
        self.drafts.values()
    }

    /// The half-filled form of this record.
    pub fn draft(&self, id: RecordId) -> Option<&Draft> {
        self.drafts.get(&id)
    }

    /// Everything that the server has not confirmed, as a file to keep: the whole queue and the half-filled forms. It
    /// is one line of text; after its end come the bytes of these attachments, one after the other.
    pub fn queue_file(&self, attachments: &[QueuedBlob]) -> String {
        let file = QueueFile {
            format: consts::QUEUE_FORMAT,
            meta: &self.meta,
            outbox: self.outbox.values().collect(),
            drafts: self.drafts.values().collect(),
            attachments,
        };
        let bytes = encode(&file).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Mutations that wait or need their author, in order.
    pub fn outbox(&self) -> impl DoubleEndedIterator<Item = &OutboxEntry> {
        self.outbox.values()
    }

    /// Mutations that the server has confirmed lately.
    pub fn acked(&self) -> impl Iterator<Item = &AckedEntry> {
        self.acked.values()
    }

    /// What its author has given up, some of it before the server saw it: that is still sent, in its order.
    fn given_up(&self) -> impl Iterator<Item = MutationId> {
        let discards = self.outbox.values();
        discards.flat_map(|entry| entry.gives_up.iter().copied())
    }

    /// What the server has not confirmed, act by act. A submission is one, whatever its parts.
    pub fn acts(&self) -> Vec<Vec<&OutboxEntry>> {
        let gone: Vec<MutationId> = self.given_up().collect();
        let mut acts: Vec<Vec<&OutboxEntry>> = Vec::new();
        let shown = self.outbox.values();
        for entry in shown.filter(|entry| !gone.contains(&entry.mutation.id)) {
            let group: Option<GroupId> = entry.mutation.group;
            match acts
                .last_mut()
                .filter(|act| group.is_some() && act[0].mutation.group == group)
            {
                Some(act) => act.push(entry),
                None => acts.push(vec![entry]),
            }
        }
        acts
    }

    /// How many acts wait to be sent, and how many need their author.
    pub fn unsent(&self) -> (usize, usize) {
        let acts = self.acts();
        let is_refused =
            |act: &&Vec<&OutboxEntry>| act.iter().any(|entry| entry.reason().is_some());
        let refused = acts.iter().filter(is_refused).count();
        (acts.len() - refused, refused)
    }

    /// How many acts have not been confirmed for so long that someone must be told.
    pub fn overdue(&self, now: Stamp) -> usize {
        let is_overdue =
            |act: &&Vec<&OutboxEntry>| now.unix_ms() - act[0].mutation.at.unix_ms() > OVERDUE_MS;
        self.acts().iter().filter(is_overdue).count()
    }

    /// The confirmation of this record's latest edit by this person, for "已上传 14:05".
    pub fn last_confirmation(&self, record: RecordId) -> Option<&AckedEntry> {
        self.acked
            .values()
            .filter(|entry| entry.mutation.record == record)
            .max_by_key(|entry| entry.at.unix_ms())
    }

    /// How a record and its children stand with the server, with the bytes of its attachments.
    pub fn mark(&self, record: RecordId) -> SyncMark {
        let attachments = self
            .unsent_attachments()
            .filter(|(id, _)| self.root_of_attachment(*id) == Some(record))
            .map(|(_, head)| match head.state {
                BlobState::Refused => SyncMark::NeedsAttention,
                _ => SyncMark::Waiting,
            });
        self.outbox
            .values()
            .filter(|entry| entry.mutation.record == record || entry.mutation.root() == record)
            .map(|entry| match entry.state {
                OutboxState::Waiting => SyncMark::Waiting,
                OutboxState::Quarantined { .. } => SyncMark::NeedsAttention,
            })
            .chain(attachments)
            .max()
            .unwrap_or(SyncMark::Sent)
    }

    /// This device, its person, its place in each scope.
    pub const fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Counts the commits of all tabs; it changes whenever anything seen may have.
    pub const fn rev(&self) -> u64 {
        self.rev
    }
}
