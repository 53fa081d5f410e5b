//! The database in memory, for the simulator: a thousand lives of it in the time of one on a disk. It passes the
//! conformance suite of all stores, and serves nobody: what it holds goes with the process.

mod accounts;
mod read;
mod write;

use super::{
    Account, Device, DraftStanding, Grant, Held, Hint, ReadTx, ScopeHead, Store, StoreResult,
    StoredDraft, StoredMutation, WipeOrder, WriteTx,
    scopes::{HINTS_KEPT, LockedScopes},
};
use async_trait::async_trait;
use imbl::{OrdMap, OrdSet};
use ruyuan_domain::{
    DeviceId, Epoch, Mid, MutationId, Record, RecordId, ScopeId, Seq, UserId,
    wire::{Exit, MutationStatus},
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Mutex as TurnLock, OwnedMutexGuard, broadcast};

/// Everything that is stored. Copies share what they have in common, so a transaction begins with one.
#[derive(Clone, Default)]
struct Tables {
    meta: OrdMap<String, String>,
    scopes: OrdMap<ScopeId, ScopeHead>,
    records: OrdMap<RecordId, Arc<Record>>,
    in_order: OrdMap<(ScopeId, Seq), RecordId>,
    under_root: OrdSet<(RecordId, RecordId)>,
    /// Visits and plans by the firm that they name.
    about: OrdSet<(RecordId, RecordId)>,
    exits: OrdMap<(ScopeId, Seq), Exit>,
    writers: OrdMap<(RecordId, String), UserId>,
    devices: OrdMap<DeviceId, Arc<KeptDevice>>,
    mutations: OrdMap<MutationId, Arc<StoredMutation>>,
    /// Numbers under which a mutation came; `true` where it came again and is the same person's.
    numbered: OrdMap<(DeviceId, Mid), (MutationId, bool)>,
    changes: OrdSet<(RecordId, u64, DeviceId)>,
    open: OrdSet<MutationId>,
    drafts: OrdMap<(RecordId, UserId), StoredDraft>,
    users: OrdMap<UserId, Arc<(Account, Vec<Grant>)>>,
    sessions: OrdMap<String, Seen>,
    setup_link: Option<(String, i64)>,
}

#[derive(Clone)]
struct KeptDevice {
    device: Device,
    replaced: bool,
    order: Option<WipeOrder>,
    wiped_at_ms: Option<i64>,
}

#[derive(Clone, Copy)]
struct Seen {
    user: UserId,
    at_ms: i64,
    expires_ms: i64,
}

/// A database in memory.
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    turn: Arc<TurnLock<()>>,
    hints: broadcast::Sender<Hint>,
}

/// What the database held at some time.
#[derive(Clone)]
pub struct MemoryBackup(Tables);

struct MemoryTx {
    tables: Tables,
    saved: Option<Tables>,
    scopes: LockedScopes,
    home: Arc<Mutex<Tables>>,
    hints: broadcast::Sender<Hint>,
    /// Held by who writes.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl MemoryStore {
    /// An empty database of this epoch.
    pub fn new(epoch: Epoch) -> Self {
        let tables = Tables {
            meta: OrdMap::unit("epoch".to_owned(), epoch.to_string()),
            ..Tables::default()
        };
        Self {
            tables: Arc::new(Mutex::new(tables)),
            turn: Arc::default(),
            hints: broadcast::Sender::new(HINTS_KEPT),
        }
    }

    /// Every mutation that was ever received.
    pub fn every_mutation(&self) -> BTreeMap<MutationId, StoredMutation> {
        let now = self.now();
        let all = now.mutations.iter();
        all.map(|(id, stored)| (*id, StoredMutation::clone(stored)))
            .collect()
    }

    /// All that it holds now.
    pub fn backup(&self) -> MemoryBackup {
        MemoryBackup(self.now().clone())
    }

    /// Back to what it held then, as another life.
    pub fn restore(&self, backup: MemoryBackup, epoch: Epoch) {
        let mut now = self.now();
        *now = backup.0;
        now.meta.insert("epoch".to_owned(), epoch.to_string());
    }

    fn now(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tx(&self, turn: Option<OwnedMutexGuard<()>>) -> MemoryTx {
        MemoryTx {
            tables: self.now().clone(),
            saved: None,
            scopes: LockedScopes::default(),
            home: Arc::clone(&self.tables),
            hints: self.hints.clone(),
            _turn: turn,
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin_write(&self) -> StoreResult<Box<dyn WriteTx>> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        Ok(Box::new(self.tx(Some(turn))))
    }

    async fn begin_read(&self) -> StoreResult<Box<dyn ReadTx>> {
        Ok(Box::new(self.tx(None)))
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    async fn ping(&self) -> StoreResult<()> {
        Ok(())
    }

    async fn close(&self) {}
}

impl KeptDevice {
    const fn new(user: UserId, now_ms: i64) -> Self {
        Self {
            device: Device {
                user,
                last_mid: Mid(0),
                wipe: false,
                seen_at_ms: now_ms,
                report: None,
            },
            replaced: false,
            order: None,
            wiped_at_ms: None,
        }
    }
}

impl Tables {
    /// Changes what is kept of a device, if it is known.
    fn change_device(&mut self, id: DeviceId, change: impl FnOnce(&mut KeptDevice)) {
        if let Some(kept) = self.devices.get_mut(&id) {
            change(Arc::make_mut(kept));
        }
    }

    fn rows(&self, ids: impl Iterator<Item = RecordId>) -> Vec<Record> {
        ids.filter_map(|id| self.records.get(&id))
            .map(|record| Record::clone(record))
            .collect()
    }

    fn drafts_where(&self, is: impl Fn(&StoredDraft) -> bool) -> Vec<DraftStanding> {
        let drafts = self.drafts.values();
        drafts
            .filter(|draft| draft.ended.is_none() && is(draft))
            .map(|draft| DraftStanding {
                id: draft.id,
                user: draft.user,
                version: draft.version,
                scope: draft.scope.clone(),
                at_ms: draft.at_ms,
            })
            .collect()
    }

    fn held(&self, mid: Mid, id: MutationId) -> Option<Held> {
        let stored = self
            .mutations
            .get(&id)
            .filter(|_| self.open.contains(&id))?;
        Some(Held {
            mid,
            id,
            record: stored.record,
            root: stored.root,
            group: stored.group,
            origin: stored.origin,
            reason: stored.outcome.reason.clone()?,
        })
    }

    fn note(&mut self, stored: StoredMutation) {
        let id = stored.id;
        if let (Some(record), Some(version)) = (stored.record, stored.outcome.version) {
            self.changes.insert((record, version, stored.device));
        }
        if stored.outcome.status == MutationStatus::Quarantined {
            self.open.insert(id);
        } else {
            self.open.remove(&id);
        }
        self.mutations.insert(id, Arc::new(stored));
    }
}
