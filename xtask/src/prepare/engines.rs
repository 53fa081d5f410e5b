//! The browsers that are not Chromium, each with what drives it: Firefox ESR, and WebKitGTK, whose engine is that of
//! every iPhone.
//!
//! `run` needs neither, and a machine that has none and may not install any still runs every other test.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::cargo_tool::{Tool, VERSION};
use super::debian;
use crate::process;
use crate::workspace::Workspace;

/// The geckodriver that the tests are written for; it drives any newer Firefox.
const GECKODRIVER_VERSION: &str = "0.37.1";

/// One of them, ready to be driven.
pub struct Engine {
    /// What the stories call it.
    pub name: &'static str,
    /// What it says of itself: name and version.
    pub version: String,
    /// Speaks WebDriver.
    pub driver: PathBuf,
    /// The browser's own program.
    pub browser: PathBuf,
    /// The capability that names program and arguments.
    pub options: &'static str,
    /// What stands before the profile's folder on its command line.
    pub profile_option: &'static [&'static str],
    /// Where in a profile the databases of pages are.
    pub databases: &'static str,
    /// Whether it runs only where there is a screen.
    pub needs_screen: bool,
}

impl Engine {
    /// The command line of a browser with this profile.
    pub fn arguments(&self, profile: &Path) -> Vec<String> {
        let options = self
            .profile_option
            .iter()
            .map(|option| (*option).to_owned());
        options
            .chain([profile.to_string_lossy().into_owned()])
            .collect()
    }
}

/// What a machine has.
pub enum Found {
    /// It can be tested.
    Ready(Engine),
    /// It cannot, for this reason.
    Missing(String),
}

/// Firefox, of Debian's packages or on PATH.
pub fn firefox(workspace: &Workspace) -> Result<Found> {
    const PACKAGES: [&str; 2] = ["firefox-esr", "fonts-noto-cjk"];
    let find = || {
        ["firefox-esr", "firefox"]
            .iter()
            .find_map(|name| process::find(name))
    };
    let Some(browser) = found_or_installed("Firefox ESR: 1 to 2 minutes", &PACKAGES, find)? else {
        return Ok(Found::Missing(missing("Firefox", &PACKAGES)));
    };
    let driver = Tool {
        package: "geckodriver",
        binary: "geckodriver",
        version: GECKODRIVER_VERSION,
        feature: None,
        asked: VERSION,
        takes: "about 2 minutes on two cores",
    }
    .ensure(workspace)?;
    Ok(Found::Ready(Engine {
        name: "firefox",
        version: says_version(&browser)?,
        driver,
        browser,
        options: "moz:firefoxOptions",
        profile_option: &["-profile"],
        databases: "storage/default",
        needs_screen: false,
    }))
}

/// WebKitGTK with its driver, gjs, in which its small browser is written, and a screen that nobody sees.
pub fn webkit(workspace: &Workspace) -> Result<Found> {
    const PACKAGES: [&str; 5] = [
        "fonts-noto-cjk",
        "gir1.2-webkit2-4.1",
        "gjs",
        "webkit2gtk-driver",
        "xvfb",
    ];
    let browser = workspace.path("tests/e2e/webdriver/webkit.js");
    // Asking it for its version also shows that gjs finds the library.
    let find = || {
        let driver = process::find("WebKitWebDriver")?;
        process::find("Xvfb")?;
        Some((driver, says_version(&browser).ok()?))
    };
    let found = found_or_installed("WebKitGTK: 1 to 2 minutes", &PACKAGES, find)?;
    let Some((driver, version)) = found else {
        return Ok(Found::Missing(missing("WebKit", &PACKAGES)));
    };
    Ok(Found::Ready(Engine {
        name: "webkit",
        version,
        driver,
        browser,
        options: "webkitgtk:browserOptions",
        profile_option: &[],
        databases: "data/databases/indexeddb/v1",
        needs_screen: true,
    }))
}

/// What is there, installed first where that is allowed. A machine that installs and still has none is broken.
fn found_or_installed<T>(
    about: &str,
    packages: &[&str],
    find: impl Fn() -> Option<T>,
) -> Result<Option<T>> {
    if let Some(found) = find() {
        return Ok(Some(found));
    }
    if !debian::can_install() {
        return Ok(None);
    }
    debian::install(about, packages)?;
    let installed = find();
    if installed.is_none() {
        let what = format!("{} are installed, and do not run", packages.join(", "));
        return Err(process::mend(
            what,
            "apt-get install --reinstall, or look why",
        ));
    }
    Ok(installed)
}

fn missing(name: &str, packages: &[&str]) -> String {
    format!(
        "{name} is missing, and this is no Debian on which it may be installed without asking: \
         sudo apt-get install {}",
        packages.join(" ")
    )
}

fn says_version(browser: &Path) -> Result<String> {
    let said = process::output(Command::new(browser).arg("--version"))?;
    Ok(said.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed_again() {
        let found = found_or_installed("nothing", &["no-such-package"], || Some(1));
        assert_eq!(found.expect("there is nothing to do"), Some(1));
    }

    #[test]
    fn what_is_missing_is_told_with_the_command_that_brings_it() {
        let told = missing("Firefox", &["firefox-esr"]);
        assert!(
            told.ends_with("sudo apt-get install firefox-esr"),
            "{told:?}"
        );
    }
}
