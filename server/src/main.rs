//! The program: reads its command line and says in one line why it could not do what it says.

use clap::Parser;
use ruyuan_server::{
    backup,
    clock::SystemClock,
    config::{Cli, Command},
    leave, roster, start,
};
use std::{error::Error, io, panic, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// What was asked could not be done; clap leaves with the same code for a wrong option.
const CANNOT_START: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let command = Cli::parse().command;
    let filter =
        EnvFilter::try_from_env("RUYUAN_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=error"));
    tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    panic::set_hook(Box::new(|info| {
        // Where, not what: the message of a panic may hold what a person typed.
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
    match run(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ruyuan-server: {error}");
            ExitCode::from(CANNOT_START)
        }
    }
}

async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Serve(options) => start::serve(options).await?,
        Command::Backup(options) => {
            let written = backup::backup(&options, &SystemClock).await?;
            println!("{}: {written}; read back and right", options.to.display());
        }
        Command::Restore(options) => {
            let restored = backup::restore(&options, &SystemClock).await?;
            print!("{restored}");
        }
        Command::Import(options) => {
            println!("{}", roster::import(&options, &SystemClock).await?);
        }
        Command::Leave(options) => {
            println!("{}", leave::leave(&options, &SystemClock).await?);
        }
    }
    Ok(())
}
