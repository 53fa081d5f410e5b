//! What the server is told on its command line.

use clap::{Args, Parser, Subcommand};
use std::{net::IpAddr, path::PathBuf};

/// 入园: the server of intellectual-property finance in industrial parks.
#[derive(Debug, Parser)]
#[command(name = "ruyuan-server", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the client and its API.
    Serve(ServeOptions),
}

/// Options of `serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    /// Port to listen on; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Address to listen on. With 127.0.0.1, ::1 is tried too, so that `localhost` works either way.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Folder of the SQLite database; made if missing. With --database it holds snapshots only,
    /// which servers on one machine may share.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// A PostgreSQL database instead, as postgres://user@host/name. Any number of servers may share it. The password
    /// is better not typed here, where other people of this machine can read it: PGPASSWORD and ~/.pgpass are heeded.
    #[arg(long, env = "RUYUAN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder of the built client.
    #[arg(long, default_value = "dist")]
    pub dist: PathBuf,
    /// Folder of the content that ships.
    #[arg(long, default_value = "content")]
    pub content: PathBuf,
    /// Load demo accounts and firms into the database, once. Never use it where real data will live.
    #[arg(long)]
    pub demo: bool,
    /// Send cookies over HTTPS only. Use it wherever a proxy serves this over HTTPS.
    #[arg(long)]
    pub secure_cookies: bool,
}
