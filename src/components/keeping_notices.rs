//! What a person must know of how this phone keeps their work.

use crate::components::when::When;
use crate::{
    components::icon::{Icon, IconName},
    i18n::*,
    state::{session::use_session, store::use_store},
};
use leptos::prelude::*;
use ruyuan_domain::ScopeId;

/// The browser has cleared the log; there is little room; the person has left. Nothing, mostly.
#[component]
pub fn KeepingNotices() -> impl IntoView {
    let i18n = use_i18n();
    let keeping = use_store().keeping;
    let session = use_session();
    // Who may see only what everybody sees, and what is their own.
    let left = move || {
        let held =
            |scope: &ScopeId| *scope != ScopeId::public() && !scope.as_str().starts_with("user:");
        session
            .view()
            .is_some_and(|view| !view.scopes.iter().any(held))
    };
    let lost = move || match keeping.cleared() {
        Some(0) | None => t_string!(i18n, keeping.cleared).to_owned(),
        Some(unsent) => t_filled!(i18n, keeping.cleared_unsent, n = unsent),
    };
    view! {
        <When on=Signal::derive(move || keeping.cleared().is_some())>
            <div class="notice notice--amber" role="status">
                <Icon name=IconName::Alert/>
                <div>
                    <p>{said(lost)}</p>
                    <p class="question__help">{t!(i18n, keeping.install)}</p>
                    <button type="button" class="button button--plain" on:click=move |_| keeping.is_known()>
                        {t!(i18n, keeping.close)}
                    </button>
                </div>
            </div>
        </When>
        <When on=Signal::derive(left)>
            <p class="notice notice--amber" role="status">
                <Icon name=IconName::Info/>
                <span>{t!(i18n, keeping.left)}</span>
            </p>
        </When>
        <When on=Signal::derive(move || keeping.is_tight())>
            <p class="notice notice--amber" role="status">
                <Icon name=IconName::Info/>
                <span>{t!(i18n, keeping.tight)}</span>
            </p>
        </When>
    }
}
