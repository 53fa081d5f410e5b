//! The simulator: phones with the real engine, tabs and all, and the real server logic on a store in memory, driven
//! one await at a time by a seed.
//!
//! A run draws faults (lost, late, repeated messages; crashes at any await; two tabs; clocks that jump; people who
//! lose and gain parks; firms that move; copied phones; lost phones; full disks; rows lost on a phone; a server set back to a
//! backup), then lets everything come to rest and asks whether anything that a person typed is missing
//! ([`check`]). The same seed gives the same run.

pub mod broken;
pub mod check;
pub mod interleave;
mod ledger;
mod line;
mod people;
mod phone;
mod photos;
mod server;
mod steps;
mod stored;
mod world;

pub use broken::Broken;
pub use world::{Options, Summary, run};
