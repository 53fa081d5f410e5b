//! Builds the release client with Trunk, and only when something that goes into it has changed.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::fingerprint::fingerprint;
use crate::prepare::{self, small_std};
use crate::process::{self, time};
use crate::workspace::Workspace;

/// Everything the client is made of. Cargo alone would notice changed sources, but wasm-bindgen,
/// wasm-opt and brotli would still run each time.
const INPUTS: [&str; 18] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "build.rs",
    "domain",
    "index.html",
    "locales",
    "package-lock.json",
    "public",
    "renderer",
    "src",
    "style",
    "sync",
    "texts",
    "xtask/client",
    "xtask/src/client.rs",
    "xtask/src/prepare/small_std.rs",
];

/// Who refers to what, from the linker: without it nobody could cut the module in two.
const RELOCATIONS: &str = "-Clink-arg=--emit-relocs";

/// Builds `dist/` unless it is already the build of the present sources.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    let stamp = workspace.target().join("client.stamp");
    let compiler = prepare::rust::compiler_version()?;
    let words = [
        compiler.as_str(),
        prepare::TRUNK_VERSION,
        prepare::WASM_SPLIT_VERSION,
    ];
    let current = fingerprint(workspace.root(), &INPUTS, &words)?;
    let built = fs::read_to_string(&stamp).unwrap_or_default();
    if built == current && workspace.dist().join("release.json").is_file() {
        println!("The client is up to date.");
        return Ok(());
    }

    let tools = prepare::client_tools(workspace)?;
    let small_std = small_std::is_tried(&compiler);
    if small_std {
        small_std::prepare(workspace)?;
    } else {
        println!(
            "This compiler's own standard library is used as it comes, which makes the download a tenth \
             larger: see xtask/src/prepare/small_std.rs"
        );
    }
    println!("Building the client: 1 to 5 minutes on two cores the first time");
    let start = Instant::now();
    // Gone while the build runs: an interrupted one must not pass for finished.
    let _ = fs::remove_file(&stamp);
    let mut trunk = Command::new(&tools.trunk);
    trunk
        .current_dir(workspace.root())
        .args(["--log", "warn", "--skip-version-check"])
        .args(["build", "--release", "--offline"])
        .env(
            "PATH",
            process::path_with(&[&tools.wasm_bindgen_folder, &tools.wasm_split_folder])?,
        )
        // Trunk reads this as a flag of its own and refuses the usual value `1`.
        .env_remove("NO_COLOR")
        .env_remove("RUSTFLAGS");
    let mut flags = RELOCATIONS.to_owned();
    if small_std {
        trunk.envs(small_std::ENVIRONMENT);
        flags = format!("{flags} {}", small_std::FLAGS);
    }
    trunk.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    process::run(&mut trunk).context("the client was not built")?;

    // What was read before the build: a file saved meanwhile is for the next one.
    fs::write(&stamp, current).with_context(|| format!("cannot write {}", stamp.display()))?;
    println!("Built the client in {}.", time(start.elapsed()));
    Ok(())
}
