//! A data folder: who uses it, and how what is in it is put aside.
//!
//! A port is no proof that no server runs, and SQLite's own locks are let go while a server is idle. So who serves or
//! reads a folder holds a lock on a file in it, together with others; a restore holds it alone. The operating system
//! lets go of it when the process ends, however it ends.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
};

/// Name of the file that is locked. It is empty and stays.
const LOCK: &str = "ruyuan.lock";

/// Name of the file that says that a restore has begun to put things in their place. While it is there, a start would
/// take half a database for a whole one.
const MARK: &str = "restore-under-way";

/// Held as long as the folder is used.
#[derive(Debug)]
pub struct FolderLock(#[allow(dead_code, reason = "dropping it is its use")] Option<File>);

impl FolderLock {
    /// Beside others who serve or read it. On a file system without locks it is let through, as nothing there could
    /// ever be locked, and a restore refuses there.
    ///
    /// # Errors
    /// A restore has it.
    pub fn shared(folder: &Path) -> io::Result<Self> {
        let Ok(file) = open(folder) else {
            // Who may read only can still be served by what reads only; whoever writes is told by the database.
            return Ok(Self(None));
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "the data folder cannot be locked");
                Ok(Self(None))
            }
        }
    }

    /// Alone; `None` if anybody has it.
    ///
    /// # Errors
    /// The folder cannot be written, or its file system has no locks.
    pub fn alone(folder: &Path) -> io::Result<Option<Self>> {
        let file = open(folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(Some(file)))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

fn open(folder: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.open(folder.join(LOCK))
}

/// Whether a restore was cut off while it put things in their place.
pub fn is_half_restored(folder: &Path) -> bool {
    folder.join(MARK).exists()
}

/// From now on a start refuses the folder.
pub fn mark(folder: &Path) -> io::Result<()> {
    File::create(folder.join(MARK))?.sync_all()?;
    sync_folder(folder)
}

/// The folder is whole.
pub fn unmark(folder: &Path) -> io::Result<()> {
    // Everything before it must be on disk first.
    sync_folder(folder)?;
    fs::remove_file(folder.join(MARK))?;
    sync_folder(folder)
}

/// Moves these out of a folder into another, those that are there. `true` if any was.
pub fn put_aside(folder: &Path, names: &[&str], aside: &Path) -> io::Result<bool> {
    let there: Vec<&&str> = names
        .iter()
        .filter(|name| fs::symlink_metadata(folder.join(name)).is_ok())
        .collect();
    if there.is_empty() {
        return Ok(false);
    }
    // One that is there is another restore's: nothing of it is overwritten.
    fs::create_dir(aside)?;
    for name in there {
        fs::rename(folder.join(name), aside.join(name))?;
    }
    sync_folder(aside)?;
    sync_folder(folder)?;
    Ok(true)
}

/// Moves everything of a folder into another and removes the empty one.
pub fn put_in_place(from: &Path, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        fs::rename(from.join(&name), folder.join(&name))?;
    }
    fs::remove_dir(from)?;
    sync_folder(folder)
}

/// Names that were given or taken in a folder are on disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and its names are on disk when the call returns.
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// The name of this file is on disk.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    sync_folder(file.parent().unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_use_a_folder_together_and_one_has_it_alone() {
        let folder = tempfile::TempDir::new().unwrap();
        let folder = folder.path();
        let first = FolderLock::shared(folder).unwrap();
        let second = FolderLock::shared(folder).unwrap();
        drop(first);
        assert!(FolderLock::alone(folder).unwrap().is_none());
        drop(second);
        let alone = FolderLock::alone(folder).unwrap();
        assert!(alone.is_some());
        assert_eq!(
            FolderLock::shared(folder).unwrap_err().kind(),
            io::ErrorKind::WouldBlock
        );
        assert!(FolderLock::alone(folder).unwrap().is_none());
        drop(alone);
        assert!(FolderLock::shared(folder).is_ok());
    }

    #[test]
    fn what_was_put_aside_once_is_never_overwritten() {
        let folder = tempfile::TempDir::new().unwrap();
        let (folder, aside) = (folder.path(), folder.path().join("aside"));
        assert!(!put_aside(folder, &["a", "b"], &aside).unwrap());
        assert!(!aside.exists());
        fs::write(folder.join("a"), "old").unwrap();
        assert!(put_aside(folder, &["a", "b"], &aside).unwrap());
        fs::write(folder.join("a"), "new").unwrap();
        assert!(put_aside(folder, &["a", "b"], &aside).is_err());
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!((read("aside/a"), read("a")), ("old".into(), "new".into()));
    }
}
