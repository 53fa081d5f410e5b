//! A part of a view that comes and goes.

use leptos::prelude::*;

/// Shows its children while `on` holds, else what `otherwise` draws.
///
/// It does what the library's `Show` does, for one type of condition and of children: a condition of its own type at
/// every use is compiled anew each time, which made a tenth of the download.
#[component]
pub fn When(
    /// Whether the children are shown.
    on: Signal<bool>,
    /// What is shown instead.
    #[prop(optional, into)]
    otherwise: ViewFn,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView {
    let on = Memo::new(move |_| on.get());
    move || {
        if on.get() {
            children()
        } else {
            otherwise.run()
        }
    }
}
