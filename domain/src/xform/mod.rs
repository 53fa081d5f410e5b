//! Visit forms as XLSForm has them: their definition, what is wrong with one, and one that is being filled.

mod check;
mod columns;
mod compile;
mod filling;
mod flaw;
mod form;
mod outline;
mod plan;
mod reads;

pub use compile::{compile, compile_text};
pub use filling::{
    Answers, At, Change, Clock, EntityWrite, Filling, Inputs, Instance, NotOpened, Offer, Place,
    Problem, Refused, Role,
};
pub use flaw::{Column, Flaw, FormFault};
pub use form::{
    Choice, ENGINE, Entity, Form, List, Node, NodeId, NodeKind, Piece, Records, SaveTo, Wording,
};
