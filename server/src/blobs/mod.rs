//! The bytes of attachments, in a folder or in an S3 bucket.
//!
//! A blob has the id of its attachment's record, and everything that is known of it stands there: what it is, how long,
//! its hash, who may see it. So no table has to agree with the record. Chunks wait under `parts/` until they are whole;
//! then they are checked and become one object under `whole/`, which never changes.

mod access;
mod bucket;
mod range;
mod sweep;

pub use access::{readable, sendable};
pub use range::{Asked, asked};
pub use sweep::sweep_daily;

use crate::store::{StoreError, StoreResult};
use axum::body::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart,
    local::LocalFileSystem, path::Path,
};
use ruyuan_domain::{
    RecordId,
    blob::{BlobStanding, chunk_length, chunks_of},
    consts,
};
use ruyuan_sync::attachment::{Attachment, Hasher};
use std::{collections::BTreeSet, env, fmt, fs, ops::Range, path::PathBuf, process, sync::Arc};

/// Parts of one upload to the bucket that are on their way at once.
const WRITING: usize = 2;

/// What is written and removed again to see whether it can be.
const PROBE: &[u8] = b"ruyuan";

/// The blobs of a server.
pub struct Blobs {
    objects: Arc<dyn ObjectStore>,
    root: Path,
    /// The folder itself, when it is one: a write that was killed leaves a file there that the store of objects hides.
    folder: Option<PathBuf>,
}

/// Why blobs cannot be kept where they should.
#[derive(Debug, thiserror::Error)]
pub enum BlobsError {
    /// The folder.
    #[error(
        "cannot keep attachments in {0}: {1}; make it writable or choose another place with --blobs"
    )]
    Folder(String, String),
    /// The bucket.
    #[error(
        "cannot keep attachments in {0}: {1}; write it as s3://bucket/prefix, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION (or AWS_ENDPOINT) set"
    )]
    Bucket(String, String),
    /// It is right as far as it can be read, and does not answer.
    #[error(
        "{0} does not answer: {1}; see that it is there and that this server may list, read and write it, or choose another place with --blobs"
    )]
    Silent(String, String),
}

/// What came of completing a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// It is whole, and what its record says.
    Whole,
    /// So many chunks are missing.
    Missing(usize),
    /// Its bytes are not those that its record names. They are gone: it begins anew.
    Differs,
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blobs in {}", self.objects)
    }
}

