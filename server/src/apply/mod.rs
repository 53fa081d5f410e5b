//! Push: authorise, validate, merge, number, in one transaction.
//!
//! Read in this order: `envelope` (what every mutation must have), this file (numbers, duplicates, forks, gaps),
//! `act` (one act in its own savepoint), `allowed` (what may be pushed at all), `judge` (one mutation), `writers` (whose
//! values it met), `waiting` (what can go on once something was put right).

mod act;
mod allowed;
mod envelope;
mod held;
mod judge;
mod recovered;
mod rows;
mod waiting;
mod writers;

use crate::{
    auth::Access,
    clock::Clock,
    forms::Forms,
    problem::ApiError,
    store::{Held, Outcome, Store, StoreError, StoredMutation, WriteTx},
};
use envelope::{Entry, Item};
use ruyuan_domain::{
    DeviceId, Mid, Mutation, MutationId, Record, RecordId, ScopeId,
    consts::SCHEMA,
    wire::{MutationResult, MutationStatus, PushRequest, PushResponse, Reason},
};
use std::{collections::BTreeSet, sync::Arc};

/// How often a push begins anew because records were moved before their scopes were locked.
const MOST_TURNS: usize = 8;

/// What a push is applied to, and with.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// The database.
    pub store: &'a dyn Store,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Published forms, parsed.
    pub forms: &'a Forms,
}

/// One push while it is applied.
struct Push<'a> {
    tx: Box<dyn WriteTx>,
    access: &'a Access,
    device: DeviceId,
    forms: &'a Forms,
    clock: &'a dyn Clock,
    /// The device's quarantined mutations, once somebody asked (`held.rs`).
    held: Option<Arc<Vec<Held>>>,
    /// Those of its mutations that came before, or earlier in this push.
    known: BTreeSet<MutationId>,
    /// Recovered rows of the records that it edits.
    recovered: Vec<Record>,
}

/// Applies a push. What will fail again is kept and quarantined; what may pass later fails as a whole.
///
/// # Errors
/// A broken envelope, another person's device, a newer schema, or a failed database; then nothing is stored.
pub async fn push(
    base: &Base<'_>,
    access: &Access,
    request: PushRequest,
) -> Result<PushResponse, ApiError> {
    if request.schema > SCHEMA {
        return Err(ApiError::SchemaTooNew);
    }
    let entries = envelope::read(&request.mutations)?;
    for _ in 0..MOST_TURNS {
        if let Some(answer) = attempt(base, access, &request, entries.clone()).await? {
            return Ok(answer);
        }
    }
    Err(StoreError::Busy.into())
}

/// One try in a transaction of its own; `None` if a record was moved before its scope was locked, and then nothing is
/// stored.
async fn attempt(
    base: &Base<'_>,
    access: &Access,
    request: &PushRequest,
    entries: Vec<Entry>,
) -> Result<Option<PushResponse>, ApiError> {
    let mut tx = base.store.begin_write().await?;
    let device = tx
        .lock_device(request.device, access.user, base.clock.unix_ms())
        .await?;
    let epoch = tx.epoch().await?;
    if device.user != access.user {
        return Err(ApiError::DeviceOfAnotherPerson);
    }
    let mut answer = PushResponse {
        epoch,
        last_mid: device.last_mid,
        forked: false,
        wipe: device.wipe,
        results: Vec::new(),
    };
    // The epoch comes before the numbers: those of another life of the database mean nothing here.
    if request.epoch.is_some_and(|known| known != epoch) {
        return Ok(Some(answer));
    }
    if entries
        .first()
        .is_some_and(|first| first.mid > device.last_mid.next())
    {
        return Ok(Some(answer));
    }
    let mut push = Push {
        tx,
        access,
        device: request.device,
        forms: base.forms,
        clock: base.clock,
        held: None,
        known: BTreeSet::new(),
        recovered: Vec::new(),
    };
    let (known, new): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|entry| entry.mid <= device.last_mid);
    for entry in &known {
        let stored = push.tx.mutation_numbered(push.device, entry.mid).await?;
        match stored.filter(|stored| stored.id == entry.id) {
            Some(stored) => answer.results.push(push.duplicate(entry, &stored)),
            None => {
                answer.forked = true;
                answer.results.clear();
                return Ok(Some(answer));
            }
        }
    }
    if !push.lock_scopes(&new).await? {
        return Ok(None);
    }
    if let Some(last) = new.last() {
        answer.last_mid = last.mid;
    }
    let records: Vec<RecordId> = new.iter().filter_map(|entry| entry.sketch.record).collect();
    push.recovered = push.tx.recovered_of(&records).await?;
    push.recovered.retain(|row| !row.deleted);
    let mut retried = Vec::new();
    for item in envelope::items(new) {
        push.apply(item, &mut answer.results, &mut retried).await?;
    }
    // In the order sent; an id repeated inside an act was answered after it.
    answer.results.sort_by_key(|result| result.mid);
    answer.results.append(&mut retried);
    push.tx.set_last_mid(push.device, answer.last_mid).await?;
    push.tx.commit().await?;
    Ok(Some(answer))
}

