//! The local log in IndexedDB. One database for each person, so that a shared phone keeps them apart.

use indexed_db_futures::{
    KeyRange,
    database::Database,
    error::{DomException, Error, OpenDbError, UnexpectedDataError},
    object_store::ObjectStore,
    prelude::*,
    transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions},
};
use js_sys::Uint8Array;
use ruyuan_domain::{Mid, RecordId, UserId};
use ruyuan_sync::store::{
    Batch, ChunkKey, Committed, Contents, Durability, LocalStore, StoreError, Write,
};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue};

/// Version of the database's stores. A store's indexes cannot be added to later: make it with them, or copy.
const VERSION: u8 = 3;

const JOURNAL: &str = "journal";
const OUTBOX: &str = "outbox";
const ACKED: &str = "acked";
const DRAFTS: &str = "drafts";
const META: &str = "meta";
const CHUNKS: &str = "snapshot";
const BLOBS: &str = "blobs";
const STORES: [&str; 7] = [CHUNKS, JOURNAL, OUTBOX, ACKED, DRAFTS, META, BLOBS];

/// Key in `meta` of the revision, a plain number: it is compared in every transaction and says nothing of anyone.
const REV: &str = "rev";
/// Key in `meta` of the sealed meta value.
const VALUE: &str = "value";

/// What the keys in `blobs` begin with that say how an attachment stands; all of its bytes have smaller ones.
const BLOB_HEADS: &str = "head.";

/// The local log of one person in this browser.
#[derive(Clone, Debug)]
pub struct IndexedDbStore {
    database: Database,
    is_new: bool,
}

/// Name of this person's database.
pub fn database_name(user: UserId) -> String {
    format!("ruyuan-{user}")
}

