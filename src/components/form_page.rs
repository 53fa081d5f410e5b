//! A screen that asks for a few fields and saves them, with one button at its foot.

use super::page::Page;
use crate::{
    components::trouble::not_saved,
    i18n::{I18n, use_i18n},
    state::{
        address::{Address, use_address},
        answers::SharedAnswers,
        once::Once,
        store::{Store, use_store},
    },
};
use leptos::prelude::*;
use ruyuan_sync::engine::Edit;

/// Saving, and what is said where it failed.
#[derive(Clone, Copy)]
pub struct Saving {
    i18n: I18n,
    store: Store,
    address: Address,
    once: Once,
    failure: RwSignal<Option<&'static str>>,
}

impl Saving {
    /// Nothing is being saved yet.
    pub fn new() -> Self {
        Self {
            i18n: use_i18n(),
            store: use_store(),
            address: use_address(),
            once: Once::new(),
            failure: RwSignal::new(None),
        }
    }

    /// Whether it is under way, reactive.
    pub fn is_running(self) -> bool {
        self.once.is_running()
    }

    /// Stores these edits as one act, unless that is under way, and goes on to an address in place of this one.
    pub fn run(self, edits: Vec<Edit>, to: String) {
        self.once.run(|| async move {
            match self.store.edit(edits).await {
                Ok(()) => self.address.replace(&to),
                Err(error) => drop(self.failure.try_set(Some(not_saved(self.i18n, &error)))),
            }
        });
    }

    /// Why it was not saved, reactive.
    pub fn failure(self) -> Option<&'static str> {
        self.failure.get()
    }

    /// Says why it cannot be saved.
    pub fn fail(self, why: &'static str) {
        self.failure.set(Some(why));
    }
}

/// The screen.
#[component]
pub fn FormPage(
    /// Its title.
    #[prop(into)]
    title: Signal<String>,
    /// Where back leads.
    back: String,
    /// What the button says.
    #[prop(into)]
    save: Signal<String>,
    /// How saving goes.
    saving: Saving,
    /// Saves.
    on_save: Callback<()>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let foot = view! {
        <button
            type="submit"
            form="form-page"
            class="button button--primary button--wide"
            disabled=move || saving.is_running()
        >
            {save}
        </button>
    }
    .into_any();
    view! {
        <Page title back=Signal::stored(back) foot>
            <form
                id="form-page"
                class="form-page"
                novalidate=true
                on:submit=move |event| {
                    event.prevent_default();
                    on_save.run(());
                }
            >
                {children()}
                <p class="question__error" role="alert">{move || saving.failure()}</p>
            </form>
        </Page>
    }
}

/// The fields of a record one below the other.
pub fn questions(
    asked: impl IntoIterator<Item = ruyuan_domain::forms::Question>,
    answers: &SharedAnswers,
) -> AnyView {
    use super::form::QuestionField;
    let fields = asked.into_iter().map(|question| {
        let answers = SharedAnswers::clone(answers);
        view! { <QuestionField question answers/> }.into_any()
    });
    fields.collect::<Vec<_>>().into_any()
}
