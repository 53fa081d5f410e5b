//! Proves with cargo's own dependency tree that `domain` and `sync` stay pure: what they compute
//! must come out the same on a phone and on the server.

use anyhow::{Result, bail};

use crate::prepare::rust;
use crate::process;
use crate::workspace::Workspace;

const PURE: [&str; 2] = ["ruyuan-domain", "ruyuan-sync"];

/// Browsers, runtimes, databases, clocks, randomness. Each stands for its family too:
/// `sqlx` forbids `sqlx-core`.
const FORBIDDEN: [&str; 11] = [
    "axum",
    "chrono",
    "getrandom",
    "gloo",
    "js-sys",
    "mio",
    "rand",
    "sqlx",
    "tokio",
    "wasm-bindgen",
    "web-sys",
];

/// Looks at both crates, as they are built for this machine and for the browser.
pub fn run(workspace: &Workspace) -> Result<()> {
    for package in PURE {
        for target in [None, Some(rust::WASM)] {
            let mut cargo = process::cargo(workspace);
            cargo
                .args(["tree", "-p", package, "--edges", "normal"])
                .args(["--prefix", "none", "--format", "{p}"]);
            if let Some(target) = target {
                cargo.args(["--target", target]);
            }
            let tree = process::output(&mut cargo)?;
            let found = forbidden_in(&tree);
            if !found.is_empty() {
                let place = target.unwrap_or("this machine");
                bail!(
                    "{package} depends on {} when built for {place}\n  see how with: cargo tree -p {package} --edges normal --invert {}",
                    found.join(", "),
                    found[0]
                );
            }
        }
    }
    Ok(())
}

fn forbidden_in(tree: &str) -> Vec<&str> {
    let mut found: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|package| FORBIDDEN.iter().any(|family| belongs_to(package, family)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn belongs_to(package: &str, family: &str) -> bool {
    package
        .strip_prefix(family)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_found_and_likenesses_are_not() {
        let tree = "\
ruyuan-domain v0.1.0 (/src/domain)
serde v1.0.230
randomize v3.0.1
sqlx-core v0.8.6
rand_core v0.9.3
tokio v1.48.0
tokio v1.48.0 (*)
";
        assert_eq!(forbidden_in(tree), ["rand_core", "sqlx-core", "tokio"]);
        assert!(forbidden_in("serde v1.0.230\nmiow v0.6.0\n").is_empty());
    }
}
