//! Photos of the form that is being filled: each is stored with the form in one transaction, and named in its answer.

use super::drafts::{AnswerPlace, DraftEditor, SaveStatus, answers, answers_mut};
use crate::storage::{PHOTO_TYPE, Picture};
use gloo::timers::future::TimeoutFuture;
use ruyuan_domain::{FieldValue, RecordId, forms::photo_ids};
use ruyuan_sync::{attachment::Attachment, draft::Draft, engine::EngineError};

/// How long to wait for a save that is under way before looking again, in milliseconds.
const TURN_MS: u32 = 20;

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
            change_photos(draft, &place, &name, |ids| ids.push(id));
        };
        let mut draft = self.take_turn().await;
        change(&mut draft);
        let stored = self.store().engine().attach(draft, id, &bytes).await;
        self.end_turn(stored, change).await
    }

    /// Takes a photo out of the form and drops it.
    ///
    /// # Errors
    /// The photo is still there.
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
            change_photos(draft, &place, &name, |ids| ids.retain(|known| *known != id));
        };
        let mut draft = self.take_turn().await;
        change(&mut draft);
        let stored = self.store().engine().detach(draft, id).await;
        self.end_turn(stored, change).await
    }

    /// Waits until no other save is under way, and keeps others from beginning: an older form must not be stored
    /// over the one that names the photo.
    async fn take_turn(self) -> Draft {
        while !self.begin_saving() {
            TimeoutFuture::new(TURN_MS).await;
        }
        self.with_untracked(Draft::clone)
    }

    async fn end_turn(
        self,
        stored: Result<(), EngineError>,
        change: impl Fn(&mut Draft),
    ) -> Result<(), EngineError> {
        if stored.is_ok() {
            self.take_stored(change);
            self.status.set(SaveStatus::Saved(self.store().now()));
            self.store().changed();
        }
        // What was typed meanwhile.
        self.save().await;
        stored
    }
}

/// Changes the list of photos that an answer is; an empty one is no answer.
fn change_photos(
    draft: &mut Draft,
    place: &AnswerPlace,
    name: &str,
    change: impl FnOnce(&mut Vec<RecordId>),
) {
    let answer = answers(draft, place).and_then(|answers| answers.get(name));
    let mut ids = photo_ids(answer);
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
