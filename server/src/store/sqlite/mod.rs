//! SQLite, embedded: the store of a server that runs alone.
//!
//! Statements keep to what PostgreSQL understands as well (`ON CONFLICT`, `RETURNING`, text ids, no row ids), so
//! that its store (`../postgres`) differs in its locks, not in the thinking.

mod accounts;
mod read;
mod turns;
mod write;

use super::{
    Hint, ReadTx, Store, StoreResult, WriteTx,
    error::from_migration,
    migrations::SQLITE,
    row,
    scopes::{HINTS_KEPT, LockedScopes},
};
use async_trait::async_trait;
use ruyuan_domain::{DeviceId, Digest, Epoch, ids::IdSeed};
use sqlx::{
    Connection, Row, Sqlite, SqliteConnection, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
    path::Path,
    time::Duration,
};
use tokio::sync::broadcast;
use turns::{Turn, Turns};

/// How long a statement waits for another process's lock before the request is told to come again.
const BUSY: Duration = Duration::from_secs(5);

/// Readers beside the writer; more only wait for the two cores such a server has.
const READERS: u32 = 4;

/// Memory for the pages that the writer works on: 16 MB, as the negative kibibytes in which SQLite takes it.
const WRITER_CACHE: &str = "-16384";

/// Pages of the log, 4 kB each, after which they are copied into the file.
const CHECKPOINT: &str = "4000";

/// The newest migration of this version.
pub(super) fn newest_migration() -> Option<i64> {
    SQLITE.iter().map(|migration| migration.version).max()
}

/// The database file and its connections.
pub struct SqliteStore {
    /// One connection: SQLite has one writer anyway, and waiting for it here is fair and cheap.
    writer: Turns,
    readers: SqlitePool,
    hints: broadcast::Sender<Hint>,
}

/// One transaction; whether it may write is the trait's to say.
pub(super) struct SqliteTx {
    tx: Line,
    scopes: LockedScopes,
    hints: broadcast::Sender<Hint>,
    /// The epoch and a device that holds no quarantined mutation, both learnt when the device was locked: each
    /// question to SQLite is two changes of thread, and every push asks these.
    epoch: Option<Epoch>,
    holds_nothing: Option<DeviceId>,
    /// The last part is kept, and SQLite has not been told yet.
    part_is_kept: bool,
}

/// The connection of a transaction.
enum Line {
    Reads(Transaction<'static, Sqlite>),
    Writes(Turn),
}

impl Deref for Line {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match self {
            Self::Reads(line) => line,
            Self::Writes(line) => line,
        }
    }
}

impl DerefMut for Line {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Reads(line) => line,
            Self::Writes(line) => line,
        }
    }
}

impl SqliteStore {
    /// Opens or makes the database and brings it to this version's shape.
    ///
    /// `seed` becomes the epoch of a new database.
    ///
    /// # Errors
    /// The file cannot be written, or a newer version has changed it.
    pub async fn open(file: &Path, seed: IdSeed) -> StoreResult<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledgement means on disk.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        // What turns share a commit must fit, or SQLite writes pages early and then again; and the more that is
        // copied into the file at once, the more pages of the indexes are copied once for many turns.
        let writing = options
            .clone()
            .pragma("cache_size", WRITER_CACHE)
            .pragma("wal_autocheckpoint", CHECKPOINT);
        let mut writer = SqliteConnection::connect_with(&writing).await?;
        SQLITE.run(&mut writer).await.map_err(from_migration)?;
        sqlx::query(
            "INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT (name) DO NOTHING",
        )
        .bind(Epoch::new(seed).to_string())
        .execute(&mut writer)
        .await?;
        count_once(&mut writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            // A file does not go away as a server may.
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self {
            writer: Turns::new(writer),
            readers,
            hints: broadcast::Sender::new(HINTS_KEPT),
        })
    }

    fn tx(&self, tx: Line) -> SqliteTx {
        SqliteTx {
            tx,
            scopes: LockedScopes::default(),
            hints: self.hints.clone(),
            epoch: None,
            holds_nothing: None,
            part_is_kept: false,
        }
    }
}

/// Counts what stands in each scope, for a database that was begun before the count was kept.
async fn count_once(writer: &mut SqliteConnection) -> StoreResult<()> {
    const COUNTED: &str = "digests_counted";
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let counted: Option<i64> = sqlx::query_scalar("SELECT 1 FROM meta WHERE name = ?")
        .bind(COUNTED)
        .fetch_optional(&mut *tx)
        .await?;
    if counted.is_some() {
        return Ok(());
    }
    let rows = sqlx::query("SELECT scope_id, id, version FROM records WHERE NOT deleted")
        .fetch_all(&mut *tx)
        .await?;
    let mut digests: BTreeMap<String, Digest> = BTreeMap::new();
    for row in rows {
        let digest = digests.entry(row.try_get(0)?).or_default();
        digest.add_row(row::parse(row.try_get(1)?)?, row::count(row.try_get(2)?)?);
    }
    for (scope, digest) in digests {
        sqlx::query("UPDATE scopes SET row_count = ?, row_sum = ? WHERE id = ?")
            .bind(row::signed(digest.rows)?)
            .bind(digest.sum)
            .bind(scope)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("INSERT INTO meta (name, value) VALUES (?, '1')")
        .bind(COUNTED)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin_write(&self) -> StoreResult<Box<dyn WriteTx>> {
        Ok(Box::new(self.tx(Line::Writes(self.writer.next().await?))))
    }

    async fn begin_read(&self) -> StoreResult<Box<dyn ReadTx>> {
        Ok(Box::new(self.tx(Line::Reads(self.readers.begin().await?))))
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    async fn ping(&self) -> StoreResult<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Notes a migration that this version does not know.
#[cfg(feature = "testing")]
pub(crate) async fn pretend_newer(file: &Path) -> StoreResult<()> {
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(file)).await?;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'newer', TRUE, x'00', 0)",
    )
    .execute(&pool)
    .await?;
    pool.close().await;
    Ok(())
}
