//! The first administrator, made once with the link that the server printed at its first start.

use crate::{
    components::icon::{Icon, IconName},
    i18n::*,
    routes,
    state::{address::use_address, once::Once, session::use_session},
    transport::HttpTransport,
};
use leptos::{leptos_dom::helpers::location, prelude::*};
use ruyuan_domain::wire::SetupRequest;
use ruyuan_sync::transport::TransportError;

/// The link's page. The token stands behind `#`, so that it never reaches a log.
#[component]
pub fn Setup() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let address = use_address();
    let token = location()
        .hash()
        .ok()
        .and_then(|hash| {
            hash.trim_start_matches('#')
                .strip_prefix("token=")
                .map(str::to_owned)
        })
        .unwrap_or_default();
    let token = StoredValue::new(token);
    let (user_name, display_name, password) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let failure = RwSignal::new(None::<String>);
    let making = Once::new();
    let submit = move || {
        making.run(|| async move {
            failure.set(None);
            let request = SetupRequest {
                token: token.get_value(),
                user_name: user_name.get_untracked().trim().to_owned(),
                display_name: display_name.get_untracked().trim().to_owned(),
                password: password.get_untracked(),
            };
            match HttpTransport.create_administrator(&request).await {
                Ok(view) => {
                    session.take(view);
                    address.replace(routes::TODAY);
                }
                Err(error) => {
                    let sentence = match error {
                        TransportError::Refused(problem) => problem.detail,
                        TransportError::Offline => t_string!(i18n, sign_in.offline).to_owned(),
                        _ => t_string!(i18n, sign_in.failed).to_owned(),
                    };
                    let _ = failure.try_set(Some(sentence));
                }
            }
        });
    };
    let field = move |id: &'static str,
                      kind: &'static str,
                      fill: &'static str,
                      value: RwSignal<String>,
                      label: fn(I18n) -> &'static str| {
        view! {
            <div class="question">
                <label class="question__label" for=id>{said(move || label(i18n))}</label>
                <input
                    class="input"
                    id=id
                    type=kind
                    autocomplete=fill
                    autocapitalize="none"
                    spellcheck="false"
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </div>
        }
    };
    view! {
        <main class="door">
            <h1 class="door__title">{t!(i18n, setup.title)}</h1>
            <p class="door__line">{t!(i18n, setup.line)}</p>
            <form
                class="card card--form"
                novalidate=true
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                {field("setup-user", "text", "username", user_name, |i18n| t_string!(i18n, sign_in.user_name))}
                {field("setup-name", "text", "name", display_name, |i18n| t_string!(i18n, setup.display_name))}
                {field("setup-password", "password", "new-password", password, |i18n| t_string!(i18n, sign_in.password))}
                <p class="question__error" role="alert">
                    {move || {
                        failure
                            .get()
                            .map(|sentence| view! { <Icon name=IconName::Alert/> <span>{sentence}</span> })
                    }}
                </p>
                <button type="submit" class="button button--primary button--wide" disabled=move || making.is_running()>
                    {t!(i18n, setup.submit)}
                </button>
            </form>
        </main>
    }
}
