//! The server program, started with a content and a client of its own, and stopped with the test.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// Names another build of the program, as a measurement wants the release build.
const PROGRAM: &str = "RUYUAN_SERVER";

pub struct Server {
    pub port: u16,
    /// What it said up to its address.
    pub said: Vec<String>,
    child: Child,
    /// Open as long as it runs: it may say more.
    _reader: BufReader<std::process::ChildStdout>,
    _folder: TempDir,
}

/// A server that was told to start.
pub struct Starting(Child, TempDir);

/// Tells a server to start, with these options.
pub fn start(options: &[&str]) -> Starting {
    let folder = TempDir::new().unwrap();
    ruyuan_server::testing::write_content(&folder.path().join("content"));
    std::fs::create_dir(folder.path().join("dist")).unwrap();
    std::fs::write(folder.path().join("dist/index.html"), "<!doctype html>").unwrap();
    let program =
        env::var_os(PROGRAM).unwrap_or_else(|| env!("CARGO_BIN_EXE_ruyuan-server").into());
    let child = Command::new(program)
        .current_dir(folder.path())
        .args(["serve", "--port", "0"])
        .args(options)
        .env("RUYUAN_LOG", "warn,sqlx=error")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    Starting(child, folder)
}

impl Starting {
    /// Waits until it listens.
    pub fn listens(mut self) -> Server {
        let mut reader = BufReader::new(self.0.stdout.take().unwrap());
        let mut said = Vec::new();
        loop {
            let mut line = String::new();
            assert_ne!(
                reader.read_line(&mut line).unwrap(),
                0,
                "the server ended after {said:?}"
            );
            let line = line.trim_end().to_owned();
            if let Some(port) = line.strip_prefix("listening on http://localhost:") {
                return Server {
                    port: port.parse().unwrap(),
                    said,
                    child: self.0,
                    _reader: reader,
                    _folder: self.1,
                };
            }
            said.push(line);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
