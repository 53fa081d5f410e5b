//! The messages of `/api`, shared by both ends. Field names are the protocol: each has a snapshot test.

mod drafts;

pub use drafts::{DraftEnd, DraftHead, DraftList, DraftView, KeepDraftRequest};

use crate::{
    DeviceId, Digest, Epoch, FieldError, Language, Map, Mid, MutationId, Record, RecordId, ScopeId,
    Seq, UserId, device::DeviceReport, json::Members, read_from_cases, read_from_members,
    read_from_names,
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// `POST /api/sync/push`. Mutations stay raw here, so that one broken mutation is quarantined alone.
#[derive(Debug, Serialize, Deserialize)]
pub struct PushRequest {
    /// The sending device.
    pub device: DeviceId,
    /// The epoch the device knows; absent before its first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// [`crate::consts::SCHEMA`] of the sender.
    pub schema: u32,
    /// In order of their numbers, without a gap; a group is whole.
    pub mutations: Vec<Box<RawValue>>,
}

/// What every mutation must have to be recorded at all, whatever else is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MutationHead {
    /// Its number on the device.
    pub mid: Mid,
    /// Its id.
    pub id: MutationId,
}

/// Answer to a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushResponse {
    /// The server's epoch. If the request named another one, nothing was applied.
    pub epoch: Epoch,
    /// The highest number of this device that the server has. Below the first number sent: a gap, send from the
    /// one after it.
    pub last_mid: Mid,
    /// Number and id disagree with what the server has: another copy of this device went on. Nothing was applied;
    /// take a new device id, renumber, keep the mutation ids.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub forked: bool,
    /// An administrator has ordered this device wiped.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wipe: bool,
    /// What became of each mutation, in the order sent, then of those that had waited for one of them.
    pub results: Vec<MutationResult>,
}

/// What became of one mutation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MutationResult {
    /// Its number.
    pub mid: Mid,
    /// What became of it.
    pub status: MutationStatus,
    /// For a duplicate, what became of it the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<MutationStatus>,
    /// Why it was quarantined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The scope in which its effect is ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeId>,
    /// Its effect is seen by who has pulled this scope up to here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
}

impl MutationResult {
    /// What finally became of it: a duplicate's first status.
    pub fn outcome(&self) -> MutationStatus {
        match self.status {
            MutationStatus::Duplicate => self.original.unwrap_or(MutationStatus::Applied),
            other => other,
        }
    }
}

/// What became of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MutationStatus {
    /// Written as sent.
    Applied,
    /// Written beside others' changes of other fields.
    Merged,
    /// At least one field had changed meanwhile: that value stands, this one is kept in a conflict record.
    Conflict,
    /// Kept raw, not applied; the reason says why.
    Quarantined,
    /// Known already; `original` says what became of it.
    Duplicate,
}

/// Why a mutation was quarantined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Values that are wrong.
    Invalid {
        /// Each with its path.
        errors: Vec<FieldError>,
    },
    /// Not a mutation as this server reads them.
    Malformed {
        /// What the reader stumbled on.
        detail: String,
    },
    /// The person may not write there (any more).
    NotAllowed,
    /// An update of a record that no one created.
    UnknownRecord,
    /// An earlier one on the same record is quarantined.
    WaitsFor {
        /// That one's number.
        mid: Mid,
    },
    /// Another mutation of the same act was refused.
    GroupRefused {
        /// That one's number.
        mid: Mid,
    },
    /// Above the size of one mutation.
    TooLarge {
        /// The most bytes.
        limit: u64,
    },
}

