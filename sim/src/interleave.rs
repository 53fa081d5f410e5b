//! Every interleaving: two devices, one record, four steps. Small runs, all of them.

use crate::{
    check, steps,
    stored::Disk,
    world::{Options, World},
};
use ruyuan_domain::{FieldValue, Operation, RecordId, RecordKind};
use ruyuan_sync::{engine::Act, memory::MemoryStore};
use std::rc::Rc;

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
    /// Sends and takes what is new.
    Sync,
    /// Sends, and does not learn what became of it.
    SyncUnheard,
}

/// Every one.
pub const STEPS: [Step; 6] = [
    Step::First,
    Step::Second,
    Step::Delete,
    Step::Restore,
    Step::Sync,
    Step::SyncUnheard,
];

/// How many runs there are: four steps, each of either device.
pub const RUNS: usize = (2 * STEPS.len()).pow(4);

/// Runs one of them.
///
/// # Errors
/// What is wrong at the end.
pub fn run(number: usize) -> Result<(), Vec<String>> {
    let mut world = World::two_devices();
    let mut rest = number;
    for _ in 0..4 {
        let choice = rest % (2 * STEPS.len());
        rest /= 2 * STEPS.len();
        world.take_step(choice % 2, STEPS[choice / 2])?;
    }
    world.rest()?;
    let found = check::everything(&mut world);
    let steps = told(number);
    if found.is_empty() {
        return Ok(());
    }
    Err(std::iter::once(steps).chain(found).collect())
}

/// The steps of a run, in words.
pub fn told(number: usize) -> String {
    let mut rest = number;
    let mut told = Vec::new();
    for _ in 0..4 {
        let choice = rest % (2 * STEPS.len());
        rest /= 2 * STEPS.len();
        told.push(format!("device {}: {:?}", choice % 2, STEPS[choice / 2]));
    }
    format!("run {number}: {}", told.join(", "))
}

impl World {
    /// Two officers of one park who both have its only firm.
    fn two_devices() -> Self {
        let mut world = Self::bare(&Options {
            seed: 0,
            steps: 0,
            broken: None,
            firms: 1,
            trace: false,
        });
        for person in [0, 1] {
            let disk = Disk {
                store: MemoryStore::default(),
                full: Rc::default(),
                careless: false,
            };
            world.add_phone(person, disk, 1);
        }
        world
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
        drop(state);
        debug_assert_eq!(firm.kind, RecordKind::Enterprise);
        self.counter += 1;
        let value: FieldValue = format!("输入{}号", self.counter).into();
        let edit = match step {
            Step::Delete => steps::plain(&firm, Operation::Delete),
            Step::Restore => steps::plain(&firm, Operation::Restore),
            Step::First => steps::typing(&firm, "name", value),
            _ => steps::typing(&firm, "address", value),
        };
        self.store(
            device,
            0,
            Act {
                edits: vec![edit],
                submits: None,
            },
        );
    }
}
