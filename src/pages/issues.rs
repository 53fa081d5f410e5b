//! 问题台账: what is open, overdue first; by whose hands and by kind.

use super::enterprises::typed_into;
use crate::{
    components::{
        empty::Empty,
        icon::{Icon, IconName},
        issue_row::IssueItem,
        page::Page,
        virtual_list::VirtualList,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        issues::{self, Filter, IssueRow},
        places::use_places,
        session::use_session,
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::ledger::PainPoint;
use std::rc::Rc;

/// The name under which the list's place is remembered.
const LIST: &str = "issues";

fn filter_name(i18n: I18n, filter: Filter) -> &'static str {
    match filter {
        Filter::Open => t_string!(i18n, issue.open),
        Filter::Unassigned => t_string!(i18n, issue.unassigned),
        Filter::Own => t_string!(i18n, issue.mine),
        Filter::Overdue => t_string!(i18n, issue.overdue),
        Filter::Closed => t_string!(i18n, issue.closed),
    }
}

/// The ledger; `?show=` names a part of it and `?kind=` a kind.
#[component]
pub fn Issues() -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let address = use_address();
    let places = use_places();
    let all = Memo::new(move |_| issues::all(store, session));
    let filter = Memo::new(move |_| {
        let named = address.query("show").unwrap_or_default();
        let known = Filter::ALL.iter().find(|(_, name)| *name == named);
        known.map_or(Filter::Open, |(filter, _)| *filter)
    });
    let kind = Memo::new(move |_| PainPoint::of(&address.query("kind")?));
    let search = RwSignal::new(places.get(LIST).search);
    let found = Memo::new(move |_| {
        let (filter, kind) = (filter.get(), kind.get());
        search.with(|search| all.with(|all| issues::matching(all, filter, kind, search)))
    });
    let take = Callback::new(move |typed: String| {
        places.update(LIST, |place| place.search.clone_from(&typed));
        search.set(typed);
    });
    let parts = move || {
        let parts = Filter::ALL.map(|(part, name)| {
        let to = move || address_of(name, kind.get());
        view! {
            <a class="segment" href=to aria-current=move || if filter.get() == part { "page" } else { "false" }>
                {said(move || filter_name(i18n, part))}
            </a>
        }
        });
        parts.collect_view()
    };
    let add = view! {
        <a href=routes::ISSUE_NEW class="bar__button" aria-label=t!(i18n, issue.new)>
            <Icon name=IconName::Add/>
        </a>
    }
    .into_any();
    let any = move || !all.with(Vec::is_empty);
    view! {
        <Page title=t!(i18n, issue.title) back=Signal::stored(routes::ME.to_owned()) action=add>
            <When on=Signal::derive(any)>
                <nav class="segments segments--wrap" aria-label=t!(i18n, issue.filter)>{parts}</nav>
                <Kinds all filter kind/>
                <div class="search">
                    <Icon name=IconName::Search/>
                    {typed_into(t!(i18n, issue.search).into(), search.get_untracked(), take)}
                    <span class="search__count" aria-live="polite">
                        {said(move || t_filled!(i18n, issue.count, n = found.with(Vec::len)))}
                    </span>
                </div>
            </When>
            <When
                on=Signal::derive(move || !found.with(Vec::is_empty))
                otherwise=move || {
                    let why = match any() {
                        true => t_string!(i18n, issue.none_found),
                        false => t_string!(i18n, issue.none),
                    };
                    view! {
                        <Empty sentence=Signal::stored(why.to_owned())>
                            <a href=routes::ISSUE_NEW class="button button--primary">{t!(i18n, issue.new)}</a>
                        </Empty>
                    }
                }
            >
                <VirtualList
                    list=LIST
                    label=t!(i18n, issue.title)
                    items=found
                    key=Rc::clone
                    row=|row| view! { <IssueItem row/> }
                />
            </When>
        </Page>
    }
}

fn address_of(part: &str, kind: Option<PainPoint>) -> String {
    let kind = kind.map(|kind| format!("&kind={}", kind.as_str()));
    format!("{}?show={part}{}", routes::ISSUES, kind.unwrap_or_default())
}

