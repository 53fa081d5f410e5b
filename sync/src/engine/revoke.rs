//! A scope that its person may no longer see leaves the device, after everything of it that is unsent has been sent.

use super::{Engine, EngineError, Meta, OutboxEntry, Planned, State, encode};
use crate::{
    draft::Draft,
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
    transport::Transport,
};
use ruyuan_domain::{DeviceId, Gather, RecordId, ScopeId};
use std::collections::BTreeSet;

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Removes these scopes: rows, half-filled forms, and what the server has taken or keeps quarantined. Words that
    /// the server does not have stay, and with them the scope, until the next round has sent them.
    pub(super) async fn revoke(
        &self,
        transport: &impl Transport,
        scopes: &[ScopeId],
    ) -> Result<(), EngineError> {
        let drafts: Vec<Draft> = self
            .state
            .borrow()
            .drafts
            .values()
            .filter(|draft| scopes.contains(&draft.scope))
            .cloned()
            .collect();
        let ended = self.state.borrow().meta.ended_drafts.clone();
        for (id, end) in ended.iter().filter(|(_, end)| scopes.contains(&end.scope)) {
            self.tell_end(transport, *id, end).await?;
        }
        for draft in &drafts {
            self.leave_draft(transport, draft).await?;
        }
        // Photos that the server still takes from their author are sent first; one that it does not take has no
        // reader left, here or there.
        self.hurry_uploads();
        self.upload_all(transport, &mut super::SyncReport::default())
            .await?;
        if let Some(trouble) = self.upload_trouble() {
            return Err(trouble.into());
        }
        self.commit(Durability::Strict, &|state| {
            let mut meta = state.meta.clone();
            let mut plain = Vec::new();
            let mut gone: Vec<ScopeId> = Vec::new();
            for scope in scopes {
                let sent = state.all_is_sent(scope) && state.all_are_kept(scope, &drafts);
                // A form may have been begun on a page that still stood open when the scope had gone.
                let begun = state.drafts.values().any(|draft| draft.scope == *scope);
                if sent && (forget(&mut meta, scope, &mut plain) || begun) {
                    gone.push(scope.clone());
                }
            }
            if gone.is_empty() {
                return Ok(None);
            }
            let outbox: Vec<_> = state
                .outbox
                .values()
                .filter(|entry| gone.contains(&entry.mutation.scope))
                .map(|entry| entry.mutation.mid)
                .collect();
            let acked: Vec<_> = state
                .acked
                .values()
                .filter(|entry| gone.contains(&entry.scope))
                .map(|entry| entry.mutation.id)
                .collect();
            let drafts: Vec<_> = state
                .drafts
                .values()
                .filter(|draft| gone.contains(&draft.scope))
                .map(|draft| draft.id)
                .collect();
            let mut blobs: Vec<RecordId> = state.blobs.keys().copied().collect();
            blobs.retain(|id| state.is_attached_in(*id, &gone));
            plain.extend(blobs.iter().copied().map(Write::DeleteBlob));
            plain.extend(outbox.iter().copied().map(Write::DeleteOutbox));
            plain.extend(acked.iter().copied().map(Write::DeleteAcked));
            plain.extend(drafts.iter().copied().map(Write::DeleteDraft));
            // The rows also stand in the journal, beside those of other scopes: what stays is written anew without
            // them. What is being loaded begins again.
            for scope in meta.loading.keys().cloned().collect::<Vec<_>>() {
                meta.load_anew(&scope, &mut plain);
            }
            let bytes = state.fold(&mut meta, &mut plain);
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| {
                state.journal_bytes = 0;
                state.chunk_bytes = bytes;
                let mut touched: BTreeSet<_> = BTreeSet::new();
                for mid in outbox {
                    touched.extend(state.outbox.remove(&mid).map(|entry| entry.mutation.record));
                }
                for id in acked {
                    touched.extend(state.acked.remove(&id).map(|entry| entry.mutation.record));
                }
                for id in drafts {
                    drop(state.drafts.remove(&id));
                }
                state.lose_blobs(&blobs);
                for scope in &gone {
                    state.view.drop_scope(scope, &mut touched);
                }
                state.meta = meta;
                state.derive(&touched);
            })))
        })
        .await
    }

    /// Removes everything of the device of this id: it was reported lost. What was unsent is lost with it, which the
    /// administrator has seen before. A log that is not that device's any more stays as it is: another tab was first.
    ///
    /// # Errors
    /// A broken store.
    pub async fn wipe(&self, lost: DeviceId) -> Result<(), EngineError> {
        let device = DeviceId::new(self.environment.id_seed());
        self.commit(Durability::Strict, &|state| {
            if state.meta.device != lost && !state.meta.former.contains(&lost) {
                return Ok(None);
            }
            let meta = Meta {
                generation: state.meta.generation + 1,
                wiped: Some(lost),
                ended: true,
                ..Meta::new(device, state.meta.user)
            };
            let plain = vec![Write::Clear, Write::Meta(encode(&meta)?)];
            Ok(Some(Planned::new(plain, move |state| {
                *state = State::empty(meta, state.last_journal);
            })))
        })
        .await
    }
}

/// Takes a scope's copies out; says whether there was one.
fn forget(meta: &mut Meta, scope: &ScopeId, plain: &mut Vec<Write>) -> bool {
    let copies = [meta.tracks.remove(scope), meta.loading.remove(scope)];
    let known = copies.iter().any(Option::is_some);
    for copy in copies.into_iter().flatten() {
        plain.push(Write::DropChunks(copy.generation));
    }
    meta.recovering.retain(|recovering| recovering != scope);
    known
}

impl State {
    fn all_is_sent(&self, scope: &ScopeId) -> bool {
        let waits =
            |entry: &OutboxEntry| entry.mutation.scope == *scope && entry.reason().is_none();
        !self.outbox.values().any(waits)
    }

    /// Whether an attachment belongs to something of these scopes.
    fn is_attached_in(&self, id: RecordId, scopes: &[ScopeId]) -> bool {
        let seen = self.view.get(id).map(|record| &record.scope);
        let waiting = self.outbox.values().map(|entry| &entry.mutation);
        let waiting = waiting.filter(|mutation| mutation.record == id);
        let acked = self.acked.values();
        let acked = acked.filter(|entry| entry.mutation.record == id);
        let drafts = self.drafts.values();
        let drafts = drafts.filter(|draft| draft.attachments.contains_key(&id));
        seen.into_iter()
            .chain(waiting.map(|mutation| &mutation.scope))
            .chain(acked.map(|entry| &entry.scope))
            .chain(drafts.map(|draft| &draft.scope))
            .any(|scope| scopes.contains(scope))
    }

    fn all_are_kept(&self, scope: &ScopeId, kept: &[Draft]) -> bool {
        let mut drafts: Vec<&Draft> = self.drafts.values().gathered();
        drafts.retain(|draft| draft.scope == *scope);
        drafts.iter().all(|draft| kept.contains(draft))
    }
}
