//! The client's texts in both languages, from `locales/`, checked against each other when this crate is built.
//!
//! A crate of its own, because the library behind it brings components drawn by Leptos's own renderer.
// The build-script way that replaces this macro brings the whole of ICU's data builder into every build.
#![allow(missing_docs, deprecated, clippy::pedantic)]

leptos_i18n::load_locales!();

pub use i18n::Locale;
