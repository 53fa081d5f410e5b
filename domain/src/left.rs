//! What people left behind: work that their devices sent when they might no longer write it, for who manages the scope.

use crate::{
    Operation, RecordId, RecordKind, ScopeId, Stamp, UserId, read_from_members, wire::Reason,
};
use serde::Serialize;

/// `GET /api/left-work`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeftWork {
    /// The oldest first, [`MOST_LEFT`] at most.
    pub items: Vec<LeftItem>,
    /// Whether there is more, once some of these are seen to.
    pub more: bool,
}

/// Most items in one answer.
pub const MOST_LEFT: usize = 50;

/// An act or a half-filled form that its author could not finish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftItem {
    /// Of an act the id of its first mutation, of a half-filled form that of the record to be.
    pub id: String,
    /// Its author.
    pub user: UserId,
    /// How colleagues knew them.
    pub by: String,
    /// When the author's device says it was made or last typed at.
    pub at: Stamp,
    /// Where it was to go.
    pub scope: ScopeId,
    /// The record, or that of the act's first mutation.
    pub record: RecordId,
    /// Its root.
    pub root: RecordId,
    /// What kind of record.
    pub kind: RecordKind,
    /// What it does.
    pub op: Operation,
    /// The firm that it names, if it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enterprise: Option<RecordId>,
    /// The name that it gives, where it is a new firm or names itself otherwise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Of how many edits it consists; 0 for a half-filled form.
    pub edits: u32,
    /// Why it was not applied; none for a half-filled form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// A queue file: a device that takes it in sends it, or goes on with it, as its own.
    pub queue: String,
}

read_from_members!(LeftWork { items, more });
read_from_members!(LeftItem {
    id, user, by, at, scope, record, root, kind, op, edits, queue,
} { enterprise, title, reason });
