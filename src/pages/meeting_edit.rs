//! Hold a meeting: what it is called, when and where, and what it goes through; and change that later.

use super::{enterprise_edit::ParkField, visit_fill::focus};
use crate::{
    components::{
        empty::Empty,
        form_page::{FormPage, Saving, questions},
        issue_row::IssueFacts,
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        answers::SharedAnswers,
        issues::{Actor, IssueRow},
        ledger_fields::question_of,
        meetings,
        session::{shared_scopes, use_session},
        sheet::Sheet,
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{Fields, RecordId, RecordKind, ScopeId, consts::field, forms::Question};
use std::rc::Rc;

fn asked(with_minutes: bool) -> impl Iterator<Item = Question> {
    let names = [
        field::TITLE,
        field::HELD_ON,
        field::PLACE,
        field::ATTENDEES,
        field::MINUTES,
    ];
    let asked = names.into_iter().take(if with_minutes { 5 } else { 4 });
    asked.filter_map(|name| question_of(&RecordKind::Meeting, name))
}

fn sheet_of(fields: Fields) -> Sheet {
    Sheet::new(use_store(), RecordKind::Meeting, fields, |_, _| Vec::new())
}

/// A new meeting, with what is overdue or due this week on its agenda.
#[component]
pub fn MeetingNew() -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let actor = Actor::of(session);
    let begun = actor.map(|actor| meetings::begun(store, &actor, t_string!(i18n, meeting.default)));
    let sheet = sheet_of(begun.unwrap_or_default());
    let answers: SharedAnswers = Rc::new(sheet);
    let scopes = shared_scopes(session);
    let scope = RwSignal::new(scopes.first().cloned());
    let agenda = Agenda::new(scope, None);
    let saving = Saving::new();
    let save = Callback::new(move |()| {
        if let Some(wrong) = sheet.first_wrong() {
            focus(&wrong);
            return;
        }
        let Some(place) = scope.get_untracked() else {
            saving.fail(t_string!(i18n, enterprise.no_park));
            return;
        };
        let (id, edits) = meetings::held(store, place, sheet.fields(), agenda.ticked());
        saving.run(edits, routes::meeting(id));
    });
    let several = scopes.len() > 1;
    view! {
        <FormPage title=t!(i18n, meeting.new) back=routes::MEETINGS.to_owned() save=t!(i18n, meeting.save) saving on_save=save>
            <div class="card card--form">
                {several.then(|| view! { <ParkField parks=scopes scope label=t!(i18n, meeting.scope)/> })}
                {questions(asked(false), &answers)}
            </div>
            <section class="group">
                <h2 class="group__title">{t!(i18n, meeting.choose)}</h2>
                <Candidates agenda/>
                <p class="question__help">{t!(i18n, meeting.choose_help)}</p>
            </section>
        </FormPage>
    }
}

/// Change what a meeting says of itself, its minutes too.
#[component]
pub fn MeetingEdit(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let Some(meeting) = store.read_untracked(|state| state.view().get(id).cloned()) else {
        return view! { <Unknown/> }.into_any();
    };
    let sheet = sheet_of(meeting.fields.clone());
    let answers: SharedAnswers = Rc::new(sheet);
    let saving = Saving::new();
    let known = StoredValue::new_local(meeting);
    let save = Callback::new(move |()| {
        if let Some(wrong) = sheet.first_wrong() {
            focus(&wrong);
            return;
        }
        let edits = known.with_value(|meeting| meetings::changed(meeting, &sheet.fields()));
        saving.run(edits, routes::meeting(id));
    });
    view! {
        <FormPage title=t!(i18n, meeting.edit) back=routes::meeting(id) save=t!(i18n, meeting.save) saving on_save=save>
            <div class="card card--form">{questions(asked(true), &answers)}</div>
        </FormPage>
    }
    .into_any()
}

/// Put more on the agenda.
#[component]
pub fn MeetingAgenda(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let Some(meeting) = store.read_untracked(|state| state.view().get(id).cloned()) else {
        return view! { <Unknown/> }.into_any();
    };
    let scope = RwSignal::new(Some(meeting.scope.clone()));
    let agenda = Agenda::new(scope, Some(id));
    let saving = Saving::new();
    let known = StoredValue::new_local(meeting);
    let add = move |_| {
        let edits = known.with_value(|meeting| meetings::added(store, meeting, agenda.ticked()));
        saving.run(edits, routes::meeting(id));
    };
    let foot = view! {
        <button
            type="button"
            class="button button--primary button--wide"
            disabled=move || agenda.count() == 0 || saving.is_running()
            on:click=add
        >
            {said(move || t_filled!(i18n, meeting.add_n, n = agenda.count()))}
        </button>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, meeting.add) back=Signal::stored(routes::meeting(id)) foot>
            <p class="question__error" role="alert">{move || saving.failure()}</p>
            <Candidates agenda/>
        </Page>
    }
    .into_any()
}

