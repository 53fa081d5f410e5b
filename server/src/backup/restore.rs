//! Restore: the new database is made beside the old one, and only a whole one takes its place.

use super::{
    BackupError, Contents,
    folder::{self, FolderLock},
    read::{Piece, Reader, verify},
};
use crate::{
    blobs::{Blobs, WholeBlob},
    clock::Clock,
    config::RestoreOptions,
    secret,
    start::{BLOBS, DATABASE, Home, SNAPSHOTS, StartError},
    store::{
        portable::{Target, nobody_has},
        postgres::Address,
    },
};
use std::{
    fmt,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Everything of a server in its data folder; SQLite's log belongs to the file.
const OURS: [&str; 5] = [
    DATABASE,
    "ruyuan.sqlite3-wal",
    "ruyuan.sqlite3-shm",
    "ruyuan.sqlite3-journal",
    BLOBS,
];

/// What a restore brought and where the old data is.
#[derive(Debug)]
pub struct Restored {
    /// What there is now.
    pub contents: Contents,
    /// When the backup was made.
    pub made_at: String,
    /// Where what stood there is kept, if there was anything.
    pub aside: Vec<String>,
}

/// Makes the data of these options what the backup says, as a new life of the database.
///
/// # Errors
/// The backup is not right, the place holds data and none was to be replaced, somebody uses it, or it cannot be
/// written.
pub async fn restore(options: &RestoreOptions, clock: &dyn Clock) -> Result<Restored, BackupError> {
    let home = Home::of(&options.data, options.database.as_deref())?;
    // Looked at first, because a large file takes minutes to read; what decides is the look under the lock.
    if let Home::Folder(folder) = &home {
        refuse_data(&home, folder, options.replace)?;
    }
    let (contents, header) = verify(&options.from)?;
    let job = Job {
        options,
        home: &home,
        name: name_of_now(clock),
        seed: secret::id_seed(clock).map_err(StartError::from)?,
        contents: &contents,
    };
    let aside = match &home {
        Home::Folder(folder) => job.in_folder(folder).await?,
        Home::Postgres(address) => job.in_postgres(address).await?,
    };
    Ok(Restored {
        contents,
        made_at: header.made_at,
        aside,
    })
}

impl fmt::Display for Restored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            contents, made_at, ..
        } = self;
        writeln!(formatter, "restored the backup of {made_at}: {contents}")?;
        for place in &self.aside {
            writeln!(formatter, "what stood there is kept in {place}")?;
        }
        writeln!(
            formatter,
            "now start the server; everyone signs in again, then their devices send again what they hold, and what \
             only they still have comes back"
        )
    }
}

struct Job<'a> {
    options: &'a RestoreOptions,
    home: &'a Home,
    /// What is put aside is called after the time.
    name: String,
    seed: ruyuan_domain::ids::IdSeed,
    contents: &'a Contents,
}

