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
