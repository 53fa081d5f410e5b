//! Every interleaving: two devices, one record, four steps. Small runs, all of them that can differ.

use crate::{
    check,
    people::PARKS,
    steps,
    stored::Disk,
    world::{Options, World},
};
use ruyuan_domain::{FieldValue, Operation, Record, RecordId, RecordKind, ScopeId, consts::field};
use ruyuan_sync::{
    engine::{Act, Edit},
    merge::{DELETED, OPEN},
};

/// What a device does in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Types into one field.
    First,
    /// Types into another.
    Second,
    /// Deletes the record.
    Delete,
    /// Brings it back.
    Restore,
    /// Moves it to a park of this device's own choice, or back from there. Both see all of them.
    Move,
    /// Settles the first open conflict that it sees, insisting on its own side.
    Resolve,
    /// Sends and takes what is new.
    Sync,
    /// Sends, and does not learn what became of it.
    SyncUnheard,
}

/// Every one.
const STEPS: [Step; 8] = [
    Step::First,
    Step::Second,
    Step::Delete,
    Step::Restore,
    Step::Move,
    Step::Resolve,
    Step::Sync,
    Step::SyncUnheard,
];

impl Step {
    const fn is_local(self) -> bool {
        !matches!(self, Self::Sync | Self::SyncUnheard)
    }
}

/// How many steps a run has.
const LENGTH: u32 = 4;

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Whether it begins where both have the firm and an open conflict about it. Otherwise a device begins with what
    /// the server has when it takes its first step.
    pub disputed: bool,
    /// Which device does what, in order.
    pub steps: [(usize, Step); LENGTH as usize],
}

/// Every run, but those that can only show what another one shows.
///
/// It takes four steps to make a conflict, so that of those that begin with nothing none has one to settle: they do
/// without [`Step::Resolve`]. Those that begin with a conflict are there for it: each has at least one.
///
/// Steps of the two devices that follow one another and do not both reach the server come to the same in either order;
/// of the orders that differ in that alone the one with device 0 first is run. What is left is every order in which the
/// server can see things, and takes less than half as long. (Runs that are mirror images are both kept: who rests
/// first is not mirrored.)
pub fn runs() -> impl Iterator<Item = Run> {
    let choices = 2 * STEPS.len();
    let all = 0..choices.pow(LENGTH);
    let one = move |mut number: usize, disputed| Run {
        disputed,
        steps: std::array::from_fn(|_| {
            let choice = number % choices;
            number /= choices;
            (choice % 2, STEPS[choice / 2])
        }),
    };
    [false, true]
        .into_iter()
        .flat_map(move |disputed| all.clone().map(move |number| one(number, disputed)))
        .filter(|run| {
            let settles = run.steps.iter().any(|(_, step)| *step == Step::Resolve);
            settles == run.disputed && !run.is_told_in_another_order()
        })
}

impl Run {
    /// Whether a step of device 1 stands before one of device 0 that it could as well stand behind.
    fn is_told_in_another_order(&self) -> bool {
        let begins = |at: usize| {
            let (device, _) = self.steps[at];
            !self.disputed && self.steps[..at].iter().all(|(other, _)| *other != device)
        };
        (1..self.steps.len()).any(|at| {
            let ((one, first), (other, second)) = (self.steps[at - 1], self.steps[at]);
            // A device that begins asks the server, which is more than a local step; that another asks too changes
            // nothing, but that another writes does.
            let apart = match (first.is_local(), second.is_local()) {
                (true, true) => true,
                (true, false) => !begins(at - 1),
                (false, true) => !begins(at),
                (false, false) => false,
            };
            (one, other) == (1, 0) && apart
        })
    }
}

/// Runs one of them.
///
/// # Errors
/// What is wrong at the end.
pub fn run(run: &Run) -> Result<(), Vec<String>> {
    let mut world = World::two_devices();
    if run.disputed {
        world.dispute()?;
    }
    for (device, step) in run.steps {
        world.take_step(device, step)?;
    }
    world.rest()?;
    let found = check::everything(&mut world);
    if found.is_empty() {
        return Ok(());
    }
    Err(std::iter::once(format!("{run:?}")).chain(found).collect())
}

