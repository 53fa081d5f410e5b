//! 工作证: who has come, and for what. To be shown across a desk, so there is nothing on it of any firm.

use crate::{
    components::{
        icon::{Icon, IconName},
        page::Page,
    },
    i18n::*,
    routes,
    state::{address::use_address, choices, session::use_session, store::use_store},
};
use leptos::prelude::*;

/// The card of who is signed in. `?for=` names the firm that one goes back to.
#[component]
pub fn Identity() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let address = use_address();
    let back = move || {
        let firm = address.query("for").and_then(|id| id.parse().ok());
        firm.map_or_else(|| routes::ME.to_owned(), routes::prepare)
    };
    let name = move || {
        session
            .view()
            .map(|view| view.display_name)
            .unwrap_or_default()
    };
    let parks = move || choices::own_parks(store, session);
    let foot = view! {
        <a class="button button--primary button--wide" href=back>{t!(i18n, action.back)}</a>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, identity.title) back=Signal::derive(back) foot>
            <section class="card identity">
                <p class="identity__name">{said(name)}</p>
                <p class="identity__role">{t!(i18n, identity.role)}</p>
                <p class="identity__parks">{said(parks)}</p>
                <p class="identity__date">{said(move || store.now().iso_date())}</p>
            </section>
            <section class="card identity identity--service">
                <p class="identity__service">
                    <Icon name=IconName::Check/>
                    <span>{t!(i18n, identity.service)}</span>
                </p>
                <ul>
                    <li>{t!(i18n, identity.free)}</li>
                    <li>{t!(i18n, identity.voluntary)}</li>
                    <li>{t!(i18n, identity.consent)}</li>
                </ul>
            </section>
            <p class="question__help">{t!(i18n, identity.verify)}</p>
        </Page>
    }
}
