//! Folding the journal into chunks, so that a start reads heads and not every page ever pulled.

use super::{Engine, EngineError, Meta, Planned, State, encode};
use crate::{
    environment::{Environment, Seal},
    store::{ChunkKey, Durability, LocalStore, Write},
};

/// A journal smaller than this is read as it is.
pub const COMPACT_BYTES: usize = 1024 * 1024;

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Folds the journal once it is large, and a quarter of what the chunks hold: each row is then written again no
    /// more than about five times in its life.
    pub(super) async fn compact_if_large(&self) -> Result<(), EngineError> {
        let large = {
            let state = self.state.borrow();
            state.journal_bytes > COMPACT_BYTES.max(state.chunk_bytes / 4)
        };
        if large { self.compact().await } else { Ok(()) }
    }

    /// Folds the journal into chunks of a new generation, in one transaction. It holds only against the journal that
    /// was folded: whatever is written meanwhile makes it begin anew.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn compact(&self) -> Result<(), EngineError> {
        self.commit(Durability::Relaxed, &|state| {
            // The journal also holds the pages of what is being loaded.
            if state.last_journal == 0 || !state.meta.loading.is_empty() {
                return Ok(None);
            }
            let mut meta = state.meta.clone();
            let mut plain = Vec::new();
            let bytes = state.fold(&mut meta, &mut plain);
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| {
                state.meta = meta;
                state.journal_bytes = 0;
                state.chunk_bytes = bytes;
            })))
        })
        .await
    }
}

impl State {
    /// Writes the base of every scope that `meta` shows as chunks of a new generation, and drops the journal: what is
    /// in neither is gone from the device. Says how many bytes the chunks have.
    pub(super) fn fold(&self, meta: &mut Meta, plain: &mut Vec<Write>) -> usize {
        plain.push(Write::DropJournal(self.last_journal));
        let mut bytes = 0;
        for (scope, track) in meta.tracks.iter_mut() {
            plain.push(Write::DropChunks(track.generation));
            meta.generation += 1;
            track.generation = meta.generation;
            track.chunks = 0;
            for chunk in self.view.rows().chunks(scope) {
                bytes += chunk.len();
                let key = ChunkKey {
                    generation: track.generation,
                    n: track.chunks,
                };
                plain.push(Write::PutChunk(key, chunk));
                track.chunks += 1;
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        environment::Unsealed,
        memory::MemoryStore,
        transport::{ChunkAddress, Transport, TransportError},
    };
    use futures::executor::block_on;
    use ruyuan_domain::{
        Epoch, Fields, Map, Mid, Record, RecordId, RecordKind, ScopeId, Seq, Stamp, UserId,
        wire::{PullRequest, PullResponse, PushRequest, PushResponse, ScopePage},
    };

    struct Still;

    impl Environment for Still {
        fn now(&self) -> Stamp {
            Stamp::from_unix_ms(1_795_395_600_000, 480)
        }

        fn random(&self) -> [u8; 10] {
            [1; 10]
        }
    }

    /// A server with one long firm after the other, one a page.
    struct LongFirms;

    const FIRMS: u64 = 12;

    fn firm(number: u64) -> Record {
        let id = RecordId::from_u128(number.into());
        let name = "长".repeat(COMPACT_BYTES / 30);
        Record {
            id,
            root: id,
            kind: RecordKind::Enterprise,
            scope: ScopeId::park("p"),
            seq: Seq(number),
            version: 1,
            fields: Fields::from_iter([("name".to_owned(), name.into())]),
            deleted: false,
            by: UserId::from_u128(2),
            at: Still.now(),
            unknown: Map::new(),
        }
    }

    impl Transport for LongFirms {
        async fn push(&self, _: &PushRequest) -> Result<PushResponse, TransportError> {
            Err(TransportError::Offline)
        }

        async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
            let scope = ScopeId::park("p");
            let next = request.cursors.get(&scope).map_or(1, |cursor| cursor.0 + 1);
            let page = ScopePage {
                scope,
                rows: (next <= FIRMS).then(|| firm(next)).into_iter().collect(),
                exits: Vec::new(),
                next: Seq(next.min(FIRMS)),
                more: next < FIRMS,
                digest: None,
                snapshot: None,
            };
            Ok(PullResponse {
                epoch: Epoch::from_u128(7),
                last_mid: Mid(0),
                wipe: false,
                scopes: vec![page],
                revoked: Vec::new(),
                reset: Vec::new(),
            })
        }

        async fn chunk(&self, _: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
            Err(TransportError::Offline)
        }
    }

    #[test]
    fn a_page_that_stays_open_folds_what_it_pulled_itself() {
        let store = MemoryStore::default();
        let open = || {
            block_on(Engine::open(
                store.clone(),
                Still,
                Unsealed,
                UserId::from_u128(1),
            ))
        };
        let engine = open().unwrap();
        block_on(engine.sync(&LongFirms)).unwrap();
        let stored = block_on(store.read(None)).unwrap();
        assert_eq!(stored.journal.len(), 0, "pages are left in the journal");
        assert!(!stored.chunks.is_empty());
        let again = open().unwrap();
        for engine in [&engine, &again] {
            let state = engine.state();
            let firms = state.view().of_kind(&RecordKind::Enterprise).count();
            assert_eq!(firms as u64, FIRMS);
        }
    }
}
