//! The standard library built anew for the client: for size, and without what only a panic's message needs.
//!
//! That is a tenth of the download. It takes flags that stable compilers keep for themselves (`RUSTC_BOOTSTRAP`) and
//! may change with any version, so it is done with compilers it was tried with; any other builds the client as it
//! comes, and says so. A panic is then a trap without words; a debug build still says where it came from.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::rust::{self, WASM};
use crate::process::{self, mend};
use crate::workspace::Workspace;

/// Versions of rustc it was tried with.
const TRIED: [&str; 1] = ["1.95"];

/// What the build of the client is told.
pub const ENVIRONMENT: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
];

/// And its compiler.
pub const FLAGS: &str =
    "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// Whether this compiler (`rustc -vV`) is one of them.
pub fn is_tried(compiler: &str) -> bool {
    let release = compiler
        .lines()
        .find_map(|line| line.strip_prefix("release: "));
    release.is_some_and(|release| {
        TRIED.iter().any(|tried| {
            release
                .strip_prefix(tried)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    })
}

/// The library's sources, and the crates they stand on: Trunk builds without a network.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let sources = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std");
    if !sources.is_dir() {
        println!("Adding the standard library's sources: a download of about 5 MB, some seconds");
        rust::rustup(&["component", "add", "rust-src"])?;
    }
    process::run(
        process::cargo(workspace)
            .args(["fetch", "--quiet", "--target", WASM])
            .envs(ENVIRONMENT),
    )
    .map_err(|error| mend(format!("{error:#}"), "cargo xtask setup, with a network"))
}

#[cfg(test)]
mod tests {
    use super::is_tried;

    #[test]
    fn only_versions_that_were_tried_are_asked_for_more_than_they_promise() {
        for (release, tried) in [
            ("1.95.0", true),
            ("1.95.1", true),
            ("1.96.0", false),
            ("1.950.0", false),
            ("1.95.0-nightly", true),
        ] {
            let compiler = format!("rustc {release}\nhost: x\nrelease: {release}\n");
            assert_eq!(is_tried(&compiler), tried, "{release}");
        }
        assert!(!is_tried(""));
    }
}
