//! Push: authorise, validate, merge, number, in one transaction.
//!
//! Read in this order: `envelope` (what every mutation must have), this file (numbers, duplicates, forks, gaps),
//! `act` (one act in its own savepoint), `judge` (one mutation), `waiting` (what can go on once something was put
//! right).

mod act;
mod envelope;
mod held;
mod judge;
mod waiting;

use crate::{
    app::AppState,
    auth::Access,
    clock::Clock,
    forms::Forms,
    problem::ApiError,
    store::{Held, Outcome, StoredMutation, WriteTx},
};
use envelope::{Entry, Item};
use ruyuan_domain::{
    DeviceId, Mid, ScopeId,
    consts::SCHEMA,
    wire::{MutationResult, MutationStatus, PushRequest, PushResponse, Reason},
};
use std::{collections::BTreeSet, sync::Arc};

/// One push while it is applied.
struct Push<'a> {
    tx: Box<dyn WriteTx>,
    access: &'a Access,
    device: DeviceId,
    forms: &'a Forms,
    clock: &'a dyn Clock,
    /// The device's quarantined mutations, once somebody asked (`held.rs`).
    held: Option<Arc<Vec<Held>>>,
}

/// Applies a push. What will fail again is kept and quarantined; what may pass later fails as a whole.
///
/// # Errors
/// A broken envelope, another person's device, a newer schema, or a failed database; then nothing is stored.
pub async fn push(
    state: &AppState,
    access: &Access,
    request: PushRequest,
) -> Result<PushResponse, ApiError> {
    if request.schema > SCHEMA {
        return Err(ApiError::SchemaTooNew);
    }
    let entries = envelope::read(&request.mutations)?;
    let mut tx = state.store.begin_write().await?;
    let epoch = tx.epoch().await?;
    let device = tx
        .lock_device(request.device, access.user, state.clock.unix_ms())
        .await?;
    if device.user != access.user {
        return Err(ApiError::DeviceOfAnotherPerson);
    }
    let mut answer = PushResponse {
        epoch,
        last_mid: device.last_mid,
        forked: false,
        results: Vec::new(),
    };
    // The epoch comes before the numbers: those of another life of the database mean nothing here.
    if request.epoch.is_some_and(|known| known != epoch) {
        return Ok(answer);
    }
    if entries
        .first()
        .is_some_and(|first| first.mid > device.last_mid.next())
    {
        return Ok(answer);
    }
    let mut push = Push {
        tx,
        access,
        device: request.device,
        forms: &state.forms,
        clock: state.clock.as_ref(),
        held: None,
    };
    let (known, new): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|entry| entry.mid <= device.last_mid);
    for entry in &known {
        let stored = push.tx.mutation_numbered(push.device, entry.mid).await?;
        match stored.filter(|stored| stored.id == entry.id) {
            Some(stored) => answer.results.push(push.duplicate(entry.mid, &stored)),
            None => {
                return Ok(PushResponse {
                    forked: true,
                    results: Vec::new(),
                    ..answer
                });
            }
        }
    }
    push.lock_scopes(&new).await?;
    if let Some(last) = new.last() {
        answer.last_mid = last.mid;
    }
    let mut retried = Vec::new();
    for item in envelope::items(new) {
        push.apply(item, &mut answer.results, &mut retried).await?;
    }
    // In the order sent; an id repeated inside an act was answered after it.
    answer.results.sort_by_key(|result| result.mid);
    answer.results.append(&mut retried);
    push.tx.set_last_mid(push.device, answer.last_mid).await?;
    push.tx.commit().await?;
    Ok(answer)
}

impl Push<'_> {
    /// Locks every scope that the push may write to, sorted, before anything is written.
    ///
    /// A record cannot change its scope yet; once it can, the scopes are read again under the lock.
    async fn lock_scopes(&mut self, entries: &[Entry]) -> Result<(), ApiError> {
        let mut scopes: BTreeSet<ScopeId> = entries
            .iter()
            .filter_map(|entry| entry.sketch.scope.clone())
            .collect();
        let mut records: BTreeSet<_> = entries
            .iter()
            .flat_map(|entry| [entry.sketch.record, entry.sketch.root])
            .flatten()
            .collect();
        // What waits may go on in this push.
        for held in self.held().await?.iter() {
            records.extend([held.record, held.root].into_iter().flatten());
            let raw = self.tx.mutation(held.id).await?;
            scopes.extend(raw.and_then(|stored| envelope::sketch(&stored.raw).scope));
        }
        for record in records {
            scopes.extend(self.tx.record(record).await?.map(|record| record.scope));
        }
        // A scope that the person may not write to is not even made.
        scopes.retain(|scope| self.access.writable.contains(scope));
        let sorted: Vec<ScopeId> = scopes.into_iter().collect();
        self.tx.lock_scopes(&sorted).await?;
        Ok(())
    }

    async fn apply(
        &mut self,
        item: Item,
        results: &mut Vec<MutationResult>,
        retried: &mut Vec<MutationResult>,
    ) -> Result<(), ApiError> {
        let mut fresh = Vec::new();
        for entry in item.entries {
            match self.tx.mutation(entry.id).await? {
                Some(stored) => results.push(self.repeat(&entry, &stored).await?),
                None => fresh.push(entry),
            }
        }
        if fresh.is_empty() {
            return Ok(());
        }
        let outcomes = self.apply_act(&fresh).await?;
        let applied = outcomes
            .iter()
            .all(|outcome| outcome.status != MutationStatus::Quarantined);
        for (entry, outcome) in fresh.iter().zip(&outcomes) {
            self.keep(entry, outcome).await?;
            results.push(result(entry.mid, outcome));
        }
        if applied {
            self.settle(&fresh).await?;
            retried.append(&mut self.retry_waiting(&fresh).await?);
        }
        Ok(())
    }

    /// A mutation known already, under a number that is new.
    async fn repeat(
        &mut self,
        entry: &Entry,
        stored: &StoredMutation,
    ) -> Result<MutationResult, ApiError> {
        let own = stored.user == self.access.user;
        let raw = (!own).then_some(entry.raw.as_str());
        self.tx
            .insert_repeat(self.device, entry.mid, entry.id, raw)
            .await?;
        self.forget_held();
        Ok(self.duplicate(entry.mid, stored))
    }

    /// What became of a known mutation the first time. Another person's is none of this one's business.
    fn duplicate(&self, mid: Mid, stored: &StoredMutation) -> MutationResult {
        if stored.user != self.access.user {
            return result(mid, &Outcome::refused(Reason::NotAllowed));
        }
        MutationResult {
            status: MutationStatus::Duplicate,
            original: Some(stored.outcome.status),
            ..result(mid, &stored.outcome)
        }
    }

    async fn keep(&mut self, entry: &Entry, outcome: &Outcome) -> Result<(), ApiError> {
        let stored = StoredMutation {
            device: self.device,
            mid: entry.mid,
            id: entry.id,
            user: self.access.user,
            record: entry.sketch.record,
            root: entry.sketch.root,
            group: entry.sketch.group,
            origin: self.origin(entry).await?,
            raw: entry.raw.clone(),
            outcome: outcome.clone(),
            at_ms: self.clock.unix_ms(),
        };
        self.tx.insert_mutation(&stored).await?;
        self.hold(entry, stored.origin, outcome);
        Ok(())
    }
}

fn result(mid: Mid, outcome: &Outcome) -> MutationResult {
    MutationResult {
        mid,
        status: outcome.status,
        original: None,
        reason: outcome.reason.clone(),
        scope: outcome.scope.clone(),
        seq: outcome.seq,
    }
}
