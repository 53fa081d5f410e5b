//! The forms' expressions: XPath 1.0 over a form's answers, with the functions that ODK adds.
//!
//! The server parses them when a form is published, the phone and the server evaluate the same typed tree. Everything
//! that a result depends on comes in from outside: the answers by [`Tree`], the rest by [`Surroundings`]. Both ends give
//! the same result, to the bit.
//!
//! Where XPath, ODK's own engines and Enketo's evaluator differ, the latter's behaviour is taken; `docs/xlsform.md` lists
//! what is left out.

mod arguments;
mod call;
mod compare;
mod evaluate;
mod function;
mod letters;
mod moment;
mod numbers;
mod parse;
mod place;
mod stored;
mod syntax;
mod token;
mod tree;
mod value;

pub use evaluate::{Fault, Surroundings, evaluate};
pub use function::Function;
pub use moment::Moment;
pub use parse::parse;
pub use syntax::{Axis, Expression, Operator, Start, Step, Test};
pub use token::{Mistake, Why};
pub use tree::Tree;
pub use value::Value;

pub(crate) use moment::is_clock;
pub(crate) use value::read as number_in;
