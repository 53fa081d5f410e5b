//! Photos on a device and their way to the server and back.
#![allow(missing_docs, clippy::unwrap_used)]

use futures::executor::block_on;
use ruyuan_domain::{
    Epoch, FieldValue, Fields, Map, Mid, Record, RecordId, RecordKind, ScopeId, Seq, Stamp, UserId,
    blob::BlobStanding,
    consts,
    forms::{FormDefinition, attachment_ids},
    wire::{DraftView, KeepDraftRequest, PullRequest, PullResponse, PushRequest, PushResponse},
};
use ruyuan_sync::{
    attachment::{Attachment, BlobState},
    draft::{Draft, Submission},
    engine::{Engine, EngineError, Fetched, SyncMark},
    environment::{Environment, Unsealed},
    memory::MemoryStore,
    store::{LocalStore, StoreError},
    transport::{ChunkAddress, Transport, TransportError},
};
use serde_json::json;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

mod documents;
mod queue;
mod server;

use server::Server;

#[derive(Clone, Default)]
struct Clock(Rc<Cell<i64>>);

impl Clock {
    fn pass_days(&self, days: i64) {
        self.0.set(self.0.get() + days * 24 * 60 * 60 * 1000);
    }
}

impl Environment for Clock {
    fn now(&self) -> Stamp {
        self.0.set(self.0.get() + 1);
        Stamp::from_unix_ms(1_795_395_600_000 + self.0.get(), 480)
    }

    fn random(&self) -> [u8; 10] {
        self.0.set(self.0.get() + 1);
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.0.get().to_be_bytes());
        bytes
    }
}

type TestEngine = Engine<MemoryStore, Clock, Unsealed>;

fn open(store: &MemoryStore, clock: &Clock) -> TestEngine {
    let user = UserId::from_u128(1);
    block_on(Engine::open(store.clone(), clock.clone(), Unsealed, user)).unwrap()
}

fn form() -> FormDefinition {
    let form = json!({
        "form_id": "visit", "version": 1, "title": {},
        "groups": [{"name": "g", "label": {}, "questions": [
            {"name": "pictures", "label": {}, "kind": {"photo": {"most": 9}}, "required": false},
        ]}],
    });
    serde_json::from_str(&form.to_string()).unwrap()
}

fn photo(seed: u8, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|n| (n % 249) as u8 ^ seed).collect()
}

const BIG: usize = 2 * consts::BLOB_CHUNK_BYTES + 17;

/// A draft with these photos, each stored as it was taken.
fn taken(engine: &TestEngine, photos: &[&[u8]]) -> (Draft, Vec<RecordId>) {
    let enterprise = Record {
        id: RecordId::from_u128(1),
        root: RecordId::from_u128(1),
        kind: RecordKind::Enterprise,
        scope: ScopeId::park("p"),
        seq: Seq(0),
        version: 1,
        fields: Fields::new(),
        deleted: false,
        by: UserId::from_u128(1),
        at: engine.environment().now(),
        unknown: Map::new(),
    };
    let now = engine.environment().now();
    let id = RecordId::new(engine.environment().id_seed());
    let mut draft = Draft::start(id, &form(), &enterprise, "李敏", now);
    let mut ids = Vec::new();
    for bytes in photos {
        let id = RecordId::new(engine.environment().id_seed());
        ids.push(id);
        let attachment = Attachment::picture("image/jpeg", bytes, 4, 3);
        draft.attachments.insert(id, attachment);
        let answer = serde_json::to_string(&ids).unwrap();
        draft.answers.insert("pictures".to_owned(), answer.into());
        block_on(engine.attach(draft.clone(), id, bytes)).unwrap();
    }
    (draft, ids)
}

fn by(engine: &TestEngine) -> Submission<'static> {
    let user = engine.state().meta().user;
    Submission::whole(user, "李敏", engine.environment().now())
}

fn submit(engine: &TestEngine, draft: &Draft) {
    block_on(engine.act(draft.submission(&form(), &by(engine)))).unwrap();
}

fn bytes_of(engine: &TestEngine, id: RecordId) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let whole = block_on(engine.read_attachment(id, |piece| bytes.extend_from_slice(piece)));
    whole.unwrap().then_some(bytes)
}

