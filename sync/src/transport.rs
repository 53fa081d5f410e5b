//! How the engine reaches the server.

use ruyuan_domain::{
    Epoch, RecordId, ScopeId, Seq,
    blob::BlobStanding,
    wire::{
        DraftHead, DraftView, KeepDraftRequest, Problem, PullRequest, PullResponse, PushRequest,
        PushResponse,
    },
};

/// Where a chunk of a snapshot is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkAddress {
    /// The life of the database.
    pub epoch: Epoch,
    /// The scope.
    pub scope: ScopeId,
    /// The seq of the snapshot.
    pub seq: Seq,
    /// The chunk's hash.
    pub hash: String,
}

/// A piece of an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobPart {
    /// The attachment.
    pub id: RecordId,
    /// From this byte.
    pub from: u64,
    /// Up to this byte, which is not part of it.
    pub to: u64,
    /// The hash of the whole: a piece of anything else is refused.
    pub sha256: String,
}

/// The messages of sync. Retrying any is always safe.
#[allow(async_fn_in_trait)]
pub trait Transport {
    /// Sends mutations.
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError>;

    /// Asks for news.
    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError>;

    /// Fetches a chunk of a snapshot that the server offered.
    async fn chunk(&self, address: &ChunkAddress) -> Result<Vec<u8>, TransportError>;

    /// Gives the server another version of a half-filled form, unless there is one that this device has not seen;
    /// answers the last one. As all that follow: a line that carries none, in tests, leaves them here.
    async fn keep_draft(
        &self,
        _id: RecordId,
        _request: &KeepDraftRequest,
    ) -> Result<DraftView, TransportError> {
        Err(TransportError::Offline)
    }

    /// Asks which half-filled forms of its person the server keeps.
    async fn drafts(&self) -> Result<Vec<DraftHead>, TransportError> {
        Err(TransportError::Offline)
    }

    /// Fetches one of them, in its last version.
    async fn draft(&self, _id: RecordId) -> Result<DraftView, TransportError> {
        Err(TransportError::Offline)
    }

    /// Asks how far the server has this attachment.
    async fn begin_blob(&self, _id: RecordId) -> Result<BlobStanding, TransportError> {
        Err(TransportError::Offline)
    }

    /// Gives the server one chunk of an attachment.
    async fn put_blob_chunk(
        &self,
        _id: RecordId,
        _n: u32,
        _chunk: Vec<u8>,
    ) -> Result<(), TransportError> {
        Err(TransportError::Offline)
    }

    /// Has the server check that it holds all of an attachment.
    async fn complete_blob(&self, _id: RecordId) -> Result<(), TransportError> {
        Err(TransportError::Offline)
    }

    /// Fetches a piece of an attachment, whole.
    async fn blob_part(&self, _part: &BlobPart) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Offline)
    }
}

/// Why the server was not reached, or refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No answer: no network, a dead server, an answer cut short.
    #[error("no answer from the server")]
    Offline,
    /// The session has ended: sign in again, nothing is lost.
    #[error("the session has ended")]
    SignedOut,
    /// The server cannot now, and may later.
    #[error("the server is busy")]
    Busy,
    /// The server refuses this request, and would again.
    #[error("the server refused: {}", .0.title)]
    Refused(Box<Problem>),
    /// An answer that is none.
    #[error("the server's answer cannot be read: {0}")]
    Garbled(String),
}

impl TransportError {
    /// Whether the same request may succeed later without anyone doing anything.
    pub const fn may_retry(&self) -> bool {
        matches!(self, Self::Offline | Self::Busy | Self::Garbled(_))
    }
}
