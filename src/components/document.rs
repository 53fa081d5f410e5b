//! Documents in a list: each with its size, fetched when it is asked for, and saved as a file of the phone.

use super::{
    format,
    icon::{Icon, IconName},
};
use crate::{
    i18n::*,
    state::{
        photos::{Sight, look_at_document},
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::RecordId;

/// Documents below each other, in order.
#[component]
pub fn DocumentList(
    /// Their ids.
    ids: Vec<RecordId>,
) -> impl IntoView {
    let store = use_store();
    let rows: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let known = store.read_untracked(|state| state.attachment(id));
            let known = known.unwrap_or_default();
            let name = known.name.unwrap_or_default();
            view! {
                <li class="document">
                    <Document name=name.clone() size=known.size/>
                    <Getting id name/>
                </li>
            }
        })
        .collect();
    view! { <ul class="documents">{rows}</ul> }
}

/// What a document is.
#[component]
pub fn Document(name: String, size: u64) -> impl IntoView {
    view! {
        <Icon name=IconName::Document/>
        <span class="document__main">
            <span class="document__name">{name}</span>
            <span class="document__size">{format::size(size)}</span>
        </span>
    }
}

/// The one thing that can be done with it now: fetch, pause, save.
#[component]
fn Getting(id: RecordId, name: String) -> impl IntoView {
    let i18n = use_i18n();
    let looking = look_at_document(use_store(), id);
    let label = {
        let name = name.clone();
        move |what: &str| format!("{what} {name}")
    };
    move || {
        match looking.sight.get() {
        Sight::Here(address) => view! {
            <a class="button button--small button--outline" href=address download=name.clone()
                aria-label=label(t_string!(i18n, document.save))>
                {t!(i18n, document.save)}
            </a>
        }
        .into_any(),
        Sight::Fetching(done, size) => view! {
            <span class="document__size" role="status">
                {format!("{} / {}", format::size(done), format::size(size))}
            </span>
            <button type="button" class="button button--small button--outline" on:click=move |_| looking.pause()
                aria-label=label(t_string!(i18n, document.pause))>
                {t!(i18n, document.pause)}
            </button>
        }
        .into_any(),
        Sight::Absent => view! {
            <button type="button" class="button button--small button--outline" on:click=move |_| looking.open()
                aria-label=label(t_string!(i18n, document.fetch))>
                {t!(i18n, document.fetch)}
            </button>
        }
        .into_any(),
        Sight::OnAnother => {
            view! { <span class="document__size">{t!(i18n, photo.on_another)}</span> }.into_any()
        }
        Sight::Gone => view! { <span class="document__size">{t!(i18n, document.gone)}</span> }.into_any(),
        Sight::Opening => ().into_any(),
    }
    }
}
