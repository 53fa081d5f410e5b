//! Questions of a form: one file for each kind, and the frame they share.

mod acknowledge;
mod answer_text;
mod date;
mod date_time;
mod file;
mod number;
pub mod paper;
mod photo;
mod question;
mod repeat;
mod select_multiple;
mod select_one;
mod signature;
mod text;

pub use answer_text::{AnswerGroup, answer_text};
pub use question::QuestionField;
pub use repeat::RepeatField;
