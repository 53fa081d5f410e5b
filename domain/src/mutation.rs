//! A mutation: one edit of one record, as its author's device numbered it.

use crate::{
    FieldValue, Fields, GroupId, Map, Mid, MutationId, RecordId, RecordKind, ScopeId, Stamp,
    consts::field,
};
use crate::{read_from_members, read_from_names};
use serde::Serialize;

/// What an edit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A new record. For an id already known it merges like an update whose old values are absent.
    Create,
    /// New values for some fields.
    Update,
    /// Takes the record out of every list.
    Delete,
    /// Brings a deleted record back.
    Restore,
    /// Takes a root and everything under it into another scope: a change of the field `scope`, which merges like any.
    Move,
    /// Closes a conflict record; the value chosen travels as an update of the same group.
    Resolve,
    /// Gives up a quarantined mutation (named by `mends`) and what waits for it.
    Discard,
}

/// What a field was on the author's screen and what it became; `None` is an absent value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The value on the author's screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<FieldValue>,
    /// The value the author wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<FieldValue>,
}

/// One edit of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mutation {
    /// Its number on the device.
    pub mid: Mid,
    /// Its id, the same under whatever number or device it is sent again.
    pub id: MutationId,
    /// The act it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The record it edits.
    pub record: RecordId,
    /// The record's root, when that is another record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<RecordId>,
    /// What the record is.
    pub kind: RecordKind,
    /// The scope the author saw it in; may be stale.
    pub scope: ScopeId,
    /// What it does.
    pub op: Operation,
    /// The record's version on the author's screen; 0 for a new one.
    pub base: u64,
    /// The fields it changes.
    pub fields: Map<String, FieldChange>,
    /// The quarantined mutation that this one puts right (or, for `discard`, gives up).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mends: Option<MutationId>,
    /// When the author's device says it was made.
    pub at: Stamp,
}

read_from_names!(Operation {
    "create" => Create,
    "update" => Update,
    "delete" => Delete,
    "restore" => Restore,
    "move" => Move,
    "resolve" => Resolve,
    "discard" => Discard,
});
read_from_members!(FieldChange {} { old, new });
read_from_members!(Mutation { mid, id, record, kind, scope, op, at } { group, root, base, fields, mends });

impl Mutation {
    /// The root this edit's record belongs to.
    pub fn root(&self) -> RecordId {
        self.root.unwrap_or(self.record)
    }

    /// How many bytes it has on its way.
    pub fn bytes(&self) -> usize {
        serde_json::to_vec(self).map_or(0, |text| text.len())
    }

    /// Where a move goes; `None` for any other edit, or a move that names no scope.
    pub fn destination(&self) -> Option<ScopeId> {
        let wanted = self.fields.get(field::SCOPE)?.new.as_ref()?;
        (self.op == Operation::Move).then(|| wanted.as_text()?.parse().ok())?
    }

    /// What the author saw after this edit, given what was there before. A move changes no field of the record.
    pub fn applied_to(&self, mut fields: Fields) -> Fields {
        let changes = (self.op != Operation::Move).then_some(&self.fields);
        for (name, change) in changes.into_iter().flat_map(|fields| fields.iter()) {
            match &change.new {
                Some(value) => fields.insert(name.clone(), value.clone()),
                None => fields.remove(name),
            };
        }
        fields
    }
}
