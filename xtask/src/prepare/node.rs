//! Node.js and the npm packages: wasm-opt, WeUI, icons, and Playwright with axe.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::fingerprint::fingerprint;
use crate::process::{self, mend};
use crate::workspace::Workspace;

const OLDEST_NODE: u32 = 20;

/// Installs exactly what package-lock.json names, when it has changed since the last time.
pub fn packages(workspace: &Workspace) -> Result<()> {
    packages_of(workspace, "")
}

/// Installs the packages of a folder with a package-lock.json of its own; empty for the repository's top.
pub fn packages_of(workspace: &Workspace, folder: &str) -> Result<()> {
    check_node()?;
    let folder = workspace.path(folder);
    let lock = fingerprint(&folder, &["package-lock.json"], &[])?;
    // Inside node_modules, which `npm ci` empties first: a half installation leaves no stamp.
    let stamp = folder.join("node_modules/.installed-for");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("Installing the npm packages: about a minute, 200 MB on disk");
    let mut npm = Command::new(npm_program());
    npm.current_dir(&folder)
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        // A browser comes from the system's packages, or only when a test asks for one.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let by_hand = format!("npm ci in {}, with a network", folder.display());
    process::run(&mut npm).map_err(|error| mend(format!("{error:#}"), by_hand))?;
    fs::write(&stamp, lock)?;
    Ok(())
}

/// The Playwright of node_modules.
pub fn playwright(workspace: &Workspace) -> PathBuf {
    let name = if cfg!(windows) {
        "playwright.cmd"
    } else {
        "playwright"
    };
    workspace.path("node_modules/.bin").join(name)
}

fn npm_program() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn check_node() -> Result<()> {
    let advice = format!("install Node.js {OLDEST_NODE} or newer from https://nodejs.org");
    let said = process::output(Command::new("node").arg("--version"))
        .map_err(|_| mend("Node.js is missing", &advice))?;
    match major(&said) {
        Some(version) if version >= OLDEST_NODE => Ok(()),
        _ => Err(mend(format!("Node.js {} is too old", said.trim()), advice)),
    }
}

fn major(said: &str) -> Option<u32> {
    said.trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v8.1.0"), Some(8));
        assert_eq!(major("node"), None);
    }
}
