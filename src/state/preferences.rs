//! What a person prefers on this device: language, text size, and whether photos are marked.

use crate::{
    i18n::{I18n, provide_i18n},
    storage::{keep, kept},
};
use leptos::{leptos_dom::helpers::document, prelude::*};
use ruyuan_domain::Language;

const LANGUAGE: &str = "ruyuan.language";
const TEXT: &str = "ruyuan.text";
const PHOTO_MARK: &str = "ruyuan.photo-mark";

/// Whether new photos are marked with time, firm and officer; not unless somebody wants it.
#[derive(Clone, Copy)]
pub struct PhotoMark(RwSignal<bool>);

impl PhotoMark {
    /// Whether they are, reactive.
    pub fn get(self) -> bool {
        self.0.get()
    }

    /// Chooses it, from the next photo on.
    pub fn set(self, marked: bool) {
        self.0.set(marked);
        keep(PHOTO_MARK, &marked);
    }
}

/// The choice in context.
#[track_caller]
pub fn use_photo_mark() -> PhotoMark {
    expect_context()
}

/// Size of all text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextSize {
    /// 16 px to the rem.
    #[default]
    Normal,
    /// 20 px.
    Large,
    /// 24 px.
    Larger,
}

/// Puts the language chosen before into context, Chinese unless another was, and applies the text size.
pub fn provide_preferences() {
    let english = kept::<String>(LANGUAGE).is_some_and(|language| language == "en");
    let language = if english {
        Language::English
    } else {
        Language::Chinese
    };
    set_language(provide_i18n(language), language);
    set_text_size(text_size());
    provide_context(PhotoMark(RwSignal::new(
        kept(PHOTO_MARK).unwrap_or_default(),
    )));
}

/// The text size chosen on this device.
pub fn text_size() -> TextSize {
    match kept::<String>(TEXT).as_deref() {
        Some("large") => TextSize::Large,
        Some("larger") => TextSize::Larger,
        _ => TextSize::Normal,
    }
}

/// Chooses the text size.
pub fn set_text_size(size: TextSize) {
    let name = match size {
        TextSize::Normal => "normal",
        TextSize::Large => "large",
        TextSize::Larger => "larger",
    };
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("data-text", name));
    }
    keep(TEXT, &name);
}

/// Chooses the language.
pub fn set_language(i18n: I18n, language: Language) {
    i18n.set_language(language);
    let tag = language.tag();
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("lang", tag));
    }
    keep(LANGUAGE, &tag);
}
