//! Loading a scope beside what is shown of it: from a snapshot's chunks, from pages, and then in its place.
//!
//! A first load and a reset are the same thing. A connection that is cut leaves the old copy whole and the new one
//! where it stopped.

use super::{Engine, EngineError, MOST_ROUNDS, Planned, State, Track, encode};
use crate::{
    environment::{Environment, Seal},
    store::{Batch, ChunkKey, Committed, Durability, LocalStore, StoreError, Write},
    transport::{ChunkAddress, Transport, TransportError},
};
use futures::future::{join, maybe_done, poll_fn};
use ruyuan_domain::ScopeId;
use std::{future::Future, pin::Pin, rc::Rc, task::Poll};

/// Chunks that are asked for at once, and stored in one transaction: two megabytes at most.
const AT_ONCE: usize = 8;

/// What came of each.
type Answers = Vec<Result<Vec<u8>, TransportError>>;

/// The next chunks that a copy needs.
#[derive(PartialEq)]
struct Wanted {
    scope: ScopeId,
    first: ChunkKey,
    addresses: Vec<ChunkAddress>,
}

impl Wanted {
    async fn fetch(&self, transport: &impl Transport) -> Answers {
        let asked = self.addresses.iter();
        all(asked.map(|address| transport.chunk(address)).collect()).await
    }
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Fetches and stores the chunks that are still missing of every copy that is being loaded. While some are stored,
    /// the next are on their way.
    pub(super) async fn load_chunks(&self, transport: &impl Transport) -> Result<(), EngineError> {
        let mut ahead: Option<(Wanted, Answers)> = None;
        loop {
            let wanted = self.state.borrow().wanted_chunks(None);
            let Some(wanted) = wanted else {
                return Ok(());
            };
            let answers = match ahead.take() {
                Some((asked, answers)) if asked == wanted => answers,
                _ => wanted.fetch(transport).await,
            };
            let mut chunks = Vec::with_capacity(answers.len());
            let mut failed = None;
            for answer in answers {
                match answer {
                    Ok(chunk) if failed.is_none() => chunks.push(Rc::new(chunk)),
                    Ok(_) => {}
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            let next = match failed {
                None => self.state.borrow().wanted_chunks(Some(&wanted)),
                Some(_) => None,
            };
            let fetching = async {
                match next {
                    Some(next) => {
                        let answers = next.fetch(transport).await;
                        Some((next, answers))
                    }
                    None => None,
                }
            };
            // What has come is kept, whatever became of the one behind it.
            let (stored, fetched) = join(self.store_chunks(&wanted, chunks), fetching).await;
            stored?;
            ahead = fetched;
            match failed {
                None => {}
                // The server has made another one since: the next answer offers it.
                Some(TransportError::Refused(_)) => {
                    self.begin_copy_again(wanted.first, &wanted.scope).await?;
                    return Ok(());
                }
                Some(error) => return Err(error.into()),
            }
        }
    }

    async fn store_chunks(
        &self,
        wanted: &Wanted,
        chunks: Vec<Rc<Vec<u8>>>,
    ) -> Result<(), EngineError> {
        if chunks.is_empty() {
            return Ok(());
        }
        let Wanted { scope, first, .. } = wanted;
        self.commit(Durability::Relaxed, &|state| {
            let mut meta = state.meta.clone();
            let track = meta
                .loading
                .get_mut(scope)
                .filter(|track| (track.generation, track.chunks) == (first.generation, first.n));
            let Some(track) = track else {
                return Ok(None);
            };
            let mut plain = Vec::with_capacity(chunks.len() + 1);
            for chunk in &chunks {
                let key = ChunkKey {
                    generation: track.generation,
                    n: track.chunks,
                };
                plain.push(Write::PutChunk(key, chunk.to_vec()));
                track.chunks += 1;
            }
            let offer = track
                .offer
                .take_if(|offer| offer.chunks.len() <= track.chunks as usize);
            if let Some(offer) = offer {
                track.cursor = Some(offer.seq);
            }
            plain.push(Write::Meta(encode(&meta)?));
            let chunks = chunks.clone();
            Ok(Some(Planned::new(plain, move |state| {
                let fetched = chunks.into_iter().map(|chunk| (first.generation, chunk));
                state.fetched.extend(fetched);
                state.meta = meta;
            })))
        })
        .await
    }

    async fn begin_copy_again(&self, key: ChunkKey, scope: &ScopeId) -> Result<(), EngineError> {
        self.commit(Durability::Relaxed, &|state| {
            let mut meta = state.meta.clone();
            let same = meta
                .loading
                .get(scope)
                .is_some_and(|track| track.generation == key.generation);
            if !same {
                return Ok(None);
            }
            let mut plain = Vec::new();
            meta.load_anew(scope, &mut plain);
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| {
                state.fetched.clear();
                state.meta = meta;
            })))
        })
        .await
    }

    /// Puts every copy that has caught up in the place of the one that is shown, in one transaction.
    pub(super) async fn swap_what_is_loaded(&self) -> Result<(), EngineError> {
        // Asked at every pull, and nearly always in vain: the log need not be looked at for that.
        if !self.state.borrow().has_loaded() {
            return Ok(());
        }
        let _writing = self.writing.lock().await;
        for _ in 0..MOST_ROUNDS {
            self.catch_up().await?;
            if !self.state.borrow().has_loaded() {
                return Ok(());
            }
            let fetched = self.state.borrow().fetched_whole();
            let whole = fetched.is_some();
            let contents = self.store.read(whole.then_some(0)).await?;
            let mut tail = State::decode_tail(contents, &self.seal).await?;
            if let Some(fetched) = fetched {
                tail.chunks = fetched;
            }
            let rev = tail.rev;
            if rev != self.state.borrow().rev {
                continue;
            }
            let mut meta = tail.meta.clone();
            let mut plain = Vec::new();
            let mut swapped = Vec::new();
            for (scope, mut track) in std::mem::take(&mut meta.loading) {
                if !track.complete {
                    meta.loading.insert(scope, track);
                    continue;
                }
                track.complete = false;
                if let Some(old) = meta.tracks.insert(scope.clone(), track) {
                    plain.push(Write::DropChunks(old.generation));
                }
                swapped.push(scope);
            }
            meta.generation += 1;
            tail.meta = meta.clone();
            let mut loaded = State::replay(tail);
            let found = self.recovered(&loaded, &swapped, &mut meta)?;
            for entry in &found {
                plain.push(Write::PutOutbox(entry.mutation.mid, encode(entry)?));
            }
            let again = loaded.blobs_found_again(&found);
            for (id, head) in &again {
                plain.push(Write::PutBlobHead(*id, encode(head)?));
            }
            plain.push(Write::Meta(encode(&meta)?));
            let mut writes = Vec::with_capacity(plain.len());
            for write in plain {
                writes.push(self.sealed(write).await?);
            }
            let batch = Batch {
                expected_rev: rev,
                // What is found in the old copy is nowhere else.
                durability: if found.is_empty() {
                    Durability::Relaxed
                } else {
                    Durability::Strict
                },
                requires_draft: None,
                writes,
            };
            match self.store.commit(batch).await {
                Ok(Committed { rev, .. }) => {
                    loaded.rev = rev;
                    loaded.blobs.extend(again);
                    loaded.take_entries(found, meta);
                    *self.state.borrow_mut() = loaded;
                    return Ok(());
                }
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Stale.into())
    }
}

