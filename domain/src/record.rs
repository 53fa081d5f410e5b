//! A record: a flat map of scalars in one scope.

use crate::{Map, RecordId, ScopeId, Seq, Stamp, UserId, json::Blank};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fmt;

/// One value of a field. A list is child records, so that two people's edits of it rarely collide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// Yes or no.
    Bool(bool),
    /// A whole number: a count, an amount in 分 (0.01 yuan) or a rate in parts per million.
    Integer(i64),
    /// Text; also dates (ISO 8601), instants (RFC 3339), choices (names joined by a space) and ids.
    Text(String),
}

impl FieldValue {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether it is the truth value `true`.
    pub const fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for FieldValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for FieldValue {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// A record's fields by name. An absent field and an emptied one are the same.
pub type Fields = Map<String, FieldValue>;

/// What a record is. A device keeps kinds it does not know yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum RecordKind {
    /// 企业: a firm.
    Enterprise,
    /// 走访: one visit, its answers under `answer.<question>`.
    Visit,
    /// 走访计划: a firm that somebody means to visit on a day.
    PlannedVisit,
    /// 主办 or 协办: who looks after a firm, a child of it.
    Assignment,
    /// 质押登记 of the past, a child of its firm.
    Pledge,
    /// 问题: a difficulty that somebody is to see to.
    Issue,
    /// What was done about it, a child of its issue, never edited.
    IssueStep,
    /// 例会: a meeting that goes through what is open.
    Meeting,
    /// One item of its agenda, a child of the meeting.
    MeetingItem,
    /// One instance of a repeated group of a form, a child of its visit.
    RepeatInstance,
    /// 附件: a photo or a document, a child of the record that it belongs to; its id is its blob's id.
    Attachment,
    /// Two people's different values for one field, waiting for a person to choose.
    Conflict,
    /// A row that a device still had after the server was restored to a time before it, for the scope's manager.
    Recovered,
    /// A published version of a form.
    Form,
    /// 区划: a county-level division.
    Division,
    /// 园区: an industrial park.
    Park,
    /// 产业链: an industry chain.
    IndustryChain,
    /// A kind that a later version brought.
    Unknown(String),
}

impl RecordKind {
    const NAMES: [(Self, &'static str); 17] = [
        (Self::Enterprise, "enterprise"),
        (Self::Visit, "visit"),
        (Self::PlannedVisit, "planned_visit"),
        (Self::Assignment, "assignment"),
        (Self::Pledge, "pledge"),
        (Self::Issue, "issue"),
        (Self::IssueStep, "issue_step"),
        (Self::Meeting, "meeting"),
        (Self::MeetingItem, "meeting_item"),
        (Self::RepeatInstance, "repeat_instance"),
        (Self::Attachment, "attachment"),
        (Self::Conflict, "conflict"),
        (Self::Recovered, "recovered"),
        (Self::Form, "form"),
        (Self::Division, "division"),
        (Self::Park, "park"),
        (Self::IndustryChain, "industry_chain"),
    ];

    /// The kind as it stands on the wire.
    pub fn as_str(&self) -> &str {
        if let Self::Unknown(name) = self {
            return name;
        }
        Self::NAMES
            .iter()
            .find(|(kind, _)| kind == self)
            .map_or("", |(_, name)| name)
    }
}

impl From<String> for RecordKind {
    fn from(name: String) -> Self {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map_or(Self::Unknown(name), |(kind, _)| kind.clone())
    }
}

impl From<RecordKind> for String {
    fn from(kind: RecordKind) -> Self {
        kind.as_str().to_owned()
    }
}

impl Blank for RecordKind {
    fn blank() -> Self {
        Self::Unknown(String::new())
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value that this version does not read, as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unread(Box<RawValue>);

impl PartialEq for Unread {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for Unread {}

/// A row as the server orders it and as every device of its scope holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Which record it is.
    pub id: RecordId,
    /// The record whose scope it shares and with which it moves; its own id for a root.
    pub root: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// Who may see it.
    pub scope: ScopeId,
    /// Its place in the scope's order; 0 while only its author's device has it.
    pub seq: Seq,
    /// Counts the changes of this record, from 1; 0 while only its author's device has it.
    pub version: u64,
    /// Its values.
    pub fields: Fields,
    /// Whether it was deleted. The row stays, so that every device learns of it.
    pub deleted: bool,
    /// Who changed it last.
    pub by: UserId,
    /// When its author's device says it was changed last.
    pub at: Stamp,
    /// What a later version added: kept and sent on unread.
    #[serde(flatten)]
    pub unknown: Map<String, Unread>,
}

impl Record {
    /// The text of a field, empty if there is none.
    pub fn text(&self, field: &str) -> &str {
        self.fields
            .get(field)
            .and_then(FieldValue::as_text)
            .unwrap_or_default()
    }

    /// The whole number of a field.
    pub fn integer(&self, field: &str) -> Option<i64> {
        self.fields.get(field).and_then(FieldValue::as_integer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"id":"0190f3a0-0000-7000-8000-000000000001","root":"0190f3a0-0000-7000-8000-000000000001","kind":"hologram","scope":"park:330802-01","seq":7,"version":2,"fields":{"count":3,"name":"甲𠮷","open":true},"deleted":false,"by":"0190f3a0-0000-7000-8000-000000000002","at":"2026-11-23T14:05:00+08:00","colour":{"r":1}}"#;

    #[test]
    fn a_row_of_a_later_version_survives_a_round_trip() {
        let record: Record = serde_json::from_str(ROW).unwrap();
        assert_eq!(record.kind, RecordKind::Unknown("hologram".to_owned()));
        assert_eq!(serde_json::to_string(&record).unwrap(), ROW);
    }

    #[test]
    fn a_list_is_no_field_value() {
        for bad in ["[1]", "{}", "1.5", "null"] {
            assert!(serde_json::from_str::<FieldValue>(bad).is_err(), "{bad}");
        }
    }
}
