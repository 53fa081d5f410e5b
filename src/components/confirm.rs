//! A question before something is lost.

use super::dialog::shown_by;
use leptos::prelude::*;

/// Asks before `on_yes`; `open` shows it.
#[component]
pub fn Confirm(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// What is asked, naming what is lost.
    #[prop(into)]
    question: Signal<String>,
    /// The button that does it: verb and object.
    #[prop(into)]
    yes: Signal<String>,
    /// The button that does not.
    #[prop(into)]
    no: Signal<String>,
    /// Whether something is lost.
    #[prop(optional)]
    destructive: bool,
    /// Does it.
    #[prop(into)]
    on_yes: Callback<()>,
) -> impl IntoView {
    let dialog = shown_by(open);
    view! {
        <dialog node_ref=dialog class="confirm" aria-labelledby="confirm-question" on:close=move |_| open.set(false)>
            <p id="confirm-question" class="confirm__question">{question}</p>
            <div class="confirm__buttons">
                <button type="button" class="button button--plain" on:click=move |_| open.set(false)>{no}</button>
                <button
                    type="button"
                    class="button"
                    class=("button--warn", destructive)
                    class=("button--primary", !destructive)
                    on:click=move |_| {
                        open.set(false);
                        on_yes.run(());
                    }
                >
                    {yes}
                </button>
            </div>
        </dialog>
    }
}
