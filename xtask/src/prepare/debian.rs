//! Packages of Debian, where this may be done without asking.

use std::process::Command;

use anyhow::Result;

use crate::process::{self, mend};

/// Whether Debian's packages can be installed without asking.
pub fn can_install() -> bool {
    process::find("apt-get").is_some() && process::is_root()
}

/// Installs packages of Debian.
pub fn install(packages: &[&str]) -> Result<()> {
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
