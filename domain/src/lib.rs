//! The domain of Ruyuan, pure: what is recorded, how it is written on the wire, and which values are right.
//!
//! Both ends run this code, so a value that the phone accepts is a value that the server accepts.
//! Nothing here reads a clock, draws a random number or does I/O: instants and random bytes come in as arguments.

pub mod alias;
pub mod assignment;
pub mod blob;
pub mod catalogue;
pub mod chunk;
pub mod consts;
pub mod device;
pub mod digest;
pub mod expression;
pub mod forms;
mod gather;
pub mod identifiers;
pub mod ids;
pub mod json;
pub mod ledger;
pub mod left;
mod map;
pub mod mutation;
pub mod names;
pub mod order;
pub mod pledge;
pub mod problem;
pub mod record;
mod record_reading;
pub mod roster;
pub mod stamp;
pub mod validate;
pub mod wire;
pub mod xform;

pub use digest::Digest;
pub use gather::Gather;
pub use ids::{DeviceId, Epoch, GroupId, Mid, MutationId, RecordId, ScopeId, Seq, UserId};
pub use map::Map;
pub use mutation::{FieldChange, Mutation, Operation};
pub use problem::{FieldError, FieldProblem, Language};
pub use record::{FieldValue, Fields, Record, RecordKind, Unread};
pub use stamp::Stamp;
