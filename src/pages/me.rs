//! 我的: who I am, what is unsent, and how the app looks on this device.

use super::{
    conflict::ConflictsLink, devices::DevicesLink, issues::LedgerLinks, left_work::LeftWorkLink,
    recovered::RecoveredLink, uploads::UploadsLink,
};
use crate::{
    components::{
        confirm::Confirm,
        icon::{Icon, IconName},
        page::Page,
        storage_meter::StorageMeter,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        assignments::use_manages,
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
    let parks = move || choices::own_parks(store, session);
    let imports = move || {
        let scopes = view_now().map(|view| view.writable).unwrap_or_default();
        scopes.iter().any(|scope| scope.park_code().is_some())
    };
    let manages = use_manages();
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
                    <a href=routes::IDENTITY class="row">
                        <span class="row__main">{t!(i18n, identity.title)}</span>
                        <Icon name=IconName::Forward/>
                    </a>
                    <When on=Signal::derive(imports)>
                        <a href=routes::ROSTER class="row">
                            <span class="row__main">{t!(i18n, roster.title)}</span>
                            <Icon name=IconName::Forward/>
                        </a>
                        <a href=routes::REPORTS class="row">
                            <span class="row__main">{t!(i18n, reports.title)}</span>
                            <Icon name=IconName::Forward/>
                        </a>
                    </When>
                    <When on=Signal::derive(move || manages.get())>
                        <a href=routes::ASSIGN class="row">
                            <span class="row__main">{t!(i18n, assign.title)}</span>
                            <Icon name=IconName::Forward/>
                        </a>
                        <a href=routes::DUPLICATES class="row">
                            <span class="row__main">{t!(i18n, merge.list)}</span>
                            <Icon name=IconName::Forward/>
                        </a>
                    </When>
                    <a href=routes::PRINT_RECORD class="row">
                        <span class="row__main">{t!(i18n, print.blank)}</span>
                        <Icon name=IconName::Forward/>
                    </a>
                    <LedgerLinks/>
                    <UploadsLink/>
                    <ConflictsLink/>
                    <RecoveredLink/>
                    <LeftWorkLink/>
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
