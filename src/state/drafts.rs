//! The form that is being filled: its answers, reactive, stored at every change.

use super::{
    answers::{Answers, SharedAnswers},
    store::Store,
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::{
    FieldError, FieldProblem, FieldValue, Record, RecordId, Stamp,
    forms::{FormDefinition, Group, Question, relevant},
    wire::SessionView,
};
use ruyuan_sync::{
    draft::{Draft, DraftInstance, Submission},
    engine::EngineError,
    store::StoreError,
};
use std::{rc::Rc, sync::Arc};

/// Where an answer stands: in the form itself, or in one instance of a repeated group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerPlace {
    /// In the form.
    Form,
    /// In an instance.
    Instance {
        /// The repeated group.
        group: String,
        /// The instance.
        id: RecordId,
    },
}

/// How the last change stands with this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveStatus {
    /// On the device.
    Saved(Stamp),
    /// On its way there.
    Saving,
    /// The device has no space left; what was typed is on screen only.
    Full,
    /// The device's storage cannot be used; what was typed is on screen only.
    Broken,
    /// Another tab submitted it meanwhile.
    Submitted,
}

/// The form being filled.
#[derive(Clone, Copy)]
pub struct DraftEditor {
    store: Store,
    draft: RwSignal<Draft>,
    form: StoredValue<Arc<FormDefinition>>,
    /// How the last change stands with this device.
    pub status: RwSignal<SaveStatus>,
    /// Whether errors are shown at every field, because a submission was tried.
    pub show_all_errors: RwSignal<bool>,
    left: RwSignal<Vec<String>>,
    errors: Memo<Vec<FieldError>>,
    unsaved: StoredValue<bool>,
    saving: StoredValue<bool>,
}

/// The form being filled, in context.
#[track_caller]
pub fn use_draft_editor() -> DraftEditor {
    expect_context()
}

/// Opens a draft with the version of the form that it pins; `None` if either is not on this device.
pub fn open_draft(store: Store, id: RecordId) -> Option<DraftEditor> {
    // What this device has not stored yet, or cannot, is on the way from screen to screen with its editor.
    if let Some(editor) = store.filling.get_value()
        && editor.holds_unstored(id)
    {
        return Some(editor);
    }
    let draft = store.read_untracked(|state| state.draft(id).cloned())?;
    let form = super::forms::version(store, &draft.form, draft.form_version)?;
    // The last keystroke may still be on its way to the disk when the person leaves the page.
    let editor = store.outliving_pages(|| {
        let form = StoredValue::new(Arc::new(form));
        let status = RwSignal::new(SaveStatus::Saved(draft.saved_at));
        let draft = RwSignal::new(draft);
        DraftEditor {
            store,
            draft,
            form,
            status,
            show_all_errors: RwSignal::new(false),
            left: RwSignal::new(Vec::new()),
            // Once a keystroke, not once a field.
            errors: Memo::new(move |_| {
                form.with_value(|form| draft.with(|draft| draft.errors(form, store.now())))
            }),
            unsaved: StoredValue::new(false),
            saving: StoredValue::new(false),
        }
    });
    store.filling.set_value(Some(editor));
    Some(editor)
}

impl DraftEditor {
    /// Whether words of this draft are on screen only.
    fn holds_unstored(self, id: RecordId) -> bool {
        let status = self.status.get_untracked();
        self.draft.with_untracked(|draft| draft.id == id)
            && matches!(
                status,
                SaveStatus::Saving | SaveStatus::Full | SaveStatus::Broken
            )
    }

    /// The form.
    pub fn form(self) -> Arc<FormDefinition> {
        self.form.get_value()
    }

    /// The answers of the form itself, or of one instance, for the fields.
    pub fn answers(self, place: AnswerPlace) -> SharedAnswers {
        Rc::new(DraftAnswers {
            editor: self,
            place,
        })
    }

    /// The draft, reactive.
    pub fn with<T>(self, read: impl FnOnce(&Draft) -> T) -> T {
        self.draft.with(read)
    }

    /// The draft, now.
    pub fn with_untracked<T>(self, read: impl FnOnce(&Draft) -> T) -> T {
        self.draft.with_untracked(read)
    }

    /// An answer, reactive.
    pub fn answer(self, place: &AnswerPlace, name: &str) -> Option<FieldValue> {
        self.draft
            .with(|draft| answers(draft, place).and_then(|answers| answers.get(name).cloned()))
    }

    /// An answer, now: what a field starts with.
    pub fn answer_untracked(self, place: &AnswerPlace, name: &str) -> Option<FieldValue> {
        self.draft.with_untracked(|draft| {
            answers(draft, place).and_then(|answers| answers.get(name).cloned())
        })
    }

    /// Takes an answer and stores the draft.
    pub fn set_answer(self, place: &AnswerPlace, name: &str, value: Option<FieldValue>) {
        self.change(|draft| {
            if *place == AnswerPlace::Form {
                draft.prefilled.retain(|known| known != name);
            }
            if let Some(answers) = answers_mut(draft, place) {
                match value {
                    Some(value) => answers.insert(name.to_owned(), value),
                    None => answers.remove(name),
                };
            }
        });
    }

