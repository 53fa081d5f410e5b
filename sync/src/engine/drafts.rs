//! Half-filled forms are copied to the server when their person pauses, so that another device of theirs can go on.
//!
//! A device never gives up words that the server lacks. Where another device went on with the same form meanwhile, its
//! version is kept beside the own one until their person chooses. What fails here is tried again with a later round;
//! the form is on this device all the same.

use super::{Engine, EngineError, Planned, State, encode};
use crate::{
    copies::{Copies, Elsewhere, EndedDraft},
    draft::Draft,
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
    transport::{Transport, TransportError},
};
use ruyuan_domain::{
    Gather, RecordId,
    wire::{DraftEnd, DraftHead, DraftView, KeepDraftRequest},
};
use serde_json::value::RawValue;

/// Between two looks at what other devices have.
const LOOK_MS: i64 = 30_000;

/// How often another version is met before the next round goes on.
const MOST_MET: usize = 4;

/// What one tab knows of copying.
#[derive(Debug, Default)]
pub(super) struct Copying {
    /// When it looked last at what other devices have.
    looked_ms: Option<i64>,
    /// Versions that are of no use here, by form: of what was submitted before its end was told.
    passed: Vec<(RecordId, u64)>,
    /// The forms that are open in this tab, once for each screen that shows them: they are not exchanged under their
    /// person's hands.
    open: Vec<RecordId>,
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// A half-filled form is open in this tab, until [`Self::let_go`]: what another device makes of it meanwhile is
    /// offered, not put in its place.
    pub fn hold_open(&self, draft: RecordId) {
        self.copying.borrow_mut().open.push(draft);
    }

    /// A screen that held this form open shows it no more.
    pub fn let_go(&self, draft: RecordId) {
        let open = &mut self.copying.borrow_mut().open;
        if let Some(at) = open.iter().rposition(|held| *held == draft) {
            open.remove(at);
        }
    }

    /// Looks at what other devices have with the next round.
    pub fn hurry_drafts(&self) {
        self.copying.borrow_mut().looked_ms = None;
    }

    /// Tells the server what has ended and what has changed, and takes what other devices have. A server that cannot
    /// now, or refuses a form, is no failure of the round.
    pub(super) async fn copy_drafts(&self, transport: &impl Transport) -> Result<(), EngineError> {
        match self.exchange_drafts(transport).await {
            Err(EngineError::Transport(trouble)) if trouble.may_retry() => Ok(()),
            ended => passable(ended),
        }
    }

    async fn exchange_drafts(&self, transport: &impl Transport) -> Result<(), EngineError> {
        let ended = self.state.borrow().meta.ended_drafts.clone();
        for (id, end) in ended.iter() {
            // Before the server has its record, a device that ends it too would hold nothing of it.
            if !self.state.borrow().waits(*id) {
                passable(self.tell_end(transport, *id, end).await)?;
            }
        }
        let uncopied = self.state.borrow().uncopied();
        for draft in uncopied {
            passable(self.copy(transport, &draft).await)?;
        }
        let now = self.environment.now().unix_ms();
        let looked = self.copying.borrow().looked_ms;
        if looked.is_some_and(|looked| (0..LOOK_MS).contains(&(now - looked))) {
            return Ok(());
        }
        let heads = transport.drafts().await?;
        for head in &heads {
            self.take(transport, head).await?;
        }
        for draft in self.gone_elsewhere(&heads) {
            self.follow_end(transport, draft).await?;
        }
        let beside = self.state.borrow().beside();
        for (id, changes, elsewhere) in beside {
            self.set_beside(id, changes, elsewhere).await?;
        }
        self.copying.borrow_mut().looked_ms = Some(now);
        Ok(())
    }

    pub(super) async fn tell_end(
        &self,
        transport: &impl Transport,
        id: RecordId,
        end: &EndedDraft,
    ) -> Result<(), EngineError> {
        let mut request = KeepDraftRequest {
            version: end.seen,
            scope: end.scope.clone(),
            draft: RawValue::NULL.to_owned(),
            ended: Some(end.how),
        };
        for _ in 0..MOST_MET {
            let stands = transport.keep_draft(id, &request).await?;
            let theirs = serde_json::from_str::<Draft>(stands.draft.get()).ok();
            let own = |theirs: &Draft| self.state.borrow().is_own(theirs, u64::MAX);
            // Another device has gone on with it: there it stays, and comes back here.
            let others = theirs.is_some_and(|theirs| !own(&theirs));
            if stands.ended.is_some() || others {
                let plan = |state: &State| {
                    let mut meta = state.meta.clone();
                    if meta.ended_drafts.remove(&id).is_none() {
                        return Ok(None);
                    }
                    let plain = vec![Write::Meta(encode(&meta)?)];
                    Ok(Some(Planned::new(plain, move |state| state.meta = meta)))
                };
                return self.commit(Durability::Relaxed, &plan).await;
            }
            request.version = stands.version;
        }
        Ok(())
    }

