//! Reading every table in one state of the database, beside whoever writes.

use super::{Layout, MIGRATIONS, Row, Table, same_shape};
use crate::store::{StoreError, StoreResult, postgres, postgres::Address, sqlite};
use futures::TryStreamExt;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection,
    sqlite::SqliteConnectOptions,
};
use std::{path::Path, time::Duration};

/// A database that is read as a whole.
pub enum Source {
    /// A SQLite file.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}

impl Source {
    /// Begins to read a file, which must be there and whole.
    ///
    /// # Errors
    /// It is no database of this version, or it is damaged.
    pub async fn sqlite(file: &Path) -> StoreResult<Self> {
        let mut connection = SqliteConnectOptions::new()
            .filename(file)
            .busy_timeout(Duration::from_secs(5))
            .connect()
            .await?;
        let noted: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations'")
                .fetch_optional(&mut connection)
                .await?;
        let found = match noted {
            Some(_) => newest(&mut connection).await?,
            None => None,
        };
        same_shape(found, sqlite::newest_migration())?;
        // Beside the server's writes: in the log's mode a reader stops nobody. The first read fixes the state.
        sqlx::query("BEGIN").execute(&mut connection).await?;
        whole(&mut connection).await?;
        Ok(Self::Sqlite(connection))
    }

    /// Begins to read PostgreSQL.
    ///
    /// # Errors
    /// It cannot be reached, or is no database of this version.
    pub async fn postgres(address: &Address) -> StoreResult<Self> {
        let mut connection = address.options().connect().await?;
        // A backup takes as long as it takes.
        sqlx::query(
            "SELECT set_config('statement_timeout', '0', false),
                    set_config('idle_in_transaction_session_timeout', '0', false)",
        )
        .execute(&mut connection)
        .await?;
        let noted: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
            .bind(MIGRATIONS)
            .fetch_one(&mut connection)
            .await?;
        let found = match noted {
            true => newest_in_postgres(&mut connection).await?,
            false => None,
        };
        same_shape(found, postgres::newest_migration())?;
        sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .execute(&mut connection)
            .await?;
        Ok(Self::Postgres(connection))
    }

    /// The life of this database.
    ///
    /// # Errors
    /// The database failed.
    pub async fn epoch(&mut self) -> StoreResult<String> {
        const EPOCH: &str = "SELECT value FROM meta WHERE name = 'epoch'";
        Ok(match self {
            Self::Sqlite(connection) => sqlx::query_scalar(EPOCH).fetch_one(connection).await?,
            Self::Postgres(connection) => sqlx::query_scalar(EPOCH).fetch_one(connection).await?,
        })
    }

    /// Hands over every row of a table, one after the other.
    ///
    /// # Errors
    /// The database failed, or whoever takes the rows did.
    pub async fn each<E: From<StoreError>>(
        &mut self,
        table: &'static Table,
        mut take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let layout = Layout::whole(table);
        let sql = AssertSqlSafe(layout.selection());
        match self {
            Self::Sqlite(connection) => {
                let mut rows = sqlx::query(sql).fetch(connection);
                while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
                    take(layout.read(&row)?)?;
                }
            }
            Self::Postgres(connection) => {
                let mut rows = sqlx::query(sql).fetch(connection);
                while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
                    take(layout.read(&row)?)?;
                }
            }
        }
        Ok(())
    }

    /// Lets go of the database.
    ///
    /// # Errors
    /// The connection failed.
    pub async fn close(self) -> StoreResult<()> {
        match self {
            Self::Sqlite(connection) => connection.close().await?,
            Self::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }
}

/// Asks SQLite whether the file is sound: a copy of a damaged one would look like a good backup.
pub(super) async fn whole(connection: &mut SqliteConnection) -> StoreResult<()> {
    let said: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(connection)
        .await?;
    if said == "ok" {
        return Ok(());
    }
    Err(StoreError::Unreadable(said.replace('\n', ", ")))
}

const NEWEST: &str = "SELECT max(version) FROM _sqlx_migrations";

async fn newest(connection: &mut SqliteConnection) -> StoreResult<Option<i64>> {
    Ok(sqlx::query_scalar(NEWEST).fetch_one(connection).await?)
}

async fn newest_in_postgres(connection: &mut PgConnection) -> StoreResult<Option<i64>> {
    Ok(sqlx::query_scalar(NEWEST).fetch_one(connection).await?)
}
