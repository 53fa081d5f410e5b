//! Handlers: extract, ask the domain or the store, answer. Each is named like its operation in OpenAPI.

pub mod assignments;
pub mod blobs;
pub mod devices;
pub mod drafts;
pub mod events;
pub mod health;
pub mod left;
pub mod openapi;
pub mod reports;
pub mod roster;
pub mod session;
pub mod setup;
pub mod snapshots;
pub mod sync;
