//! Merge rules broken where they are most quietly broken: in the conflict records that a push leaves behind.

use crate::{people::Person, server::Server};
use ruyuan_domain::{
    Record, RecordId,
    consts::field,
    wire::{PushRequest, PushResponse},
};
use ruyuan_server::store::{Store, StoreResult};
use ruyuan_sync::{
    merge::{OPEN, SUPERSEDED},
    transport::TransportError,
};
use std::collections::{BTreeMap, BTreeSet};

/// Conflicts by their id.
type Conflicts = BTreeMap<RecordId, Record>;

/// A push, after which the conflicts that it made, beside those that were there, become what `spoil` says.
pub fn push(
    server: &Server,
    person: &Person,
    request: PushRequest,
    spoil: impl Fn(&Record, &Conflicts) -> Vec<Record>,
) -> Result<PushResponse, TransportError> {
    let records: BTreeSet<RecordId> = request
        .mutations
        .iter()
        .filter_map(|raw| Some(super::read(raw)?.record))
        .collect();
    let before = conflicts(server, &records);
    let answer = server.push(person, request)?;
    let after = conflicts(server, &records);
    for (id, made) in &after {
        if !before.contains_key(id) {
            put(server, spoil(made, &after));
        }
    }
    Ok(answer)
}

/// Nothing is left of what lost.
pub fn dropped(made: &Record, _: &Conflicts) -> Vec<Record> {
    let mut made = made.clone();
    made.fields.remove(field::CONFLICT_INCOMING);
    made.deleted = true;
    vec![made]
}

/// What stands is said to have come, and what came to stand.
pub fn swapped(made: &Record, _: &Conflicts) -> Vec<Record> {
    let mut made = made.clone();
    let kept = made.fields.remove(field::CONFLICT_KEPT);
    let incoming = made.fields.remove(field::CONFLICT_INCOMING);
    let sides = [
        (field::CONFLICT_KEPT, incoming),
        (field::CONFLICT_INCOMING, kept),
    ];
    for (name, value) in sides {
        if let Some(value) = value {
            made.fields.insert(name.to_owned(), value);
        }
    }
    vec![made]
}

/// Nobody is asked about the others of the same field any more.
pub fn superseded(made: &Record, all: &Conflicts) -> Vec<Record> {
    let about = |row: &Record| {
        let name = row.text(field::CONFLICT_FIELD).to_owned();
        (row.text(field::CONFLICT_RECORD).to_owned(), name)
    };
    let others = all.values().filter(|other| {
        other.id != made.id
            && about(other) == about(made)
            && other.text(field::CONFLICT_STATUS) == OPEN
    });
    let closed = others.cloned().map(|mut other| {
        let name = field::CONFLICT_STATUS.to_owned();
        other.fields.insert(name, SUPERSEDED.into());
        other
    });
    closed.collect()
}

fn conflicts(server: &Server, records: &BTreeSet<RecordId>) -> Conflicts {
    let read: StoreResult<Conflicts> = server.ask(async {
        let mut tx = server.store.begin_read().await?;
        let mut found = Conflicts::new();
        for id in records {
            let root = tx.record(*id).await?.map_or(*id, |row| row.root);
            let rows = tx.conflicts_under(root).await?;
            found.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        Ok(found)
    });
    read.unwrap_or_default()
}

/// Writes these in the place of what is there, each as a version of its own that everybody hears of.
fn put(server: &Server, rows: Vec<Record>) {
    let written: StoreResult<()> = server.ask(async {
        let mut tx = server.store.begin_write().await?;
        for mut row in rows {
            tx.lock_scopes(std::slice::from_ref(&row.scope)).await?;
            let before = tx.record(row.id).await?;
            row.version += 1;
            row.seq = tx.next_seq(&row.scope).await?;
            tx.put_record(before.as_ref(), &row).await?;
        }
        tx.commit().await
    });
    // A rule that could not be broken goes unnoticed, and that is noticed.
    let _ = written;
}
