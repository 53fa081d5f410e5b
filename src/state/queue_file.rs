//! The queue as a file: saved with the bytes of its photos and documents, and taken in again on another phone.

use super::store::Store;
use crate::storage::{piece_of, save_parts};
use js_sys::{Array, Uint8Array};
use ruyuan_domain::{
    blob::{chunk_length, chunks_of},
    consts::BLOB_CHUNK_BYTES,
};
use ruyuan_sync::engine::{EngineError, Imported, QueuedBlob, State, attachments_of};
use wasm_bindgen::JsValue;
use web_sys::File;

/// What ends the text; behind it come bytes.
const END: u8 = b'\n';

impl Store {
    /// Offers everything that the server has not confirmed as a file to keep.
    ///
    /// # Errors
    /// A browser that does not allow downloads.
    pub async fn save_queue(self) -> Result<(), JsValue> {
        let engine = self.engine();
        let (bytes, mut named) = (Array::new(), Vec::new());
        for blob in self.read_untracked(State::only_here) {
            let pieces = Array::new();
            let mut read = 0;
            let whole = engine
                .read_attachment(blob.id, |piece| {
                    read += piece.len() as u64;
                    pieces.push(&Uint8Array::from(piece));
                })
                .await;
            // One that is still being taken in belongs to nothing yet.
            if whole.unwrap_or(false) && read == blob.size {
                named.push(blob);
                for piece in pieces.iter() {
                    bytes.push(&piece);
                }
            }
        }
        let mut text = engine.state().queue_file(&named);
        if !named.is_empty() {
            text.push(char::from(END));
        }
        bytes.unshift(&JsValue::from_str(&text));
        save_parts("ruyuan-queue.json", &bytes)
    }

    /// Takes in a queue that was saved as a file.
    ///
    /// # Errors
    /// As [`ruyuan_sync::engine::Engine::import`]; of attachments a full or broken store. What was taken in before
    /// stays, and the same file takes in the rest.
    pub async fn import_queue(self, file: &File) -> Result<Imported, EngineError> {
        let size = file.size() as u64;
        let mut text = Vec::new();
        let mut end = None;
        while end.is_none() && (text.len() as u64) < size {
            let from = text.len();
            let to = (from as u64 + BLOB_CHUNK_BYTES as u64).min(size);
            text.extend(piece_of(file, from as u64, to).await.map_err(unread)?);
            end = text.iter().skip(from).position(|byte| *byte == END);
            end = end.map(|at| from + at);
        }
        let behind = end.map_or(size, |end| end as u64 + 1);
        text.truncate(end.unwrap_or(text.len()));
        let text = String::from_utf8(text).map_err(unread)?;
        let imported = self.import(&text).await?;
        self.import_attachments(file, &attachments_of(&text), behind)
            .await?;
        Ok(imported)
    }

    async fn import_attachments(
        self,
        file: &File,
        blobs: &[QueuedBlob],
        mut from: u64,
    ) -> Result<(), EngineError> {
        let size = file.size() as u64;
        for blob in blobs {
            // A file that was cut off has no more.
            if blob.size > size.saturating_sub(from) {
                break;
            }
            if self.read_untracked(|state| state.lacks(blob.id)) {
                self.import_attachment(file, *blob, from).await?;
            }
            from += blob.size;
        }
        self.changed();
        self.sync.soon();
        Ok(())
    }

    async fn import_attachment(
        self,
        file: &File,
        blob: QueuedBlob,
        mut from: u64,
    ) -> Result<(), EngineError> {
        let engine = self.engine();
        for n in 0..chunks_of(blob.size) {
            let length = chunk_length(blob.size, n).unwrap_or(BLOB_CHUNK_BYTES) as u64;
            let piece = piece_of(file, from, from + length).await.map_err(unread)?;
            engine.import_piece(blob.id, n, &piece).await?;
            from += length;
        }
        engine.import_attachment(blob).await
    }
}

fn unread<E>(_: E) -> EngineError {
    EngineError::Unreadable("the file cannot be read".to_owned())
}
