//! Taking in a queue that was saved as a file: of a phone that broke, or whose server is gone. Taking it in twice is
//! taking it in once: ids stay what they were, and what was refused to another person gets one that follows from it and
//! from who takes it in. So it is theirs to put right, and its author's still stands as it was.
//!
//! The file is one line of text, [`State::queue_file`], and behind its end the bytes of the attachments it names.

use super::{Engine, EngineError, OutboxEntry, Planned, QueuedBlob, State, encode};
use crate::{
    attachment::BlobHead,
    draft::Draft,
    environment::{Environment, Seal},
    store::{Durability, LocalStore, Write},
};
use ruyuan_domain::{Gather, RecordId, UserId, consts};
use serde_json::value::RawValue;
use std::cell::Cell;

/// The attachments that the text of a queue file names, in the order of their bytes.
pub fn attachments_of(text: &str) -> Vec<QueuedBlob> {
    let members: Option<ruyuan_domain::json::Members<'_>> =
        serde_json::from_slice(text.as_bytes()).ok();
    let named = members.and_then(|members| members.required("attachments"));
    named.unwrap_or_default()
}

/// What a file held, and what of it was new here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Edits that were taken in, and will be sent.
    pub edits: usize,
    /// Half-filled forms that were taken in.
    pub drafts: usize,
    /// What is here already, sent or waiting.
    pub known: usize,
    /// What could not be read.
    pub unreadable: usize,
}

struct QueueFile<'a> {
    format: String,
    /// Whose it was, if it says so.
    user: Option<UserId>,
    outbox: Vec<&'a RawValue>,
    drafts: Vec<&'a RawValue>,
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Takes in the edits and half-filled forms of a queue file, in their order, behind what waits here.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] for a file that is no queue; a full or broken store. Nothing was taken in.
    pub async fn import(&self, text: &str) -> Result<Imported, EngineError> {
        let file = read_file(text)?;
        let mut unreadable = 0;
        let mut entries: Vec<OutboxEntry> = Vec::new();
        for raw in &file.outbox {
            match serde_json::from_str(raw.get()) {
                Ok(entry) => entries.push(entry),
                Err(_) => unreadable += 1,
            }
        }
        let mut drafts: Vec<Draft> = Vec::new();
        for raw in &file.drafts {
            match serde_json::from_str(raw.get()) {
                Ok(draft) => drafts.push(draft),
                Err(_) => unreadable += 1,
            }
        }
        let imported = Cell::new(Imported::default());
        self.commit(Durability::Strict, &|state| {
            let mut meta = state.meta.clone();
            let mut plain = Vec::new();
            let mut taken = Vec::new();
            let mut count = Imported {
                unreadable,
                ..Imported::default()
            };
            let others = file.user.is_some_and(|user| user != state.meta.user);
            for entry in &entries {
                let taken_over =
                    (others && entry.reason().is_some()).then(|| entry.taken_over(state.meta.user));
                let entry = taken_over.as_ref().unwrap_or(entry);
                let id = entry.mutation.id;
                let waits = state.outbox.values().any(|known| known.mutation.id == id);
                if waits || state.acked.contains_key(&id) {
                    count.known += 1;
                    continue;
                }
                let entry = entry.numbered(meta.next_mid);
                meta.next_mid = meta.next_mid.next();
                count.edits += 1;
                plain.push(Write::PutOutbox(entry.mutation.mid, encode(&entry)?));
                taken.push(entry);
            }
            let mut kept = Vec::new();
            for draft in &drafts {
                // What is being filled here, or was submitted, is not written over by an older copy of it.
                let here = state.drafts.contains_key(&draft.id) || state.is_done(draft);
                if here {
                    count.known += 1;
                    continue;
                }
                count.drafts += 1;
                plain.push(Write::PutDraft(draft.id, encode(draft)?));
                kept.push(draft.clone());
            }
            imported.set(count);
            if plain.is_empty() {
                return Ok(None);
            }
            plain.push(Write::Meta(encode(&meta)?));
            Ok(Some(Planned::new(plain, move |state| {
                for draft in kept {
                    drop(state.drafts.insert(draft.id, draft));
                }
                state.take_entries(taken, meta);
            })))
        })
        .await?;
        Ok(imported.get())
    }
}

impl<S: LocalStore, E: Environment, C: Seal> Engine<S, E, C> {
    /// Stores one chunk of an attachment of a queue file. Nothing is known of it until [`Self::import_attachment`].
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn import_piece(
        &self,
        id: RecordId,
        n: u32,
        piece: &[u8],
    ) -> Result<(), EngineError> {
        self.commit(Durability::Relaxed, &|_| {
            let plain = vec![Write::PutBlobChunk(id, n, piece.to_vec())];
            Ok(Some(Planned::new(plain, |_| {})))
        })
        .await
    }

    /// All chunks of an attachment of a queue file are here: it is sent as if it had been taken here.
    ///
    /// # Errors
    /// A full or broken store.
    pub async fn import_attachment(&self, blob: QueuedBlob) -> Result<(), EngineError> {
        let head = BlobHead {
            size: blob.size,
            at: Some(self.environment.now()),
            ..BlobHead::default()
        };
        let head = &head;
        self.commit(Durability::Strict, &|state| {
            if !state.lacks(blob.id) {
                return Ok(None);
            }
            let plain = vec![Write::PutBlobHead(blob.id, encode(head)?)];
            Ok(Some(Planned::new(plain, move |state| {
                drop(state.blobs.insert(blob.id, head.clone()));
            })))
        })
        .await
    }
}

impl State {
    /// The attachments whose bytes are here and, as far as this device knows, nowhere else.
    pub fn only_here(&self) -> Vec<QueuedBlob> {
        let unsent = self.blobs.iter().filter(|(_, head)| head.is_unsent());
        unsent
            .map(|(id, head)| QueuedBlob {
                id: *id,
                size: head.size,
            })
            .gathered()
    }

    /// Whether something here needs this attachment and has nothing of it.
    pub fn lacks(&self, id: RecordId) -> bool {
        let mut drafts = self.drafts.values();
        let drafted = drafts.any(|draft| draft.attachments.contains_key(&id));
        !self.blobs.contains_key(&id) && (drafted || self.is_referred_to(id))
    }
}

fn read_file(text: &str) -> Result<QueueFile<'_>, EngineError> {
    let unreadable = |what: String| EngineError::Unreadable(what);
    let members: ruyuan_domain::json::Members<'_> =
        serde_json::from_slice(text.as_bytes()).map_err(|error| unreadable(error.to_string()))?;
    let meta: Option<ruyuan_domain::json::Members<'_>> = members.required("meta");
    let file = QueueFile {
        user: meta.and_then(|meta| meta.required("user")),
        format: members.required("format").unwrap_or_default(),
        outbox: members.required("outbox").unwrap_or_default(),
        drafts: members.required("drafts").unwrap_or_default(),
    };
    match file.format == consts::QUEUE_FORMAT {
        true => Ok(file),
        false => Err(unreadable("not a queue of this app".to_owned())),
    }
}
