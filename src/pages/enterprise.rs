//! One firm: what is known of it, and the visits to it.

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
    state::{choices, enterprises, firm_fields::field_label, store::use_store, visits},
};
use leptos::prelude::*;
use ruyuan_domain::{
    Fields, Record, RecordId, RecordKind, catalogue::ENTERPRISE_FIELDS, consts::field,
};
use ruyuan_sync::engine::SyncMark;

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
    let code = firm.text(field::CREDIT_CODE).to_owned();
    let mobile = firm.text("contact_mobile").to_owned();
    let twin = enterprises::same_code(store, id, &code);
    let conflicts = store.read(|state| {
        let children = state
            .view()
            .children(id)
            .filter(|child| child.kind == RecordKind::Conflict);
        children
            .filter(|conflict| conflict.text(field::CONFLICT_STATUS) == ruyuan_sync::merge::OPEN)
            .map(|conflict| conflict.id)
            .collect::<Vec<_>>()
    });
    let rows = visits::of_enterprise(store, id);
    let unvisited = rows.is_empty();
    let scope = firm.scope.clone();
    view! {
        <section class="hero">
            <p class="hero__facts">
                {said(move || choices::park_name(store, &scope))} <Mark mark/>
            </p>
            <a href=format!("{}?enterprise={id}", routes::VISIT_NEW) class="button button--primary button--wide">
                {t!(i18n, visit.start)}
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
        {twin
            .map(|twin| {
                view! {
                    <p class="notice notice--amber">
                        <Icon name=IconName::Info/>
                        <span>{said(move || t_filled!(i18n, enterprise.twin, name = twin))}</span>
                    </p>
                }
            })}
        {(!conflicts.is_empty())
            .then(|| {
                view! {
                    <section class="group">
                        <h2 class="group__title">{t!(i18n, conflict.title)}</h2>
                        <div class="card">
                            {conflicts
                                .into_iter()
                                .map(|id| view! { <super::conflict::ConflictItem id/> })
                                .collect_view()}
                        </div>
                    </section>
                }
            })}
        <section class="group">
            <h2 class="group__title">{t!(i18n, enterprise.profile)}</h2>
            <dl class="card answers">{profile_rows(i18n, &firm.fields)}</dl>
        </section>
        <section class="group">
            <h2 class="group__title">{t!(i18n, enterprise.visits)}</h2>
            <div class="card">
                {rows.into_iter().map(|row| view! { <VisitItem row name=false/> }).collect_view()}
                {unvisited.then(|| view! { <p class="card__empty">{t!(i18n, enterprise.unvisited)}</p> })}
            </div>
        </section>
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
