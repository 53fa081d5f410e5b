//! What judges from outside say: programs and cases of other projects, fetched for the test and never shipped.

use std::process::Command;

use anyhow::Result;

use crate::prepare::{self, chromium, node, rust};
use crate::process;
use crate::workspace::Workspace;

/// Has its own package-lock.json: what judges need, nothing else does.
const FOLDER: &str = "tests/judges";
const EXPRESSIONS: &str = "ruyuan-judge-expressions";

/// The forms' expressions before the cases of `openrosa-xpath-evaluator`.
pub fn run(workspace: &Workspace) -> Result<()> {
    rust::wasm_target()?;
    node::packages(workspace)?;
    node::packages_of(workspace, FOLDER)?;
    let chromium = chromium::browser(workspace)?;
    let bindgen = prepare::wasm_bindgen(workspace)?.join("wasm-bindgen");
    let built = format!(
        "{}/debug/{}.wasm",
        rust::WASM,
        EXPRESSIONS.replace('-', "_")
    );
    let glue = workspace.target().join("judges");
    process::run(process::cargo(workspace).args([
        "build",
        "-p",
        EXPRESSIONS,
        "--target",
        rust::WASM,
    ]))?;
    process::run(
        Command::new(bindgen)
            .arg(workspace.target().join(built))
            .args([
                "--target",
                "no-modules",
                "--no-typescript",
                "--out-name",
                "judge",
            ])
            .arg("--out-dir")
            .arg(&glue),
    )?;
    process::run(
        Command::new("node")
            .current_dir(workspace.root())
            .arg(format!("{FOLDER}/expressions/judge.mjs"))
            .arg(&glue)
            .env("CHROMIUM_PATH", chromium),
    )
}