#[test]
fn a_photo_is_there_after_a_restart_and_goes_with_its_visit() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let bytes = photo(1, BIG);
    let (draft, ids) = taken(&open(&store, &clock), &[&bytes]);
    let engine = open(&store, &clock);
    assert_eq!(bytes_of(&engine, ids[0]), Some(bytes.clone()));
    assert_eq!(engine.state().unsent_bytes().count, 0, "its form waits");
    submit(&engine, &draft);
    assert_eq!(engine.state().unsent_bytes().bytes, bytes.len() as u64);
    let report = block_on(engine.sync(&server)).unwrap();
    assert_eq!(report.attachments, 1);
    assert_eq!(server.whole(ids[0]), Some(bytes.clone()));
    let rows = server.rows.borrow();
    let row = rows.iter().find(|row| row.id == ids[0]).unwrap();
    assert_eq!((row.root, &row.kind), (draft.id, &RecordKind::Attachment));
    assert_eq!(row.text("parent"), draft.id.to_string());
    assert_eq!(row.text("question"), "pictures");
    let visit = rows.iter().find(|row| row.id == draft.id).unwrap();
    assert_eq!(attachment_ids(visit.fields.get("answer.pictures")), ids);
    assert_eq!(engine.state().mark(draft.id), SyncMark::Sent);
    assert_eq!(bytes_of(&engine, ids[0]), Some(bytes), "the original stays");
}

#[test]
fn a_cut_line_costs_one_chunk_and_sent_is_said_only_at_the_end() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let bytes = photo(1, BIG);
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&bytes]);
    submit(&engine, &draft);
    server.passes.set(2);
    block_on(engine.sync(&server)).unwrap();
    assert!(engine.state().outbox().next().is_none(), "words are there");
    assert_eq!(engine.upload_trouble(), Some(TransportError::Offline));
    assert_eq!(engine.state().mark(draft.id), SyncMark::Waiting);
    assert_eq!(
        engine.state().unsent_bytes().sent,
        2 * consts::BLOB_CHUNK_BYTES as u64
    );
    // At once it is not tried again, and a restart goes on where it stood.
    server.passes.set(usize::MAX);
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(server.put.get(), 2, "it rests after a failure");
    let engine = open(&store, &clock);
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(server.put.get(), 3, "no chunk goes twice");
    assert_eq!(server.whole(ids[0]), Some(bytes));
    assert_eq!(engine.state().mark(draft.id), SyncMark::Sent);
    assert_eq!(engine.upload_trouble(), None);
}

#[test]
fn a_chunk_whose_answer_was_lost_is_not_sent_again() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, BIG)]);
    submit(&engine, &draft);
    server.loses_answer.set(true);
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(engine.state().unsent_bytes().sent, 0, "as far as is known");
    // The line dies again at once; what the server said of the first chunk is known from now on.
    server.passes.set(0);
    engine.hurry_uploads();
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(
        engine.state().unsent_bytes().sent,
        consts::BLOB_CHUNK_BYTES as u64
    );
    server.passes.set(usize::MAX);
    engine.hurry_uploads();
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(server.put.get(), 3, "no chunk goes twice");
    assert!(server.whole(ids[0]).is_some());
}

#[test]
fn what_a_person_does_about_a_failing_network_is_tried_at_once() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, BIG)]);
    submit(&engine, &draft);
    server.passes.set(1);
    block_on(engine.sync(&server)).unwrap();
    server.passes.set(usize::MAX);
    engine.hurry_uploads();
    block_on(engine.sync(&server)).unwrap();
    assert!(server.whole(ids[0]).is_some());
}

/// The server, and a person who makes an edit while a chunk is on its way.
struct Typing<'a> {
    server: &'a Server,
    engine: &'a TestEngine,
    typed: Cell<bool>,
    order: RefCell<Vec<&'static str>>,
}

impl Transport for Typing<'_> {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let says = match request.mutations.is_empty() {
            true => "greeting",
            false => "push",
        };
        self.order.borrow_mut().push(says);
        self.server.push(request).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        self.server.pull(request).await
    }

    async fn chunk(&self, address: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        self.server.chunk(address).await
    }

    async fn keep_draft(
        &self,
        id: RecordId,
        request: &KeepDraftRequest,
    ) -> Result<DraftView, TransportError> {
        self.server.keep_draft(id, request).await
    }

    async fn begin_blob(&self, id: RecordId) -> Result<BlobStanding, TransportError> {
        self.server.begin_blob(id).await
    }

    async fn put_blob_chunk(
        &self,
        id: RecordId,
        n: u32,
        chunk: Vec<u8>,
    ) -> Result<(), TransportError> {
        self.order.borrow_mut().push("chunk");
        if !self.typed.replace(true) {
            let (draft, _) = taken(self.engine, &[]);
            self.engine.save_draft(draft.clone()).await.unwrap();
            let act = draft.submission(&form(), &by(self.engine));
            self.engine.act(act).await.unwrap();
        }
        self.server.put_blob_chunk(id, n, chunk).await
    }

    async fn complete_blob(&self, id: RecordId) -> Result<(), TransportError> {
        self.server.complete_blob(id).await
    }
}

