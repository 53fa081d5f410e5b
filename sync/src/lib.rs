//! The sync engine of Ruyuan, pure: the local log on a device, the engine that feeds it, and the merge rule.
//!
//! Time, randomness, storage, transport and sealing come in through the traits of [`environment`], [`store`] and
//! [`transport`]. The client and the tests run the same code.

pub mod assigning;
pub mod attachment;
mod base;
mod by_id;
pub mod copies;
pub mod draft;
pub mod duplicates;
pub mod engine;
pub mod environment;
pub mod memory;
pub mod merge;
pub mod photo_mark;
pub mod photo_place;
pub mod recovered;
mod revision;
pub mod store;
pub mod transport;
pub mod view;
