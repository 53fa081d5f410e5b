//! Reads the command line. By hand: six subcommands do not pay for a parser crate.

use std::fmt;

use crate::test;

/// What is printed for `help` and after a wrong command line.
pub const USAGE: &str = "\
Usage: cargo xtask <command>

  run [--demo] [--port 8080] [--data data] [--host 127.0.0.1] [--postgres]
             prepares what is missing, builds client and server, and serves them;
             with --postgres on the database that DATABASE_URL names, or on a
             PostgreSQL of its own in the data folder, which ends with the server
  test [--only NAME]...
             every check and test there is, in order; --only picks steps by name:
             fmt, tidy, purity, clippy, clippy-wasm, unit, office, sim, postgres,
             client, size, browser, judges, e2e, engines
  sim [--seeds 200] [--steps 400] [--first 0] [--firms 12] [--every-fault 1] | [--seed S]
             runs the simulator; a seed that fails says how to run it again. With
             --every-fault 0 without lost phones, and parks are not taken where a server is
             set back: the runs that older seeds stood for
  fuzz [--seconds 60]
             lets a fuzzer push and pull against the server, each for that long
  soak [--seconds 60]
             what takes long: a hundred thousand seeds of the simulator and two with as many
             firms, then fifty people who write through two servers on one PostgreSQL while
             ten pull, then a browser killed fifty times in the middle of what it does
  bench [--runs 10] [--records 10000] [--all-peers] [--app] [--server-load] [--only PEER]...
             measures this project beside its peers, into bench/results/; --app adds the client
             on a slow phone, --server-load the server under load, --runs 0 leaves the peers out
  build      the release client into dist/
  setup      only prepares the tools
  help       this text";

/// One parsed command line.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print the usage.
    Help,
    /// Prepare every tool, build nothing.
    Setup,
    /// Build the client.
    Build,
    /// Build everything and start the server.
    Run(RunOptions),
    /// Run every fuzz target.
    Fuzz {
        /// How long each.
        seconds: u32,
    },
    /// Run the simulator.
    Sim {
        /// Its own options, which it reads itself.
        options: Vec<String>,
    },
    /// Run what takes long: the simulator over many seeds, many who write and pull at once, a browser that is killed.
    Soak {
        /// How long.
        seconds: u32,
    },
    /// Run the checks and tests.
    Test {
        /// Names of the steps to run; empty means all.
        only: Vec<String>,
    },
    /// Measure beside the peers.
    Bench(BenchOptions),
}

/// Options of `bench`.
#[derive(Debug, PartialEq, Eq)]
pub struct BenchOptions {
    /// Rounds in which each peer runs once; fewer than ten are for trying the benchmark itself.
    pub runs: u32,
    /// Records that are synced.
    pub records: u32,
    /// Also the peers that are kept for completeness.
    pub all_peers: bool,
    /// Also the client as it ships, on a slow processor.
    pub app: bool,
    /// Also the server under the load of many devices.
    pub server_load: bool,
    /// Names of the peers to run; empty means all.
    pub only: Vec<String>,
}

/// Options of `run`, as the server gets them.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct RunOptions {
    /// Load the demo accounts and enterprises.
    pub demo: bool,
    /// Port to listen on; the server's own default without it.
    pub port: Option<u16>,
    /// Folder of the database, relative to where the command was typed.
    pub data: Option<String>,
    /// Address to listen on.
    pub host: Option<String>,
    /// Serve on PostgreSQL.
    pub postgres: bool,
}

/// Why a command line was not understood.
#[derive(Debug, PartialEq, Eq)]
pub struct UsageError(String);

impl fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Parses everything after `cargo xtask`.
pub fn parse(arguments: &[String]) -> Result<Command, UsageError> {
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        return Ok(Command::Help);
    }
    // `--port=8081` is `--port 8081`.
    let mut rest = arguments.iter().flat_map(|argument| {
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value)),
            _ => (argument.as_str(), None),
        };
        [Some(option), value].into_iter().flatten()
    });
    let command = match rest.next() {
        None => return Err(UsageError("A command is missing.".into())),
        Some("help") => return Ok(Command::Help),
        Some("setup") => Command::Setup,
        Some("build") => Command::Build,
        Some("run") => return parse_run(rest),
        Some("test") => return parse_test(rest),
        Some("fuzz") => {
            return Ok(Command::Fuzz {
                seconds: parse_seconds(rest)?,
            });
        }
        Some("sim") => {
            return Ok(Command::Sim {
                options: rest.map(str::to_owned).collect(),
            });
        }
        Some("soak") => {
            return Ok(Command::Soak {
                seconds: parse_seconds(rest)?,
            });
        }
        Some("bench") => return parse_bench(rest),
        Some(other) => return Err(UsageError(format!("There is no command `{other}`."))),
    };
    match rest.next() {
        None => Ok(command),
        Some(extra) => Err(unknown_option(extra)),
    }
}

fn parse_run<'a>(mut rest: impl Iterator<Item = &'a str>) -> Result<Command, UsageError> {
    let mut options = RunOptions::default();
    while let Some(option) = rest.next() {
        match option {
            "--demo" => options.demo = true,
            "--port" => {
                let text = value(option, &mut rest)?;
                let port = text.parse().map_err(|_| {
                    UsageError(format!("--port takes a number up to 65535, not `{text}`."))
                })?;
                options.port = Some(port);
            }
            "--data" => options.data = Some(value(option, &mut rest)?),
            "--host" => options.host = Some(value(option, &mut rest)?),
            "--postgres" => options.postgres = true,
            other => return Err(unknown_option(other)),
        }
    }
    Ok(Command::Run(options))
}

