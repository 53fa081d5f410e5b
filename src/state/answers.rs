//! What the fields of a form talk to: a draft, one instance of its repeated group, or a firm's record being edited.

use super::drafts::{AnswerPlace, DraftEditor};
use ruyuan_domain::{FieldProblem, FieldValue, forms::Question};
use std::rc::Rc;

/// Answers by question name.
pub trait Answers {
    /// An answer, reactive.
    fn answer(&self, name: &str) -> Option<FieldValue>;

    /// An answer, now: what a field starts with.
    fn answer_now(&self, name: &str) -> Option<FieldValue>;

    /// Takes an answer, or takes it away.
    fn set_answer(&self, name: &str, value: Option<FieldValue>);

    /// The person left a field: from now on what is wrong with it is shown.
    fn leave(&self, name: &str);

    /// What is wrong with an answer and is to be shown, reactive.
    fn problem(&self, name: &str) -> Option<FieldProblem>;

    /// Id of a question's field: stable, so that a summary can jump to it.
    fn field_id(&self, name: &str) -> String;

    /// Whether a question is asked, given the other answers, reactive.
    fn is_asked(&self, _question: &Question) -> bool {
        true
    }

    /// Whether an answer came from the firm's record and was not touched, reactive.
    fn is_prefilled(&self, _name: &str) -> bool {
        false
    }

    /// The half-filled form that keeps photos, and where in it these answers stand; none of what is no form.
    fn drafted(&self) -> Option<(DraftEditor, AnswerPlace)> {
        None
    }

    /// Answers that are known and may be offered beside the field; others can be typed.
    fn suggestions(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }
}

/// As the fields of one form share them.
pub type SharedAnswers = Rc<dyn Answers>;