    fn asked_to_keep(&self, draft: &Draft) -> Result<KeepDraftRequest, EngineError> {
        let copy = draft.copied_by(self.state.borrow().meta.device);
        let text = serde_json::value::to_raw_value(&copy)
            .map_err(|error| EngineError::Unreadable(error.to_string()))?;
        Ok(KeepDraftRequest {
            version: draft.copies.seen,
            scope: draft.scope.clone(),
            draft: text,
            ended: None,
        })
    }

    /// Gives the server a form that has words which the server lacks.
    async fn copy(&self, transport: &impl Transport, draft: &Draft) -> Result<(), EngineError> {
        let mut request = self.asked_to_keep(draft)?;
        let changes = draft.copies.changes;
        for _ in 0..MOST_MET {
            let stands = transport.keep_draft(draft.id, &request).await?;
            if stands.draft.get() == request.draft.get() {
                return self.note_copied(draft, stands.version).await;
            }
            // It ended elsewhere and goes on here.
            if stands.ended.is_some() {
                request.version = stands.version;
                continue;
            }
            let Ok(theirs) = serde_json::from_str::<Draft>(stands.draft.get()) else {
                return Ok(());
            };
            if self.state.borrow().is_own(&theirs, changes) {
                request.version = stands.version;
                continue;
            }
            let elsewhere = Elsewhere {
                version: stands.version,
                draft: theirs,
            };
            return self.set_beside(draft.id, changes, elsewhere).await;
        }
        Ok(())
    }

    /// Gives the server a form before it leaves this device for good, whatever another one made of it: both stay there.
    pub(super) async fn leave_draft(
        &self,
        transport: &impl Transport,
        draft: &Draft,
    ) -> Result<(), EngineError> {
        // What the server has of it may be newer by now.
        if draft.copies.are_alike() {
            return Ok(());
        }
        let mut request = self.asked_to_keep(draft)?;
        for _ in 0..MOST_MET {
            let stands = transport.keep_draft(draft.id, &request).await?;
            if stands.draft.get() == request.draft.get() {
                return Ok(());
            }
            request.version = stands.version;
        }
        Err(TransportError::Busy.into())
    }

    async fn note_copied(&self, draft: &Draft, version: u64) -> Result<(), EngineError> {
        let id = draft.id;
        self.commit(Durability::Relaxed, &|state| {
            let Some(here) = state.drafts.get(&id) else {
                // It was submitted or dropped while it was on its way.
                let how = match state.view.get(id).is_some() {
                    true => DraftEnd::Submitted,
                    false => DraftEnd::Deleted,
                };
                let mut meta = state.meta.clone();
                let end = EndedDraft {
                    seen: version,
                    scope: draft.scope.clone(),
                    how,
                };
                drop(meta.ended_drafts.insert(id, end));
                let plain = vec![Write::Meta(encode(&meta)?)];
                return Ok(Some(Planned::new(plain, move |state| state.meta = meta)));
            };
            let copies = Copies {
                seen: version,
                // Begun anew under the same id, it counts anew.
                holds: (here.copies.changes >= draft.copies.changes)
                    .then_some(draft.copies.changes),
                ..here.copies.clone()
            };
            state.put(Draft {
                copies,
                ..here.clone()
            })
        })
        .await
    }

    /// Keeps what another device made of a form beside what this one has; in its place where this one has nothing of
    /// its own.
    async fn set_beside(
        &self,
        id: RecordId,
        changes: u64,
        elsewhere: Elsewhere,
    ) -> Result<(), EngineError> {
        let open = self.copying.borrow().open.contains(&id);
        let elsewhere = &elsewhere;
        self.commit(Durability::Relaxed, &|state| {
            let Some(here) = state.drafts.get(&id) else {
                return Ok(None);
            };
            // Somebody typed meanwhile: the next round looks anew.
            if here.copies.changes != changes {
                return Ok(None);
            }
            let next = match here.copies.are_alike() && !open {
                _ if here.says_the_same(&elsewhere.draft) => Draft {
                    copies: Copies {
                        seen: elsewhere.version,
                        holds: Some(changes),
                        elsewhere: None,
                        ..here.copies.clone()
                    },
                    ..here.clone()
                },
                true => Draft {
                    copies: here.copies.of_version(elsewhere.version),
                    ..elsewhere.draft.clone()
                },
                false => Draft {
                    copies: Copies {
                        elsewhere: Some(Box::new(elsewhere.clone())),
                        ..here.copies.clone()
                    },
                    ..here.clone()
                },
            };
            state.put(next)
        })
        .await
    }

