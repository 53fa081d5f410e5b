//! The engine against a server that follows a script: answers that a real one gives only on a bad day.
#![allow(missing_docs, clippy::unwrap_used)]

use futures::executor::block_on;
use ruyuan_domain::{
    DeviceId, Epoch, FieldChange, Mid, Operation, RecordId, RecordKind, ScopeId, Seq, Stamp,
    UserId,
    wire::{
        MutationHead, MutationResult, MutationStatus, PullRequest, PullResponse, PushRequest,
        PushResponse, ScopePage,
    },
};
use ruyuan_sync::{
    engine::{Act, Edit, Engine, EngineError, SyncMark},
    environment::{Environment, Unsealed},
    memory::MemoryStore,
    transport::{ChunkAddress, Transport, TransportError},
};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

#[derive(Clone, Default)]
struct Counted(Rc<Cell<i64>>);

impl Environment for Counted {
    fn now(&self) -> Stamp {
        self.0.set(self.0.get() + 1);
        Stamp::from_unix_ms(1_795_395_600_000 + self.0.get(), 480)
    }

    fn random(&self) -> [u8; 10] {
        self.0.set(self.0.get() + 1);
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.0.get().to_be_bytes());
        bytes
    }
}

/// What was pushed: the device and the numbers.
type Pushed = (DeviceId, Vec<u64>);

#[derive(Default)]
struct Script {
    pushes: RefCell<VecDeque<PushResponse>>,
    pulls: RefCell<VecDeque<PullResponse>>,
    pushed: RefCell<Vec<Pushed>>,
    pulled: Cell<usize>,
    /// Epoch and last number of the latest answer to a push.
    last: Cell<Option<(Epoch, Mid)>>,
}

impl Transport for Script {
    async fn chunk(&self, _: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Offline)
    }

    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        // Whether it is there.
        if request.mutations.is_empty() {
            return Ok(answer(0, &[]));
        }
        let head = |raw: &serde_json::value::RawValue| {
            serde_json::from_str::<MutationHead>(raw.get())
                .unwrap()
                .mid
                .0
        };
        self.pushed.borrow_mut().push((
            request.device,
            request.mutations.iter().map(|raw| head(raw)).collect(),
        ));
        let answer = self.pushes.borrow_mut().pop_front();
        let answer = answer.ok_or(TransportError::Offline)?;
        self.last.set(Some((answer.epoch, answer.last_mid)));
        Ok(answer)
    }

    async fn pull(&self, _: &PullRequest) -> Result<PullResponse, TransportError> {
        self.pulled.set(self.pulled.get() + 1);
        let (epoch, last_mid) = self.last.get().unwrap_or((EPOCH, Mid(0)));
        let empty = PullResponse {
            epoch,
            last_mid,
            wipe: false,
            scopes: vec![],
            revoked: vec![],
            reset: vec![],
        };
        Ok(self.pulls.borrow_mut().pop_front().unwrap_or(empty))
    }
}

const EPOCH: Epoch = Epoch::from_u128(7);

fn answer(last_mid: u64, applied: &[u64]) -> PushResponse {
    let result = |mid: &u64| MutationResult {
        mid: Mid(*mid),
        status: MutationStatus::Applied,
        original: None,
        reason: None,
        scope: Some(ScopeId::park("p")),
        seq: Some(Seq(*mid)),
    };
    PushResponse {
        epoch: EPOCH,
        last_mid: Mid(last_mid),
        forked: false,
        wipe: false,
        results: applied.iter().map(result).collect(),
    }
}

type TestEngine = Engine<MemoryStore, Counted, Unsealed>;

fn open(store: &MemoryStore, environment: &Counted) -> TestEngine {
    block_on(Engine::open(
        store.clone(),
        environment.clone(),
        Unsealed,
        UserId::from_u128(1),
    ))
    .unwrap()
}

fn add(engine: &TestEngine, bits: u128, name: &str) -> RecordId {
    let record = RecordId::from_u128(bits);
    let change = FieldChange {
        old: None,
        new: Some(name.into()),
    };
    let edit = Edit {
        record,
        root: None,
        kind: RecordKind::Enterprise,
        scope: ScopeId::park("p"),
        op: Operation::Create,
        base: 0,
        fields: [("name".to_owned(), change)].into(),
        mends: None,
    };
    block_on(engine.act(Act {
        edits: vec![edit],
        submits: None,
    }))
    .unwrap();
    record
}

fn numbers(script: &Script) -> Vec<Vec<u64>> {
    script
        .pushed
        .borrow()
        .iter()
        .map(|(_, mids)| mids.clone())
        .collect()
}

