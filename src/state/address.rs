//! Where the person is. Links inside the app change the address without loading a page; back and forward work as
//! everywhere.

use leptos::{leptos_dom::helpers::window_event_listener, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, MouseEvent, UrlSearchParams};

/// The address on screen.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    path: RwSignal<String>,
    query: RwSignal<String>,
}

/// Puts the address into context, and takes over the links of the page.
pub fn provide_address() -> Address {
    let (path, query) = here();
    let address = Address {
        path: RwSignal::new(path),
        query: RwSignal::new(query),
    };
    let back = window_event_listener(leptos::ev::popstate, move |_| address.follow());
    let clicked = window_event_listener(leptos::ev::click, move |event| {
        if let Some(to) = inside_link(&event) {
            event.prevent_default();
            address.go(&to);
        }
    });
    on_cleanup(move || {
        back.remove();
        clicked.remove();
    });
    provide_context(address);
    address
}

/// The address in context.
#[track_caller]
pub fn use_address() -> Address {
    expect_context()
}

impl Address {
    /// The path, reactive.
    pub fn path(self) -> String {
        self.path.get()
    }

    /// A value after the question mark, reactive.
    pub fn query(self, name: &str) -> Option<String> {
        self.query.with(|query| value_of(query, name))
    }

    /// A value after the question mark, now.
    pub fn query_untracked(self, name: &str) -> Option<String> {
        self.query.with_untracked(|query| value_of(query, name))
    }

    /// Goes to an address of this app; back leads here again.
    pub fn go(self, to: &str) {
        let (path, query) = to.split_once('?').unwrap_or((to, ""));
        if self.path.with_untracked(|here| here == path)
            && self.query.with_untracked(|here| here == query)
        {
            // A tab tapped again is no step that back should have to undo.
            return self.replace(to);
        }
        // A browser that keeps no history still shows the screen.
        let _ =
            history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(to)));
        self.arrive(to);
    }

    /// Goes to an address of this app in place of this one; back leads to the one before.
    pub fn replace(self, to: &str) {
        let _ = history()
            .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(to)));
        self.arrive(to);
    }

    fn arrive(self, to: &str) {
        let (path, query) = to.split_once('?').unwrap_or((to, ""));
        let stays = self.path.with_untracked(|here| here == path);
        self.take(path.to_owned(), query.to_owned());
        if !stays {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    fn follow(self) {
        let (path, query) = here();
        self.take(path, query);
    }

    /// The query first: a screen that starts reads the one it belongs to.
    fn take(self, path: String, query: String) {
        if self.query.with_untracked(|here| *here != query) {
            self.query.set(query);
        }
        if self.path.with_untracked(|here| *here != path) {
            self.path.set(path);
        }
    }
}

fn history() -> Result<web_sys::History, JsValue> {
    window().history()
}

fn here() -> (String, String) {
    let location = window().location();
    let query = location.search().unwrap_or_default();
    (
        location.pathname().unwrap_or_default(),
        query.trim_start_matches('?').to_owned(),
    )
}

fn value_of(query: &str, name: &str) -> Option<String> {
    UrlSearchParams::new_with_str(query).ok()?.get(name)
}

/// Where a click leads, if that is inside the app and the person did not ask for a new tab or a download.
fn inside_link(event: &MouseEvent) -> Option<String> {
    let plain = !event.default_prevented()
        && event.button() == 0
        && !(event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key());
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = target.closest("a[href]").ok()??.dyn_into().ok()?;
    let ours = link.target().is_empty()
        && !link.has_attribute("download")
        && link.origin() == window().location().origin().ok()?;
    (plain && ours).then(|| format!("{}{}", link.pathname(), link.search()))
}
