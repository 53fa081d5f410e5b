//! What the server is told on its command line.

use crate::roster::columns::What;
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
    /// Copy everything into one file, while the server runs.
    Backup(BackupOptions),
    /// Make the data what a backup says. The server must not run.
    Restore(RestoreOptions),
    /// Look over a table of firms, take it in as one batch, or take a batch back.
    Import(ImportOptions),
    /// End everything that a person may do, while the server runs. What their phones hold unsent is taken for a
    /// month.
    Leave(LeaveOptions),
}

/// Options of `backup`.
#[derive(Clone, Debug, Args)]
pub struct BackupOptions {
    /// Folder of the SQLite database and of the attachments.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// The PostgreSQL database instead, as postgres://user@host/name.
    #[arg(long, env = "RUYUAN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Where the attachments are, if the server was told: the same as its --blobs.
    #[arg(long, env = "RUYUAN_BLOBS")]
    pub blobs: Option<String>,
    /// The file to write. There must be none of this name.
    #[arg(long)]
    pub to: PathBuf,
}

/// Options of `restore`.
#[derive(Clone, Debug, Args)]
pub struct RestoreOptions {
    /// The backup.
    #[arg(long)]
    pub from: PathBuf,
    /// Folder of the SQLite database and of the attachments; made if missing.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// A PostgreSQL database instead, as postgres://user@host/name. It may have been SQLite that the backup was made
    /// of, and the other way round.
    #[arg(long, env = "RUYUAN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Where the attachments go, if not into the data folder: a folder, or a bucket as s3://bucket/prefix. What stands
    /// there already stays.
    #[arg(long, env = "RUYUAN_BLOBS")]
    pub blobs: Option<String>,
    /// Put aside what stands there. Nothing is deleted; where it is kept is printed.
    #[arg(long)]
    pub replace: bool,
}

/// Options of `import`.
#[derive(Clone, Debug, Args)]
pub struct ImportOptions {
    /// Who answers for it: an account that may write to the parks concerned.
    #[arg(long)]
    pub user: String,
    /// What the table is of: firms, or past pledges of firms that are known.
    #[arg(long, value_enum, default_value_t = What::Firms)]
    pub what: What,
    /// The table: an .xlsx workbook, or text with commas or tabs.
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// The workbook's sheet, if not the first.
    #[arg(long)]
    pub sheet: Option<String>,
    /// The park, by name or code, of rows that name none.
    #[arg(long)]
    pub park: Option<String>,
    /// What a column holds whose name is not known, as 客户=name; as often as needed.
    #[arg(long, value_parser = pair)]
    pub column: Vec<(String, String)>,
    /// Write what becomes of each row into this .xlsx.
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// Take in the new and the changed rows. Without it nothing is written.
    #[arg(long)]
    pub apply: bool,
    /// Take back the batch of this number.
    #[arg(long, conflicts_with_all = ["file", "apply", "report"])]
    pub undo: Option<String>,
    /// Folder of the SQLite database.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// The PostgreSQL database instead, as postgres://user@host/name.
    #[arg(long, env = "RUYUAN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text
        .split_once('=')
        .map(|(name, field)| (name.to_owned(), field.to_owned()));
    pair.ok_or_else(|| "write it as 客户=name".to_owned())
}

/// Options of `leave`.
#[derive(Clone, Debug, Args)]
pub struct LeaveOptions {
    /// The person's user name.
    #[arg(long)]
    pub user: String,
    /// Folder of the SQLite database.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// The PostgreSQL database instead, as postgres://user@host/name.
    #[arg(long, env = "RUYUAN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
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
    /// Where the bytes of attachments are kept: a folder (of the data folder if it is not named), or a bucket as
    /// s3://bucket/prefix, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION or AWS_ENDPOINT. Servers that
    /// share a database must share this too.
    #[arg(long, env = "RUYUAN_BLOBS")]
    pub blobs: Option<String>,
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
