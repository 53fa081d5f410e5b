//! A question before something is lost. Native `<dialog>`: focus, Escape and the screen reader are the browser's.

use leptos::{html, prelude::*};

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
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else {
            return;
        };
        if open.get() {
            // Shown already, or taken out of the page: nothing to do either way.
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
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
