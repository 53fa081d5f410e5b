//! Taking what is new. Pull is the only way rows enter the base; page and cursor are stored together.

use super::{Engine, EngineError, JournalEntry, Meta, Planned, State, SyncReport, Track, encode};
use crate::{
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
    transport::Transport,
};
use ruyuan_domain::{
    Map, ScopeId, consts,
    wire::{PullRequest, PullResponse, ScopePage},
};
use std::cell::Cell;

/// How long a scope that was loaded anew because it differed is believed to be as good as it gets, in milliseconds of
/// a clock that may have been set, forwards or back.
pub(super) const TRUSTED_MS: u64 = 24 * 60 * 60 * 1000;

/// What a pull was asked from: for each scope the copy and its cursor. An answer fits only there.
struct Asked {
    request: PullRequest,
    meta: Meta,
    /// The highest number of this device that the server had confirmed.
    confirmed: u64,
}

impl Asked {
    /// What the person may not see any more: what the server says, and what was only begun and is not answered.
    fn revoked(&self, response: &PullResponse) -> Vec<ScopeId> {
        let mut revoked = response.revoked.clone();
        for (scope, track) in self.meta.loading.iter() {
            let answered = response.scopes.iter().any(|page| page.scope == *scope);
            if track.cursor.is_none() && !answered {
                revoked.push(scope.clone());
            }
        }
        revoked
    }

    fn fits(&self, meta: &Meta, scope: &ScopeId) -> bool {
        let place = |track: &Track| (track.generation, track.cursor);
        meta.track(scope).map(place) == self.meta.track(scope).map(place)
    }
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Says whether the server is still the one that it was; if not, sending begins anew.
    pub(super) async fn pull_all(
        &self,
        transport: &impl Transport,
        report: &mut SyncReport,
    ) -> Result<bool, EngineError> {
        loop {
            self.load_chunks(transport).await?;
            self.swap_what_is_loaded().await?;
            self.goes_on()?;
            let asked = self.ask();
            let response = transport.pull(&asked.request).await?;
            let request = &asked.request;
            if response.wipe {
                self.ordered.set(Some(request.device));
                return Ok(true);
            }
            let other_life = request.epoch.is_some_and(|known| known != response.epoch);
            if other_life || response.last_mid.0 < asked.confirmed {
                self.begin_new_life(request.device, response.epoch).await?;
                return Ok(false);
            }
            let mut revoked = asked.revoked(&response);
            revoked.extend(self.state.borrow().strays(&response));
            if !revoked.is_empty() {
                self.revoke(transport, &revoked).await?;
            }
            let before = self.state.borrow().meta.clone();
            let more = response.scopes.iter().any(|page| page.more);
            report.rows += self.take_answer(&asked, response).await?;
            self.goes_on()?;
            self.checked.set(true);
            let after = &self.state.borrow().meta;
            // A server that promises more and moves nothing must not keep a phone busy for ever.
            let moved = (&before.tracks, &before.loading) != (&after.tracks, &after.loading);
            if !(moved && (more || !after.loading.is_empty())) {
                return Ok(true);
            }
        }
    }

    /// Fails if another tab heard of an order first and wiped this log: nothing comes to it any more.
    fn goes_on(&self) -> Result<(), EngineError> {
        match self.state.borrow().meta.ended {
            true => Err(EngineError::Wiped),
            false => Ok(()),
        }
    }

    fn ask(&self) -> Asked {
        let state = self.state.borrow();
        let meta = &state.meta;
        let mut cursors = Map::new();
        for scope in meta.tracks.keys().chain(meta.loading.keys()) {
            if let Some(cursor) = meta.cursor(scope) {
                cursors.insert(scope.clone(), cursor);
            }
        }
        Asked {
            request: PullRequest {
                device: meta.device,
                epoch: meta.epoch,
                cursors,
                limit: consts::PULL_LIMIT,
                check: !self.checked.get(),
                report: Some(self.report()),
                wiped: None,
            },
            meta: meta.clone(),
            confirmed: state.confirmed(),
        }
    }

