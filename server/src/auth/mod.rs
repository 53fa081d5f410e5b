//! Who is asking, and what they may see and write today.
//!
//! A handler takes [`SignedIn`] or says [`Public`]; a test walks the table of routes and asks every one that does
//! not say so without a session.

pub mod access;
pub mod password;
pub mod session;
pub mod throttle;

pub use access::{Access, Places};
pub use session::{Administrator, Manager, Public, SignedIn};
