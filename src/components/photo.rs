//! A photo: small in a grid, whole on a tap.

use super::{
    dialog::shown_by,
    format,
    icon::{Icon, IconName},
    when::When,
};
use crate::{
    i18n::*,
    state::{
        photos::{Looking, Sight, look},
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::RecordId;

/// Photos beside each other, in order.
#[component]
pub fn PhotoGrid(
    /// Their ids.
    ids: Vec<RecordId>,
) -> impl IntoView {
    let tiles: Vec<_> = ids
        .into_iter()
        .zip(1..)
        .map(|(id, position)| view! { <li class="photo"><Photo id position/></li> })
        .collect();
    view! { <ul class="photos">{tiles}</ul> }
}

/// One photo.
#[component]
pub fn Photo(
    /// Its id.
    id: RecordId,
    /// Its place among the others, from 1.
    position: usize,
) -> impl IntoView {
    let i18n = use_i18n();
    let looking = look(use_store(), id);
    let open = RwSignal::new(false);
    let name = said(move || t_filled!(i18n, photo.nth, n = position));
    view! {
        <div class="photo__frame">
            {move || match looking.sight.get() {
                Sight::Here(address) => view! {
                    <button type="button" class="photo__button" aria-label=name on:click=move |_| open.set(true)>
                        <img class="photo__image" src=address alt=""/>
                    </button>
                }
                .into_any(),
                Sight::Opening => ().into_any(),
                other => view! { <Elsewhere looking sight=other/> }.into_any(),
            }}
        </div>
        <Viewer looking open name/>
    }
}

/// In the place of a photo that is not on this device.
#[component]
fn Elsewhere(looking: Looking, sight: Sight) -> impl IntoView {
    let i18n = use_i18n();
    match sight {
        Sight::Fetching(done, size) => view! {
            <span class="photo__absent">
                {said(move || format!("{} / {}", format::size(done), format::size(size)))}
            </span>
        }
        .into_any(),
        Sight::OnAnother => {
            view! { <span class="photo__absent">{t!(i18n, photo.on_another)}</span> }.into_any()
        }
        Sight::Gone => {
            view! { <span class="photo__absent">{t!(i18n, photo.gone)}</span> }.into_any()
        }
        _ => view! {
            <button type="button" class="photo__absent" on:click=move |_| looking.open()>
                <Icon name=IconName::CloudDown/>
                {t!(i18n, photo.absent)}
            </button>
        }
        .into_any(),
    }
}

/// A photo on the whole screen. Escape and the phone's own way back close it.
#[component]
fn Viewer(looking: Looking, open: RwSignal<bool>, name: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let dialog = shown_by(open);
    view! {
        <dialog node_ref=dialog class="viewer" aria-label=name on:close=move |_| open.set(false)>
            <When on=Signal::derive(move || open.get())>
                <div class="viewer__bar">
                    <button
                        type="button"
                        class="bar__button"
                        aria-label=t!(i18n, action.back)
                        on:click=move |_| open.set(false)
                    >
                        <Icon name=IconName::Back/>
                    </button>
                    <span>{name}</span>
                </div>
                {move || match looking.sight.get() {
                    Sight::Here(address) => Some(view! { <img class="viewer__image" src=address alt=name/> }),
                    _ => None,
                }}
            </When>
        </dialog>
    }
}
