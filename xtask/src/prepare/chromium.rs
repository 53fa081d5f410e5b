//! The browser of the tests, and the driver through which the wasm tests reach it.
//!
//! `run` needs neither.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::{debian, node};
use crate::process::{self, mend};
use crate::workspace::Workspace;

const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

const SHELL: &str = "chromium-headless-shell";

const DRIVER_BY_HAND: &str = "sudo apt-get install chromium-driver";

/// A Chromium: the one CHROMIUM_PATH names, one on PATH, one of Debian's packages, or Playwright's.
pub fn browser(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(path) = named_by("CHROMIUM_PATH")? {
        return Ok(path);
    }
    let on_path = || BROWSERS.iter().find_map(|name| process::find(name));
    if let Some(path) = on_path() {
        return Ok(path);
    }
    if debian::can_install() {
        install_packages()?;
        if let Some(path) = on_path() {
            return Ok(path);
        }
    }
    from_playwright(workspace)
}

/// The same browser without its windows, which starts in half the time: the one CHROMIUM_SHELL names, one on PATH, or
/// Debian's. Where there is none, what would run in it runs in the whole browser.
pub fn shell() -> Result<Option<PathBuf>> {
    if let Some(path) = named_by("CHROMIUM_SHELL")? {
        return Ok(Some(path));
    }
    if let Some(path) = process::find(SHELL) {
        return Ok(Some(path));
    }
    if debian::can_install() {
        // Older releases and other distributions do not have it.
        match debian::install("Chromium without windows from Debian: 1 minute", &[SHELL]) {
            Ok(()) => return Ok(process::find(SHELL)),
            Err(error) => {
                println!("The stories run in the whole browser, which takes longer: {error:#}")
            }
        }
    }
    Ok(None)
}

/// The chromedriver that CHROMEDRIVER names, one on PATH, or Debian's.
pub fn driver() -> Result<PathBuf> {
    if let Some(path) = named_by("CHROMEDRIVER")? {
        return Ok(path);
    }
    if let Some(path) = process::find("chromedriver") {
        return Ok(path);
    }
    if debian::can_install() {
        install_packages()?;
        if let Some(path) = process::find("chromedriver") {
            return Ok(path);
        }
    }
    Err(mend(
        "chromedriver is missing (CHROMEDRIVER may name one): the wasm tests reach the browser through it",
        DRIVER_BY_HAND,
    ))
}

/// What a run without the driver has to say, loudly.
pub fn driver_left_out() -> String {
    format!("the wasm tests in Chromium, which need its driver; mend it with: {DRIVER_BY_HAND}")
}

/// A path given by the person who runs this; wrong is an error, not a reason to look elsewhere.
fn named_by(variable: &str) -> Result<Option<PathBuf>> {
    let Some(path) = env::var_os(variable).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(path);
    if path.is_file() {
        return Ok(Some(path));
    }
    let what = format!(
        "{variable} names {}, where there is no file",
        path.display()
    );
    Err(mend(what, format!("unset {variable}")))
}

/// The fonts come along because a headless server has none for Chinese, and every screenshot
/// and measured text would show boxes.
fn install_packages() -> Result<()> {
    debian::install(
        "Chromium, its driver and Chinese fonts from Debian: 1 to 3 minutes",
        &["chromium", "chromium-driver", "fonts-noto-cjk"],
    )
}

fn from_playwright(workspace: &Workspace) -> Result<PathBuf> {
    node::packages(workspace)?;
    let ask = "process.stdout.write(require('@playwright/test').chromium.executablePath())";
    let asked = process::output(
        Command::new("node")
            .current_dir(workspace.root())
            .args(["-e", ask]),
    )?;
    let path = PathBuf::from(asked.trim());
    if !path.is_file() {
        println!("Installing Playwright's Chromium: a download of about 180 MB, 1 to 3 minutes");
        process::run(
            Command::new(node::playwright(workspace))
                .current_dir(workspace.root())
                .args(["install", "chromium"]),
        )
        .map_err(|error| {
            mend(
                format!("no Chromium for the browser tests: {error:#}"),
                "sudo apt-get install chromium chromium-driver fonts-noto-cjk, \
                 or set CHROMIUM_PATH to an installed one",
            )
        })?;
    }
    Ok(path)
}
