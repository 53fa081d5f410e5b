//! Many devices at once against one server: 500 that submit visits, 100 that load everything. One thread, bodies made
//! beforehand where they can be, and its own processor time in the answer: on one machine it takes from the server
//! what it uses itself.
//!
//! It prints one JSON object and ends by itself: by time, or when the devices have everything.

mod line;
mod sync;
mod usage;
mod visits;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::{net::SocketAddr, path::PathBuf};

/// Where the server is and as whom it is used.
#[derive(Debug, Parser)]
struct Cli {
    /// The server.
    #[arg(long)]
    address: SocketAddr,
    /// The `Cookie` header of a session that was opened before: signing in is slow on purpose and not measured.
    #[arg(long)]
    cookie: String,
    /// The scope that the devices work in.
    #[arg(long)]
    scope: String,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Each device submits one visit after the other.
    Visits {
        /// How many devices.
        #[arg(long, default_value_t = 500)]
        devices: u32,
        /// How long, at most.
        #[arg(long, default_value_t = 10)]
        seconds: u32,
        /// Visits a second of all devices together; 0 for as many as the server takes.
        #[arg(long, default_value_t = 0)]
        rate: u32,
        /// A visit's fields as JSON, `@@` where each has a text of its own.
        #[arg(long)]
        fields: PathBuf,
        /// Tells the ids of one run from those of another on the same server.
        #[arg(long, default_value_t = 1)]
        salt: u8,
    },
    /// Each device loads everything from the start.
    Sync {
        /// How many devices.
        #[arg(long, default_value_t = 100)]
        devices: u32,
        /// How many rows each must get.
        #[arg(long)]
        rows: usize,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let server = line::Server {
        address: cli.address,
        cookie: cli.cookie,
    };
    let text = match cli.task {
        Task::Visits {
            devices,
            seconds,
            rate,
            fields,
            salt,
        } => {
            let plan = visits::Plan {
                devices,
                seconds,
                rate,
                fields: std::fs::read_to_string(fields)?,
                scope: cli.scope,
                salt,
            };
            serde_json::to_string(&visits::run(&server, &plan).await?)?
        }
        Task::Sync { devices, rows } => {
            serde_json::to_string(&sync::run(&server, &cli.scope, devices, rows).await?)?
        }
    };
    println!("{text}");
    Ok(())
}
