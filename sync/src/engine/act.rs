//! What a person does: edits, submissions, drafts, putting right and giving up. Each act is one strict transaction.

use super::{Engine, EngineError, Meta, OutboxEntry, Planned, State, encode};
use crate::{
    draft::Draft,
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
};
use ruyuan_domain::{
    FieldChange, Gather, GroupId, Map, Mid, Mutation, MutationId, Operation, RecordId, RecordKind,
    ScopeId, consts, ids::IdSeed, wire::DraftEnd,
};
use std::collections::BTreeSet;

/// One edit of one record, as its author saw it.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The record.
    pub record: RecordId,
    /// Its root, if that is another record.
    pub root: Option<RecordId>,
    /// What it is.
    pub kind: RecordKind,
    /// The scope it is in.
    pub scope: ScopeId,
    /// What the edit does.
    pub op: Operation,
    /// The version on the author's screen; 0 for a new record.
    pub base: u64,
    /// The values on the author's screen and those wanted. A pull that comes while someone types must not
    /// make their old value look newer than it is, so these are the screen's, not the log's.
    pub fields: Map<String, FieldChange>,
    /// The quarantined mutation this puts right.
    pub mends: Option<MutationId>,
}

/// Edits that belong together, and the draft they submit.
#[derive(Clone, Debug, Default)]
pub struct Act {
    /// The edits in order.
    pub edits: Vec<Edit>,
    /// The draft that this act submits: it must still be there, and is gone afterwards.
    pub submits: Option<RecordId>,
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Stores the edits in the outbox, in one strict transaction. When it returns, they survive a dead battery. One of
    /// a record that the server has refused puts that right.
    ///
    /// # Errors
    /// Nothing was stored: [`EngineError::TooLarge`], [`EngineError::AlreadySubmitted`], a full or broken store.
    pub async fn act(&self, mut act: Act) -> Result<(), EngineError> {
        let now = self.environment.now();
        act.edits = self.state.borrow().putting_right(act.edits);
        // Ids are drawn once, before the plan: a plan may run again when another tab was first.
        let seeds: Vec<IdSeed> = act
            .edits
            .iter()
            .map(|_| self.environment.id_seed())
            .collect();
        let group = (act.edits.len() > 1).then(|| GroupId::new(self.environment.id_seed()));
        let submits = act.submits;
        self.commit(Durability::Strict, &|state| {
            let mut meta = state.meta.clone();
            let mut plain = Vec::new();
            let mut entries = Vec::new();
            let mut act_bytes = 0;
            for (edit, seed) in act.edits.iter().zip(&seeds) {
                let fields: Map<_, _> = edit
                    .fields
                    .iter()
                    .filter(|(_, change)| change.old != change.new)
                    .map(|(name, change)| (name.clone(), change.clone()))
                    .gathered();
                let changes_fields_only = edit.op == Operation::Update && edit.mends.is_none();
                if changes_fields_only && fields.is_empty() {
                    continue;
                }
                let mutation = Mutation {
                    mid: meta.next_mid,
                    id: MutationId::new(*seed),
                    group,
                    record: edit.record,
                    root: edit.root.filter(|root| *root != edit.record),
                    kind: edit.kind.clone(),
                    scope: edit.scope.clone(),
                    op: edit.op,
                    base: edit.base,
                    fields,
                    mends: edit.mends,
                    at: now,
                };
                meta.next_mid = meta.next_mid.next();
                let bytes = encode(&mutation)?.len();
                if bytes > consts::MUTATION_LIMIT {
                    return Err(EngineError::TooLarge {
                        bytes,
                        limit: consts::MUTATION_LIMIT,
                    });
                }
                // An act travels whole: what no push can carry must not be stored and block the rest.
                act_bytes += bytes;
                if act_bytes > consts::PUSH_LIMIT {
                    return Err(EngineError::TooLarge {
                        bytes: act_bytes,
                        limit: consts::PUSH_LIMIT,
                    });
                }
                let place = edit.mends.and_then(|mended| {
                    let entry = state
                        .outbox
                        .values()
                        .find(|entry| entry.mutation.id == mended);
                    entry.map(OutboxEntry::place)
                });
                let entry = OutboxEntry::waiting(mutation, place);
                plain.push(Write::PutOutbox(entry.mutation.mid, encode(&entry)?));
                entries.push(entry);
            }
            let blobs = state.blobs_gone_with(&act);
            plain.extend(blobs.iter().copied().map(Write::DeleteBlob));
            let again = state.blobs_made_again(&act);
            for (id, head) in &again {
                plain.push(Write::PutBlobHead(*id, encode(head)?));
            }
            if let Some(draft) = submits {
                plain.push(Write::DeleteDraft(draft));
                meta.note_end(state, draft, DraftEnd::Submitted);
            }
            if plain.is_empty() {
                return Ok(None);
            }
            plain.push(Write::Meta(encode(&meta)?));
            let planned = Planned::new(plain, move |state| {
                if let Some(draft) = submits {
                    state.drafts.remove(&draft);
                }
                state.lose_blobs(&blobs);
                state.blobs.extend(again);
                state.take_entries(entries, meta);
            });
            Ok(Some(Planned {
                requires_draft: submits,
                ..planned
            }))
        })
        .await
    }

