//! Half-filled forms, between a person's devices and the server.

use crate::{RecordId, ScopeId, read_from_members, read_from_names};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `PUT /api/sync/drafts/{id}`: a half-filled form for the server to keep.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeepDraftRequest {
    /// The last version that the device has seen; 0 for none. If there is a later one, nothing is kept.
    pub version: u64,
    /// The scope that its record is to be in.
    pub scope: ScopeId,
    /// The draft as the device keeps it; `null` once it has ended.
    pub draft: Box<RawValue>,
    /// How it ended, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<DraftEnd>,
}

impl KeepDraftRequest {
    /// The answer of a server that has kept it.
    pub fn kept(&self) -> DraftView {
        DraftView {
            version: self.version + 1,
            scope: self.scope.clone(),
            draft: self.draft.clone(),
            ended: self.ended,
        }
    }
}

/// The last version of a half-filled form that the server keeps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DraftView {
    /// Which version, from 1.
    pub version: u64,
    /// The scope that its record is to be in.
    pub scope: ScopeId,
    /// The draft as the device gave it; `null` once it has ended.
    pub draft: Box<RawValue>,
    /// How it ended, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<DraftEnd>,
}

/// How a half-filled form ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftEnd {
    /// It is a record now.
    Submitted,
    /// Its person wanted it no more.
    Deleted,
}

read_from_names!(DraftEnd {
    "submitted" => Submitted,
    "deleted" => Deleted,
});

/// `GET /api/sync/drafts`: which half-filled forms of the caller the server keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DraftList {
    /// Those that have not ended, of scopes that the caller may write to today.
    pub drafts: Vec<DraftHead>,
}

/// That there is a half-filled form, and its last version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DraftHead {
    /// Its id, which is the id of the record to be.
    pub id: RecordId,
    /// Which version, from 1.
    pub version: u64,
}

read_from_members!(DraftList { drafts });
read_from_members!(DraftHead { id, version });
