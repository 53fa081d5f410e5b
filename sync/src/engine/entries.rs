//! What the local log's values hold, and how they are encoded: JSON, so that a person can read an exported queue.

use super::EngineError;
use crate::{attachment::Hasher, copies::EndedDraft, draft::Draft, store::Write};
use ruyuan_domain::{
    DeviceId, Epoch, Map, Mid, Mutation, MutationId, Operation, RecordId, ScopeId, Seq, Stamp,
    UserId, consts,
    json::Blank,
    read_from_cases, read_from_members,
    wire::{MutationStatus, Reason, ScopePage, SnapshotOffer},
};
use serde::{Serialize, de::DeserializeOwned};

/// The meta value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// Version of the stored types.
    pub schema: u32,
    /// This device for this person.
    pub device: DeviceId,
    /// Its device ids before that, in order: a fork or a restored server gave it a new one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<DeviceId>,
    /// The person.
    pub user: UserId,
    /// The server's epoch; none before its first answer.
    pub epoch: Option<Epoch>,
    /// The copy of each scope that is shown.
    pub tracks: Map<ScopeId, Track>,
    /// Copies that are being loaded beside, to take the place of those when they have caught up.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub loading: Map<ScopeId, Track>,
    /// Scopes whose old copy is to be searched for what a restored server lost, before it goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recovering: Vec<ScopeId>,
    /// The number that the next mutation gets.
    pub next_mid: Mid,
    /// The highest number that was in a push, answered or not; of a log from before this was written down, none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) offered: Option<Mid>,
    /// Counts the copies of scopes; a follower that sees another number reads everything anew.
    pub generation: u64,
    /// Half-filled forms that are none any more, until the server has heard of it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub ended_drafts: Map<RecordId, EndedDraft>,
    /// The id that this phone had until it was wiped as ordered, until the server has heard of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wiped: Option<DeviceId>,
    /// It was wiped and is nobody's until its person signs in anew.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// Of schema 1, before there were copies.
    #[serde(skip_serializing)]
    pub(super) cursors: Map<ScopeId, Seq>,
}

/// One copy of a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Track {
    /// Its chunks, and its pages in the journal, carry this number.
    pub generation: u64,
    /// How many chunks of it are stored.
    #[serde(skip_serializing_if = "is_zero")]
    pub chunks: u32,
    /// How far it has been pulled; none before its first page.
    pub cursor: Option<Seq>,
    /// The snapshot that it is being loaded from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<SnapshotOffer>,
    /// Of a copy that is being loaded: it has caught up.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub complete: bool,
    /// When the copy before it was found to differ from the server's rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differed: Option<Stamp>,
}

const fn is_zero(chunks: &u32) -> bool {
    *chunks == 0
}

impl Meta {
    /// Of a new device.
    pub(super) const fn new(device: DeviceId, user: UserId) -> Self {
        Self {
            schema: consts::SCHEMA,
            device,
            former: Vec::new(),
            user,
            epoch: None,
            tracks: Map::new(),
            loading: Map::new(),
            recovering: Vec::new(),
            next_mid: Mid(1),
            offered: Some(Mid(0)),
            generation: 0,
            ended_drafts: Map::new(),
            wiped: None,
            ended: false,
            cursors: Map::new(),
        }
    }

    /// The highest number that may have left this device.
    pub(super) fn offered(&self) -> Mid {
        let last = Mid(self.next_mid.0.saturating_sub(1));
        self.offered.unwrap_or(last)
    }

    /// How far each scope has been pulled, in the copy that goes on.
    pub fn cursor(&self, scope: &ScopeId) -> Option<Seq> {
        self.track(scope).and_then(|track| track.cursor)
    }

    /// The copy of a scope that is pulled: the one that is being loaded, if there is one.
    pub fn track(&self, scope: &ScopeId) -> Option<&Track> {
        self.loading.get(scope).or_else(|| self.tracks.get(scope))
    }

    /// Begins to show a scope of which there was nothing, under a number that no old page in the journal has.
    pub(super) fn show(&mut self, scope: &ScopeId) {
        self.generation += 1;
        let track = Track {
            generation: self.generation,
            ..Track::default()
        };
        self.tracks.insert(scope.clone(), track);
    }

    /// Begins a new copy of a scope beside what is shown. What was loaded of another one goes.
    pub(super) fn load_anew(&mut self, scope: &ScopeId, plain: &mut Vec<Write>) {
        self.generation += 1;
        let track = Track {
            generation: self.generation,
            ..Track::default()
        };
        if let Some(given_up) = self.loading.insert(scope.clone(), track) {
            plain.push(Write::DropChunks(given_up.generation));
        }
    }

