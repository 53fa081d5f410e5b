//! Prepares what the build needs and the machine lacks. Every step does nothing when its thing
//! is there, says what it does and how long it may take, and names the one command that mends a
//! failure. Tools come from the package registries only: crates.io, npm and Debian's.

pub mod cargo_tool;
pub mod chromium;
mod debian;
pub mod engines;
pub mod node;
pub mod office;
pub mod postgres;
pub mod rust;
pub mod small_std;

use std::path::PathBuf;

use anyhow::Result;

use self::cargo_tool::{Tool, VERSION};
use crate::process;
use crate::workspace::Workspace;

/// The Trunk that the build is written for; 0.22 needs a newer compiler.
pub const TRUNK_VERSION: &str = "0.21.14";

/// The program that cuts the client into two files. It and `wasm_split_helpers` in Cargo.toml belong together.
pub const WASM_SPLIT_VERSION: &str = "0.2.4";

/// The cargo-fuzz that the targets of `fuzz/` are written for.
pub const CARGO_FUZZ_VERSION: &str = "0.13.2";

/// What a build of the client calls.
pub struct ClientTools {
    /// The Trunk to run.
    pub trunk: PathBuf,
    /// Goes first on PATH: Trunk takes the `wasm-bindgen` it finds there if the version fits.
    pub wasm_bindgen_folder: PathBuf,
    /// Goes on PATH too, for xtask/client/split.mjs.
    pub wasm_split_folder: PathBuf,
}

/// Everything, for `cargo xtask setup`.
pub fn everything(workspace: &Workspace) -> Result<()> {
    rust::components(workspace)?;
    client_tools(workspace)?;
    let chromium = chromium::browser(workspace)?;
    let driver = chromium::driver()?;
    let postgres = postgres::programs()?;
    println!("Everything is prepared.");
    println!("  browser of the tests: {}", chromium.display());
    println!("  and its driver:       {}", driver.display());
    println!("  PostgreSQL:           {}", postgres.display());
    Ok(())
}

/// What a build of the client needs, quick things first.
pub fn client_tools(workspace: &Workspace) -> Result<ClientTools> {
    rust::wasm_target()?;
    node::packages(workspace)?;
    rust::crates(workspace)?;
    let wasm_bindgen_folder = wasm_bindgen(workspace)?;
    let mut wasm_split_folder = Tool {
        package: "wasm_split_cli_support",
        binary: "wasm-split-cli",
        version: WASM_SPLIT_VERSION,
        feature: Some("build-binary"),
        asked: "--help",
        takes: "about 1 minute on two cores",
    }
    .ensure(workspace)?;
    wasm_split_folder.pop();
    let trunk = Tool {
        package: "trunk",
        binary: "trunk",
        version: TRUNK_VERSION,
        feature: None,
        asked: VERSION,
        takes: "about 6 minutes on two cores",
    }
    .ensure(workspace)?;
    Ok(ClientTools {
        trunk,
        wasm_bindgen_folder,
        wasm_split_folder,
    })
}

/// The cargo-fuzz that runs the targets of `fuzz/`.
pub fn cargo_fuzz(workspace: &Workspace) -> Result<PathBuf> {
    // libFuzzer comes as C++ and is compiled with the targets.
    if process::find("c++").is_none() && process::find("clang++").is_none() {
        let what = "fuzzing needs a C++ compiler";
        return Err(process::mend(what, "apt-get install g++"));
    }
    Tool {
        package: "cargo-fuzz",
        binary: "cargo-fuzz",
        version: CARGO_FUZZ_VERSION,
        feature: None,
        asked: VERSION,
        takes: "about 1 minute on two cores",
    }
    .ensure(workspace)
}

/// The folder of `wasm-bindgen` and `wasm-bindgen-test-runner`, of exactly the version in
/// Cargo.lock: the two halves of the glue refuse any other.
pub fn wasm_bindgen(workspace: &Workspace) -> Result<PathBuf> {
    let version = rust::locked_version(workspace, "wasm-bindgen")?;
    let tool = Tool {
        package: "wasm-bindgen-cli",
        binary: "wasm-bindgen",
        version: &version,
        feature: None,
        asked: VERSION,
        takes: "about 3 minutes on two cores",
    };
    let mut folder = tool.ensure(workspace)?;
    folder.pop();
    Ok(folder)
}
