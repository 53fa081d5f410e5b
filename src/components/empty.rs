//! Nothing here: why, and what to do about it.

use super::icon::{Icon, IconName};
use leptos::prelude::*;

/// An empty list or page: an icon, one sentence, and at most one button.
#[component]
pub fn Empty(
    /// Why it is empty.
    #[prop(into)]
    sentence: Signal<String>,
    /// What to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=IconName::Empty/>
            <p>{sentence}</p>
            {children.map(|children| children())}
        </div>
    }
}
