//! The server: the real push and pull over the store in memory. Each message is handled whole, as under its lock.

use crate::people::Person;
use ruyuan_domain::{
    DeviceId, Epoch, Record, RecordId, RecordKind, ScopeId, Seq,
    blob::BlobStanding,
    wire::{
        DraftHead, DraftView, KeepDraftRequest, Problem, PullRequest, PullResponse, PushRequest,
        PushResponse,
    },
};
use ruyuan_server::{
    app::AppState,
    apply,
    assets::Assets,
    blobs::{Blobs, Completion, sendable},
    clock::Clock,
    content, drafts, feed,
    problem::ApiError,
    snapshots::Snapshots,
    store::{
        AccountStore, Store, StoreResult, WipeOrder,
        memory::{MemoryBackup, MemoryStore},
    },
    testing::write_content,
};
use ruyuan_sync::{
    attachment::Attachment,
    transport::{ChunkAddress, TransportError},
};
use std::{
    cell::Cell,
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The server's clock stands still: nothing is ordered by it.
struct Still;

impl Clock for Still {
    fn unix_ms(&self) -> i64 {
        1_795_395_600_000
    }
}

/// The server of a run.
pub struct Server {
    /// The real state.
    pub state: AppState,
    /// Its database.
    pub store: Arc<MemoryStore>,
    /// How often it was set back.
    pub lives: Cell<u64>,
    runtime: Runtime,
    /// Where its snapshots are, if there are any.
    folder: PathBuf,
}

/// The content of every server, read once.
static CONTENT: OnceLock<Vec<content::Item>> = OnceLock::new();

/// Counts the servers, so that each has a folder of its own.
static RUNS: AtomicU64 = AtomicU64::new(0);

fn read_content() -> Vec<content::Item> {
    let folder = TempDir::new().unwrap_or_else(|error| stop(&error));
    write_content(folder.path());
    content::read(folder.path()).unwrap_or_else(|error| stop(&error))
}

impl Drop for Server {
    fn drop(&mut self) {
        // There is none where no scope was large.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    /// A server with its content and these people.
    pub fn new(people: &[Person], min_rows: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.unwrap_or_else(|error| stop(&error));
        let store = Arc::new(MemoryStore::new(Epoch::from_u128(1)));
        let shared = CONTENT.get_or_init(read_content);
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("ruyuan-sim-{}-{run}", std::process::id()));
        let state = runtime.block_on(async {
            content::import(store.as_ref(), &Still, shared)
                .await
                .map_err(|error| error.to_string())?;
            for person in people {
                store
                    .insert_account(&person.account(), &[], 0)
                    .await
                    .map_err(|error| error.to_string())?;
            }
            let snapshots = Snapshots::new(folder.clone(), min_rows);
            let blobs = Blobs::in_memory();
            let assets = Assets::from_files(HashMap::from([(
                "/index.html".to_owned(),
                b"<!doctype html>".to_vec(),
            )]));
            AppState::new(
                store.clone(),
                Arc::new(Still),
                assets,
                snapshots,
                blobs,
                false,
            )
            .await
            .map_err(|error| error.to_string())
        });
        Self {
            state: state.unwrap_or_else(|error| stop(&error)),
            store,
            lives: Cell::new(1),
            runtime,
            folder,
        }
    }

    /// Runs a question to the database.
    pub fn ask<T>(&self, question: impl Future<Output = T>) -> T {
        self.runtime.block_on(question)
    }

    /// A push. Anything but a good answer or a passing failure is a fault of the server.
    pub fn push(
        &self,
        person: &Person,
        request: PushRequest,
    ) -> Result<PushResponse, TransportError> {
        let access = person.access();
        let answer = self.ask(apply::push(&self.state.base(), &access, request));
        answer.map_err(|error| refused(&error))
    }

    /// A pull.
    pub fn pull(
        &self,
        person: &Person,
        request: &PullRequest,
    ) -> Result<PullResponse, TransportError> {
        let access = person.access();
        let store = self.store.as_ref();
        let now_ms = self.state.clock.unix_ms();
        let snapshots = &self.state.snapshots;
        let answer = self.ask(feed::pull(store, snapshots, &access, request, now_ms));
        answer.map_err(|error| refused(&error))
    }

    /// A chunk of a snapshot.
    pub fn chunk(
        &self,
        person: &Person,
        address: &ChunkAddress,
    ) -> Result<Vec<u8>, TransportError> {
        let seen = person.access().scopes.contains(&address.scope);
        let ChunkAddress {
            epoch,
            scope,
            seq,
            hash,
        } = address;
        let read = self.ask(self.state.snapshots.chunk(*epoch, scope, *seq, hash));
        let gzip = read
            .map_err(|error| refused(&error.into()))?
            .filter(|_| seen);
        let gzip = gzip.ok_or_else(|| refused(&ApiError::NotFound))?;
        ruyuan_server::snapshots::plain(&gzip)
            .map_err(|error| TransportError::Garbled(error.to_string()))
    }

    /// Keeps a half-filled form, as the route does.
    pub fn keep_draft(
        &self,
        person: &Person,
        id: RecordId,
        request: &KeepDraftRequest,
    ) -> Result<DraftView, TransportError> {
        let access = person.access();
        let kept = drafts::keep(self.store.as_ref(), &access, id, request, 0);
        self.ask(kept).map_err(|error| refused(&error))
    }

    /// Which half-filled forms it has.
    pub fn drafts(&self, person: &Person) -> Result<Vec<DraftHead>, TransportError> {
        let access = person.access();
        let listed = self.ask(drafts::list(self.store.as_ref(), &access));
        let listed = listed.map_err(|error| refused(&error.into()))?;
        Ok(listed.drafts)
    }

    /// One of them.
    pub fn draft(&self, person: &Person, id: RecordId) -> Result<DraftView, TransportError> {
        let access = person.access();
        let shown = self.ask(drafts::show(self.store.as_ref(), &access, id));
        shown.map_err(|error| refused(&error))
    }

    /// How far it has an attachment.
    pub fn begin_blob(
        &self,
        person: &Person,
        id: RecordId,
    ) -> Result<BlobStanding, TransportError> {
        self.with_blob(person, id, async |blobs, about| {
            Ok(blobs.standing(id, about).await?)
        })
    }

    /// Takes a chunk of one.
    pub fn put_blob_chunk(
        &self,
        person: &Person,
        id: RecordId,
        n: u32,
        chunk: Vec<u8>,
    ) -> Result<(), TransportError> {
        self.with_blob(person, id, async |blobs, about| {
            match blobs.take(id, about, n, chunk.into()).await? {
                true => Ok(()),
                false => Err(ApiError::WrongChunk),
            }
        })
    }

    /// Makes one of the chunks.
    pub fn complete_blob(&self, person: &Person, id: RecordId) -> Result<(), TransportError> {
        self.with_blob(person, id, async |blobs, about| {
            match blobs.complete(id, about).await? {
                Completion::Whole => Ok(()),
                Completion::Missing(chunks) => Err(ApiError::ChunksMissing(chunks)),
                Completion::Differs => Err(ApiError::HashDiffers),
            }
        })
    }

    /// What the routes of attachments do for who may send one.
    fn with_blob<T>(
        &self,
        person: &Person,
        id: RecordId,
        what: impl AsyncFnOnce(&Blobs, &Attachment) -> Result<T, ApiError>,
    ) -> Result<T, TransportError> {
        let access = person.access();
        let answer = self.ask(async {
            let about = sendable(self.store.as_ref(), &access, id).await?;
            what(&self.state.blobs, &about).await
        });
        answer.map_err(|error| refused(&error))
    }

    /// Firms that were there before anybody did anything, a third of them in each park.
    pub fn found(&self, people: &[Person], firms: usize) {
        let Some(author) = people.last() else {
            return;
        };
        let scopes = crate::people::PARKS.map(ScopeId::park);
        let founded: StoreResult<()> = self.ask(async {
            let mut tx = self.store.begin_write().await?;
            tx.lock_scopes(&scopes).await?;
            for (bits, scope) in (1..=firms as u128).zip(scopes.iter().cycle()) {
                let id = RecordId::from_u128(bits);
                let record = Record {
                    id,
                    root: id,
                    kind: RecordKind::Enterprise,
                    scope: scope.clone(),
                    seq: tx.next_seq(scope).await?,
                    version: 1,
                    fields: [("name".to_owned(), format!("企业{bits}").into())].into(),
                    deleted: false,
                    by: author.user,
                    at: Still.now(),
                    unknown: Default::default(),
                };
                tx.put_record(None, &record).await?;
            }
            tx.commit().await
        });
        if let Err(error) = founded {
            stop(&error);
        }
    }

    /// Everything it holds.
    pub fn backup(&self) -> MemoryBackup {
        self.store.backup()
    }

    /// Back to a backup, as another life.
    pub fn restore(&self, backup: MemoryBackup) {
        self.lives.set(self.lives.get() + 1);
        let epoch = Epoch::from_u128(u128::from(self.lives.get()));
        self.store.restore(backup, epoch);
    }

    /// An administrator has a phone wiped at its next contact.
    pub fn order_wiped(&self, device: DeviceId, by: &Person) {
        let order = WipeOrder {
            at_ms: Still.unix_ms(),
            by: by.user,
            reason: "手机丢失".to_owned(),
        };
        // One that the server has never heard of cannot be named to it.
        let _ = self.ask(async {
            let mut tx = self.store.begin_write().await?;
            tx.order_wipe(device, Some(&order)).await?;
            tx.commit().await
        });
    }

    /// Cursors of a scope up to its head can no longer be continued.
    pub fn forget_exits(&self, scope: &ScopeId) {
        let _ = self.ask(async {
            let mut tx = self.store.begin_write().await?;
            tx.lock_scopes(std::slice::from_ref(scope)).await?;
            let head = tx.scope(scope).await?.seq;
            tx.set_min_seq(scope, Seq(head.0)).await?;
            tx.commit().await
        });
    }
}

fn refused(error: &ApiError) -> TransportError {
    if error.may_pass() {
        return TransportError::Busy;
    }
    let problem: Problem = error.problem();
    TransportError::Refused(Box::new(problem))
}

/// A simulator that cannot be set up says so and ends.
fn stop(error: &dyn std::fmt::Display) -> ! {
    eprintln!("the simulator cannot start: {error}");
    std::process::exit(2)
}
