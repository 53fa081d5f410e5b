//! Mutations as the server keeps them: every one it ever received, with what became of it.

use ruyuan_domain::{
    DeviceId, GroupId, Mid, MutationId, RecordId, ScopeId, Seq, UserId,
    wire::{DraftEnd, MutationStatus, Reason},
};

/// So many versions of a half-filled form are kept: whoever wrote a later one had seen the earlier, and a slip between
/// two devices can still be looked up.
pub const DRAFT_VERSIONS: u64 = 10;

/// What became of a mutation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Applied, merged, conflict or quarantined; never duplicate.
    pub status: MutationStatus,
    /// Why it is quarantined.
    pub reason: Option<Reason>,
    /// The scope in which its effect is ordered.
    pub scope: Option<ScopeId>,
    /// Its place there.
    pub seq: Option<Seq>,
    /// The version that it gave its record, if it changed it.
    pub version: Option<u64>,
}

impl Outcome {
    /// Quarantined for a reason.
    pub const fn refused(reason: Reason) -> Self {
        Self {
            status: MutationStatus::Quarantined,
            reason: Some(reason),
            scope: None,
            seq: None,
            version: None,
        }
    }

    /// Applied without touching any record, as giving up a quarantined mutation is.
    pub const fn done() -> Self {
        Self {
            status: MutationStatus::Applied,
            reason: None,
            scope: None,
            seq: None,
            version: None,
        }
    }
}

/// A mutation as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMutation {
    /// The device it came from first.
    pub device: DeviceId,
    /// Its number there.
    pub mid: Mid,
    /// Its id.
    pub id: MutationId,
    /// Its author.
    pub user: UserId,
    /// The record it edits, where that could be read.
    pub record: Option<RecordId>,
    /// The record's root, where that is another record and could be read.
    pub root: Option<RecordId>,
    /// The act it belongs to.
    pub group: Option<GroupId>,
    /// The first mutation that it mends.
    pub origin: Option<MutationId>,
    /// Its text as sent.
    pub raw: String,
    /// What became of it.
    pub outcome: Outcome,
    /// When it was received.
    pub at_ms: i64,
}

/// A quarantined mutation that waits to be mended, given up or tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its number on the device that was asked for.
    pub mid: Mid,
    /// Its id.
    pub id: MutationId,
    /// The record it edits.
    pub record: Option<RecordId>,
    /// The record's root, where that is another record.
    pub root: Option<RecordId>,
    /// Its act.
    pub group: Option<GroupId>,
    /// The first mutation that it mends.
    pub origin: Option<MutationId>,
    /// Why it is held.
    pub reason: Reason,
}

/// How a quarantined mutation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Another one put it right.
    Mended,
    /// Its author gave it up.
    Discarded,
}

impl Ending {
    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mended => "mended",
            Self::Discarded => "discarded",
        }
    }
}

/// One version of a half-filled form that its person's device gave to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDraft {
    /// The id of the record to be.
    pub id: RecordId,
    /// Whose.
    pub user: UserId,
    /// Which version, from 1.
    pub version: u64,
    /// The scope that the record is to be in.
    pub scope: ScopeId,
    /// The draft as JSON text; `null` once it has ended.
    pub body: String,
    /// How it ended, if it has.
    pub ended: Option<DraftEnd>,
    /// When it was received.
    pub at_ms: i64,
}

/// A half-filled form that has not ended, without its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftStanding {
    /// The id of the record to be.
    pub id: RecordId,
    /// Whose.
    pub user: UserId,
    /// Its last version.
    pub version: u64,
    /// The scope that the record is to be in.
    pub scope: ScopeId,
    /// When that version was received.
    pub at_ms: i64,
}
