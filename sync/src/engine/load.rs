//! Loading a scope beside what is shown of it: from a snapshot's chunks, from pages, and then in its place.
//!
//! A first load and a reset are the same thing. A connection that is cut leaves the old copy whole and the new one
//! where it stopped.

use super::{Engine, EngineError, MOST_ROUNDS, Planned, State, encode};
use crate::{
    environment::{Environment, Seal},
    store::{Batch, ChunkKey, Committed, Durability, LocalStore, StoreError, Write},
    transport::{ChunkAddress, Transport, TransportError},
};
use ruyuan_domain::ScopeId;

/// The next chunk that a copy needs.
struct Wanted {
    key: ChunkKey,
    address: ChunkAddress,
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Fetches and stores the chunks that are still missing of every copy that is being loaded.
    pub(super) async fn load_chunks(&self, transport: &impl Transport) -> Result<(), EngineError> {
        loop {
            let wanted = self.state.borrow().wanted_chunk();
            let Some(Wanted { key, address }) = wanted else {
                return Ok(());
            };
            match transport.chunk(&address).await {
                Ok(chunk) => self.store_chunk(key, &address.scope, chunk).await?,
                // The server has made another one since: the next answer offers it.
                Err(TransportError::Refused(_)) => {
                    self.begin_copy_again(key, &address.scope).await?;
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn store_chunk(
        &self,
        key: ChunkKey,
        scope: &ScopeId,
        chunk: Vec<u8>,
    ) -> Result<(), EngineError> {
        self.commit(Durability::Relaxed, &|state| {
            let mut meta = state.meta.clone();
            let track = meta
                .loading
                .get_mut(scope)
                .filter(|track| (track.generation, track.chunks) == (key.generation, key.n));
            let Some(track) = track else {
                return Ok(None);
            };
            track.chunks += 1;
            let offer = track
                .offer
                .take_if(|offer| offer.chunks.len() <= track.chunks as usize);
            if let Some(offer) = offer {
                track.cursor = Some(offer.seq);
            }
            let plain = vec![
                Write::PutChunk(key, chunk.clone()),
                Write::Meta(encode(&meta)?),
            ];
            Ok(Some(Planned::new(plain, move |state| state.meta = meta)))
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
            Ok(Some(Planned::new(plain, move |state| state.meta = meta)))
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
            let contents = self.store.read(None).await?;
            let mut tail = State::decode_tail(contents, &self.seal).await?;
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

    fn wanted_chunk(&self) -> Option<Wanted> {
        let epoch = self.meta.epoch?;
        self.meta.loading.iter().find_map(|(scope, track)| {
            let offer = track.offer.as_ref()?;
            let hash = offer.chunks.get(track.chunks as usize)?.clone();
            Some(Wanted {
                key: ChunkKey {
                    generation: track.generation,
                    n: track.chunks,
                },
                address: ChunkAddress {
                    epoch,
                    scope: scope.clone(),
                    seq: offer.seq,
                    hash,
                },
            })
        })
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