    /// Whether an answer came from the firm's record and was not touched.
    pub fn is_prefilled(self, place: &AnswerPlace, name: &str) -> bool {
        *place == AnswerPlace::Form && self.draft.with(|draft| has(&draft.prefilled, name))
    }

    /// Whether a question is asked, given the answers of its place.
    pub fn is_asked(self, place: &AnswerPlace, question: &Question) -> bool {
        self.draft.with(|draft| {
            answers(draft, place)
                .is_some_and(|answers| relevant(question.relevant.as_ref(), answers))
        })
    }

    /// Whether a group is asked.
    pub fn is_group_asked(self, group: &Group) -> bool {
        self.draft
            .with(|draft| relevant(group.relevant.as_ref(), &draft.answers))
    }

    /// What is wrong at a path, once the person has left the field or tried to submit.
    pub fn problem(self, path: &str) -> Option<FieldProblem> {
        let shown = self.show_all_errors.get() || self.left.with(|left| has(left, path));
        if !shown {
            return None;
        }
        self.errors.with(|errors| {
            errors
                .iter()
                .find(|error| error.path == path)
                .map(|error| error.problem.clone())
        })
    }

    /// Everything that keeps the draft from being submitted, reactive.
    pub fn errors(self) -> Vec<FieldError> {
        self.errors.get()
    }

    /// The same, now.
    pub fn errors_untracked(self) -> Vec<FieldError> {
        self.errors.get_untracked()
    }

    /// The person left a field: from now on its error is shown.
    pub fn leave(self, path: &str) {
        if self.left.with_untracked(|left| !has(left, path)) {
            self.left.update(|left| {
                left.push(path.to_owned());
            });
        }
    }

    /// The path of a question: its name, or `<group>[<position>].<name>` in an instance.
    pub fn path(self, place: &AnswerPlace, name: &str) -> String {
        match place {
            AnswerPlace::Form => name.to_owned(),
            AnswerPlace::Instance { group, id } => {
                let position = self.draft.with(|draft| {
                    draft
                        .instances
                        .get(group)
                        .and_then(|all| all.iter().position(|instance| instance.id == *id))
                });
                format!("{group}[{}].{name}", position.map_or(0, |at| at + 1))
            }
        }
    }

    /// The instances of a repeated group, reactive.
    pub fn instances(self, group: &str) -> Vec<RecordId> {
        self.draft.with(|draft| {
            draft
                .instances
                .get(group)
                .map(|all| all.iter().map(|instance| instance.id).collect())
                .unwrap_or_default()
        })
    }

    /// Adds an instance at the end.
    pub fn add_instance(self, group: &str) -> RecordId {
        let id = RecordId::new(self.store.id_seed());
        self.put_instance(
            group,
            usize::MAX,
            DraftInstance {
                id,
                answers: Default::default(),
            },
        );
        id
    }

    /// Takes an instance out; what it returns puts it back.
    pub fn remove_instance(self, group: &str, id: RecordId) -> Option<(usize, DraftInstance)> {
        let at = self.draft.with_untracked(|draft| {
            draft
                .instances
                .get(group)
                .and_then(|all| all.iter().position(|instance| instance.id == id))
        })?;
        let mut removed = None;
        self.change(|draft| {
            removed = draft.instances.get_mut(group).map(|all| all.remove(at));
        });
        removed.map(|instance| (at, instance))
    }

    /// Puts an instance at a place, or at the end.
    pub fn put_instance(self, group: &str, at: usize, instance: DraftInstance) {
        self.change(|draft| {
            let all = draft.instances.entry(group.to_owned()).or_default();
            all.insert(at.min(all.len()), instance);
        });
    }

    /// Remembers the page the person is on.
    pub fn go_to_page(self, page: usize) {
        self.change(|draft| draft.page = page);
    }

    /// Whether this changes a visit that was submitted before.
    pub fn is_revision(self) -> bool {
        self.draft.with_untracked(|draft| !draft.revises.is_empty())
    }

    /// Submits it, in one strict transaction: when this returns, it survives a dead battery.
    ///
    /// # Errors
    /// As [`ruyuan_sync::engine::Engine::act`]; the draft stands as it was.
    pub async fn submit(
        self,
        officer: &SessionView,
        supplement_due: bool,
    ) -> Result<(), EngineError> {
        let by = Submission {
            supplement_due,
            ..Submission::whole(officer.user, &officer.display_name, self.store.now())
        };
        let act = self.with_untracked(|draft| draft.submission(&self.form(), &by));
        self.store.act(act).await
    }

    /// Tries to store what is on screen again.
    pub fn save_again(self) {
        self.change(|_| {});
    }

