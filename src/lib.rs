//! The client of Ruyuan: an app that runs from a phone with no network and syncs when there is one.
//!
//! `pages` are screens, `components` their shared pieces, `state` the reactive views of what this device holds,
//! `storage` the local log, `transport` the server. Dependencies point that way only.
// A component's parameters become a struct of their own, whose fields the macro documents.
#![allow(missing_docs)]

mod app;
mod components;
mod i18n;
mod pages;
pub mod routes;
mod screens;
mod state;
pub mod storage;
pub mod transport;

use leptos::prelude::*;

/// Puts the app in place of the static shell.
pub fn mount() {
    let Some(root) = document().get_element_by_id("app") else {
        return;
    };
    root.set_inner_html("");
    leptos::mount::mount_to(&root, app::App).forget();
}
