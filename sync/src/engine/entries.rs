//! What the local log's values hold, and how they are encoded: JSON, so that a person can read an exported queue.

use super::EngineError;
use crate::draft::Draft;
use ruyuan_domain::{
    DeviceId, Epoch, Map, Mid, Mutation, ScopeId, Seq, Stamp, UserId,
    json::Blank,
    read_from_cases, read_from_members,
    wire::{MutationStatus, Reason, ScopePage},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The meta value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// Version of the stored types.
    pub schema: u32,
    /// This device for this person.
    pub device: DeviceId,
    /// The person.
    pub user: UserId,
    /// The server's epoch; none before its first answer.
    pub epoch: Option<Epoch>,
    /// How far each scope has been pulled.
    pub cursors: Map<ScopeId, Seq>,
    /// The number that the next mutation gets.
    pub next_mid: Mid,
    /// Counts the compactions; a follower that sees another one reads everything anew.
    pub generation: u64,
}

/// A mutation that the server has not confirmed, or has quarantined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutboxEntry {
    /// The mutation.
    pub mutation: Mutation,
    /// Whether it waits to be sent or needs its author.
    pub state: OutboxState,
    /// For what puts another right: that one's place in the order, so that what waits behind it comes after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Mid>,
}

/// Where an outbox entry stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// It will be sent.
    #[default]
    Waiting,
    /// The server keeps it unapplied; it needs its author, or waits for one that does.
    Quarantined {
        /// Why.
        reason: Reason,
        /// When the device learnt of it.
        at: Stamp,
    },
}

impl OutboxEntry {
    /// A mutation that will be sent.
    pub const fn waiting(mutation: Mutation, place: Option<Mid>) -> Self {
        Self {
            mutation,
            state: OutboxState::Waiting,
            place,
        }
    }

    /// Its place in the order in which its author sees the edits.
    pub fn place(&self) -> Mid {
        self.place.unwrap_or(self.mutation.mid)
    }

    /// Why it is quarantined, if it is.
    pub const fn reason(&self) -> Option<&Reason> {
        match &self.state {
            OutboxState::Quarantined { reason, .. } => Some(reason),
            OutboxState::Waiting => None,
        }
    }
}

/// A confirmed mutation, kept 30 days so that a restored server can be given it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AckedEntry {
    /// The mutation, with the number it had.
    pub mutation: Mutation,
    /// The device id under which it was numbered.
    pub device: DeviceId,
    /// What became of it.
    pub status: MutationStatus,
    /// The scope in which its effect is ordered.
    pub scope: ScopeId,
    /// Its effect is seen once the scope is pulled up to here.
    pub seq: Seq,
    /// When the device learnt of it.
    pub at: Stamp,
}

/// A journal entry. Resets and revocations join with the sync engine's next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalEntry {
    /// Pages of one pull, as the server sent them.
    Pages(Vec<ScopePage>),
}

impl Blank for OutboxState {
    fn blank() -> Self {
        Self::Waiting
    }
}

read_from_members!(Meta { schema, device, user, cursors, next_mid, generation } { epoch });
read_from_members!(OutboxEntry { mutation } { state, place });
read_from_members!(AckedEntry {
    mutation,
    device,
    status,
    scope,
    seq,
    at
});

read_from_cases!(OutboxState(case, members) {
            "waiting" => Some(Self::Waiting),
            "quarantined" => members
                .required("reason")
                .zip(members.required("at"))
                .map(|(reason, at)| Self::Quarantined { reason, at }),
});

/// Everything of this device that the server has not confirmed, as one file that a person can keep.
#[derive(Debug, Serialize)]
pub(super) struct QueueFile<'a> {
    pub(super) format: &'static str,
    pub(super) meta: &'a Meta,
    pub(super) outbox: Vec<&'a OutboxEntry>,
    pub(super) drafts: Vec<&'a Draft>,
}

pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, EngineError> {
    serde_json::to_vec(value).map_err(|error| EngineError::Unreadable(error.to_string()))
}

pub(super) fn decode<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, EngineError> {
    serde_json::from_slice(bytes)
        .map_err(|error| EngineError::Unreadable(format!("{what}: {error}")))
}
