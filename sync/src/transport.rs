//! How the engine reaches the server.

use crate::draft::Draft;
use ruyuan_domain::{
    Epoch, ScopeId, Seq,
    wire::{Problem, PullRequest, PullResponse, PushRequest, PushResponse},
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

/// The messages of sync. Retrying any is always safe.
#[allow(async_fn_in_trait)]
pub trait Transport {
    /// Sends mutations.
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError>;

    /// Asks for news.
    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError>;

    /// Fetches a chunk of a snapshot that the server offered.
    async fn chunk(&self, address: &ChunkAddress) -> Result<Vec<u8>, TransportError>;

    /// Gives the server a half-filled form to keep.
    async fn keep_draft(&self, draft: &Draft) -> Result<(), TransportError>;
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
