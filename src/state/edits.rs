//! Edits of records that are no forms, as plain lists of fields.

use ruyuan_domain::{
    FieldChange, FieldValue, Fields, Map, Operation, Record, RecordId, RecordKind, ScopeId,
};
use ruyuan_sync::engine::Edit;

/// Makes a record.
pub fn created(
    record: RecordId,
    root: Option<RecordId>,
    kind: RecordKind,
    scope: ScopeId,
    fields: Fields,
) -> Edit {
    let mut changes = Map::new();
    for (name, value) in fields {
        let new = Some(value);
        changes.insert(name, FieldChange { old: None, new });
    }
    Edit {
        record,
        root,
        kind,
        scope,
        op: Operation::Create,
        base: 0,
        fields: changes,
        mends: None,
    }
}

/// Does something to a record as it stood on the screen, without changing its fields.
pub fn edited(record: &Record, op: Operation) -> Edit {
    Edit {
        record: record.id,
        root: Some(record.root),
        kind: record.kind.clone(),
        scope: record.scope.clone(),
        op,
        base: record.version,
        fields: Map::new(),
        mends: None,
    }
}

/// Gives these fields of a record other values than stood on the screen.
pub fn updated(
    record: &Record,
    values: impl Into<Vec<(&'static str, Option<FieldValue>)>>,
) -> Edit {
    let mut edit = edited(record, Operation::Update);
    for (name, new) in values.into() {
        let old = record.fields.get(name).cloned();
        edit.fields
            .insert(name.to_owned(), FieldChange { old, new });
    }
    edit
}
