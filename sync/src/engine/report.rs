//! What a device says of itself in every pull, and the order of an administrator to wipe it.

use super::{Engine, EngineError, Planned, State, encode, pull::TRUSTED_MS};
use crate::{
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
    transport::Transport,
};
use ruyuan_domain::{
    DeviceId, Gather, Map, Stamp, consts, device::DeviceReport, wire::PullRequest,
};

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Takes what only the world around the engine knows of this device: the app's version, the browser, the room.
    /// The rest of the report is the engine's own.
    pub fn describe(&self, around: DeviceReport) {
        *self.around.borrow_mut() = around;
    }

    /// What it says of itself now.
    pub fn report(&self) -> DeviceReport {
        let around = self.around.borrow().clone();
        self.state.borrow().report(around, self.environment.now())
    }

    /// Says to the server that this phone was wiped, if it has not heard yet.
    ///
    /// A line that fails is no harm: the next round says it again.
    pub(super) async fn tell_wiped(&self, transport: &impl Transport) -> Result<(), EngineError> {
        let (device, wiped) = {
            let meta = &self.state.borrow().meta;
            (meta.device, meta.wiped)
        };
        if wiped.is_none() {
            return Ok(());
        }
        let request = PullRequest {
            device,
            epoch: None,
            cursors: Map::new(),
            limit: 1,
            check: false,
            report: None,
            wiped,
        };
        transport.pull(&request).await?;
        self.commit(Durability::Relaxed, &|state| {
            let mut meta = state.meta.clone();
            if meta.wiped != wiped {
                return Ok(None);
            }
            meta.wiped = None;
            let plain = vec![Write::Meta(encode(&meta)?)];
            Ok(Some(Planned::new(plain, move |state| state.meta = meta)))
        })
        .await
    }

    /// Obeys the order to wipe the device of this id, and says so.
    pub(super) async fn obey(&self, transport: &impl Transport, device: DeviceId) -> EngineError {
        if let Err(error) = self.wipe(device).await {
            return error;
        }
        // What was ordered is done; who has signed out of a wiped phone need not wait for the line.
        let _ = self.tell_wiped(transport).await;
        EngineError::Wiped
    }

    /// Lets a log that was wiped be used again: its person has signed in anew since.
    ///
    /// # Errors
    /// A broken store.
    pub async fn begin_again(&self) -> Result<(), EngineError> {
        self.commit(Durability::Strict, &|state| {
            let mut meta = state.meta.clone();
            if !meta.ended {
                return Ok(None);
            }
            meta.ended = false;
            let plain = vec![Write::Meta(encode(&meta)?)];
            Ok(Some(Planned::new(plain, move |state| state.meta = meta)))
        })
        .await
    }
}

impl State {
    fn report(&self, around: DeviceReport, now: Stamp) -> DeviceReport {
        let (waiting, quarantined) = self.unsent();
        let waits = self
            .outbox
            .values()
            .filter(|entry| entry.reason().is_none());
        let made = waits.map(|entry| entry.mutation.at);
        let mut differing = Vec::new();
        for (scope, track) in self.meta.tracks.iter().chain(self.meta.loading.iter()) {
            let lately = |at: Stamp| now.unix_ms().abs_diff(at.unix_ms()) <= TRUSTED_MS;
            if track.differed.is_some_and(lately) && !differing.contains(scope) {
                differing.push(scope.clone());
            }
        }
        let former = self.meta.former.iter().rev().copied();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        DeviceReport {
            schema: consts::SCHEMA,
            waiting: count(waiting),
            oldest: made.min_by_key(|at| at.unix_ms()),
            quarantined: count(quarantined),
            drafts: count(self.drafts.len()),
            attachments: count(self.unsent_bytes().count),
            differing,
            former: former.take(DeviceReport::MOST_NAMED).gathered(),
            ..around
        }
        .within_bounds()
    }
}
