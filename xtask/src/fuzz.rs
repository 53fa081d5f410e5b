//! Lets a fuzzer loose on the server: what it finds stays in `fuzz/artifacts/`, what it learns in `fuzz/corpus/`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::prepare;
use crate::process;
use crate::workspace::Workspace;

/// Longest time of one input, a few thousand times the usual: what takes longer is a finding.
const LONGEST: &str = "-timeout=30";

/// The targets of `fuzz/fuzz_targets/`.
const TARGETS: [&str; 2] = ["push", "pull"];

/// Runs every target for so many seconds; an error if one of them found something.
pub fn run(workspace: &Workspace, seconds: u32) -> Result<()> {
    let program = prepare::cargo_fuzz(workspace)?;
    let mut findings = Vec::new();
    for target in TARGETS {
        println!("\n== {target}: {seconds} s");
        if let Err(error) = fuzz(workspace, &program, target, seconds) {
            eprintln!("{error:#}");
            findings.push(target);
        }
    }
    if findings.is_empty() {
        return Ok(());
    }
    bail!(
        "the fuzzer failed or found something in: {}\n  see above; a finding runs again with: cargo fuzz run --sanitizer none <target> <file of fuzz/artifacts/>",
        findings.join(", ")
    );
}

fn fuzz(workspace: &Workspace, program: &Path, target: &str, seconds: u32) -> Result<()> {
    // The first folder is where the fuzzer adds what it learns; the seeds are only read.
    let corpus = workspace.path("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
    process::run(
        Command::new(program)
            .current_dir(workspace.root())
            // Sanitizers need a nightly compiler, and there is no unsafe code of ours for them to watch.
            .args(["run", "--sanitizer", "none", target])
            .arg(corpus)
            .arg(workspace.path("fuzz/seeds").join(target))
            .args(["--", LONGEST, "-rss_limit_mb=4096"])
            .arg(format!("-max_total_time={seconds}")),
    )
}
