//! No such address.

use crate::{
    components::{empty::Empty, page::Page},
    i18n::*,
    routes,
};
use leptos::prelude::*;

/// An address that leads nowhere, and the way home.
#[component]
pub fn NotFound() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Page title=t!(i18n, app_name)>
            <Empty sentence=t!(i18n, not_found.sentence)>
                <a href=routes::TODAY class="button button--primary">{t!(i18n, not_found.home)}</a>
            </Empty>
        </Page>
    }
}
