//! One act in its own savepoint: every mutation of it applies, or none does and all are kept.

use super::{Push, envelope::Entry, judge::Place};
use crate::{
    problem::ApiError,
    store::{Ending, Held, Outcome},
};
use ruyuan_domain::{Mid, MutationId, RecordId, wire::Reason};
use std::{collections::BTreeSet, sync::Arc};

/// What an act's mutations meet besides the records.
pub struct Surroundings {
    /// Quarantined mutations of this device that are not settled.
    pub held: Arc<Vec<Held>>,
    /// Mutations of this act, which do not wait for one another.
    pub own: BTreeSet<MutationId>,
    /// Mutations that this act puts right, with all that tried to before.
    pub mended: BTreeSet<MutationId>,
    /// Records that a refused mutation of this act would have written.
    pub refused: BTreeSet<RecordId>,
}

impl Push<'_> {
    /// Applies an act, or undoes it and says of each mutation why. Nothing is kept of the mutations themselves yet.
    pub async fn apply_act(&mut self, act: &[Entry]) -> Result<Vec<Outcome>, ApiError> {
        let mut around = Surroundings {
            held: self.held().await?,
            own: act.iter().map(|entry| entry.id).collect(),
            mended: self.mended_by(act).await?,
            refused: BTreeSet::new(),
        };
        self.tx.savepoint().await?;
        let mut judged: Vec<Option<Outcome>> = Vec::with_capacity(act.len());
        let mut refused_first: Option<Mid> = None;
        for entry in act {
            // What hangs on a refused part of the same act has no fault of its own to tell.
            let hangs = [entry.sketch.record, entry.sketch.root]
                .into_iter()
                .flatten()
                .any(|record| around.refused.contains(&record));
            if hangs {
                judged.push(None);
                continue;
            }
            let place = self.place(entry, &around.held).await?;
            let outcome = match self.judge(entry, place, &around).await? {
                Ok(outcome) => outcome,
                Err(reason) => {
                    refused_first.get_or_insert(entry.mid);
                    around.refused.extend(entry.sketch.record);
                    Outcome::refused(reason)
                }
            };
            judged.push(Some(outcome));
        }
        let Some(mid) = refused_first else {
            self.tx.release().await?;
            return Ok(judged.into_iter().flatten().collect());
        };
        self.tx.undo().await?;
        if act.iter().any(|entry| entry.sketch.mends.is_some()) {
            self.forget_held();
        }
        // Where it was to go: who manages that scope is shown it if its author has gone (`left.rs`).
        let placed = |entry: &Entry, outcome: Outcome| Outcome {
            scope: entry.sketch.scope.clone(),
            ..outcome
        };
        let group_refused = || Outcome::refused(Reason::GroupRefused { mid });
        Ok(judged
            .into_iter()
            .zip(act)
            .map(|(outcome, entry)| {
                let refused = outcome.filter(|outcome| outcome.reason.is_some());
                placed(entry, refused.unwrap_or_else(group_refused))
            })
            .collect())
    }

    /// The quarantined mutations that an act puts right: those it names, and earlier tries at the same.
    async fn mended_by(&mut self, act: &[Entry]) -> Result<BTreeSet<MutationId>, ApiError> {
        let mut mended = BTreeSet::new();
        for entry in act {
            if let Some(origin) = self.origin(entry).await? {
                mended.extend(self.tx.family(origin).await?);
            }
        }
        for entry in act {
            mended.remove(&entry.id);
        }
        Ok(mended)
    }

    /// The first mutation of the row of tries that this one belongs to, if it mends one of this person's.
    pub async fn origin(&mut self, entry: &Entry) -> Result<Option<MutationId>, ApiError> {
        let Some(named) = entry.sketch.mends else {
            return Ok(None);
        };
        let stored = self.tx.mutation(named).await?;
        let stored = stored.filter(|stored| stored.user == self.access.user);
        Ok(stored.map(|stored| stored.origin.unwrap_or(stored.id)))
    }

    /// Where a mutation stands among the device's others: a mend stands where what it mends stood, so that what
    /// waited for that one comes after it.
    async fn place(&mut self, entry: &Entry, held: &[Held]) -> Result<Place, ApiError> {
        if entry.sketch.mends.is_none() {
            return Ok(Place {
                mid: entry.mid,
                mends_nothing_known: false,
            });
        }
        let Some(origin) = self.origin(entry).await? else {
            return Ok(Place {
                mid: entry.mid,
                mends_nothing_known: true,
            });
        };
        // The numbers are this device's, also for what it sent again under new ones.
        let tries = held
            .iter()
            .filter(|held| held.id == origin || held.origin == Some(origin));
        let first = tries.map(|held| held.mid).min();
        Ok(Place {
            mid: first.unwrap_or(entry.mid).min(entry.mid),
            mends_nothing_known: false,
        })
    }

    /// The act applied: what it puts right has ended.
    pub async fn settle(&mut self, act: &[Entry]) -> Result<(), ApiError> {
        for id in self.mended_by(act).await? {
            self.end(id, Ending::Mended).await?;
        }
        Ok(())
    }
}