    /// Stores an answer, where the local log has not moved on from what was asked. Says how many rows it took.
    async fn take_answer(
        &self,
        asked: &Asked,
        response: PullResponse,
    ) -> Result<usize, EngineError> {
        let taken = Cell::new(0);
        self.commit(Durability::Relaxed, &|state| {
            // Another tab may have pulled first, even into another epoch, or have wiped this log.
            if state.meta.ended || state.meta.epoch != asked.request.epoch {
                return Ok(None);
            }
            let mut meta = state.meta.clone();
            meta.epoch = Some(response.epoch);
            let mut plain = Vec::new();
            let mut pages = Vec::new();
            for scope in &response.reset {
                if asked.fits(&state.meta, scope) {
                    meta.load_anew(scope, &mut plain);
                }
            }
            for page in &response.scopes {
                if asked.fits(&state.meta, &page.scope) {
                    take_page(&mut meta, page, &mut plain, &mut pages)?;
                }
            }
            // A copy of which there was nothing to say has all there is.
            for (scope, track) in meta.loading.iter_mut() {
                let silent = response.scopes.iter().all(|page| page.scope != *scope)
                    && !response.reset.contains(scope)
                    && asked.fits(&state.meta, scope);
                track.complete |= silent && track.cursor.is_some();
            }
            if meta == state.meta {
                return Ok(None);
            }
            // A page that stays open for weeks folds what it pulls itself, not only what a start finds.
            let bytes: usize = plain.iter().map(Write::journal_bytes).sum();
            plain.push(Write::Meta(encode(&meta)?));
            let taken = &taken;
            Ok(Some(Planned::new(plain, move |state| {
                taken.set(pages.iter().map(|(_, page)| page.rows.len()).sum());
                state.take_pages(pages, meta);
                state.journal_bytes += bytes;
            })))
        })
        .await?;
        let differing = self.state.borrow().differing(&response);
        self.load_what_differs(&differing).await?;
        Ok(taken.get())
    }

    /// Loads scopes anew whose rows are not the server's, each at most once a day: after that it is only known.
    async fn load_what_differs(&self, scopes: &[ScopeId]) -> Result<(), EngineError> {
        if scopes.is_empty() {
            return Ok(());
        }
        let now = self.environment.now();
        self.commit(Durability::Relaxed, &|state| {
            let mut meta = state.meta.clone();
            let mut plain = Vec::new();
            for scope in scopes {
                let last = meta.tracks.get(scope).and_then(|track| track.differed);
                let lately =
                    last.is_some_and(|last| now.unix_ms().abs_diff(last.unix_ms()) <= TRUSTED_MS);
                if lately {
                    continue;
                }
                meta.load_anew(scope, &mut plain);
                if let Some(track) = meta.loading.get_mut(scope) {
                    track.differed = Some(now);
                }
            }
            if meta == state.meta {
                return Ok(None);
            }
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| state.meta = meta)))
        })
        .await
    }
}

impl State {
    /// The scopes that have come as far as these last pages say, and hold other rows.
    fn differing(&self, response: &PullResponse) -> Vec<ScopeId> {
        let mut differing = Vec::new();
        for page in &response.scopes {
            let shown = self.meta.tracks.get(&page.scope);
            let here = shown.is_some_and(|track| track.cursor == Some(page.next))
                && !self.meta.loading.contains_key(&page.scope);
            let same = |digest| self.view.digest(&page.scope) == digest;
            if here && !page.digest.is_none_or(same) {
                differing.push(page.scope.clone());
            }
        }
        differing
    }
}

/// What a page does to the local log.
fn take_page(
    meta: &mut Meta,
    page: &ScopePage,
    plain: &mut Vec<Write>,
    pages: &mut Vec<(u64, ScopePage)>,
) -> Result<(), EngineError> {
    if let Some(offer) = &page.snapshot {
        if meta.loading.get(&page.scope).is_none() {
            meta.load_anew(&page.scope, plain);
        }
        if let Some(track) = meta.loading.get_mut(&page.scope) {
            track.offer = Some(offer.clone());
        }
        return Ok(());
    }
    if meta.track(&page.scope).is_none() {
        meta.show(&page.scope);
    }
    let mut loading = meta.loading.get_mut(&page.scope);
    if let Some(track) = &mut loading {
        track.complete |= !page.more;
    }
    let Some(track) = loading.or_else(|| meta.tracks.get_mut(&page.scope)) else {
        return Ok(());
    };
    track.cursor = Some(page.next);
    let generation = track.generation;
    let entry = JournalEntry::Page {
        generation,
        page: page.clone(),
    };
    if !page.rows.is_empty() || !page.exits.is_empty() {
        plain.push(Write::Journal(encode(&entry)?));
    }
    if let JournalEntry::Page { page, .. } = entry {
        pages.push((generation, page));
    }
    Ok(())
}

impl State {
    /// Scopes of half-filled forms that are neither here nor on the server for this person.
    fn strays(&self, response: &PullResponse) -> Vec<ScopeId> {
        let meta = &self.meta;
        let mut strays: Vec<ScopeId> = Vec::new();
        for draft in self.drafts.values() {
            let scope = &draft.scope;
            let here = meta.tracks.contains_key(scope) || meta.loading.contains_key(scope);
            let shown = response.scopes.iter().any(|page| page.scope == *scope);
            if !here && !shown && !strays.contains(scope) {
                strays.push(scope.clone());
            }
        }
        strays
    }
}