impl IndexedDbStore {
    /// Opens the database, making its stores if it is new.
    ///
    /// # Errors
    /// No IndexedDB in this browser, a broken database, or one that a newer version of the app made.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        let made = Rc::new(Cell::new(false));
        let is_new = Rc::clone(&made);
        let database = Database::open(name)
            .with_version(VERSION)
            .with_on_upgrade_needed(move |event, database| {
                if event.old_version() < 1.0 {
                    made.set(true);
                    database
                        .create_object_store(JOURNAL)
                        .with_auto_increment(true)
                        .build()?;
                    for store in [OUTBOX, ACKED, DRAFTS, META] {
                        database.create_object_store(store).build()?;
                    }
                }
                if event.old_version() < 2.0 {
                    database.create_object_store(CHUNKS).build()?;
                }
                database.create_object_store(BLOBS).build()?;
                Ok(())
            })
            .await
            .map_err(from_open)?;
        Ok(Self {
            database,
            is_new: is_new.get(),
        })
    }

    /// Whether there was no database of this name.
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    fn transaction(
        &self,
        mode: TransactionMode,
        durability: Durability,
    ) -> Result<Transaction<'_>, Error> {
        let durability = match durability {
            Durability::Strict => TransactionDurability::Strict,
            Durability::Relaxed => TransactionDurability::Relaxed,
        };
        self.database
            .transaction(STORES)
            .with_mode(mode)
            .with_options(TransactionOptions::new().with_durability(durability))
            .build()
    }

    async fn read_rev(&self) -> Result<u64, Error> {
        let transaction = self.transaction(TransactionMode::Readonly, Durability::Relaxed)?;
        let rev: Option<f64> = transaction
            .object_store(META)?
            .get(REV)
            .primitive()?
            .await?;
        transaction.commit().await?;
        Ok(rev.unwrap_or(0.0) as u64)
    }

    async fn read_all(&self, after: Option<u64>) -> Result<Contents, Error> {
        let transaction = self.transaction(TransactionMode::Readonly, Durability::Relaxed)?;
        let meta = transaction.object_store(META)?;
        let rev: Option<f64> = meta.get(REV).primitive()?.await?;
        let value: Option<JsValue> = meta.get(VALUE).primitive()?.await?;
        let chunks = match after {
            None => entries(&transaction.object_store(CHUNKS)?, None).await?,
            Some(_) => Vec::new(),
        };
        let journal = after.map(|after| JsValue::from(after as f64));
        let journal = entries(&transaction.object_store(JOURNAL)?, journal).await?;
        let heads = Some(BLOB_HEADS.into());
        let blobs = entries(&transaction.object_store(BLOBS)?, heads).await?;
        let outbox = entries(&transaction.object_store(OUTBOX)?, None).await?;
        let acked = entries(&transaction.object_store(ACKED)?, None).await?;
        let drafts = entries(&transaction.object_store(DRAFTS)?, None).await?;
        transaction.commit().await?;
        Ok(Contents {
            rev: rev.unwrap_or(0.0) as u64,
            meta: value.map(bytes),
            chunks: chunks
                .into_iter()
                .filter_map(|(key, value)| Some((chunk_key(&key)?, value)))
                .collect(),
            journal: journal
                .into_iter()
                .map(|(key, value)| (number(&key), value))
                .collect(),
            outbox: outbox
                .into_iter()
                .map(|(key, value)| (Mid(number(&key)), value))
                .collect(),
            acked: acked
                .into_iter()
                .filter_map(|(key, value)| Some((id(&key)?, value)))
                .collect(),
            drafts: drafts
                .into_iter()
                .filter_map(|(key, value)| Some((id(&key)?, value)))
                .collect(),
            blobs: blobs
                .into_iter()
                .filter_map(|(key, value)| Some((head_id(&key)?, value)))
                .collect(),
        })
    }

    async fn read_blob_chunk(&self, id: RecordId, n: u32) -> Result<Option<Vec<u8>>, Error> {
        let transaction = self.transaction(TransactionMode::Readonly, Durability::Relaxed)?;
        let store = transaction.object_store(BLOBS)?;
        let value: Option<JsValue> = store.get(blob_name(id, n)).primitive()?.await?;
        transaction.commit().await?;
        Ok(value.map(bytes))
    }

    async fn commit_all(&self, batch: Batch) -> Result<Result<Committed, StoreError>, Error> {
        let transaction = self.transaction(TransactionMode::Readwrite, batch.durability)?;
        let meta = transaction.object_store(META)?;
        let drafts = transaction.object_store(DRAFTS)?;
        let rev = meta.get(REV).primitive()?.await?.unwrap_or(0.0_f64) as u64;
        // Both refusals come before the first write, so there is nothing to roll back: Safari may not.
        if rev != batch.expected_rev {
            transaction.abort().await?;
            return Ok(Err(StoreError::Stale));
        }
        if let Some(draft) = batch.requires_draft {
            let there: Option<JsValue> = drafts.get(draft.to_string()).primitive()?.await?;
            if there.is_none() {
                transaction.abort().await?;
                return Ok(Err(StoreError::DraftGone));
            }
        }
        let chunks = transaction.object_store(CHUNKS)?;
        let journal = transaction.object_store(JOURNAL)?;
        let outbox = transaction.object_store(OUTBOX)?;
        let acked = transaction.object_store(ACKED)?;
        let blobs = transaction.object_store(BLOBS)?;
        let mut keys = Vec::new();
        for write in &batch.writes {
            // One wait for each sort of request, and not for each sort of write: a fifth of the code.
            let (store, request) = match write {
                Write::Journal(value) => {
                    let key: f64 = journal
                        .add(array(value))
                        .with_key_type::<f64>()
                        .primitive()?
                        .await?;
                    keys.push(key as u64);
                    continue;
                }
                Write::Clear => {
                    for store in [&chunks, &journal, &outbox, &acked, &drafts, &meta, &blobs] {
                        store.clear()?.await?;
                    }
                    continue;
                }
                Write::Meta(value) => (&meta, Request::Put(VALUE.into(), value)),
                Write::DropJournal(last) => {
                    let range = KeyRange::UpperBound(JsValue::from(*last as f64), false);
                    (&journal, Request::Delete(range))
                }
                Write::PutChunk(key, value) => {
                    let name = chunk_name(key.generation, key.n);
                    (&chunks, Request::Put(name.into(), value))
                }
                Write::DropChunks(generation) => {
                    let name = |n| JsValue::from(chunk_name(*generation, n));
                    let range = KeyRange::Bound(name(0), false, name(u32::MAX), false);
                    (&chunks, Request::Delete(range))
                }
                Write::PutOutbox(mid, value) => (&outbox, Request::Put(mid_key(*mid), value)),
                Write::DeleteOutbox(mid) => (&outbox, Request::delete(mid_key(*mid))),
                Write::PutAcked(id, value) => (&acked, Request::Put(id.to_string().into(), value)),
                Write::DeleteAcked(id) => (&acked, Request::delete(id.to_string().into())),
                Write::PutDraft(id, value) => (&drafts, Request::Put(id.to_string().into(), value)),
                Write::DeleteDraft(id) => (&drafts, Request::delete(id.to_string().into())),
                Write::PutBlobHead(id, value) => (
                    &blobs,
                    Request::Put(format!("{BLOB_HEADS}{id}").into(), value),
                ),
                Write::PutBlobChunk(id, n, value) => {
                    (&blobs, Request::Put(blob_name(*id, *n).into(), value))
                }
                Write::DeleteBlob(id) => {
                    let head = JsValue::from(format!("{BLOB_HEADS}{id}"));
                    blobs
                        .delete::<JsValue, _>(KeyRange::Only(head))
                        .primitive()?
                        .await?;
                    let name = |n| JsValue::from(blob_name(*id, n));
                    let range = KeyRange::Bound(name(0), false, name(u32::MAX), false);
                    (&blobs, Request::Delete(range))
                }
            };
            match request {
                Request::Put(key, value) => {
                    let put = store.put(array(value)).with_key(key);
                    drop(put.primitive()?.await?);
                }
                Request::Delete(range) => {
                    store.delete::<JsValue, _>(range).primitive()?.await?;
                }
            }
        }
        let rev = rev + 1;
        meta.put(rev as f64).with_key(REV).primitive()?.await?;
        transaction.commit().await?;
        Ok(Ok(Committed { rev, journal: keys }))
    }
}

