//! 报表: the ledgers and the summary that leaders ask for, made by the server and kept as files.

use super::roster::sentence;
use crate::{
    components::{
        copy::CopyButton,
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{choices, once::Once, session::use_session, store::use_store, sync::Trouble},
    storage::save_bytes,
    transport::HttpTransport,
};
use leptos::{leptos_dom::helpers::window_event_listener, prelude::*};
use ruyuan_domain::Stamp;
use ruyuan_sync::transport::TransportError;

/// China is eight hours ahead: a report counts its days.
const CHINA_MINUTES: i32 = 8 * 60;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Browsers inside other apps that do not keep files, by what they call themselves.
const WITHOUT_FILES: [&str; 4] = ["MicroMessenger", "wxwork", "DingTalk", "TaurusApp"];

/// For which days.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Range {
    ThisWeek,
    LastWeek,
    ThisMonth,
    Own,
}

/// The first and the last day of a range, as ISO dates.
fn days(range: Range, now: Stamp) -> (String, String) {
    let now = now.at_offset(CHINA_MINUTES);
    let back =
        |days: i64| Stamp::from_unix_ms(now.unix_ms() - days * DAY_MS, CHINA_MINUTES).iso_date();
    let monday = now.weekday();
    match range {
        Range::LastWeek => (back(monday + 7), back(monday + 1)),
        Range::ThisMonth => (back(i64::from(now.date().2) - 1), back(0)),
        Range::ThisWeek | Range::Own => (back(monday), back(0)),
    }
}

