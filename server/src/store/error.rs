//! What can go wrong in the database, and whether it may pass.

/// A failed store operation.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another writer holds it, or every connection is in use.
    #[error("the database is busy")]
    Busy,
    /// The disk is full or cannot be written.
    #[error("the database cannot be written: {0}")]
    Unwritable(String),
    /// A newer version of the server has changed the database.
    #[error("the database was written by a newer version (migration {0})")]
    Newer(i64),
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
        matches!(self, Self::Busy | Self::Unwritable(_))
    }
}