/// What is asked of one store.
enum Request<'a> {
    Put(JsValue, &'a [u8]),
    Delete(KeyRange<JsValue>),
}

impl Request<'_> {
    const fn delete(key: JsValue) -> Self {
        Self::Delete(KeyRange::Only(key))
    }
}

fn mid_key(mid: Mid) -> JsValue {
    JsValue::from(mid.0 as f64)
}

impl LocalStore for IndexedDbStore {
    async fn read(&self, after: Option<u64>) -> Result<Contents, StoreError> {
        self.read_all(after).await.map_err(from_error)
    }

    async fn rev(&self) -> Result<u64, StoreError> {
        self.read_rev().await.map_err(from_error)
    }

    async fn blob_chunk(&self, id: RecordId, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.read_blob_chunk(id, n).await.map_err(from_error)
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.commit_all(batch).await.map_err(from_error)?
    }
}

/// Keys and values of a store in key order; those with a key above `after`, if given.
async fn entries(
    store: &ObjectStore<'_>,
    after: Option<JsValue>,
) -> Result<Vec<(JsValue, Vec<u8>)>, Error> {
    let (keys, values) = match after {
        None => (
            store
                .get_all_keys::<JsValue>()
                .primitive()?
                .await?
                .collect::<Result<Vec<_>, _>>()?,
            store
                .get_all::<JsValue>()
                .primitive()?
                .await?
                .collect::<Result<Vec<_>, _>>()?,
        ),
        Some(after) => {
            let range = || KeyRange::LowerBound(after.clone(), true);
            (
                store
                    .get_all_keys::<JsValue>()
                    .with_query::<JsValue, _>(range())
                    .primitive()?
                    .await?
                    .collect::<Result<Vec<_>, _>>()?,
                store
                    .get_all::<JsValue>()
                    .with_query::<JsValue, _>(range())
                    .primitive()?
                    .await?
                    .collect::<Result<Vec<_>, _>>()?,
            )
        }
    };
    Ok(keys
        .into_iter()
        .zip(values.into_iter().map(bytes))
        .collect())
}

/// A chunk's key: of one width, so that keys sort as their numbers do.
fn chunk_name(generation: u64, n: u32) -> String {
    format!("{generation:016x}.{n:08x}")
}

fn chunk_key(key: &JsValue) -> Option<ChunkKey> {
    let name = key.as_string()?;
    let (generation, n) = name.split_once('.')?;
    Some(ChunkKey {
        generation: u64::from_str_radix(generation, 16).ok()?,
        n: u32::from_str_radix(n, 16).ok()?,
    })
}

/// A chunk of an attachment: after all of these stand the heads, because an id begins with a hexadecimal digit.
fn blob_name(id: RecordId, n: u32) -> String {
    format!("{id}.{n:08x}")
}

fn head_id(key: &JsValue) -> Option<RecordId> {
    key.as_string()?.strip_prefix(BLOB_HEADS)?.parse().ok()
}

fn array(value: &[u8]) -> JsValue {
    Uint8Array::from(value).into()
}

fn bytes(value: JsValue) -> Vec<u8> {
    value
        .dyn_into::<Uint8Array>()
        .map(|array| array.to_vec())
        .unwrap_or_default()
}

fn number(key: &JsValue) -> u64 {
    key.as_f64().unwrap_or(0.0) as u64
}

fn id<T: std::str::FromStr>(key: &JsValue) -> Option<T> {
    key.as_string()?.parse().ok()
}

fn from_open(error: OpenDbError) -> StoreError {
    match error {
        OpenDbError::Base(error) => from_error(error),
        other => StoreError::Broken(other.to_string()),
    }
}

fn from_error(error: Error) -> StoreError {
    let name = match &error {
        Error::DomException(exception) => name_of(exception),
        // An abort that nobody asked for, at the end of a transaction: the browser ran out of space.
        Error::MissingData(UnexpectedDataError::TransactionAborted) => return StoreError::Full,
        _ => String::new(),
    };
    match name.as_str() {
        "QuotaExceededError" => StoreError::Full,
        "VersionError" => StoreError::Newer,
        _ => StoreError::Broken(error.to_string()),
    }
}

fn name_of(exception: &DomException) -> String {
    web_sys::DomException::from(exception.clone()).name()
}
