//! Runs other programs, and says clearly what went wrong when one fails.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow, bail};

use crate::workspace::Workspace;

/// Runs a program with its output on ours; an error unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command
        .status()
        .with_context(|| format!("`{shown}` could not be started"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs a program silently and gives what it printed; an error unless it succeeds.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{shown}` could not be started"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed ({}): {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Cargo, as it was called for this very run, in the repository.
///
/// Flags meant for one target would rebuild everything for the other, so none are inherited.
pub fn cargo(workspace: &Workspace) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command
        .current_dir(workspace.root())
        .env_remove("RUSTFLAGS");
    command
}

/// Looks a program up on PATH.
pub fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(&file))
        .find(|candidate| candidate.is_file())
}

/// PATH with these folders first.
pub fn path_with(folders: &[&Path]) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let first = folders.iter().map(|folder| folder.to_path_buf());
    env::join_paths(first.chain(env::split_paths(&path)))
        .context("a folder of the tools cannot stand on PATH")
}

/// Whether packages may be installed on this machine without asking.
pub fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// An error that names the one command that mends it.
pub fn mend(what: impl std::fmt::Display, command: impl std::fmt::Display) -> Error {
    anyhow!("{what}\n  mend it with: {command}")
}

/// A duration as a person reads it.
pub fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        assert_eq!(time(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(time(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn a_failing_program_is_named_with_its_arguments() {
        let mut command = Command::new("/definitely/not/here");
        command.arg("--now");
        let error = run(&mut command)
            .expect_err("it does not exist")
            .to_string();
        assert_eq!(error, "`here --now` could not be started");
    }
}
