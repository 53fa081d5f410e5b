//! The merge rule: three-way, field by field, and whoever loses is kept in a conflict record.
//!
//! It runs on the server. It is here, beside the engine, because the two must be read together: what this rule
//! does not apply, the engine must still show to its author.

use ruyuan_domain::{
    DeviceId, FieldChange, FieldValue, Fields, Mutation, Operation, Record, RecordId, UserId,
    consts::field, wire::MutationStatus,
};
use std::collections::BTreeMap;

/// Name under which a conflict about deletion stands, beside the record's own fields.
pub const DELETED: &str = "deleted";

/// Status of a conflict that waits for a person.
pub const OPEN: &str = "open";

/// Status of a conflict whose losing side was typed over by the same device.
pub const SUPERSEDED: &str = "superseded";

/// Status of a conflict that a person has settled.
pub const RESOLVED: &str = "resolved";

/// A person, as a conflict names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// Their name as colleagues see it.
    pub name: String,
}

/// Whose mutation is merged.
#[derive(Clone, Debug)]
pub struct Author {
    /// The person.
    pub person: Person,
    /// The device it came from.
    pub device: DeviceId,
}

/// What the server has when the mutation arrives.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The record as it stands, a deleted one too.
    pub current: Option<&'a Record>,
    /// Whether another device changed the record after the version that the author saw.
    pub others_changed: bool,
    /// Who wrote each of the record's fields last (and `deleted`); a missing one counts as the record's `by`,
    /// without a name.
    pub writers: &'a BTreeMap<String, Person>,
    /// Open conflict records about this record.
    pub open_conflicts: &'a [Record],
}

/// What the mutation does to what the server has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Applied, merged or conflict.
    pub status: MutationStatus,
    /// The row to write, its version counted up; the caller gives it its seq. `None` if nothing changes.
    pub record: Option<Record>,
    /// Fields of the conflict records to make, in the record's scope and under its root.
    pub conflicts: Vec<Fields>,
    /// Conflict records whose status becomes [`SUPERSEDED`].
    pub superseded: Vec<RecordId>,
}

/// Merges one mutation. The caller has checked that it is allowed and that its values are right, and that an
/// operation other than `create` finds its record.
pub fn merge(known: &Known<'_>, author: &Author, mutation: &Mutation) -> Merged {
    let mut row = known
        .current
        .cloned()
        .unwrap_or_else(|| new_row(author, mutation));
    let mut conflicts = Vec::new();
    let mut superseded = Vec::new();

    for (name, change) in &mutation.fields {
        let change = match mutation.op {
            Operation::Create => FieldChange {
                old: None,
                new: change.new.clone(),
            },
            _ => change.clone(),
        };
        let server = known.current.and_then(|current| current.fields.get(name));
        if server == change.new.as_ref() {
            continue;
        }
        if server == change.old.as_ref() {
            match change.new {
                Some(value) => row.fields.insert(name.clone(), value),
                None => row.fields.remove(name),
            };
            continue;
        }
        superseded.extend(own_incoming(known, author, name, change.old.as_ref()));
        let kept_by = writer(known, &row, name);
        conflicts.push(conflict(
            &row,
            name,
            change.old,
            Side {
                value: server.cloned(),
                person: kept_by,
                device: None,
            },
            Side {
                value: change.new,
                person: author.person.clone(),
                device: Some(author.device),
            },
        ));
    }

    match mutation.op {
        Operation::Delete if !row.deleted => {
            if known.others_changed {
                let kept_by = writer(known, &row, DELETED);
                conflicts.push(conflict(
                    &row,
                    DELETED,
                    Some(false.into()),
                    Side {
                        value: Some(false.into()),
                        person: kept_by,
                        device: None,
                    },
                    Side {
                        value: Some(true.into()),
                        person: author.person.clone(),
                        device: Some(author.device),
                    },
                ));
            } else {
                row.deleted = true;
            }
        }
        Operation::Restore => row.deleted = false,
        // The author did not know of the deletion: the record stays, in this order of arrival as in the other.
        Operation::Create | Operation::Update if row.deleted && known.others_changed => {
            let deleter = writer(known, &row, DELETED);
            row.deleted = false;
            conflicts.push(conflict(
                &row,
                DELETED,
                Some(false.into()),
                Side {
                    value: Some(false.into()),
                    person: author.person.clone(),
                    device: Some(author.device),
                },
                Side {
                    value: Some(true.into()),
                    person: deleter,
                    device: None,
                },
            ));
        }
        _ => {}
    }

    let status = if !conflicts.is_empty() {
        MutationStatus::Conflict
    } else if known.others_changed {
        MutationStatus::Merged
    } else {
        MutationStatus::Applied
    };
    let changed = known
        .current
        .is_none_or(|current| current.fields != row.fields || current.deleted != row.deleted);
    let record = changed.then(|| {
        row.version += 1;
        row.by = author.person.user;
        row.at = mutation.at;
        row
    });
    Merged {
        status,
        record,
        conflicts,
        superseded,
    }
}

