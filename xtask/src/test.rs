//! `cargo xtask test`: every check and test there is, quickest first, stopping at the first
//! failure.

mod engines;
mod judges;
mod purity;
mod size;
mod steps;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::client;
use crate::prepare::{chromium, postgres};
use crate::process::{self, time};
use crate::run::build_server;
use crate::workspace::Workspace;
use steps::{LeftOut, STEPS};

/// A run with as much data as there could ever be; what it does to so much shows in a few steps.
const MANY_FIRMS: &str = "--seeds 2 --steps 200 --firms 100000";

/// How often `soak` kills a browser.
const KILLS: u32 = 50;

/// Runs the steps named in `only`, or all, always in their own order.
pub fn run(workspace: &Workspace, only: &[String]) -> Result<ExitCode> {
    let chosen = STEPS
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| name == step.name));
    let start = Instant::now();
    let mut done: Vec<Done> = Vec::new();
    for step in chosen {
        println!("\n== {}: {}", step.name, step.about);
        let step_start = Instant::now();
        let result = (step.run)(workspace);
        let took = step_start.elapsed();
        let left_out = match result {
            Ok(left_out) => left_out,
            Err(error) => {
                eprintln!("\n{} failed after {}: {error:#}", step.name, time(took));
                summary(&done);
                println!("  {:<12} FAILED after {}", step.name, time(took));
                println!("\ntest result: FAILED in {}", time(start.elapsed()));
                println!("{} passed, 1 failed", done.len());
                println!("again with: cargo xtask test --only {}", step.name);
                return Ok(ExitCode::FAILURE);
            }
        };
        println!("== {} passed in {}", step.name, time(took));
        done.push(Done {
            name: step.name,
            took,
            left_out,
        });
    }
    summary(&done);
    println!("\ntest result: ok in {}", time(start.elapsed()));
    println!("{} passed, 0 failed", done.len());
    Ok(ExitCode::SUCCESS)
}

/// Runs the simulator with its own options.
pub fn simulator(workspace: &Workspace, options: &[String]) -> Result<()> {
    process::run(
        process::cargo(workspace)
            .args(["run", "--release", "--quiet", "-p", "ruyuan-sim", "--"])
            .args(options),
    )
}

/// Runs the simulator over as many seeds as take hours and over more firms than any city has, then lets many write and pull at once for so many seconds, on
/// the release build of the server, then kills a browser again and again.
pub fn soak(workspace: &Workspace, seconds: u32) -> Result<()> {
    // What is missing is said now, not after hours.
    postgres::programs()?;
    let browser = chromium::browser(workspace)?;
    for options in ["--seeds 100000", MANY_FIRMS] {
        let options: Vec<String> = options.split(' ').map(str::to_owned).collect();
        simulator(workspace, &options)?;
    }
    build_server(workspace)?;
    process::run(
        process::cargo(workspace)
            .args(["test", "-p", "ruyuan-server", "--test", "servers"])
            .args(["nobody_skips_a_row", "--", "--nocapture"])
            .env("RUYUAN_SERVER", workspace.server_binary())
            .env("RUYUAN_SOAK_SECONDS", seconds.to_string()),
    )?;
    client::ensure(workspace)?;
    process::run(
        steps::playwright(workspace)?
            .arg("kill.spec.ts")
            .env("CHROMIUM_PATH", browser)
            .env("KILLS", KILLS.to_string()),
    )
}

/// Whether there is a step of this name.
pub fn is_step(name: &str) -> bool {
    STEPS.iter().any(|step| step.name == name)
}

/// The names of all steps, in order.
#[cfg(test)]
pub fn step_names() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|step| step.name)
}

/// A step that has passed.
struct Done {
    name: &'static str,
    took: Duration,
    left_out: LeftOut,
}

fn summary(done: &[Done]) {
    println!();
    for step in done {
        println!("  {:<12} ok in {}", step.name, time(step.took));
        for what in &step.left_out {
            println!("  {:<12} NOT TESTED: {what}", "");
        }
    }
}
