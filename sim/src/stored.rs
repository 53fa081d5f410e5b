//! A phone's storage: the store in memory, with an await before and after each operation, where a crash may fall.

use crate::{broken::Broken, ledger::Ledger};
use ruyuan_domain::{RecordId, Stamp};
use ruyuan_sync::{
    environment::Environment,
    memory::MemoryStore,
    store::{Batch, Committed, Contents, LocalStore, StoreError, Write},
};
use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    task::Poll,
};

/// Reads everything of a log but its rows, which are behind this.
const NO_ROWS: Option<u64> = Some(u64::MAX - 1);

/// Lets the scheduler decide what goes on next.
pub async fn pause() {
    let mut paused = false;
    poll_fn(move |_| {
        if std::mem::replace(&mut paused, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// A phone's storage.
#[derive(Clone, Debug)]
pub struct Disk {
    /// What is on it.
    pub store: MemoryStore,
    /// How many of the next commits find no space.
    pub full: Rc<Cell<u32>>,
    /// A broken rule: commits do not ask what they were made from.
    pub careless: bool,
    /// Another one: a wipe clears nothing.
    pub keeps: bool,
    /// What has left it for good.
    pub ledger: Rc<RefCell<Ledger>>,
}

impl Disk {
    /// An empty one.
    pub fn new(broken: Option<&Broken>) -> Self {
        Self {
            store: MemoryStore::default(),
            full: Rc::default(),
            careless: broken == Some(&Broken::CarelessCommit),
            keeps: broken == Some(&Broken::WipeKeeps),
            ledger: Rc::default(),
        }
    }

    /// That of a phone that was copied from this one's.
    pub fn copied(&self) -> Self {
        Self {
            store: self.store.copied(),
            full: Rc::default(),
            careless: self.careless,
            keeps: self.keeps,
            ledger: Rc::new(RefCell::new(self.ledger.borrow().clone())),
        }
    }

    /// Commits, and keeps the books of what that takes away.
    async fn commit_noting(&self, mut batch: Batch) -> Result<Committed, StoreError> {
        if !Ledger::concerns(&batch) {
            return self.store.commit(batch).await;
        }
        let wipes = batch.writes.iter().any(|it| matches!(it, Write::Clear));
        batch
            .writes
            .retain(|write| !(self.keeps && matches!(write, Write::Clear)));
        let before = self.store.read(NO_ROWS).await?;
        let committed = self.store.commit(batch).await?;
        let after = self.store.read(NO_ROWS.filter(|_| !wipes)).await?;
        let mut ledger = self.ledger.borrow_mut();
        match wipes {
            true => ledger.wiped(&before, &after),
            false => ledger.committed(&before, &after),
        }
        Ok(committed)
    }
}

impl LocalStore for Disk {
    async fn read(&self, after: Option<u64>) -> Result<Contents, StoreError> {
        pause().await;
        let contents = self.store.read(after).await;
        pause().await;
        contents
    }

    async fn rev(&self) -> Result<u64, StoreError> {
        pause().await;
        self.store.rev().await
    }

    async fn blob_chunk(&self, id: RecordId, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        pause().await;
        self.store.blob_chunk(id, n).await
    }

    async fn commit(&self, mut batch: Batch) -> Result<Committed, StoreError> {
        pause().await;
        if self.full.get() > 0 {
            self.full.set(self.full.get() - 1);
            return Err(StoreError::Full);
        }
        if self.careless {
            batch.expected_rev = self.store.rev().await?;
        }
        let committed = self.commit_noting(batch).await;
        // Stored, and the tab may die before it knows.
        pause().await;
        committed
    }
}

/// A phone's clock, which may jump, and counted bytes for randomness.
#[derive(Clone, Debug)]
pub struct Clock {
    /// How far it is from 2026, in milliseconds.
    pub offset_ms: Rc<Cell<i64>>,
    /// Counts the draws of all phones, so that no two ids are the same.
    pub drawn: Rc<Cell<u64>>,
}

impl Environment for Clock {
    fn now(&self) -> Stamp {
        self.drawn.set(self.drawn.get() + 1);
        let ticks = i64::try_from(self.drawn.get()).unwrap_or_default();
        Stamp::from_unix_ms(1_795_395_600_000 + self.offset_ms.get() + ticks, 480)
    }

    fn random(&self) -> [u8; 10] {
        self.drawn.set(self.drawn.get() + 1);
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.drawn.get().to_be_bytes());
        bytes
    }
}
