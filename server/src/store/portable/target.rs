//! Filling an empty database in one transaction: until it is whole, nobody sees any of it.

use super::{LEFT_OUT, Layout, MIGRATIONS, Row, TABLES, Table, source::whole};
use crate::store::{
    StoreError, StoreResult,
    error::from_migration,
    migrations::POSTGRES,
    postgres::{Address, SERVING},
    sqlite::SqliteStore,
};
use ruyuan_domain::{Epoch, ids::IdSeed};
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Database, Encode, Executor, Postgres, QueryBuilder,
    Sqlite, Transaction, Type,
    postgres::PgPoolOptions,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use std::{path::Path, time::Duration};

/// A database that is being filled. Dropped before it is finished, nothing of it stays.
pub enum Target {
    /// A SQLite file.
    Sqlite(Transaction<'static, Sqlite>),
    /// PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Target {
    /// A new file. `seed` becomes its epoch.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn sqlite(file: &Path, seed: IdSeed) -> StoreResult<Self> {
        let empty = SqliteStore::open(file, seed).await?;
        crate::store::Store::close(&empty).await;
        let options = SqliteConnectOptions::new()
            .filename(file)
            // One file and no log beside it, so that it can be moved. Who serves it takes the log up again.
            .journal_mode(SqliteJournalMode::Delete)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await?;
        Ok(Self::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// An empty database in PostgreSQL; one that is not empty goes into the schema `aside` first, if there is a name
    /// for it, and then `true` comes back. `seed` becomes its epoch.
    ///
    /// # Errors
    /// It cannot be reached, a server runs on it, it is not empty, or this user may not make tables or schemas there.
    pub async fn postgres(
        address: &Address,
        aside: Option<&str>,
        seed: IdSeed,
    ) -> StoreResult<(Self, bool)> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(address.options().clone())
            .await?;
        let mut tx = pool.begin().await?;
        sqlx::query(
            "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '5s', true),
                    set_config('synchronous_commit', 'on', true),
                    set_config('idle_in_transaction_session_timeout', '0', true)",
        )
        .execute(&mut *tx)
        .await?;
        let alone: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)")
            .bind(SERVING)
            .fetch_one(&mut *tx)
            .await?;
        if !alone {
            return Err(StoreError::InUse);
        }
        let known: Vec<String> = TABLES
            .iter()
            .map(|table| table.name)
            .chain(LEFT_OUT)
            .chain([MIGRATIONS])
            .map(str::to_owned)
            .collect();
        let there: Vec<String> = sqlx::query_scalar(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename = ANY ($1)",
        )
        .bind(known)
        .fetch_all(&mut *tx)
        .await?;
        let replaces = !there.is_empty();
        if replaces {
            let aside = aside.ok_or(StoreError::NotEmpty)?;
            let make = format!("CREATE SCHEMA \"{aside}\"");
            tx.execute(AssertSqlSafe(make)).await?;
            for table in there {
                let away = format!("ALTER TABLE \"{table}\" SET SCHEMA \"{aside}\"");
                tx.execute(AssertSqlSafe(away)).await?;
            }
        }
        POSTGRES.run(&mut *tx).await.map_err(from_migration)?;
        sqlx::query("INSERT INTO meta (name, value) VALUES ('epoch', $1)")
            .bind(Epoch::new(seed).to_string())
            .execute(&mut *tx)
            .await?;
        Ok((Self::Postgres(tx), replaces))
    }

    /// Takes some rows of a table. No more than a few hundred at once: each cell is a parameter.
    ///
    /// # Errors
    /// The database failed, or a row breaks one of its rules.
    pub async fn insert(&mut self, layout: &Layout, rows: Vec<Row>) -> StoreResult<()> {
        if rows.is_empty() {
            return Ok(());
        }
        match self {
            Self::Sqlite(tx) => {
                let mut insertion = insertion::<Sqlite>(layout, rows);
                insertion.build().execute(&mut **tx).await?;
            }
            Self::Postgres(tx) => {
                let mut insertion = insertion::<Postgres>(layout, rows);
                insertion.build().execute(&mut **tx).await?;
            }
        }
        Ok(())
    }

    /// How many rows a table holds now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count(&mut self, table: &Table) -> StoreResult<u64> {
        let Table { name, only, .. } = table;
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {name}{only}"));
        let rows: i64 = match self {
            Self::Sqlite(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await?,
            Self::Postgres(tx) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await?,
        };
        crate::store::row::count(rows)
    }

    /// Makes all of it stand.
    ///
    /// # Errors
    /// The database failed, or is not sound.
    pub async fn finish(self) -> StoreResult<()> {
        match self {
            Self::Sqlite(mut tx) => {
                whole(&mut tx).await?;
                tx.commit().await?;
            }
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// Makes sure that nobody has a SQLite file open, and empties its log into it. A file that is no database is nobody's.
///
/// # Errors
/// Somebody has it.
pub async fn nobody_has(file: &Path) -> StoreResult<()> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .locking_mode(SqliteLockingMode::Exclusive)
        .busy_timeout(Duration::ZERO);
    let look = async {
        let mut connection = options.connect().await?;
        // In exclusive mode even this takes every lock there is, and any other connection has one.
        connection.execute("BEGIN EXCLUSIVE; ROLLBACK").await?;
        connection
            .execute("PRAGMA wal_checkpoint(TRUNCATE)")
            .await?;
        connection.close().await
    };
    match look.await.map_err(StoreError::from) {
        Err(StoreError::Busy) => Err(StoreError::InUse),
        _ => Ok(()),
    }
}

fn insertion<DB: Database>(layout: &Layout, rows: Vec<Row>) -> QueryBuilder<DB>
where
    Option<String>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<i64>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<bool>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let (table, names) = (layout.table.name, layout.names().join(", "));
    let mut insertion = QueryBuilder::new(format!("INSERT INTO {table} ({names}) "));
    insertion.push_values(rows, |mut values, row| {
        for (column, cell) in layout.columns.iter().zip(row) {
            match column.kind {
                super::Kind::Text => values.push_bind(match cell {
                    Value::String(text) => Some(text),
                    _ => None,
                }),
                super::Kind::Number => values.push_bind(cell.as_i64()),
                super::Kind::Flag => values.push_bind(cell.as_bool()),
            };
        }
    });
    insertion
}