    /// Goes on with it in another form, with every answer, also what is typed while that is stored.
    ///
    /// # Errors
    /// It is still what it was.
    pub async fn continue_in(
        self,
        form: FormDefinition,
        enterprise: Option<Rc<Record>>,
        officer: String,
    ) -> Result<(), EngineError> {
        let now = self.store.now();
        let form = Arc::new(form);
        let into = Arc::clone(&form);
        let change = move |draft: &mut Draft| {
            *draft = draft.continued_in(&into, enterprise.as_deref(), &officer, now);
        };
        let mut draft = self.take_turn().await;
        change(&mut draft);
        let stored = self.store.engine().save_draft(draft).await;
        if stored.is_ok() {
            let _ = self.form.try_update_value(|known| *known = form);
        }
        self.end_turn(stored, change).await
    }

    /// Goes on with it as another device left it, or as it stands here. In the first case this editor is done: the form
    /// is to be opened anew.
    ///
    /// # Errors
    /// Both are still there.
    pub async fn choose(self, theirs: bool) -> Result<(), EngineError> {
        let id = self.take_turn().await.id;
        let chosen = self.store.engine().choose_draft(id, theirs).await;
        if theirs && chosen.is_ok() {
            // It keeps its turn, so that nothing of it is stored any more.
            self.store.filling.set_value(None);
        } else {
            self.save().await;
        }
        self.store.changed();
        self.store.sync.soon();
        chosen
    }

    /// The local log that it is stored in.
    pub(super) const fn store(self) -> Store {
        self.store
    }

    /// Begins a save, unless one is under way.
    pub(super) fn begin_saving(self) -> bool {
        !self
            .saving
            .try_update_value(|saving| std::mem::replace(saving, true))
            .unwrap_or(false)
    }

    /// Takes a change that is stored already.
    pub(super) fn take_stored(self, change: impl FnOnce(&mut Draft)) {
        self.draft.update(change);
    }

    fn change(self, change: impl FnOnce(&mut Draft)) {
        self.draft.update(change);
        self.unsaved.set_value(true);
        self.status.set(SaveStatus::Saving);
        if !self.saving.get_value() {
            self.saving.set_value(true);
            spawn_local(self.save());
        }
    }

    /// Stores until nothing is unsaved. While one save is under way, all later keystrokes go with the next.
    pub(super) async fn save(self) {
        while self.unsaved.try_get_value() == Some(true) {
            self.unsaved.set_value(false);
            let draft = self.draft.get_untracked();
            let result = self.store.save_draft(draft).await;
            let status = match result {
                Ok(()) => SaveStatus::Saved(self.store.now()),
                Err(EngineError::AlreadySubmitted) => SaveStatus::Submitted,
                Err(EngineError::Store(StoreError::Full)) => SaveStatus::Full,
                Err(_) => SaveStatus::Broken,
            };
            if self.unsaved.try_get_value() != Some(true) {
                let _ = self.status.try_set(status);
            }
        }
        let _ = self.saving.try_update_value(|saving| *saving = false);
    }
}

/// The answers of one place of a draft.
struct DraftAnswers {
    editor: DraftEditor,
    place: AnswerPlace,
}

impl Answers for DraftAnswers {
    fn answer(&self, name: &str) -> Option<FieldValue> {
        self.editor.answer(&self.place, name)
    }

    fn answer_now(&self, name: &str) -> Option<FieldValue> {
        self.editor.answer_untracked(&self.place, name)
    }

    fn set_answer(&self, name: &str, value: Option<FieldValue>) {
        self.editor.set_answer(&self.place, name, value);
    }

    fn leave(&self, name: &str) {
        self.editor.leave(&self.editor.path(&self.place, name));
    }

    fn problem(&self, name: &str) -> Option<FieldProblem> {
        self.editor.problem(&self.editor.path(&self.place, name))
    }

    fn field_id(&self, name: &str) -> String {
        match &self.place {
            AnswerPlace::Form => format!("q-{name}"),
            AnswerPlace::Instance { id, .. } => format!("q-{id}-{name}"),
        }
    }

    fn is_asked(&self, question: &Question) -> bool {
        self.editor.is_asked(&self.place, question)
    }

    fn drafted(&self) -> Option<(DraftEditor, AnswerPlace)> {
        Some((self.editor, self.place.clone()))
    }

    fn is_prefilled(&self, name: &str) -> bool {
        self.editor.is_prefilled(&self.place, name)
    }
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

pub(super) fn answers<'a>(
    draft: &'a Draft,
    place: &AnswerPlace,
) -> Option<&'a ruyuan_domain::Fields> {
    match place {
        AnswerPlace::Form => Some(&draft.answers),
        AnswerPlace::Instance { group, id } => draft
            .instances
            .get(group)?
            .iter()
            .find(|instance| instance.id == *id)
            .map(|instance| &instance.answers),
    }
}

pub(super) fn answers_mut<'a>(
    draft: &'a mut Draft,
    place: &AnswerPlace,
) -> Option<&'a mut ruyuan_domain::Fields> {
    match place {
        AnswerPlace::Form => Some(&mut draft.answers),
        AnswerPlace::Instance { group, id } => draft
            .instances
            .get_mut(group)?
            .iter_mut()
            .find(|instance| instance.id == *id)
            .map(|instance| &mut instance.answers),
    }
}
