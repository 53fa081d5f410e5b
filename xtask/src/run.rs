//! `cargo xtask run`: the whole system on this machine.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::client;
use crate::command_line::RunOptions;
use crate::prepare::postgres::{self, Cluster, Keep, Programs};
use crate::process;
use crate::workspace::Workspace;

/// Builds what is missing, then becomes the server.
pub fn run(workspace: &Workspace, options: &RunOptions) -> Result<ExitCode> {
    client::ensure(workspace)?;
    build_server(workspace)?;
    become_the_program(&mut server(workspace, options)?)
}

/// Builds the release server; cargo decides whether there is anything to do.
pub fn build_server(workspace: &Workspace) -> Result<()> {
    if !workspace.server_binary().is_file() {
        println!("Building the server: about 5 minutes on two cores the first time");
    }
    process::run(process::cargo(workspace).args(["build", "--release", "-p", "ruyuan-server"]))
        .context("the server was not built")
}

fn server(workspace: &Workspace, options: &RunOptions) -> Result<Command> {
    let data = match &options.data {
        // Relative to where the command was typed, not to the repository.
        Some(folder) => std::path::absolute(folder).context("--data is not a usable path")?,
        None => PathBuf::from("data"),
    };
    let mut command = Command::new(workspace.server_binary());
    command.current_dir(workspace.root()).arg("serve");
    command.arg("--data").arg(&data);
    if options.postgres {
        let url = database_url(&workspace.root().join(&data))?;
        // Not as an argument: those are read by everybody on this machine, and it may hold a password.
        command.env("RUYUAN_DATABASE", url);
    }
    command.args(["--dist", "dist", "--content", "content"]);
    command.args(["--port", &options.port.unwrap_or(8080).to_string()]);
    if let Some(host) = &options.host {
        command.args(["--host", host]);
    }
    if options.demo {
        command.arg("--demo");
    }
    Ok(command)
}

/// The database that DATABASE_URL names, or one in a PostgreSQL of its own below the data folder.
/// That one ends with this process, and the server becomes this process.
fn database_url(data: &Path) -> Result<String> {
    const DATABASE: &str = "ruyuan";
    if let Ok(url) = env::var("DATABASE_URL")
        && !url.is_empty()
    {
        println!("Serving on the PostgreSQL that DATABASE_URL names");
        return Ok(url);
    }
    let programs = Programs::in_folder(postgres::programs()?)?;
    let folder = data.join("postgres");
    println!("Starting a PostgreSQL for trying in {}", folder.display());
    let cluster = Cluster::start(programs, &folder, Keep::Folder)
        .context("the PostgreSQL in the data folder did not start")?;
    cluster.make_database(DATABASE)?;
    Ok(cluster.url(DATABASE))
}

/// Replaces this process, so that output, Ctrl-C and the exit code are the server's own and
/// nothing can end before its graceful shutdown has.
#[cfg(unix)]
fn become_the_program(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("the server could not be started")
}

/// Without `exec`, waits; the console sends Ctrl-C to both.
#[cfg(not(unix))]
fn become_the_program(command: &mut Command) -> Result<ExitCode> {
    let status = command
        .status()
        .context("the server could not be started")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}
