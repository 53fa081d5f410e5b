//! What a conflict says must be so: whose its two values are, and who it was that thought better of one.

use super::Held;
use ruyuan_domain::{FieldValue, Record, RecordKind, consts::field};
use ruyuan_sync::merge::SUPERSEDED;
use std::collections::BTreeSet;

/// Who did something to a field of a record, and with what value.
type Deed = (String, String, String, FieldValue);

/// Each side of a conflict was typed by whom it names, and only the author of a losing value has typed over it.
pub(super) fn tell_what_was_typed(held: &Held, found: &mut Vec<String>) {
    let mut typed: BTreeSet<Deed> = BTreeSet::new();
    let mut typed_over: BTreeSet<Deed> = BTreeSet::new();
    for (user, edit) in held.edits() {
        for (name, change) in edit.fields {
            let deed = |value| {
                let (user, record) = (user.to_string(), edit.record.to_string());
                (user, record, name.clone(), value)
            };
            typed.extend(change.new.map(deed));
            typed_over.extend(change.old.map(deed));
        }
    }
    let rows = held.rows.values().flatten();
    for row in rows.filter(|row| row.kind == RecordKind::Conflict) {
        let told = |by: &str, value: &FieldValue| -> Deed {
            let [by, record, name] = [by, field::CONFLICT_RECORD, field::CONFLICT_FIELD]
                .map(|name| row.text(name).to_owned());
            (by, record, name, value.clone())
        };
        for (side, by) in [
            (field::CONFLICT_KEPT, field::CONFLICT_KEPT_BY),
            (field::CONFLICT_INCOMING, field::CONFLICT_INCOMING_BY),
        ] {
            // What stood there before anybody came is nobody's.
            if let Some(value) = typed_value(row, side)
                && !typed.contains(&told(by, value))
            {
                found.push(format!(
                    "conflict {} says that {} wrote {value:?}, and they did not",
                    row.id,
                    row.text(by)
                ));
            }
        }
        if row.text(field::CONFLICT_STATUS) == SUPERSEDED
            && let Some(value) = typed_value(row, field::CONFLICT_INCOMING)
            && !typed_over.contains(&told(field::CONFLICT_INCOMING_BY, value))
        {
            found.push(format!(
                "conflict {} is closed, and nobody has typed over {value:?}",
                row.id
            ));
        }
    }
}

/// A value of a conflict that somebody typed in this run.
fn typed_value<'a>(row: &'a Record, side: &str) -> Option<&'a FieldValue> {
    let value = row.fields.get(side)?;
    value.as_text()?.starts_with("输入").then_some(value)
}
