//! Whether the client's second file is there (`docs/adr/0025-two-files.md`). It is fetched as soon as the app is at
//! work, and again at every round of sync until it has come.

use super::exchange::fetch_rest;
use futures::future::LocalBoxFuture;
use leptos::{leptos_dom::helpers::location, prelude::*};
use web_sys::Event;

/// What the page listens for before it has the app stored for offline: both at once would fetch the file twice.
const SETTLED: &str = "restsettled";

/// How far the second file has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// On its way.
    Fetching,
    /// What is in it can be called at once.
    Here,
    /// It did not come.
    Missing,
}

/// Makes ready what the screens call in the second file: each way into it keeps its own word on whether it is open.
pub type Opening = fn() -> LocalBoxFuture<'static, bool>;

/// The second file.
#[derive(Clone, Copy)]
pub struct Rest {
    standing: RwSignal<Standing>,
    screens: Opening,
}

/// Puts it into context; called once, as high as the app goes.
pub fn provide_rest(screens: Opening) -> Rest {
    let rest = Rest {
        standing: RwSignal::new(Standing::Fetching),
        screens,
    };
    provide_context(rest);
    rest
}

/// The second file in context.
#[track_caller]
pub fn use_rest() -> Rest {
    expect_context()
}

impl Rest {
    /// How far it has come, reactive.
    pub fn standing(self) -> Standing {
        self.standing.get()
    }

    /// Fetches it, unless it is there, and says whether it is.
    pub async fn fetch(self) -> bool {
        if self.standing.get_untracked() == Standing::Here {
            return true;
        }
        let here = fetch_rest().await.is_ok() && (self.screens)().await;
        self.standing.set(if here {
            Standing::Here
        } else {
            Standing::Missing
        });
        if let Ok(settled) = Event::new(SETTLED) {
            drop(window().dispatch_event(&settled));
        }
        here
    }

    /// When somebody asks for it. Where it does not come although there is a network, the server has gone on to another
    /// release, and the page starts anew with that; what was typed is stored.
    pub async fn again(self) {
        self.standing.set(Standing::Fetching);
        if !self.fetch().await && window().navigator().on_line() {
            drop(location().reload());
        }
    }
}
