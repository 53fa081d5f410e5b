//! 企业: thousands of firms, filtered as one types. Also the first step of a visit: which firm?

use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        icon::{Icon, IconName},
        page::Page,
        rows::EnterpriseItem,
        virtual_list::VirtualList,
    },
    i18n::*,
    routes,
    state::{
        enterprises::{self, EnterpriseRow},
        places::use_places,
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::RecordId;
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// The list of firms.
#[component]
pub fn Enterprises() -> impl IntoView {
    let i18n = use_i18n();
    let add = view! {
        <a href=routes::ENTERPRISE_NEW class="bar__button" aria-label=t!(i18n, enterprise.add)>
            <Icon name=IconName::Add/>
        </a>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, tab.enterprises) action=add>
            <EnterpriseSearch list="enterprises" address=|row| routes::enterprise(row.id)/>
        </Page>
    }
}

/// The search and the firms it finds; each leads to `address`.
#[component]
pub fn EnterpriseSearch(
    /// Name under which its place is remembered.
    list: &'static str,
    /// Where a firm leads.
    address: fn(&EnterpriseRow) -> String,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let places = use_places();
    let search = RwSignal::new(places.get(list).search);
    let all = Memo::new(move |_| enterprises::all(store));
    let found = Memo::new(move |_| {
        search.with(|search| all.with(|all| enterprises::matching(all, search)))
    });
    let take = move |typed: String| {
        places.update(list, |place| place.search.clone_from(&typed));
        search.set(typed);
    };
    let downloaded = move || store.read(|state| !state.meta().tracks.is_empty());
    let reason = move || {
        if !search.with(|search| search.trim().is_empty()) {
            t_string!(i18n, enterprise.not_found)
        } else if downloaded() {
            t_string!(i18n, enterprise.none)
        } else {
            t_string!(i18n, enterprise.not_downloaded)
        }
    };
    view! {
        <div class="search">
            <Icon name=IconName::Search/>
            <input
                class="search__input"
                type="search"
                autocomplete="off"
                enterkeyhint="search"
                aria-label=t!(i18n, enterprise.search)
                placeholder=t!(i18n, enterprise.search)
                prop:value=search.get_untracked()
                on:input=move |event| {
                    // Half a syllable is no search: the input method says when it has a word.
                    if !event.unchecked_ref::<web_sys::InputEvent>().is_composing() {
                        take(event_target_value(&event));
                    }
                }
                on:compositionend=move |event| take(event_target_value(&event))
            />
            <span class="search__count" aria-live="polite">
                {said(move || t_filled!(i18n, enterprise.count, n = found.with(Vec::len)))}
            </span>
        </div>
        <When
            on=Signal::derive(move || !found.with(Vec::is_empty))
            otherwise=move || {
                view! {
                    <Empty sentence=Signal::derive(move || reason().to_owned())>
                        <a href=routes::ENTERPRISE_NEW class="button button--outline">
                            {t!(i18n, enterprise.add)}
                        </a>
                    </Empty>
                }
            }
        >
            <VirtualList
                list
                label=t!(i18n, tab.enterprises)
                items=found
                key=key_of
                row=move |row| {
                    let address = address(&row);
                    view! { <EnterpriseItem row address/> }
                }
            />
        </When>
    }
}

/// A firm under another name is drawn anew.
fn key_of(row: &Rc<EnterpriseRow>) -> (RecordId, String) {
    (row.id, row.name.clone())
}