impl Reason {
    /// Why, in one or more sentences for the author.
    pub fn sentence(&self, language: Language) -> String {
        let chinese = language == Language::Chinese;
        match self {
            Self::Invalid { errors } => {
                let sentences: Vec<String> = errors
                    .iter()
                    .map(|error| error.problem.sentence(language))
                    .collect();
                sentences.join(if chinese { "；" } else { "; " })
            }
            Self::Malformed { .. } if chinese => "服务器读不懂这条记录，内容已保留".to_owned(),
            Self::Malformed { .. } => "The server cannot read this record; it is kept".to_owned(),
            Self::NotAllowed if chinese => "没有写入这个园区的权限，内容已保留".to_owned(),
            Self::NotAllowed => "You may not write to this park; the content is kept".to_owned(),
            Self::UnknownRecord if chinese => "服务器上没有所改的记录，内容已保留".to_owned(),
            Self::UnknownRecord => {
                "The server does not have the edited record; the edit is kept".to_owned()
            }
            Self::WaitsFor { .. } if chinese => "等前一条修改处理后再上传".to_owned(),
            Self::WaitsFor { .. } => "Waits until the earlier edit is put right".to_owned(),
            Self::GroupRefused { .. } if chinese => "同一次提交中另有一条需处理".to_owned(),
            Self::GroupRefused { .. } => {
                "Another part of the same submission needs attention".to_owned()
            }
            Self::TooLarge { .. } if chinese => "内容过大，未能上传，已保留在本机".to_owned(),
            Self::TooLarge { .. } => "Too large to send; it is kept on this device".to_owned(),
        }
    }
}

/// `POST /api/sync/pull`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// The asking device.
    pub device: DeviceId,
    /// The epoch its cursors belong to; absent before its first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// How far it has each scope.
    pub cursors: Map<ScopeId, Seq>,
    /// Most rows in the answer.
    pub limit: u32,
    /// Whether scopes without news are to be answered too, with their digest: a device asks for that once a start.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check: bool,
    /// What the device says of itself; an older app says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<DeviceReport>,
    /// The id that this device had until it was wiped as ordered. Then nothing else is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wiped: Option<DeviceId>,
}

/// Answer to a pull.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullResponse {
    /// The server's epoch. If the request named another one, nothing else is in the answer.
    pub epoch: Epoch,
    /// The highest number of this device that the server has.
    pub last_mid: Mid,
    /// An administrator has ordered this device wiped; nothing else is in the answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wipe: bool,
    /// One page for each scope that has news, or that the device did not name.
    pub scopes: Vec<ScopePage>,
    /// Scopes the device named and the person may no longer see.
    pub revoked: Vec<ScopeId>,
    /// Scopes whose cursor cannot be continued: they are to be pulled anew from the start.
    pub reset: Vec<ScopeId>,
}

/// News of one scope: every row and every exit with cursor < seq ≤ next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopePage {
    /// The scope.
    pub scope: ScopeId,
    /// Rows in order of their seq.
    pub rows: Vec<Record>,
    /// Rows that left the scope, in order of their seq.
    #[serde(default)]
    pub exits: Vec<Exit>,
    /// The cursor after this page.
    pub next: Seq,
    /// Whether there is more.
    pub more: bool,
    /// What stands in the scope at `next`, on its last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// For a device that has nothing of a large scope: take this first, then ask from its seq on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotOffer>,
}

/// The undeleted rows of a scope at one seq, in chunks that never change ([`crate::chunk`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SnapshotOffer {
    /// The cursor of who has taken it.
    pub seq: Seq,
    /// How many rows.
    pub rows: u64,
    /// How many bytes, before compression.
    pub bytes: u64,
    /// The hash of each chunk, in order; `GET /api/sync/snapshots/{epoch}/{scope}/{seq}/{hash}`.
    pub chunks: Vec<String>,
}

/// A record that left a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Its place in the order.
    pub seq: Seq,
    /// The record.
    pub record: RecordId,
    /// Its version when it left.
    pub version: u64,
}

/// What a person does in the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 联络员.
    Officer,
    /// 宣讲员.
    Trainer,
    /// 企业.
    Owner,
    /// 机构.
    Bank,
    /// 窗口.
    Clerk,
    /// 工作专班.
    Manager,
    /// 管理员.
    Admin,
}

impl Role {
    /// The role as it stands on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Trainer => "trainer",
            Self::Owner => "owner",
            Self::Bank => "bank",
            Self::Clerk => "clerk",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }
}

/// `POST /api/session`: signs in.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignInRequest {
    /// The account's name.
    pub user_name: String,
    /// Its password.
    pub password: String,
}

/// `POST /api/setup`: makes the administrator, once, with the token of the link that the first start printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct SetupRequest {
    /// The token of the link.
    pub token: String,
    /// The account's name.
    pub user_name: String,
    /// How colleagues see it.
    pub display_name: String,
    /// Its password.
    pub password: String,
}

