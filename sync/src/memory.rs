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
    blob_heads: BTreeMap<RecordId, Vec<u8>>,
    blob_chunks: BTreeMap<(RecordId, u32), Vec<u8>>,
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

    /// Loses one page of the journal, or one chunk if there are no such many pages, as a browser that evicts would:
    /// for tests of the digest.
    pub fn lose_rows(&self, n: usize) {
        let mut stored = self.stored.borrow_mut();
        let page = stored.journal.keys().nth(n).copied();
        let chunk = stored.chunks.keys().next().copied();
        match (page, chunk) {
            (Some(page), _) => drop(stored.journal.remove(&page)),
            (None, Some(chunk)) => drop(stored.chunks.remove(&chunk)),
            (None, None) => {}
        }
    }

    /// Changes the first byte of an attachment, as a failing disk would: for tests of its hash.
    pub fn spoil_blob(&self, id: RecordId) {
        if let Some(chunk) = self.stored.borrow_mut().blob_chunks.get_mut(&(id, 0)) {
            chunk[0] ^= 1;
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
            blobs: stored
                .blob_heads
                .iter()
                .map(|(key, value)| (*key, value.clone()))
                .collect(),
        })
    }

    async fn rev(&self) -> Result<u64, StoreError> {
        Ok(self.stored.borrow().rev)
    }

    async fn blob_chunk(&self, id: RecordId, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.stored.borrow().blob_chunks.get(&(id, n)).cloned())
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
                Write::PutBlobHead(id, value) => {
                    stored.blob_heads.insert(id, value);
                }
                Write::PutBlobChunk(id, n, value) => {
                    stored.blob_chunks.insert((id, n), value);
                }
                Write::DeleteBlob(id) => {
                    stored.blob_heads.remove(&id);
                    stored.blob_chunks.retain(|(of, _), _| *of != id);
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
