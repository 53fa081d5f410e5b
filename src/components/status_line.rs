//! One line when something is behind: offline, waiting, or in need of someone. Tapping it opens the uploads page.

use super::icon::{Icon, IconName};
use crate::components::when::When;
use crate::{
    i18n::*,
    routes,
    state::{store::use_store, sync::Trouble},
};
use gloo::timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::RecordKind;

/// How often a screen reader hears of changes at most, in milliseconds.
const SPOKEN_EVERY_MS: u32 = 10_000;

/// The line, or nothing.
#[component]
pub fn StatusLine() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let counts = Memo::new(move |_| {
        // What waits grows old without any change: each round of sync, tried or not, looks again.
        store.sync.status.track();
        store.read(|state| {
            let (waiting, refused) = state.unsent();
            let overdue = state.overdue(store.now());
            let conflicts = state
                .view()
                .of_kind(&RecordKind::Conflict)
                .filter(|conflict| crate::state::visits::is_own_open_conflict(state, conflict))
                .count();
            (waiting, refused + conflicts, overdue)
        })
    });
    let trouble = Memo::new(move |_| store.sync.status.with(|status| status.trouble.clone()));
    let text = Memo::new(move |_| {
        let (waiting, attention, overdue) = counts.get();
        match trouble.get() {
            Some(Trouble::SignedOut) => t_string!(i18n, status.signed_out).to_owned(),
            Some(Trouble::OtherServer) => t_string!(i18n, status.other_server).to_owned(),
            _ if attention > 0 => t_filled!(i18n, status.attention, n = attention),
            _ if overdue > 0 => t_filled!(i18n, uploads.long, n = overdue),
            Some(Trouble::Offline) if waiting > 0 => {
                t_filled!(i18n, status.offline_waiting, n = waiting)
            }
            Some(Trouble::Offline) => t_string!(i18n, status.offline).to_owned(),
            Some(Trouble::Other(_)) => t_string!(i18n, status.refused).to_owned(),
            None if waiting > 0 => t_filled!(i18n, status.waiting, n = waiting),
            None => String::new(),
        }
    });
    let address = move || match trouble.get() {
        Some(Trouble::SignedOut) => routes::SIGN_IN.to_owned(),
        _ => routes::UPLOADS.to_owned(),
    };
    let urgent = move || {
        let (_, attention, overdue) = counts.get();
        attention + overdue > 0
            || matches!(
                trouble.get(),
                Some(Trouble::SignedOut | Trouble::OtherServer)
            )
    };

    let spoken = RwSignal::new(String::new());
    let pausing = StoredValue::new(false);
    Effect::new(move |_| {
        let said = text.get();
        if pausing.get_value() || spoken.with_untracked(|before| *before == said) {
            return;
        }
        spoken.set(said);
        pausing.set_value(true);
        spawn_local(async move {
            TimeoutFuture::new(SPOKEN_EVERY_MS).await;
            if pausing
                .try_update_value(|pausing| *pausing = false)
                .is_some()
                && let Some(latest) = text.try_get_untracked()
            {
                let _ = spoken.try_set(latest);
            }
        });
    });

    view! {
        <div class="visually-hidden" role="status">{spoken}</div>
        <When on=Signal::derive(move || !text.with(String::is_empty))>
            <a href=address class="status-line" data-urgent=move || urgent().to_string()>
                <When
                    on=Signal::derive(urgent)
                    otherwise=move || {
                        let name = if trouble.get().is_some() { IconName::Offline } else { IconName::CloudUp };
                        view! { <Icon name/> }
                    }
                >
                    <Icon name=IconName::Alert/>
                </When>
                <span>{text}</span>
            </a>
        </When>
    }
}
