//! A run: draws steps and faults from a seed, brings everything to rest, and asks whether anything is missing.

use crate::{
    broken::Broken,
    check,
    line::Network,
    people::everybody,
    phone::{Done, Phone, Typed},
    server::Server,
    stored::{Clock, Disk},
};
use ruyuan_domain::{FieldChange, MutationId, RecordId};
use ruyuan_server::store::memory::MemoryBackup;
use ruyuan_sync::{engine::EngineError, store::StoreError};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

/// How many rows make a scope large enough for a snapshot here.
const MIN_ROWS: u64 = 6;

/// How many polls everything may take to come to rest, before that is a fault of its own.
const PATIENCE: usize = 2_000_000;

/// How a run is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Decides everything.
    pub seed: u64,
    /// How many steps are drawn.
    pub steps: usize,
    /// A rule to break.
    pub broken: Option<Broken>,
    /// How many firms there are at first.
    pub firms: usize,
    /// Whether phones are lost, too, and people may lose parks where a server is set back. The seeds that found a
    /// fault before either was drawn would be other runs with it.
    pub every_fault: bool,
    /// Whether to tell on the standard error what happens.
    pub trace: bool,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summary {
    /// Things that people typed.
    pub typed: usize,
    /// Crashes.
    pub crashes: usize,
    /// Conflicts that stood at the end.
    pub conflicts: usize,
    /// Mutations that were quarantined at some time.
    pub quarantined: usize,
    /// Rows that were brought back after a restore.
    pub recovered: usize,
    /// Times that the server was set back.
    pub restores: usize,
    /// Times that somebody's parks changed.
    pub regrants: usize,
    /// Phones that were wiped.
    pub wiped: usize,
}

impl Summary {
    /// Adds another run's.
    pub const fn add(&mut self, other: &Self) {
        self.typed += other.typed;
        self.crashes += other.crashes;
        self.conflicts += other.conflicts;
        self.quarantined += other.quarantined;
        self.recovered += other.recovered;
        self.restores += other.restores;
        self.regrants += other.regrants;
        self.wiped += other.wiped;
    }
}

/// A run as it goes.
pub struct World {
    pub(crate) network: Rc<Network>,
    pub(crate) phones: Vec<Phone>,
    pub(crate) typed: Vec<Typed>,
    /// Everything that anybody began to store, whether it came to that or not.
    pub(crate) tried: Vec<(RecordId, String, FieldChange)>,
    /// What somebody gave up, or began to when their tab died: it may have been stored.
    pub(crate) given_up: BTreeSet<MutationId>,
    pub(crate) backup: Option<MemoryBackup>,
    pub(crate) counter: u64,
    pub(crate) drawn: Rc<Cell<u64>>,
    /// Whether the server is set back at times.
    pub(crate) restores: bool,
    /// Whether people lose parks at times. What left a phone because its person may not see it any more cannot be
    /// brought back by it to a server that loses it: where both happen, its books say what that is.
    pub(crate) regrants: bool,
    pub(crate) every_fault: bool,
    /// What was left on a phone after it was wiped.
    pub(crate) remains: Vec<String>,
    pub(crate) summary: Summary,
    trace: bool,
    pub(crate) at: usize,
}

/// Runs a seed.
///
/// # Errors
/// What is wrong at the end, one line for each.
pub fn run(options: &Options) -> Result<Summary, Vec<String>> {
    let mut world = World::new(options);
    for at in 0..options.steps {
        world.at = at;
        world.step()?;
    }
    world.rest()?;
    let found = check::everything(&mut world);
    if found.is_empty() {
        Ok(world.summary)
    } else {
        Err(found)
    }
}

impl World {
    fn new(options: &Options) -> Self {
        let mut world = Self::bare(options);
        for person in 0..world.network.people.len() {
            let disk = Disk::new(options.broken.as_ref());
            let tabs = 1 + usize::from(world.draw(3) == 0);
            world.add_phone(person, disk, tabs);
        }
        world
    }

    /// A server and its people, without phones.
    pub(crate) fn bare(options: &Options) -> Self {
        let mut rng = fastrand::Rng::with_seed(options.seed);
        let people = everybody();
        let server = Server::new(&people, MIN_ROWS);
        server.found(&people, options.firms);
        let restores = rng.bool();
        let every_fault = options.every_fault;
        let mixed = every_fault && rng.u8(..3) == 0;
        let network = Rc::new(Network {
            server,
            people,
            rng: RefCell::new(rng.fork()),
            faulty: Cell::new(options.steps > 0),
            unheard: Cell::new(false),
            late: RefCell::default(),
            broken: options.broken.clone(),
        });
        let drawn = Rc::new(Cell::new(1));
        Self {
            network,
            phones: Vec::new(),
            typed: Vec::new(),
            tried: Vec::new(),
            given_up: BTreeSet::new(),
            backup: None,
            counter: 0,
            drawn,
            restores,
            regrants: !restores || mixed,
            every_fault,
            remains: Vec::new(),
            summary: Summary::default(),
            trace: options.trace,
            at: 0,
        }
    }

