//! Visit forms: their definition, what of them is asked, and which answers are right.

mod answers;
mod condition;
mod definition;
mod flaws;

pub use answers::{
    attachment_ids, check_group, check_instance, check_question, check_visit, relevant,
};
pub use condition::Condition;
pub use definition::{
    Choice, FormDefinition, Group, Localised, Question, QuestionKind, Repeat, TextFormat, Unit,
};
pub use flaws::{Flaw, flaws};
