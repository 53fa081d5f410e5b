//! The house rules that no compiler checks, reported all at once.
//!
//! Each rule is a pure function from text to problems, in a file of its own with its tests below;
//! this file only reads the repository and asks them.

mod contrast;
mod folder_map;
mod links;
mod sources;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// The only file in which a colour is spelled out.
const TOKENS: &str = "style/tokens.css";

/// Reads every file that git knows or would take, and fails with the list of what is wrong.
pub fn run(workspace: &Workspace) -> Result<()> {
    let files = files(workspace)?;
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| sources::is_source(file)) {
        let text = fs::read_to_string(workspace.path(file))
            .with_context(|| format!("cannot read {file}"))?;
        problems.extend(
            sources::problems(file, &text)
                .into_iter()
                .map(|problem| format!("{file}{problem}")),
        );
    }
    let folders = top_folders(&files);
    problems.extend(check(workspace, "ARCHITECTURE.md", |text| {
        folder_map::problems(text, &folders)
    }));
    problems.extend(check(workspace, TOKENS, contrast::problems));
    let known = files_and_folders(&files);
    for file in files.iter().filter(|file| file.ends_with(".md")) {
        problems.extend(check(workspace, file, |text| {
            links::problems(file, text, &known)
        }));
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{} to tidy:\n  {}", problems.len(), problems.join("\n  "));
}

/// The problems of one file that must be there.
fn check(workspace: &Workspace, file: &str, rule: impl FnOnce(&str) -> Vec<String>) -> Vec<String> {
    match fs::read_to_string(workspace.path(file)) {
        Ok(text) => rule(&text),
        Err(error) => vec![format!("{file}: {error}")],
    }
}

/// Also files not added yet, so that a rule speaks before the commit; not ignored or deleted ones.
fn files(workspace: &Workspace) -> Result<Vec<String>> {
    let listed = process::output(
        Command::new("git")
            .current_dir(workspace.root())
            .args(["-c", "core.quotePath=false", "ls-files"])
            .args(["--cached", "--others", "--exclude-standard"]),
    )
    .context("tidy asks git which files belong to the project")?;
    let mut files: Vec<String> = listed
        .lines()
        .filter(|file| workspace.path(file).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// Every file, and every folder that has one.
fn files_and_folders(files: &[String]) -> BTreeSet<&str> {
    let above =
        |file| std::iter::successors(Some(file), |path: &&str| Some(path.rsplit_once('/')?.0));
    files.iter().map(String::as_str).flat_map(above).collect()
}

/// Folders at the top, without those whose name begins with a dot.
fn top_folders(files: &[String]) -> BTreeSet<&str> {
    files
        .iter()
        .filter_map(|file| file.split_once('/'))
        .map(|(folder, _)| folder)
        .filter(|folder| !folder.starts_with('.'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_folders_leave_out_files_and_hidden_ones() {
        let files = [
            "src/main.rs",
            "src/app.rs",
            ".ci/run",
            "README.md",
            "docs/a/b.md",
        ];
        let files = files.map(str::to_owned);
        assert_eq!(top_folders(&files), BTreeSet::from(["docs", "src"]));
    }
}
