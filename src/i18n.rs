//! Texts in the language of the person, reactive. The texts themselves stand in `locales/`.

use leptos::prelude::*;
use ruyuan_domain::Language;
use ruyuan_texts::Text;

pub use crate::{t, t_filled, t_string};

/// The language on screen.
#[derive(Clone, Copy, Debug)]
pub struct I18n {
    language: RwSignal<Language>,
}

/// Puts the language into context.
pub fn provide_i18n(language: Language) -> I18n {
    let i18n = I18n {
        language: RwSignal::new(language),
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
    pub fn language(self) -> Language {
        self.language.get()
    }

    /// Changes it.
    pub fn set_language(self, language: Language) {
        self.language.set(language);
    }
}

/// A text that follows the language, wherever one can stand: a child, an attribute, a component's title.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    i18n: I18n,
    text: Text,
}

impl Words {
    /// What [`t!`] makes.
    pub const fn new(i18n: I18n, text: Text) -> Self {
        Self { i18n, text }
    }

    /// The text in the language of now, reactive.
    pub fn get(self) -> &'static str {
        self.text.get(self.i18n.language())
    }
}

impl IntoView for Words {
    fn into_any(self) -> AnyView {
        (move || self.get()).into_any()
    }
}

impl IntoAttributeValue for Words {
    fn fill(self, node: &web_sys::Element, kind: leptos::Kind, name: &'static str) {
        (move || self.get()).fill(node, kind, name);
    }
}

impl From<Words> for Signal<String> {
    fn from(words: Words) -> Self {
        Self::derive(move || words.get().to_owned())
    }
}

/// A text that follows the language.
#[macro_export]
macro_rules! t {
    ($i18n:expr, $($key:ident).+) => {
        $crate::i18n::Words::new($i18n, ::ruyuan_texts::text::$($key)::+)
    };
}

/// Something to be read that follows what it is made from: one type for the view, whatever makes it.
pub fn said<T: 'static>(read: impl Fn() -> T + 'static) -> Signal<T> {
    Signal::derive(read)
}

/// A text in the language of now.
#[macro_export]
macro_rules! t_string {
    ($i18n:expr, $($key:ident).+) => {
        $crate::t!($i18n, $($key).+).get()
    };
}

/// A text with its gaps (`{name}`) filled.
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