#[test]
fn an_edit_made_meanwhile_goes_before_the_next_chunk() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, BIG)]);
    submit(&engine, &draft);
    let typing = Typing {
        server: &server,
        engine: &engine,
        typed: Cell::new(false),
        order: RefCell::default(),
    };
    // The first photo is stored before anything is on its way.
    block_on(engine.sync(&typing)).unwrap();
    let order = typing.order.into_inner();
    assert_eq!(
        order,
        ["greeting", "push", "chunk", "push", "chunk", "chunk"]
    );
    assert!(server.whole(ids[0]).is_some());
}

#[test]
fn a_photo_that_the_server_will_not_have_needs_its_author_and_stops_nothing() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, 9), &photo(2, 9)]);
    submit(&engine, &draft);
    server.refuses.set(true);
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(engine.state().mark(draft.id), SyncMark::NeedsAttention);
    let head = engine.state().blob(ids[0]).cloned().unwrap();
    assert_eq!(
        (head.state, head.reason.as_str()),
        (BlobState::Refused, "照片收不下")
    );
    assert_eq!(engine.state().unsent_bytes().refused, 2);
    server.refuses.set(false);
    block_on(engine.sync(&server)).unwrap();
    assert!(server.whole(ids[0]).is_none(), "not by itself");
    block_on(engine.retry_attachment(ids[0])).unwrap();
    block_on(engine.sync(&server)).unwrap();
    assert!(server.whole(ids[0]).is_some());
}

#[test]
fn bytes_that_went_bad_on_the_phone_are_never_called_sent() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, 9)]);
    submit(&engine, &draft);
    store.spoil_blob(ids[0]);
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(engine.state().mark(draft.id), SyncMark::NeedsAttention);
    assert!(server.whole(ids[0]).is_none());
}

#[test]
fn no_space_for_a_photo_leaves_the_words() {
    let (store, clock) = <(MemoryStore, Clock)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, 9)]);
    store.fail_with(Some(StoreError::Full));
    let id = RecordId::from_u128(99);
    let mut more = draft.clone();
    more.attachments.insert(id, Attachment::default());
    let full = block_on(engine.attach(more, id, &photo(2, 9)));
    assert_eq!(full, Err(EngineError::Store(StoreError::Full)));
    store.fail_with(None);
    let engine = open(&store, &clock);
    let state = engine.state();
    let kept = state.draft(draft.id).unwrap();
    assert_eq!(kept.attachments.keys().collect::<Vec<_>>(), [&ids[0]]);
    assert!(state.blob(id).is_none());
}

#[test]
fn what_is_removed_discarded_or_not_asked_leaves_no_bytes() {
    let (store, clock) = <(MemoryStore, Clock)>::default();
    let engine = open(&store, &clock);
    let heads = || block_on(store.read(None)).unwrap().blobs.len();
    let (mut draft, ids) = taken(&engine, &[&photo(1, 9), &photo(2, 9), &photo(3, 9)]);
    draft.attachments.remove(&ids[0]);
    block_on(engine.detach(draft.clone(), ids[0])).unwrap();
    assert_eq!(heads(), 2);
    // One is known to the form and no answer names it.
    let named = serde_json::to_string(&[ids[1]]).unwrap();
    draft.answers.insert("pictures".to_owned(), named.into());
    block_on(engine.save_draft(draft.clone())).unwrap();
    submit(&engine, &draft);
    assert_eq!(heads(), 1);
    let (draft, _) = taken(&engine, &[&photo(4, 9)]);
    block_on(engine.delete_draft(draft.id)).unwrap();
    assert_eq!(heads(), 1);
    assert!(bytes_of(&engine, ids[1]).is_some());
    let device = engine.state().meta().device;
    block_on(engine.wipe(device)).unwrap();
    assert_eq!(heads(), 0);
}

#[test]
fn a_park_that_is_revoked_takes_its_photos_along_after_they_were_sent() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, BIG)]);
    submit(&engine, &draft);
    server.passes.set(0);
    block_on(engine.sync(&server)).unwrap();
    server.revoked.set(true);
    let cut = block_on(engine.sync(&server));
    assert!(cut.is_err(), "not before the photo is sent");
    assert!(bytes_of(&engine, ids[0]).is_some());
    server.passes.set(usize::MAX);
    block_on(engine.sync(&server)).unwrap();
    assert!(server.whole(ids[0]).is_some());
    assert!(engine.state().blob(ids[0]).is_none());
    assert_eq!(block_on(store.blob_chunk(ids[0], 0)), Ok(None));
}

