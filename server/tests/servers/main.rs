//! Several server processes on one database: the programs themselves, over HTTP, under load.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that finds something else than it expects must stop"
)]

mod http;
mod load;
mod order;
mod program;
mod puller;
mod together;
mod writer;
