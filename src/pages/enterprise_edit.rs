//! Add a firm from its name alone, or edit what is known of one.

use crate::{
    components::{empty::Empty, form::QuestionField, page::Page, trouble::not_saved},
    i18n::*,
    routes,
    state::{
        address::use_address, choices, firm_editor::FirmEditor, firm_fields::question_of,
        once::Once, session::use_session, store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{Record, RecordId, ScopeId, catalogue::ENTERPRISE_FIELDS};
use ruyuan_sync::engine::Act;
use std::rc::Rc;

/// Add a firm.
#[component]
pub fn EnterpriseNew() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <EnterpriseForm
            known=None
            title=t!(i18n, enterprise.add)
            back=routes::ENTERPRISES.to_owned()
        />
    }
}

/// Edit a firm.
#[component]
pub fn EnterpriseEdit(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let title = t!(i18n, enterprise.edit);
    // Read once: a pull that comes while someone types must not take their words away.
    match store.read_untracked(|state| state.view().get(id).cloned()) {
        Some(record) => view! {
            <EnterpriseForm known=Some(Record::clone(&record)) title back=routes::enterprise(id)/>
        },
        None => view! {
            <Page title back=Signal::stored(routes::ENTERPRISES.to_owned())>
                <Empty sentence=t!(i18n, enterprise.unknown)/>
            </Page>
        },
    }
}

#[component]
fn EnterpriseForm(
    known: Option<Record>,
    #[prop(into)] title: Signal<String>,
    back: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let address = use_address();
    let parks = session
        .view_untracked()
        .map(|view| {
            view.writable
                .into_iter()
                .filter(|scope| scope.park_code().is_some())
                .collect::<Vec<_>>()
        })
        .unwrap_or_default();
    let scope = RwSignal::new(
        known
            .as_ref()
            .map(|record| record.scope.clone())
            .or_else(|| parks.first().cloned()),
    );
    let choose_park = known.is_none() && parks.len() > 1;
    let editor = FirmEditor::new(store, known);
    let failure = RwSignal::new(None::<&'static str>);
    let saving = Once::new();
    let save = move || {
        if let Some(field) = editor.sheet.first_wrong() {
            super::visit_fill::focus(&field);
            return;
        }
        let Some(scope) = scope.get_untracked() else {
            failure.set(Some(t_string!(i18n, enterprise.no_park)));
            return;
        };
        saving.run(|| async move {
            let edit = editor.edit(scope);
            let id = edit.record;
            match store
                .act(Act {
                    edits: vec![edit],
                    submits: None,
                })
                .await
            {
                Ok(()) => address.go(&routes::enterprise(id)),
                Err(error) => drop(failure.try_set(Some(not_saved(i18n, &error)))),
            }
        });
    };
    let foot = view! {
        <button
            type="submit"
            form="enterprise-form"
            class="button button--primary button--wide"
            disabled=move || saving.is_running()
        >
            {t!(i18n, enterprise.save)}
        </button>
    }
    .into_any();
    view! {
        <Page title back=Signal::stored(back) foot>
            <form
                id="enterprise-form"
                novalidate=true
                on:submit=move |event| {
                    event.prevent_default();
                    save();
                }
            >
                <div class="card card--form">
                    {choose_park
                        .then(|| {
                            view! { <ParkField parks scope label=t!(i18n, enterprise.park)/> }
                        })}
                    {ENTERPRISE_FIELDS
                        .iter()
                        .map(|rule| view! { <QuestionField question=question_of(rule) answers=Rc::new(editor.sheet)/> })
                        .collect_view()}
                </div>
                <p class="question__error" role="alert">
                    {move || failure.get()}
                </p>
            </form>
        </Page>
    }
}

/// Where a new record goes, for who may write to several places.
#[component]
pub fn ParkField(
    /// The places.
    parks: Vec<ScopeId>,
    /// The one that is chosen.
    scope: RwSignal<Option<ScopeId>>,
    /// What is asked.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let store = use_store();
    let options = parks
        .into_iter()
        .map(|park| {
            let selected = scope.with_untracked(|scope| scope.as_ref() == Some(&park));
            let value = park.to_string();
            view! { <option value=value selected=selected>{said(move || choices::park_name(store, &park))}</option> }
        })
        .collect_view();
    view! {
        <div class="question">
            <label class="question__label" for="f-park">{label}</label>
            <select
                class="input input--select"
                id="f-park"
                on:change=move |event| scope.set(event_target_value(&event).parse().ok())
            >
                {options}
            </select>
        </div>
    }
}
