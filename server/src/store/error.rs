//! What can go wrong in the database, and whether it may pass.

use sqlx::{
    error::DatabaseError, migrate::MigrateError, postgres::PgDatabaseError, sqlite::SqliteError,
};

/// A failed store operation.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another writer holds it, or every connection is in use.
    #[error("the database is busy")]
    Busy,
    /// The disk is full or cannot be written.
    #[error("the database cannot be written: {0}")]
    Unwritable(String),
    /// The bytes of attachments cannot be reached, or not be written.
    #[error("attachments cannot be kept: {0}")]
    Blobs(String),
    /// A newer version of the server has changed the database.
    #[error("the database was written by a newer version (migration {0})")]
    Newer(i64),
    /// An older version of the server has left it as it was then.
    #[error("the database was written by an older version (migration {0})")]
    Older(i64),
    /// There is none of our tables in it.
    #[error("the database holds nothing yet")]
    Nothing,
    /// A server runs on it.
    #[error("a server runs on the database")]
    InUse,
    /// It was to be filled and holds something.
    #[error("the database holds data already")]
    NotEmpty,
    /// What is stored cannot be read.
    #[error("the database holds something unreadable: {0}")]
    Unreadable(String),
    /// Anything else.
    #[error("the database failed: {0}")]
    Other(String),
}

impl StoreError {
    /// Whether the same operation may succeed later.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Busy | Self::Unwritable(_) | Self::Blobs(_))
    }
}

/// What a failed migration is to the caller.
pub(super) fn from_migration(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
            StoreError::Newer(version)
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Other(other.to_string()),
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            // A closed pool is a server that stops: the next one answers.
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Self::Busy,
            sqlx::Error::Io(io) => Self::Unwritable(io.to_string()),
            sqlx::Error::Database(database) => from_database(database.as_ref()),
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
                Self::Unreadable(error.to_string())
            }
            _ => Self::Other(error.to_string()),
        }
    }
}

fn from_database(error: &dyn DatabaseError) -> StoreError {
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        return from_postgres(error);
    }
    match error.try_downcast_ref::<SqliteError>() {
        Some(error) => from_sqlite(error),
        None => StoreError::Other(error.to_string()),
    }
}

fn from_sqlite(error: &SqliteError) -> StoreError {
    /// Primary result codes of SQLite; the low byte of the extended ones.
    const BUSY: i64 = 5;
    const LOCKED: i64 = 6;
    const READ_ONLY: i64 = 8;
    const IO: i64 = 10;
    const FULL: i64 = 13;
    const CANNOT_OPEN: i64 = 14;
    let code = error
        .code()
        .and_then(|code| code.parse::<i64>().ok())
        .unwrap_or_default();
    match code & 0xff {
        BUSY | LOCKED => StoreError::Busy,
        READ_ONLY | IO | FULL | CANNOT_OPEN => StoreError::Unwritable(error.message().to_owned()),
        _ => StoreError::Other(error.to_string()),
    }
}

/// Source of the codes: PostgreSQL 15, appendix A.
fn from_postgres(error: &PgDatabaseError) -> StoreError {
    /// Two devices brought the same mutation, record or draft at the same instant. The one that comes again
    /// finds it there.
    const MADE_AT_ONCE: [&str; 5] = [
        "mutations_pkey",
        "mutations_id_key",
        "repeats_pkey",
        "drafts_pkey",
        "records_pkey",
    ];
    let code = error.code();
    match code {
        "23505"
            if error
                .constraint()
                .is_some_and(|name| MADE_AT_ONCE.contains(&name)) =>
        {
            StoreError::Busy
        }
        // Serialization failure, statement completion unknown, deadlock.
        "40001" | "40003" | "40P01" => StoreError::Busy,
        // Lock timeout; cancelled, as by the statement's timeout; idle for too long in a transaction.
        "55P03" | "57014" | "25P03" => StoreError::Busy,
        // Shut down by an administrator or by a crash, starting up.
        "57P01" | "57P02" | "57P03" => StoreError::Busy,
        // No connection left, no memory left: others have them now.
        "53200" | "53300" => StoreError::Busy,
        // A server that follows another one: for a while after the leader changed.
        "25006" => StoreError::Unwritable(error.message().to_owned()),
        // The rest of class 53 is the disk, class 58 the operating system, class 08 the connection.
        _ if ["53", "58", "08"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            StoreError::Unwritable(error.message().to_owned())
        }
        _ => StoreError::Other(format!("{} ({code})", error.message())),
    }
}
