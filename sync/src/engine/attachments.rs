//! Attachments on this device: kept with the half-filled form that they were taken for, read piece by piece, and
//! dropped when nothing needs them here.

use super::{ACKED_KEPT_MS, Engine, EngineError, Planned, State, encode};
use crate::{
    attachment::{BlobHead, BlobState},
    draft::Draft,
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
};
use ruyuan_domain::{Operation, RecordId, RecordKind, consts, consts::field};

/// How long an attachment that is seen stays marked as seen: one commit a day and attachment.
const SEEN_MS: i64 = 24 * 60 * 60 * 1000;

/// What attachments take of this device, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// All of them.
    pub bytes: u64,
    /// Those that the server has too.
    pub freeable: u64,
}

/// Attachments of submitted records that the server does not have yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// How many.
    pub count: usize,
    /// How many of them need their author.
    pub refused: usize,
    /// Their bytes.
    pub bytes: u64,
    /// How many of these the server has.
    pub sent: u64,
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Stores an attachment together with the half-filled form that it was taken for, in one strict transaction.
    ///
    /// # Errors
    /// Nothing was stored: [`EngineError::AlreadySubmitted`], a full or broken store. The form stands as it was saved
    /// before.
    pub async fn attach(
        &self,
        draft: Draft,
        id: RecordId,
        bytes: &[u8],
    ) -> Result<(), EngineError> {
        self.attach_some(draft, id, bytes.len() as u64, bytes).await
    }

    /// Begins to take in an attachment of so many bytes, too many for one transaction: the half-filled form knows of
    /// it, and no answer names it until [`Self::take_piece`] has been given all of them.
    ///
    /// # Errors
    /// As [`Self::attach`].
    pub async fn begin_attachment(
        &self,
        draft: Draft,
        id: RecordId,
        size: u64,
    ) -> Result<(), EngineError> {
        self.attach_some(draft, id, size, &[]).await
    }

    /// Stores one chunk of an attachment that was begun. Says whether it is still wanted: its form may have been
    /// submitted or dropped meanwhile.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn take_piece(
        &self,
        id: RecordId,
        n: u32,
        piece: &[u8],
    ) -> Result<bool, EngineError> {
        let wanted = std::cell::Cell::new(true);
        self.commit(Durability::Relaxed, &|state| {
            wanted.set(state.blobs.contains_key(&id));
            let plain = vec![Write::PutBlobChunk(id, n, piece.to_vec())];
            Ok(wanted.get().then(|| Planned::new(plain, |_| {})))
        })
        .await?;
        Ok(wanted.get())
    }

    async fn attach_some(
        &self,
        mut draft: Draft,
        id: RecordId,
        size: u64,
        bytes: &[u8],
    ) -> Result<(), EngineError> {
        let now = self.environment.now();
        draft.saved_at = now;
        let draft = &draft;
        let head = BlobHead {
            size,
            at: Some(now),
            ..BlobHead::default()
        };
        let head = &head;
        self.commit(Durability::Strict, &|state| {
            if state.is_submitted(draft) {
                return Err(EngineError::AlreadySubmitted);
            }
            let draft = state.written(draft);
            let mut plain = vec![
                Write::PutDraft(draft.id, encode(&draft)?),
                Write::PutBlobHead(id, encode(head)?),
            ];
            for (chunk, n) in bytes.chunks(consts::BLOB_CHUNK_BYTES).zip(0..) {
                plain.push(Write::PutBlobChunk(id, n, chunk.to_vec()));
            }
            Ok(Some(Planned::new(plain, move |state| {
                drop(state.drafts.insert(draft.id, draft));
                drop(state.blobs.insert(id, head.clone()));
            })))
        })
        .await
    }

    /// Stores the half-filled form without this attachment, and drops its bytes.
    ///
    /// # Errors
    /// As [`Self::attach`].
    pub async fn detach(&self, mut draft: Draft, id: RecordId) -> Result<(), EngineError> {
        draft.saved_at = self.environment.now();
        let draft = &draft;
        self.commit(Durability::Strict, &|state| {
            if state.is_submitted(draft) {
                return Err(EngineError::AlreadySubmitted);
            }
            let draft = state.written(draft);
            let mut plain = vec![Write::PutDraft(draft.id, encode(&draft)?)];
            // What puts a refused submission right may be given up; then that one still has its photos.
            let gone = !state.is_referred_to(id);
            plain.extend(gone.then_some(Write::DeleteBlob(id)));
            Ok(Some(Planned::new(plain, move |state| {
                drop(state.drafts.insert(draft.id, draft));
                if gone {
                    state.blobs.remove(&id);
                }
            })))
        })
        .await
    }

    /// Reads an attachment chunk by chunk; `false` if not all of it is here.
    ///
    /// # Errors
    /// A store that cannot be read, or whose values cannot.
    pub async fn read_attachment(
        &self,
        id: RecordId,
        mut take: impl FnMut(&[u8]),
    ) -> Result<bool, EngineError> {
        let head = self.state.borrow().blobs.get(&id).cloned();
        let Some(head) = head.filter(BlobHead::is_here) else {
            return Ok(false);
        };
        for n in 0..ruyuan_domain::blob::chunks_of(head.size) {
            let Some(chunk) = self.chunk_here(id, n).await? else {
                return Ok(false);
            };
            take(&chunk);
        }
        let now = self.environment.now();
        let stale = head
            .at
            .is_none_or(|at| now.unix_ms() - at.unix_ms() > SEEN_MS);
        if stale {
            let at = Some(now);
            self.set_head(id, BlobHead { at, ..head }).await?;
        }
        Ok(true)
    }

    /// Drops the bytes of every attachment that the server has too.
    ///
    /// # Errors
    /// A broken store.
    pub async fn free_attachments(&self) -> Result<(), EngineError> {
        self.drop_blobs(&|_, _, head| !head.is_unsent()).await
    }

    /// Drops what the server has too and nobody has looked at for long.
    pub(super) async fn forget_attachments(&self) -> Result<(), EngineError> {
        let now = self.environment.now().unix_ms();
        self.drop_blobs(&|state, id, head| {
            let old = head.at.is_none_or(|at| now - at.unix_ms() > ACKED_KEPT_MS);
            old && !head.is_unsent() && !state.is_acked(id)
        })
        .await
    }

    /// Drops what nothing refers to any more: of a form that another tab dropped in the same moment.
    pub(super) async fn sweep_attachments(&self) -> Result<(), EngineError> {
        self.drop_blobs(&|state, id, _| {
            let beside = |draft: &Draft| {
                let elsewhere = draft.copies.elsewhere.as_ref();
                elsewhere.is_some_and(|other| other.draft.attachments.contains_key(&id))
            };
            let drafted = |draft: &Draft| draft.attachments.contains_key(&id) || beside(draft);
            !state.is_referred_to(id) && !state.drafts.values().any(drafted)
        })
        .await
    }

    async fn drop_blobs(
        &self,
        which: &dyn Fn(&State, RecordId, &BlobHead) -> bool,
    ) -> Result<(), EngineError> {
        if self.state.borrow().blobs.is_empty() {
            return Ok(());
        }
        self.commit(Durability::Relaxed, &|state| {
            let mut gone = Vec::new();
            for (id, head) in state.blobs.iter() {
                if which(state, *id, head) {
                    gone.push(*id);
                }
            }
            Ok((!gone.is_empty()).then(|| {
                let plain = gone.iter().copied().map(Write::DeleteBlob).collect();
                Planned::new(plain, move |state| state.lose_blobs(&gone))
            }))
        })
        .await
    }

    /// One chunk, opened.
    pub(super) async fn chunk_here(
        &self,
        id: RecordId,
        n: u32,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(match self.store.blob_chunk(id, n).await? {
            Some(sealed) => Some(self.seal.open(sealed).await?),
            None => None,
        })
    }

    /// Notes how an attachment stands, unless it has gone meanwhile.
    pub(super) async fn set_head(&self, id: RecordId, head: BlobHead) -> Result<(), EngineError> {
        let head = &head;
        self.commit(Durability::Relaxed, &|state| {
            if state.blobs.get(&id).is_none_or(|known| known == head) {
                return Ok(None);
            }
            let plain = vec![Write::PutBlobHead(id, encode(head)?)];
            Ok(Some(Planned::new(plain, move |state| {
                drop(state.blobs.insert(id, head.clone()));
            })))
        })
        .await
    }
}

