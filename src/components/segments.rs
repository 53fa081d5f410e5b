//! A choice of two or three views of one thing.

use crate::i18n::Words;
use leptos::prelude::*;

/// The views side by side; the one that is shown is marked.
#[component]
pub fn Segments<T: Copy + PartialEq + Send + Sync + 'static>(
    /// What is chosen between, for who does not see it.
    label: Words,
    /// The one that is shown.
    chosen: RwSignal<T>,
    /// Each, and what it is called.
    choices: Vec<(T, Words)>,
) -> impl IntoView {
    let segment = move |(of, label): (T, Words)| {
        view! {
            <button
                type="button"
                class="segment"
                aria-pressed=move || if chosen.get() == of { "true" } else { "false" }
                on:click=move |_| chosen.set(of)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label=label>
            {choices.into_iter().map(segment).collect_view()}
        </div>
    }
}