/// How many there are of each kind, with a bar; a tap shows only these, another all again.
#[component]
fn Kinds(
    all: Memo<Vec<Rc<IssueRow>>>,
    filter: Memo<Filter>,
    kind: Memo<Option<PainPoint>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let counts = Memo::new(move |_| all.with(|all| issues::by_kind(all, filter.get())));
    let rows = move || {
        let part = Filter::ALL.iter().find(|(part, _)| *part == filter.get());
        let part = part.map_or("", |(_, name)| name);
        let most = counts.with(|counts| counts.first().map_or(1, |(_, count)| *count));
        let rows = counts.get().into_iter().map(|(of, count)| {
            let chosen = kind.get() == Some(of);
            let to = address_of(part, Some(of).filter(|_| !chosen));
            view! {
                <li>
                    <a class="bar-row" href=to aria-current=if chosen { "true" } else { "false" }>
                        <span class="bar-row__label">{of.label(i18n.language())}</span>
                        <span class="bar-row__count">{count.to_string()}</span>
                        <span class="bar-row__bar" aria-hidden="true" style=("width", format!("{}%", count * 100 / most))></span>
                    </a>
                </li>
            }
        });
        rows.collect_view()
    };
    let title = move || match kind.get() {
        Some(kind) => t_filled!(i18n, issue.kind_now, kind = kind.label(i18n.language())),
        None => t_string!(i18n, issue.by_kind).to_owned(),
    };
    view! {
        <details class="instance">
            <summary class="instance__title">{said(title)}</summary>
            <ul class="bars">{rows}</ul>
        </details>
    }
}

/// The ways to the ledger and to the meetings.
#[component]
pub fn LedgerLinks() -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let overdue = Memo::new(move |_| {
        let all = issues::all(store, session);
        all.iter().filter(|row| row.is_overdue()).count()
    });
    view! {
        <a href=routes::ISSUES class="row">
            <span class="row__main">{t!(i18n, issue.title)}</span>
            <span class="row__value">
                {said(move || match overdue.get() {
                    0 => String::new(),
                    n => t_filled!(i18n, issue.overdue_count, n = n),
                })}
            </span>
            <Icon name=IconName::Forward/>
        </a>
        <a href=routes::MEETINGS class="row">
            <span class="row__main">{t!(i18n, meeting.title)}</span>
            <Icon name=IconName::Forward/>
        </a>
    }
}

/// What this person is to see to within a week; nothing where there is nothing.
#[component]
pub fn IssuesToDo() -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let rows = Memo::new(move |_| issues::due_soon(store, session));
    view! {
        <When on=Signal::derive(move || !rows.with(Vec::is_empty))>
            <section class="group" aria-labelledby="today-issues">
                <h2 class="group__title" id="today-issues">{t!(i18n, issue.todo)}</h2>
                <div class="card">
                    <For each=move || rows.get() key=Rc::clone let(row)>
                        <IssueItem row/>
                    </For>
                    <a href=routes::ISSUES class="row row--link">
                        <span class="row__main">{t!(i18n, issue.open_ledger)}</span>
                        <Icon name=IconName::Forward/>
                    </a>
                </div>
            </section>
        </When>
    }
}

/// The issues that name a firm or a visit, and the way to write another one down.
#[component]
pub fn IssuesOf(
    /// The field that names it.
    by: &'static str,
    /// The firm or the visit.
    id: ruyuan_domain::RecordId,
    /// What the way to another one is called.
    #[prop(into)]
    new: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let rows = Memo::new(move |_| issues::naming(store, session, by, id));
    let rows = move || {
        let rows = rows.get().into_iter();
        rows.map(|row| view! { <IssueItem row firm=false/> })
            .collect_view()
    };
    view! {
        <section class="group">
            <h2 class="group__title">{t!(i18n, issue.one)}</h2>
            <div class="card">
                {rows}
                <a href=format!("{}?{by}={id}", routes::ISSUE_NEW) class="row row--link">
                    <span class="row__main">{new}</span>
                    <Icon name=IconName::Forward/>
                </a>
            </div>
        </section>
    }
}