impl Job<'_> {
    async fn in_folder(&self, folder: &Path) -> Result<Vec<String>, BackupError> {
        fs::create_dir_all(folder).map_err(BackupError::folder(folder))?;
        let lock = FolderLock::alone(folder).map_err(BackupError::lock(folder))?;
        let _lock = lock.ok_or_else(|| BackupError::InUse(self.home.to_string()))?;
        refuse_data(self.home, folder, self.options.replace)?;
        let old = folder.join(DATABASE);
        if old.is_file() {
            // A server of a version that did not lock the folder yet.
            nobody_has(&old)
                .await
                .map_err(|error| self.home.in_restore(error))?;
        }
        let work = Work::new(folder.join(format!(".restoring-{}", self.name)))?;
        let file = work.0.join(DATABASE);
        let target = Target::sqlite(&file, self.seed).await;
        let target = target.map_err(|error| self.home.in_restore(error))?;
        let target = self.fill(target, Some(&work)).await?;
        target
            .finish()
            .await
            .map_err(|error| self.home.in_restore(error))?;
        for log in ["-wal", "-shm", "-journal"] {
            // Empty since the database was closed; it must not follow it.
            let _ = fs::remove_file(work.0.join(format!("{DATABASE}{log}")));
        }
        make_private(&file).map_err(BackupError::folder(&file))?;
        let aside = folder.join(&self.name);
        let moved = || {
            folder::mark(folder)?;
            let kept = folder::put_aside(folder, &OURS, &aside)?;
            remove_snapshots(folder)?;
            folder::put_in_place(&work.0, folder)?;
            folder::unmark(folder)?;
            Ok(kept)
        };
        let kept = moved().map_err(BackupError::folder(folder))?;
        Ok(kept
            .then(|| aside.display().to_string())
            .into_iter()
            .collect())
    }

    /// Everything in one transaction, the tables that stood there moved into a schema of their own.
    async fn in_postgres(&self, address: &Address) -> Result<Vec<String>, BackupError> {
        let folder = self.options.data.as_path();
        let blobs = folder.join(BLOBS);
        // Without quotes in psql.
        let schema = self.name.replace('-', "_");
        let aside = self.options.replace.then_some(schema.as_str());
        let failed = |error| self.home.in_restore(error);
        let target = Target::postgres(address, aside, self.seed).await;
        let (target, replaced) = target.map_err(failed)?;
        // Elsewhere, what stands there stays.
        let here = self.options.blobs.is_none();
        if here && !self.options.replace && !is_empty(&blobs) {
            return Err(BackupError::NotEmpty(blobs.display().to_string()));
        }
        let work = match here && self.contents.blobs > 0 {
            false => None,
            true => {
                fs::create_dir_all(folder).map_err(BackupError::folder(folder))?;
                Some(Work::new(folder.join(format!(".restoring-{}", self.name)))?)
            }
        };
        let target = self.fill(target, work.as_ref()).await?;
        // Attachments are put aside before the database changes: two lots of them do no harm, none would.
        let kept = folder.join(&self.name);
        let moved = || {
            let kept = here && folder::put_aside(folder, &[BLOBS], &kept)?;
            remove_snapshots(folder)?;
            if let Some(work) = &work {
                folder::put_in_place(&work.0, folder)?;
            }
            Ok(kept)
        };
        let kept_blobs = moved().map_err(BackupError::folder(folder))?;
        target.finish().await.map_err(failed)?;
        let schema = replaced.then(|| format!("schema {schema} of {address}"));
        let blobs = kept_blobs.then(|| kept.display().to_string());
        Ok(schema.into_iter().chain(blobs).collect())
    }

    /// Brings everything of the backup, and counts what the database then holds.
    async fn fill(&self, mut target: Target, work: Option<&Work>) -> Result<Target, BackupError> {
        let mut reader = Reader::open(&self.options.from)?;
        let place = self.options.blobs.clone();
        let place = place.or_else(|| work.map(|work| work.0.join(BLOBS).display().to_string()));
        let blobs = place.filter(|_| self.contents.blobs > 0);
        let blobs = blobs.map(|place| Blobs::at(&place)).transpose();
        let blobs = blobs.map_err(StartError::from)?;
        let unwritten = |error| self.home.in_restore(error);
        let mut blob: Option<WholeBlob> = None;
        while let Some(piece) = reader.next()? {
            match piece {
                Piece::Rows(layout, rows) => {
                    let taken = target.insert(&layout, rows).await;
                    taken.map_err(|error| self.home.in_restore(error))?;
                }
                Piece::Blob(id) => {
                    if let Some(blobs) = &blobs {
                        blob = Some(blobs.begin_whole(id).await.map_err(unwritten)?);
                    }
                }
                Piece::Bytes(bytes) => {
                    if let Some(blob) = &mut blob {
                        blob.put(bytes).await.map_err(unwritten)?;
                    }
                }
                Piece::EndOfBlob => {
                    if let Some(blob) = blob.take() {
                        blob.finish().await.map_err(unwritten)?;
                    }
                }
            }
        }
        // The file was verified before; should it have been exchanged since, this is where it shows.
        if reader.contents() != self.contents {
            return Err(BackupError::NotAsRead("the file was changed".to_owned()));
        }
        for (table, rows) in self.contents.tables() {
            let there = target.count(table).await;
            let there = there.map_err(|error| self.home.in_restore(error))?;
            if there != rows {
                let why = format!("{there} of {rows} rows of {}", table.name);
                return Err(BackupError::NotAsRead(why));
            }
        }
        Ok(target)
    }
}

/// The folder in which the new is made. What is left in it goes when it was not put in its place.
struct Work(PathBuf);

impl Work {
    fn new(folder: PathBuf) -> Result<Self, BackupError> {
        fs::create_dir(&folder).map_err(BackupError::folder(&folder))?;
        Ok(Self(folder))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // After a restore that was cut off while things were moved, what is here may be all there is of the new.
        let half = self.0.parent().is_some_and(folder::is_half_restored);
        if !half {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

fn refuse_data(home: &Home, folder: &Path, replace: bool) -> Result<(), BackupError> {
    let data = OURS.iter().any(|name| !is_empty(&folder.join(name)));
    if !replace && (data || folder::is_half_restored(folder)) {
        return Err(BackupError::NotEmpty(home.to_string()));
    }
    Ok(())
}

/// Whether there is nothing, or a folder with nothing in it.
fn is_empty(path: &Path) -> bool {
    match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => fs::symlink_metadata(path).is_err(),
    }
}

/// They are of the old life, and can be built again.
fn remove_snapshots(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder.join(SNAPSHOTS)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// For this user alone: it holds what people typed.
fn make_private(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    File::open(file)?.sync_all()
}

/// `before-restore-20261123t090000`: a name for a folder, and for a schema.
fn name_of_now(clock: &dyn Clock) -> String {
    let now = clock.now().to_string();
    let digits = now.chars().take_while(|sign| !matches!(sign, '.' | '+'));
    let digits: String = digits.filter(char::is_ascii_alphanumeric).collect();
    format!("before-restore-{}", digits.to_lowercase())
}
