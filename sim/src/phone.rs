//! A phone: its disk and its tabs, each with an engine and what it is doing just now.

use crate::{
    ledger::left_in,
    line::{Line, Network},
    stored::{Clock, Disk},
};
use futures::task::noop_waker_ref;
use ruyuan_domain::{FieldValue, MutationId, RecordId, UserId};
use ruyuan_sync::{
    engine::{Engine, EngineError},
    environment::{Locks, Unsealed},
    store::LocalStore,
};
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::BTreeSet,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

/// The engine as the simulator builds it.
pub type SimEngine = Engine<Disk, Clock, Unsealed>;

/// One thing that a person typed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The mutation that carries it.
    pub mutation: MutationId,
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: String,
    /// What stood on the screen.
    pub old: Option<FieldValue>,
    /// What was typed; `None` for an emptied field.
    pub new: Option<FieldValue>,
}

/// What came of a task.
pub enum Done {
    /// The local log was opened.
    Opened(Result<Rc<SimEngine>, EngineError>),
    /// Edits were stored.
    Acted(Result<Vec<Typed>, EngineError>),
    /// A quarantined edit was given up, with these.
    GivenUp(Result<Vec<MutationId>, EngineError>),
    /// A round of sync, a look at what another tab did, a compaction: it may fail, and no more than that.
    Other(Result<(), EngineError>),
}

impl Done {
    /// What came of it, in a line.
    pub fn told(&self) -> String {
        match self {
            Self::Opened(result) => format!("opened: {:?}", result.as_ref().map(|_| ()).err()),
            Self::Acted(Ok(typed)) => {
                let told = |typed: &Typed| {
                    let Typed {
                        record,
                        field,
                        old,
                        new,
                        ..
                    } = typed;
                    format!("{}.{field} {old:?} -> {new:?}", &record.to_string()[24..])
                };
                typed.iter().map(told).collect::<Vec<_>>().join(", ")
            }
            Self::Acted(Err(error)) => format!("act: {error}"),
            Self::GivenUp(result) => format!("given up: {result:?}"),
            Self::Other(result) => format!("ended: {result:?}"),
        }
    }
}

/// Something that a tab is doing.
pub type Task = Pin<Box<dyn Future<Output = Done>>>;

/// A tab.
#[derive(Default)]
pub struct Tab {
    /// Its engine, once it is open.
    pub engine: Option<Rc<SimEngine>>,
    /// What it is doing.
    pub tasks: Vec<Task>,
    /// Its person was signed out of it when the phone was wiped.
    pub signed_out: bool,
}

/// A phone.
pub struct Phone {
    /// Whose.
    pub person: usize,
    /// Their id.
    pub user: UserId,
    /// Its storage.
    pub disk: Disk,
    /// Its clock.
    pub clock: Clock,
    /// Its line.
    pub line: Line,
    /// What its tabs must not do at once.
    pub locks: TabLocks,
    /// Its tabs.
    pub tabs: Vec<Tab>,
}

/// The locks of one phone's browser, by name.
#[derive(Clone, Default)]
pub struct TabLocks(Rc<RefCell<BTreeSet<String>>>);

/// A lock that a tab holds; it is free again when the tab dies.
pub struct Held {
    locks: TabLocks,
    name: String,
}

impl Locks for TabLocks {
    type Held = Held;

    async fn take(&self, name: &str) -> Option<Held> {
        let free = self.0.borrow_mut().insert(name.to_owned());
        free.then(|| Held {
            locks: self.clone(),
            name: name.to_owned(),
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.locks.0.borrow_mut().remove(&self.name);
    }
}

impl Phone {
    /// A phone of this person with these tabs, closed so far.
    pub fn new(
        network: &Rc<Network>,
        person: usize,
        disk: Disk,
        clock: Clock,
        tabs: usize,
    ) -> Self {
        let mut phone = Self {
            person,
            user: network.people[person].user,
            disk,
            clock,
            line: Line {
                network: Rc::clone(network),
                person,
            },
            locks: TabLocks::default(),
            tabs: Vec::new(),
        };
        phone.tabs.resize_with(tabs, Tab::default);
        for tab in 0..tabs {
            phone.reopen(tab);
        }
        phone
    }

    /// The tab dies at whatever it was doing, and is opened again.
    pub fn reopen(&mut self, tab: usize) {
        self.open(tab, false);
    }

    fn open(&mut self, tab: usize, begins_again: bool) {
        let (disk, clock, user) = (self.disk.clone(), self.clock.clone(), self.user);
        let open = async move {
            let opened = Engine::open(disk, clock, Unsealed, user).await;
            let again = async |engine: SimEngine| {
                if begins_again {
                    engine.begin_again().await?;
                }
                Ok(engine)
            };
            Done::Opened(match opened {
                Ok(engine) => again(engine).await.map(Rc::new),
                Err(error) => Err(error),
            })
        };
        self.tabs[tab] = Tab {
            engine: None,
            tasks: vec![Box::pin(open)],
            signed_out: false,
        };
    }

    /// The tab shows the page where one signs in: the phone was wiped.
    pub fn sign_out(&mut self, tab: usize) {
        self.tabs[tab] = Tab {
            signed_out: true,
            ..Tab::default()
        };
    }

    /// The phone was found, and its person signs in on it anew. Says what was still there of before.
    pub fn sign_in(&mut self, tab: usize) -> Vec<String> {
        let contents = futures::executor::block_on(self.disk.store.read(None));
        // Another tab may have been signed in on first, and then all of this is of after.
        let meta = contents.as_ref().ok().and_then(|it| it.meta.as_deref());
        let meta: Value = serde_json::from_slice(meta.unwrap_or_default()).unwrap_or_default();
        self.open(tab, true);
        match contents {
            Ok(contents) if meta["ended"] == true => left_in(&contents).collect(),
            Ok(_) => Vec::new(),
            Err(error) => vec![error.to_string()],
        }
    }

    /// Begins a round of sync in a tab.
    pub fn sync(&mut self, tab: usize) {
        let line = self.line.clone();
        self.begin(tab, move |engine| async move {
            Done::Other(engine.sync(&line).await.map(drop))
        });
    }

    /// Begins a round of sync in a tab, unless another tab is at one.
    pub fn sync_alone(&mut self, tab: usize) {
        let (line, locks) = (self.line.clone(), self.locks.clone());
        self.begin(tab, move |engine| async move {
            let round = async { engine.sync(&line).await.map(drop) };
            Done::Other(locks.alone("sync", round).await.unwrap_or(Ok(())))
        });
    }

    /// Begins something in a tab that is open.
    pub fn begin<F: Future<Output = Done> + 'static>(
        &mut self,
        tab: usize,
        what: impl FnOnce(Rc<SimEngine>) -> F,
    ) {
        let tab = &mut self.tabs[tab];
        if let Some(engine) = &tab.engine {
            tab.tasks.push(Box::pin(what(Rc::clone(engine))));
        }
    }

    /// Goes on with a task up to its next await; gives what came of it if it has ended.
    pub fn poll(&mut self, tab: usize, task: usize) -> Option<Done> {
        let tasks = &mut self.tabs[tab].tasks;
        let mut context = Context::from_waker(noop_waker_ref());
        match tasks[task].as_mut().poll(&mut context) {
            Poll::Pending => None,
            Poll::Ready(done) => {
                drop(tasks.swap_remove(task));
                Some(done)
            }
        }
    }
}
