//! The program itself: what it says when it cannot start, and how it starts and stops when it can.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};
use tempfile::TempDir;

pub struct Folders(TempDir, Vec<(String, String)>);

impl Folders {
    pub fn new() -> Self {
        Self::with(Vec::new())
    }

    /// With these in the environment of the program, and nothing of another S3.
    pub fn with(environment: Vec<(String, String)>) -> Self {
        let folders = Self(TempDir::new().unwrap(), environment);
        for name in ["dist", "content"] {
            fs::create_dir(folders.0.path().join(name)).unwrap();
        }
        fs::write(folders.0.path().join("dist/index.html"), "<!doctype html>").unwrap();
        folders
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, more: &[&str]) -> Command {
        self.program(&[&["serve"], more].concat())
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ruyuan-server"));
        command.current_dir(self.path()).args(arguments);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .envs(self.1.iter().map(|(name, value)| (name, value)))
            .env("RUYUAN_LOG", "off")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A start that must fail: its code and what it says.
    pub fn fails(&self, more: &[&str]) -> String {
        self.refuses(&[&["serve"], more].concat())
    }

    /// A run of the program that must succeed: what it prints.
    pub fn does(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A run of the program that must fail: what it says.
    pub fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "one line: {said}");
        assert!(output.stdout.is_empty());
        said
    }

    /// A start that must succeed, and what it printed up to the address.
    pub fn starts(&self, more: &[&str]) -> (Running, Vec<String>) {
        let mut running = Running(
            self.command(&[&["--port", "0"], more].concat())
                .spawn()
                .unwrap(),
        );
        let mut lines = Vec::new();
        let mut reader = BufReader::new(running.0.stdout.take().unwrap());
        loop {
            let mut line = String::new();
            assert_ne!(
                reader.read_line(&mut line).unwrap(),
                0,
                "ended after {lines:?}"
            );
            lines.push(line.trim_end().to_owned());
            if line.starts_with("listening on http://localhost:") {
                return (running, lines);
            }
        }
    }
}

/// A server that goes with its test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
pub fn stop(mut running: Running) -> ExitStatus {
    let pid = running.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    running.0.wait().unwrap()
}

#[test]
fn a_port_in_use_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folders = Folders::new();
    let said = folders.fails(&["--port", &port]);
    assert!(
        said.contains(&format!("port {port} is in use")) && said.contains("--port"),
        "{said}"
    );
    assert!(
        !folders.path().join("data").exists(),
        "a mistaken second start touches nothing"
    );
}

#[test]
fn an_unwritable_data_folder_is_said() {
    let folders = Folders::new();
    fs::write(folders.path().join("file"), "").unwrap();
    let said = folders.fails(&["--port", "0", "--data", "file/data"]);
    assert!(
        said.contains("data folder file/data") && said.contains("--data"),
        "{said}"
    );
    // The folder is there, the file cannot be a database.
    fs::create_dir_all(folders.path().join("d/ruyuan.sqlite3")).unwrap();
    let said = folders.fails(&["--port", "0", "--data", "d"]);
    assert!(said.contains("data folder d"), "{said}");
}

#[test]
fn a_client_or_content_that_is_not_there_is_said() {
    let folders = Folders::new();
    let said = folders.fails(&["--port", "0", "--dist", "nowhere"]);
    assert!(
        said.contains("no built client in nowhere") && said.contains("--dist"),
        "{said}"
    );
    let said = folders.fails(&["--port", "0", "--content", "nowhere"]);
    assert!(
        said.contains("cannot read nowhere") && said.contains("--content"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let folders = Folders::new();
    assert!(stop(folders.starts(&[]).0).success());
    let file = folders.path().join("data/ruyuan.sqlite3");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(ruyuan_server::testing::pretend_newer(&file));
    let before = fs::read(&file).unwrap();
    let said = folders.fails(&["--port", "0"]);
    assert!(
        said.contains("newer version") && said.contains("9999"),
        "{said}"
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_no_database_is_said() {
    let folders = Folders::new();
    fs::create_dir(folders.path().join("data")).unwrap();
    fs::write(
        folders.path().join("data/ruyuan.sqlite3"),
        "not a database, but long enough to look at".repeat(99),
    )
    .unwrap();
    let said = folders.fails(&["--port", "0"]);
    assert!(said.contains("cannot use the database"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_start_without_accounts_prints_a_link_and_a_demo_prints_its_accounts_each_time() {
    let folders = Folders::new();
    let (child, first) = folders.starts(&[]);
    assert!(
        first.iter().any(|line| line.contains("/setup#token=")),
        "{first:?}"
    );
    assert!(stop(child).success());
    for _ in 0..2 {
        let (child, lines) = folders.starts(&["--demo", "--data", "demo"]);
        for name in ["limin", "wangqiang", "zhaolei", "chen", "admin"] {
            assert!(lines.iter().any(|line| line.contains(name)), "{lines:?}");
        }
        assert!(!lines.iter().any(|line| line.contains("#token=")));
        assert!(stop(child).success());
    }
}

#[cfg(unix)]
#[test]
fn a_person_leaves_while_the_server_runs() {
    let folders = Folders::new();
    let leave = ["leave", "--data", "demo", "--user"];
    let refused = folders.refuses(&[&leave[..], &["limin"]].concat());
    assert!(refused.contains("there is no data in demo"), "{refused}");
    let (child, _) = folders.starts(&["--demo", "--data", "demo"]);
    let refused = folders.refuses(&[&leave[..], &["nobody"]].concat());
    assert!(refused.contains("no account nobody"), "{refused}");
    let refused = folders.refuses(&[&leave[..], &["admin"]].concat());
    assert!(
        refused.contains("nobody but admin administers"),
        "{refused}"
    );
    for ended in ["1 grants ended", "0 grants ended"] {
        let said = folders.does(&[&leave[..], &[" Limin"]].concat());
        assert!(said.contains(ended), "{said}");
    }
    assert!(stop(child).success());
}
