//! Texts in the language of the person, reactive. The texts themselves stand in `locales/`.

use leptos::prelude::*;

pub use crate::{t, t_filled, t_string};
pub use ruyuan_texts::Locale;

/// The language on screen. The library's own context follows the browser's language and overrides a choice made
/// before; ours follows the person.
#[derive(Clone, Copy, Debug)]
pub struct I18n {
    locale: RwSignal<Locale>,
}

/// Puts the language into context.
pub fn provide_i18n(locale: Locale) -> I18n {
    let i18n = I18n {
        locale: RwSignal::new(locale),
    };
    provide_context(i18n);
    i18n
}

/// The language in context.
#[track_caller]
pub fn use_i18n() -> I18n {
    expect_context()
}

impl I18n {
    /// The language, reactive.
    pub fn get_locale(self) -> Locale {
        self.locale.get()
    }

    /// Changes it.
    pub fn set_locale(self, locale: Locale) {
        self.locale.set(locale);
    }
}

/// The domain's name for a locale.
pub const fn language(locale: Locale) -> ruyuan_domain::Language {
    match locale {
        Locale::zh_CN => ruyuan_domain::Language::Chinese,
        Locale::en => ruyuan_domain::Language::English,
    }
}

/// A text that follows the language: a view's child or an attribute.
///
/// The library's own macro makes a new type at every use, each of which is compiled anew; this one makes one type.
#[macro_export]
macro_rules! t {
    ($i18n:expr, $($key:ident).+) => {
        $crate::i18n::text($i18n, |locale| ::leptos_i18n::td_string!(locale, $($key).+))
    };
}

/// What [`t!`] makes.
pub fn text(i18n: I18n, read: fn(Locale) -> &'static str) -> Signal<&'static str> {
    Signal::derive(move || read(i18n.get_locale()))
}

/// Something to be read that follows what it is made from. As with [`t!`]: one type for the view, whatever makes it.
pub fn said<T: Send + Sync + 'static>(read: impl Fn() -> T + Send + Sync + 'static) -> Signal<T> {
    Signal::derive(read)
}

/// A text in the language of now.
#[macro_export]
macro_rules! t_string {
    ($i18n:expr, $($key:ident).+) => {{
        let locale = $i18n.get_locale();
        ::leptos_i18n::td_string!(locale, $($key).+)
    }};
}

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
