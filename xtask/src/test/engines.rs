//! The store's conformance suite, and one visit from an offline phone to a second one, in the engines that are not
//! Chromium. What a store promises on disk and what a service worker does is every engine's own work.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};

use super::steps::{LeftOut, playwright, wasm_tests};
use crate::client;
use crate::prepare::engines::{self, Engine, Found};
use crate::process;
use crate::run;
use crate::workspace::Workspace;

/// A virtual screen is there within a second; a slow machine gets this long.
const SCREEN_LIMIT: Duration = Duration::from_secs(30);

/// Tests every engine that this machine has or can get; gives the others, each with the reason.
pub fn run(workspace: &Workspace) -> Result<LeftOut> {
    let mut left_out = LeftOut::new();
    for found in [engines::webkit(workspace)?, engines::firefox(workspace)?] {
        match found {
            Found::Ready(engine) => test(workspace, &engine)
                .with_context(|| format!("in {} ({})", engine.name, engine.version))?,
            Found::Missing(why) => {
                println!("\n-- NOT TESTED: {why}");
                left_out.push(why);
            }
        }
    }
    Ok(left_out)
}

fn test(workspace: &Workspace, engine: &Engine) -> Result<()> {
    println!("\n-- {}: {}", engine.name, engine.version);
    // WebKit's has no mode without a screen.
    let screen = engine.needs_screen.then(Screen::open).transpose()?;
    let on_screen = |command: &mut Command| {
        if let Some(screen) = &screen {
            command.env("DISPLAY", &screen.name);
        }
        process::run(command)
    };
    let profile = empty_profile(workspace, engine)?;
    if engine.name != "firefox" {
        println!("The runner of the wasm tests takes its driver for Firefox's, and says so.");
    }
    on_screen(&mut conformance(workspace, engine, &profile)?)?;
    is_on_disk(&profile.join(engine.databases))?;
    client::ensure(workspace)?;
    run::build_server(workspace)?;
    on_screen(
        playwright(workspace)?
            .args(["--config", "engines.config.ts"])
            .env("ENGINE", engine.name)
            .env("ENGINE_DRIVER", &engine.driver)
            .env("ENGINE_BROWSER", &engine.browser),
    )
}

/// A profile without anything in it; whatever the last run left is gone.
fn empty_profile(workspace: &Workspace, engine: &Engine) -> Result<PathBuf> {
    let profile = workspace.target().join("engines").join(engine.name);
    if profile.exists() {
        fs::remove_dir_all(&profile)
            .with_context(|| format!("cannot remove {}", profile.display()))?;
    }
    fs::create_dir_all(&profile).with_context(|| format!("cannot make {}", profile.display()))?;
    Ok(profile)
}

/// The wasm tests, as in Chromium. Whatever their runner takes for Firefox's driver gets this file from it, which
/// names the browser.
fn conformance(workspace: &Workspace, engine: &Engine, profile: &Path) -> Result<Command> {
    let file = profile.with_extension("json");
    fs::write(&file, capabilities(engine, profile))
        .with_context(|| format!("cannot write {}", file.display()))?;
    let mut command = wasm_tests(workspace)?;
    command
        .env("GECKODRIVER", &engine.driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", file);
    Ok(command)
}

/// Automated browsers like to be private, and a private one's IndexedDB is another, in memory.
fn is_on_disk(databases: &Path) -> Result<()> {
    let found = fs::read_dir(databases).is_ok_and(|mut entries| entries.next().is_some());
    ensure!(
        found,
        "no database in {}: the tests ran in memory",
        databases.display()
    );
    Ok(())
}

fn capabilities(engine: &Engine, profile: &Path) -> String {
    let arguments: Vec<String> = engine
        .arguments(profile)
        .iter()
        .map(|argument| json(argument))
        .collect();
    format!(
        "{{{}: {{\"binary\": {}, \"args\": [{}]}}}}\n",
        json(engine.options),
        json(&engine.browser.to_string_lossy()),
        arguments.join(", ")
    )
}

/// A text without control characters, as paths and names are.
fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A screen that nobody sees, gone when this is dropped.
struct Screen {
    server: Child,
    /// What DISPLAY is set to.
    name: String,
}

impl Screen {
    fn open() -> Result<Self> {
        let mut server = Command::new("Xvfb")
            // It takes a free number and says which.
            .args(["-displayfd", "1", "-screen", "0", "800x1000x24"])
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb could not be started")?;
        let said = server.stdout.take().context("Xvfb has no output")?;
        let mut screen = Self {
            server,
            name: String::new(),
        };
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(said).read_line(&mut line);
            let _ = tell.send(read.map(|_| line));
        });
        let line = told
            .recv_timeout(SCREEN_LIMIT)
            .map_err(|_| anyhow!("Xvfb gave no screen in {} s", SCREEN_LIMIT.as_secs()))??;
        let number: u32 = line
            .trim()
            .parse()
            .map_err(|_| anyhow!("Xvfb gave no screen, but {line:?}"))?;
        screen.name = format!(":{number}");
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_and_its_profile_are_named_in_json() {
        let engine = Engine {
            name: "webkit",
            version: String::new(),
            driver: PathBuf::new(),
            browser: PathBuf::from("/a \"b\"/c"),
            options: "webkitgtk:browserOptions",
            needs_screen: true,
            profile_option: &[],
            databases: "",
        };
        assert_eq!(
            capabilities(&engine, Path::new("/p")),
            "{\"webkitgtk:browserOptions\": {\"binary\": \"/a \\\"b\\\"/c\", \"args\": [\"/p\"]}}\n"
        );
    }
}
