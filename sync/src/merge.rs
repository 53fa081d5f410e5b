//! The merge rule: three-way, field by field, and whoever loses is kept in a conflict record.
//!
//! It runs on the server. It is here, beside the engine, because the two must be read together: what this rule
//! does not apply, the engine must still show to its author.

use ruyuan_domain::{
    DeviceId, FieldChange, FieldValue, Fields, Map, Mutation, Operation, Record, RecordId,
    RecordKind, UserId, consts::field, wire::MutationStatus,
};

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
    pub writers: &'a Map<String, Person>,
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
    // What is said last of a plan, or of who looks after a firm, stands: an order and a day are no words that could be
    // lost, and nobody should be asked which of two they meant.
    //
    // So it is with an agenda's order, and with what an issue's other fields imply: the account behind a name, the day
    // of an end. The names and the ends themselves are asked about. And of two managers who merge one firm into two, the
    // last stands: the firm is at the end of either, and its note says how to go back.
    let last_stands = |name: &str| match mutation.kind {
        RecordKind::PlannedVisit | RecordKind::Assignment => true,
        RecordKind::MeetingItem => name == field::POSITION,
        RecordKind::Issue => [field::RESPONSIBLE, field::CLOSED_ON].contains(&name),
        RecordKind::Enterprise => [field::MERGED_INTO, field::MERGE_NOTE].contains(&name),
        _ => false,
    };

    for (name, change) in &mutation.fields {
        // Where a record is merges like what it says.
        let moving = mutation.op == Operation::Move;
        if moving && name != field::SCOPE {
            continue;
        }
        let change = match mutation.op {
            Operation::Create => FieldChange {
                old: None,
                new: change.new.clone(),
            },
            _ => change.clone(),
        };
        let place = known
            .current
            .filter(|_| moving)
            .map(|current| FieldValue::from(current.scope.as_str()));
        let server = match &place {
            Some(place) => Some(place),
            None => known.current.and_then(|current| current.fields.get(name)),
        };
        if server == change.new.as_ref() {
            continue;
        }
        if server == change.old.as_ref() || (last_stands(name) && !moving) {
            if moving {
                row.scope = mutation.destination().unwrap_or(row.scope);
                continue;
            }
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
            if known.others_changed && !last_stands(DELETED) {
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
        Operation::Create | Operation::Update
            if row.deleted && known.others_changed && !last_stands(DELETED) =>
        {
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
    let changed = known.current.is_none_or(|current| {
        (&current.fields, current.deleted, &current.scope) != (&row.fields, row.deleted, &row.scope)
    });
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
        unknown: Map::new(),
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
mod tests;