    /// Saves a half-filled form, strictly: a dead battery costs at most the last keystroke.
    ///
    /// # Errors
    /// [`EngineError::AlreadySubmitted`] if its record exists and was not opened again; a full or broken store.
    pub async fn save_draft(&self, mut draft: Draft) -> Result<(), EngineError> {
        draft.saved_at = self.environment.now();
        let draft = &draft;
        self.commit(Durability::Strict, &|state| {
            if state.is_submitted(draft) {
                return Err(EngineError::AlreadySubmitted);
            }
            state.put(state.written(draft))
        })
        .await
    }

    /// Opens a submitted visit again as a half-filled form, to put right what was refused of it or to change it. What
    /// is open already is left as it is.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn reopen(&self, visit: RecordId) -> Result<bool, EngineError> {
        let now = self.environment.now();
        let is_open = std::cell::Cell::new(false);
        self.commit(Durability::Strict, &|state| {
            is_open.set(state.drafts.contains_key(&visit));
            if is_open.get() {
                return Ok(None);
            }
            let draft = Draft::of_refused(state, visit, now)
                .or_else(|| Draft::of_submitted(state, visit, now));
            let Some(draft) = draft else {
                return Ok(None);
            };
            is_open.set(true);
            let plain = vec![Write::PutDraft(visit, encode(&draft)?)];
            Ok(Some(Planned::new(plain, move |state| {
                drop(state.drafts.insert(visit, draft));
            })))
        })
        .await?;
        Ok(is_open.get())
    }

    /// Removes a half-filled form and the attachments that were taken for it.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn delete_draft(&self, id: RecordId) -> Result<(), EngineError> {
        self.commit(Durability::Strict, &|state| {
            if !state.drafts.contains_key(&id) {
                return Ok(None);
            }
            let blobs = state.blobs_of_draft(id);
            let mut meta = state.meta.clone();
            meta.note_end(state, id, DraftEnd::Deleted);
            let mut plain = vec![Write::DeleteDraft(id), Write::Meta(encode(&meta)?)];
            plain.extend(blobs.iter().copied().map(Write::DeleteBlob));
            Ok(Some(Planned::new(plain, move |state| {
                drop(state.drafts.remove(&id));
                state.lose_blobs(&blobs);
                state.meta = meta;
            })))
        })
        .await
    }

    /// Gives up a quarantined mutation, its whole act and what waits for it. [`State::given_up_with`] says what
    /// that is; ask first.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn discard(&self, mid: Mid) -> Result<(), EngineError> {
        let now = self.environment.now();
        let seed = self.environment.id_seed();
        self.commit(Durability::Strict, &|state| {
            let gone = state.given_up_with(mid);
            let Some(given_up) = state.outbox.get(&mid).filter(|_| !gone.is_empty()) else {
                return Ok(None);
            };
            let mut meta = state.meta.clone();
            let mutation = Mutation {
                mid: meta.next_mid,
                id: MutationId::new(seed),
                group: None,
                op: Operation::Discard,
                fields: Map::new(),
                mends: Some(given_up.mutation.id),
                at: now,
                ..given_up.mutation.clone()
            };
            meta.next_mid = meta.next_mid.next();
            let all = || gone.iter().filter_map(|mid| state.outbox.get(mid));
            let mut entry = OutboxEntry::waiting(mutation, None);
            entry.gives_up = all().map(|entry| entry.mutation.id).collect();
            let about: BTreeSet<_> = all().map(|entry| entry.mutation.record).gathered();
            // What still waits is sent all the same: within one device the numbers have no gap.
            let gone: Vec<Mid> = all()
                .filter(|entry| entry.reason().is_some())
                .map(|entry| entry.mutation.mid)
                .collect();
            let mut plain: Vec<Write> = gone.iter().copied().map(Write::DeleteOutbox).collect();
            let made = all().filter(|entry| entry.mutation.op == Operation::Create);
            let mut blobs: Vec<RecordId> = made.map(|entry| entry.mutation.record).collect();
            blobs.retain(|id| state.blobs.contains_key(id));
            plain.extend(blobs.iter().copied().map(Write::DeleteBlob));
            plain.push(Write::PutOutbox(entry.mutation.mid, encode(&entry)?));
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| {
                for mid in &gone {
                    state.outbox.remove(mid);
                }
                let mut touched = about;
                touched.insert(entry.mutation.record);
                state.lose_blobs(&blobs);
                state.take_entries(vec![entry], meta);
                state.derive(&touched);
            })))
        })
        .await
    }
}

