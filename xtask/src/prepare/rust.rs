//! The Rust side: the wasm target, rustfmt and clippy, and the crates themselves.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{self, mend};
use crate::workspace::Workspace;

/// The target the client is built for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The compiler's own description: version, commit, host.
pub fn compiler_version() -> Result<String> {
    process::output(Command::new("rustc").arg("-vV"))
        .map_err(|error| mend(error, "https://rustup.rs"))
}

/// Adds the wasm target when the compiler lacks it.
pub fn wasm_target() -> Result<()> {
    let libraries = process::output(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM,
    ]))?;
    // rustc names the folder whether or not anything is in it.
    let present = fs::read_dir(libraries.trim()).is_ok_and(|mut files| files.next().is_some());
    if present {
        return Ok(());
    }
    println!("Adding Rust's {WASM} target: a download of about 20 MB, less than a minute");
    rustup(&["target", "add", WASM])
}

/// Adds rustfmt and clippy, which a minimal installation of Rust lacks.
pub fn components(workspace: &Workspace) -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let call = [subcommand, "--version"];
        if process::output(process::cargo(workspace).args(call)).is_err() {
            println!("Adding {component}: a download of about 5 MB, some seconds");
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

/// Downloads the crates of Cargo.lock, because Trunk then builds without a network.
pub fn crates(workspace: &Workspace) -> Result<()> {
    let version = compiler_version()?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not say which machine it is for")?;
    process::run(
        process::cargo(workspace).args(["fetch", "--quiet", "--target", WASM, "--target", host]),
    )
    .map_err(|error| mend(format!("{error:#}"), "cargo fetch, with a network"))
}

/// The version of a package in Cargo.lock.
pub fn locked_version(workspace: &Workspace, package: &str) -> Result<String> {
    let lock = fs::read_to_string(workspace.path("Cargo.lock"))
        .map_err(|error| mend(format!("no Cargo.lock: {error}"), "cargo generate-lockfile"))?;
    version_in(&lock, package)
        .map(str::to_owned)
        .with_context(|| format!("{package} is not in Cargo.lock: does the client depend on it?"))
}

fn version_in<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

pub(super) fn rustup(arguments: &[&str]) -> Result<()> {
    let command = format!("rustup {}", arguments.join(" "));
    if process::find("rustup").is_none() {
        let what = "this Rust was not installed by rustup, so parts cannot be added to it";
        return Err(mend(what, format!("https://rustup.rs, then {command}")));
    }
    process::run(Command::new("rustup").args(arguments))
        .map_err(|error| mend(format!("{error:#}"), command))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "\
[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.80\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
source = \"registry\"
";

    #[test]
    fn the_exact_package_is_found_in_the_lock() {
        assert_eq!(version_in(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(version_in(LOCK, "wasm"), None);
    }
}