#[test]
fn a_restored_server_is_given_the_photos_that_it_lacks() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, BIG), &photo(2, 9)]);
    submit(&engine, &draft);
    block_on(engine.sync(&server)).unwrap();
    server.blobs.borrow_mut().remove(&ids[0]);
    server.epoch.set(Epoch::from_u128(8));
    server.last_mid.set(Mid(0));
    server.put.set(0);
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(server.whole(ids[0]), Some(photo(1, BIG)));
    assert_eq!(server.put.get(), 3, "what it has is not sent again");
    assert_eq!(engine.state().unsent_bytes().count, 0);
}

#[test]
fn an_original_is_dropped_after_thirty_days_and_fetched_again_in_pieces() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let bytes = photo(1, BIG);
    let (draft, ids) = taken(&engine, &[&bytes]);
    submit(&engine, &draft);
    block_on(engine.sync(&server)).unwrap();
    clock.pass_days(29);
    block_on(engine.sync(&server)).unwrap();
    assert!(engine.state().blob(ids[0]).is_some());
    clock.pass_days(2);
    block_on(engine.sync(&server)).unwrap();
    assert_eq!(engine.state().kept().bytes, 0);
    assert_eq!(bytes_of(&engine, ids[0]), None);

    let fetch = |engine: &TestEngine, go_on: bool| {
        block_on(engine.fetch_attachment(&server, ids[0], |_| go_on))
    };
    assert_eq!(fetch(&engine, false), Ok(Fetched::Paused));
    server.passes.set(1);
    let cut = fetch(&engine, true);
    assert_eq!(cut, Err(EngineError::Transport(TransportError::Offline)));
    server.passes.set(usize::MAX);
    let engine = open(&store, &clock);
    assert_eq!(bytes_of(&engine, ids[0]), None, "two of three pieces");
    assert_eq!(fetch(&engine, true), Ok(Fetched::Whole));
    assert_eq!(server.fetched.get(), 3, "no piece comes twice");
    assert_eq!(bytes_of(&engine, ids[0]), Some(bytes));
    assert_eq!(engine.state().kept().freeable, BIG as u64);
    block_on(engine.free_attachments()).unwrap();
    assert_eq!(engine.state().kept().bytes, 0);
}

#[test]
fn a_fetched_photo_that_is_not_what_its_record_says_is_dropped() {
    let (store, clock, server) = <(MemoryStore, Clock, Server)>::default();
    let engine = open(&store, &clock);
    let (draft, ids) = taken(&engine, &[&photo(1, BIG)]);
    submit(&engine, &draft);
    block_on(engine.sync(&server)).unwrap();
    block_on(engine.free_attachments()).unwrap();
    let good = server.whole(ids[0]).unwrap();
    server.blobs.borrow_mut().get_mut(&ids[0]).unwrap().whole = Some(photo(5, BIG));
    let fetch = || block_on(engine.fetch_attachment(&server, ids[0], |_| true));
    assert_eq!(fetch(), Ok(Fetched::Differs));
    assert!(engine.state().blob(ids[0]).is_none());
    server.blobs.borrow_mut().get_mut(&ids[0]).unwrap().whole = Some(good);
    assert_eq!(fetch(), Ok(Fetched::Whole));
}

#[test]
fn a_photo_that_the_server_lacks_is_never_freed() {
    let (store, clock) = <(MemoryStore, Clock)>::default();
    let engine = open(&store, &clock);
    let (_, ids) = taken(&engine, &[&photo(1, 9)]);
    clock.pass_days(400);
    block_on(engine.free_attachments()).unwrap();
    let engine = open(&store, &clock);
    assert!(bytes_of(&engine, ids[0]).is_some());
    assert_eq!(engine.state().kept().freeable, 0);
}

#[test]
fn a_draft_with_photos_is_written_and_read() {
    let (store, clock) = <(MemoryStore, Clock)>::default();
    let (draft, ids) = taken(&open(&store, &clock), &[&photo(1, 9)]);
    let engine = open(&store, &clock);
    let state = engine.state();
    let read = state.draft(draft.id).unwrap();
    assert_eq!(read.attachments, draft.attachments);
    let answer: Option<&FieldValue> = read.answers.get("pictures");
    assert_eq!((attachment_ids(answer), read.attached(&form())), (ids, 1));
}