impl State {
    fn has_loaded(&self) -> bool {
        self.meta.loading.values().any(|track| track.complete)
    }

    /// The chunks to fetch next, behind those that have come and are not stored yet.
    fn wanted_chunks(&self, come: Option<&Wanted>) -> Option<Wanted> {
        let epoch = self.meta.epoch?;
        self.meta.loading.iter().find_map(|(scope, track)| {
            let offer = track.offer.as_ref()?;
            let come = come.filter(|come| come.first.generation == track.generation);
            let first = track.chunks as usize + come.map_or(0, |come| come.addresses.len());
            let missing = offer.chunks.get(first..)?;
            let addresses: Vec<_> = missing
                .iter()
                .take(AT_ONCE)
                .map(|hash| ChunkAddress {
                    epoch,
                    scope: scope.clone(),
                    seq: offer.seq,
                    hash: hash.clone(),
                })
                .collect();
            (!addresses.is_empty()).then(|| Wanted {
                scope: scope.clone(),
                first: ChunkKey {
                    generation: track.generation,
                    n: u32::try_from(first).unwrap_or(u32::MAX),
                },
                addresses,
            })
        })
    }

    /// The chunks of all copies that are shown once what is loaded takes its place, if this tab has fetched every one:
    /// a first load need not read again what it has just stored.
    fn fetched_whole(&self) -> Option<Vec<(u64, Rc<Vec<u8>>)>> {
        let fetched = |track: &Track| {
            let of_copy = self.fetched.iter();
            let of_copy = of_copy.filter(|(generation, _)| *generation == track.generation);
            of_copy.count() == track.chunks as usize
        };
        let loaded = |scope| {
            self.meta
                .loading
                .get(scope)
                .is_some_and(|track| track.complete)
        };
        let mut shown = self.meta.tracks.iter().filter(|(scope, _)| !loaded(*scope));
        let mut loading = self.meta.loading.values().filter(|track| track.complete);
        (shown.all(|(_, track)| fetched(track)) && loading.all(fetched))
            .then(|| self.fetched.clone())
    }

    /// How much of the large scopes has been loaded, in bytes, and how much there is; none when nothing is.
    pub fn loading(&self) -> Option<(u64, u64)> {
        let mut progress = None;
        for track in self.meta.loading.values() {
            let Some(offer) = &track.offer else {
                continue;
            };
            let (done, whole) = progress.unwrap_or_default();
            let share = offer.bytes / (offer.chunks.len() as u64).max(1);
            progress = Some((done + share * u64::from(track.chunks), whole + offer.bytes));
        }
        progress
    }
}

/// Waits for all of them at once. The library's own is made for thousands, and weighs accordingly.
async fn all<F: Future>(asked: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = asked
        .into_iter()
        .map(|one| maybe_done(Box::pin(one)))
        .collect();
    poll_fn(|context| {
        let mut waits = false;
        for one in &mut running {
            waits |= Pin::new(one).poll(context).is_pending();
        }
        if waits {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    let answers = running.iter_mut();
    answers
        .filter_map(|one| Pin::new(one).take_output())
        .collect()
}
