//! People who write as fast as they are answered, each from a device of their own.

use crate::{http::Client, load::World};
use ruyuan_domain::{
    DeviceId, FieldChange, FieldValue, Map, Mid, Mutation, MutationId, Operation, RecordId,
    RecordKind, ScopeId, Stamp,
    consts::SCHEMA,
    wire::{MutationStatus, PushResponse},
};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What a writer does all day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Adds firms to one park, and nothing else: every number of that park stays in use.
    Adds,
    /// Adds firms to two parks and renames its own, wherever they are by then.
    Edits,
    /// Moves firms of all between those two parks.
    Moves,
}

/// What became of a writer's day.
#[derive(Debug, Default)]
pub struct Tally {
    pub added: u64,
    pub mutations: u64,
    pub moved: u64,
    pub busy: u64,
    pub took: Vec<Duration>,
}

pub const STILL: &str = "330825-01";
pub const LIVELY: [&str; 2] = ["330802-01", "330802-02"];

struct Writer {
    world: Arc<World>,
    device: DeviceId,
    last: u64,
    dice: Dice,
    own: Vec<(RecordId, u64)>,
}

/// Numbers that look like chance and are the same each time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `most`.
    pub fn roll(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// Writes until the time is over, to whichever server comes next.
pub async fn write(world: Arc<World>, number: u64, work: Work, cookie: String) -> Tally {
    let mut clients: Vec<Client> = world
        .ports
        .iter()
        .map(|port| Client::new(*port, &cookie))
        .collect();
    let mut writer = Writer {
        device: DeviceId::from_u128(u128::from(number) + 1),
        last: 0,
        dice: Dice::new(number + 1),
        own: Vec::new(),
        world: Arc::clone(&world),
    };
    let mut tally = Tally::default();
    while Instant::now() < world.until {
        let batch = writer.batch(work, &mut tally);
        if batch.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        let body = json!({"device": writer.device, "schema": SCHEMA, "mutations": batch});
        loop {
            let client = writer.dice.roll(clients.len());
            let began = Instant::now();
            let (status, answer) = clients[client].post("/api/sync/push", &body).await;
            match status {
                200 => {
                    tally.took.push(began.elapsed());
                    writer.check(&batch, &serde_json::from_slice(&answer).unwrap());
                    break;
                }
                503 => tally.busy += 1,
                other => panic!("push: {other} {}", String::from_utf8_lossy(&answer)),
            }
        }
        tally.mutations += batch.len() as u64;
    }
    tally
}

impl Writer {
    fn batch(&mut self, work: Work, tally: &mut Tally) -> Vec<Mutation> {
        match work {
            Work::Adds => {
                let many = 1 + self.dice.roll(3);
                tally.added += many as u64;
                (0..many).map(|_| self.add(STILL)).collect()
            }
            Work::Edits if self.own.is_empty() || self.dice.roll(2) == 0 => {
                let park = LIVELY[self.dice.roll(2)];
                tally.added += 1;
                vec![self.add(park)]
            }
            Work::Edits => vec![self.rename()],
            Work::Moves => {
                let moves: Vec<Mutation> = self.carry().into_iter().collect();
                tally.moved += moves.len() as u64;
                moves
            }
        }
    }

    fn edit(&mut self, op: Operation, record: RecordId, park: &str, base: u64) -> Mutation {
        self.last += 1;
        Mutation {
            mid: Mid(self.last),
            id: MutationId::from_u128(self.device.as_u128() << 32 | u128::from(self.last)),
            group: None,
            record,
            root: None,
            kind: RecordKind::Enterprise,
            scope: ScopeId::park(park),
            op,
            base,
            fields: Map::new(),
            mends: None,
            at: Stamp::parse("2026-11-23T09:00:00+08:00").unwrap(),
        }
    }

    fn add(&mut self, park: &str) -> Mutation {
        let record = RecordId::from_u128(self.device.as_u128() << 64 | u128::from(self.last + 1));
        let mut add = self.edit(Operation::Create, record, park, 0);
        set(&mut add, "name", None, name(0));
        if park != STILL {
            self.own.push((record, 0));
            let mut firms = self.world.firms.lock().unwrap();
            firms.push((record, park.to_owned()));
        }
        add
    }

    fn rename(&mut self) -> Mutation {
        let at = self.dice.roll(self.own.len());
        let (record, times) = self.own[at];
        self.own[at].1 += 1;
        let mut rename = self.edit(Operation::Update, record, LIVELY[0], times + 1);
        set(&mut rename, "name", Some(name(times)), name(times + 1));
        rename
    }

    /// One firm to the other park, from where it was last heard of.
    fn carry(&mut self) -> Option<Mutation> {
        let (record, from, to) = {
            let mut firms = self.world.firms.lock().unwrap();
            let at = (!firms.is_empty()).then(|| self.dice.roll(firms.len()))?;
            let (record, park) = &mut firms[at];
            let from = park.clone();
            *park = LIVELY[usize::from(from == LIVELY[0])].to_owned();
            (*record, from, park.clone())
        };
        // High enough to have seen every change of others: a move is not to be refused for one.
        let mut carry = self.edit(Operation::Move, record, &from, 1 << 40);
        let scope = |park: &str| FieldValue::from(ScopeId::park(park).as_str());
        set(&mut carry, "scope", Some(scope(&from)), scope(&to));
        Some(carry)
    }

    fn check(&self, batch: &[Mutation], answer: &PushResponse) {
        assert_eq!(answer.last_mid.0, self.last);
        assert_eq!(answer.results.len(), batch.len());
        for (result, mutation) in answer.results.iter().zip(batch) {
            // A firm may be moved before the push that adds it has come through.
            let early = mutation.op == Operation::Move;
            assert!(
                result.status != MutationStatus::Quarantined || early,
                "{mutation:?}: {result:?}"
            );
        }
    }
}

fn name(times: u64) -> FieldValue {
    format!("甲{times}").as_str().into()
}

fn set(mutation: &mut Mutation, field: &str, old: Option<FieldValue>, new: FieldValue) {
    let change = FieldChange {
        old,
        new: Some(new),
    };
    mutation.fields.insert(field.to_owned(), change);
}
