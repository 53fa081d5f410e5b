//! A table of firms that was looked over or taken in, as the desk sees it.

use crate::{
    DeviceId, RecordId, ScopeId, Stamp, UserId, read_from_members, read_from_names, wire::Role,
};
use serde::Serialize;

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowResult {
    /// 新增.
    New,
    /// 更新.
    Update,
    /// 无变化.
    Same,
    /// 疑似重复.
    Suspect,
    /// 有误.
    Wrong,
}

/// A row that somebody has to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowView {
    /// Its number as the table shows it, from 1.
    pub row: u32,
    /// The firm's name as it stands there.
    pub name: String,
    /// What becomes of it.
    pub result: RowResult,
    /// Why.
    pub why: String,
}

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// The field that it holds; empty where it is left out.
    pub field: String,
}

/// `POST /api/roster/imports`: what becomes of the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportView {
    /// How many are new.
    pub new: u32,
    /// How many change a firm.
    pub update: u32,
    /// How many say nothing new.
    pub same: u32,
    /// How many may be a firm that is known.
    pub suspect: u32,
    /// How many are wrong.
    pub wrong: u32,
    /// The table's columns.
    pub columns: Vec<ColumnView>,
    /// The wrong rows and those that may be known firms: the first two hundred. The report has all.
    pub rows: Vec<RowView>,
    /// The batch, if the table was taken in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchView>,
}

/// What a batch has written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchView {
    /// Its number.
    pub id: DeviceId,
    /// Firms that it made, or deleted again.
    pub firms: u32,
    /// Firms that it changed, or changed back.
    pub changed: u32,
    /// Times that somebody was given a firm, or that was taken back.
    pub assigned: u32,
    /// What was left as it is, each with why: somebody has worked on it since, or the rules refuse it.
    pub left: Vec<String>,
}

/// A batch of this person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchLine {
    /// Its number.
    pub id: DeviceId,
    /// When it was written.
    pub at: Stamp,
    /// How many edits it has.
    pub edits: u32,
}

/// `GET /api/roster/batches`: this person's batches, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchesView {
    /// Those of the last year, a hundred at most.
    pub batches: Vec<BatchLine>,
}

/// Somebody who may be given firms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonView {
    /// Their account.
    pub user: UserId,
    /// The name that they sign in with.
    pub user_name: String,
    /// How colleagues see them.
    pub display_name: String,
    /// What they mostly are.
    pub role: Role,
    /// Parks of the asker's where they work.
    pub scopes: Vec<ScopeId>,
}

/// `GET /api/roster/people`: who works in the parks that a person manages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeopleView {
    /// By the name that they sign in with.
    pub people: Vec<PersonView>,
}

/// `POST /api/roster/assignments`: who is to look after some firms. Nothing said of a part leaves it as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssignRequest {
    /// The firms.
    pub firms: Vec<RecordId>,
    /// 主办.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<UserId>,
    /// 协办: these and no others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports: Option<Vec<UserId>>,
    /// Why, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `POST /api/roster/handovers`: everything that one person looks after goes to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandOverRequest {
    /// Who hands over.
    pub from: UserId,
    /// Who takes over.
    pub to: UserId,
    /// Only firms of this park.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeId>,
    /// Why, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Most firms that are given at once.
pub const MOST_ASSIGNED: usize = 10_000;

read_from_names!(RowResult {
    "new" => New,
    "update" => Update,
    "same" => Same,
    "suspect" => Suspect,
    "wrong" => Wrong,
});
read_from_members!(RowView {
    row,
    name,
    result,
    why
});
read_from_members!(ColumnView { name, field });
read_from_members!(ImportView { new, update, same, suspect, wrong, columns, rows } { batch });
read_from_members!(BatchView {
    id,
    firms,
    changed,
    assigned,
    left
});
read_from_members!(PersonView {
    user,
    user_name,
    display_name,
    role,
    scopes
});
read_from_members!(PeopleView { people });
read_from_members!(AssignRequest { firms } { lead, supports, reason });
read_from_members!(HandOverRequest { from, to } { scope, reason });
read_from_members!(BatchLine { id, at, edits });
read_from_members!(BatchesView { batches });