fn parse_test<'a>(mut rest: impl Iterator<Item = &'a str>) -> Result<Command, UsageError> {
    let mut only = Vec::new();
    while let Some(option) = rest.next() {
        match option {
            "--only" => {
                let name = value(option, &mut rest)?;
                if !test::is_step(&name) {
                    return Err(UsageError(format!("There is no test step `{name}`.")));
                }
                only.push(name);
            }
            other => return Err(unknown_option(other)),
        }
    }
    Ok(Command::Test { only })
}

fn parse_seconds<'a>(mut rest: impl Iterator<Item = &'a str>) -> Result<u32, UsageError> {
    let mut seconds = 60;
    while let Some(option) = rest.next() {
        match option {
            "--seconds" => {
                let text = value(option, &mut rest)?;
                // None at all is without an end for the fuzzer.
                seconds = text
                    .parse()
                    .ok()
                    .filter(|seconds| *seconds > 0)
                    .ok_or_else(|| {
                        UsageError(format!("--seconds takes a number from 1, not `{text}`."))
                    })?;
            }
            other => return Err(unknown_option(other)),
        }
    }
    Ok(seconds)
}

fn parse_bench<'a>(mut rest: impl Iterator<Item = &'a str>) -> Result<Command, UsageError> {
    let mut options = BenchOptions {
        runs: 10,
        records: 10_000,
        all_peers: false,
        app: false,
        server_load: false,
        only: Vec::new(),
    };
    while let Some(option) = rest.next() {
        match option {
            "--runs" => options.runs = number(option, &mut rest)?,
            "--records" => options.records = number(option, &mut rest)?,
            "--all-peers" => options.all_peers = true,
            "--app" => options.app = true,
            "--server-load" => options.server_load = true,
            "--only" => options.only.push(value(option, &mut rest)?),
            other => return Err(unknown_option(other)),
        }
    }
    Ok(Command::Bench(options))
}

fn number<'a>(option: &str, rest: &mut impl Iterator<Item = &'a str>) -> Result<u32, UsageError> {
    let text = value(option, rest)?;
    text.parse()
        .map_err(|_| UsageError(format!("{option} takes a number, not `{text}`.")))
}

fn value<'a>(option: &str, rest: &mut impl Iterator<Item = &'a str>) -> Result<String, UsageError> {
    rest.next()
        .filter(|text| !text.starts_with("--"))
        .map(str::to_owned)
        .ok_or_else(|| UsageError(format!("{option} needs a value.")))
}

fn unknown_option(option: &str) -> UsageError {
    UsageError(format!("There is no option `{option}` here."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, UsageError> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn run_takes_its_options_in_any_order() {
        let expected = RunOptions {
            demo: true,
            port: Some(9000),
            data: Some("/tmp/d".into()),
            host: None,
            postgres: true,
        };
        assert_eq!(
            parsed("run --data /tmp/d --postgres --demo --port 9000"),
            Ok(Command::Run(expected))
        );
    }

    #[test]
    fn a_value_may_stand_behind_an_equals_sign_and_help_anywhere() {
        let expected = RunOptions {
            port: Some(8081),
            data: Some("a=b".into()),
            ..RunOptions::default()
        };
        assert_eq!(
            parsed("run --port=8081 --data=a=b"),
            Ok(Command::Run(expected))
        );
        assert_eq!(parsed("run --help"), Ok(Command::Help));
    }

    #[test]
    fn test_steps_can_be_picked() {
        let only = vec!["tidy".to_owned(), "unit".to_owned()];
        assert_eq!(
            parsed("test --only tidy --only unit"),
            Ok(Command::Test { only })
        );
    }

    #[test]
    fn a_fuzzer_runs_for_a_while() {
        assert_eq!(parsed("fuzz"), Ok(Command::Fuzz { seconds: 60 }));
        assert_eq!(
            parsed("fuzz --seconds 300"),
            Ok(Command::Fuzz { seconds: 300 })
        );
    }

    #[test]
    fn bench_has_the_figures_of_the_paper_unless_told_otherwise() {
        let expected = BenchOptions {
            runs: 10,
            records: 2000,
            all_peers: true,
            app: false,
            server_load: false,
            only: vec!["ours".to_owned()],
        };
        assert_eq!(
            parsed("bench --records 2000 --all-peers --only ours"),
            Ok(Command::Bench(expected))
        );
    }

    #[test]
    fn a_soak_takes_a_minute_unless_told() {
        assert_eq!(parsed("soak"), Ok(Command::Soak { seconds: 60 }));
        assert_eq!(parsed("soak --seconds 5"), Ok(Command::Soak { seconds: 5 }));
    }

    #[test]
    fn every_wrong_line_is_refused_with_its_reason() {
        for (line, part) in [
            ("", "missing"),
            ("measure", "no command `measure`"),
            ("bench --runs ten", "--runs takes a number"),
            ("bench --fast", "no option `--fast`"),
            ("build --release", "no option `--release`"),
            ("run --port", "--port needs a value"),
            ("run --port --demo", "--port needs a value"),
            ("run --port 70000", "not `70000`"),
            ("test --only nothing", "no test step `nothing`"),
            ("fuzz --seconds 0", "not `0`"),
            ("setup now", "no option `now`"),
            ("soak --seconds long", "not `long`"),
        ] {
            let problem = parsed(line).expect_err(line).to_string();
            assert!(problem.contains(part), "{line:?} gave {problem:?}");
        }
    }

    #[test]
    fn the_usage_names_every_step() {
        for name in test::step_names() {
            assert!(USAGE.contains(name), "{name} is missing in the usage");
        }
    }
}
