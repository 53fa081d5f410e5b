//! 走访: drafts and visits, newest first.

use crate::{
    components::{
        empty::Empty,
        icon::{Icon, IconName},
        page::Page,
        rows::VisitItem,
        virtual_list::VirtualList,
    },
    i18n::*,
    routes,
    state::{store::use_store, visits},
};
use leptos::prelude::*;
use leptos_router::components::A;

/// The list of visits.
#[component]
pub fn Visits() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let rows = Memo::new(move |_| visits::all(store));
    let add = view! {
        <A href=routes::VISIT_NEW attr:class="bar__button" attr:aria-label=move || t_string!(i18n, visit.start)>
            <Icon name=IconName::Add/>
        </A>
    }
    .into_any();
    view! {
        <Page title=Signal::derive(move || t_string!(i18n, tab.visits).to_owned()) action=add>
            <Show
                when=move || !rows.with(Vec::is_empty)
                fallback=move || {
                    view! {
                        <Empty sentence=Signal::derive(move || t_string!(i18n, visit.none).to_owned())>
                            <A href=routes::VISIT_NEW attr:class="button button--primary">
                                {t!(i18n, visit.start)}
                            </A>
                        </Empty>
                    }
                }
            >
                <VirtualList
                    list="visits"
                    label=Signal::derive(move || t_string!(i18n, tab.visits).to_owned())
                    items=rows
                    key=|row: &visits::VisitRow| (row.id, row.draft, row.mark, row.enterprise.clone())
                    row=|row| view! { <VisitItem row/> }
                />
            </Show>
        </Page>
    }
}
