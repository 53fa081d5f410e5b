//! The server from outside: every test goes through the real router, or through the program itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that finds something else than it expects must stop"
)]

mod assets;
mod assignments;
mod auth;
mod backup;
mod blobs;
mod blobs_kept;
mod bucket;
mod content;
mod devices;
#[path = "../../../domain/tests/drawn/mod.rs"]
mod drawn;
mod edge;
mod envelope;
mod health;
mod hostile;
mod live;
mod moves;
mod nonsense;
mod office;
mod openapi;
mod postgres;
mod pull;
mod push;
mod recovered;
mod recovered_photos;
mod reports;
mod reports_counted;
mod restored;
mod roster;
mod start;
mod waiting;
