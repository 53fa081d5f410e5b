//! A server set back to a backup, and the phones that come to it: what they hold comes back, as itself where its
//! writer still has it, else as `recovered`, and all of them end with the same.

use crate::{
    backup::{restore, take},
    blobs,
    devices::PARK,
};
use axum::{body::Body, http::Request};
use ruyuan_domain::{
    FieldChange, FieldValue, Operation, Record, RecordId, RecordKind, ScopeId, Stamp,
    blob::BlobStanding,
    consts::field,
    wire::{Problem, PullRequest, PullResponse, PushRequest, PushResponse},
};
use ruyuan_server::testing::{Answer, Caller, TestApp, postgres};
use ruyuan_sync::{
    engine::{Act, Edit, Engine},
    environment::{Environment, Unsealed},
    memory::MemoryStore,
    transport::{BlobPart, ChunkAddress, Transport, TransportError},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::Cell, collections::BTreeMap, rc::Rc};
use tempfile::TempDir;

pub const MOBILE: &str = "contact_mobile";

/// Thirty-one days, in the ticks of [`Counted`].
const MONTH: i64 = 31 * 24 * 60 * 60;

/// A clock that moves a second at each look, and counted bytes for randomness.
#[derive(Clone)]
pub struct Counted(Rc<Cell<i64>>, u8);

impl Environment for Counted {
    fn now(&self) -> Stamp {
        self.0.set(self.0.get() + 1);
        Stamp::from_unix_ms(1_795_395_600_000 + self.0.get() * 1000, 480)
    }

    fn random(&self) -> [u8; 10] {
        self.0.set(self.0.get() + 1);
        let mut bytes = [self.1; 10];
        bytes[..8].copy_from_slice(&self.0.get().to_be_bytes());
        bytes
    }
}

pub struct Line<'a>(pub &'a TestApp, pub Caller);

impl Line<'_> {
    async fn post<Q: Serialize, A: DeserializeOwned>(
        &self,
        path: &str,
        body: &Q,
    ) -> Result<A, TransportError> {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("cookie", self.1.cookie())
            .body(Body::from(serde_json::to_string(body).unwrap()))
            .unwrap();
        let answer = self.0.send(request).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.status);
        Ok(answer.json())
    }
}

impl Transport for Line<'_> {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.post("/api/sync/push", request).await
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        self.post("/api/sync/pull", request).await
    }

    async fn chunk(&self, _: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Offline)
    }

    async fn begin_blob(&self, id: RecordId) -> Result<BlobStanding, TransportError> {
        let answer = blobs::begin(self.0, &self.1, id).await;
        taken(&answer).map(|()| answer.json())
    }

    async fn put_blob_chunk(
        &self,
        id: RecordId,
        n: u32,
        chunk: Vec<u8>,
    ) -> Result<(), TransportError> {
        taken(&blobs::put(self.0, &self.1, id, n, &chunk).await)
    }

    async fn complete_blob(&self, id: RecordId) -> Result<(), TransportError> {
        taken(&blobs::complete(self.0, &self.1, id).await)
    }

    async fn blob_part(&self, part: &BlobPart) -> Result<Vec<u8>, TransportError> {
        let range = format!("bytes={}-{}", part.from, part.to - 1);
        let answer = blobs::get(self.0, &self.1, part.id, &[("range", &range)]).await;
        taken(&answer).map(|()| answer.body)
    }
}

/// What the client makes of an answer about an attachment.
fn taken(answer: &Answer) -> Result<(), TransportError> {
    match answer.status.is_success() {
        true => Ok(()),
        false if answer.json::<Problem>().retry => Err(TransportError::Busy),
        false => Err(TransportError::Refused(answer.json())),
    }
}

pub struct Phone {
    name: &'static str,
    pub environment: Counted,
    store: MemoryStore,
    pub engine: Engine<MemoryStore, Counted, Unsealed>,
}

impl Phone {
    async fn new(server: &TestApp, name: &'static str, salt: u8) -> Self {
        server.officer(name, PARK).await;
        Self::of(server, name, salt).await
    }

    /// A phone of somebody who has an account.
    pub async fn of(server: &TestApp, name: &'static str, salt: u8) -> Self {
        let environment = Counted(Rc::new(Cell::new(i64::from(salt) * 1000)), salt);
        let store = MemoryStore::default();
        let user = server.signs_in(name).await.user;
        let engine = Engine::open(store.clone(), environment.clone(), Unsealed, user);
        Self {
            name,
            engine: engine.await.unwrap(),
            environment,
            store,
        }
    }

    /// The app is closed and opened again.
    pub async fn reopened(self) -> Self {
        let user = self.engine.state().meta().user;
        let environment = self.environment.clone();
        let engine = Engine::open(self.store.clone(), environment, Unsealed, user);
        Self {
            engine: engine.await.unwrap(),
            ..self
        }
    }

    pub async fn sync(&self, server: &TestApp) {
        let line = self.line(server).await;
        self.engine.sync(&line).await.unwrap();
    }

