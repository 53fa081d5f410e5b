//! The first download against its ceiling, with a table of what it is made of.

use std::cmp::Reverse;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::fingerprint::files_under;
use crate::prepare::{rust, small_std};
use crate::workspace::Workspace;

/// What a first visit should load at most, in bytes, compressed with brotli. Not reached yet: docs/download.md
/// says why, what was tried and what is next.
const GOAL: u64 = 200 * 1024;

/// What it may load at most today. It goes down, until it is the goal; docs/download.md says what it was raised for.
const CEILING: u64 = 463 * 1024;

/// With a compiler whose standard library is used as it comes (`prepare::small_std`).
const CEILING_AS_IT_COMES: u64 = 501 * 1024;

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
    let ceiling = if small_std::is_tried(&rust::compiler_version()?) {
        CEILING
    } else {
        CEILING_AS_IT_COMES
    };
    let total: u64 = items.iter().map(|item| item.travels).sum();
    for item in &items {
        println!("  {:>9} {:>9}  {}", item.travels, item.bytes, item.name);
    }
    println!(
        "  {total:>9} of {ceiling} bytes at most; the goal is {GOAL}, this is {} % of it",
        total * 100 / GOAL
    );
    if total > ceiling {
        bail!(
            "the first download is {} bytes over its ceiling; the biggest part is {}",
            total - ceiling,
            items[0].name
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