/// The page.
#[component]
pub fn Reports() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let agent = window().navigator().user_agent().unwrap_or_default();
    let shut_in = WITHOUT_FILES.iter().any(|name| agent.contains(name));
    let range = RwSignal::new(Range::ThisWeek);
    let (first, last) = days(Range::ThisWeek, store.now());
    let (from, to) = (RwSignal::new(first), RwSignal::new(last));
    let scope = RwSignal::new(String::new());
    let scopes = use_session()
        .view_untracked()
        .map(|view| view.scopes)
        .unwrap_or_default();
    let scopes: Vec<_> = scopes
        .into_iter()
        .filter(|scope| scope.park_code().or(scope.county_code()).is_some())
        .collect();
    let several = scopes.len() > 1;
    let progress = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<String>);
    let busy = Once::new();
    // Whether there is a network is asked now, and when the phone says that it has gone.
    store.sync.now();
    let gone = window_event_listener(leptos::ev::offline, move |_| store.sync.now());
    on_cleanup(move || gone.remove());
    let offline = Memo::new(move |_| {
        store
            .sync
            .status
            .with(|status| status.trouble == Some(Trouble::Offline))
    });
    let choice = move |of: Range, label: Words| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="range"
                    prop:checked=move || range.get() == of
                    on:change=move |_| {
                        range.set(of);
                        if of != Range::Own {
                            let (first, last) = days(of, store.now());
                            from.set(first);
                            to.set(last);
                        }
                    }
                />
                <span>{label}</span>
            </label>
        }
    };
    let date = move |id: &'static str, label: Words, day: RwSignal<String>| {
        view! {
            <div class="question">
                <label class="question__label" for=id>{label}</label>
                <input
                    class="input"
                    type="date"
                    id=id
                    max="9999-12-31"
                    prop:value=move || day.get()
                    on:input=move |event| day.set(event_target_value(&event))
                />
            </div>
        }
    };
    let download = move |file: &'static str, label: Words, name: fn(I18n) -> &'static str| {
        let get = move |_| {
            busy.run(|| async move {
                failure.set(None);
                progress.set(t_string!(i18n, reports.running).to_owned());
                let (first, last) = (from.get_untracked(), to.get_untracked());
                let path = format!(
                    "{file}?from={first}&to={last}&scope={}",
                    scope.get_untracked()
                );
                let span = format!("{first}_{last}").replace('-', "").replace('_', "-");
                let ending = file.rsplit('.').next().unwrap_or_default();
                let name = format!("{}_{span}.{ending}", name(i18n));
                let done = match HttpTransport.report(&path).await {
                    Ok(bytes) => {
                        drop(save_bytes(&name, &bytes));
                        t_filled!(i18n, reports.saved, name = name)
                    }
                    Err(error) => {
                        let why = match error {
                            TransportError::Offline | TransportError::Busy => {
                                t_string!(i18n, reports.unreached).to_owned()
                            }
                            error => sentence(i18n, &error),
                        };
                        drop(failure.try_set(Some(why)));
                        String::new()
                    }
                };
                let _ = progress.try_set(done);
            });
        };
        view! {
            <button
                type="button"
                class="row row--button"
                disabled=move || busy.is_running() || offline.get()
                on:click=get
            >
                <Icon name=IconName::Document/>
                <span class="row__main">{label}</span>
            </button>
        }
    };
    let here = move || window().location().href().unwrap_or_default();
    view! {
        <Page title=t!(i18n, reports.title) back=Signal::stored(routes::ME.to_owned())>
            <p class="question__help">{t!(i18n, reports.help)}</p>
            {shut_in
                .then(|| {
                    view! {
                        <div class="notice notice--amber" role="status">
                            <Icon name=IconName::Info/>
                            <div>
                                <p>{t!(i18n, reports.in_app)}</p>
                                <pre class="copied">{here()}</pre>
                                <CopyButton label=t!(i18n, reports.copy) text=Callback::new(move |()| here())/>
                            </div>
                        </div>
                    }
                })}
            <When on=Signal::derive(move || offline.get())>
                <div class="notice" role="status">
                    <Icon name=IconName::Offline/>
                    <div>
                        <p>{t!(i18n, reports.offline)}</p>
                        <a href=format!("{}?span=week", routes::SUMMARY) class="button button--plain button--small">
                            {t!(i18n, reports.open_summary)}
                        </a>
                    </div>
                </div>
            </When>
            {(!shut_in)
                .then(|| {
                    view! {
                        <fieldset class="group">
                            <legend class="group__title">{t!(i18n, reports.range)}</legend>
                            <div class="card card--choices">
                                {choice(Range::ThisWeek, t!(i18n, reports.this_week))}
                                {choice(Range::LastWeek, t!(i18n, reports.last_week))}
                                {choice(Range::ThisMonth, t!(i18n, reports.this_month))}
                                {choice(Range::Own, t!(i18n, reports.own))}
                            </div>
                        </fieldset>
                        <When on=Signal::derive(move || range.get() == Range::Own)>
                            <div class="card card--form">
                                {date("report-from", t!(i18n, reports.from), from)}
                                {date("report-to", t!(i18n, reports.to), to)}
                            </div>
                        </When>
                        {several
                            .then(|| {
                                view! {
                                    <div class="card card--form">
                                        <div class="question">
                                            <label class="question__label" for="report-scope">{t!(i18n, reports.scope)}</label>
                                            <select
                                                id="report-scope"
                                                class="input input--select"
                                                on:change=move |event| scope.set(event_target_value(&event))
                                            >
                                                <option value="">{t!(i18n, reports.all)}</option>
                                                {scopes
                                                    .into_iter()
                                                    .map(|scope| {
                                                        let value = scope.to_string();
                                                        view! { <option value=value>{said(move || choices::park_name(store, &scope))}</option> }
                                                    })
                                                    .collect_view()}
                                            </select>
                                        </div>
                                    </div>
                                }
                            })}
                        <div class="card">
                            {download("visits.xlsx", t!(i18n, reports.get_visits), |i18n| t_string!(i18n, reports.visits))}
                            {download("needs.xlsx", t!(i18n, reports.get_needs), |i18n| t_string!(i18n, reports.needs))}
                            {download("issues.xlsx", t!(i18n, reports.get_issues), |i18n| t_string!(i18n, reports.issues))}
                            {download("summary.docx", t!(i18n, reports.get_summary), |i18n| t_string!(i18n, reports.summary))}
                        </div>
                        <p class="question__help" role="status">{move || progress.get()}</p>
                        <p class="question__error" role="alert">{move || failure.get()}</p>
                    }
                })}
        </Page>
    }
}
