//! One firm: what is known of it, and the visits to it.

use super::{
    assign::LookedAfter,
    issues::IssuesOf,
    merge::{MergedInto, MergedItem},
};
use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        form::answer_text,
        icon::{Icon, IconName},
        page::Page,
        rows::VisitItem,
        sync_mark::Mark,
    },
    i18n::*,
    routes,
    state::{
        assignments::use_manages, choices, enterprises, firm_fields::field_label, firms,
        store::use_store, visits,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{
    Fields, Record, RecordId, RecordKind, catalogue::ENTERPRISE_FIELDS, consts::field,
    order::sorted_by_key, pledge::PLEDGE_FIELDS,
};
use ruyuan_sync::engine::SyncMark;
use std::{cmp::Reverse, rc::Rc};

/// A firm.
#[component]
pub fn Enterprise(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let firm = Memo::new(move |_| {
        store.read(|state| {
            state
                .view()
                .get(id)
                .map(|record| (Record::clone(record), state.mark(id)))
        })
    });
    let name = move || {
        firm.with(|firm| {
            firm.as_ref()
                .map(|(firm, _)| firm.text(field::NAME).to_owned())
        })
    };
    let edit = view! {
        <When on=Signal::derive(move || firm.with(Option::is_some))>
            <a
                href=routes::enterprise_edit(id)
                class="bar__button"
                aria-label=t!(i18n, enterprise.edit)
            >
                <Icon name=IconName::Edit/>
            </a>
        </When>
    }
    .into_any();
    view! {
        <Page
            title=Signal::derive(move || name().unwrap_or_else(|| t_string!(i18n, tab.enterprises).to_owned()))
            back=Signal::stored(routes::ENTERPRISES.to_owned())
            action=edit
        >
            {move || match firm.get() {
                Some((firm, mark)) => view! { <Profile firm mark/> }.into_any(),
                None => {
                    view! { <Empty sentence=t!(i18n, enterprise.unknown)/> }
                        .into_any()
                }
            }}
        </Page>
    }
}

#[component]
fn Profile(firm: Record, mark: SyncMark) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let id = firm.id;
    let mobile = firm.text("contact_mobile").to_owned();
    let rows = Memo::new(move |_| visits::of_enterprise(store, id));
    let scope = firm.scope.clone();
    let record = firm.clone();
    view! {
        <section class="hero">
            <p class="hero__facts">
                {said(move || choices::park_name(store, &scope))} <Mark mark/>
            </p>
            <a href=format!("{}?enterprise={id}", routes::VISIT_NEW) class="button button--primary button--wide">
                {t!(i18n, visit.start)}
            </a>
            <a href=routes::prepare(id) class="button button--outline button--wide">
                {t!(i18n, prepare.title)}
            </a>
            {(!mobile.is_empty())
                .then(|| {
                    view! {
                        <a class="button button--outline button--wide" href=format!("tel:{mobile}")>
                            <Icon name=IconName::Phone/>
                            {t!(i18n, enterprise.call)}
                        </a>
                    }
                })}
        </section>
        <Doubts firm=record/>
        <section class="group">
            <h2 class="group__title">{t!(i18n, enterprise.profile)}</h2>
            <dl class="card answers">{profile_rows(i18n, &firm.fields)}</dl>
        </section>
        <LookedAfter firm/>
        <Belongings id/>
        <section class="group">
            <div class="card">
                <a href=routes::authorisation(id) class="row">
                    <span class="row__main">{t!(i18n, print.print_authorisation)}</span>
                    <Icon name=IconName::Forward/>
                </a>
            </div>
        </section>
        <section class="group">
            <h2 class="group__title">{t!(i18n, enterprise.visits)}</h2>
            <div class="card">
                {move || {
                    let rows = rows.get();
                    let unvisited = rows.is_empty();
                    view! {
                        {rows.into_iter().map(|row| view! { <VisitItem row name=false/> }).collect_view()}
                        {unvisited.then(|| view! { <p class="card__empty">{t!(i18n, enterprise.unvisited)}</p> })}
                    }
                }}
            </div>
        </section>
        <IssuesOf by=field::ENTERPRISE id new=t!(i18n, issue.new)/>
    }
}

