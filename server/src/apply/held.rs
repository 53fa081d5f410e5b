//! The device's quarantined mutations while a push is applied: read once and kept up with what the push does.
//!
//! Every act asks for them. Read anew for each, a push of thousands of broken mutations took minutes and the
//! database's only writer with it.

use super::{Push, envelope::Entry};
use crate::{
    problem::ApiError,
    store::{Ending, Held, Outcome},
};
use ruyuan_domain::MutationId;
use std::sync::Arc;

impl Push<'_> {
    /// Quarantined mutations of this device that are not settled, in order of their numbers.
    pub async fn held(&mut self) -> Result<Arc<Vec<Held>>, ApiError> {
        if let Some(held) = &self.held {
            return Ok(Arc::clone(held));
        }
        let held = Arc::new(self.tx.held(self.device).await?);
        self.held = Some(Arc::clone(&held));
        Ok(held)
    }

    /// What was done is undone, or done where this does not follow: read anew when somebody asks.
    pub fn forget_held(&mut self) {
        self.held = None;
    }

    /// A new mutation is quarantined. Its number is the highest.
    pub fn hold(&mut self, entry: &Entry, origin: Option<MutationId>, outcome: &Outcome) {
        if let (Some(held), Some(reason)) = (&mut self.held, &outcome.reason) {
            Arc::make_mut(held).push(Held {
                mid: entry.mid,
                id: entry.id,
                record: entry.sketch.record,
                root: entry.sketch.root,
                group: entry.sketch.group,
                origin,
                reason: reason.clone(),
            });
        }
    }

    /// A quarantined mutation was tried again.
    pub async fn amend(&mut self, id: MutationId, outcome: &Outcome) -> Result<(), ApiError> {
        self.tx.amend_mutation(id, outcome).await?;
        let Some(held) = &mut self.held else {
            return Ok(());
        };
        let held = Arc::make_mut(held);
        match &outcome.reason {
            None => held.retain(|held| held.id != id),
            Some(reason) => held
                .iter_mut()
                .filter(|held| held.id == id)
                .for_each(|held| held.reason = reason.clone()),
        }
        Ok(())
    }

    /// A quarantined mutation has ended.
    pub async fn end(&mut self, id: MutationId, ending: Ending) -> Result<(), ApiError> {
        self.tx.settle_mutation(id, ending).await?;
        if let Some(held) = &mut self.held {
            Arc::make_mut(held).retain(|held| held.id != id);
        }
        Ok(())
    }
}
