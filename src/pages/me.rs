//! 我的: who I am, what is unsent, and how the app looks on this device.

use super::{
    conflict::ConflictsLink, devices::DevicesLink, recovered::RecoveredLink, uploads::UploadsLink,
};
use crate::{
    components::{confirm::Confirm, page::Page, storage_meter::StorageMeter},
    i18n::*,
    state::{
        choices,
        preferences::{self, TextSize},
        session::use_session,
        store::use_store,
    },
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::{Language, wire::Role};

/// The person's own screen.
#[component]
pub fn Me() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let leaving = RwSignal::new(false);
    let unsent = Memo::new(move |_| {
        store.read(|state| {
            let (waiting, refused) = state.unsent();
            waiting + refused + state.drafts().count() + state.unsent_bytes().count
        })
    });
    let view_now = move || session.view();
    let parks = move || {
        let scopes = view_now().map(|view| view.writable).unwrap_or_default();
        let parks: Vec<_> = scopes
            .iter()
            .filter(|scope| scope.park_code().is_some())
            .map(|scope| choices::park_name(store, scope))
            .collect();
        parks.join("、")
    };
    let role = move || {
        view_now().map(|view| match view.role {
            Role::Officer => t_string!(i18n, role.officer),
            Role::Trainer => t_string!(i18n, role.trainer),
            Role::Owner => t_string!(i18n, role.owner),
            Role::Bank => t_string!(i18n, role.bank),
            Role::Clerk => t_string!(i18n, role.clerk),
            Role::Manager => t_string!(i18n, role.manager),
            Role::Admin => t_string!(i18n, role.admin),
        })
    };
    let size = RwSignal::new(preferences::text_size());
    let size_choice = move |value: TextSize, label: fn(I18n) -> &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="text-size"
                    prop:checked=move || size.get() == value
                    on:change=move |_| {
                        size.set(value);
                        preferences::set_text_size(value);
                    }
                />
                <span>{said(move || label(i18n))}</span>
            </label>
        }
    };
    let language_choice = move |language: Language, label: &'static str, tag: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="language"
                    prop:checked=move || i18n.language() == language
                    on:change=move |_| preferences::set_language(i18n, language)
                />
                <span lang=tag>{label}</span>
            </label>
        }
    };
    let sign_out = Callback::new(move |()| {
        spawn_local(async move {
            session.sign_out().await;
        });
    });
    view! {
        <Page title=t!(i18n, tab.me)>
            <section class="hero">
                <p class="hero__greeting">{move || view_now().map(|view| view.display_name)}</p>
                <p class="hero__facts">{role} " · " {parks}</p>
            </section>
            <section class="group">
                <div class="card">
                    <UploadsLink/>
                    <ConflictsLink/>
                    <RecoveredLink/>
                    <DevicesLink/>
                </div>
            </section>
            <StorageMeter/>
            <fieldset class="group">
                <legend class="group__title">{t!(i18n, me.text_size)}</legend>
                <div class="card card--choices">
                    {size_choice(TextSize::Normal, |i18n| t_string!(i18n, me.text_normal))}
                    {size_choice(TextSize::Large, |i18n| t_string!(i18n, me.text_large))}
                    {size_choice(TextSize::Larger, |i18n| t_string!(i18n, me.text_larger))}
                </div>
            </fieldset>
            <fieldset class="group">
                <legend class="group__title">{t!(i18n, me.language)}</legend>
                <div class="card card--choices">
                    {language_choice(Language::Chinese, "简体中文", "zh-CN")}
                    {language_choice(Language::English, "English", "en")}
                </div>
            </fieldset>
            <button
                type="button"
                class="button button--outline button--wide"
                on:click=move |_| leaving.set(true)
            >
                {t!(i18n, me.sign_out)}
            </button>
            <p class="version">{concat!("入园 ", env!("CARGO_PKG_VERSION"))}</p>
            <Confirm
                open=leaving
                question=Signal::derive(move || match unsent.get() {
                    0 => t_string!(i18n, me.sign_out_question).to_owned(),
                    n => t_filled!(i18n, me.sign_out_unsent, n = n),
                })
                yes=t!(i18n, me.sign_out)
                no=t!(i18n, action.stay)
                on_yes=sign_out
            />
        </Page>
    }
}
