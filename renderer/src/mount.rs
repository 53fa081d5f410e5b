//! Puts an app into the page.

use crate::{content::IntoView, dom::Place};
use any_spawner::Executor;
use upstream::reactive::owner::Owner;

/// An app in the page. Dropping it stops everything that follows a signal.
#[must_use = "dropping it stops the app"]
pub struct Mounted {
    owner: Owner,
}

impl Mounted {
    /// Lets it run as long as the page does.
    pub fn forget(self) {
        std::mem::forget(self.owner);
    }
}

/// Puts what `app` draws at the end of an element.
pub fn mount_to<V: IntoView>(parent: &web_sys::Element, app: impl FnOnce() -> V) -> Mounted {
    // An error says that it runs already.
    let _ = Executor::init_wasm_bindgen();
    let owner = Owner::new();
    owner.with(|| app().into_any().place(&Place::at_end_of(parent)));
    Mounted { owner }
}
