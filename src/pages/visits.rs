//! 走访: drafts and visits, newest first.

use crate::components::when::When;
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

/// The list of visits.
#[component]
pub fn Visits() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let rows = Memo::new(move |_| visits::all(store));
    let add = view! {
        <a href=routes::VISIT_NEW class="bar__button" aria-label=t!(i18n, visit.start)>
            <Icon name=IconName::Add/>
        </a>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, tab.visits) action=add>
            <When
                on=Signal::derive(move || !rows.with(Vec::is_empty))
                otherwise=move || {
                    view! {
                        <Empty sentence=t!(i18n, visit.none)>
                            <a href=routes::VISIT_NEW class="button button--primary">
                                {t!(i18n, visit.start)}
                            </a>
                        </Empty>
                    }
                }
            >
                <VirtualList
                    list="visits"
                    label=t!(i18n, tab.visits)
                    items=rows
                    key=|row: &visits::VisitRow| (row.id, row.draft, row.mark, row.enterprise.clone())
                    row=|row| view! { <VisitItem row/> }
                />
            </When>
        </Page>
    }
}
