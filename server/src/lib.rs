//! The server of Ruyuan: accounts, push, pull, shipped content and the static client.
//!
//! A request is followed in this order: `routes` (the table), `handlers` (extract and answer), `apply` for what a
//! device sends or `feed` for what it asks, `store` (the only place with SQL). `start` puts the parts together.

pub mod app;
pub mod apply;
pub mod assets;
pub mod auth;
pub mod backup;
pub mod blobs;
pub mod body;
pub mod clock;
pub mod config;
pub mod content;
pub mod demo;
pub mod devices;
pub mod drafts;
pub mod edge;
pub mod feed;
pub mod forms;
pub mod handlers;
pub mod leave;
pub mod left;
pub mod problem;
pub mod reports;
pub mod roster;
pub mod routes;
pub mod schemas;
pub mod secret;
pub mod snapshots;
pub mod start;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
