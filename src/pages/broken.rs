//! The local log cannot be opened: what happened, what is kept, and a file to keep.

use crate::components::when::When;
use crate::{
    components::icon::{Icon, IconName},
    i18n::*,
    storage::{database_name, rescue},
};
use leptos::{leptos_dom::helpers::location, prelude::*, task::spawn_local};
use ruyuan_domain::UserId;
use ruyuan_sync::{engine::EngineError, store::StoreError};

/// Said instead of every screen, because nothing could be kept.
#[component]
pub fn Broken(
    /// Why.
    error: EngineError,
    /// Whose log it is.
    user: UserId,
) -> impl IntoView {
    let i18n = use_i18n();
    let detail = error.to_string();
    let no_file = RwSignal::new(false);
    let newer = error == EngineError::Store(StoreError::Newer);
    let full = error == EngineError::Store(StoreError::Full);
    let sentence = move || match (newer, full) {
        (true, _) => t_string!(i18n, broken.newer),
        (_, true) => t_string!(i18n, broken.full),
        _ => t_string!(i18n, broken.sentence),
    };
    let save = move |_| {
        spawn_local(async move {
            no_file.set(!rescue(&database_name(user)).await);
        });
    };
    view! {
        <main class="door">
            <h1 class="door__title">{t!(i18n, broken.title)}</h1>
            <div class="notice notice--red" role="alert">
                <Icon name=IconName::Alert/>
                <div>
                    <p>{sentence}</p>
                    <p class="question__help">{detail}</p>
                </div>
            </div>
            <button type="button" class="button button--primary button--wide" on:click=|_| drop(location().reload())>
                {t!(i18n, broken.again)}
            </button>
            <button type="button" class="button button--outline button--wide" on:click=save>
                {t!(i18n, uploads.export)}
            </button>
            <When on=Signal::derive(move || no_file.get())>
                <p class="question__error" role="alert">{t!(i18n, broken.no_file)}</p>
            </When>
        </main>
    }
}
