//! Copies a text, and says that it did.

use super::icon::{Icon, IconName};
use crate::i18n::*;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// How a copy went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copied {
    NotYet,
    Done,
    Refused,
}

/// A button that copies what `text` says at that moment. Some browsers inside other apps refuse: then it says so, and
/// the text stands beneath it, to be marked by hand.
#[component]
pub fn CopyButton(
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// What is copied.
    text: Callback<(), String>,
    /// How it looks.
    #[prop(default = "button button--plain button--small")]
    class: &'static str,
) -> impl IntoView {
    let i18n = use_i18n();
    let copied = RwSignal::new(Copied::NotYet);
    // What was copied is not what is shown any more.
    let shown = Memo::new(move |_| text.run(()));
    Effect::new(move |_| {
        shown.with(|_| ());
        copied.set(Copied::NotYet);
    });
    let copy = move |_| {
        // On a page that did not come over a safe line, and within some apps, there is none.
        let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
        if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
            copied.set(Copied::Refused);
            return;
        }
        let written = window().navigator().clipboard().write_text(&text.run(()));
        leptos::task::spawn_local(async move {
            let outcome = match JsFuture::from(written).await {
                Ok(_) => Copied::Done,
                Err(_) => Copied::Refused,
            };
            let _ = copied.try_set(outcome);
        });
    };
    view! {
        <button type="button" class=class on:click=copy>
            <Icon name=IconName::Copy/>
            <span role="status">
                {said(move || match copied.get() {
                    Copied::Done => t_string!(i18n, copy.done).to_owned(),
                    _ => label.get(),
                })}
            </span>
        </button>
        {move || {
            (copied.get() == Copied::Refused)
                .then(|| {
                    view! {
                        <p class="notice" role="alert">{t!(i18n, copy.refused)}</p>
                        <pre class="copied">{text.run(())}</pre>
                    }
                })
        }}
    }
}
