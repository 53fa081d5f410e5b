//! Sending: batches that never split an act, and what the server's answer does to the outbox.

use super::{
    AckedEntry, Engine, EngineError, Meta, OutboxEntry, OutboxState, Planned, State, SyncReport,
    encode,
};
use crate::{
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
    transport::Transport,
};
use ruyuan_domain::{
    DeviceId, Epoch, Mid, Mutation, MutationId, RecordId, Stamp, consts,
    order::sorted_by_key,
    wire::{MutationResult, MutationStatus, PushRequest, PushResponse},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

/// How often one round renumbers before it leaves that to the next round.
const MOST_TURNS: usize = 4;

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Says whether the server is still the one that it was; if not, sending begins anew.
    pub(super) async fn push_all(
        &self,
        transport: &impl Transport,
        report: &mut SyncReport,
    ) -> Result<bool, EngineError> {
        let mut turns = 0;
        loop {
            let (batch, device, epoch) = self.offer(transport).await?;
            let Some(first) = batch.first().map(|mutation| mutation.mid) else {
                return Ok(true);
            };
            let mut mutations = Vec::with_capacity(batch.len());
            for mutation in &batch {
                let raw = serde_json::value::to_raw_value(mutation)
                    .map_err(|error| EngineError::Unreadable(error.to_string()))?;
                mutations.push(raw);
            }
            let request = PushRequest {
                device,
                epoch,
                schema: consts::SCHEMA,
                mutations,
            };
            let response = transport.push(&request).await?;
            // What else waits is sent first: it is the last chance of these words.
            if response.wipe {
                self.ordered.set(Some(device));
            }
            let other_life = epoch.is_some_and(|known| known != response.epoch);
            // A gap: the server has lost what it had confirmed of this device.
            if other_life || response.last_mid.next() < first {
                self.begin_new_life(device, response.epoch).await?;
                return Ok(false);
            }
            if response.forked {
                turns += 1;
                if turns > MOST_TURNS {
                    return Ok(true);
                }
                self.renumber(device).await?;
                continue;
            }
            // An answer that says nothing of the first one sent would have it sent for ever: next round.
            let answered = response.results.iter().any(|result| result.mid == first);
            self.take_results(device, response, report).await?;
            if !answered {
                return Ok(true);
            }
        }
    }

    /// What is sent next, by which device to which life of the server. Before any of it leaves it is written down that
    /// it may have: from then on only the server can say that it was never there.
    async fn offer(
        &self,
        transport: &impl Transport,
    ) -> Result<(Vec<Mutation>, DeviceId, Option<Epoch>), EngineError> {
        // Without a network nothing leaves, and is not to be taken for sent: the server is asked for a word first.
        if !self.reached.get() && self.state.borrow().offers_more() {
            let greeting = self.state.borrow().greeting();
            transport.push(&greeting).await?;
            self.reached.set(true);
        }
        let offered = RefCell::new(None);
        self.commit(Durability::Strict, &|state| {
            let batch = state.next_batch();
            let last = batch.last().map(|mutation| mutation.mid);
            offered.replace(Some((batch, state.meta.device, state.meta.epoch)));
            let Some(last) = last.filter(|last| !state.may_have_been_sent(*last)) else {
                return Ok(None);
            };
            let mut meta = state.meta.clone();
            meta.offered = Some(last);
            let plain = vec![Write::Meta(encode(&meta)?)];
            Ok(Some(Planned::new(plain, move |state| state.meta = meta)))
        })
        .await?;
        let state = self.state.borrow();
        let nothing = (Vec::new(), state.meta.device, state.meta.epoch);
        Ok(offered.into_inner().unwrap_or(nothing))
    }

    /// Moves what the server confirmed out of the outbox, and marks what it quarantined.
    async fn take_results(
        &self,
        device: DeviceId,
        response: PushResponse,
        report: &mut SyncReport,
    ) -> Result<(), EngineError> {
        let now = self.environment.now();
        let counts = Cell::new((0, 0));
        self.commit(Durability::Strict, &|state| {
            // Another tab renumbered meanwhile: these numbers mean other mutations now.
            if state.meta.device != device {
                return Ok(None);
            }
            let outcome = state.plan_results(&response, now);
            if outcome.is_empty() && state.meta.epoch == Some(response.epoch) {
                return Ok(None);
            }
            let mut meta = state.meta.clone();
            meta.epoch = Some(response.epoch);
            let mut plain = vec![Write::Meta(encode(&meta)?)];
            plain.extend(outcome.gone.iter().copied().map(Write::DeleteOutbox));
            for entry in &outcome.acked {
                plain.push(Write::PutAcked(entry.mutation.id, encode(entry)?));
            }
            for entry in &outcome.quarantined {
                plain.push(Write::PutOutbox(entry.mutation.mid, encode(entry)?));
            }
            let counts = &counts;
            Ok(Some(Planned::new(plain, move |state| {
                counts.set((outcome.acked.len(), outcome.quarantined.len()));
                state.take_outcome(outcome, meta);
            })))
        })
        .await?;
        let (confirmed, quarantined) = counts.get();
        report.confirmed += confirmed;
        report.quarantined += quarantined;
        Ok(())
    }
}