    /// Its person signs in.
    pub async fn line<'a>(&self, server: &'a TestApp) -> Line<'a> {
        Line(server, server.signs_in(self.name).await)
    }

    fn get(&self, id: RecordId) -> Record {
        let state = self.engine.state();
        Record::clone(state.view().get(id).unwrap())
    }

    async fn act(&self, edit: Edit) {
        let act = Act {
            edits: vec![edit],
            submits: None,
        };
        self.engine.act(act).await.unwrap();
    }

    pub async fn add(&self, name: &str) -> RecordId {
        let id = RecordId::new(self.environment.id_seed());
        let change = (field::NAME, None, name);
        self.act(edit(id, Operation::Create, 0, change)).await;
        id
    }

    pub async fn delete(&self, id: RecordId) {
        let record = self.get(id);
        let edit = Edit {
            fields: Default::default(),
            ..edit(id, Operation::Delete, record.version, (MOBILE, None, ""))
        };
        self.act(edit).await;
    }

    pub async fn set_mobile(&self, firm: RecordId, new: &str) {
        let record = self.get(firm);
        let old = record.fields.get(MOBILE).and_then(FieldValue::as_text);
        let change = (MOBILE, old, new);
        let edit = edit(firm, Operation::Update, record.version, change);
        self.act(edit).await;
    }

    /// Everything of the park that it shows.
    fn park(&self) -> BTreeMap<RecordId, Record> {
        let state = self.engine.state();
        let kinds = [
            RecordKind::Enterprise,
            RecordKind::Conflict,
            RecordKind::Recovered,
        ];
        let rows = kinds.iter().flat_map(|kind| state.view().of_kind(kind));
        rows.map(|row| (row.id, Record::clone(row))).collect()
    }

    /// Of which record, and which of its words, there is a `recovered` one.
    fn recovered(&self) -> Vec<(RecordId, String)> {
        let park = self.park();
        let found = park
            .values()
            .filter(|row| row.kind == RecordKind::Recovered);
        let mut found: Vec<_> = found
            .map(|row| {
                let id = row.text(field::RECOVERED_RECORD).parse().unwrap();
                let name = format!("{}{}", field::RECOVERED_FIELD, field::NAME);
                let mobile = format!("{}{MOBILE}", field::RECOVERED_FIELD);
                (id, format!("{} {}", row.text(&name), row.text(&mobile)))
            })
            .collect();
        found.sort();
        found
    }
}

fn edit(id: RecordId, op: Operation, base: u64, change: (&str, Option<&str>, &str)) -> Edit {
    let (name, old, new) = change;
    let change = FieldChange {
        old: old.map(FieldValue::from),
        new: Some(new.into()),
    };
    Edit {
        record: id,
        root: None,
        kind: RecordKind::Enterprise,
        scope: ScopeId::park(PARK),
        op,
        base,
        fields: [(name.to_owned(), change)].into_iter().collect(),
        mends: None,
    }
}

/// `first` and `second` come back in either order; the one who is gone never does.
async fn nothing_is_lost(app: TestApp, into: Option<String>, old_first: bool) {
    let (li, wang, gone) = (
        Phone::new(&app, "limin", 1).await,
        Phone::new(&app, "wangqiang", 2).await,
        Phone::new(&app, "zhaolei", 3).await,
    );
    let known = gone.add("备份前").await;
    gone.sync(&app).await;
    let shared = li.add("李敏的").await;
    li.sync(&app).await;
    let file = app.folder().join("one.backup");
    take(&app, &file).await.unwrap();

    // After the backup everybody goes on, and everybody sees it.
    gone.set_mobile(known, "13857000009").await;
    let lost = gone.add("再也不来").await;
    gone.sync(&app).await;
    let forgotten = li.add("李敏早忘了").await;
    li.sync(&app).await;
    wang.sync(&app).await;
    wang.set_mobile(shared, "13857000002").await;
    let own = wang.add("王强的").await;
    wang.sync(&app).await;
    li.sync(&app).await;
    // A month later this phone has forgotten what it sent, and has something unsent.
    li.environment.0.set(li.environment.0.get() + MONTH);
    li.sync(&app).await;
    assert_eq!(li.engine.state().outbox().count(), 0);
    let unsent = li.add("还没发").await;

    let folder = TempDir::new().unwrap();
    restore(&file, folder.path(), into.as_deref(), false)
        .await
        .unwrap();
    let restored = TestApp::on_what_is_there(folder, into).await;
    if old_first {
        // Done with everything before the other one hears of the restore.
        for _ in 0..3 {
            li.sync(&restored).await;
        }
    }
    let order = match old_first {
        true => [&li, &wang],
        false => [&wang, &li],
    };
    for _ in 0..3 {
        for phone in order {
            phone.sync(&restored).await;
        }
    }
    for phone in order {
        assert_eq!(phone.engine.state().outbox().count(), 0, "{}", phone.name);
    }
    let park = li.park();
    assert_eq!(park, wang.park(), "both show the same");
    let fresh = Phone::of(&restored, "wangqiang", 200).await;
    fresh.sync(&restored).await;
    assert_eq!(park, fresh.park(), "as does a new phone");
    // What its writer still has is itself again.
    for (id, name, mobile) in [
        (known, "备份前", ""),
        (shared, "李敏的", "13857000002"),
        (own, "王强的", ""),
        (unsent, "还没发", ""),
    ] {
        let row = &park[&id];
        assert_eq!((row.text(field::NAME), row.text(MOBILE)), (name, mobile));
    }
    // What only others still show is there once, for the manager.
    let recovered = li.recovered();
    // What its writer brought again after another phone had, closed itself.
    let mut expected = vec![
        (known, "备份前 13857000009".to_owned()),
        (lost, "再也不来 ".to_owned()),
        (forgotten, "李敏早忘了 ".to_owned()),
    ];
    expected.sort();
    assert_eq!(recovered, expected);
}

#[tokio::test]
async fn a_restored_older_backup_loses_nothing_that_devices_hold() {
    nothing_is_lost(TestApp::new().await, None, false).await;
}

#[tokio::test]
async fn nor_when_the_phone_that_has_forgotten_comes_first() {
    nothing_is_lost(TestApp::new().await, None, true).await;
}

#[tokio::test]
async fn nor_when_the_restored_server_is_postgres() {
    let Some(url) = postgres::database() else {
        return;
    };
    nothing_is_lost(TestApp::new().await, Some(url), false).await;
}
