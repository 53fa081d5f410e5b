//! 今日: start a visit, go on with one, see what needs attention.

use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        icon::{Icon, IconName},
        keeping_notices::KeepingNotices,
        page::Page,
        rows::VisitItem,
    },
    i18n::*,
    routes,
    state::{
        plan::{self, Stop},
        session::use_session,
        store::use_store,
        visits,
    },
};
use leptos::prelude::*;
use ruyuan_domain::RecordKind;
use ruyuan_sync::engine::SyncMark;

/// How many of the latest visits are shown.
const LATEST: usize = 5;

/// The first screen.
#[component]
pub fn Today() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let rows = Memo::new(move |_| visits::all(store));
    let drafts = Memo::new(move |_| {
        rows.get()
            .into_iter()
            .filter(|row| row.draft)
            .collect::<Vec<_>>()
    });
    let attention = Memo::new(move |_| {
        let refused = |row: &visits::VisitRow| row.mark == SyncMark::NeedsAttention;
        rows.get().into_iter().filter(refused).collect::<Vec<_>>()
    });
    let due = Memo::new(move |_| visits::supplements_due(store));
    let latest = Memo::new(move |_| {
        let is_due =
            |row: &visits::VisitRow| due.with(|due| due.iter().any(|due| due.id == row.id));
        let sent = |row: &visits::VisitRow| {
            !row.draft && row.mark != SyncMark::NeedsAttention && !is_due(row)
        };
        rows.get()
            .into_iter()
            .filter(sent)
            .take(LATEST)
            .collect::<Vec<_>>()
    });
    let conflicts = Memo::new(move |_| {
        store.read(|state| {
            let conflicts = state.view().of_kind(&RecordKind::Conflict);
            conflicts
                .filter(|conflict| visits::is_own_open_conflict(state, conflict))
                .map(|conflict| conflict.id)
                .collect::<Vec<_>>()
        })
    });
    let name = move || {
        session
            .view()
            .map(|view| view.display_name)
            .unwrap_or_default()
    };
    let stops = Memo::new(move |_| plan::of_day(store, &store.now().iso_date()));
    let nothing = move || rows.with(Vec::is_empty) && conflicts.with(Vec::is_empty);
    view! {
        <Page title=t!(i18n, tab.today)>
            <KeepingNotices/>
            <section class="hero">
                <p class="hero__greeting">{said(move || t_filled!(i18n, today.greeting, name = name()))}</p>
                <a href=routes::VISIT_NEW class="button button--primary button--wide">
                    {t!(i18n, visit.start)}
                </a>
            </section>
            <When on=Signal::derive(move || !attention.with(Vec::is_empty) || !conflicts.with(Vec::is_empty))>
                <section class="group" aria-labelledby="today-attention">
                    <h2 class="group__title" id="today-attention">{t!(i18n, today.attention)}</h2>
                    <div class="card">
                        <For each=move || attention.get() key=|row| row.id let(row)>
                            <VisitItem row/>
                        </For>
                        <For each=move || conflicts.get() key=|id| *id let(id)>
                            <super::conflict::ConflictItem id/>
                        </For>
                    </div>
                </section>
            </When>
            <section class="group" aria-labelledby="today-plan">
                <h2 class="group__title" id="today-plan">{t!(i18n, plan.today)}</h2>
                <div class="card">
                    <For each=move || stops.get() key=Stop::clone let(stop)>
                        <StopRow stop/>
                    </For>
                    <a href=routes::PLAN class="row row--link">
                        <span class="row__main">
                            {said(move || match stops.with(Vec::is_empty) {
                                true => t_string!(i18n, plan.make),
                                false => t_string!(i18n, plan.open),
                            })}
                        </span>
                        <Icon name=IconName::Forward/>
                    </a>
                    <a href=routes::SUMMARY class="row row--link">
                        <span class="row__main">{t!(i18n, summary.title)}</span>
                        <Icon name=IconName::Forward/>
                    </a>
                </div>
            </section>
            <super::issues::IssuesToDo/>
            <When on=Signal::derive(move || !drafts.with(Vec::is_empty))>
                <section class="group" aria-labelledby="today-drafts">
                    <h2 class="group__title" id="today-drafts">{t!(i18n, today.drafts)}</h2>
                    <div class="card">
                        <For each=move || drafts.get() key=|row| (row.id, row.at.map(|at| at.unix_ms())) let(row)>
                            <VisitItem row/>
                        </For>
                    </div>
                </section>
            </When>
            <When on=Signal::derive(move || !due.with(Vec::is_empty))>
                <section class="group" aria-labelledby="today-due">
                    <h2 class="group__title" id="today-due">{t!(i18n, today.due)}</h2>
                    <div class="card">
                        <For each=move || due.get() key=|row| (row.id, row.mark, row.enterprise.clone()) let(row)>
                            <VisitItem row/>
                        </For>
                    </div>
                </section>
            </When>
            <When on=Signal::derive(move || !latest.with(Vec::is_empty))>
                <section class="group" aria-labelledby="today-latest">
                    <h2 class="group__title" id="today-latest">{t!(i18n, today.latest)}</h2>
                    <div class="card">
                        <For each=move || latest.get() key=|row| (row.id, row.mark, row.enterprise.clone()) let(row)>
                            <VisitItem row/>
                        </For>
                        <a href=routes::VISITS class="row row--link">
                            <span class="row__main">{t!(i18n, today.all_visits)}</span>
                            <Icon name=IconName::Forward/>
                        </a>
                    </div>
                </section>
            </When>
            <When on=Signal::derive(nothing)>
                <Empty sentence=t!(i18n, today.empty)/>
            </When>
        </Page>
    }
}

/// A firm of today's plan: one tap begins its record, or shows what was recorded.
#[component]
fn StopRow(stop: Stop) -> impl IntoView {
    let i18n = use_i18n();
    let done = stop.visit.is_some();
    let address = match stop.visit {
        Some(visit) => routes::visit(visit),
        None => format!("{}?enterprise={}", routes::VISIT_NEW, stop.enterprise),
    };
    let facts = match stop.contact.is_empty() {
        true => stop.address,
        false => stop.contact,
    };
    view! {
        <a href=address class="row">
            <span class="row__main">
                <span class="row__title">
                    {said(move || match stop.name.is_empty() {
                        true => t_string!(i18n, visit.unknown_firm).to_owned(),
                        false => stop.name.clone(),
                    })}
                </span>
                <span class="row__facts">{facts}</span>
            </span>
            <span class="row__value">
                {said(move || if done { t_string!(i18n, plan.done) } else { t_string!(i18n, plan.to_do) })}
            </span>
            <Icon name=IconName::Forward/>
        </a>
    }
}
