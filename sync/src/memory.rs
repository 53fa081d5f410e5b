//! The local log in memory: for tests, and the measure of what IndexedDB must do.

use crate::store::{Batch, ChunkKey, Committed, Contents, LocalStore, StoreError, Write};
use ruyuan_domain::{Mid, MutationId, RecordId};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

#[derive(Clone, Debug, Default)]
struct Stored {
    rev: u64,
    last_journal: u64,
    meta: Option<Vec<u8>>,
    chunks: BTreeMap<ChunkKey, Vec<u8>>,
    journal: BTreeMap<u64, Vec<u8>>,
    outbox: BTreeMap<Mid, Vec<u8>>,
    acked: BTreeMap<MutationId, Vec<u8>>,
    drafts: BTreeMap<RecordId, Vec<u8>>,
}

/// A local log in memory. Clones share it, as tabs share a database.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    stored: Rc<RefCell<Stored>>,
    /// What the next commits fail with, for tests of a full or broken device.
    failing: Rc<RefCell<Option<StoreError>>>,
}

impl MemoryStore {
    /// A copy of its own from now on: a phone restored from a backup, beside the one it was made from.
    pub fn copied(&self) -> Self {
        Self {
            stored: Rc::new(RefCell::new(self.stored.borrow().clone())),
            failing: Rc::default(),
        }
    }

    /// Makes every later commit fail, or none.
    pub fn fail_with(&self, error: Option<StoreError>) {
        *self.failing.borrow_mut() = error;
    }
}

impl LocalStore for MemoryStore {
    async fn read(&self, after: Option<u64>) -> Result<Contents, StoreError> {
        let stored = self.stored.borrow();
        let chunks = stored.chunks.iter().filter(|_| after.is_none());
        Ok(Contents {
            rev: stored.rev,
            meta: stored.meta.clone(),
            chunks: chunks.map(|(key, value)| (*key, value.clone())).collect(),
            journal: stored
                .journal
                .range(after.map_or(0, |after| after + 1)..)
                .map(|(key, value)| (*key, value.clone()))
                .collect(),
            outbox: stored
                .outbox
                .iter()
                .map(|(key, value)| (*key, value.clone()))
                .collect(),
            acked: stored
                .acked
                .iter()
                .map(|(key, value)| (*key, value.clone()))
                .collect(),
            drafts: stored
                .drafts
                .iter()
                .map(|(key, value)| (*key, value.clone()))
                .collect(),
        })
    }

    async fn rev(&self) -> Result<u64, StoreError> {
        Ok(self.stored.borrow().rev)
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        if let Some(error) = self.failing.borrow().clone() {
            return Err(error);
        }
        let mut stored = self.stored.borrow_mut();
        if stored.rev != batch.expected_rev {
            return Err(StoreError::Stale);
        }
        if batch
            .requires_draft
            .is_some_and(|draft| !stored.drafts.contains_key(&draft))
        {
            return Err(StoreError::DraftGone);
        }
        let mut journal = Vec::new();
        for write in batch.writes {
            match write {
                Write::Meta(value) => stored.meta = Some(value),
                Write::Journal(value) => {
                    stored.last_journal += 1;
                    let key = stored.last_journal;
                    stored.journal.insert(key, value);
                    journal.push(key);
                }
                Write::DropJournal(last) => stored.journal.retain(|key, _| *key > last),
                Write::PutChunk(key, value) => {
                    stored.chunks.insert(key, value);
                }
                Write::DropChunks(generation) => {
                    stored.chunks.retain(|key, _| key.generation != generation);
                }
                Write::Clear => {
                    *stored = Stored {
                        rev: stored.rev,
                        last_journal: stored.last_journal,
                        ..Stored::default()
                    };
                }
                Write::PutOutbox(mid, value) => {
                    stored.outbox.insert(mid, value);
                }
                Write::DeleteOutbox(mid) => {
                    stored.outbox.remove(&mid);
                }
                Write::PutAcked(id, value) => {
                    stored.acked.insert(id, value);
                }
                Write::DeleteAcked(id) => {
                    stored.acked.remove(&id);
                }
                Write::PutDraft(id, value) => {
                    stored.drafts.insert(id, value);
                }
                Write::DeleteDraft(id) => {
                    stored.drafts.remove(&id);
                }
            }
        }
        stored.rev += 1;
        Ok(Committed {
            rev: stored.rev,
            journal,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

    #[test]
    fn the_memory_store_does_what_every_local_store_must() {
        let last = RefCell::new(MemoryStore::default());
        block_on(crate::store::conformance::run(
            async || {
                let store = MemoryStore::default();
                *last.borrow_mut() = store.clone();
                store
            },
            async || last.borrow().clone(),
        ));
    }
}
