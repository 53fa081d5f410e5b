//! What the server keeps, behind traits: SQL stands only below this folder.
//!
//! One conformance suite (`conformance/`) runs over every implementation: SQLite, PostgreSQL, and the memory of the
//! simulator.

pub mod accounts;
pub mod devices;
pub mod error;
pub mod held;
#[cfg(feature = "testing")]
pub mod memory;
mod migrations;
pub mod portable;
pub mod postgres;
mod row;
pub mod scopes;
pub mod sqlite;

#[cfg(test)]
mod conformance;

pub use accounts::{Account, AccountStore, Grant, Session, SetupOutcome};
pub use devices::{Device, ListedDevice, WipeOrder};
pub use error::StoreError;
pub use held::{DRAFT_VERSIONS, DraftStanding, Ending, Held, Outcome, StoredDraft, StoredMutation};
pub use scopes::{Hint, ScopeHead};

use async_trait::async_trait;
use ruyuan_domain::{
    DeviceId, Epoch, Map, Mid, MutationId, Record, RecordId, RecordKind, ScopeId, Seq, UserId,
    wire::Exit,
};
use ruyuan_sync::merge::Person;
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::broadcast;

/// Result of every store operation.
pub type StoreResult<T> = Result<T, StoreError>;

/// The database.
#[async_trait]
pub trait Store: AccountStore {
    /// Begins to write. Dropped without a commit, nothing of it stays.
    async fn begin_write(&self) -> StoreResult<Box<dyn WriteTx>>;

    /// Begins to read one state of the database, whatever is written meanwhile.
    async fn begin_read(&self) -> StoreResult<Box<dyn ReadTx>>;

    /// Hears of every scope that a commit moved, by whichever server process. Who falls behind misses hints, which
    /// are only hints.
    fn hints(&self) -> broadcast::Receiver<Hint>;

    /// Whether the database answers.
    async fn ping(&self) -> StoreResult<()>;

    /// Finishes and lets go of the database.
    async fn close(&self);
}

/// Reading one state of the database.
#[async_trait]
pub trait ReadTx: Send {
    /// The life of this database.
    async fn epoch(&mut self) -> StoreResult<Epoch>;

    /// A value of the database about itself.
    async fn meta(&mut self, name: &str) -> StoreResult<Option<String>>;

    /// A device, if it ever pushed or said something of itself.
    async fn device(&mut self, device: DeviceId) -> StoreResult<Option<Device>>;

    /// Every device that has not taken another id since, or this one, in order of their ids.
    async fn devices(&mut self, only: Option<DeviceId>) -> StoreResult<Vec<ListedDevice>>;

    /// How many open conflicts hold a value of each person.
    async fn open_conflicts(&mut self) -> StoreResult<BTreeMap<UserId, u32>>;

    /// Recovered rows of these records, also those that somebody has seen to.
    async fn recovered_of(&mut self, records: &[RecordId]) -> StoreResult<Vec<Record>>;

    /// A record, a deleted one too.
    async fn record(&mut self, id: RecordId) -> StoreResult<Option<Record>>;

    /// Records of one kind in a scope, deleted ones too, in order of their seq.
    async fn records_of_kind(
        &mut self,
        scope: &ScopeId,
        kind: &RecordKind,
    ) -> StoreResult<Vec<Record>>;

    /// Conflict records under a root, settled ones too.
    async fn conflicts_under(&mut self, root: RecordId) -> StoreResult<Vec<Record>>;

    /// Every record under a root, deleted ones and conflicts too, the root itself left out, in order of their ids.
    async fn children(&mut self, root: RecordId) -> StoreResult<Vec<Record>>;

    /// The visits, plans and issues that name a firm, deleted ones too, in order of their ids.
    async fn about_enterprise(&mut self, enterprise: RecordId) -> StoreResult<Vec<Record>>;

    /// How far a scope has come; nothing yet for one without records.
    async fn scope(&mut self, scope: &ScopeId) -> StoreResult<ScopeHead>;

    /// Rows of a scope after a seq, in order, at most `limit`.
    async fn rows_after(
        &mut self,
        scope: &ScopeId,
        after: Seq,
        limit: u32,
    ) -> StoreResult<Vec<Record>>;

    /// Records that left a scope after a seq, in order, at most `limit`.
    async fn exits_after(
        &mut self,
        scope: &ScopeId,
        after: Seq,
        limit: u32,
    ) -> StoreResult<Vec<Exit>>;

    /// Who wrote each field of a record last, and `deleted`, as far as it was written after the record was made.
    async fn writers(&mut self, record: RecordId) -> StoreResult<Map<String, Person>>;

    /// Who made a record, if a mutation did: the author of the one that gave it its first version.
    async fn maker(&mut self, record: RecordId) -> StoreResult<Option<Person>>;

    /// The scopes that these records are in, as far as they are known.
    async fn scopes_of(&mut self, records: &[RecordId]) -> StoreResult<BTreeSet<ScopeId>>;

    /// How colleagues see a person.
    async fn display_name(&mut self, user: UserId) -> StoreResult<Option<String>>;

    /// Whether another device changed the record after this version.
    async fn changed_elsewhere(
        &mut self,
        record: RecordId,
        base: u64,
        device: DeviceId,
    ) -> StoreResult<bool>;

    /// What the server has under a number of a device, also where it came there again.
    async fn mutation_numbered(
        &mut self,
        device: DeviceId,
        mid: Mid,
    ) -> StoreResult<Option<StoredMutation>>;

