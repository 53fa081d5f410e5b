//! Attachments on their way here: in pieces, from where it stopped, checked by their hash at the end.

use super::{Engine, EngineError, Planned, encode};
use crate::{
    attachment::{BlobHead, BlobState},
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
    transport::{BlobPart, Transport},
};
use ruyuan_domain::{RecordId, consts};

/// How fetching an attachment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// All of it is here, and is what its record says.
    Whole,
    /// It was paused; what came stays, and the next call goes on.
    Paused,
    /// What came is not what its record says: it was dropped. Fetch it again.
    Differs,
    /// There is no such attachment.
    Unknown,
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Fetches an attachment that is not here, piece by piece. After each piece `go_on` is told how many bytes there
    /// are; it says whether to go on.
    ///
    /// # Errors
    /// The server or the store; the pieces that came stay, and the next call goes on after them.
    pub async fn fetch_attachment(
        &self,
        transport: &impl Transport,
        id: RecordId,
        go_on: impl Fn(u64) -> bool,
    ) -> Result<Fetched, EngineError> {
        let (attachment, head) = {
            let state = self.state.borrow();
            (state.attachment(id), state.blobs.get(&id).cloned())
        };
        if head.as_ref().is_some_and(BlobHead::is_here) {
            return Ok(Fetched::Whole);
        }
        let Some(attachment) = attachment else {
            return Ok(Fetched::Unknown);
        };
        let chunks = attachment.chunks();
        let mut head = head.unwrap_or(BlobHead {
            state: BlobState::Fetching,
            size: attachment.size,
            ..BlobHead::default()
        });
        while head.chunks < chunks {
            let from = u64::from(head.chunks) * consts::BLOB_CHUNK_BYTES as u64;
            let part = BlobPart {
                id,
                from,
                to: (from + consts::BLOB_CHUNK_BYTES as u64).min(attachment.size),
                sha256: attachment.sha256.clone(),
            };
            let piece = transport.blob_part(&part).await?;
            let n = head.chunks;
            head.chunks += 1;
            head.at = Some(self.environment.now());
            self.store_piece(id, n, piece, &head).await?;
            if !go_on(head.moved()) && head.chunks < chunks {
                return Ok(Fetched::Paused);
            }
        }
        if self.hash_here(id, chunks).await?.as_ref() != Some(&attachment.sha256) {
            self.drop_attachment(id).await?;
            return Ok(Fetched::Differs);
        }
        head.state = BlobState::Fetched;
        self.set_head(id, head).await?;
        Ok(Fetched::Whole)
    }

    async fn store_piece(
        &self,
        id: RecordId,
        n: u32,
        piece: Vec<u8>,
        head: &BlobHead,
    ) -> Result<(), EngineError> {
        let piece = &piece;
        self.commit(Durability::Relaxed, &|state| {
            // Another tab may be fetching it too, and be further.
            let known = state.blobs.get(&id);
            if known.is_some_and(|known| known.chunks > n || known.is_here()) {
                return Ok(None);
            }
            let plain = vec![
                Write::PutBlobChunk(id, n, piece.clone()),
                Write::PutBlobHead(id, encode(head)?),
            ];
            Ok(Some(Planned::new(plain, move |state| {
                drop(state.blobs.insert(id, head.clone()));
            })))
        })
        .await
    }

    /// Drops the bytes of one attachment, here and now.
    async fn drop_attachment(&self, id: RecordId) -> Result<(), EngineError> {
        self.commit(Durability::Relaxed, &|_| {
            let plain = vec![Write::DeleteBlob(id)];
            Ok(Some(Planned::new(plain, move |state| {
                state.lose_blobs(&[id])
            })))
        })
        .await
    }
}
