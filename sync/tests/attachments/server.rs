//! A server that takes every edit and keeps blobs as the real one does, on a line that can be cut.

use ruyuan_domain::{
    Epoch, Fields, Map, Mid, Mutation, Record, RecordId, ScopeId, Seq, UserId,
    blob::BlobStanding,
    consts,
    wire::{
        DraftView, KeepDraftRequest, MutationResult, MutationStatus, Problem, PullRequest,
        PullResponse, PushRequest, PushResponse, ScopePage,
    },
};
use ruyuan_sync::{
    attachment::Attachment,
    transport::{BlobPart, ChunkAddress, Transport, TransportError},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

#[derive(Default)]
pub struct Blob {
    chunks: BTreeMap<u32, Vec<u8>>,
    pub whole: Option<Vec<u8>>,
}

/// The server.
pub struct Server {
    pub epoch: Cell<Epoch>,
    pub rows: RefCell<Vec<Record>>,
    pub last_mid: Cell<Mid>,
    pub blobs: RefCell<BTreeMap<RecordId, Blob>>,
    /// How many more chunks pass before the line is cut.
    pub passes: Cell<usize>,
    pub refuses: Cell<bool>,
    /// The next chunk arrives, and its answer does not.
    pub loses_answer: Cell<bool>,
    pub revoked: Cell<bool>,
    pub put: Cell<usize>,
    pub fetched: Cell<usize>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            epoch: Cell::new(Epoch::from_u128(7)),
            rows: RefCell::default(),
            last_mid: Cell::new(Mid(0)),
            blobs: RefCell::default(),
            passes: Cell::new(usize::MAX),
            refuses: Cell::new(false),
            loses_answer: Cell::new(false),
            revoked: Cell::new(false),
            put: Cell::new(0),
            fetched: Cell::new(0),
        }
    }
}

impl Server {
    fn passes(&self) -> Result<(), TransportError> {
        let left = self.passes.get();
        self.passes.set(left.saturating_sub(1));
        if left == 0 {
            Err(TransportError::Offline)
        } else {
            Ok(())
        }
    }

    pub fn whole(&self, id: RecordId) -> Option<Vec<u8>> {
        self.blobs.borrow().get(&id)?.whole.clone()
    }
}

fn refused(kind: &str) -> TransportError {
    TransportError::Refused(Box::new(Problem {
        kind: format!("/problems/{kind}"),
        title: kind.to_owned(),
        status: 422,
        detail: "照片收不下".to_owned(),
        retry: false,
        errors: vec![],
    }))
}

impl Transport for Server {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let mut results = Vec::new();
        for raw in &request.mutations {
            let mutation: Mutation = serde_json::from_str(raw.get()).unwrap();
            let mut rows = self.rows.borrow_mut();
            let seq = Seq(rows.len() as u64 + 1);
            if !rows.iter().any(|row| row.id == mutation.record) {
                rows.push(Record {
                    id: mutation.record,
                    root: mutation.root(),
                    kind: mutation.kind.clone(),
                    scope: mutation.scope.clone(),
                    seq,
                    version: 1,
                    fields: mutation.applied_to(Fields::new()),
                    deleted: false,
                    by: UserId::from_u128(1),
                    at: mutation.at,
                    unknown: Map::new(),
                });
            }
            self.last_mid.set(mutation.mid);
            results.push(MutationResult {
                mid: mutation.mid,
                status: MutationStatus::Applied,
                original: None,
                reason: None,
                scope: Some(mutation.scope.clone()),
                seq: Some(seq),
            });
        }
        Ok(PushResponse {
            wipe: false,
            epoch: self.epoch.get(),
            last_mid: self.last_mid.get(),
            forked: false,
            results,
        })
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        let rows = self.rows.borrow();
        let scope = ScopeId::park("p");
        let cursor = request.cursors.get(&scope).copied().unwrap_or(Seq(0));
        let page = ScopePage {
            scope: scope.clone(),
            rows: rows
                .iter()
                .filter(|row| row.seq > cursor)
                .cloned()
                .collect(),
            exits: vec![],
            next: Seq(rows.len() as u64),
            more: false,
            digest: None,
            snapshot: None,
        };
        let gone = self.revoked.get();
        Ok(PullResponse {
            wipe: false,
            epoch: self.epoch.get(),
            last_mid: self.last_mid.get(),
            scopes: if gone { vec![] } else { vec![page] },
            revoked: if gone { vec![scope] } else { vec![] },
            reset: vec![],
        })
    }

    async fn chunk(&self, _: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Offline)
    }

    async fn keep_draft(
        &self,
        _: RecordId,
        request: &KeepDraftRequest,
    ) -> Result<DraftView, TransportError> {
        Ok(request.kept())
    }

    async fn begin_blob(&self, id: RecordId) -> Result<BlobStanding, TransportError> {
        if self.refuses.get() {
            return Err(refused("too_large"));
        }
        let rows = self.rows.borrow();
        let row = rows.iter().find(|row| row.id == id);
        let size = row.unwrap().integer("size").unwrap();
        let mut blobs = self.blobs.borrow_mut();
        let blob = blobs.entry(id).or_default();
        Ok(BlobStanding {
            id,
            size: u64::try_from(size).unwrap(),
            chunk_bytes: consts::BLOB_CHUNK_BYTES as u64,
            have: blob.chunks.keys().copied().collect(),
            complete: blob.whole.is_some(),
        })
    }

    async fn put_blob_chunk(
        &self,
        id: RecordId,
        n: u32,
        chunk: Vec<u8>,
    ) -> Result<(), TransportError> {
        self.passes()?;
        self.put.set(self.put.get() + 1);
        let mut blobs = self.blobs.borrow_mut();
        blobs.get_mut(&id).unwrap().chunks.insert(n, chunk);
        match self.loses_answer.take() {
            true => Err(TransportError::Offline),
            false => Ok(()),
        }
    }

    async fn complete_blob(&self, id: RecordId) -> Result<(), TransportError> {
        let mut blobs = self.blobs.borrow_mut();
        let blob = blobs.get_mut(&id).unwrap();
        let whole: Vec<u8> = blob.chunks.values().flatten().copied().collect();
        let said = self.rows.borrow();
        let said = said.iter().find(|row| row.id == id).unwrap();
        if Attachment::picture("", &whole, 1, 1).sha256 != said.text("sha256") {
            blob.chunks.clear();
            return Err(refused("hash_differs"));
        }
        blob.whole = Some(whole);
        Ok(())
    }

    async fn blob_part(&self, part: &BlobPart) -> Result<Vec<u8>, TransportError> {
        self.passes()?;
        self.fetched.set(self.fetched.get() + 1);
        let whole = self.whole(part.id).unwrap();
        Ok(whole[part.from as usize..part.to as usize].to_vec())
    }
}
