//! `ruyuan-sim --seeds N --steps M`: runs seeds and prints the first that fails.

use ruyuan_sim::{Options, Summary, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1);
    let (mut first, mut seeds, mut steps, mut firms) = (0_u64, 200_u64, 400_usize, 12_usize);
    let mut every_fault = true;
    while let Some(name) = numbers.next() {
        let value: Option<u64> = numbers.next().and_then(|text| text.parse().ok());
        match (name.as_str(), value) {
            ("--seed", Some(value)) => (first, seeds) = (value, 1),
            ("--first", Some(value)) => first = value,
            ("--seeds", Some(value)) => seeds = value,
            ("--steps", Some(value)) => steps = value as usize,
            ("--firms", Some(value)) => firms = value as usize,
            ("--every-fault", Some(value)) => every_fault = value > 0,
            _ => {
                eprintln!(
                    "usage: ruyuan-sim [--seed S | --first S --seeds N] [--steps M] [--firms F] [--every-fault 0]"
                );
                return ExitCode::from(2);
            }
        }
    }
    let mut total = Summary::default();
    for seed in first..first + seeds {
        let options = Options {
            seed,
            steps,
            broken: None,
            firms,
            every_fault,
            trace: seeds == 1,
        };
        match run(&options) {
            Ok(summary) => total.add(&summary),
            Err(found) => {
                println!(
                    "seed {seed} failed (again with --seed {seed} --steps {steps} --firms {firms} --every-fault {}):",
                    u8::from(every_fault)
                );
                for line in found.iter().take(20) {
                    println!("  {line}");
                }
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{seeds} seeds of {steps} steps: {total:?}");
    ExitCode::SUCCESS
}