impl State {
    pub(super) fn take_entries(&mut self, entries: Vec<OutboxEntry>, meta: Meta) {
        let touched: BTreeSet<_> = entries.iter().map(|entry| entry.mutation.record).gathered();
        self.meta = meta;
        self.outbox
            .extend(entries.into_iter().map(|entry| (entry.mutation.mid, entry)));
        self.derive(&touched);
    }

    /// The numbers of the mutations that go when this quarantined one is given up: the rest of its act, and what
    /// waits behind any of them on the same records, also what the server has not seen yet and will hold back. Empty
    /// if it is not quarantined.
    pub fn given_up_with(&self, mid: Mid) -> Vec<Mid> {
        let first = self.outbox.get(&mid);
        let Some(first) = first.filter(|entry| entry.reason().is_some()) else {
            return Vec::new();
        };
        self.going_with(first, &|_| true)
            .into_iter()
            .map(|entry| entry.mutation.mid)
            .collect()
    }

    /// An entry, and among these the rest of its act and what comes after any of them on the same records.
    pub(super) fn going_with<'a>(
        &'a self,
        first: &'a OutboxEntry,
        among: &dyn Fn(&OutboxEntry) -> bool,
    ) -> Vec<&'a OutboxEntry> {
        let mut gone = vec![first];
        // Each round may reach further acts; it ends when none is reached any more.
        loop {
            let reached: Vec<&OutboxEntry> = self
                .outbox
                .values()
                .filter(|entry| {
                    !gone
                        .iter()
                        .any(|with| with.mutation.mid == entry.mutation.mid)
                })
                .filter(|entry| among(entry))
                .filter(|entry| gone.iter().any(|with| entry.goes_with(with)))
                .collect();
            if reached.is_empty() {
                return gone;
            }
            gone.extend(reached);
        }
    }
}
