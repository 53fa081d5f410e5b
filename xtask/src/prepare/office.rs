//! LibreOffice, which prints the reports in a test as the offices that get them do, and what reads its print.

use std::path::PathBuf;

use anyhow::Result;

use super::debian;
use crate::process::{self, mend};

const PACKAGES: [&str; 4] = [
    "libreoffice-calc",
    "libreoffice-writer",
    "poppler-utils",
    "fonts-noto-cjk",
];

/// LibreOffice's program; installs it where that needs no question.
pub fn program() -> Result<PathBuf> {
    let there = || process::find("soffice").filter(|_| process::find("pdftotext").is_some());
    if there().is_none() && debian::can_install() {
        debian::install(
            "LibreOffice from Debian: about 2 minutes, 300 MB",
            &PACKAGES,
        )?;
    }
    there().ok_or_else(|| mend("LibreOffice or poppler is missing", by_hand()))
}

/// What a run without LibreOffice has to say, loudly.
pub fn left_out() -> String {
    format!(
        "how the reports look when an office prints them; mend it with: {}",
        by_hand()
    )
}

fn by_hand() -> String {
    format!("sudo apt-get install {}", PACKAGES.join(" "))
}