impl State {
    /// How an attachment stands on this device; `None` if nothing of it is here.
    pub fn blob(&self, id: RecordId) -> Option<&BlobHead> {
        self.blobs.get(&id)
    }

    /// The attachments of submitted records whose bytes the server does not have yet.
    pub fn unsent_attachments(&self) -> impl Iterator<Item = (RecordId, &BlobHead)> {
        self.blobs
            .iter()
            .map(|(id, head)| (*id, head))
            .filter(|(id, head)| head.is_unsent() && self.is_referred_to(*id))
    }

    /// How much of attachments the server does not have yet.
    pub fn unsent_bytes(&self) -> Unsent {
        let mut unsent = Unsent::default();
        for (_, head) in self.unsent_attachments() {
            unsent.count += 1;
            unsent.refused += usize::from(head.state == BlobState::Refused);
            unsent.bytes += head.size;
            unsent.sent += head.moved();
        }
        unsent
    }

    /// What attachments take of this device.
    pub fn kept(&self) -> Kept {
        let mut kept = Kept::default();
        for head in self.blobs.values() {
            let here = if head.is_here() {
                head.size
            } else {
                head.moved()
            };
            kept.bytes += here;
            if !head.is_unsent() {
                kept.freeable += here;
            }
        }
        kept
    }

