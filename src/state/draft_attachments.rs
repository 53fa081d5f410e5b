//! Photos and documents of the form that is being filled: stored with the form, and then named in its answer.

use super::drafts::{AnswerPlace, DraftEditor, SaveStatus, answers, answers_mut};
use crate::storage::{PHOTO_TYPE, Picture, piece_of};
use gloo::timers::future::TimeoutFuture;
use ruyuan_domain::{
    FieldValue, RecordId,
    blob::{chunk_length, chunks_of, is_media_type, limit_of},
    consts::BLOB_CHUNK_BYTES,
    forms::attachment_ids,
};
use ruyuan_sync::{
    attachment::{Attachment, Hasher},
    draft::Draft,
    engine::EngineError,
};
use web_sys::File;

/// How long to wait for a save that is under way before looking again, in milliseconds.
const TURN_MS: u32 = 20;

/// Most letters of a document's name.
const NAME_LETTERS: usize = 200;

/// Why a document was not taken in. Nothing of it is stored then.
#[derive(Debug)]
pub enum FileError {
    /// It has more bytes than a file of its type may have, or none.
    Size,
    /// The browser does not give its bytes: it was moved or changed meanwhile.
    Unreadable,
    /// It was no longer wanted.
    Stopped,
    /// The device's storage.
    Engine(EngineError),
}

impl From<EngineError> for FileError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl DraftEditor {
    /// Stores a photo and the form that names it. When it returns, both survive a dead battery.
    ///
    /// # Errors
    /// Nothing was stored of the photo; the words stand as they did.
    pub async fn attach(
        self,
        place: AnswerPlace,
        name: String,
        picture: Picture,
    ) -> Result<(), EngineError> {
        let id = RecordId::new(self.store().id_seed());
        let Picture {
            bytes,
            width,
            height,
        } = picture;
        let attachment = Attachment::picture(PHOTO_TYPE, &bytes, width, height);
        let change = move |draft: &mut Draft| {
            draft.attachments.insert(id, attachment.clone());
            change_answer(draft, &place, &name, |ids| ids.push(id));
        };
        let mut draft = self.take_turn().await;
        change(&mut draft);
        let stored = self.store().engine().attach(draft, id, &bytes).await;
        self.end_turn(stored, change).await
    }

    /// Stores a document as it is, chunk by chunk, and then names it in the form. After each chunk `go_on` is told how
    /// many bytes are stored; it says whether to go on.
    ///
    /// # Errors
    /// Nothing was stored of the document; the words stand as they did.
    pub async fn attach_file(
        self,
        place: AnswerPlace,
        name: String,
        file: &File,
        go_on: impl Fn(u64) -> bool,
    ) -> Result<(), FileError> {
        let mut about = described(file);
        if about.size == 0 || about.size > limit_of(&about.media_type) {
            return Err(FileError::Size);
        }
        let id = RecordId::new(self.store().id_seed());
        let begun = about.clone();
        let change = move |draft: &mut Draft| drop(draft.attachments.insert(id, begun.clone()));
        let mut draft = self.take_turn().await;
        change(&mut draft);
        let engine = self.store().engine();
        let stored = engine.begin_attachment(draft, id, about.size).await;
        self.end_turn(stored, change).await?;
        match self.take_pieces(id, about.size, file, go_on).await {
            Ok(sha256) => about.sha256 = sha256,
            Err(error) => {
                // Should this fail too, it goes with the form: no answer names it.
                drop(self.detach(place, name, id).await);
                return Err(error);
            }
        }
        let change = move |draft: &mut Draft| {
            draft.attachments.insert(id, about.clone());
            change_answer(draft, &place, &name, |ids| ids.push(id));
        };
        let mut draft = self.take_turn().await;
        change(&mut draft);
        let stored = self.store().engine().save_draft(draft).await;
        Ok(self.end_turn(stored, change).await?)
    }

    /// Stores the chunks; gives their hash.
    async fn take_pieces(
        self,
        id: RecordId,
        size: u64,
        file: &File,
        go_on: impl Fn(u64) -> bool,
    ) -> Result<String, FileError> {
        let mut hasher = Hasher::default();
        let mut from = 0;
        for n in 0..chunks_of(size) {
            let length = chunk_length(size, n).unwrap_or(BLOB_CHUNK_BYTES);
            let piece = piece_of(file, from, from + length as u64).await;
            let piece = piece.map_err(|_| FileError::Unreadable)?;
            if piece.len() != length {
                return Err(FileError::Unreadable);
            }
            hasher.take(&piece);
            from += length as u64;
            let wanted = self.store().engine().take_piece(id, n, &piece).await?;
            if !wanted || !go_on(from) {
                return Err(FileError::Stopped);
            }
        }
        Ok(hasher.finish())
    }

    /// Takes a photo or a document out of the form and drops it.
    ///
    /// # Errors
    /// It is still there.
    pub async fn detach(
        self,
        place: AnswerPlace,
        name: String,
        id: RecordId,
    ) -> Result<(), EngineError> {
        let change = move |draft: &mut Draft| {
            // What a correction leaves out is given up by it, and must be known for what it is.
            if !draft.mends.contains_key(&id) {
                draft.attachments.remove(&id);
            }
            change_answer(draft, &place, &name, |ids| ids.retain(|known| *known != id));
        };
        let mut draft = self.take_turn().await;
        change(&mut draft);
        let stored = self.store().engine().detach(draft, id).await;
        self.end_turn(stored, change).await
    }

    /// Waits until no other save is under way, and keeps others from beginning: an older form must not be stored
    /// over the one that names the photo.
    pub(super) async fn take_turn(self) -> Draft {
        while !self.begin_saving() {
            TimeoutFuture::new(TURN_MS).await;
        }
        self.with_untracked(Draft::clone)
    }

    pub(super) async fn end_turn(
        self,
        stored: Result<(), EngineError>,
        change: impl Fn(&mut Draft),
    ) -> Result<(), EngineError> {
        if stored.is_ok() {
            self.take_stored(change);
            self.status.set(SaveStatus::Saved(self.store().now()));
            self.store().typed();
        }
        // What was typed meanwhile.
        self.save().await;
        stored
    }
}

/// Changes the list of attachments that an answer is; an empty one is no answer.
fn change_answer(
    draft: &mut Draft,
    place: &AnswerPlace,
    name: &str,
    change: impl FnOnce(&mut Vec<RecordId>),
) {
    let answer = answers(draft, place).and_then(|answers| answers.get(name));
    let mut ids = attachment_ids(answer);
    change(&mut ids);
    let Some(answers) = answers_mut(draft, place) else {
        return;
    };
    if ids.is_empty() {
        answers.remove(name);
        return;
    }
    let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    let text = format!("[{}]", quoted.join(","));
    answers.insert(name.to_owned(), FieldValue::from(text));
}

/// What is known of a document before it was read. What the browser says of its type may be anything, or nothing.
fn described(file: &File) -> Attachment {
    let said = file.type_();
    let media_type = match is_media_type(&said) {
        true => said,
        false => "application/octet-stream".to_owned(),
    };
    Attachment {
        media_type,
        size: file.size() as u64,
        name: Some(file.name().chars().take(NAME_LETTERS).collect()),
        ..Attachment::default()
    }
}
