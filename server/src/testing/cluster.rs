//! A PostgreSQL of one's own on this machine, in a folder, reached through a socket in that folder and by nobody else.
//! It ends when the process ends for which it was started, however that happens.
//!
//! Plain standard library: `xtask` compiles this file too, for `cargo xtask run --postgres`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

/// What it is to be started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The folder goes when it ends. What it says is on disk need not be, which is quicker.
    Nothing,
    /// The folder goes when it ends; until then every commit is on disk, as where it counts.
    Commits,
    /// The folder stays.
    Folder,
}

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    programs: Programs,
}

/// PostgreSQL's programs, and how this process may call them.
#[derive(Clone, Debug)]
pub struct Programs {
    bin: PathBuf,
    /// It does not run as root: root's calls are made as this user.
    user: Option<String>,
}

/// The folder of PostgreSQL's programs: the one POSTGRES_BIN names, the newest of Debian's, or the one on PATH.
pub fn bin_folder() -> Option<PathBuf> {
    let whole = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres"]
            .iter()
            .all(|program| folder.join(program).is_file())
    };
    if let Some(named) = env::var_os("POSTGRES_BIN").filter(|value| !value.is_empty()) {
        return Some(PathBuf::from(named)).filter(whole);
    }
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| whole(folder))
        .collect();
    versions.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    versions
        .pop()
        .map(|(_, folder)| folder)
        .or_else(|| env::split_paths(&path).find(whole))
}

impl Programs {
    /// As this process may call them.
    ///
    /// # Errors
    /// `id` cannot be called.
    pub fn in_folder(bin: PathBuf) -> io::Result<Self> {
        let root = said(Command::new("id").arg("-u"))? == "0";
        // Debian's package makes the user `postgres`; where there is none, any without rights will do.
        let user = ["postgres", "nobody"]
            .into_iter()
            .find(|name| said(Command::new("id").args(["-u", name])).is_ok());
        Ok(Self {
            bin,
            user: user.filter(|_| root).map(str::to_owned),
        })
    }

    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        match &self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]);
                command.arg(program);
                command
            }
        }
    }
}

impl Cluster {
    /// Makes the folder's database if there is none, and starts it. `folder` is absolute.
    ///
    /// # Errors
    /// A program failed; the error has what it said.
    pub fn start(programs: Programs, folder: &Path, keep: Keep) -> io::Result<Self> {
        let made = folder.join("data/PG_VERSION").exists();
        if !made {
            fs::create_dir_all(folder)?;
            if let Some(user) = &programs.user {
                said(Command::new("chown").arg(format!("{user}:")).arg(folder))?;
            }
            let mut initdb = programs.command("initdb");
            initdb.current_dir(folder).args(["--pgdata", "data"]);
            // Whoever reaches the socket is let in; the folder lets nobody else reach it.
            initdb.args(["--username", "ruyuan", "--auth", "trust"]);
            initdb.args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]);
            said(&mut initdb)?;
        }
        if made {
            wait_for_the_last_one(&programs, folder)?;
        }
        let quick = match keep {
            // Nor does anything run beside a test that it did not start: when that comes is another time at each run.
            Keep::Nothing => " -c fsync=off -c full_page_writes=off -c autovacuum=off",
            Keep::Commits | Keep::Folder => "",
        };
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c max_connections=200{quick}",
            folder.display()
        );
        let mut start = programs.command("pg_ctl");
        start.current_dir(folder).args(["--pgdata", "data"]);
        start.args(["--log", "log", "--wait", "--options", &options, "start"]);
        // It inherits what it is given, and lives longer than this call: a pipe would never end.
        start.stdin(Stdio::null()).stdout(Stdio::null());
        start.stderr(Stdio::null());
        if !start.status()?.success() {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(3).collect();
            return Err(io::Error::other(format!(
                "PostgreSQL in {} did not start: {}",
                folder.display(),
                last.join(" | ")
            )));
        }
        let cluster = Self {
            folder: folder.to_owned(),
            programs,
        };
        cluster.end_with_this_process(keep)?;
        Ok(cluster)
    }

    /// A child watches this process by its number and cleans up behind it: nothing that runs at the end of a process
    /// runs when it is killed.
    fn end_with_this_process(&self, keep: Keep) -> io::Result<()> {
        const WATCH: &str = r#"trap '' INT TERM HUP
            while kill -0 "$1" 2>/dev/null; do sleep 1; done
            if [ -n "$4" ]; then set_user="setpriv --reuid $4 --regid $4 --clear-groups --"; fi
            cd "$2" && $set_user "$3/pg_ctl" --pgdata data --mode "$5" --wait stop
            if [ "$5" = immediate ]; then cd / && rm -rf "$2"; fi"#;
        let mode = match keep {
            Keep::Folder => "fast",
            Keep::Nothing | Keep::Commits => "immediate",
        };
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "watch", &std::process::id().to_string()]);
        watch.arg(&self.folder).arg(&self.programs.bin);
        watch.arg(self.programs.user.as_deref().unwrap_or_default());
        watch.arg(mode).stdin(Stdio::null());
        watch.stdout(Stdio::null()).stderr(Stdio::null());
        watch.spawn().map(drop)
    }

    /// The URL of a database in it.
    pub fn url(&self, database: &str) -> String {
        let folder: String = self
            .folder
            .display()
            .to_string()
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        format!("postgres://ruyuan@{folder}/{database}")
    }

    /// Makes a database, if it is not there.
    ///
    /// # Errors
    /// PostgreSQL refused.
    pub fn make_database(&self, name: &str) -> io::Result<()> {
        let mut make = self.programs.command("createdb");
        make.current_dir(&self.folder)
            .arg("--host")
            .arg(&self.folder);
        // The other template cannot be copied while anybody, a worker of PostgreSQL's own too, is connected to it.
        make.args(["--username", "ruyuan", "--template", "template0", name]);
        match said(&mut make) {
            Err(error) if !error.to_string().contains("already exists") => Err(error),
            _ => Ok(()),
        }
    }
}

/// The one that ran for an earlier process takes a moment to end.
fn wait_for_the_last_one(programs: &Programs, folder: &Path) -> io::Result<()> {
    for _ in 0..50 {
        let mut status = programs.command("pg_ctl");
        status
            .current_dir(folder)
            .args(["--pgdata", "data", "status"]);
        if said(&mut status).is_err() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(200));
    }
    Err(io::Error::other(format!(
        "the PostgreSQL in {} runs for another process; stop that first",
        folder.display()
    )))
}

/// What a program says on its output; its errors if it fails.
fn said(command: &mut Command) -> io::Result<String> {
    let Output {
        status,
        stdout,
        stderr,
    } = command.stdin(Stdio::null()).output()?;
    if !status.success() {
        let stderr = String::from_utf8_lossy(&stderr);
        return Err(io::Error::other(format!("{status}: {}", stderr.trim())));
    }
    Ok(String::from_utf8_lossy(&stdout).trim().to_owned())
}
