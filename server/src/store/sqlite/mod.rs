//! SQLite, embedded: the store of a server that runs alone.
//!
//! Statements keep to what PostgreSQL understands as well (`ON CONFLICT`, `RETURNING`, text ids, no row ids), so
//! that its store (`../postgres`) differs in its locks, not in the thinking.

mod accounts;
mod read;
mod write;

use super::{
    Hint, ReadTx, Store, StoreResult, WriteTx,
    error::from_migration,
    row,
    scopes::{HINTS_KEPT, LockedScopes},
};
use async_trait::async_trait;
use ruyuan_domain::{Digest, Epoch, ids::IdSeed};
use sqlx::{
    Row, Sqlite, SqlitePool, Transaction,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{collections::BTreeMap, path::Path, time::Duration};
use tokio::sync::broadcast;

/// How long a statement waits for another process's lock before the request is told to come again.
const BUSY: Duration = Duration::from_secs(5);

/// Readers beside the writer; more only wait for the two cores such a server has.
const READERS: u32 = 4;

/// What brings a file to this version's shape.
static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// The newest migration of this version.
pub(super) fn newest_migration() -> Option<i64> {
    MIGRATOR.iter().map(|migration| migration.version).max()
}

/// The database file and its connections.
pub struct SqliteStore {
    /// One connection: SQLite has one writer anyway, and waiting for it here is fair and cheap.
    writer: SqlitePool,
    readers: SqlitePool,
    hints: broadcast::Sender<Hint>,
}

/// One transaction; whether it may write is the trait's to say.
pub(super) struct SqliteTx {
    tx: Transaction<'static, Sqlite>,
    scopes: LockedScopes,
    hints: broadcast::Sender<Hint>,
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
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY)
            .connect_with(options.clone())
            .await?;
        MIGRATOR.run(&writer).await.map_err(from_migration)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await?;
        sqlx::query(
            "INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT (name) DO NOTHING",
        )
        .bind(Epoch::new(seed).to_string())
        .execute(&writer)
        .await?;
        count_once(&writer).await?;
        Ok(Self {
            writer,
            readers,
            hints: broadcast::Sender::new(HINTS_KEPT),
        })
    }

    fn tx(&self, tx: Transaction<'static, Sqlite>) -> SqliteTx {
        SqliteTx {
            tx,
            scopes: LockedScopes::default(),
            hints: self.hints.clone(),
        }
    }
}

/// Counts what stands in each scope, for a database that was begun before the count was kept.
async fn count_once(writer: &SqlitePool) -> StoreResult<()> {
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
        // The write lock is taken now: a transaction that reads first and upgrades later can fail in the middle.
        let tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Box::new(self.tx(tx)))
    }

    async fn begin_read(&self) -> StoreResult<Box<dyn ReadTx>> {
        Ok(Box::new(self.tx(self.readers.begin().await?)))
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
