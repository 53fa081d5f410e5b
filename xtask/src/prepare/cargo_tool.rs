//! Command line tools from crates.io, compiled into a folder of the cache.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::process::{self, mend, time};
use crate::workspace::Workspace;

/// What most programs answer with their version. The folder is the version's own, so the others are taken at its word.
pub const VERSION: &str = "--version";

/// One tool at one version.
pub struct Tool<'a> {
    /// Its package on crates.io.
    pub package: &'a str,
    /// The program that proves it is there.
    pub binary: &'a str,
    /// The exact version.
    pub version: &'a str,
    /// Without which the package has no program.
    pub feature: Option<&'a str>,
    /// What it is asked to see that it runs: not every program says its version.
    pub asked: &'a str,
    /// How long it compiles, for the person who waits.
    pub takes: &'a str,
}

impl Tool<'_> {
    /// Gives the path of the program, compiling it first when it is not there.
    pub fn ensure(&self, workspace: &Workspace) -> Result<PathBuf> {
        let folder = workspace.tool_folder(self.package, self.version);
        let program = folder.join("bin").join(self.binary);
        if self.answers(&program) {
            return Ok(program);
        }
        println!(
            "Installing {} {}: compiles it once, {}",
            self.package, self.version, self.takes
        );
        let start = Instant::now();
        self.install(workspace, &folder, &program)?;
        println!("Installed {} in {}.", self.package, time(start.elapsed()));
        Ok(program)
    }

    /// Cargo writes the program last and in one move, so a half installation has none, or one
    /// that does not answer with its version.
    fn answers(&self, program: &Path) -> bool {
        program.is_file()
            && process::output(Command::new(program).arg(self.asked))
                .is_ok_and(|said| self.asked != VERSION || names_version(&said, self.version))
    }

    /// Locked first, for the dependencies the tool was released with; free when one of those is
    /// no longer to be had, and over whatever half is there.
    fn install(&self, workspace: &Workspace, folder: &Path, program: &Path) -> Result<()> {
        let first = self.cargo_install(workspace, folder, "--locked");
        if first.is_ok() && self.answers(program) {
            return Ok(());
        }
        println!("That did not work; once more, with the newest dependencies that fit.");
        self.cargo_install(workspace, folder, "--force")
            .map_err(|error| {
                let by_hand = format!(
                    "cargo install {} --version {} --features {:?} --root {}",
                    self.package,
                    self.version,
                    self.feature.unwrap_or_default(),
                    folder.display()
                );
                mend(format!("{error:#}"), by_hand)
            })?;
        if self.answers(program) {
            return Ok(());
        }
        let what = format!(
            "{} does not answer {} as version {} does",
            program.display(),
            self.asked,
            self.version
        );
        Err(mend(what, format!("rm -r {}", folder.display())))
    }

    fn cargo_install(&self, workspace: &Workspace, folder: &Path, option: &str) -> Result<()> {
        process::run(
            process::cargo(workspace)
                .args(["install", self.package, "--version", self.version, option])
                .args(["--features", self.feature.unwrap_or_default()])
                .arg("--root")
                .arg(folder)
                // Compiled once and run for seconds: quick to compile beats quick to run.
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                // Its build folder is its own: the project's would be held locked for minutes.
                .env_remove("CARGO_TARGET_DIR"),
        )
    }
}

fn names_version(said: &str, version: &str) -> bool {
    said.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_version_counts_as_installed() {
        assert!(names_version("trunk 0.21.14\n", "0.21.14"));
        assert!(names_version("wasm-bindgen 0.2.130 (abc)", "0.2.130"));
        assert!(!names_version("trunk 0.21.140", "0.21.14"));
        assert!(!names_version("", "0.21.14"));
    }
}