impl World {
    /// Two officers who see every park and both have the only firm.
    fn two_devices() -> Self {
        let mut world = Self::bare(&Options {
            seed: 0,
            steps: 0,
            broken: None,
            firms: 1,
            every_fault: false,
            trace: false,
        });
        for person in [0, 1] {
            let parks = PARKS.map(ScopeId::park).to_vec();
            *world.network.people[person].scopes.borrow_mut() = parks;
            world.add_phone(person, Disk::new(None), 1);
        }
        world
    }

    /// Both type into the same field, and both learn that they did.
    fn dispute(&mut self) -> Result<(), Vec<String>> {
        for device in [0, 1] {
            self.take_step(device, Step::First)?;
        }
        for device in [0, 1, 0] {
            self.take_step(device, Step::Sync)?;
        }
        Ok(())
    }

    fn take_step(&mut self, device: usize, step: Step) -> Result<(), Vec<String>> {
        // A device that begins knows the firm.
        if self.phones[device].tabs[0].engine.is_none() {
            self.finish(device, 0)?;
            self.phones[device].sync(0);
            self.finish(device, 0)?;
        }
        match step {
            Step::Sync => self.phones[device].sync(0),
            Step::SyncUnheard => {
                self.network.unheard.set(true);
                self.phones[device].sync(0);
                let ended = self.finish(device, 0);
                self.network.unheard.set(false);
                return ended;
            }
            edit => self.edit(device, edit),
        }
        self.finish(device, 0)
    }

    fn edit(&mut self, device: usize, step: Step) {
        let Some(engine) = self.phones[device].tabs[0].engine.clone() else {
            return;
        };
        let id = RecordId::from_u128(1);
        let state = engine.state();
        // Also a deleted one can be brought back from its page, as long as that stands open.
        let Some(firm) = state
            .view()
            .get(id)
            .or_else(|| state.view().base(id))
            .cloned()
        else {
            return;
        };
        let disputed = state
            .view()
            .of_kind(&RecordKind::Conflict)
            .find(|row| row.text(field::CONFLICT_STATUS) == OPEN)
            .cloned();
        drop(state);
        debug_assert_eq!(firm.kind, RecordKind::Enterprise);
        self.counter += 1;
        let value: FieldValue = format!("输入{}号", self.counter).into();
        let edits = match step {
            Step::Delete => vec![steps::plain(&firm, Operation::Delete)],
            Step::Restore => vec![steps::plain(&firm, Operation::Restore)],
            Step::First => vec![steps::typing(&firm, "name", value)],
            Step::Move => {
                let own = ScopeId::park(PARKS[1 + device]);
                let back = firm.scope == own;
                let to = if back { ScopeId::park(PARKS[0]) } else { own };
                vec![steps::moving(&firm, to.as_str().into())]
            }
            Step::Resolve => match disputed {
                Some(conflict) => {
                    let own = self.phones[device].user.to_string();
                    let insists = conflict.text(field::CONFLICT_INCOMING_BY) == own;
                    settling(&firm, &conflict, insists)
                }
                None => Vec::new(),
            },
            _ => vec![steps::typing(&firm, "address", value)],
        };
        if edits.is_empty() {
            return;
        }
        self.store(
            device,
            0,
            Act {
                edits,
                submits: None,
            },
        );
    }
}

/// What the page of a conflict does: the value that came as an ordinary edit, if it is to stand, and the closing.
fn settling(firm: &Record, conflict: &Record, incoming: bool) -> Vec<Edit> {
    let name = conflict.text(field::CONFLICT_FIELD);
    let value = conflict.fields.get(field::CONFLICT_INCOMING);
    let mut edits = Vec::new();
    if let Some(value) = value.filter(|_| incoming).cloned() {
        edits.push(match name {
            DELETED => steps::plain(firm, Operation::Delete),
            field::SCOPE => steps::moving(firm, value),
            name => steps::typing(firm, name, value),
        });
    }
    edits.push(steps::plain(conflict, Operation::Resolve));
    edits
}
