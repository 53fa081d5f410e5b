//! 合并: a firm that was found to be another one. Its record stays and points to the one that stands for both, so that
//! what names it, also on a phone that has not heard of it yet, is found there, and so that a merge can be undone.

use crate::{
    FieldChange, FieldValue, Fields, Map, RecordId, ScopeId,
    catalogue::{RecordField, optional, text},
    consts::field,
    read_from_members,
};
use serde::Serialize;

/// What a merged firm has besides its own fields.
pub static MERGED_FIELDS: [RecordField; 2] = [
    optional(field::MERGED_INTO, text(36)),
    optional(field::MERGE_NOTE, text(20_000)),
];

/// The firm that a record of a firm was merged into.
pub fn merged_into(fields: &Fields) -> Option<RecordId> {
    fields.get(field::MERGED_INTO)?.as_text()?.parse().ok()
}

/// The record that stands for a firm, after however many merges. `next` says what a record was merged into.
///
/// Two people who merge two records into each other make a circle: then the one that was made first stands, on every
/// device the same.
pub fn survivor(id: RecordId, next: impl Fn(RecordId) -> Option<RecordId>) -> RecordId {
    let mut way = vec![id];
    let mut at = id;
    while let Some(to) = next(at) {
        if let Some(begins) = way.iter().position(|passed| *passed == to) {
            return way[begins..].iter().copied().min().unwrap_or(to);
        }
        way.push(to);
        at = to;
    }
    at
}

/// What a merge did, kept with the merged firm as JSON: enough to undo it and to see what has changed since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MergeNote {
    /// Where the merged firm was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ScopeId>,
    /// What the merged firm said when it was merged.
    pub said: Fields,
    /// What the other firm took over from it.
    pub took: Map<String, FieldChange>,
}

read_from_members!(MergeNote { said, took } { from });

impl MergeNote {
    /// What stands in a merged firm's record.
    pub fn of(fields: &Fields) -> Option<Self> {
        let note = fields.get(field::MERGE_NOTE)?.as_text()?;
        serde_json::from_str(note).ok()
    }

    /// As it is kept.
    pub fn to_value(&self) -> Option<FieldValue> {
        serde_json::to_string(self).ok().map(FieldValue::from)
    }
}

/// What a firm says of itself, without what a merge added.
pub fn own_fields(fields: &Fields) -> Fields {
    let mut own = fields.clone();
    for rule in &MERGED_FIELDS {
        own.remove(rule.name);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(bits: u128) -> RecordId {
        RecordId::from_u128(bits)
    }

    fn stands_for(from: u128, merges: &[(u128, u128)]) -> RecordId {
        survivor(id(from), |at| {
            let step = merges.iter().find(|(merged, _)| id(*merged) == at);
            step.map(|(_, into)| id(*into))
        })
    }

    #[test]
    fn a_chain_ends_at_who_was_merged_into_nobody() {
        let merges = [(1, 2), (2, 3), (9, 3)];
        for from in [1, 2, 3, 9] {
            assert_eq!(stands_for(from, &merges), id(3));
        }
        assert_eq!(stands_for(7, &merges), id(7));
    }

    #[test]
    fn a_circle_is_stood_for_by_the_same_one_wherever_it_is_entered() {
        let merges = [(5, 4), (4, 6), (6, 5), (1, 6), (7, 7)];
        for from in [4, 5, 6, 1] {
            assert_eq!(stands_for(from, &merges), id(4));
        }
        assert_eq!(stands_for(7, &merges), id(7));
    }

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let mut note = MergeNote {
            from: Some(ScopeId::park("330802-02")),
            ..MergeNote::default()
        };
        note.said.insert("name".to_owned(), "甲𠮷".into());
        let change = FieldChange {
            old: None,
            new: Some(7.into()),
        };
        note.took.insert("registered_capital".to_owned(), change);
        let mut fields = Fields::new();
        fields.insert(field::MERGE_NOTE.to_owned(), note.to_value().unwrap());
        assert_eq!(MergeNote::of(&fields), Some(note));
        assert_eq!(own_fields(&fields), Fields::new());
    }
}
