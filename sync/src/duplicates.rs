//! 合并企业: two records of one firm become one, field by field, and two again. Both are plain edits, so that they
//! travel, merge and are refused like any.

use crate::engine::Edit;
use ruyuan_domain::{
    FieldChange, FieldValue, Fields, Gather, Map, Operation, Record, RecordKind,
    alias::{MergeNote, own_fields},
    catalogue::ENTERPRISE_FIELDS,
    consts::field,
};

/// What each of two records says of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The field, by its place among a firm's fields.
    pub field: usize,
    /// What the record says that stays.
    pub stays: Option<FieldValue>,
    /// What the record says that is merged into it.
    pub goes: Option<FieldValue>,
}

impl Pair {
    /// Whether a person has to choose.
    pub fn differs(&self) -> bool {
        self.stays.is_some() && self.goes.is_some() && self.stays != self.goes
    }
}

/// Field by field, those left out that neither says anything of.
pub fn pairs(stays: &Fields, goes: &Fields) -> Vec<Pair> {
    let all = ENTERPRISE_FIELDS.iter().zip(0..).map(|(rule, field)| Pair {
        field,
        stays: stays.get(rule.name).cloned(),
        goes: goes.get(rule.name).cloned(),
    });
    all.filter(|pair| pair.stays.is_some() || pair.goes.is_some())
        .collect()
}

/// Merges `goes` into `stays`, which takes over the fields named, and those that it says nothing of itself.
pub fn merge(stays: &Record, goes: &Record, taken: &[usize]) -> Vec<Edit> {
    let mut took: Map<String, FieldChange> = Map::new();
    for pair in pairs(&stays.fields, &goes.fields) {
        let wanted = pair.stays.is_none() || (pair.differs() && taken.contains(&pair.field));
        if let (true, Some(rule)) = (wanted, ENTERPRISE_FIELDS.get(pair.field)) {
            let (old, new) = (pair.stays, pair.goes);
            took.insert(rule.name.to_owned(), FieldChange { old, new });
        }
    }
    let mut edits = Vec::new();
    if !took.is_empty() {
        edits.push(edit(stays, Operation::Update, took.clone()));
    }
    let elsewhere = goes.scope != stays.scope;
    let note = MergeNote {
        from: elsewhere.then(|| goes.scope.clone()),
        said: own_fields(&goes.fields),
        took,
    };
    edits.push(pointed(
        goes,
        Some(stays.id.to_string().into()),
        note.to_value(),
    ));
    if elsewhere {
        edits.push(moved(goes, stays.scope.as_str()));
    }
    edits
}

/// Makes two firms of one again: the merged record stands for itself, and what the other took over from it goes back,
/// unless somebody has changed it since.
pub fn part(merged: &Record, stays: Option<&Record>) -> Vec<Edit> {
    let note = MergeNote::of(&merged.fields).unwrap_or_default();
    let mut edits = vec![pointed(merged, None, None)];
    if let Some(from) = note.from.filter(|from| *from != merged.scope) {
        edits.push(moved(merged, from.as_str()));
    }
    let back = |stays: &Record| -> Map<String, FieldChange> {
        note.took
            .into_iter()
            .filter(|(name, change)| stays.fields.get(name) == change.new.as_ref())
            .map(|(name, FieldChange { old, new })| (name, FieldChange { old: new, new: old }))
            .gathered()
    };
    if let Some(stays) = stays {
        let back = back(stays);
        if !back.is_empty() {
            edits.push(edit(stays, Operation::Update, back));
        }
    }
    edits
}

/// Whether somebody has changed a merged record since, who did not know yet that it is another's.
pub fn was_changed(merged: &Record) -> bool {
    MergeNote::of(&merged.fields).is_some_and(|note| note.said != own_fields(&merged.fields))
}

