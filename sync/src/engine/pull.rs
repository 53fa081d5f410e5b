//! Taking what is new. Pull is the only way rows enter the base; page and cursors are stored together.

use super::{Engine, EngineError, JournalEntry, Planned, SyncReport, encode};
use crate::{
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
    transport::Transport,
};
use ruyuan_domain::{
    consts,
    wire::{PullRequest, PullResponse, ScopePage},
};
use std::cell::Cell;

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    pub(super) async fn pull_all(
        &self,
        transport: &impl Transport,
        report: &mut SyncReport,
    ) -> Result<(), EngineError> {
        loop {
            let request = {
                let meta = &self.state.borrow().meta;
                PullRequest {
                    device: meta.device,
                    epoch: meta.epoch,
                    cursors: meta.cursors.clone(),
                    limit: consts::PULL_LIMIT,
                }
            };
            let response = transport.pull(&request).await?;
            if request.epoch.is_some_and(|known| known != response.epoch) {
                return Err(EngineError::OtherEpoch);
            }
            let more = response.scopes.iter().any(|page| page.more);
            report.rows += self.take_pages(&request, response).await?;
            // A server that promises more and moves no cursor must not keep a phone busy for ever.
            let stuck = self.state.borrow().meta.cursors == request.cursors;
            if !more || stuck {
                return Ok(());
            }
        }
    }

    /// Stores an answer, unless the local log has moved on from what was asked. Says how many rows it took.
    async fn take_pages(
        &self,
        request: &PullRequest,
        response: PullResponse,
    ) -> Result<usize, EngineError> {
        let rows = Cell::new(0);
        self.commit(Durability::Relaxed, &|state| {
            // Another tab may have pulled first, even into another epoch: a page is taken only where it fits.
            if state.meta.epoch != request.epoch {
                return Ok(None);
            }
            let fitting: Vec<ScopePage> = response
                .scopes
                .iter()
                .filter(|page| {
                    state.meta.cursors.get(&page.scope) == request.cursors.get(&page.scope)
                })
                .filter(|page| state.meta.cursors.get(&page.scope) != Some(&page.next))
                .cloned()
                .collect();
            if fitting.is_empty() && state.meta.epoch == Some(response.epoch) {
                return Ok(None);
            }
            let mut meta = state.meta.clone();
            meta.epoch = Some(response.epoch);
            meta.cursors
                .extend(fitting.iter().map(|page| (page.scope.clone(), page.next)));
            let mut plain = vec![Write::Meta(encode(&meta)?)];
            if fitting
                .iter()
                .any(|page| !page.rows.is_empty() || !page.exits.is_empty())
            {
                plain.push(Write::Journal(encode(&JournalEntry::Pages(
                    fitting.clone(),
                ))?));
            }
            let rows = &rows;
            Ok(Some(Planned::new(plain, move |state| {
                rows.set(fitting.iter().map(|page| page.rows.len()).sum());
                state.take_pages(fitting, meta);
            })))
        })
        .await?;
        Ok(rows.get())
    }
}