fn new_row(author: &Author, mutation: &Mutation) -> Record {
    Record {
        id: mutation.record,
        root: mutation.root(),
        kind: mutation.kind.clone(),
        scope: mutation.scope.clone(),
        seq: Default::default(),
        version: 0,
        fields: Fields::new(),
        deleted: false,
        by: author.person.user,
        at: mutation.at,
        unknown: BTreeMap::new(),
    }
}

/// The device typed again over its own losing value before it learnt of the conflict: only the last typing counts.
fn own_incoming<'a>(
    known: &Known<'a>,
    author: &'a Author,
    name: &'a str,
    old: Option<&'a FieldValue>,
) -> impl Iterator<Item = RecordId> + use<'a> {
    let device = author.device.to_string();
    known
        .open_conflicts
        .iter()
        .filter(move |open| {
            open.text(field::CONFLICT_FIELD) == name
                && open.text(field::CONFLICT_INCOMING_DEVICE) == device
                && open.fields.get(field::CONFLICT_INCOMING) == old
        })
        .map(|open| open.id)
}

fn writer(known: &Known<'_>, row: &Record, name: &str) -> Person {
    known.writers.get(name).cloned().unwrap_or_else(|| Person {
        user: row.by,
        name: String::new(),
    })
}

struct Side {
    value: Option<FieldValue>,
    person: Person,
    device: Option<DeviceId>,
}

