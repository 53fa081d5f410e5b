//! The client of Ruyuan.

pub mod i18n;
pub mod storage;
pub mod state;
pub mod transport;

use leptos::prelude::*;
use i18n::*;

#[component]
fn Hello() -> impl IntoView {
    let i18n = use_i18n();
    view! { <p title=move || t_string!(i18n, app_name)>{t!(i18n, app_name)}{t!(i18n, x.count, n = 3)}</p> }
}
/// Mounts.
pub fn mount() {
    leptos::mount::mount_to_body(|| view! { <I18nContextProvider><Hello/></I18nContextProvider> });
}