impl Push<'_> {
    /// Locks every scope that the push may write to, sorted, before anything is written, and learns which mutations are
    /// known. `false` if a record went into another scope meanwhile, or one of them has become known.
    async fn lock_scopes(&mut self, entries: &[Entry]) -> Result<bool, ApiError> {
        let mut named = BTreeSet::new();
        let mut records = BTreeSet::new();
        let mut note = |sketch: &envelope::Sketch| {
            named.extend(
                [&sketch.scope, &sketch.destination]
                    .into_iter()
                    .flatten()
                    .cloned(),
            );
            let named = [sketch.record, sketch.root, sketch.enterprise];
            records.extend(named.into_iter().flatten());
        };
        let ids: Vec<MutationId> = entries.iter().map(|entry| entry.id).collect();
        self.known = self.tx.known(&ids).await?;
        for entry in entries {
            note(&entry.sketch);
            // What is known already may be written once it waits no more, where it said so the first time.
            if self.known.contains(&entry.id)
                && let Some(stored) = self.tx.mutation(entry.id).await?
            {
                note(&Entry::kept(entry.mid, entry.id, &stored.raw).sketch);
            }
        }
        // What waits may go on in this push.
        for held in self.held().await?.iter() {
            if let Some(stored) = self.tx.mutation(held.id).await? {
                note(&Entry::kept(held.mid, held.id, &stored.raw).sketch);
            }
        }
        let records: Vec<RecordId> = records.into_iter().collect();
        let here = self.tx.scopes_of(&records).await?;
        named.extend(here.iter().cloned());
        // A scope that is nothing to the person is not even made.
        named.retain(|scope| self.access.scopes.contains(scope));
        let sorted: Vec<ScopeId> = named.into_iter().collect();
        let others_may_write = self.tx.lock_scopes(&sorted).await?;
        Ok(!others_may_write
            || self.tx.scopes_of(&records).await?.is_subset(&here)
                && self.tx.known(&ids).await? == self.known)
    }

    async fn apply(
        &mut self,
        item: Item,
        results: &mut Vec<MutationResult>,
        retried: &mut Vec<MutationResult>,
    ) -> Result<(), ApiError> {
        let mut fresh = Vec::new();
        for entry in item.entries {
            let stored = match self.known.contains(&entry.id) {
                true => self.tx.mutation(entry.id).await?,
                false => None,
            };
            match stored {
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
            self.close_recovered(&fresh, &outcomes).await?;
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
        let raw = (!own).then_some(entry.raw.as_ref());
        self.tx
            .insert_repeat(self.device, entry.mid, entry.id, raw)
            .await?;
        self.forget_held();
        Ok(self.duplicate(entry, stored))
    }

    /// What became of a known mutation the first time. Another person's is none of this one's business, unless it is
    /// the same edit, word for word: then it came in a queue that was saved as a file and sent for its author.
    fn duplicate(&self, entry: &Entry, stored: &StoredMutation) -> MutationResult {
        let applied = stored.outcome.status != MutationStatus::Quarantined;
        let own = stored.user == self.access.user;
        if !(own || applied && same_edit(&entry.raw, &stored.raw)) {
            return result(entry.mid, &Outcome::refused(Reason::NotAllowed));
        }
        MutationResult {
            status: MutationStatus::Duplicate,
            original: Some(stored.outcome.status),
            ..result(entry.mid, &stored.outcome)
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
            raw: entry.raw.as_ref().to_owned(),
            outcome: outcome.clone(),
            at_ms: self.clock.unix_ms(),
        };
        self.tx.insert_mutation(&stored).await?;
        self.known.insert(entry.id);
        self.hold(entry, stored.origin, outcome);
        Ok(())
    }
}

/// Whether two texts are one edit under different numbers.
fn same_edit(one: &str, other: &str) -> bool {
    let edit = |text| serde_json::from_str::<Mutation>(text).ok();
    let (Some(one), Some(other)) = (edit(one), edit(other)) else {
        return false;
    };
    one == Mutation {
        mid: one.mid,
        ..other
    }
}

fn result(mid: Mid, outcome: &Outcome) -> MutationResult {
    MutationResult {
        mid,
        status: outcome.status,
        original: None,
        reason: outcome.reason.clone(),
        // Of a refused one it says for whom it is kept, not where it stands.
        scope: outcome.scope.clone().filter(|_| outcome.reason.is_none()),
        seq: outcome.seq,
    }
}
