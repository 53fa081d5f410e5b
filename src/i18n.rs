//! Texts in both languages, checked against each other when the client is built.
// The build-script way that replaces this macro brings the whole of ICU's data builder into every build.
#![allow(missing_docs, deprecated, clippy::pedantic)]

leptos_i18n::load_locales!();

pub use i18n::*;
pub use leptos_i18n::{t, t_string, td_string};

/// The domain's name for a locale.
pub const fn language(locale: Locale) -> ruyuan_domain::Language {
    match locale {
        Locale::zh_CN => ruyuan_domain::Language::Chinese,
        Locale::en => ruyuan_domain::Language::English,
    }
}
