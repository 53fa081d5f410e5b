//! One issue: what it is, where it stands, what was done about it, and what is next.

use super::{conflict::ConflictItem, visit::Standing};
use crate::{
    components::{
        empty::Empty,
        format,
        icon::{Icon, IconName},
        issue_row::due_text,
        page::Page,
    },
    i18n::*,
    routes,
    state::{
        issues::{self, Shown},
        session::use_session,
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{
    Record, RecordId, Stamp,
    consts::field,
    ledger::{IssueStatus, Step},
};
use ruyuan_sync::engine::SyncMark;
use std::rc::Rc;

/// What the way to a step is called: what it does to an issue that stands here.
pub fn step_name(i18n: I18n, step: Step, status: IssueStatus) -> &'static str {
    match (step, status) {
        (Step::Assigned, IssueStatus::Reported) => t_string!(i18n, issue.assign),
        (Step::Assigned, _) => t_string!(i18n, issue.reassign),
        (Step::Handling, _) => t_string!(i18n, issue.handle),
        (Step::Answered, _) => t_string!(i18n, issue.answer),
        (Step::Closed, IssueStatus::Answered) => t_string!(i18n, issue.close),
        (Step::Closed, _) => t_string!(i18n, issue.close_now),
        (Step::Reopened, _) => t_string!(i18n, issue.reopen),
        (Step::Reported | Step::Note, _) => t_string!(i18n, issue.add_note),
    }
}

/// One issue.
#[component]
pub fn Issue(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let current = Memo::new(move |_| issues::shown(store, session, id));
    let status = Memo::new(move |_| current.with(|shown| Some(shown.as_ref()?.row.status)));
    let first = move || {
        status.get().and_then(|status| {
            let step = *status.next().first()?;
            // What is over is seldom taken up again.
            let class = match status {
                IssueStatus::Closed => "button button--outline button--wide",
                _ => "button button--primary button--wide",
            };
            Some(view! {
                <a href=routes::issue_step(id, step.as_str()) class=class>
                    {said(move || step_name(i18n, step, status))}
                </a>
            })
        })
    };
    let foot = first.into_any();
    view! {
        <Page title=t!(i18n, issue.one) back=Signal::stored(routes::ISSUES.to_owned()) foot>
            {move || match current.get() {
                Some(shown) => view! { <Details shown/> }.into_any(),
                None => view! { <Empty sentence=t!(i18n, issue.unknown)/> }.into_any(),
            }}
        </Page>
    }
}

/// How a record and what hangs on it stand with the server.
pub fn standing(id: RecordId, mark: SyncMark) -> AnyView {
    let (confirmed_at, reason) = use_store().read(|state| {
        let confirmed = state.last_confirmation(id).map(|entry| entry.at);
        let own = state.outbox().filter(|entry| entry.mutation.root() == id);
        let reason = own.filter_map(|entry| entry.reason()).next();
        (confirmed, reason.cloned())
    });
    view! { <Standing id mark confirmed_at reason/> }.into_any()
}

#[component]
fn Details(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let language = i18n.language();
    let Shown {
        issue,
        row,
        steps,
        conflicts,
    } = shown;
    let id = issue.id;
    let text = |name: &str| issue.text(name).to_owned();
    let overdue = row.is_overdue();
    let due = due_text(i18n, &row);
    let day = |date: &str| format::date(date, language);
    let raised = format!(
        "{} · {}",
        text(field::OFFICER),
        day(&text(field::RAISED_ON))
    );
    let closed = match row.is_open() {
        true => String::new(),
        false => day(&text(field::CLOSED_ON)),
    };
    let until = match row.due_on.as_str() {
        "" => String::new(),
        date => day(date),
    };
    let firm: Option<RecordId> = text(field::ENTERPRISE).parse().ok();
    let visit: Option<RecordId> = text(field::VISIT).parse().ok();
    let firm_name = match row.firm.as_str() {
        "" => t_string!(i18n, visit.unknown_firm).to_owned(),
        name => name.to_owned(),
    };
    let facts = [
        (t_string!(i18n, ledger_field.details), text(field::DETAILS)),
        (
            t_string!(i18n, ledger_field.category),
            row.category.label(language).to_owned(),
        ),
        (t_string!(i18n, ledger_field.officer), raised),
        (
            t_string!(i18n, ledger_field.responsible_name),
            row.responsible.clone(),
        ),
        (
            t_string!(i18n, ledger_field.responsible_unit),
            text(field::RESPONSIBLE_UNIT),
        ),
        (t_string!(i18n, ledger_field.due_on), until),
        (t_string!(i18n, ledger_field.closed_on), closed),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    let facts = facts.map(|(label, value)| {
        view! {
            <div class="answer">
                <dt class="answer__label">{label}</dt>
                <dd class="answer__value">{value}</dd>
            </div>
        }
    });
    let firm = firm.map(|id| (routes::enterprise(id), firm_name, String::new()));
    let visit = visit.map(|id| {
        let at = store.read(|state| {
            let visit = state.view().get(id)?;
            Stamp::parse(visit.text(field::STARTED_AT))
        });
        let at = at.map(|at| format::day(at, language)).unwrap_or_default();
        (
            routes::visit(id),
            t_string!(i18n, issue.met_at).to_owned(),
            at,
        )
    });
    let links = [firm, visit]
        .into_iter()
        .flatten()
        .map(|(address, title, value)| {
            view! {
                <a href=address class="row">
                    <span class="row__main"><span class="row__title">{title}</span></span>
                    <span class="row__value">{value}</span>
                    <Icon name=IconName::Forward/>
                </a>
            }
        });
    let status = row.status;
    let others = status.next().iter().skip(1).map(|step| {
        view! {
            <a href=routes::issue_step(id, step.as_str()) class="button button--outline">
                {step_name(i18n, *step, status)}
            </a>
        }
    });
    let conflicts = (!conflicts.is_empty()).then(|| {
        let items = conflicts.into_iter().map(|id| view! { <ConflictItem id/> });
        view! {
            <section class="group">
                <h2 class="group__title">{t!(i18n, conflict.title)}</h2>
                <div class="card">{items.collect_view()}</div>
            </section>
        }
    });
    view! {
        {standing(id, row.mark)}
        <section class="hero">
            <p class="hero__greeting">{row.title.clone()}</p>
            <p class="hero__facts">
                <span class="mark mark--draft">{status.label(language)}</span>
                <span class=("row__wrong", overdue)>{due}</span>
            </p>
        </section>
        {conflicts}
        <section class="group">
            <h2 class="group__title">{t!(i18n, issue.details)}</h2>
            <div class="card">
                <dl class="answers">{facts.collect_view()}</dl>
                {links.collect_view()}
            </div>
        </section>
        <section class="group">
            <h2 class="group__title">{t!(i18n, issue.history)}</h2>
            <ol class="card timeline">
                {steps.iter().map(|step| view! { <StepItem step=Rc::clone(step)/> }).collect_view()}
            </ol>
        </section>
        <div class="acts">{others.collect_view()}</div>
    }
}

/// One step of the history: what, who and when, and what they said.
#[component]
fn StepItem(step: Rc<Record>) -> impl IntoView {
    let i18n = use_i18n();
    let language = i18n.language();
    // A step of a later version is called what it calls itself.
    let name = step.text(field::STEP);
    let what =
        Step::of(name).map_or_else(|| name.to_owned(), |step| step.label(language).to_owned());
    let at = Stamp::parse(step.text(field::STEPPED_AT)).map(|at| format::instant(at, language));
    let who = format!("{} · {}", step.text(field::OFFICER), at.unwrap_or_default());
    let named = [field::RESPONSIBLE_NAME, field::RESPONSIBLE_UNIT].map(|name| step.text(name));
    let named: Vec<&str> = named.into_iter().filter(|name| !name.is_empty()).collect();
    let set = (!named.is_empty()).then(|| {
        let date = format::date(step.text(field::DUE_ON), language);
        t_filled!(i18n, issue.set, name = named.join("，"), date = date)
    });
    let note = step.text(field::NOTE).to_owned();
    view! {
        <li class="timeline__step">
            <p class="timeline__what">{what}</p>
            <p class="timeline__who">{who}</p>
            {set.map(|set| view! { <p>{set}</p> })}
            {(!note.is_empty()).then(|| view! { <p class="answer__value">{note}</p> })}
        </li>
    }
}