    /// A mutation, under whichever device it came first.
    async fn mutation(&mut self, id: MutationId) -> StoreResult<Option<StoredMutation>>;

    /// Those of these mutations that are known, under whichever device.
    async fn known(&mut self, ids: &[MutationId]) -> StoreResult<BTreeSet<MutationId>>;

    /// Every mutation of a record that was ever received.
    async fn mutations_of(&mut self, record: RecordId) -> StoreResult<Vec<StoredMutation>>;

    /// The last version of a person's half-filled form.
    async fn draft(&mut self, id: RecordId, user: UserId) -> StoreResult<Option<StoredDraft>>;

    /// A person's half-filled forms that have not ended, by id.
    async fn drafts_of(&mut self, user: UserId) -> StoreResult<Vec<DraftStanding>>;

    /// Everybody's half-filled forms of a scope that have not ended, the longest untouched first, a thousand at most.
    async fn drafts_in(&mut self, scope: &ScopeId) -> StoreResult<Vec<DraftStanding>>;

    /// What is quarantined in a scope and neither mended nor discarded, the oldest first, a thousand at most.
    async fn refused_in(&mut self, scope: &ScopeId) -> StoreResult<Vec<StoredMutation>>;

    /// Quarantined mutations of a device that are neither mended nor discarded, by number.
    async fn held(&mut self, device: DeviceId) -> StoreResult<Vec<Held>>;

    /// The mutations that mend this first one, and itself, as far as they are quarantined and not settled.
    async fn family(&mut self, origin: MutationId) -> StoreResult<Vec<MutationId>>;
}

/// Writing. Locks are taken first: the device, then the scopes.
#[async_trait]
pub trait WriteTx: ReadTx {
    /// Locks a device's row; a device unknown so far becomes this person's.
    async fn lock_device(
        &mut self,
        device: DeviceId,
        user: UserId,
        now_ms: i64,
    ) -> StoreResult<Device>;

    /// Keeps what a device says of itself; a device unknown so far becomes this person's. Its former ids, as far as
    /// they are this person's and not ordered wiped, are no devices of their own any more.
    async fn note_report(
        &mut self,
        device: DeviceId,
        user: UserId,
        now_ms: i64,
        report: &str,
        former: &[DeviceId],
    ) -> StoreResult<()>;

    /// Orders a device wiped, or takes that back; `false` if it was wiped already, or is unknown.
    async fn order_wipe(
        &mut self,
        device: DeviceId,
        order: Option<&WipeOrder>,
    ) -> StoreResult<bool>;

    /// A person's device that was ordered wiped says that it was.
    async fn note_wiped(&mut self, device: DeviceId, user: UserId, now_ms: i64) -> StoreResult<()>;

    /// Locks scopes in the order given, which the caller has sorted, all at once; unknown ones are made. Says
    /// whether another writer may have changed meanwhile what this transaction read before.
    async fn lock_scopes(&mut self, scopes: &[ScopeId]) -> StoreResult<bool>;

    /// Counts up the seq of a scope that is locked.
    async fn next_seq(&mut self, scope: &ScopeId) -> StoreResult<Seq>;

    /// Writes a row in the place of `before`, which is the row as it stands, if there is one. The scopes of both are
    /// locked.
    async fn put_record(&mut self, before: Option<&Record>, after: &Record) -> StoreResult<()>;

    /// Notes that a record left a scope that is locked.
    async fn put_exit(&mut self, scope: &ScopeId, exit: &Exit) -> StoreResult<()>;

    /// Cursors of a scope that is locked below this seq can no longer be continued.
    async fn set_min_seq(&mut self, scope: &ScopeId, min: Seq) -> StoreResult<()>;

    /// Notes who wrote these fields last.
    async fn put_writers(
        &mut self,
        record: RecordId,
        fields: &[String],
        user: UserId,
    ) -> StoreResult<()>;

    /// Keeps a mutation that is not known yet.
    async fn insert_mutation(&mut self, mutation: &StoredMutation) -> StoreResult<()>;

    /// Notes that a known mutation came again under this number.
    async fn insert_repeat(
        &mut self,
        device: DeviceId,
        mid: Mid,
        id: MutationId,
        raw: Option<&str>,
    ) -> StoreResult<()>;

    /// Keeps another version of a half-filled form; of the earlier ones the last few ([`DRAFT_VERSIONS`]) stay.
    async fn insert_draft(&mut self, draft: &StoredDraft) -> StoreResult<()>;

    /// A mutation that was tried again has this outcome now.
    async fn amend_mutation(&mut self, id: MutationId, outcome: &Outcome) -> StoreResult<()>;

    /// A quarantined mutation has ended.
    async fn settle_mutation(&mut self, id: MutationId, ending: Ending) -> StoreResult<()>;

    /// The highest number of the device that the server has.
    async fn set_last_mid(&mut self, device: DeviceId, mid: Mid) -> StoreResult<()>;

    /// Sets a value of the database about itself.
    async fn set_meta(&mut self, name: &str, value: &str) -> StoreResult<()>;

    /// Begins a part that can be undone alone. Parts do not nest.
    async fn savepoint(&mut self) -> StoreResult<()>;

    /// Keeps the part.
    async fn release(&mut self) -> StoreResult<()>;

    /// Undoes the part.
    async fn undo(&mut self) -> StoreResult<()>;

    /// Makes everything durable.
    async fn commit(self: Box<Self>) -> StoreResult<()>;
}
