//! A step about an issue: only what this step needs is asked.

use super::{issue::step_name, visit_fill::focus};
use crate::{
    components::{
        empty::Empty,
        form_page::{FormPage, Saving, questions},
        page::Page,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        answers::SharedAnswers,
        issues::{self, Actor},
        ledger_fields::asked_of,
        session::use_session,
        sheet::Sheet,
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{
    Record, RecordId, RecordKind,
    consts::field,
    ledger::{IssueStatus, Step},
};
use std::rc::Rc;

/// A step; `?to=` names it.
#[component]
pub fn IssueStep(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let named = use_address().query_untracked("to");
    let step = named.and_then(|name| Step::of(&name)).unwrap_or(Step::Note);
    // Read once: the values on this screen are those that the step was taken from.
    let issue = store.read_untracked(|state| state.view().get(id).cloned());
    match (issue, Actor::of(session)) {
        (Some(issue), Some(actor)) => view! { <Asked issue actor step/> }.into_any(),
        _ => view! {
            <Page title=t!(i18n, issue.one) back=Signal::stored(routes::ISSUES.to_owned())>
                <Empty sentence=t!(i18n, issue.unknown)/>
            </Page>
        }
        .into_any(),
    }
}

#[component]
fn Asked(issue: Rc<Record>, actor: Actor, step: Step) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let id = issue.id;
    let status = IssueStatus::of_record(&issue.fields);
    let mut begun = issues::step_begun(store, &actor, step);
    if step == Step::Assigned {
        // Whoever was named stays named until another is.
        for name in [
            field::RESPONSIBLE_NAME,
            field::RESPONSIBLE_UNIT,
            field::DUE_ON,
        ] {
            if let Some(value) = issue.fields.get(name) {
                begun.insert(name.to_owned(), value.clone());
            }
        }
    }
    let sheet = Sheet::new(store, RecordKind::IssueStep, begun, issues::suggestions);
    let answers: SharedAnswers = Rc::new(sheet);
    let saving = Saving::new();
    let known = StoredValue::new_local(Rc::clone(&issue));
    let title = issue.text(field::TITLE).to_owned();
    let save = Callback::new(move |()| {
        if let Some(wrong) = sheet.first_wrong() {
            focus(&wrong);
            return;
        }
        let said = sheet.fields();
        let edits = known.with_value(|issue| issues::step_edits(store, issue, step, said));
        saving.run(edits, routes::issue(id));
    });
    let name = move || step_name(i18n, step, status).to_owned();
    view! {
        <FormPage
            title=Signal::derive(name)
            back=routes::issue(id)
            save=Signal::derive(name)
            saving
            on_save=save
        >
            <p class="form-firm">{title}</p>
            <div class="card card--form">{questions(asked_of(step), &answers)}</div>
        </FormPage>
    }
}