impl Blobs {
    /// In a folder, which is made if it is missing, or in a bucket, as `s3://bucket/prefix`.
    ///
    /// # Errors
    /// The folder cannot be made, or the address of the bucket is none.
    pub fn at(place: &str) -> Result<Self, BlobsError> {
        if place.starts_with("s3://") {
            let told = env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()?))
            });
            return Self::in_bucket(place, told);
        }
        let failed =
            |error: &dyn fmt::Display| BlobsError::Folder(place.to_owned(), error.to_string());
        fs::create_dir_all(place).map_err(|error| failed(&error))?;
        // An answer means on disk.
        let folder = LocalFileSystem::new_with_prefix(place).map_err(|error| failed(&error))?;
        let folder = folder.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self {
            objects: Arc::new(folder),
            root: Path::default(),
            folder: Some(PathBuf::from(place)),
        })
    }

    /// In a bucket, as `s3://bucket/prefix`, with what an environment says (`AWS_ENDPOINT` and the like).
    ///
    /// # Errors
    /// The address of the bucket is none, or what is said of it cannot be.
    pub fn in_bucket(
        place: &str,
        told: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, BlobsError> {
        let failed = |why: String| BlobsError::Bucket(place.to_owned(), why);
        let (objects, root) = bucket::open(place, told).map_err(failed)?;
        Ok(Self {
            objects: Arc::new(objects),
            root,
            folder: None,
        })
    }

    /// Whether the place answers, and a bucket keeps what it is given: better found at the start than by the first photo.
    ///
    /// # Errors
    /// It does not.
    pub async fn answers(&self) -> StoreResult<()> {
        let first = self.objects.list(Some(&self.root)).next().await;
        first.transpose().map_err(|error| failed(&error))?;
        // A full disk must not keep a server from giving away what it has.
        if self.folder.is_some() {
            return Ok(());
        }
        // Whatever else stands in a bucket's place may have a page for everything that is asked.
        let probe = self.root.clone().join(format!("probe-{}", process::id()));
        let put = self.objects.put(&probe, PROBE.into()).await;
        put.map_err(|error| failed(&error))?;
        let read = async { self.objects.get(&probe).await?.bytes().await };
        match read.await {
            Ok(bytes) if bytes != PROBE => {
                let why = "it gives back something else than it was given";
                return Err(StoreError::Blobs(why.to_owned()));
            }
            // Another server that starts on another machine may have this number too, and be done.
            Ok(_) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(failed(&error)),
        }
        self.drop_one(&probe).await
    }

    /// The same, if there is anything: `None` for a folder that was never made.
    ///
    /// # Errors
    /// As [`Blobs::at`].
    pub fn if_there(place: &str) -> Result<Option<Self>, BlobsError> {
        match place.starts_with("s3://") || std::path::Path::new(place).exists() {
            true => Self::at(place).map(Some),
            false => Ok(None),
        }
    }

    /// In memory, for the simulator.
    #[cfg(feature = "testing")]
    pub fn in_memory() -> Self {
        Self {
            objects: Arc::new(object_store::memory::InMemory::new()),
            root: Path::default(),
            folder: None,
        }
    }

    fn whole(&self, id: RecordId) -> Path {
        self.root.clone().join("whole").join(id.to_string())
    }

    fn parts(&self, id: RecordId) -> Path {
        self.root.clone().join("parts").join(id.to_string())
    }

    fn part(&self, id: RecordId, n: u32) -> Path {
        self.parts(id).join(format!("{n:06}"))
    }

    /// Those that are whole.
    ///
    /// # Errors
    /// The place of the blobs does not answer.
    pub async fn all_whole(&self) -> StoreResult<BTreeSet<RecordId>> {
        self.ids_under("whole").await
    }

    /// Begins to put one that is known to be right. It is there when the write is finished, and not before.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn begin_whole(&self, id: RecordId) -> StoreResult<WholeBlob> {
        let upload = self.objects.put_multipart(&self.whole(id)).await;
        let upload = upload.map_err(|error| failed(&error))?;
        Ok(WholeBlob(WriteMultipart::new(upload)))
    }

    /// All bytes of a whole blob; `None` if it is not whole.
    ///
    /// # Errors
    /// The place of the blobs does not answer.
    pub async fn read_all(
        &self,
        id: RecordId,
    ) -> StoreResult<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        self.got(id, GetOptions::default()).await
    }

    async fn got(
        &self,
        id: RecordId,
        options: GetOptions,
    ) -> StoreResult<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        match self.objects.get_opts(&self.whole(id), options).await {
            Ok(found) => Ok(Some(found.into_stream().boxed())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Whether all of it is here: one of another length than its record says is not it, whatever put it there.
    ///
    /// # Errors
    /// The place of the blobs does not answer.
    pub async fn is_whole(&self, id: RecordId, about: &Attachment) -> StoreResult<bool> {
        match self.objects.head(&self.whole(id)).await {
            Ok(found) => Ok(found.size == about.size),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Numbers of the chunks that wait to be whole.
    async fn held(&self, id: RecordId) -> StoreResult<BTreeSet<u32>> {
        let listed = self.objects.list(Some(&self.parts(id)));
        let number = |meta: object_store::ObjectMeta| meta.location.filename()?.parse().ok();
        let found: Vec<Option<u32>> = listed
            .map_ok(number)
            .try_collect()
            .await
            .map_err(|error| failed(&error))?;
        Ok(found.into_iter().flatten().collect())
    }

    /// How far a blob has come.
    ///
    /// # Errors
    /// The place of the blobs does not answer.
    pub async fn standing(&self, id: RecordId, about: &Attachment) -> StoreResult<BlobStanding> {
        let complete = self.is_whole(id, about).await?;
        let have = match complete {
            true => (0..chunks_of(about.size)).collect(),
            false => self.held(id).await?.into_iter().collect(),
        };
        Ok(BlobStanding {
            id,
            size: about.size,
            chunk_bytes: consts::BLOB_CHUNK_BYTES as u64,
            have,
            complete,
        })
    }

    /// Takes a chunk, durably when it returns. Says whether there is one of this number and length.
    ///
    /// # Errors
    /// It cannot be written now.
    pub async fn take(
        &self,
        id: RecordId,
        about: &Attachment,
        n: u32,
        chunk: Bytes,
    ) -> StoreResult<bool> {
        if chunk_length(about.size, n) != Some(chunk.len()) {
            return Ok(false);
        }
        if !self.is_whole(id, about).await? {
            let put = self.objects.put(&self.part(id, n), chunk.into()).await;
            put.map_err(|error| failed(&error))?;
        }
        Ok(true)
    }

    /// Makes one of the chunks, if they are what the record says. It can be begun again wherever it was cut off.
    ///
    /// # Errors
    /// The place of the blobs does not answer, or cannot be written now.
    pub async fn complete(&self, id: RecordId, about: &Attachment) -> StoreResult<Completion> {
        if self.is_whole(id, about).await? {
            return Ok(Completion::Whole);
        }
        let chunks = chunks_of(about.size);
        let missing = self.missing(id, chunks).await?;
        if missing > 0 {
            return Ok(Completion::Missing(missing));
        }
        let upload = self.objects.put_multipart(&self.whole(id)).await;
        let mut writing = WriteMultipart::new(upload.map_err(|error| failed(&error))?);
        let came = match self.gather(id, chunks, &mut writing).await {
            Ok(hash) if hash == about.sha256 => {
                writing.finish().await.map_err(|error| failed(&error))?;
                Completion::Whole
            }
            Ok(_) => {
                let _ = writing.abort().await;
                Completion::Differs
            }
            Err(error) => {
                let _ = writing.abort().await;
                // Another request has completed it meanwhile, or dropped what differed.
                return match error {
                    Error::NotFound { .. } if self.is_whole(id, about).await? => {
                        Ok(Completion::Whole)
                    }
                    Error::NotFound { .. } => {
                        Ok(Completion::Missing(self.missing(id, chunks).await?))
                    }
                    error => Err(failed(&error)),
                };
            }
        };
        // What stays of them after a cut is swept.
        let dropped = self.drop_parts(id).await;
        match came {
            Completion::Differs => dropped.map(|()| came),
            came => {
                // It may have been given up for long: that no longer counts.
                let _ = self.drop_one(&self.note(id)).await;
                Ok(came)
            }
        }
    }

    /// How many chunks are missing.
    async fn missing(&self, id: RecordId, chunks: u32) -> StoreResult<usize> {
        Ok(chunks as usize - self.held(id).await?.range(..chunks).count())
    }

    /// Writes the chunks one behind the other; gives their hash.
    async fn gather(
        &self,
        id: RecordId,
        chunks: u32,
        writing: &mut WriteMultipart,
    ) -> object_store::Result<String> {
        let mut hash = Hasher::default();
        for n in 0..chunks {
            let chunk = self.objects.get(&self.part(id, n)).await?.bytes().await?;
            hash.take(&chunk);
            writing.wait_for_capacity(WRITING).await?;
            writing.put(chunk);
        }
        Ok(hash.finish())
    }

    /// Some bytes of a whole blob; `None` if it is not whole.
    ///
    /// # Errors
    /// The place of the blobs does not answer.
    pub async fn read(
        &self,
        id: RecordId,
        range: Range<u64>,
    ) -> StoreResult<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        self.got(id, options).await
    }

    async fn drop_parts(&self, id: RecordId) -> StoreResult<()> {
        self.drop_all(&self.parts(id)).await
    }

    async fn drop_all(&self, under: &Path) -> StoreResult<()> {
        let listed = self.objects.list(Some(under));
        let found: Vec<Path> = listed
            .map_ok(|meta| meta.location)
            .try_collect()
            .await
            .map_err(|error| failed(&error))?;
        for location in found {
            self.drop_one(&location).await?;
        }
        Ok(())
    }

    async fn drop_one(&self, location: &Path) -> StoreResult<()> {
        match self.objects.delete(location).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }
}

/// A blob that is being put.
pub struct WholeBlob(WriteMultipart);

impl WholeBlob {
    /// Some more of its bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub async fn put(&mut self, bytes: Vec<u8>) -> StoreResult<()> {
        let room = self.0.wait_for_capacity(WRITING).await;
        room.map_err(|error| failed(&error))?;
        self.0.put(bytes.into());
        Ok(())
    }

    /// Those were all.
    ///
    /// # Errors
    /// They cannot be written.
    pub async fn finish(self) -> StoreResult<()> {
        self.0.finish().await.map_err(|error| failed(&error))?;
        Ok(())
    }
}

/// A full disk, a bucket out of reach: what is tried again later succeeds.
fn failed(error: &Error) -> StoreError {
    let said = error.to_string();
    // A bucket's answer is XML, or whatever page stands in its place: of that a line has room for the code.
    let code = said.split_once("<Code>").map(|(_, rest)| rest);
    let code = code.and_then(|rest| Some(rest.split_once("</Code>")?.0));
    let first = said.split(['\n', '<']).next().unwrap_or_default();
    let line = format!("{first}{}", code.unwrap_or_default());
    StoreError::Blobs(line.trim_end_matches([' ', ':']).to_owned())
}
