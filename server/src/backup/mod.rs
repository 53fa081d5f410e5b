//! Backup and restore: everything of a server in one file that a clerk can carry, and back from it.
//!
//! `format` says what the file is and writes it, `read` reads it and finds whatever is wrong with it, `contents`
//! counts what went by, `folder` keeps a server and a restore apart, `restore` puts the old aside and the new in its
//! place. The file is the same whichever database it came from, so it also moves the data from SQLite to PostgreSQL
//! and back.

mod contents;
mod error;
pub mod folder;
mod format;
mod read;
mod restore;

pub use contents::Contents;
pub use error::BackupError;
pub use restore::{Restored, restore};

use crate::{
    blobs::Blobs,
    clock::Clock,
    config::BackupOptions,
    start::{BLOBS, DATABASE, Home, StartError},
    store::portable::{Layout, Source, TABLES},
};
use folder::FolderLock;
use format::{Header, Writer};
use futures::TryStreamExt;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Writes everything that the server of these options holds into a new file, reads it back, and only then gives it
/// its name. The server goes on meanwhile.
///
/// # Errors
/// The file is there already or cannot be written, the database cannot be read, or what was read back is not what was
/// written. Then there is no file of that name.
pub async fn backup(options: &BackupOptions, clock: &dyn Clock) -> Result<Contents, BackupError> {
    let to = options.to.as_path();
    if fs::symlink_metadata(to).is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let home = Home::of(&options.data, options.database.as_deref())?;
    // A restore must not begin while this reads.
    let (mut source, _lock) = match &home {
        Home::Folder(folder) => {
            let file = folder.join(DATABASE);
            if !file.is_file() {
                return Err(BackupError::NoData(folder.display().to_string()));
            }
            let lock = FolderLock::shared(folder).map_err(BackupError::lock(folder))?;
            let source = Source::sqlite(&file).await;
            (source.map_err(|error| home.in_backup(error))?, Some(lock))
        }
        Home::Postgres(address) => {
            let source = Source::postgres(address).await;
            (source.map_err(|error| home.in_backup(error))?, None)
        }
    };
    let beside = Beside::new(to)?;
    let mut writer = Writer::new(beside.create()?).map_err(beside.failed())?;
    let header = Header::now(clock, source.epoch().await.map_err(|e| home.in_backup(e))?);
    writer.header(&header).map_err(beside.failed())?;
    for table in &TABLES {
        let layout = Layout::whole(table);
        writer.table(&layout).map_err(beside.failed())?;
        source
            .each(table, |row| writer.row(&layout, &row).map_err(Part::File))
            .await
            .map_err(|error| match error {
                Part::File(error) => beside.failed()(error),
                Part::Store(error) => home.in_backup(error),
            })?;
        writer.end_of_table(&layout).map_err(beside.failed())?;
    }
    // After the tables: whatever those name is there by now.
    let place = options.blobs.clone();
    let place = place.unwrap_or_else(|| options.data.join(BLOBS).display().to_string());
    if let Some(blobs) = Blobs::if_there(&place).map_err(StartError::from)? {
        copy_blobs(&blobs, &mut writer)
            .await
            .map_err(|error| match error {
                Part::File(error) => beside.failed()(error),
                Part::Store(error) => BackupError::Blobs(place, error),
            })?;
    }
    let written = writer.finish().map_err(beside.failed())?;
    source
        .close()
        .await
        .map_err(|error| home.in_backup(error))?;
    if let Some(scope) = written.disagrees() {
        return Err(BackupError::Disagrees(scope));
    }
    let (read, _) = read::verify(&beside.file)?;
    if read != written {
        return Err(BackupError::NotAsWritten);
    }
    beside.name_it(to)?;
    Ok(written)
}

/// All attachments that are whole. A phone sends again what is not.
async fn copy_blobs(blobs: &Blobs, writer: &mut Writer) -> Result<(), Part> {
    for id in blobs.all_whole().await? {
        // One that went meanwhile is nothing that the tables name.
        if let Some(bytes) = blobs.read_all(id).await? {
            let bytes = bytes.map_err(io::Error::other);
            writer.blob(id, bytes).await.map_err(Part::File)?;
        }
    }
    Ok(())
}

/// What stopped a row on its way.
enum Part {
    File(io::Error),
    Store(crate::store::StoreError),
}

impl From<crate::store::StoreError> for Part {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Store(error)
    }
}

/// The file under the name that it has until it is verified. It goes when it was not.
struct Beside {
    file: PathBuf,
}

impl Beside {
    fn new(to: &Path) -> Result<Self, BackupError> {
        let mut name = to
            .file_name()
            .ok_or_else(|| BackupError::NoFileName(to.to_owned()))?
            .to_owned();
        name.push(format!(".{}.part", std::process::id()));
        Ok(Self {
            file: to.with_file_name(name),
        })
    }

    /// Made for this user alone: it holds what people typed.
    fn create(&self) -> Result<File, BackupError> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.file).map_err(self.failed())
    }

    fn failed(&self) -> impl Fn(io::Error) -> BackupError {
        |error| BackupError::Unwritable {
            file: self.file.clone(),
            error,
        }
    }

    fn name_it(self, to: &Path) -> Result<(), BackupError> {
        // A link fails where somebody took the name meanwhile. A USB stick has no links; a look has to do there.
        match fs::hard_link(&self.file, to) {
            Ok(()) => {}
            Err(_) if fs::symlink_metadata(to).is_ok() => {
                return Err(BackupError::Exists(to.to_owned()));
            }
            Err(_) => fs::rename(&self.file, to).map_err(self.failed())?,
        }
        folder::sync_folder_of(to).map_err(self.failed())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Already gone if it got its name by being moved.
        let _ = fs::remove_file(&self.file);
    }
}
