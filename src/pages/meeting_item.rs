//! What a meeting concluded about an issue, and what follows: nothing, a person and a date, or its end.

use super::visit_fill::focus;
use crate::{
    components::{
        empty::Empty,
        form_page::{FormPage, Saving, questions},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        answers::{Answers, SharedAnswers},
        issues::{self, Actor},
        ledger_fields::{asked_of, question_of},
        meetings,
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

/// The conclusion of an item, which `?item=` names.
#[component]
pub fn MeetingConclude(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let named = use_address().query_untracked("item");
    let known = store.read_untracked(|state| {
        let item = state.view().get(named?.parse().ok()?)?.clone();
        let issue = state.view().get(item.text(field::ISSUE).parse().ok()?)?;
        Some((item, Rc::clone(issue)))
    });
    match known.zip(Actor::of(session)) {
        Some(((item, issue), actor)) => view! { <Asked item issue actor/> }.into_any(),
        None => view! {
            <Page title=t!(i18n, meeting.conclude) back=Signal::stored(routes::meeting(id))>
                <Empty sentence=t!(i18n, issue.unknown)/>
            </Page>
        }
        .into_any(),
    }
}

#[component]
fn Asked(item: Rc<Record>, issue: Rc<Record>, actor: Actor) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let meeting = item.root;
    let open = IssueStatus::of_record(&issue.fields) != IssueStatus::Closed;
    let sheet = Sheet::new(
        store,
        RecordKind::MeetingItem,
        item.fields.clone(),
        |_, _| Vec::new(),
    );
    let begun = meetings::action_begun(store, &actor, &issue, Step::Assigned);
    let action = Sheet::new(store, RecordKind::IssueStep, begun, issues::suggestions);
    let follows = RwSignal::new(None::<Step>);
    let saving = Saving::new();
    let title = issue.text(field::TITLE).to_owned();
    let known = StoredValue::new_local((item, issue));
    let save = Callback::new(move |()| {
        let step = follows.get_untracked();
        let conclusion = sheet.answer_now(field::CONCLUSION);
        let blank = conclusion.is_none();
        let wrong = sheet
            .first_wrong()
            .or_else(|| blank.then(|| sheet.field_id(field::CONCLUSION)));
        let wrong =
            wrong.or_else(|| (step == Some(Step::Assigned)).then(|| action.first_wrong())?);
        if let Some(wrong) = wrong {
            if blank {
                saving.fail(t_string!(i18n, meeting.no_conclusion));
            }
            focus(&wrong);
            return;
        }
        let (item, issue) = known.get_value();
        let follows = step.map(|step| {
            let mut said = match step {
                Step::Assigned => action.fields(),
                _ => meetings::action_begun(store, &actor, &issue, step),
            };
            if let Some(conclusion) = &conclusion {
                said.insert(field::NOTE.to_owned(), conclusion.clone());
            }
            (Rc::clone(&issue), step, said)
        });
        let edits = meetings::concluded(store, &item, conclusion, follows);
        saving.run(edits, routes::meeting(meeting));
    });
    let choice = move |step: Option<Step>, label: Words| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="follows"
                    prop:checked=move || follows.get() == step
                    on:change=move |_| follows.set(step)
                />
                <span>{label}</span>
            </label>
        }
    };
    let answers: SharedAnswers = Rc::new(sheet);
    let acted: SharedAnswers = Rc::new(action);
    // On an agenda it comes later; here it is what is asked, and an end has it for its reason.
    let concluded = question_of(&RecordKind::MeetingItem, field::CONCLUSION).map(|mut question| {
        question.required = true;
        question
    });
    view! {
        <FormPage
            title=t!(i18n, meeting.conclude)
            back=routes::meeting(meeting)
            save=t!(i18n, meeting.save_conclusion)
            saving
            on_save=save
        >
            <p class="form-firm">{title}</p>
            <div class="card card--form">
                {questions(concluded, &answers)}
                {open
                    .then(|| {
                        view! {
                            <div class="question" role="radiogroup" aria-labelledby="follows-label">
                                <p class="question__label" id="follows-label">{t!(i18n, meeting.outcome)}</p>
                                <div class="choices">
                                    {choice(None, t!(i18n, meeting.outcome_none))}
                                    {choice(Some(Step::Assigned), t!(i18n, meeting.outcome_assign))}
                                    {choice(Some(Step::Closed), t!(i18n, meeting.outcome_close))}
                                </div>
                            </div>
                        }
                    })}
                <When on=Signal::derive(move || follows.get() == Some(Step::Assigned))>
                    {questions(
                        asked_of(Step::Assigned).into_iter().filter(|asked| asked.name != field::NOTE),
                        &acted,
                    )}
                </When>
            </div>
        </FormPage>
    }
}
