//! `cargo xtask bench`: this project measured beside its peers, and its server under load.
//!
//! It prepares and builds; the measuring is `bench/run.mjs`, which drives a browser.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::client;
use crate::command_line::BenchOptions;
use crate::prepare::{self, chromium, node, rust, small_std};
use crate::process;
use crate::run;
use crate::workspace::Workspace;

/// The folder of the benchmark.
const FOLDER: &str = "bench";
/// The crate through which a page calls the engine.
const OURS: &str = "ruyuan-bench-ours";
/// The load generator.
const LOAD: &str = "ruyuan-bench-load";

/// Builds what is measured and measures it; fails if a run lost something.
pub fn run(workspace: &Workspace, options: &BenchOptions) -> Result<ExitCode> {
    node::packages(workspace)?;
    node::packages_of(workspace, FOLDER)?;
    let chromium = chromium::browser(workspace)?;
    run::build_server(workspace)?;
    build_ours(workspace)?;
    let mut driver = Command::new("node");
    driver
        .current_dir(workspace.path(FOLDER))
        .arg("run.mjs")
        .args(["--runs", &options.runs.to_string()])
        .args(["--records", &options.records.to_string()])
        .env("CHROMIUM_PATH", chromium)
        .env("SERVER_BIN", workspace.server_binary());
    if options.all_peers {
        driver.arg("--all-peers");
    }
    if options.app {
        client::ensure(workspace)?;
        driver.arg("--app").env("DIST", workspace.dist());
    }
    if options.server_load {
        process::run(process::cargo(workspace).args(["build", "--release", "-p", LOAD]))
            .context("the load generator was not built")?;
        driver
            .arg("--server-load")
            .env("LOAD_BIN", workspace.target().join("release").join(LOAD));
    }
    for peer in &options.only {
        driver.args(["--only", peer]);
    }
    process::run(&mut driver).context("the benchmark did not get through")?;
    Ok(ExitCode::SUCCESS)
}

/// Builds the engine for the page as the client's release is built: what is measured is what ships.
fn build_ours(workspace: &Workspace) -> Result<()> {
    rust::wasm_target()?;
    let wasm_bindgen = prepare::wasm_bindgen(workspace)?.join("wasm-bindgen");
    let mut build = process::cargo(workspace);
    build
        .args(["build", "--profile", "client", "--target", rust::WASM])
        .args(["-p", OURS]);
    if small_std::is_tried(&rust::compiler_version()?) {
        small_std::prepare(workspace)?;
        build.envs(small_std::ENVIRONMENT);
    }
    process::run(&mut build).context("the benchmark's module was not built")?;
    let built = workspace.target().join(rust::WASM).join("client");
    process::run(
        Command::new(wasm_bindgen)
            .args(["--target", "web", "--no-typescript", "--out-name", "ours"])
            .arg("--out-dir")
            .arg(workspace.path(FOLDER).join("build/ours-glue"))
            .arg(built.join("ruyuan_bench_ours.wasm")),
    )
}
