//! The steps of `cargo xtask test`. Each prepares only what it needs itself, so that a wrong
//! indent is reported before minutes go into compiling a tool.

use std::process::Command;

use anyhow::Result;

use super::{engines, judges, purity, size};
use crate::prepare::{self, chromium, node, office, postgres, rust};
use crate::process;
use crate::workspace::Workspace;
use crate::{client, run, tidy};

/// One check or one set of tests.
pub struct Step {
    /// What `--only` takes.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub about: &'static str,
    /// Fails with the reason; what it could not test on this machine is said in the end.
    pub run: fn(&Workspace) -> Result<LeftOut>,
}

/// What this machine does not have, each with what would bring it.
pub type LeftOut = Vec<String>;

/// A step that leaves nothing out.
fn whole(result: Result<()>) -> Result<LeftOut> {
    result.map(|()| LeftOut::new())
}

/// What needs a browser is checked and tested for one.
const BROWSER_ONLY: [&str; 8] = [
    "--exclude",
    "ruyuan",
    "--exclude",
    "ruyuan-renderer",
    "--exclude",
    "ruyuan-bench-ours",
    "--exclude",
    "ruyuan-judge-expressions",
];

/// In the order in which they run.
pub const STEPS: [Step; 15] = [
    Step {
        name: "fmt",
        about: "the sources are formatted",
        run: |workspace| whole(fmt(workspace)),
    },
    Step {
        name: "tidy",
        about: "house rules: docs, sizes, folder map, colours, contrast, SQL in its place",
        run: |workspace| whole(tidy::run(workspace)),
    },
    Step {
        name: "purity",
        about: "domain and sync reach no browser, runtime, clock or randomness",
        run: |workspace| whole(purity::run(workspace)),
    },
    Step {
        name: "clippy",
        about: "no warnings on this machine's target",
        run: |workspace| whole(clippy(workspace)),
    },
    Step {
        name: "clippy-wasm",
        about: "no warnings in the browser's target",
        run: |workspace| whole(clippy_wasm(workspace)),
    },
    Step {
        name: "unit",
        about: "tests of every crate, on this machine",
        run: unit,
    },
    Step {
        name: "office",
        about: "the reports, printed by an office program",
        run: in_an_office,
    },
    Step {
        name: "sim",
        about: "the simulator: seeds, every small interleaving, rules broken on purpose",
        run: |workspace| whole(simulate(workspace)),
    },
    Step {
        name: "postgres",
        about: "the server's tests once more, on PostgreSQL",
        run: on_postgres,
    },
    Step {
        name: "client",
        about: "the release client builds",
        run: |workspace| whole(client::ensure(workspace)),
    },
    Step {
        name: "size",
        about: "the first download stays under its ceiling",
        run: |workspace| whole(size::run(workspace)),
    },
    Step {
        name: "browser",
        about: "wasm tests in a real browser",
        run: browser,
    },
    Step {
        name: "judges",
        about: "what other projects' cases say of the forms' expressions",
        run: |workspace| whole(judges::run(workspace)),
    },
    Step {
        name: "e2e",
        about: "whole stories through browser, network and server",
        run: |workspace| whole(e2e(workspace)),
    },
    Step {
        name: "engines",
        about: "the store and one whole story in WebKit and Firefox",
        run: engines::run,
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
            .args(["-p", "ruyuan-bench-ours", "-p", "ruyuan-judge-expressions"])
            .args(["--target", rust::WASM, "--all-targets"])
            .args(["--", "-D", "warnings"]),
    )
}

fn unit(workspace: &Workspace) -> Result<LeftOut> {
    let mut tests = process::cargo(workspace);
    tests.args(["test", "--workspace"]).args(BROWSER_ONLY);
    // Optimised, in its own step: a thousand runs.
    tests.args(["--exclude", "ruyuan-sim"]);
    // The rest of the tests is worth running without it; the summary says what was left out.
    let mut left_out = LeftOut::new();
    if let Err(error) = postgres::programs() {
        eprintln!("\n{error:#}\n");
        left_out.push(postgres::left_out());
        tests.env("RUYUAN_WITHOUT_POSTGRES", "1");
    }
    process::run(&mut tests).map(|()| left_out)
}

fn in_an_office(workspace: &Workspace) -> Result<LeftOut> {
    let program = match office::program() {
        Ok(program) => program,
        Err(error) => {
            eprintln!("\n{error:#}\n");
            return Ok(vec![office::left_out()]);
        }
    };
    let test = process::run(
        process::cargo(workspace)
            .args(["test", "--workspace"])
            .args(BROWSER_ONLY)
            .args(["--test", "server", "an_office_prints", "--", "--ignored"])
            .env("RUYUAN_OFFICE", program),
    );
    test.map(|()| LeftOut::new())
}

fn simulate(workspace: &Workspace) -> Result<()> {
    process::run(process::cargo(workspace).args(["test", "--release", "-p", "ruyuan-sim"]))
}

fn on_postgres(workspace: &Workspace) -> Result<LeftOut> {
    if let Err(error) = postgres::programs() {
        eprintln!("\n{error:#}\n");
        return Ok(vec![postgres::left_out()]);
    }
    let tests = process::run(
        process::cargo(workspace)
            .args(["test", "--workspace"])
            .args(BROWSER_ONLY)
            .args(["--test", "server", "--test", "two_devices"])
            .env("RUYUAN_TEST_STORE", "postgres"),
    );
    tests.map(|()| LeftOut::new())
}

fn browser(workspace: &Workspace) -> Result<LeftOut> {
    let driver = match chromium::driver() {
        Ok(driver) => driver,
        // The stories need none.
        Err(error) => {
            eprintln!("\n{error:#}\n");
            return Ok(vec![chromium::driver_left_out()]);
        }
    };
    process::run(wasm_tests(workspace)?.env("CHROMEDRIVER", driver)).map(|()| LeftOut::new())
}

/// The tests that run in a browser; which one, the caller adds. The runner looks for webdriver.json in the package's
/// folder, which is the repository's top.
pub(super) fn wasm_tests(workspace: &Workspace) -> Result<Command> {
    rust::wasm_target()?;
    node::packages(workspace)?;
    let runner = prepare::wasm_bindgen(workspace)?.join("wasm-bindgen-test-runner");
    let mut command = process::cargo(workspace);
    command
        .args(["test", "-p", "ruyuan", "-p", "ruyuan-renderer"])
        .args(["--target", rust::WASM, "--test", "browser"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    Ok(command)
}

fn e2e(workspace: &Workspace) -> Result<()> {
    let mut stories = playwright(workspace)?;
    stories.env("CHROMIUM_PATH", chromium::browser(workspace)?);
    if let Some(shell) = chromium::shell()? {
        stories.env("CHROMIUM_SHELL", shell);
    }
    client::ensure(workspace)?;
    run::build_server(workspace)?;
    process::run(&mut stories)
}

/// What runs the stories, on the release client and the release server.
pub(super) fn playwright(workspace: &Workspace) -> Result<Command> {
    node::packages(workspace)?;
    let mut command = Command::new(node::playwright(workspace));
    command
        .current_dir(workspace.path("tests/e2e"))
        .arg("test")
        .env("SERVER_BIN", workspace.server_binary())
        .env("DIST", workspace.dist())
        .env("CONTENT", workspace.path("content"));
    Ok(command)
}