fn conflict(
    row: &Record,
    name: &str,
    base: Option<FieldValue>,
    kept: Side,
    incoming: Side,
) -> Fields {
    let text = |value: String| Some(FieldValue::from(value));
    [
        (field::CONFLICT_RECORD, text(row.id.to_string())),
        (field::CONFLICT_FIELD, text(name.to_owned())),
        (field::CONFLICT_BASE, base),
        (field::CONFLICT_KEPT, kept.value),
        (field::CONFLICT_KEPT_BY, text(kept.person.user.to_string())),
        (field::CONFLICT_KEPT_NAME, text(kept.person.name)),
        (field::CONFLICT_INCOMING, incoming.value),
        (
            field::CONFLICT_INCOMING_BY,
            text(incoming.person.user.to_string()),
        ),
        (field::CONFLICT_INCOMING_NAME, text(incoming.person.name)),
        (
            field::CONFLICT_INCOMING_DEVICE,
            incoming.device.and_then(|device| text(device.to_string())),
        ),
        (field::CONFLICT_STATUS, text(OPEN.to_owned())),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruyuan_domain::{Mid, MutationId, RecordKind, ScopeId, Stamp};

    const MOBILE: &str = "contact_mobile";

    fn person(bits: u128, name: &str) -> Person {
        Person {
            user: UserId::from_u128(bits),
            name: name.to_owned(),
        }
    }

    fn author(bits: u128, name: &str) -> Author {
        Author {
            person: person(bits, name),
            device: DeviceId::from_u128(bits),
        }
    }

    fn at() -> Stamp {
        Stamp::parse("2026-11-23T14:05:00+08:00").unwrap()
    }

    fn mutation(
        op: Operation,
        base: u64,
        fields: &[(&str, Option<&str>, Option<&str>)],
    ) -> Mutation {
        Mutation {
            mid: Mid(1),
            id: MutationId::from_u128(1),
            group: None,
            record: RecordId::from_u128(9),
            root: None,
            kind: RecordKind::Enterprise,
            scope: ScopeId::park("330802-01"),
            op,
            base,
            fields: fields
                .iter()
                .map(|(name, old, new)| {
                    let change = FieldChange {
                        old: old.map(Into::into),
                        new: new.map(Into::into),
                    };
                    ((*name).to_owned(), change)
                })
                .collect(),
            mends: None,
            at: at(),
        }
    }

    fn stored(fields: &[(&str, &str)]) -> Record {
        let mut record = new_row(&author(1, "李敏"), &mutation(Operation::Create, 0, &[]));
        record.version = 3;
        record.fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect();
        record
    }

    fn run(
        current: Option<&Record>,
        others_changed: bool,
        open: &[Record],
        mutation: &Mutation,
    ) -> Merged {
        let writers = BTreeMap::from([(MOBILE.to_owned(), person(1, "李敏"))]);
        let known = Known {
            current,
            others_changed,
            writers: &writers,
            open_conflicts: open,
        };
        merge(&known, &author(2, "王强"), mutation)
    }

    #[test]
    fn a_change_of_an_untouched_field_is_applied() {
        let record = stored(&[(MOBILE, "1")]);
        let merged = run(
            Some(&record),
            false,
            &[],
            &mutation(Operation::Update, 3, &[(MOBILE, Some("1"), Some("2"))]),
        );
        assert_eq!(merged.status, MutationStatus::Applied);
        let row = merged.record.unwrap();
        assert_eq!(
            (row.text(MOBILE), row.version, row.by),
            ("2", 4, UserId::from_u128(2))
        );
    }

    #[test]
    fn a_late_edit_never_overwrites_silently() {
        let record = stored(&[(MOBILE, "server"), ("address", "a")]);
        let edit = mutation(
            Operation::Update,
            2,
            &[
                (MOBILE, Some("base"), Some("mine")),
                ("address", Some("a"), Some("b")),
            ],
        );
        let merged = run(Some(&record), true, &[], &edit);
        assert_eq!(merged.status, MutationStatus::Conflict);
        let row = merged.record.unwrap();
        assert_eq!((row.text(MOBILE), row.text("address")), ("server", "b"));
        let conflict = &merged.conflicts[0];
        let text = |name: &str| {
            conflict
                .get(name)
                .and_then(FieldValue::as_text)
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(
            [
                field::CONFLICT_BASE,
                field::CONFLICT_KEPT,
                field::CONFLICT_KEPT_NAME
            ]
            .map(text),
            ["base", "server", "李敏"]
        );
        assert_eq!(
            [
                field::CONFLICT_INCOMING,
                field::CONFLICT_INCOMING_NAME,
                field::CONFLICT_STATUS
            ]
            .map(text),
            ["mine", "王强", OPEN]
        );
    }

    #[test]
    fn two_who_typed_the_same_agree() {
        let record = stored(&[(MOBILE, "same")]);
        let edit = mutation(
            Operation::Update,
            2,
            &[(MOBILE, Some("base"), Some("same"))],
        );
        let merged = run(Some(&record), true, &[], &edit);
        assert_eq!(
            (merged.status, merged.record, merged.conflicts.len()),
            (MutationStatus::Merged, None, 0)
        );
    }

    #[test]
    fn typing_again_over_ones_own_losing_value_supersedes_its_conflict() {
        let record = stored(&[(MOBILE, "server")]);
        let first = run(
            Some(&record),
            true,
            &[],
            &mutation(
                Operation::Update,
                2,
                &[(MOBILE, Some("base"), Some("mine"))],
            ),
        );
        let mut open = stored(&[]);
        open.id = RecordId::from_u128(77);
        open.fields = first.conflicts[0].clone();
        let edit = mutation(
            Operation::Update,
            2,
            &[(MOBILE, Some("mine"), Some("mine, better"))],
        );
        let second = run(Some(&record), true, std::slice::from_ref(&open), &edit);
        assert_eq!(second.superseded, vec![open.id]);
        assert_eq!(
            second.conflicts[0].get(field::CONFLICT_INCOMING),
            Some(&FieldValue::from("mine, better"))
        );
    }

    #[test]
    fn deletion_and_change_end_alike_in_either_order() {
        let changed = stored(&[(MOBILE, "2")]);
        let deletion_late = run(
            Some(&changed),
            true,
            &[],
            &mutation(Operation::Delete, 2, &[]),
        );
        assert_eq!(
            (deletion_late.status, deletion_late.record),
            (MutationStatus::Conflict, None)
        );

        let mut deleted = stored(&[(MOBILE, "1")]);
        deleted.deleted = true;
        let edit = mutation(Operation::Update, 2, &[(MOBILE, Some("1"), Some("2"))]);
        let change_late = run(Some(&deleted), true, &[], &edit);
        assert_eq!(change_late.status, MutationStatus::Conflict);
        let row = change_late.record.unwrap();
        assert_eq!((row.deleted, row.text(MOBILE)), (false, "2"));
        for merged in [&deletion_late.conflicts, &change_late.conflicts] {
            assert_eq!(merged[0].get(field::CONFLICT_FIELD), Some(&DELETED.into()));
            assert_eq!(merged[0].get(field::CONFLICT_KEPT), Some(&false.into()));
            assert_eq!(merged[0].get(field::CONFLICT_INCOMING), Some(&true.into()));
        }
    }

    #[test]
    fn a_deletion_that_no_one_contradicts_stands() {
        let record = stored(&[(MOBILE, "1")]);
        let merged = run(
            Some(&record),
            false,
            &[],
            &mutation(Operation::Delete, 3, &[]),
        );
        assert!(merged.record.unwrap().deleted);
        let mut deleted = stored(&[]);
        deleted.deleted = true;
        let merged = run(
            Some(&deleted),
            false,
            &[],
            &mutation(Operation::Restore, 3, &[]),
        );
        assert!(!merged.record.unwrap().deleted);
    }

    #[test]
    fn creating_a_known_record_merges_with_nothing_as_its_past() {
        let record = stored(&[(MOBILE, "server")]);
        let create = mutation(
            Operation::Create,
            0,
            &[(MOBILE, None, Some("mine")), ("address", None, Some("a"))],
        );
        let merged = run(Some(&record), true, &[], &create);
        assert_eq!(merged.status, MutationStatus::Conflict);
        assert_eq!(merged.record.unwrap().text("address"), "a");
    }
}
