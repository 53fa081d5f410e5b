//! The steps of `cargo xtask test`. Each prepares only what it needs itself, so that a wrong
//! indent is reported before minutes go into compiling a tool.

use std::process::Command;

use anyhow::Result;

use super::{purity, size};
use crate::prepare::{self, chromium, node, postgres, rust};
use crate::process;
use crate::workspace::Workspace;
use crate::{client, run, tidy};

/// One check or one set of tests.
pub struct Step {
    /// What `--only` takes.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub about: &'static str,
    /// Fails with the reason.
    pub run: fn(&Workspace) -> Result<()>,
}

/// What needs a browser is checked and tested for one.
const BROWSER_ONLY: [&str; 4] = ["--exclude", "ruyuan", "--exclude", "ruyuan-renderer"];

/// In the order in which they run.
pub const STEPS: [Step; 11] = [
    Step {
        name: "fmt",
        about: "the sources are formatted",
        run: fmt,
    },
    Step {
        name: "tidy",
        about: "house rules: docs, sizes, folder map, colours, contrast, SQL in its place",
        run: tidy::run,
    },
    Step {
        name: "purity",
        about: "domain and sync reach no browser, runtime, clock or randomness",
        run: purity::run,
    },
    Step {
        name: "clippy",
        about: "no warnings on this machine's target",
        run: clippy,
    },
    Step {
        name: "clippy-wasm",
        about: "no warnings in the browser's target",
        run: clippy_wasm,
    },
    Step {
        name: "unit",
        about: "tests of every crate, on this machine",
        run: unit,
    },
    Step {
        name: "postgres",
        about: "the server's tests once more, on PostgreSQL",
        run: on_postgres,
    },
    Step {
        name: "client",
        about: "the release client builds",
        run: client::ensure,
    },
    Step {
        name: "size",
        about: "the first download stays under its ceiling",
        run: size::run,
    },
    Step {
        name: "browser",
        about: "wasm tests in a real browser",
        run: browser,
    },
    Step {
        name: "e2e",
        about: "whole stories through browser, network and server",
        run: e2e,
    },
];

fn fmt(workspace: &Workspace) -> Result<()> {
    rust::components(workspace)?;
    // Names of files only: the whole difference would bury them.
    process::run(process::cargo(workspace).args(["fmt", "--all", "--", "--check", "-l"]))
        .map_err(|_| process::mend("the files above are not formatted", "cargo fmt --all"))
}

fn clippy(workspace: &Workspace) -> Result<()> {
    rust::components(workspace)?;
    process::run(
        process::cargo(workspace)
            .args(["clippy", "--workspace", "--all-targets"])
            .args(BROWSER_ONLY)
            .args(["--", "-D", "warnings"]),
    )
}

fn clippy_wasm(workspace: &Workspace) -> Result<()> {
    rust::components(workspace)?;
    rust::wasm_target()?;
    // The client compiles its icons in from an npm package.
    node::packages(workspace)?;
    process::run(
        process::cargo(workspace)
            .arg("clippy")
            .args([
                "-p",
                "ruyuan",
                "-p",
                "ruyuan-renderer",
                "-p",
                "ruyuan-texts",
            ])
            .args(["-p", "ruyuan-domain", "-p", "ruyuan-sync"])
            .args(["--target", rust::WASM, "--all-targets"])
            .args(["--", "-D", "warnings"]),
    )
}

fn unit(workspace: &Workspace) -> Result<()> {
    let mut tests = process::cargo(workspace);
    tests.args(["test", "--workspace"]).args(BROWSER_ONLY);
    // The rest of the tests is worth running without it; the summary says what was left out.
    if let Err(error) = postgres::programs() {
        eprintln!("\n{error:#}\n{}\n", postgres::left_out());
        tests.env("RUYUAN_WITHOUT_POSTGRES", "1");
    }
    process::run(&mut tests)
}

fn on_postgres(workspace: &Workspace) -> Result<()> {
    if let Err(error) = postgres::programs() {
        eprintln!("\n{error:#}\n{}\n", postgres::left_out());
        return Ok(());
    }
    process::run(
        process::cargo(workspace)
            .args(["test", "--workspace"])
            .args(BROWSER_ONLY)
            .args(["--test", "server", "--test", "two_devices"])
            .env("RUYUAN_TEST_STORE", "postgres"),
    )
}

/// The runner looks for webdriver.json in the package's folder, which is the repository's top.
fn browser(workspace: &Workspace) -> Result<()> {
    rust::wasm_target()?;
    node::packages(workspace)?;
    chromium::browser(workspace)?;
    let driver = chromium::driver()?;
    let runner = prepare::wasm_bindgen(workspace)?.join("wasm-bindgen-test-runner");
    process::run(
        process::cargo(workspace)
            .args(["test", "-p", "ruyuan", "-p", "ruyuan-renderer"])
            .args(["--target", rust::WASM, "--test", "browser"])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
            .env("CHROMEDRIVER", driver)
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "180"),
    )
}

fn e2e(workspace: &Workspace) -> Result<()> {
    node::packages(workspace)?;
    let chromium = chromium::browser(workspace)?;
    client::ensure(workspace)?;
    run::build_server(workspace)?;
    process::run(
        Command::new(node::playwright(workspace))
            .current_dir(workspace.path("tests/e2e"))
            .arg("test")
            .env("CHROMIUM_PATH", chromium)
            .env("SERVER_BIN", workspace.server_binary())
            .env("DIST", workspace.dist())
            .env("CONTENT", workspace.path("content")),
    )
}
