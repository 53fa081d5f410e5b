//! Who looks after a firm, as edits: the same from a phone and from a desk.

use crate::engine::Edit;
use ruyuan_domain::{
    FieldChange, FieldValue, Map, Operation, Record, RecordId, RecordKind, ScopeId, UserId,
    assignment::Part, consts::field,
};

/// Somebody who begins to look after a firm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning<'a> {
    /// Who.
    pub user: UserId,
    /// How colleagues see them.
    pub name: &'a str,
    /// As what.
    pub part: Part,
    /// From which day on.
    pub on: &'a str,
    /// Name of who says so.
    pub by: &'a str,
    /// Why; may be empty.
    pub reason: &'a str,
}

impl Beginning<'_> {
    /// The edit that says so, as the assignment of this id.
    pub fn edit(&self, id: RecordId, firm: RecordId, scope: &ScopeId) -> Edit {
        let user = self.user.to_string();
        let said = [
            (field::ASSIGNED_TO, user.as_str()),
            (field::OFFICER, self.name),
            (field::PART, self.part.as_str()),
            (field::ASSIGNED_ON, self.on),
            (field::ASSIGNED_BY, self.by),
            (field::REASON, self.reason),
        ];
        let mut fields = Map::new();
        for (name, value) in said.into_iter().filter(|(_, value)| !value.is_empty()) {
            let new = Some(FieldValue::from(value));
            fields.insert(name.to_owned(), FieldChange { old: None, new });
        }
        Edit {
            record: id,
            root: Some(firm),
            kind: RecordKind::Assignment,
            scope: scope.clone(),
            op: Operation::Create,
            base: 0,
            fields,
            mends: None,
        }
    }
}

/// An assignment ends on this day.
pub fn end(assignment: &Record, on: &str) -> Edit {
    let mut fields = Map::new();
    let new = Some(FieldValue::from(on));
    fields.insert(field::ENDED_ON.to_owned(), FieldChange { old: None, new });
    Edit {
        record: assignment.id,
        root: Some(assignment.root),
        kind: RecordKind::Assignment,
        scope: assignment.scope.clone(),
        op: Operation::Update,
        base: assignment.version,
        fields,
        mends: None,
    }
}
