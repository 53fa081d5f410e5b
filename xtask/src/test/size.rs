//! The first download against its ceiling, with a table of what it is made of.

use std::cmp::Reverse;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::fingerprint::files_under;
use crate::prepare::{rust, small_std};
use crate::workspace::Workspace;

/// What a first visit loads until the home screen answers, in bytes, compressed with brotli: everything but [`REST`].
const START: u64 = 200 * 1024;

/// And all that is stored for offline. It goes down, or docs/download.md says what it was raised for.
const ALL: u64 = 510 * 1024;

/// With a compiler whose standard library is used as it comes (`prepare::small_std`), both weigh a tenth more.
const AS_IT_COMES: u64 = 110;

/// What is fetched once the first screen is at work (docs/adr/0025-two-files.md).
const REST: &str = "/split_rest.wasm";

/// Nobody's browser asks for it: it is for the server and for people.
const NOT_LOADED: &str = "release.json";

/// One file of the first visit.
struct Item {
    name: String,
    bytes: u64,
    /// What travels: the brotli copy, or the file itself where there is none.
    travels: u64,
}

/// Adds up everything in `dist/`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let items = items_in(&workspace.dist())?;
    let percent = if small_std::is_tried(&rust::compiler_version()?) {
        100
    } else {
        AS_IT_COMES
    };
    for item in &items {
        println!("  {:>9} {:>9}  {}", item.travels, item.bytes, item.name);
    }
    let (rest, start): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.name.ends_with(REST));
    if rest.is_empty() {
        bail!("nothing in the client is named {REST}: what is the start, and what comes after it?");
    }
    let start = travels(&start);
    let all = start + travels(&rest);
    within("to start", start, START * percent / 100)?;
    within("in all", all, ALL * percent / 100)
}

fn travels(items: &[&Item]) -> u64 {
    items.iter().map(|item| item.travels).sum()
}

fn within(what: &str, bytes: u64, ceiling: u64) -> Result<()> {
    println!("  {bytes:>9} of {ceiling} bytes at most {what}");
    if bytes > ceiling {
        bail!(
            "what is loaded {what} is {} bytes over its ceiling",
            bytes - ceiling
        );
    }
    Ok(())
}

fn items_in(dist: &Path) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for file in files_under(dist)? {
        let name = file.strip_prefix(dist)?.to_string_lossy().into_owned();
        if name.ends_with(".br") || name == NOT_LOADED {
            continue;
        }
        let bytes = length(&file)?;
        let compressed = dist.join(format!("{name}.br"));
        let travels = if compressed.is_file() {
            length(&compressed)?
        } else {
            bytes
        };
        items.push(Item {
            name,
            bytes,
            travels,
        });
    }
    if !items.iter().any(|item| item.name.ends_with(".wasm")) {
        bail!(
            "there is no client in {}\n  mend it with: cargo xtask build",
            dist.display()
        );
    }
    items.sort_by_key(|item| Reverse(item.travels));
    Ok(items)
}

fn length(file: &Path) -> Result<u64> {
    let metadata = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(metadata.len())
}
