//! PostgreSQL: the store of several server processes, on one machine or on many.
//!
//! It thinks as SQLite's store does; what differs are the locks. SQLite has one writer. Here many write at once, each
//! under the locks of its own device and scopes, which last until its commit; `write.rs` says how they are taken.

mod accounts;
mod address;
mod ears;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use address::{Address, NotAnAddress};

use super::{
    Hint, ReadTx, Store, StoreResult, WriteTx,
    error::from_migration,
    migrations::POSTGRES,
    scopes::{HINTS_KEPT, LockedScopes},
};
use async_trait::async_trait;
use ruyuan_domain::{Epoch, ids::IdSeed};
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::broadcast, task::AbortHandle};

/// How long a request that reads waits for a free connection before it is told to come again.
const READ_PATIENCE: Duration = Duration::from_secs(5);

/// How long one that writes waits. Every request has read something before, so the database is there, and this is a
/// fair queue: who is refused comes again and makes it no shorter.
const WRITE_PATIENCE: Duration = Duration::from_secs(30);

/// Connections of one process that write. More would only wait for one another's scopes and for the disk.
const WRITERS: u32 = 8;

/// Connections of one process that read. Apart from the writers, so that pulls go on while all of those wait.
const READERS: u32 = 8;

/// What each connection is told when it begins.
///
/// An acknowledgement means on disk, whatever the database's default is; who asked for more (`remote_apply`: also
/// readable on the replicas) keeps it. The rest bounds how long a lost process or a bad query can hold others up.
const SETTINGS: &str = "SELECT
    set_config('synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
    set_config('lock_timeout', '5s', false),
    set_config('statement_timeout', '30s', false),
    set_config('idle_in_transaction_session_timeout', '30s', false)";

/// The newest migration of this version.
pub(super) fn newest_migration() -> Option<i64> {
    POSTGRES.iter().map(|migration| migration.version).max()
}

/// The advisory lock that every process which serves the database shares, and a restore takes alone.
pub(super) const SERVING: i64 = 0x5259_5941_4e00_0001;

/// The database and this process's connections.
pub struct PostgresStore {
    writers: PgPool,
    readers: PgPool,
    mouth: Mouth,
    ears: AbortHandle,
}

/// Where the hints of this process go.
#[derive(Clone)]
struct Mouth {
    /// This process, among those that hear one another.
    own: Arc<str>,
    hints: broadcast::Sender<Hint>,
}

/// One transaction; whether it may write is the trait's to say.
struct PostgresTx {
    tx: Transaction<'static, Postgres>,
    scopes: LockedScopes,
    mouth: Mouth,
    /// A savepoint is set.
    in_part: bool,
}

impl PostgresStore {
    /// Brings the database to this version's shape and opens it. Several processes may do so at once: one of them
    /// migrates, the others wait for it.
    ///
    /// `seed` becomes the epoch of a new database, and this process's name among those that share it.
    ///
    /// # Errors
    /// The database cannot be reached, does not let this user in, or a newer version has changed it.
    pub async fn open(address: &Address, seed: IdSeed) -> StoreResult<Self> {
        let options = address.options();
        let own = Epoch::new(seed).to_string();
        // Alone and without the pool's bounds in time: a migration may take long.
        let mut first = options.connect().await?;
        POSTGRES.run(&mut first).await.map_err(from_migration)?;
        sqlx::query(
            "INSERT INTO meta (name, value) VALUES ('epoch', $1) ON CONFLICT (name) DO NOTHING",
        )
        .bind(&own)
        .execute(&mut first)
        .await?;
        first.close().await?;
        let hints = broadcast::Sender::new(HINTS_KEPT);
        let mouth = Mouth {
            own: own.into(),
            hints,
        };
        Ok(Self {
            writers: pool(options, WRITERS, WRITE_PATIENCE),
            readers: pool(options, READERS, READ_PATIENCE),
            ears: ears::open(options.clone(), mouth.clone()).await?,
            mouth,
        })
    }

    fn tx(&self, tx: Transaction<'static, Postgres>) -> PostgresTx {
        PostgresTx {
            tx,
            scopes: LockedScopes::default(),
            mouth: self.mouth.clone(),
            in_part: false,
        }
    }
}

fn pool(options: &PgConnectOptions, most: u32, patience: Duration) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(patience)
        .after_connect(|connection: &mut PgConnection, _| {
            Box::pin(async move {
                sqlx::query(SETTINGS).execute(connection).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.clone())
}

#[async_trait]
impl Store for PostgresStore {
    async fn begin_write(&self) -> StoreResult<Box<dyn WriteTx>> {
        // What is read after a lock must be what stands now, not what stood when the transaction began.
        let tx = self
            .writers
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            .await?;
        Ok(Box::new(self.tx(tx)))
    }

    async fn begin_read(&self) -> StoreResult<Box<dyn ReadTx>> {
        let tx = self
            .readers
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        Ok(Box::new(self.tx(tx)))
    }

    fn hints(&self) -> broadcast::Receiver<Hint> {
        self.mouth.hints.subscribe()
    }

    async fn ping(&self) -> StoreResult<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.ears.abort();
        self.readers.close().await;
        self.writers.close().await;
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.ears.abort();
    }
}
