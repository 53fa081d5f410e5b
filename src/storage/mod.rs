//! The local log in the browser: IndexedDB, the clock, randomness and locks, and the saving of a file when all else fails.

mod environment;
mod indexeddb;
mod kept;
mod locks;
mod new_log;
mod picture;
mod rescue;

pub use environment::BrowserEnvironment;
pub use indexeddb::{IndexedDbStore, database_name};
pub use kept::{forget, keep, kept};
pub use locks::BrowserLocks;
pub use new_log::begin_new_log;
pub use picture::{PHOTO_TYPE, Picture, PictureError, address_of, piece_of, shrunk};
pub use rescue::{rescue, save_as_file, save_bytes, save_parts};
