//! 今日小结, 本周小结: as text, to copy into a chat or a report.

use crate::{
    components::{copy::CopyButton, page::Page},
    i18n::*,
    routes,
    state::{
        address::use_address,
        store::use_store,
        summary::{self, Span},
    },
};
use leptos::prelude::*;

/// What a day or, with `?span=week`, a week came to.
#[component]
pub fn Summary() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let span = Memo::new(move |_| match address.query("span").as_deref() {
        Some("week") => Span::Week,
        _ => Span::Day,
    });
    let text = Memo::new(move |_| summary::text(store, i18n, span.get()));
    let choice = move |of: Span, to: String, label: Words| {
        view! {
            <a
                href=to
                class="segment"
                aria-current=move || if span.get() == of { "page" } else { "false" }
            >
                {label}
            </a>
        }
    };
    view! {
        <Page title=t!(i18n, summary.title) back=Signal::stored(routes::TODAY.to_owned())>
            <nav class="segments" aria-label=t!(i18n, summary.span)>
                {choice(Span::Day, routes::SUMMARY.to_owned(), t!(i18n, summary.today))}
                {choice(Span::Week, format!("{}?span=week", routes::SUMMARY), t!(i18n, summary.this_week))}
            </nav>
            <pre class="card summary">{said(move || text.get())}</pre>
            <CopyButton
                label=t!(i18n, summary.copy)
                text=Callback::new(move |()| text.get())
                class="button button--primary button--wide"
            />
            <p class="question__help">{t!(i18n, summary.help)}</p>
            <a href=routes::REPORTS class="button button--plain button--wide">{t!(i18n, reports.open)}</a>
        </Page>
    }
}