#[test]
fn a_server_that_lost_what_it_had_confirmed_is_given_it_again() {
    let engine = open(&MemoryStore::default(), &Counted::default());
    let script = Script::default();
    let first = add(&engine, 1, "甲");
    script.pushes.borrow_mut().push_back(answer(1, &[1]));
    block_on(engine.sync(&script)).unwrap();
    let second = add(&engine, 2, "乙");
    // The server says that it has nothing of this device.
    script
        .pushes
        .borrow_mut()
        .extend([answer(0, &[]), answer(2, &[1, 2])]);
    block_on(engine.sync(&script)).unwrap();
    assert_eq!(numbers(&script), [vec![1], vec![2], vec![1, 2]]);
    let pushed = script.pushed.borrow();
    assert_ne!(pushed[1].0, pushed[2].0, "under another id");
    for record in [first, second] {
        assert_eq!(engine.state().mark(record), SyncMark::Sent);
    }
}

#[test]
fn what_was_confirmed_long_ago_is_not_sent_again() {
    let store = MemoryStore::default();
    let environment = Counted::default();
    let engine = open(&store, &environment);
    let script = Script::default();
    add(&engine, 1, "甲");
    script.pushes.borrow_mut().push_back(answer(1, &[1]));
    script.pulls.borrow_mut().push_back(PullResponse {
        epoch: EPOCH,
        last_mid: Mid(1),
        wipe: false,
        scopes: vec![ScopePage {
            scope: ScopeId::park("p"),
            rows: vec![],
            exits: vec![],
            next: Seq(1),
            more: false,
            digest: None,
            snapshot: None,
        }],
        revoked: vec![],
        reset: vec![],
    });
    block_on(engine.sync(&script)).unwrap();
    // Forty days later what was confirmed has been forgotten.
    environment.0.set(40 * 24 * 60 * 60 * 1000);
    let engine = open(&store, &environment);
    add(&engine, 2, "乙");
    script
        .pushes
        .borrow_mut()
        .extend([answer(0, &[]), answer(1, &[1])]);
    block_on(engine.sync(&script)).unwrap();
    assert_eq!(numbers(&script), [vec![1], vec![2], vec![1]]);
    assert_eq!(engine.state().outbox().count(), 0);
}

#[test]
fn another_life_of_the_server_is_given_everything_under_another_id() {
    let engine = open(&MemoryStore::default(), &Counted::default());
    let script = Script::default();
    add(&engine, 1, "甲");
    script.pushes.borrow_mut().push_back(answer(1, &[1]));
    block_on(engine.sync(&script)).unwrap();
    let record = add(&engine, 2, "乙");
    let other = |answer: PushResponse| PushResponse {
        epoch: Epoch::from_u128(8),
        ..answer
    };
    script
        .pushes
        .borrow_mut()
        .extend([other(answer(2, &[2])), other(answer(2, &[1, 2]))]);
    block_on(engine.sync(&script)).unwrap();
    assert_eq!(engine.state().meta().epoch, Some(Epoch::from_u128(8)));
    assert_eq!(numbers(&script), [vec![1], vec![2], vec![1, 2]]);
    assert_eq!(engine.state().mark(record), SyncMark::Sent);
    assert_eq!(engine.state().meta().former.len(), 1);
}

#[test]
fn a_server_that_is_another_one_each_time_is_left_for_now() {
    let engine = open(&MemoryStore::default(), &Counted::default());
    let script = Script::default();
    block_on(engine.sync(&script)).unwrap();
    add(&engine, 1, "甲");
    for bits in 8..20 {
        script.pushes.borrow_mut().push_back(PushResponse {
            epoch: Epoch::from_u128(bits),
            ..answer(0, &[])
        });
    }
    assert_eq!(block_on(engine.sync(&script)), Err(EngineError::OtherEpoch));
    assert_eq!(engine.state().outbox().count(), 1);
}

#[test]
fn an_answer_that_says_nothing_is_not_asked_for_ever() {
    let engine = open(&MemoryStore::default(), &Counted::default());
    let script = Script::default();
    let record = add(&engine, 1, "甲");
    script
        .pushes
        .borrow_mut()
        .extend([answer(1, &[]), answer(1, &[])]);
    block_on(engine.sync(&script)).unwrap();
    assert_eq!(numbers(&script).len(), 1);
    assert_eq!(engine.state().mark(record), SyncMark::Waiting);
}

#[test]
fn a_server_that_promises_more_and_moves_nothing_is_left() {
    let engine = open(&MemoryStore::default(), &Counted::default());
    let script = Script::default();
    let page = ScopePage {
        scope: ScopeId::public(),
        rows: vec![],
        exits: vec![],
        next: Seq(0),
        more: true,
        digest: None,
        snapshot: None,
    };
    let promise = PullResponse {
        epoch: EPOCH,
        last_mid: Mid(0),
        wipe: false,
        scopes: vec![page],
        revoked: vec![],
        reset: vec![],
    };
    script.pulls.borrow_mut().extend(vec![promise; 50]);
    block_on(engine.sync(&script)).unwrap();
    assert!(script.pulled.get() <= 3, "{}", script.pulled.get());
}