    /// Brings the meta value of an older schema to today's.
    pub(super) fn migrated(mut self) -> Self {
        for (scope, cursor) in std::mem::take(&mut self.cursors) {
            let track = Track {
                cursor: Some(cursor),
                ..Track::default()
            };
            self.tracks.insert(scope, track);
        }
        self.schema = self.schema.max(consts::SCHEMA);
        self
    }
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
    /// For what gives up another: everything that goes with that, as its author was told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gives_up: Vec<MutationId>,
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
            gives_up: Vec::new(),
        }
    }

    /// The same under another number: the server has not judged it under that.
    pub(super) fn numbered(&self, mid: Mid) -> Self {
        Self {
            mutation: Mutation {
                mid,
                ..self.mutation.clone()
            },
            state: OutboxState::Waiting,
            place: None,
            gives_up: self.gives_up.clone(),
        }
    }

    /// The same as another person's own: under an id that follows from both, and of what it mended, which is not theirs,
    /// only what it became.
    pub(super) fn taken_over(&self, by: UserId) -> Self {
        let mut hash = Hasher::default();
        hash.take(self.mutation.id.to_string().as_bytes());
        hash.take(by.to_string().as_bytes());
        let id = hash.finish();
        let id = id
            .get(..32)
            .and_then(|half| u128::from_str_radix(half, 16).ok());
        Self {
            mutation: Mutation {
                id: MutationId::from_u128(id.unwrap_or_default()),
                mends: None,
                ..self.mutation.clone()
            },
            ..self.clone()
        }
    }

    /// Whether it goes when that one is given up: it is of the same act, or waits behind it.
    pub(super) fn goes_with(&self, given_up: &Self) -> bool {
        let (ours, theirs) = (&self.mutation, &given_up.mutation);
        // What puts it right does not wait for it.
        if ours.mends == Some(theirs.id) || ours.op == Operation::Discard {
            return false;
        }
        let waits = matches!(self.reason(), None | Some(Reason::WaitsFor { .. }));
        let about = [ours.record, ours.root()].contains(&theirs.record);
        let same_act = ours.group.is_some() && ours.group == theirs.group;
        same_act || (waits && about && self.place() > given_up.place())
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

/// A journal entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalEntry {
    /// A page as the server sent it, for one copy of its scope.
    Page {
        /// The copy.
        generation: u64,
        /// The page.
        page: ScopePage,
    },
    /// Pages of one pull, as schema 1 wrote them.
    Pages {
        /// The pages.
        pages: Vec<ScopePage>,
    },
}

impl Blank for OutboxState {
    fn blank() -> Self {
        Self::Waiting
    }
}

read_from_members!(Meta { schema, device, user, next_mid, generation } {
    epoch, former, offered, tracks, loading, recovering, ended_drafts, wiped, ended, cursors
});
read_from_members!(Track { generation } { chunks, cursor, offer, complete, differed });
read_from_members!(OutboxEntry { mutation } { state, place, gives_up });
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

read_from_cases!(JournalEntry(case, members) {
            "page" => members
                .required("generation")
                .zip(members.required("page"))
                .map(|(generation, page)| Self::Page { generation, page }),
            "pages" => case.value().map(|pages| Self::Pages { pages }),
});

/// An attachment whose bytes stand in a queue file, behind its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QueuedBlob {
    /// Which.
    pub id: RecordId,
    /// How many bytes it has.
    pub size: u64,
}

read_from_members!(QueuedBlob { id, size });

/// Everything of this device that the server has not confirmed, as one file that a person can keep.
#[derive(Debug, Serialize)]
pub(super) struct QueueFile<'a> {
    pub(super) format: &'static str,
    pub(super) meta: &'a Meta,
    pub(super) outbox: Vec<&'a OutboxEntry>,
    pub(super) drafts: Vec<&'a Draft>,
    #[serde(skip_serializing_if = "<[QueuedBlob]>::is_empty")]
    pub(super) attachments: &'a [QueuedBlob],
}

pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, EngineError> {
    serde_json::to_vec(value).map_err(|error| EngineError::Unreadable(error.to_string()))
}

pub(super) fn decode<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, EngineError> {
    serde_json::from_slice(bytes)
        .map_err(|error| EngineError::Unreadable(format!("{what}: {error}")))
}
