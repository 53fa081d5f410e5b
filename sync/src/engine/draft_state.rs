//! What the state knows of half-filled forms and their copies; `drafts.rs` exchanges them.

use super::{EngineError, Meta, Planned, State, encode};
use crate::{copies::Elsewhere, draft::Draft, store::Write};
use ruyuan_domain::{Gather, RecordId, wire::DraftEnd};

impl Meta {
    /// Notes that a form which the server has is none any more.
    pub(super) fn note_end(&mut self, state: &State, id: RecordId, how: DraftEnd) {
        let draft = state.drafts.get(&id);
        if let Some(end) = draft.and_then(|draft| draft.copies.ended(&draft.scope, how)) {
            drop(self.ended_drafts.insert(id, end));
        }
    }
}

impl State {
    /// A server that was set back counts versions anew: what it has of these forms is met again.
    pub(super) fn with_versions_forgotten(&self) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = self.drafts.values().cloned().gathered();
        for draft in &mut drafts {
            draft.copies.seen = 0;
            draft.copies.holds = None;
            if let Some(elsewhere) = &mut draft.copies.elsewhere {
                elsewhere.version = 0;
            }
        }
        drafts
    }

    /// Forms with words that the server lacks. What puts a refused submission right belongs to this device's queue, and
    /// where another device went on meanwhile, their person chooses first.
    pub(super) fn uncopied(&self) -> Vec<Draft> {
        let drafts = self.drafts.values();
        let lacks = drafts.filter(|draft| {
            let copies = &draft.copies;
            draft.mends.is_empty() && copies.elsewhere.is_none() && !copies.are_alike()
        });
        lacks.cloned().gathered()
    }

    /// Whether a version is what this device has sent itself, before as many changes or fewer.
    pub(super) fn is_own(&self, version: &Draft, changes: u64) -> bool {
        // Not under a former id: after a fork that is another phone's as well.
        version.copies.by == Some(self.meta.device) && version.copies.changes <= changes
    }

    /// Whether the server has not taken everything about a record yet.
    pub(super) fn waits(&self, id: RecordId) -> bool {
        let mut outbox = self.outbox.values();
        outbox.any(|entry| entry.mutation.root() == id)
    }

    /// Forms of which another device's version was set beside the own one and can take its place now.
    pub(super) fn beside(&self) -> Vec<(RecordId, u64, Elsewhere)> {
        let drafts = self.drafts.values();
        let beside = drafts.filter_map(|draft| {
            let elsewhere = draft.copies.elsewhere.as_ref()?;
            let alike = draft.copies.are_alike();
            alike.then(|| (draft.id, draft.copies.changes, (**elsewhere).clone()))
        });
        beside.gathered()
    }

    /// Whether a form that another device had begun is a record by now.
    pub(super) fn is_done(&self, draft: &Draft) -> bool {
        draft.revises.is_empty() && self.view.get(draft.id).is_some()
    }

    /// The form as it is stored when its person has changed it: what the engine knows of its copies is not the editor's.
    pub(super) fn written(&self, draft: &Draft) -> Draft {
        let known = self.drafts.get(&draft.id);
        // Turning a page is no word of one's own.
        if let Some(known) = known.filter(|known| known.says_the_same(draft)) {
            return Draft {
                copies: known.copies.clone(),
                ..draft.clone()
            };
        }
        let mut copies = known.map_or(&draft.copies, |known| &known.copies).changed();
        // Another tab has put another device's words here since this editor began.
        if let Some(known) = known.filter(|known| known.copies.taken != draft.copies.taken)
            && copies.elsewhere.is_none()
        {
            copies.elsewhere = Some(Box::new(Elsewhere {
                version: known.copies.seen,
                draft: known.clone(),
            }));
            copies.taken = draft.copies.taken;
        }
        Draft {
            copies,
            ..draft.clone()
        }
    }

    /// Stores a form in the place of what is here.
    pub(super) fn put<'a>(&self, draft: Draft) -> Result<Option<Planned<'a>>, EngineError> {
        let plain = vec![Write::PutDraft(draft.id, encode(&draft)?)];
        Ok(Some(Planned::new(plain, move |state| {
            drop(state.drafts.insert(draft.id, draft));
        })))
    }
}
