//! One number for the contents of many files: has anything changed since the last build?

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Hashes these words and the names and contents of everything under these paths of `root`.
///
/// A path that does not exist counts as absent, so that adding it later changes the result.
/// The standard hasher is enough: it guards against forgetting a rebuild, not against an attacker.
pub fn fingerprint(root: &Path, inputs: &[&str], words: &[&str]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for word in words {
        write_part(&mut hasher, word.as_bytes());
    }
    for input in inputs {
        for file in files_under(&root.join(input))? {
            let name = file.strip_prefix(root).unwrap_or(&file);
            let contents =
                fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            write_part(&mut hasher, name.to_string_lossy().as_bytes());
            write_part(&mut hasher, &contents);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Every file under a path (the path itself if it is a file), in a fixed order.
pub fn files_under(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    if path.is_dir() {
        let entries =
            fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
        for entry in entries {
            files.extend(files_under(&entry?.path())?);
        }
    }
    files.sort();
    Ok(files)
}

/// The length goes first, so that two parts never read like one.
fn write_part(hasher: &mut DefaultHasher, part: &[u8]) {
    hasher.write_usize(part.len());
    hasher.write(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_change_is_noticed() {
        let root = std::env::temp_dir().join(format!("ruyuan-xtask-{}", std::process::id()));
        let now = || fingerprint(&root, &["src", "Trunk.toml"], &["1.95"]).expect("readable");
        fs::create_dir_all(root.join("src/deep")).expect("writable");
        fs::write(root.join("src/deep/a.rs"), "a").expect("writable");
        let first = now();
        assert_eq!(first, now(), "the same contents give the same result");

        fs::write(root.join("src/deep/a.rs"), "b").expect("writable");
        let edited = now();
        fs::write(root.join("src/b.rs"), "").expect("writable");
        let added = now();
        fs::rename(root.join("src/b.rs"), root.join("src/c.rs")).expect("writable");
        let renamed = now();
        fs::write(root.join("Trunk.toml"), "").expect("writable");
        let configured = now();
        fs::remove_dir_all(&root).expect("writable");

        let mut all = vec![first, edited, added, renamed, configured];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 5);
    }
}
