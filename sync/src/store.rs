//! The local log as the engine sees it: stores of opaque values, read and written in whole transactions.

use ruyuan_domain::{Mid, MutationId, RecordId};

/// How sure a commit must be before it is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// On disk: a person's own words.
    Strict,
    /// With the system: what the server can send again.
    Relaxed,
}

/// One change of the local log. Values are sealed already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Replaces the meta value.
    Meta(Vec<u8>),
    /// Appends to the journal.
    Journal(Vec<u8>),
    /// Removes the journal up to this key.
    DropJournal(u64),
    /// Puts a chunk of a snapshot.
    PutChunk(ChunkKey, Vec<u8>),
    /// Removes every chunk of a generation.
    DropChunks(u64),
    /// Puts a mutation that the server has not confirmed, or has quarantined.
    PutOutbox(Mid, Vec<u8>),
    /// Removes one.
    DeleteOutbox(Mid),
    /// Puts a confirmed mutation. Keyed by its id, because a renumbered device uses numbers again.
    PutAcked(MutationId, Vec<u8>),
    /// Removes one.
    DeleteAcked(MutationId),
    /// Puts a half-filled form.
    PutDraft(RecordId, Vec<u8>),
    /// Removes one.
    DeleteDraft(RecordId),
    /// Puts how an attachment stands on this device.
    PutBlobHead(RecordId, Vec<u8>),
    /// Puts a chunk of its bytes, by its number from 0.
    PutBlobChunk(RecordId, u32, Vec<u8>),
    /// Removes an attachment: how it stands, and its bytes.
    DeleteBlob(RecordId),
    /// Removes everything there is, before the writes that follow.
    Clear,
}

impl Write {
    /// By how many bytes this lengthens the journal.
    pub(crate) fn journal_bytes(&self) -> usize {
        match self {
            Self::Journal(value) => value.len(),
            _ => 0,
        }
    }
}

/// Where a chunk stands: in which copy of a scope, and its place in it from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChunkKey {
    /// The copy.
    pub generation: u64,
    /// The place.
    pub n: u32,
}

/// One transaction: all of it or nothing.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The revision that the writer has seen; any other aborts the transaction.
    pub expected_rev: u64,
    /// How sure it must be.
    pub durability: Durability,
    /// A draft that must still be there: it is gone if another tab submitted it.
    pub requires_draft: Option<RecordId>,
    /// What is written, in order.
    pub writes: Vec<Write>,
}

/// Everything a start or a follower reads, in one read transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Counts the commits; 0 for a new database.
    pub rev: u64,
    /// The meta value; `None` means a new device, never a deletion.
    pub meta: Option<Vec<u8>>,
    /// The chunks of snapshots in order, if all was asked for.
    pub chunks: Vec<(ChunkKey, Vec<u8>)>,
    /// Journal entries after the key asked for, in order.
    pub journal: Vec<(u64, Vec<u8>)>,
    /// The outbox in order of its numbers.
    pub outbox: Vec<(Mid, Vec<u8>)>,
    /// The confirmed mutations.
    pub acked: Vec<(MutationId, Vec<u8>)>,
    /// The half-filled forms.
    pub drafts: Vec<(RecordId, Vec<u8>)>,
    /// How each attachment stands; its bytes are read one chunk at a time, when they are wanted.
    pub blobs: Vec<(RecordId, Vec<u8>)>,
}

impl Contents {
    /// Every stored value, to be opened where it stands.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Vec<u8>> {
        let chunks = self.chunks.iter_mut().map(|(_, value)| value);
        let journal = self.journal.iter_mut().map(|(_, value)| value);
        let outbox = self.outbox.iter_mut().map(|(_, value)| value);
        let acked = self.acked.iter_mut().map(|(_, value)| value);
        let drafts = self.drafts.iter_mut().map(|(_, value)| value);
        let blobs = self.blobs.iter_mut().map(|(_, value)| value);
        self.meta
            .iter_mut()
            .chain(chunks)
            .chain(journal)
            .chain(outbox)
            .chain(acked)
            .chain(drafts)
            .chain(blobs)
    }
}

/// What a commit brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The revision after it.
    pub rev: u64,
    /// Keys of the appended journal entries, in order.
    pub journal: Vec<u64>,
}

/// Why the local log could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another tab wrote since: catch up and try again. Nothing was written.
    #[error("another tab wrote meanwhile")]
    Stale,
    /// The draft is gone, so it was submitted already. Nothing was written.
    #[error("the draft was submitted already")]
    DraftGone,
    /// No space is left for this site. Nothing was written.
    #[error("no space is left on the device")]
    Full,
    /// The database was made by a newer version of the app.
    #[error("the local database belongs to a newer version of the app")]
    Newer,
    /// The database cannot be used.
    #[error("the local database cannot be used: {0}")]
    Broken(String),
}

impl StoreError {
    /// Whether the same commit may succeed after catching up.
    pub const fn may_retry(&self) -> bool {
        matches!(self, Self::Stale)
    }
}

/// A device's local log. Every implementation passes the same conformance suite.
#[allow(async_fn_in_trait)]
pub trait LocalStore {
    /// Everything in one read transaction; after a key of the journal only what follows it there, and no chunks.
    async fn read(&self, after: Option<u64>) -> Result<Contents, StoreError>;

    /// The revision alone: what a tab asks every few seconds.
    async fn rev(&self) -> Result<u64, StoreError>;

    /// One chunk of an attachment's bytes; `None` if it is not here.
    async fn blob_chunk(&self, id: RecordId, n: u32) -> Result<Option<Vec<u8>>, StoreError>;

    /// Commits one batch. When it returns an error, nothing of the batch is stored.
    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError>;
}

pub mod conformance;