#[component]
fn Unknown() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Page title=t!(i18n, meeting.one) back=Signal::stored(routes::MEETINGS.to_owned())>
            <Empty sentence=t!(i18n, meeting.unknown)/>
        </Page>
    }
}

/// What may go on an agenda, and what is ticked of it.
#[derive(Clone, Copy)]
struct Agenda {
    /// What is open, each with whether it is ticked unless somebody decides otherwise.
    open: Memo<Vec<(Rc<IssueRow>, bool)>>,
    /// Where somebody did.
    turned: RwSignal<Vec<RecordId>>,
}

impl Agenda {
    /// Of a new meeting what is overdue or due this week is ticked; of one that has its agenda nothing.
    fn new(scope: RwSignal<Option<ScopeId>>, meeting: Option<RecordId>) -> Self {
        let (store, session) = (use_store(), use_session());
        let open = Memo::new(move |_| {
            let scope = scope.get();
            let open = scope.map(|scope| meetings::candidates(store, session, &scope, meeting));
            let mut open = open.unwrap_or_default();
            if meeting.is_some() {
                open.iter_mut().for_each(|(_, due)| *due = false);
            }
            open
        });
        let turned = RwSignal::new(Vec::new());
        Self { open, turned }
    }

    fn is_ticked(self, id: RecordId, due: bool) -> bool {
        self.turned.with(|turned| turned.contains(&id)) != due
    }

    /// What is ticked, in the ledger's order.
    fn of(self) -> Vec<RecordId> {
        let mut rows = self.open.get();
        rows.retain(|(row, due)| self.is_ticked(row.id, *due));
        rows.iter().map(|(row, _)| row.id).collect()
    }

    fn ticked(self) -> Vec<RecordId> {
        untrack(|| self.of())
    }

    fn count(self) -> usize {
        self.of().len()
    }

    fn turn(self, id: RecordId) {
        self.turned.update(
            |turned| match turned.iter().position(|known| *known == id) {
                Some(at) => drop(turned.remove(at)),
                None => turned.push(id),
            },
        );
    }
}

/// What is open, to be ticked.
#[component]
fn Candidates(agenda: Agenda) -> impl IntoView {
    let i18n = use_i18n();
    let open = agenda.open;
    view! {
        <When
            on=Signal::derive(move || !open.with(Vec::is_empty))
            otherwise=move || view! { <p class="card card__empty">{t!(i18n, meeting.no_open)}</p> }
        >
            <div class="card">
                <For each=move || open.get() key=|row: &(Rc<IssueRow>, bool)| row.clone() let((row, due))>
                    <Candidate row due agenda/>
                </For>
            </div>
        </When>
    }
}

#[component]
fn Candidate(row: Rc<IssueRow>, due: bool, agenda: Agenda) -> impl IntoView {
    let i18n = use_i18n();
    let (id, status) = (row.id, row.status);
    view! {
        <label class="row row--tick">
            <input
                type="checkbox"
                prop:checked=move || agenda.is_ticked(id, due)
                on:change=move |_| agenda.turn(id)
            />
            <span class="row__main">
                <span class="row__title">{row.title.clone()}</span>
                <IssueFacts row/>
            </span>
            <span class="row__value">{said(move || status.label(i18n.language()))}</span>
        </label>
    }
}
