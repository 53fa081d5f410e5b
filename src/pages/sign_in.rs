//! Sign in with name and password. Needed once with a network; afterwards the app opens without one.

use crate::{
    components::icon::{Icon, IconName},
    i18n::*,
    routes,
    state::{
        address::use_address,
        once::Once,
        session::{end_pending_session, use_session, was_wiped},
    },
};
use leptos::prelude::*;
use ruyuan_sync::transport::TransportError;

/// The way in.
#[component]
pub fn SignIn() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let address = use_address();
    let user_name = RwSignal::new(
        session
            .view_untracked()
            .map(|view| view.user_name)
            .unwrap_or_default(),
    );
    let password = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<&'static str>);
    let signing_in = Once::new();
    Effect::new(move |_| document().set_title(t_string!(i18n, app_name)));
    let submit = move || {
        if user_name.with_untracked(|name| name.trim().is_empty())
            || password.with_untracked(String::is_empty)
        {
            failure.set(Some(t_string!(i18n, sign_in.incomplete)));
            return;
        }
        signing_in.run(|| async move {
            failure.set(None);
            // Read before the first wait: the screen may be gone after it.
            let name = user_name.get_untracked().trim().to_owned();
            let password = password.get_untracked();
            end_pending_session().await;
            let result = session.sign_in(name, password).await;
            let sentence = match result {
                Ok(()) => {
                    address.replace(routes::TODAY);
                    return;
                }
                Err(TransportError::SignedOut) => t_string!(i18n, sign_in.wrong),
                Err(TransportError::Offline) => t_string!(i18n, sign_in.offline),
                Err(TransportError::Busy) => t_string!(i18n, sign_in.busy),
                Err(TransportError::Refused(problem))
                    if problem.kind.ends_with("account-ended") =>
                {
                    t_string!(i18n, sign_in.ended)
                }
                Err(_) => t_string!(i18n, sign_in.failed),
            };
            let _ = failure.try_set(Some(sentence));
        });
    };
    view! {
        <main class="door">
            <h1 class="door__title">{t!(i18n, app_name)}</h1>
            <p class="door__line">{t!(i18n, app_line)}</p>
            {was_wiped()
                .then(|| {
                    view! {
                        <p class="notice notice--amber" role="status">
                            <Icon name=IconName::Info/>
                            <span>{t!(i18n, device.wiped_here)}</span>
                        </p>
                    }
                })}
            <form
                class="card card--form"
                novalidate=true
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                <div class="question">
                    <label class="question__label" for="user-name">{t!(i18n, sign_in.user_name)}</label>
                    <input
                        class="input"
                        id="user-name"
                        name="username"
                        type="text"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        prop:value=user_name.get_untracked()
                        on:input=move |event| user_name.set(event_target_value(&event))
                    />
                </div>
                <div class="question">
                    <label class="question__label" for="password">{t!(i18n, sign_in.password)}</label>
                    <input
                        class="input"
                        id="password"
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        on:input=move |event| password.set(event_target_value(&event))
                    />
                </div>
                <p class="question__error" role="alert">
                    {move || {
                        failure
                            .get()
                            .map(|sentence| view! { <Icon name=IconName::Alert/> <span>{sentence}</span> })
                    }}
                </p>
                <button type="submit" class="button button--primary button--wide" disabled=move || signing_in.is_running()>
                    {said(move || if signing_in.is_running() { t_string!(i18n, sign_in.running) } else { t_string!(i18n, sign_in.submit) })}
                </button>
            </form>
        </main>
    }
}
