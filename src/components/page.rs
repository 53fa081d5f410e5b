//! The frame of every screen: a bar with the way back, the status line, the content, and the tabs.

use super::{
    icon::{Icon, IconName},
    pull::{Pull, Pulled},
    status_line::StatusLine,
};
use crate::components::when::When;
use crate::{
    i18n::*,
    routes,
    state::{address::use_address, store::use_store, update::use_update},
};
use leptos::prelude::*;

/// A screen of someone signed in.
#[component]
pub fn Page(
    /// Its title.
    #[prop(into)]
    title: Signal<String>,
    /// Where back leads; none on the tabs' own screens.
    #[prop(optional, into)]
    back: Option<Signal<String>>,
    /// What stands at the right of the bar.
    #[prop(optional)]
    action: Option<AnyView>,
    /// What sticks to the foot, in place of the tabs.
    #[prop(optional)]
    foot: Option<AnyView>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let pull = Pull::new();
    let tabs = foot.is_none();
    Effect::new(move |_| {
        let app = t_string!(i18n, app_name);
        document().set_title(&format!("{} · {app}", title.get()));
    });
    view! {
        <div class="page" class=("page--tabs", tabs)>
            <header class="top">
                <div class="bar">
                {back
                    .map(|back| {
                        view! {
                            <a href=move || back.get() class="bar__back" aria-label=t!(i18n, action.back)>
                                <Icon name=IconName::Back/>
                            </a>
                        }
                    })}
                <h1 class="bar__title">{title}</h1>
                <div class="bar__action">{action}</div>
                </div>
                <StatusLine/>
                <UpdateOffer/>
            </header>
            <main
                class="page__body"
                tabindex="0"
                on:touchstart=move |event| pull.begin(&event)
                on:touchmove=move |event| pull.go_on(&event)
                on:touchend=move |_| {
                    if pull.end() {
                        store.sync.again(store);
                    }
                }
                on:touchcancel=move |_| pull.give_up()
            >
                <Pulled pull/>
                <div class="page__column">{children()}</div>
            </main>
            {foot.map(|foot| view! { <footer class="foot">{foot}</footer> })}
            <TabBar narrow_too=tabs/>
        </div>
    }
}

/// The officer's tabs: at the foot of a phone, at the side of a desktop.
#[component]
fn TabBar(
    /// Whether a phone shows them too.
    narrow_too: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_address();
    let tab = move |address: &'static str, name: IconName, label: Signal<String>| {
        let here = move || routes::tab_of(&here.path()) == address;
        view! {
            <a href=address class="tab" aria-current=move || if here() { "page" } else { "false" }>
                <Icon name/>
                <span>{label}</span>
            </a>
        }
    };
    let label = move |text: fn(I18n) -> &'static str| Signal::derive(move || text(i18n).to_owned());
    view! {
        <nav class="tabs" class=("tabs--wide-only", !narrow_too) aria-label=t!(i18n, tab.label)>
            <div class="tabs__brand" aria-hidden="true">{t!(i18n, app_name)}</div>
            {tab(routes::TODAY, IconName::Today, label(|i18n| t_string!(i18n, tab.today)))}
            {tab(routes::VISITS, IconName::Visits, label(|i18n| t_string!(i18n, tab.visits)))}
            {tab(routes::ENTERPRISES, IconName::Enterprises, label(|i18n| t_string!(i18n, tab.enterprises)))}
            {tab(routes::ME, IconName::Me, label(|i18n| t_string!(i18n, tab.me)))}
        </nav>
    }
}

/// 新版本已准备好，草稿不受影响: never taken without being asked for.
#[component]
fn UpdateOffer() -> impl IntoView {
    let i18n = use_i18n();
    let update = use_update();
    view! {
        <When on=Signal::derive(move || update.is_ready())>
            <div class="offer" role="status">
                <p>{t!(i18n, update.ready)}</p>
                <button type="button" class="button button--plain" on:click=move |_| update.later()>
                    {t!(i18n, update.later)}
                </button>
                <button type="button" class="button button--small" on:click=move |_| update.take()>
                    {t!(i18n, update.now)}
                </button>
            </div>
        </When>
    }
}