    /// Takes a form that another device has gone on with, or begun.
    async fn take(&self, transport: &impl Transport, head: &DraftHead) -> Result<(), EngineError> {
        let id = head.id;
        let seen = {
            let state = self.state.borrow();
            if state.meta.ended_drafts.contains_key(&id) {
                return Ok(());
            }
            state.drafts.get(&id).map(|draft| draft.copies.clone())
        };
        let known = seen.as_ref().map_or(0, |copies| {
            let beside = copies.elsewhere.as_ref();
            beside.map_or(copies.seen, |elsewhere| elsewhere.version)
        });
        let passed = self.copying.borrow().passed.contains(&(id, head.version));
        if known == head.version || passed {
            return Ok(());
        }
        if known > head.version {
            return self.forget_copy(id).await;
        }
        let DraftView { version, draft, .. } = transport.draft(id).await?;
        let Ok(theirs) = serde_json::from_str::<Draft>(draft.get()) else {
            self.pass(head);
            return Ok(());
        };
        if let Some(copies) = seen {
            // Its answer was lost; the next round goes on from there.
            if self.state.borrow().is_own(&theirs, copies.changes) {
                return Ok(());
            }
            let elsewhere = Elsewhere {
                version,
                draft: theirs,
            };
            return self.set_beside(id, copies.changes, elsewhere).await;
        }
        let theirs = Draft {
            copies: Copies::default().of_version(version),
            ..theirs
        };
        if theirs.id != id || self.state.borrow().is_done(&theirs) {
            self.pass(head);
            return Ok(());
        }
        let theirs = &theirs;
        self.commit(
            Durability::Relaxed,
            &|state| match state.drafts.contains_key(&id) || state.is_done(theirs) {
                true => Ok(None),
                false => state.put(theirs.clone()),
            },
        )
        .await
    }

    fn pass(&self, head: &DraftHead) {
        self.copying
            .borrow_mut()
            .passed
            .push((head.id, head.version));
    }

    /// The server has less than this device has seen: it was set back. The form is copied anew.
    async fn forget_copy(&self, id: RecordId) -> Result<(), EngineError> {
        self.commit(Durability::Relaxed, &|state| {
            let here = state.drafts.get(&id);
            let Some(here) = here.filter(|here| here.copies.holds.is_some()) else {
                return Ok(None);
            };
            let copies = Copies {
                holds: None,
                ..here.copies.clone()
            };
            state.put(Draft {
                copies,
                ..here.clone()
            })
        })
        .await
    }

    /// Forms that the server no longer lists, of which this device has nothing of its own.
    fn gone_elsewhere(&self, heads: &[DraftHead]) -> Vec<RecordId> {
        let state = self.state.borrow();
        let open = self.copying.borrow().open.clone();
        let listed = |id: RecordId| heads.iter().any(|head| head.id == id);
        let drafts = state.drafts.values();
        let gone = drafts.filter(|draft| {
            draft.copies.are_alike() && !open.contains(&draft.id) && !listed(draft.id)
        });
        gone.map(|draft| draft.id).gathered()
    }

    /// A form that has ended on another device ends here too.
    async fn follow_end(
        &self,
        transport: &impl Transport,
        id: RecordId,
    ) -> Result<(), EngineError> {
        let ended = match transport.draft(id).await {
            Ok(view) => view.ended,
            Err(TransportError::Refused(problem)) if problem.status == 404 => {
                return self.forget_copy(id).await;
            }
            Err(error) => return Err(error.into()),
        };
        let Some(how) = ended else {
            return Ok(());
        };
        self.commit(Durability::Strict, &|state| {
            let open = self.copying.borrow().open.contains(&id);
            let here = state.drafts.get(&id);
            let Some(here) = here.filter(|here| here.copies.are_alike() && !open) else {
                return Ok(None);
            };
            let blobs = state.blobs_of_draft(id);
            // Its photos are here alone. They are sent once this device has pulled the records that they belong to: with
            // a new visit these come all at once, of a changed one only the photos' own say so.
            let come = match here.revises.is_empty() {
                true => state.view.base(id).is_some(),
                false => !here.attachments.keys().any(|photo| blobs.contains(photo)),
            };
            if how == DraftEnd::Submitted && !come {
                return Ok(None);
            }
            let mut plain = vec![Write::DeleteDraft(id)];
            plain.extend(blobs.iter().copied().map(Write::DeleteBlob));
            Ok(Some(Planned::new(plain, move |state| {
                drop(state.drafts.remove(&id));
                state.lose_blobs(&blobs);
            })))
        })
        .await
    }

    /// Goes on with a form as another device left it, or as it stands here. Its person has been told what each holds;
    /// the other one goes.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn choose_draft(&self, id: RecordId, elsewhere: bool) -> Result<(), EngineError> {
        self.commit(Durability::Strict, &|state| {
            let here = state.drafts.get(&id);
            let both = here.and_then(|here| Some((here, here.copies.elsewhere.as_ref()?)));
            let Some((here, theirs)) = both else {
                return Ok(None);
            };
            let next = match elsewhere {
                true => Draft {
                    copies: here.copies.of_version(theirs.version),
                    ..theirs.draft.clone()
                },
                false => Draft {
                    copies: Copies {
                        changes: here.copies.changes + 1,
                        seen: theirs.version,
                        taken: here.copies.taken,
                        ..Copies::default()
                    },
                    ..here.clone()
                },
            };
            state.put(next)
        })
        .await
    }
}

/// A form that the server refuses stays here, and keeps no other from being copied.
fn passable(done: Result<(), EngineError>) -> Result<(), EngineError> {
    match done {
        Err(EngineError::Transport(TransportError::Refused(_))) => Ok(()),
        done => done,
    }
}
