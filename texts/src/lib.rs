//! The client's texts in both languages, from `locales/`: a constant for each, checked against each other when this
//! crate is built.

use ruyuan_domain::Language;

/// One text in both languages.
#[derive(Clone, Copy, Debug)]
pub struct Text(&'static [&'static str; 2]);

impl Text {
    /// The text in this language.
    pub const fn get(self, language: Language) -> &'static str {
        let Self([chinese, english]) = self;
        match language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

/// The texts, in the groups of the files.
#[expect(non_upper_case_globals, reason = "the names stand as in the files")]
pub mod text {
    use super::Text;

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}
