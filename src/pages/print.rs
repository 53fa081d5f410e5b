//! The frame of what is printed: the sheets as they will be, and the browser's own print. Works without a network.

use crate::{
    components::{
        form::paper::{Paper, paper_tables},
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::address::use_address,
};
use leptos::prelude::*;

/// What browsers inside other apps say of themselves: they show pages and print none.
const INSIDE_APPS: [&str; 6] = [
    "MicroMessenger",
    "DingTalk",
    "AliApp",
    "TaurusApp",
    "wxwork",
    "; wv)",
];

/// A screen whose sheets are printed, and nothing else of it.
#[component]
pub fn PrintPage(
    /// Its title, which is the file's name where a browser prints into a file.
    #[prop(into)]
    title: Signal<String>,
    /// Where back leads.
    #[prop(into)]
    back: Signal<String>,
    /// The sheets.
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let agent = window().navigator().user_agent().unwrap_or_default();
    let elsewhere = RwSignal::new(INSIDE_APPS.iter().any(|name| agent.contains(name)));
    let foot = view! {
        <When
            on=Signal::derive(move || !elsewhere.get())
            otherwise=move || {
                view! {
                    <p class="notice" role="status">
                        <Icon name=IconName::Info/>
                        <span>{t!(i18n, print.elsewhere)}</span>
                    </p>
                }
            }
        >
            <button
                type="button"
                class="button button--primary button--wide"
                // One that has no print says so by failing.
                on:click=move |_| elsewhere.set(window().print().is_err())
            >
                {t!(i18n, print.print)}
            </button>
        </When>
    }
    .into_any();
    view! {
        <Page title back foot>{children()}</Page>
    }
}

/// The two blank forms, each an address of its own.
#[component]
pub fn BlankKinds() -> impl IntoView {
    let i18n = use_i18n();
    let address = use_address();
    let kind = move |to: &'static str, label: Words| {
        view! {
            <a
                href=to
                class="segment"
                aria-current=move || if address.path() == to { "page" } else { "false" }
            >
                {label}
            </a>
        }
    };
    view! {
        <nav class="segments" aria-label=t!(i18n, print.kinds)>
            {kind(routes::PRINT_RECORD, t!(i18n, print.record))}
            {kind(routes::PRINT_AUTHORISATION, t!(i18n, print.authorisation))}
        </nav>
    }
}

/// One form on paper. What stands over its tables and in its boxes is its own.
pub fn sheet(
    i18n: I18n,
    title: String,
    lead: String,
    facts: AnyView,
    paper: &Paper,
    class: &'static str,
    boxes: Vec<AnyView>,
) -> AnyView {
    view! {
        <article class=class>
            <h2 class="paper__title">{title}</h2>
            <p class="paper__lead">{lead}</p>
            {facts}
            {paper_tables(i18n, paper)}
            <div class="paper__boxes">{boxes}</div>
        </article>
    }
    .into_any()
}

/// A box to sign in: whose it is, what is signed already, and lines with what is known.
pub fn sign_box(title: String, signed: Option<AnyView>, lines: Vec<(String, String)>) -> AnyView {
    let lines: Vec<_> = lines
        .into_iter()
        .map(|(label, value)| {
            view! {
                <p class="paper__write">
                    <span>{label}</span>
                    <span>{value}</span>
                </p>
            }
        })
        .collect();
    view! {
        <div class="paper__box">
            <p class="paper__owner">{title}</p>
            <div class="paper__ink">{signed}</div>
            {lines}
        </div>
    }
    .into_any()
}

/// A box for a seal on paper. It stays empty: no picture of a seal is ever made.
pub fn seal_box(i18n: I18n) -> AnyView {
    sign_box(t_string!(i18n, print.seal).to_owned(), None, Vec::new())
}

/// The lines under a signature, with what is known of them.
pub fn lines(
    i18n: I18n,
    name: &str,
    position: Option<&str>,
    date: String,
) -> Vec<(String, String)> {
    let mut lines = vec![(t_string!(i18n, print.name).to_owned(), name.to_owned())];
    let position = position.map(|position| {
        (
            t_string!(i18n, print.position).to_owned(),
            position.to_owned(),
        )
    });
    lines.extend(position);
    lines.push((t_string!(i18n, print.date).to_owned(), date));
    lines
}
