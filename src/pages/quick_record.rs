//! The quick record: what must be asked in front of a busy owner, on one page, and on to the next firm.

use super::{
    other_version::OtherVersion,
    plan::LatelyNote,
    visit_fill::{DeleteDraft, SavedMark, StorageTrouble, focus},
    visit_new,
};
use crate::{
    components::{
        form::QuestionField,
        icon::{Icon, IconName},
        page::Page,
        trouble::not_saved,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        drafts::{AnswerPlace, DraftEditor},
        forms,
        once::Once,
        plan,
        session::use_session,
        store::use_store,
        visits,
    },
};
use leptos::prelude::*;
use ruyuan_domain::RecordId;
use ruyuan_sync::engine::EngineError;

/// The quick record of a draft. `reopened` is called when it has become the full form.
#[component]
pub fn QuickRecord(editor: DraftEditor, reopened: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let address = use_address();
    let form = editor.form();
    let (id, enterprise) = editor.with_untracked(|draft| (draft.id, draft.enterprise));
    let firm = store.read_untracked(|state| visits::enterprise_name(state, enterprise));
    let today = store.now().iso_date();
    let revises = editor.is_revision();
    let next = move || match revises {
        true => None,
        false => plan::next_stop(store, &store.now().iso_date(), enterprise),
    };
    let has_next = Memo::new(move |_| store.read(|_| next().is_some()));
    let lately = match revises {
        true => None,
        false => plan::lately_visited(store, enterprise, &today),
    };
    if let Some(field) = address.query_untracked("focus") {
        focus(&field);
    }
    let failure = RwSignal::new(None::<&'static str>);
    let busy = Once::new();

    // Where it goes on to the next firm, and where answers that are missing are to come later.
    let submit = move |goes_on: bool, later: bool| {
        editor.show_all_errors.set(!later);
        let errors = editor.errors_untracked();
        let mut wrong = errors.iter();
        if let Some(error) = wrong.find(|error| !(later && error.may_come_later())) {
            editor.show_all_errors.set(true);
            focus(&format!("q-{}", error.path));
            return;
        }
        let Some(officer) = session.view_untracked() else {
            return;
        };
        busy.run(|| async move {
            match editor.submit(&officer, later).await {
                Ok(()) => match next().filter(|_| goes_on) {
                    Some(firm) => go_on(store, address, firm, &officer.display_name).await,
                    None => address.replace(&format!("{}?saved", routes::visit(id))),
                },
                Err(EngineError::AlreadySubmitted) => address.go(&routes::visit(id)),
                Err(error) => drop(failure.try_set(Some(not_saved(i18n, &error)))),
            }
        });
    };
    let to_full = move |_| {
        busy.run(|| async move {
            let Some(full) = forms::newest(store, forms::VISIT_FORM) else {
                let _ = failure.try_set(Some(t_string!(i18n, visit.no_form)));
                return;
            };
            let firm = store.read_untracked(|state| state.view().get(enterprise).cloned());
            let officer = session.view_untracked();
            let officer = officer.map(|view| view.display_name).unwrap_or_default();
            match editor.continue_in(full, firm, officer).await {
                Ok(()) => drop(reopened.try_run(())),
                Err(_) => drop(failure.try_set(Some(t_string!(i18n, save.failed)))),
            }
        });
    };
    let foot = view! {
        <When on=Signal::derive(move || has_next.get())>
            <button
                type="button"
                class="button button--plain"
                disabled=move || busy.is_running()
                on:click=move |_| submit(false, false)
            >
                {t!(i18n, quick.submit_only)}
            </button>
        </When>
        <button
            type="button"
            class="button button--primary"
            disabled=move || busy.is_running()
            on:click=move |_| submit(true, false)
        >
            {said(move || match (revises, has_next.get()) {
                (true, _) => t_string!(i18n, visit.save_changes),
                (_, true) => t_string!(i18n, quick.submit_and_next),
                (_, false) => t_string!(i18n, quick.submit),
            })}
        </button>
    }
    .into_any();
    let action = view! {
        <SavedMark editor/>
        <button type="button" class="button button--plain button--small" on:click=to_full>
            {t!(i18n, quick.full_form)}
        </button>
    }
    .into_any();
    let left_out = Memo::new(move |_| {
        let form = editor.form();
        let labels = editor.with(|draft| {
            let left_out = draft.left_out(&form);
            let labels = left_out.iter();
            labels
                .map(|question| question.label.get(i18n.language()).to_owned())
                .collect::<Vec<_>>()
        });
        labels.join("、")
    });
    let title = match firm.is_empty() {
        true => t!(i18n, visit.unknown_firm).into(),
        false => Signal::stored(firm),
    };
    let questions = form
        .groups
        .iter()
        .filter(|group| group.repeat.is_none())
        .flat_map(|group| group.questions.clone())
        .map(|question| {
            view! { <QuestionField question answers=editor.answers(AnswerPlace::Form)/> }
        })
        .collect_view();
    view! {
        <Page title back=Signal::stored(routes::TODAY.to_owned()) action foot>
            <StorageTrouble editor/>
            <OtherVersion editor taken=reopened/>
            <p class="notice notice--tint">
                <Icon name=IconName::Info/>
                <span>
                    {t!(i18n, quick.service)} " "
                    <a href=format!("{}?for={enterprise}", routes::IDENTITY)>{t!(i18n, identity.show)}</a>
                </span>
            </p>
            {lately.map(|lately| view! { <p class="notice notice--amber"><LatelyNote lately/></p> })}
            <div id="form-page" tabindex="-1" class="form-page">{questions}</div>
            <p class="question__error" role="alert">{move || failure.get()}</p>
            <When on=Signal::derive(move || !left_out.with(String::is_empty))>
                <p class="notice">
                    <Icon name=IconName::Info/>
                    <span>{said(move || t_filled!(i18n, form.left_out, names = left_out.get()))}</span>
                </p>
            </When>
            <button
                type="button"
                class="button button--plain"
                disabled=move || busy.is_running()
                on:click=move |_| submit(true, true)
            >
                {t!(i18n, quick.submit_incomplete)}
            </button>
            <DeleteDraft editor/>
        </Page>
    }
}

/// Opens the record of the next firm in the place of this one.
async fn go_on(
    store: crate::state::store::Store,
    address: crate::state::address::Address,
    firm: RecordId,
    officer: &str,
) {
    match visit_new::open(store, firm, officer).await {
        Some(id) => address.replace(&routes::fill(id)),
        // The record that was just submitted is safe; the firm is opened from its list.
        None => address.replace(routes::TODAY),
    }
}