#[test]
fn pushes_are_cut_by_size_and_an_act_is_never_split() {
    let engine = open(&MemoryStore::default(), &Counted::default());
    let script = Script::default();
    let long = "长".repeat(80_000);
    for bits in 1..=6 {
        add(&engine, bits, &long);
    }
    script
        .pushes
        .borrow_mut()
        .extend([answer(4, &[1, 2, 3, 4]), answer(6, &[5, 6])]);
    block_on(engine.sync(&script)).unwrap();
    assert_eq!(numbers(&script), [vec![1, 2, 3, 4], vec![5, 6]]);

    let edits = |count: u128| -> Vec<Edit> {
        (0..count)
            .map(|bits| Edit {
                record: RecordId::from_u128(100 + bits),
                root: None,
                kind: RecordKind::Enterprise,
                scope: ScopeId::park("p"),
                op: Operation::Create,
                base: 0,
                fields: [(
                    "name".to_owned(),
                    FieldChange {
                        old: None,
                        new: Some(long.as_str().into()),
                    },
                )]
                .into(),
                mends: None,
            })
            .collect()
    };
    add(&engine, 50, &long);
    block_on(engine.act(Act {
        edits: edits(4),
        submits: None,
    }))
    .unwrap();
    script
        .pushes
        .borrow_mut()
        .extend([answer(7, &[7]), answer(11, &[8, 9, 10, 11])]);
    block_on(engine.sync(&script)).unwrap();
    assert_eq!(numbers(&script)[2..], [vec![7], vec![8, 9, 10, 11]]);
}

#[test]
fn one_edit_above_the_limit_is_refused_and_not_stored() {
    let engine = open(&MemoryStore::default(), &Counted::default());
    let change = FieldChange {
        old: None,
        new: Some("长".repeat(90_000).into()),
    };
    let edit = Edit {
        record: RecordId::from_u128(1),
        root: None,
        kind: RecordKind::Enterprise,
        scope: ScopeId::park("p"),
        op: Operation::Create,
        base: 0,
        fields: [("name".to_owned(), change)].into(),
        mends: None,
    };
    let refused = block_on(engine.act(Act {
        edits: vec![edit],
        submits: None,
    }));
    assert!(
        matches!(refused, Err(EngineError::TooLarge { bytes, .. }) if bytes > 256 * 1024),
        "{refused:?}"
    );
    assert_eq!(engine.state().outbox().count(), 0);
}

#[test]
fn an_act_that_no_push_can_carry_is_refused_whole() {
    let engine = open(&MemoryStore::default(), &Counted::default());
    let edits = (0..6)
        .map(|bits| Edit {
            record: RecordId::from_u128(bits),
            root: None,
            kind: RecordKind::Enterprise,
            scope: ScopeId::park("p"),
            op: Operation::Create,
            base: 0,
            fields: [(
                "name".to_owned(),
                FieldChange {
                    old: None,
                    new: Some("长".repeat(80_000).into()),
                },
            )]
            .into(),
            mends: None,
        })
        .collect();
    let refused = block_on(engine.act(Act {
        edits,
        submits: None,
    }));
    assert!(
        matches!(refused, Err(EngineError::TooLarge { limit, .. }) if limit == 1024 * 1024),
        "{refused:?}"
    );
    assert_eq!(engine.state().outbox().count(), 0);
}

#[test]
fn a_saved_queue_is_taken_in_once_on_another_phone() {
    let broken = open(&MemoryStore::default(), &Counted::default());
    let record = add(&broken, 1, "甲");
    add(&broken, 2, "乙");
    let file = broken.state().queue_file(&[]);

    let environment = Counted::default();
    environment.0.set(5000);
    let other = open(&MemoryStore::default(), &environment);
    add(&other, 3, "丙");
    let imported = block_on(other.import(&file)).unwrap();
    assert_eq!((imported.edits, imported.known), (2, 0));
    assert_eq!(other.state().view().get(record).unwrap().text("name"), "甲");
    let again = block_on(other.import(&file)).unwrap();
    assert_eq!((again.edits, again.known), (0, 2));
    let mids: Vec<u64> = other
        .state()
        .outbox()
        .map(|entry| entry.mutation.mid.0)
        .collect();
    assert_eq!(mids, [1, 2, 3]);

    let damaged = file.replacen("\"mid\"", "\"mad\"", 1);
    let third = open(&MemoryStore::default(), &Counted::default());
    let imported = block_on(third.import(&damaged)).unwrap();
    assert_eq!((imported.edits, imported.unreadable), (1, 1));
    for nothing in [
        "",
        "[]",
        "{}",
        "{\"format\":\"other\",\"outbox\":[],\"drafts\":[]}",
    ] {
        assert!(block_on(third.import(nothing)).is_err(), "{nothing}");
    }
}

#[test]
fn a_wiped_phone_holds_nothing_and_is_a_new_one() {
    let store = MemoryStore::default();
    let environment = Counted::default();
    let engine = open(&store, &environment);
    add(&engine, 1, "甲");
    let device = engine.state().meta().device;
    block_on(engine.wipe(device)).unwrap();
    assert_eq!(engine.state().outbox().count(), 0);
    let again = open(&store, &environment);
    assert_eq!(again.state().outbox().count(), 0);
    assert_ne!(again.state().meta().device, device);
}
