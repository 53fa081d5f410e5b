//! The lost phone: what it says of itself, and what it does when it is ordered wiped.
#![allow(missing_docs, clippy::unwrap_used)]

use futures::executor::block_on;
use ruyuan_domain::{
    DeviceId, Epoch, FieldChange, Mid, Operation, RecordId, RecordKind, ScopeId, Seq, Stamp,
    UserId,
    consts::SCHEMA,
    device::DeviceReport,
    wire::{
        MutationHead, MutationResult, MutationStatus, PullRequest, PullResponse, PushRequest,
        PushResponse, Reason, ScopePage,
    },
};
use ruyuan_sync::{
    engine::{Act, Edit, Engine, EngineError},
    environment::{Environment, Unsealed},
    memory::MemoryStore,
    transport::{ChunkAddress, Transport, TransportError},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// The same instant as long as a test does not move it.
#[derive(Clone, Default)]
struct Clock {
    days: Rc<Cell<i64>>,
    drawn: Rc<Cell<u8>>,
}

impl Environment for Clock {
    fn now(&self) -> Stamp {
        let day_ms = 24 * 60 * 60 * 1000;
        Stamp::from_unix_ms(1_795_395_600_000 + self.days.get() * day_ms, 480)
    }

    fn random(&self) -> [u8; 10] {
        self.drawn.set(self.drawn.get() + 1);
        [self.drawn.get(); 10]
    }
}

/// A server that takes everything, or refuses it, and orders one device wiped.
#[derive(Default)]
struct Office {
    ordered: Cell<Option<DeviceId>>,
    refuses: Cell<bool>,
    /// How many more messages the line carries.
    carries: Cell<Option<u32>>,
    /// How many pages of a park there are.
    pages: Cell<u64>,
    /// The tab that hears of an order while another one waits for its page.
    hears: Cell<Option<Rc<TestEngine>>>,
    pushed: Cell<usize>,
    pulled: RefCell<Vec<PullRequest>>,
}

impl Office {
    fn carry(&self) -> Result<(), TransportError> {
        match self.carries.get() {
            Some(0) => Err(TransportError::Offline),
            left => {
                self.carries.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }

    fn reports(&self) -> Vec<DeviceReport> {
        let pulled = self.pulled.borrow();
        let reports = pulled.iter().filter_map(|request| request.report.clone());
        reports.collect()
    }

    /// The ids that were said to be wiped.
    fn wiped(&self) -> Vec<DeviceId> {
        let pulled = self.pulled.borrow();
        pulled.iter().filter_map(|request| request.wiped).collect()
    }
}

impl Transport for Office {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        self.carry()?;
        self.pushed.set(self.pushed.get() + request.mutations.len());
        let heads = request.mutations.iter();
        let heads = heads.map(|raw| serde_json::from_str::<MutationHead>(raw.get()).unwrap());
        let results: Vec<MutationResult> = heads
            .map(|head| MutationResult {
                mid: head.mid,
                status: match self.refuses.get() {
                    true => MutationStatus::Quarantined,
                    false => MutationStatus::Applied,
                },
                original: None,
                reason: self.refuses.get().then_some(Reason::NotAllowed),
                scope: None,
                seq: None,
            })
            .collect();
        Ok(PushResponse {
            epoch: Epoch::from_u128(1),
            last_mid: results.last().map(|last| last.mid).unwrap_or_default(),
            forked: false,
            wipe: self.ordered.get() == Some(request.device),
            results,
        })
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        self.carry()?;
        self.pulled.borrow_mut().push(request.clone());
        if let Some(other) = self.hears.take() {
            other.wipe(request.device).await.unwrap();
        }
        let park = ScopeId::park("p");
        let cursor = request.cursors.get(&park).map_or(0, |cursor| cursor.0);
        let page = ScopePage {
            scope: park,
            rows: vec![],
            exits: vec![],
            next: Seq(cursor + 1),
            more: cursor + 1 < self.pages.get(),
            digest: None,
            snapshot: None,
        };
        Ok(PullResponse {
            epoch: Epoch::from_u128(1),
            last_mid: Mid(u64::MAX),
            wipe: self.ordered.get() == Some(request.device),
            scopes: if cursor < self.pages.get() {
                vec![page]
            } else {
                vec![]
            },
            revoked: vec![],
            reset: vec![],
        })
    }

    async fn chunk(&self, _: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Offline)
    }
}

type TestEngine = Engine<MemoryStore, Clock, Unsealed>;

fn open(store: &MemoryStore, clock: &Clock) -> TestEngine {
    let user = UserId::from_u128(1);
    block_on(Engine::open(store.clone(), clock.clone(), Unsealed, user)).unwrap()
}

fn add(engine: &TestEngine, bits: u128) {
    let name = FieldChange {
        old: None,
        new: Some("甲".into()),
    };
    let act = Act {
        edits: vec![Edit {
            record: RecordId::from_u128(bits),
            root: None,
            kind: RecordKind::Enterprise,
            scope: ScopeId::park("p"),
            op: Operation::Create,
            base: 0,
            fields: [("name".to_owned(), name)].into(),
            mends: None,
        }],
        submits: None,
    };
    block_on(engine.act(act)).unwrap();
}

fn device(engine: &TestEngine) -> DeviceId {
    engine.state().meta().device
}

#[test]
fn a_pull_says_what_waits_since_when_and_what_was_refused() {
    let clock = Clock::default();
    let office = Office::default();
    let engine = open(&MemoryStore::default(), &clock);
    engine.describe(DeviceReport {
        app: "0.1.0".to_owned(),
        browser: "Android Chrome".to_owned(),
        persisted: Some(true),
        ..DeviceReport::default()
    });
    office.refuses.set(true);
    add(&engine, 1);
    block_on(engine.sync(&office)).unwrap();
    let said = office.reports().pop().unwrap();
    assert_eq!((said.waiting, said.oldest, said.quarantined), (0, None, 1));
    assert_eq!(
        (said.app.as_str(), said.browser.as_str()),
        ("0.1.0", "Android Chrome")
    );
    assert_eq!((said.persisted, said.schema), (Some(true), SCHEMA));
    clock.days.set(1);
    let first = clock.now();
    add(&engine, 2);
    clock.days.set(2);
    add(&engine, 3);
    let waits = engine.report();
    assert_eq!(
        (waits.waiting, waits.oldest, waits.quarantined),
        (2, Some(first), 1)
    );
}

#[test]
fn a_phone_that_was_ordered_wiped_sends_what_it_can_then_holds_nothing_and_says_so() {
    let (store, clock) = (MemoryStore::default(), Clock::default());
    let office = Office::default();
    let engine = open(&store, &clock);
    let lost = device(&engine);
    add(&engine, 1);
    add(&engine, 2);
    office.ordered.set(Some(lost));
    assert_eq!(block_on(engine.sync(&office)), Err(EngineError::Wiped));
    assert_eq!(office.pushed.get(), 2, "its last words were sent");
    assert_eq!(office.wiped(), [lost]);
    assert_eq!(engine.state().outbox().count(), 0);
    assert_eq!(engine.state().acked().count(), 0);
    assert_ne!(device(&engine), lost);
    // Whoever opens it again without signing in finds it ended, and it asks for nothing.
    let again = open(&store, &clock);
    let asked = office.pulled.borrow().len();
    assert_eq!(block_on(again.sync(&office)), Err(EngineError::Wiped));
    assert_eq!(office.pulled.borrow().len(), asked);
    block_on(again.begin_again()).unwrap();
    block_on(again.sync(&office)).unwrap();
    assert_eq!(office.wiped(), [lost], "said once");
}

#[test]
fn a_phone_that_learns_of_its_order_by_a_pull_takes_nothing_more() {
    let office = Office::default();
    let engine = open(&MemoryStore::default(), &Clock::default());
    let lost = device(&engine);
    office.ordered.set(Some(lost));
    assert_eq!(block_on(engine.sync(&office)), Err(EngineError::Wiped));
    assert_eq!(office.wiped(), [lost]);
}

#[test]
fn a_line_that_dies_after_the_order_delays_only_the_news_of_it() {
    let (store, clock) = (MemoryStore::default(), Clock::default());
    let office = Office::default();
    let engine = open(&store, &clock);
    let lost = device(&engine);
    add(&engine, 1);
    office.ordered.set(Some(lost));
    // The greeting, and the push whose answer brings the order.
    office.carries.set(Some(2));
    assert_eq!(block_on(engine.sync(&office)), Err(EngineError::Wiped));
    assert_eq!(engine.state().acked().count(), 0);
    assert_eq!(office.wiped(), []);
    office.carries.set(None);
    let again = open(&store, &clock);
    assert_eq!(block_on(again.sync(&office)), Err(EngineError::Wiped));
    assert_eq!(office.wiped(), [lost]);
}

#[test]
fn an_order_that_was_taken_back_in_time_wipes_nothing() {
    let office = Office::default();
    let engine = open(&MemoryStore::default(), &Clock::default());
    office.ordered.set(Some(device(&engine)));
    office.ordered.set(None);
    office.refuses.set(true);
    add(&engine, 1);
    block_on(engine.sync(&office)).unwrap();
    assert_eq!(engine.state().outbox().count(), 1);
}

#[test]
fn an_order_for_another_phone_leaves_this_one_alone() {
    let engine = open(&MemoryStore::default(), &Clock::default());
    add(&engine, 1);
    block_on(engine.wipe(DeviceId::from_u128(9))).unwrap();
    assert_eq!(engine.state().outbox().count(), 1);
}

#[test]
fn a_tab_that_was_open_meanwhile_does_not_load_everything_again() {
    let (store, clock) = (MemoryStore::default(), Clock::default());
    let office = Office::default();
    let (one, other) = (open(&store, &clock), open(&store, &clock));
    office.ordered.set(Some(device(&one)));
    assert_eq!(block_on(one.sync(&office)), Err(EngineError::Wiped));
    block_on(other.follow()).unwrap();
    let asked = office.pulled.borrow().len();
    assert_eq!(block_on(other.sync(&office)), Err(EngineError::Wiped));
    assert_eq!(office.pulled.borrow().len(), asked);
}

#[test]
fn a_tab_that_waited_for_a_page_meanwhile_takes_neither_that_nor_the_next() {
    for pages_before in [0, 1] {
        let (store, clock) = (MemoryStore::default(), Clock::default());
        let office = Office::default();
        let (one, other) = (open(&store, &clock), open(&store, &clock));
        office.pages.set(pages_before);
        block_on(other.sync(&office)).unwrap();
        assert_eq!(other.state().meta().tracks.len() as u64, pages_before);
        office.pages.set(5);
        office.hears.set(Some(Rc::new(one)));
        assert_eq!(block_on(other.sync(&office)), Err(EngineError::Wiped));
        let again = open(&store, &clock);
        assert!(again.state().meta().ended);
        assert!(again.state().meta().tracks.is_empty());
    }
}