/// What somebody should look at: another firm of the same code, where it was merged to, values that differ.
#[component]
fn Doubts(firm: Record) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let manages = use_manages();
    let id = firm.id;
    let code = firm.text(field::CREDIT_CODE).to_owned();
    let twin = Memo::new(move |_| enterprises::same_code(store, id, &code));
    let into = Memo::new(move |_| {
        store.read(|state| {
            let into = firms::stands_for(state, id);
            (into != id).then(|| visits::enterprise_name(state, into))
        })
    });
    let conflicts = Memo::new(move |_| {
        store.read(|state| {
            let children = state.view().children(id);
            let open = children.filter(|child| {
                child.kind == RecordKind::Conflict
                    && child.text(field::CONFLICT_STATUS) == ruyuan_sync::merge::OPEN
            });
            open.map(|conflict| conflict.id).collect::<Vec<_>>()
        })
    });
    let twin = move || {
        let (twin, name) = twin.get().filter(|_| into.with(Option::is_none))?;
        Some(view! {
            <p class="notice notice--amber">
                <Icon name=IconName::Info/>
                <span>{said(move || t_filled!(i18n, enterprise.twin, name = name))}</span>
            </p>
            <When on=Signal::derive(move || manages.get())>
                <a href=routes::merge(id, twin) class="button button--outline button--wide">
                    {t!(i18n, enterprise.compare)}
                </a>
            </When>
        })
    };
    view! {
        {twin}
        {move || {
            let firm = firm.clone();
            into.get().map(|name| view! { <MergedInto firm name/> })
        }}
        <When on=Signal::derive(move || !conflicts.with(Vec::is_empty))>
            <section class="group">
                <h2 class="group__title">{t!(i18n, conflict.title)}</h2>
                <div class="card">
                    <For each=move || conflicts.get() key=|id| *id let(id)>
                        <super::conflict::ConflictItem id/>
                    </For>
                </div>
            </section>
        </When>
    }
}

/// What belongs to the firm: what it has pledged, and the records that were merged into it.
#[component]
fn Belongings(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let pledges = Memo::new(move |_| {
        store.read(|state| {
            let pledges = firms::belonging(state, &RecordKind::Pledge, id);
            sorted_by_key(pledges, |pledge: &Rc<Record>| {
                Reverse(pledge.text("registered_on").to_owned())
            })
        })
    });
    let merged = Memo::new(move |_| store.read(|state| firms::merged(state, id)));
    let pledged = move || {
        let cards = pledges.get().into_iter();
        cards
            .map(|pledge| view! { <PledgeCard pledge/> })
            .collect_view()
    };
    let gone = move || {
        let items = merged.get().into_iter();
        items
            .map(|merged| view! { <MergedItem merged/> })
            .collect_view()
    };
    view! {
        <When on=Signal::derive(move || !pledges.with(Vec::is_empty))>
            <section class="group">
                <h2 class="group__title">{t!(i18n, pledge.title)}</h2>
                {pledged}
            </section>
        </When>
        <When on=Signal::derive(move || !merged.with(Vec::is_empty))>
            <section class="group">
                <h2 class="group__title">{t!(i18n, merge.merged)}</h2>
                <div class="card">{gone}</div>
            </section>
        </When>
    }
}

fn profile_rows(i18n: I18n, fields: &Fields) -> impl IntoView + use<> {
    ENTERPRISE_FIELDS
        .iter()
        .filter_map(|rule| fields.get(rule.name).map(|value| (rule, value.clone())))
        .map(|(rule, value)| {
            view! {
                <div class="answer">
                    <dt class="answer__label">{said(move || field_label(i18n.language(), rule.name))}</dt>
                    <dd class="answer__value" class=("answer__value--code", rule.name == field::CREDIT_CODE)>
                        {said(move || answer_text(&rule.kind, &value, i18n.language()))}
                    </dd>
                </div>
            }
        })
        .collect_view()
}

/// One registration: each of its amounts by its own name, never one for another.
#[component]
fn PledgeCard(pledge: Rc<Record>) -> impl IntoView {
    let i18n = use_i18n();
    let rows = PLEDGE_FIELDS.iter().filter_map(|rule| {
        let value = pledge.fields.get(rule.name)?.clone();
        let text = move || match (rule.name, value.as_text()) {
            (field::RIGHT_KIND, Some(kind)) => right_kind(i18n, kind).to_owned(),
            _ => answer_text(&rule.kind, &value, i18n.language()),
        };
        Some(view! {
            <div class="answer">
                <dt class="answer__label">{said(move || field_label(i18n.language(), rule.name))}</dt>
                <dd class="answer__value">{said(text)}</dd>
            </div>
        })
    });
    view! { <dl class="card answers">{rows.collect_view()}</dl> }
}

fn right_kind(i18n: I18n, kind: &str) -> &'static str {
    match kind {
        "patent" => t_string!(i18n, pledge.patent),
        "trademark" => t_string!(i18n, pledge.trademark),
        "copyright" => t_string!(i18n, pledge.copyright),
        "layout" => t_string!(i18n, pledge.layout),
        _ => t_string!(i18n, pledge.mixed),
    }
}