fn pointed(firm: &Record, into: Option<FieldValue>, note: Option<FieldValue>) -> Edit {
    let mut fields: Map<String, FieldChange> = Map::new();
    for (name, new) in [(field::MERGED_INTO, into), (field::MERGE_NOTE, note)] {
        let old = firm.fields.get(name).cloned();
        fields.insert(name.to_owned(), FieldChange { old, new });
    }
    edit(firm, Operation::Update, fields)
}

fn moved(firm: &Record, to: &str) -> Edit {
    let change = FieldChange {
        old: Some(firm.scope.as_str().into()),
        new: Some(to.into()),
    };
    let mut fields = Map::new();
    fields.insert(field::SCOPE.to_owned(), change);
    edit(firm, Operation::Move, fields)
}

fn edit(firm: &Record, op: Operation, fields: Map<String, FieldChange>) -> Edit {
    Edit {
        record: firm.id,
        root: None,
        kind: RecordKind::Enterprise,
        scope: firm.scope.clone(),
        op,
        base: firm.version,
        fields,
        mends: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruyuan_domain::{RecordId, ScopeId, Seq, Stamp, UserId};

    fn firm(id: u128, park: &str, fields: &[(&str, &str)]) -> Record {
        let id = RecordId::from_u128(id);
        let said = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()));
        Record {
            id,
            root: id,
            kind: RecordKind::Enterprise,
            scope: ScopeId::park(park),
            seq: Seq(1),
            version: 3,
            fields: said.collect(),
            deleted: false,
            by: UserId::from_u128(1),
            at: Stamp::from_unix_ms(0, 0),
            unknown: Map::new(),
        }
    }

    /// What the edits make of a record.
    fn after(record: &Record, edits: &[Edit]) -> Record {
        let mut after = record.clone();
        for edit in edits.iter().filter(|edit| edit.record == record.id) {
            for (name, change) in &edit.fields {
                if edit.op == Operation::Move {
                    let to = change.new.as_ref().and_then(FieldValue::as_text);
                    after.scope = to.unwrap().parse().unwrap();
                    continue;
                }
                assert_eq!(after.fields.get(name), change.old.as_ref(), "{name}");
                match &change.new {
                    Some(new) => drop(after.fields.insert(name.clone(), new.clone())),
                    None => drop(after.fields.remove(name)),
                }
            }
        }
        after
    }

    #[test]
    fn a_merge_takes_what_is_chosen_and_what_is_missing_and_is_undone_to_the_letter() {
        let stays = firm(1, "a", &[("name", "甲公司"), ("address", "一路")]);
        let goes = firm(
            2,
            "b",
            &[
                ("name", "甲有限公司"),
                ("address", "二路"),
                ("industry", "纸"),
            ],
        );
        let edits = merge(&stays, &goes, &[0]);
        let (one, other) = (after(&stays, &edits), after(&goes, &edits));
        assert_eq!(one.text("name"), "甲有限公司");
        assert_eq!(one.text("address"), "一路");
        assert_eq!(one.text("industry"), "纸");
        assert_eq!(
            ruyuan_domain::alias::merged_into(&other.fields),
            Some(one.id)
        );
        assert_eq!(other.scope, one.scope);
        assert!(!was_changed(&other));
        let back = part(&other, Some(&one));
        assert_eq!(after(&one, &back), stays);
        assert_eq!(after(&other, &back), goes);
    }

    #[test]
    fn what_was_changed_since_is_left_when_a_merge_is_undone() {
        let stays = firm(1, "a", &[("name", "甲公司")]);
        let goes = firm(2, "a", &[("name", "甲公司"), ("address", "二路")]);
        let edits = merge(&stays, &goes, &[]);
        let (mut one, mut other) = (after(&stays, &edits), after(&goes, &edits));
        one.fields.insert("address".to_owned(), "三路".into());
        other.fields.insert("industry".to_owned(), "纸".into());
        assert!(was_changed(&other));
        let back = part(&other, Some(&one));
        assert_eq!(after(&one, &back).text("address"), "三路");
        assert_eq!(after(&other, &back).text("industry"), "纸");
    }
}