/// `GET /api/session` and the answer to a sign-in: who is signed in and what they may see today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// The person.
    pub user: UserId,
    /// The account's name.
    pub user_name: String,
    /// How colleagues see it.
    pub display_name: String,
    /// What they do.
    pub role: Role,
    /// Scopes they may see, from today's grants.
    pub scopes: Vec<ScopeId>,
    /// Scopes they may write to, a part of `scopes`.
    pub writable: Vec<ScopeId>,
}

/// `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable name of the problem, as a path of this server's documentation.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, what is kept and what to do, in Chinese.
    pub detail: String,
    /// Whether the same request may succeed later.
    pub retry: bool,
    /// Fields of the request that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblemView>,
}

/// One wrong field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldProblemView {
    /// Where it stands (`mutations[3].mid`).
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

read_from_members!(MutationHead { mid, id });
read_from_members!(SnapshotOffer {
    seq,
    rows,
    bytes,
    chunks
});
read_from_members!(PushResponse { epoch, last_mid, results } { forked, wipe });
read_from_members!(MutationResult { mid, status } { original, reason, scope, seq });
read_from_members!(SessionView {
    user,
    user_name,
    display_name,
    role,
    scopes,
    writable
});
read_from_members!(FieldProblemView { path, message });
read_from_names!(MutationStatus {
    "applied" => Applied,
    "merged" => Merged,
    "conflict" => Conflict,
    "quarantined" => Quarantined,
    "duplicate" => Duplicate,
});
read_from_names!(Role {
    "officer" => Officer,
    "trainer" => Trainer,
    "owner" => Owner,
    "bank" => Bank,
    "clerk" => Clerk,
    "manager" => Manager,
    "admin" => Admin,
});

read_from_cases!(Reason(case, members) {
            "invalid" => members
                .required("errors")
                .map(|errors| Self::Invalid { errors }),
            "malformed" => members
                .required("detail")
                .map(|detail| Self::Malformed { detail }),
            "not_allowed" => Some(Self::NotAllowed),
            "unknown_record" => Some(Self::UnknownRecord),
            "waits_for" => members.required("mid").map(|mid| Self::WaitsFor { mid }),
            "group_refused" => members
                .required("mid")
                .map(|mid| Self::GroupRefused { mid }),
            "too_large" => members
                .required("limit")
                .map(|limit| Self::TooLarge { limit }),
});

impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Members::deserialize(deserializer)?;
        let mut read = Self {
            kind: String::new(),
            title: String::new(),
            status: 0,
            detail: String::new(),
            retry: false,
            errors: Vec::new(),
        };
        members.fill("type", &mut read.kind);
        members.fill("title", &mut read.title);
        members.fill("status", &mut read.status);
        members.fill("detail", &mut read.detail);
        members.fill("retry", &mut read.retry);
        members.fill_if_there("errors", &mut read.errors);
        members.done(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldProblem;

    #[test]
    fn a_result_is_written_as_the_protocol_names_it() {
        let result = MutationResult {
            mid: Mid(3),
            status: MutationStatus::Quarantined,
            original: None,
            reason: Some(Reason::Invalid {
                errors: vec![FieldError::new(
                    "need_amount",
                    FieldProblem::TooSmall { min: 0 },
                )],
            }),
            scope: None,
            seq: None,
        };
        let text = serde_json::to_string(&result).unwrap();
        assert_eq!(
            text,
            r#"{"mid":3,"status":"quarantined","reason":{"invalid":{"errors":[{"path":"need_amount","problem":{"too_small":{"min":0}}}]}}}"#
        );
        assert_eq!(
            serde_json::from_str::<MutationResult>(&text).unwrap(),
            result
        );
    }

    #[test]
    fn a_push_keeps_a_broken_mutation_raw() {
        let request: PushRequest = serde_json::from_str(
            r#"{"device":"0190f3a0-0000-7000-8000-000000000001","schema":1,"mutations":[{"mid":1,"op":"teleport"}]}"#,
        )
        .unwrap();
        assert_eq!(request.mutations[0].get(), r#"{"mid":1,"op":"teleport"}"#);
        assert_eq!(request.epoch, None);
    }
}
