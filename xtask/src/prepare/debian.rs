//! Packages of Debian, where they may be installed without asking.

use std::process::Command;

use anyhow::Result;

use crate::process::{self, mend};

/// Whether this machine takes packages, and from us.
pub fn can_install() -> bool {
    process::find("apt-get").is_some() && process::is_root()
}

/// Installs packages; `about` says what they are and how long it takes, for the person who waits.
pub fn install(about: &str, packages: &[&str]) -> Result<()> {
    println!("Installing {about}");
    let by_hand = format!("apt-get install {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .args(["--quiet", "--quiet", "--yes"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        process::run(&mut command).map_err(|error| mend(format!("{error:#}"), &by_hand))
    };
    apt(&["update"])?;
    apt(&[&["install", "--no-install-recommends"], packages].concat())
}
