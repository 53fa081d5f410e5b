//! How a record stands with the server, in a list.

use super::icon::{Icon, IconName};
use crate::i18n::*;
use leptos::prelude::*;
use ruyuan_sync::engine::SyncMark;

/// Nothing for what was sent, a chip for a draft, a cloud for what waits, red for what needs someone.
#[component]
pub fn Mark(
    /// How it stands.
    mark: SyncMark,
    /// Whether it is half-filled.
    #[prop(optional)]
    draft: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    if draft {
        return view! { <span class="mark mark--draft">{t!(i18n, mark.draft)}</span> }.into_any();
    }
    match mark {
        SyncMark::Sent => ().into_any(),
        SyncMark::Waiting => view! {
            <span class="mark mark--waiting"><Icon name=IconName::CloudUp/>{t!(i18n, mark.waiting)}</span>
        }
        .into_any(),
        SyncMark::NeedsAttention => view! {
            <span class="mark mark--attention"><Icon name=IconName::Alert/>{t!(i18n, mark.attention)}</span>
        }
        .into_any(),
    }
}