/// What an answer does to the outbox.
#[derive(Default)]
struct Outcome {
    gone: Vec<Mid>,
    acked: Vec<AckedEntry>,
    quarantined: Vec<OutboxEntry>,
}

impl Outcome {
    fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.acked.is_empty() && self.quarantined.is_empty()
    }
}

impl State {
    /// Whether something waits that has never been in a push.
    fn offers_more(&self) -> bool {
        let waits = |entry: &OutboxEntry| entry.state == OutboxState::Waiting;
        let mut last = self.outbox.values().rev().filter(|entry| waits(entry));
        last.next()
            .is_some_and(|entry| !self.may_have_been_sent(entry.mutation.mid))
    }

    /// A push of nothing, for the answer alone.
    fn greeting(&self) -> PushRequest {
        PushRequest {
            device: self.meta.device,
            epoch: self.meta.epoch,
            schema: consts::SCHEMA,
            mutations: Vec::new(),
        }
    }

    /// What is sent next: in order of the numbers, within the limit of one push, an act never split.
    fn next_batch(&self) -> Vec<Mutation> {
        let all: Vec<&Mutation> = self
            .outbox
            .values()
            .filter(|entry| entry.state == OutboxState::Waiting)
            .map(|entry| &entry.mutation)
            .collect();
        let all = sorted_by_key(all, |mutation| mutation.mid);
        let mut batch: Vec<Mutation> = Vec::new();
        let mut bytes = 0;
        for act in all.chunk_by(|one, next| one.group.is_some() && one.group == next.group) {
            let size: usize = act.iter().map(|mutation| mutation.bytes()).sum();
            let contiguous = batch
                .last()
                .zip(act.first())
                .is_none_or(|(last, next)| last.mid.next() == next.mid);
            // Numbers between two waiting ones that the server has seen already (a quarantined one) end the batch:
            // within one push the numbers have no gap.
            if !batch.is_empty() && (bytes + size > consts::PUSH_LIMIT || !contiguous) {
                break;
            }
            bytes += size;
            batch.extend(act.iter().map(|mutation| (*mutation).clone()));
        }
        batch
    }

    fn plan_results(&self, response: &PushResponse, now: Stamp) -> Outcome {
        let mut outcome = Outcome::default();
        for result in &response.results {
            let Some(entry) = self.outbox.get(&result.mid) else {
                continue;
            };
            let mutation = &entry.mutation;
            match result.outcome() {
                MutationStatus::Quarantined => {
                    let Some(reason) = result.reason.clone() else {
                        continue;
                    };
                    let state = OutboxState::Quarantined { reason, at: now };
                    outcome.quarantined.push(OutboxEntry {
                        state,
                        ..entry.clone()
                    });
                }
                status => {
                    outcome.gone.push(result.mid);
                    outcome
                        .acked
                        .push(self.acked_entry(mutation, status, result, now));
                }
            }
            // Whether the mend held or was refused in its turn, it stands for what it mends from now on.
            if let Some(mended) = mutation.mends {
                let replaced = self.replaced_by(entry, mended, &outcome.quarantined);
                outcome.gone.extend(replaced);
            }
        }
        let gone = &outcome.gone;
        outcome
            .quarantined
            .retain(|entry| !gone.contains(&entry.mutation.mid));
        outcome
    }

    fn acked_entry(
        &self,
        mutation: &Mutation,
        status: MutationStatus,
        result: &MutationResult,
        at: Stamp,
    ) -> AckedEntry {
        AckedEntry {
            mutation: mutation.clone(),
            device: self.meta.device,
            status,
            scope: result
                .scope
                .clone()
                .unwrap_or_else(|| mutation.scope.clone()),
            seq: result.seq.unwrap_or_default(),
            at,
        }
    }

    /// The quarantined entries that a mend or a discard takes the place of. What still waited when it was given up
    /// has been judged before the discard, just now or earlier, and goes as well.
    fn replaced_by(
        &self,
        by: &OutboxEntry,
        mended: MutationId,
        just_now: &[OutboxEntry],
    ) -> Vec<Mid> {
        let known = self
            .outbox
            .values()
            .filter(|entry| entry.reason().is_some());
        known
            .chain(just_now)
            .map(|entry| &entry.mutation)
            .filter(|mutation| mutation.id == mended || by.gives_up.contains(&mutation.id))
            .map(|mutation| mutation.mid)
            .collect()
    }

    fn take_outcome(&mut self, outcome: Outcome, meta: Meta) {
        let mut touched: BTreeSet<RecordId> = BTreeSet::new();
        self.meta = meta;
        for mid in &outcome.gone {
            if let Some(entry) = self.outbox.remove(mid) {
                touched.insert(entry.mutation.record);
            }
        }
        for entry in outcome.quarantined {
            touched.insert(entry.mutation.record);
            self.outbox.insert(entry.mutation.mid, entry);
        }
        for entry in outcome.acked {
            touched.insert(entry.mutation.record);
            self.acked.insert(entry.mutation.id, entry);
        }
        self.derive(&touched);
    }
}
