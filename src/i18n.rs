//! Texts in both languages, checked against each other when the client is built.
// The build-script way that replaces this macro brings the whole of ICU's data builder into every build.
#![allow(missing_docs, deprecated, clippy::pedantic)]

leptos_i18n::load_locales!();

pub use crate::t_filled;
pub use i18n::*;
pub use leptos_i18n::{t, t_string};

/// A text with its gaps (`{name}`) filled. The library's own gaps need its build script, see above; a test holds
/// the gaps of both languages against each other.
#[macro_export]
macro_rules! t_filled {
    ($i18n:expr, $($key:ident).+, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::fill($crate::i18n::t_string!($i18n, $($key).+), &[$((stringify!($name), ($value).to_string())),+])
    };
}

/// Fills the gaps of a text.
pub fn fill(text: &str, gaps: &[(&str, String)]) -> String {
    gaps.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

/// The domain's name for a locale.
pub const fn language(locale: Locale) -> ruyuan_domain::Language {
    match locale {
        Locale::zh_CN => ruyuan_domain::Language::Chinese,
        Locale::en => ruyuan_domain::Language::English,
    }
}