    /// The root of the record that an attachment belongs to.
    pub fn root_of_attachment(&self, id: RecordId) -> Option<RecordId> {
        let seen = self.view.get(id).map(|record| record.root);
        seen.or_else(|| {
            let mut acked = self.acked.values().map(|entry| &entry.mutation);
            let mutation = acked.find(|mutation| mutation.record == id);
            mutation.map(ruyuan_domain::Mutation::root)
        })
    }

    /// Whether this form's record exists already, and it is not open here to be changed.
    pub(super) fn is_submitted(&self, draft: &Draft) -> bool {
        self.view.get(draft.id).is_some() && !self.drafts.contains_key(&draft.id)
    }

    pub(super) fn is_acked(&self, id: RecordId) -> bool {
        let mut acked = self.acked.values();
        acked.any(|entry| entry.mutation.record == id)
    }

    /// Whether an attachment's record exists: seen, waiting, refused, sent from here into what is not seen, or found
    /// again after the server was set back: then these may be its only bytes.
    pub(super) fn is_referred_to(&self, id: RecordId) -> bool {
        let waits = |entry: &super::OutboxEntry| entry.mutation.record == id;
        self.is_known(id) || self.outbox.values().any(waits) || self.is_found_again(id)
    }

    /// Whether an attachment's record is seen, or was sent from here.
    pub(super) fn is_known(&self, id: RecordId) -> bool {
        self.view.get(id).is_some() || self.is_acked(id)
    }

    fn is_found_again(&self, id: RecordId) -> bool {
        let id = id.to_string();
        let mut found = self.view.of_kind(&RecordKind::Recovered);
        found.any(|row| row.text(field::RECOVERED_RECORD) == id)
    }

    /// The attachments that an act makes of which this device has the bytes from the server, with how they stand now:
    /// a record that is restored is one that the server may have lost the bytes of too. It says so when it is asked.
    pub(super) fn blobs_made_again(&self, act: &super::Act) -> Vec<(RecordId, BlobHead)> {
        let made = act
            .edits
            .iter()
            .filter(|edit| edit.kind == RecordKind::Attachment && edit.op == Operation::Create);
        self.to_send_again(made.map(|edit| edit.record))
    }

    /// Those whose records this device brings back after the server was set back, likewise.
    pub(super) fn blobs_found_again(
        &self,
        found: &[super::OutboxEntry],
    ) -> Vec<(RecordId, BlobHead)> {
        let of = found.iter().filter_map(|entry| {
            let change = entry.mutation.fields.get(field::RECOVERED_RECORD)?;
            change.new.as_ref()?.as_text()?.parse().ok()
        });
        self.to_send_again(of)
    }

    fn to_send_again(&self, ids: impl Iterator<Item = RecordId>) -> Vec<(RecordId, BlobHead)> {
        let mut again = Vec::new();
        for id in ids {
            let head = self.blobs.get(&id);
            if let Some(head) = head.filter(|head| head.is_here() && !head.is_unsent()) {
                again.push((id, head.to_send_again()));
            }
        }
        again
    }

    /// The attachments that go when an act is stored: what its form carried and it does not make, and what it
    /// deletes or gives up.
    pub(super) fn blobs_gone_with(&self, act: &super::Act) -> Vec<RecordId> {
        let ends = |op| matches!(op, Operation::Delete | Operation::Discard);
        let made = |id: RecordId| {
            let mut edits = act.edits.iter();
            edits.any(|edit| edit.record == id && !ends(edit.op))
        };
        let mut gone = Vec::new();
        if let Some(draft) = act.submits.and_then(|id| self.drafts.get(&id)) {
            gone.extend(draft.attachments.keys().copied().filter(|id| !made(*id)));
        }
        for edit in &act.edits {
            if edit.kind == RecordKind::Attachment && ends(edit.op) && !gone.contains(&edit.record)
            {
                gone.push(edit.record);
            }
        }
        gone.retain(|id| self.blobs.contains_key(id));
        gone
    }

    /// The attachments of a half-filled form that go with it.
    pub(super) fn blobs_of_draft(&self, draft: RecordId) -> Vec<RecordId> {
        let mut gone: Vec<RecordId> = Vec::new();
        if let Some(draft) = self.drafts.get(&draft) {
            gone.extend(draft.attachments.keys().copied());
        }
        gone.retain(|id| self.blobs.contains_key(id) && !self.is_referred_to(*id));
        gone
    }

    /// Forgets what was just dropped.
    pub(super) fn lose_blobs(&mut self, gone: &[RecordId]) {
        for id in gone {
            self.blobs.remove(id);
        }
    }
}
