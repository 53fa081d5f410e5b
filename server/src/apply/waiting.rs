//! What waits behind a quarantined mutation: it goes on when that one is put right, or goes when that one goes.

use super::{Push, envelope::Entry, result};
use crate::{
    problem::ApiError,
    store::{Ending, Held, Outcome},
};
use ruyuan_domain::{
    GroupId, Mid, MutationId, RecordId,
    wire::{MutationResult, MutationStatus, Reason},
};
use std::collections::{BTreeMap, BTreeSet};

/// What has moved, and may have freed something.
#[derive(Default)]
struct Freed {
    records: BTreeSet<RecordId>,
    groups: BTreeSet<GroupId>,
}

impl Freed {
    fn touches(&self, held: &Held) -> bool {
        let mut records = [held.record, held.root].into_iter().flatten();
        records.any(|record| self.records.contains(&record))
            || held.group.is_some_and(|group| self.groups.contains(&group))
    }
}

impl Push<'_> {
    /// An act has applied: tries again, oldest first and whole acts, what waited for its records. Answers those
    /// whose outcome is another one now.
    pub async fn retry_waiting(
        &mut self,
        applied: &[Entry],
    ) -> Result<Vec<MutationResult>, ApiError> {
        let mut freed = Freed::default();
        self.note_freed(&mut freed, applied).await?;
        let mut tried: BTreeSet<MutationId> = BTreeSet::new();
        let mut results = Vec::new();
        loop {
            let held = self.held().await?;
            let Some(act) = next_act(&held, &freed, &tried) else {
                return Ok(results);
            };
            tried.extend(act.iter().map(|held| held.id));
            let entries = self.entries_of(&act).await?;
            let outcomes = self.apply_act(&entries).await?;
            for ((entry, before), outcome) in entries.iter().zip(&act).zip(&outcomes) {
                if outcome.reason.as_ref() != Some(&before.reason) {
                    self.amend(entry.id, outcome).await?;
                    results.push(result(entry.mid, outcome));
                }
            }
            if outcomes
                .iter()
                .all(|outcome| outcome.status != MutationStatus::Quarantined)
            {
                self.settle(&entries).await?;
                self.note_freed(&mut freed, &entries).await?;
            }
        }
    }

    async fn note_freed(&mut self, freed: &mut Freed, applied: &[Entry]) -> Result<(), ApiError> {
        for entry in applied {
            freed.records.extend(
                [entry.sketch.record, entry.sketch.root]
                    .into_iter()
                    .flatten(),
            );
            // The rest of an act of which only the refused part was mended.
            if let Some(named) = entry.sketch.mends {
                freed.groups.extend(
                    self.tx
                        .mutation(named)
                        .await?
                        .and_then(|stored| stored.group),
                );
            }
        }
        Ok(())
    }

    async fn entries_of(&mut self, act: &[Held]) -> Result<Vec<Entry>, ApiError> {
        let mut entries = Vec::with_capacity(act.len());
        for held in act {
            let stored = self.tx.mutation(held.id).await?;
            let raw = stored.map(|stored| stored.raw).unwrap_or_default();
            entries.push(Entry::kept(held.mid, held.id, &raw));
        }
        Ok(entries)
    }

    /// Gives up a quarantined mutation, the rest of its act, and what waits for any of them.
    pub async fn discard(&mut self, entry: &Entry) -> Result<Result<Outcome, Reason>, ApiError> {
        let Some(origin) = self.origin(entry).await? else {
            return Ok(Err(Reason::Malformed {
                detail: "`mends` names no mutation of this person".to_owned(),
            }));
        };
        let family: BTreeSet<MutationId> = self.tx.family(origin).await?.into_iter().collect();
        let device = self
            .tx
            .mutation(origin)
            .await?
            .map_or(self.device, |first| first.device);
        // Under its own device the chain is whole; under this one it is too, if the device was renumbered.
        let mut held = self.tx.held(self.device).await?;
        if !held.iter().any(|held| family.contains(&held.id)) {
            held = self.tx.held(device).await?;
        }
        for id in closure(&held, family) {
            self.end(id, Ending::Discarded).await?;
        }
        Ok(Ok(Outcome::done()))
    }
}

/// The oldest act that has been freed and was not tried yet. One with a fault of its own waits for its author.
fn next_act(held: &[Held], freed: &Freed, tried: &BTreeSet<MutationId>) -> Option<Vec<Held>> {
    let waits = |held: &Held| {
        matches!(
            held.reason,
            Reason::WaitsFor { .. } | Reason::GroupRefused { .. } | Reason::UnknownRecord
        )
    };
    let touched: BTreeSet<Act> = held
        .iter()
        .filter(|held| freed.touches(held))
        .map(act_of)
        .collect();
    let stays: BTreeSet<Act> = held
        .iter()
        .filter(|held| !waits(held) || tried.contains(&held.id))
        .map(act_of)
        .collect();
    let next = held
        .iter()
        .map(act_of)
        .find(|act| touched.contains(act) && !stays.contains(act))?;
    let act = held.iter().filter(|held| act_of(held) == next);
    Some(act.cloned().collect())
}

/// What tells acts apart: their group, or their only mutation.
type Act = Result<GroupId, MutationId>;

fn act_of(held: &Held) -> Act {
    held.group.ok_or(held.id)
}

/// Everything that goes with these: the rest of their acts, and what waits behind them. What stands before them on the
/// same record waits for something else, and stays.
fn closure(held: &[Held], mut gone: BTreeSet<MutationId>) -> BTreeSet<MutationId> {
    loop {
        let mut first: BTreeMap<RecordId, Mid> = BTreeMap::new();
        let mut groups: BTreeSet<GroupId> = BTreeSet::new();
        for with in held.iter().filter(|held| gone.contains(&held.id)) {
            groups.extend(with.group);
            if let Some(record) = with.record {
                let first = first.entry(record).or_insert(with.mid);
                *first = with.mid.min(*first);
            }
        }
        let behind = |held: &Held| {
            let mut about = [held.record, held.root].into_iter().flatten();
            matches!(held.reason, Reason::WaitsFor { .. })
                && about.any(|record| first.get(&record).is_some_and(|first| *first < held.mid))
        };
        let size = gone.len();
        let reached = held
            .iter()
            .filter(|held| held.group.is_some_and(|group| groups.contains(&group)) || behind(held));
        gone.extend(reached.map(|held| held.id));
        if gone.len() == size {
            return gone;
        }
    }
}
