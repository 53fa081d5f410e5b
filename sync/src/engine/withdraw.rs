//! Taking back what has never left this device. What may have reached the server is the server's to answer first: it
//! would come back by the next pull.

use super::{Engine, EngineError, OutboxEntry, Planned, State, encode};
use crate::{
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
};
use ruyuan_domain::{Gather, Mid, Mutation, MutationId, Operation, RecordId};
use std::{cell::Cell, collections::BTreeSet};

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Takes back an edit that waits, its whole act, and what was done after it on the same records. `told` is what its
    /// person was told that this is, by [`State::taken_back_with`]. Says whether it could: meanwhile it may have begun to
    /// be sent, and what was typed since is not lost unasked.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn take_back(
        &self,
        id: MutationId,
        told: &[MutationId],
    ) -> Result<bool, EngineError> {
        let done = Cell::new(false);
        self.commit(Durability::Strict, &|state| {
            let gone = state.taken_back_with(id);
            done.set(!gone.is_empty() && gone.iter().all(|id| told.contains(id)));
            let first = state.outbox.values();
            let first = first.map(|entry| &entry.mutation);
            let first = first.filter(|mutation| gone.contains(&mutation.id));
            let Some(first) = first
                .map(|mutation| mutation.mid)
                .min()
                .filter(|_| done.get())
            else {
                return Ok(None);
            };
            let mut plain: Vec<Write> = Vec::new();
            let mut meta = state.meta.clone();
            meta.next_mid = first;
            let mut touched: BTreeSet<RecordId> = BTreeSet::new();
            let mut blobs: Vec<RecordId> = Vec::new();
            let mut kept: Vec<OutboxEntry> = Vec::new();
            let after = state.outbox.values();
            for entry in after.filter(|entry| entry.mutation.mid >= first) {
                plain.push(Write::DeleteOutbox(entry.mutation.mid));
                touched.insert(entry.mutation.record);
                if gone.contains(&entry.mutation.id) {
                    let made = entry.mutation.op == Operation::Create;
                    if made && state.blobs.contains_key(&entry.mutation.record) {
                        blobs.push(entry.mutation.record);
                    }
                    continue;
                }
                // Nobody has seen these numbers: those behind close the gap, and none is ever missing.
                let mutation = Mutation {
                    mid: meta.next_mid,
                    ..entry.mutation.clone()
                };
                meta.next_mid = meta.next_mid.next();
                kept.push(OutboxEntry {
                    mutation,
                    ..entry.clone()
                });
            }
            for entry in &kept {
                plain.push(Write::PutOutbox(entry.mutation.mid, encode(entry)?));
            }
            plain.extend(blobs.iter().copied().map(Write::DeleteBlob));
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| {
                let numbers = state.outbox.keys().copied().filter(|mid| *mid >= first);
                for mid in numbers.gathered::<Vec<_>>() {
                    state.outbox.remove(&mid);
                }
                state.lose_blobs(&blobs);
                state.take_entries(kept, meta);
                state.derive(&touched);
            })))
        })
        .await?;
        Ok(done.get())
    }
}

impl State {
    /// Whether this edit may have left the device: it was in a push at least once.
    pub fn may_have_been_sent(&self, mid: Mid) -> bool {
        mid <= self.meta.offered()
    }

    /// The edits that go when this one is taken back: the rest of its act, and what was done after any of
    /// them on the same records. Empty for what may have been sent, and for what gives up another.
    pub fn taken_back_with(&self, id: MutationId) -> Vec<MutationId> {
        let unsent = |entry: &OutboxEntry| !self.may_have_been_sent(entry.mutation.mid);
        let first = self.outbox.values().find(|entry| entry.mutation.id == id);
        let first = first.filter(|entry| entry.mutation.op != Operation::Discard && unsent(entry));
        let Some(first) = first else {
            return Vec::new();
        };
        // What puts a refused edit right has that one's place: what waits there as well has been seen, and stays.
        let gone = self.going_with(first, &unsent).into_iter();
        gone.map(|entry| entry.mutation.id).collect()
    }
}