    pub(crate) fn add_phone(&mut self, person: usize, disk: Disk, tabs: usize) {
        let clock = Clock {
            offset_ms: Rc::default(),
            drawn: Rc::clone(&self.drawn),
        };
        let phone = Phone::new(&self.network, person, disk, clock, tabs);
        self.phones.push(phone);
    }

    pub(crate) fn tell(&self, what: impl FnOnce() -> String) {
        if self.trace {
            eprintln!("{:>5} {}", self.at, what());
        }
    }

    pub(crate) fn draw(&self, below: usize) -> usize {
        self.network.rng.borrow_mut().usize(..below.max(1))
    }

    pub(crate) fn chance(&self, of_a_hundred: u8) -> bool {
        self.network.rng.borrow_mut().u8(..100) < of_a_hundred
    }

    /// Takes what came of a task.
    pub(crate) fn take(&mut self, phone: usize, tab: usize, done: Done) -> Result<(), Vec<String>> {
        self.tell(|| format!("phone {phone}, tab {tab}: {}", done.told()));
        let result = match done {
            Done::Opened(Ok(engine)) => {
                self.phones[phone].tabs[tab].engine = Some(engine);
                Ok(())
            }
            Done::Opened(Err(error)) => {
                // A disk without space opens all the same; the tab is tried again.
                self.phones[phone].reopen(tab);
                Err(error)
            }
            Done::Acted(Ok(typed)) => {
                self.summary.typed += typed.len();
                self.typed.extend(typed);
                Ok(())
            }
            Done::GivenUp(Ok(gone)) => {
                self.given_up.extend(gone);
                Ok(())
            }
            Done::Acted(Err(error)) | Done::GivenUp(Err(error)) => Err(error),
            Done::Other(result) => result,
        };
        match result {
            Err(EngineError::Wiped) => {
                self.phones[phone].sign_out(tab);
                Ok(())
            }
            // The half-filled form went with everything else.
            Err(EngineError::AlreadySubmitted) if self.is_wiped(phone) => Ok(()),
            Ok(()) | Err(EngineError::Transport(_) | EngineError::OtherEpoch) => Ok(()),
            Err(EngineError::Store(StoreError::Full)) if self.network.faulty.get() => Ok(()),
            Err(error) => Err(vec![format!("phone {phone}: {error}")]),
        }
    }

    fn is_wiped(&self, phone: usize) -> bool {
        self.phones[phone].disk.ledger.borrow().wiped > 0
    }

    /// Whoever was signed out of a phone, because it was wiped, signs in on it anew.
    pub(crate) fn sign_in_anew(&mut self, phone: usize) {
        for tab in 0..self.phones[phone].tabs.len() {
            if self.phones[phone].tabs[tab].signed_out {
                self.sign_in(phone, tab);
            }
        }
    }

    fn sign_in(&mut self, phone: usize, tab: usize) {
        let left = self.phones[phone].sign_in(tab);
        let left = left.iter().map(|left| format!("phone {phone}: {left}"));
        self.remains.extend(left);
    }

    /// Everything heals, and everyone syncs until there is nothing left to do.
    pub(crate) fn rest(&mut self) -> Result<(), Vec<String>> {
        self.network.faulty.set(false);
        for late in self.network.late.take() {
            let person = &self.network.people[late.person];
            // It may well be refused: what counts is what it must not spoil.
            let _ = self.network.server.push(person, late.request);
        }
        for phone in 0..self.phones.len() {
            self.phones[phone].disk.full.set(0);
        }
        // The first round may end at what another phone did in it; the clock goes on, so that a scope that differs
        // may be loaded anew.
        for _ in 0..4 {
            for phone in 0..self.phones.len() {
                let clock = &self.phones[phone].clock.offset_ms;
                clock.set(clock.get() + 3 * 24 * 60 * 60 * 1000);
                for tab in 0..self.phones[phone].tabs.len() {
                    match self.phones[phone].tabs[tab].signed_out {
                        true => self.sign_in(phone, tab),
                        false => self.phones[phone].reopen(tab),
                    }
                    self.finish(phone, tab)?;
                    self.phones[phone].sync(tab);
                    self.finish(phone, tab)?;
                }
            }
        }
        for phone in 0..self.phones.len() {
            for tab in 0..self.phones[phone].tabs.len() {
                self.phones[phone].begin(tab, |engine| async move {
                    Done::Other(engine.follow().await.map(drop))
                });
                self.finish(phone, tab)?;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self, phone: usize, tab: usize) -> Result<(), Vec<String>> {
        for _ in 0..PATIENCE {
            if self.phones[phone].tabs[tab].tasks.is_empty() {
                return Ok(());
            }
            if let Some(done) = self.phones[phone].poll(tab, 0) {
                self.take(phone, tab, done)?;
            }
        }
        Err(vec![format!("phone {phone} never comes to rest")])
    }
}
