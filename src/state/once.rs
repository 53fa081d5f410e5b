//! Work that a tap starts, one at a time: a second tap while it is under way is a double tap, not a second wish.

use leptos::{prelude::*, task::spawn_local};
use std::future::Future;

/// Whether the work is under way.
#[derive(Clone, Copy, Debug)]
pub struct Once(RwSignal<bool>);

impl Once {
    /// Nothing is under way yet.
    pub fn new() -> Self {
        Self(RwSignal::new(false))
    }

    /// Whether the work is under way, reactive: for the button that starts it.
    pub fn is_running(self) -> bool {
        self.0.get()
    }

    /// Starts the work, unless it is under way. What it needs is read as it starts, by `work` itself.
    pub fn run<F: Future<Output = ()> + 'static>(self, work: impl FnOnce() -> F) {
        if self.0.get_untracked() {
            return;
        }
        self.0.set(true);
        let work = work();
        spawn_local(async move {
            work.await;
            // The screen it was started from may be gone.
            let _ = self.0.try_set(false);
        });
    }
}
