//! Snapshots: the undeleted rows of a large scope at one seq, built once, compressed once, kept on disk, and given to
//! every device that begins with that scope. A hundred devices that ask at once wait for one build.

use crate::{
    secret,
    store::{ScopeHead, Store, StoreError, StoreResult},
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use ruyuan_domain::{
    Epoch, ScopeId, Seq,
    chunk::{self, RowHead},
    wire::SnapshotOffer,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::{sync::Mutex as TurnLock, task::spawn_blocking};

/// From how many rows on a scope is given as a snapshot. Fewer fit into the first pages anyway.
pub const MIN_ROWS: u64 = 500;

/// How long a snapshot that was offered stays, after a newer one took its place.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Rows read at once.
const BATCH: u32 = 500;

/// Name of the file that lists the chunks; it is written last.
const MANIFEST: &str = "manifest.json";

/// The snapshots of a server.
pub struct Snapshots {
    folder: PathBuf,
    min_rows: u64,
    scopes: Mutex<HashMap<ScopeId, Arc<TurnLock<Option<Kept>>>>>,
    built: AtomicU64,
}

/// A snapshot on disk.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    epoch: Epoch,
    offer: SnapshotOffer,
}

impl Snapshots {
    /// Kept in a folder, which is made when it is needed.
    pub fn new(folder: PathBuf, min_rows: u64) -> Self {
        Self {
            folder,
            min_rows,
            scopes: Mutex::default(),
            built: AtomicU64::new(0),
        }
    }

    /// How many were built since the server started.
    pub fn built(&self) -> u64 {
        self.built.load(Ordering::Relaxed)
    }

    /// Whether a scope is given as a snapshot to who has nothing of it.
    pub const fn is_large(&self, head: &ScopeHead) -> bool {
        head.digest.rows >= self.min_rows
    }

    /// What to offer to a device that has nothing of a large scope.
    ///
    /// # Errors
    /// The database failed, or the folder cannot be written.
    pub async fn offer(
        &self,
        store: &dyn Store,
        epoch: Epoch,
        scope: &ScopeId,
        head: &ScopeHead,
    ) -> StoreResult<SnapshotOffer> {
        let slot = {
            let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(scopes.entry(scope.clone()).or_default())
        };
        // Who comes while it is built waits here, and takes what was built.
        let mut kept = slot.lock().await;
        if kept.is_none() {
            *kept = self.read_manifest(scope);
        }
        // The tail is pulled row by row: once it is a tenth, the whole is worth building again.
        let fresh = |kept: &Kept| {
            let tail = head.seq.0.checked_sub(kept.offer.seq.0);
            kept.epoch == epoch && tail.is_some_and(|tail| tail <= kept.offer.rows / 10)
        };
        if let Some(kept) = kept.as_ref().filter(|kept| fresh(kept)) {
            return Ok(kept.offer.clone());
        }
        let offer = self.build(store, epoch, scope).await?;
        *kept = Some(Kept {
            epoch,
            offer: offer.clone(),
        });
        Ok(offer)
    }

    /// A chunk, compressed with gzip; `None` if there is none of this address.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn chunk(
        &self,
        epoch: Epoch,
        scope: &ScopeId,
        seq: Seq,
        hash: &str,
    ) -> StoreResult<Option<Vec<u8>>> {
        // A hash is a file's name here: nothing else may be.
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let file = self.place(epoch, scope, seq).join(hash);
        let read = spawn_blocking(move || fs::read(file)).await;
        match read.map_err(|error| StoreError::Other(error.to_string()))? {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unwritable(&error)),
        }
    }

    /// Files of a scope stand under its hash: a scope's name may hold what a file's may not.
    fn scope_folder(&self, scope: &ScopeId) -> PathBuf {
        self.folder.join(secret::hex(scope.as_str().as_bytes()))
    }

    fn place(&self, epoch: Epoch, scope: &ScopeId, seq: Seq) -> PathBuf {
        self.scope_folder(scope).join(format!("{epoch}-{}", seq.0))
    }

    /// What an earlier run of the server left.
    fn read_manifest(&self, scope: &ScopeId) -> Option<Kept> {
        let text = fs::read(self.scope_folder(scope).join(MANIFEST)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    async fn build(
        &self,
        store: &dyn Store,
        epoch: Epoch,
        scope: &ScopeId,
    ) -> StoreResult<SnapshotOffer> {
        let mut tx = store.begin_read().await?;
        let head = tx.scope(scope).await?;
        let place = self.place(epoch, scope, head.seq);
        fs::create_dir_all(&place).map_err(|error| unwritable(&error))?;
        let mut offer = SnapshotOffer {
            seq: head.seq,
            rows: 0,
            bytes: 0,
            chunks: Vec::new(),
        };
        let mut writer = chunk::Writer::default();
        let mut after = Seq(0);
        loop {
            let rows = tx.rows_after(scope, after, BATCH).await?;
            let Some(last) = rows.last() else {
                break;
            };
            after = last.seq;
            for row in rows.iter().filter(|row| !row.deleted) {
                let json = serde_json::to_vec(row)
                    .map_err(|error| StoreError::Unreadable(error.to_string()))?;
                if let Some(full) = writer.push(&RowHead::of(row), &json) {
                    put(&mut offer, &place, full).await?;
                }
                offer.rows += 1;
            }
        }
        if let Some(last) = writer.finish() {
            put(&mut offer, &place, last).await?;
        }
        drop(tx);
        let folder = self.scope_folder(scope);
        let kept = Kept {
            epoch,
            offer: offer.clone(),
        };
        write_manifest(&folder, &kept).map_err(|error| unwritable(&error))?;
        sweep(&folder, &place);
        self.built.fetch_add(1, Ordering::Relaxed);
        tracing::info!(
            scope = scope.as_str(),
            rows = offer.rows,
            chunks = offer.chunks.len(),
            "snapshot built"
        );
        Ok(offer)
    }
}

/// A chunk as it was before it was compressed.
///
/// # Errors
/// It is none of ours.
pub fn plain(gzip: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut plain)?;
    Ok(plain)
}

fn unwritable(error: &io::Error) -> StoreError {
    StoreError::Unwritable(format!("snapshots: {error}"))
}

/// Compresses and writes a chunk under the hash of its contents.
async fn put(offer: &mut SnapshotOffer, place: &Path, chunk: Vec<u8>) -> StoreResult<()> {
    offer.bytes += chunk.len() as u64;
    let place = place.to_owned();
    let written = spawn_blocking(move || -> io::Result<String> {
        let hash = secret::hex(&chunk);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&chunk)?;
        write_whole(&place.join(&hash), &encoder.finish()?)?;
        Ok(hash)
    });
    let written = written
        .await
        .map_err(|error| StoreError::Other(error.to_string()))?;
    offer
        .chunks
        .push(written.map_err(|error| unwritable(&error))?);
    Ok(())
}

fn write_manifest(folder: &Path, kept: &Kept) -> io::Result<()> {
    write_whole(&folder.join(MANIFEST), &serde_json::to_vec(kept)?)
}

/// Under another name first: whoever reads sees the whole file or none, also after a power cut.
fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    // The folder may be shared by several servers on one database.
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    let mut open = fs::File::create(&beside)?;
    open.write_all(bytes)?;
    open.sync_all()?;
    fs::rename(beside, file)
}

/// Removes what newer snapshots have replaced a day ago. What cannot be removed now can be another day.
fn sweep(folder: &Path, current: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.path().is_dir() && entry.path() != current) {
        let written = entry.metadata().and_then(|about| about.modified());
        let age = written
            .ok()
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        if age.is_some_and(|age| age > KEPT) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
