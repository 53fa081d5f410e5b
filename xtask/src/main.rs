//! `cargo xtask`: prepares, builds, runs and tests the project.
//!
//! One subcommand, one module. The tool itself has almost no dependencies, because everybody
//! waits for it before anything else happens.

mod bench;
mod client;
mod command_line;
mod fingerprint;
mod fuzz;
mod prepare;
mod process;
mod run;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use command_line::Command;
use workspace::Workspace;

/// What a wrong command line ends with; a failed task ends with 1.
const USAGE_ERROR: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = match command_line::parse(&arguments) {
        Ok(command) => command,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", command_line::USAGE);
            return ExitCode::from(USAGE_ERROR);
        }
    };
    match carry_out(command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::locate()?;
    match command {
        Command::Help => println!("{}", command_line::USAGE),
        Command::Setup => prepare::everything(&workspace)?,
        Command::Build => client::ensure(&workspace)?,
        Command::Fuzz { seconds } => fuzz::run(&workspace, seconds)?,
        Command::Run(options) => return run::run(&workspace, &options),
        Command::Bench(options) => return bench::run(&workspace, &options),
        Command::Sim { options } => test::simulator(&workspace, &options)?,
        Command::Soak { seconds } => test::soak(&workspace, seconds)?,
        Command::Test { only } => return test::run(&workspace, &only),
    }
    Ok(ExitCode::SUCCESS)
}
