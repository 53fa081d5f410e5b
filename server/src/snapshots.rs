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
    collections::{HashMap, VecDeque},
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::{
    sync::Mutex as TurnLock,
    task::{JoinHandle, spawn_blocking},
};

/// From how many rows on a scope is given as a snapshot. Fewer fit into the first pages anyway.
pub const MIN_ROWS: u64 = 500;

/// How long a snapshot that was offered stays, after a newer one took its place.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Rows read at once.
const BATCH: u32 = 500;

/// Chunks that are being compressed at once.
const COMPRESSING: usize = 4;

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
            *kept = self.left_by_an_earlier_run(scope).await;
        }
        // The tail is pulled row by row: once it is a tenth, the whole is worth building again. From before what the
        // scope still tells, no pull goes on: a device would begin with it again and again.
        let fresh = |kept: &Kept| {
            let tail = head.seq.0.checked_sub(kept.offer.seq.0);
            let goes_on = kept.offer.seq >= head.min;
            kept.epoch == epoch && goes_on && tail.is_some_and(|tail| tail <= kept.offer.rows / 10)
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.look_again(scope, hash).await;
                Ok(None)
            }
            Err(error) => Err(unwritable(&error)),
        }
    }

    /// A chunk is not there: if it is one of those that are offered, the next offer is of a snapshot that is whole.
    async fn look_again(&self, scope: &ScopeId, hash: &str) {
        let slot = {
            let scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
            scopes.get(scope).map(Arc::clone)
        };
        if let Some(slot) = slot {
            let mut kept = slot.lock().await;
            let offered = |kept: &mut Kept| kept.offer.chunks.iter().any(|chunk| chunk == hash);
            kept.take_if(offered);
        }
    }

    /// Files of a scope stand under its hash: a scope's name may hold what a file's may not.
    fn scope_folder(&self, scope: &ScopeId) -> PathBuf {
        self.folder.join(secret::hex(scope.as_str().as_bytes()))
    }

    fn place(&self, epoch: Epoch, scope: &ScopeId, seq: Seq) -> PathBuf {
        self.scope_folder(scope).join(format!("{epoch}-{}", seq.0))
    }

    /// What an earlier run of the server left, if it is whole: chunks are not forced to the disk one by one, so a power
    /// cut may have left a manifest without them.
    async fn left_by_an_earlier_run(&self, scope: &ScopeId) -> Option<Kept> {
        let text = fs::read(self.scope_folder(scope).join(MANIFEST)).ok()?;
        let kept: Kept = serde_json::from_slice(&text).ok()?;
        let place = self.place(kept.epoch, scope, kept.offer.seq);
        let look = move || {
            let is_whole = |hash: &String| {
                let chunk = fs::read(place.join(hash)).and_then(|gzip| plain(&gzip));
                chunk.is_ok_and(|chunk| secret::hex(&chunk) == *hash)
            };
            kept.offer.chunks.iter().all(is_whole).then_some(kept)
        };
        spawn_blocking(look).await.ok()?
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
        let mut compressing = VecDeque::new();
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
                    offer.bytes += full.len() as u64;
                    compressing.push_back(put(&place, full));
                }
                while compressing.len() > COMPRESSING {
                    offer.chunks.extend(first_of(&mut compressing).await?);
                }
                offer.rows += 1;
            }
        }
        drop(tx);
        if let Some(last) = writer.finish() {
            offer.bytes += last.len() as u64;
            compressing.push_back(put(&place, last));
        }
        while !compressing.is_empty() {
            offer.chunks.extend(first_of(&mut compressing).await?);
        }
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

/// Compresses and writes a chunk under the hash of its contents, beside what else is done.
fn put(place: &Path, chunk: Vec<u8>) -> JoinHandle<io::Result<String>> {
    let place = place.to_owned();
    spawn_blocking(move || {
        let hash = secret::hex(&chunk);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&chunk)?;
        write_whole(&place.join(&hash), &encoder.finish()?)?;
        Ok(hash)
    })
}

/// Waits for the chunk that was begun first.
async fn first_of(
    compressing: &mut VecDeque<JoinHandle<io::Result<String>>>,
) -> StoreResult<Option<String>> {
    let Some(first) = compressing.pop_front() else {
        return Ok(None);
    };
    let written = first
        .await
        .map_err(|error| StoreError::Other(error.to_string()))?;
    written.map(Some).map_err(|error| unwritable(&error))
}

fn write_manifest(folder: &Path, kept: &Kept) -> io::Result<()> {
    write_whole(&folder.join(MANIFEST), &serde_json::to_vec(kept)?)
}

/// Under another name first: whoever reads sees the whole file or none. After a power cut it may be neither, see
/// [`Snapshots::left_by_an_earlier_run`].
fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    // The folder may be shared by several servers on one database.
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    fs::write(&beside, bytes)?;
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
