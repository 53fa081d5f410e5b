//! Why a backup or a restore did not happen: one line each, with what to do, and what is kept.

use crate::{
    start::{Home, StartError},
    store::StoreError,
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a backup or a restore did not happen. In every case the data is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A backup never takes another's place.
    #[error("{} is there already and is left as it is; choose another name with --to", .0.display())]
    Exists(PathBuf),
    /// The name of the file ends in `..` or is a folder's.
    #[error("{} names no file; choose a name with --to", .0.display())]
    NoFileName(PathBuf),
    /// There is nothing to back up.
    #[error("there is no data in {0}; name its folder with --data or its database with --database")]
    NoData(String),
    /// The file cannot be written.
    #[error("cannot write {}: {error}; make room or choose another place with --to; the data is untouched", file.display())]
    Unwritable {
        /// Which.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The attachments cannot be read.
    #[error(
        "cannot read the attachments in {0}: {1}; mend that, or name their place with --blobs, and begin again; nothing is written"
    )]
    Blobs(String, StoreError),
    /// The database and its own count of a scope differ.
    #[error(
        "the database disagrees with its own count of scope {0}, so a copy of it cannot be trusted; \
         keep the older backups and have the database looked at; nothing is written"
    )]
    Disagrees(String),
    /// The file read back was another one.
    #[error(
        "the file does not read back as it was written; choose another disk with --to; the data is untouched"
    )]
    NotAsWritten,
    /// An older version of the server left the database.
    #[error(
        "the data in {0} has the shape of an older version of ruyuan-server; back it up with that version, \
         or start this version once, which brings it to this shape"
    )]
    Older(String),
    /// The backup cannot be opened.
    #[error("cannot open the backup {}: {error}; name another with --from; nothing is changed", file.display())]
    CannotOpen {
        /// Which.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The backup is not whole, or was changed.
    #[error("the backup {} is damaged ({why}); use another copy of it or an older one; nothing is changed", file.display())]
    Damaged {
        /// Which.
        file: PathBuf,
        /// Where.
        why: String,
    },
    /// It is of another version.
    #[error(
        "the backup {} was written by a newer version of ruyuan-server ({why}); restore it with that version; \
         nothing is changed", file.display()
    )]
    NewerBackup {
        /// Which.
        file: PathBuf,
        /// What is unknown here.
        why: String,
    },
    /// There is data already.
    #[error(
        "there is data in {0} already; choose another place, or put it aside with --replace, which deletes nothing; \
         nothing is changed"
    )]
    NotEmpty(String),
    /// A server uses the data.
    #[error("a server or a backup is running on {0}; stop it and begin again; nothing is changed")]
    InUse(String),
    /// A restore fills the folder.
    #[error("a restore into {} is under way, or the folder cannot be locked ({why}); begin again when it is done", folder.display())]
    Locked {
        /// Which.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// The data folder cannot be written.
    #[error(
        "cannot write to {}: {error}; make it writable or choose another with --data; nothing is deleted, and what \
         stood in the data folder is in it or in its folder before-restore-…", path.display()
    )]
    Folder {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The new database does not hold what the backup brought.
    #[error(
        "the restored database does not hold what the backup brought ({0}); nothing is changed"
    )]
    NotAsRead(String),
    /// The database cannot be filled.
    #[error("cannot restore into {place}: {why}; mend that and begin again; nothing is changed")]
    Target {
        /// Where.
        place: String,
        /// Why.
        why: String,
    },
    /// Anything that also stops a start.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl BackupError {
    /// The folder could not be locked for reading.
    pub(super) fn lock(folder: &Path) -> impl Fn(io::Error) -> Self {
        let folder = folder.to_owned();
        move |error| Self::Locked {
            folder: folder.clone(),
            why: error.to_string(),
        }
    }

    /// Something in the data folder could not be written.
    pub(super) fn folder(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Folder {
            path: path.clone(),
            error,
        }
    }
}

impl Home {
    /// What the database said while it was read.
    pub(super) fn in_backup(&self, error: StoreError) -> BackupError {
        match error {
            StoreError::Nothing => BackupError::NoData(self.to_string()),
            StoreError::Older(_) => BackupError::Older(self.to_string()),
            other => BackupError::Start(self.failed(other)),
        }
    }

    /// What the database said while it was filled.
    pub(super) fn in_restore(&self, error: StoreError) -> BackupError {
        match error {
            StoreError::NotEmpty => BackupError::NotEmpty(self.to_string()),
            StoreError::InUse => BackupError::InUse(self.to_string()),
            other => BackupError::Target {
                place: self.to_string(),
                why: other.to_string(),
            },
        }
    }
}
