//! Visits and half-filled forms as lists show them.

use super::{firms, flaws, store::Store};
use ruyuan_domain::{
    Fields, Record, RecordId, RecordKind, Stamp, UserId,
    consts::field,
    order::sorted_by_key,
    validate::{answers_of, is_supplement_due},
};
use ruyuan_sync::engine::{State, SyncMark};
use std::{cmp::Reverse, rc::Rc};

/// A visit or a draft as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitRow {
    /// The visit, or the visit to be.
    pub id: RecordId,
    /// The firm's name.
    pub enterprise: String,
    /// Who visited.
    pub officer: String,
    /// When the form was opened.
    pub at: Option<Stamp>,
    /// Whether it is half-filled.
    pub draft: bool,
    /// How it stands with the server.
    pub mark: SyncMark,
}

/// Half-filled forms and visits, newest first.
pub fn all(store: Store) -> Vec<VisitRow> {
    store.read(|state| {
        let drafts = state.drafts().map(|draft| VisitRow {
            id: draft.id,
            enterprise: enterprise_name(state, draft.enterprise),
            officer: String::new(),
            at: Some(draft.started_at),
            draft: true,
            mark: SyncMark::Sent,
        });
        let mut rows: Vec<_> = drafts.collect();
        rows.extend(
            state
                .view()
                .of_kind(&RecordKind::Visit)
                .filter(|visit| state.draft(visit.id).is_none())
                .map(|visit| row(state, visit)),
        );
        sorted_by_key(rows, |row| Reverse((row.draft, row.at.map(Stamp::unix_ms))))
    })
}

/// The visits of one firm, newest first.
pub fn of_enterprise(store: Store, enterprise: RecordId) -> Vec<VisitRow> {
    store.read(|state| {
        let visits = firms::about(state, &RecordKind::Visit, enterprise);
        let rows: Vec<_> = visits.map(|visit| row(state, visit)).collect();
        sorted_by_key(rows, |row| Reverse((false, row.at.map(Stamp::unix_ms))))
    })
}

fn row(state: &State, visit: &Record) -> VisitRow {
    let enterprise = visit.text(field::ENTERPRISE).parse().ok();
    VisitRow {
        id: visit.id,
        enterprise: enterprise
            .map(|id| enterprise_name(state, id))
            .unwrap_or_default(),
        officer: visit.text(field::OFFICER).to_owned(),
        at: Stamp::parse(visit.text(field::STARTED_AT)),
        draft: false,
        mark: state.mark(visit.id),
    }
}

/// This person's visits that were submitted with something to come, newest first; not those that are being completed.
pub fn supplements_due(store: Store) -> Vec<VisitRow> {
    store.read(|state| {
        let visits = state.view().of_kind(&RecordKind::Visit);
        let due = visits.filter(|visit| {
            is_supplement_due(&visit.fields)
                && is_by(visit, state.meta().user)
                && state.draft(visit.id).is_none()
        });
        let rows: Vec<_> = due.map(|visit| row(state, visit)).collect();
        sorted_by_key(rows, |row| Reverse((false, row.at.map(Stamp::unix_ms))))
    })
}

/// The visits whose answers do not go together, newest first.
pub fn flawed(store: Store) -> Vec<VisitRow> {
    store.read(|state| {
        let visits = flaws::flawed(state);
        let rows: Vec<_> = visits.iter().map(|visit| row(state, visit)).collect();
        sorted_by_key(rows, |row| Reverse((false, row.at.map(Stamp::unix_ms))))
    })
}

/// Whether this person made the visit, whoever has corrected it since.
pub fn is_by(visit: &Record, user: UserId) -> bool {
    match visit.text(field::SUBMITTED_BY) {
        "" => visit.by == user,
        by => by == user.to_string(),
    }
}

/// The answers of a visit's repeated groups, each with its group's name, in order.
pub fn instances(state: &State, visit: RecordId) -> Vec<(String, Fields)> {
    let children = state.view().children(visit);
    let instances: Vec<_> = children
        .filter(|child| child.kind == RecordKind::RepeatInstance)
        .collect();
    sorted_by_key(instances, |child| child.integer(field::POSITION))
        .into_iter()
        .map(|child| {
            (
                child.text(field::REPEAT).to_owned(),
                answers_of(&child.fields),
            )
        })
        .collect()
}

/// The firm's name as it is now; empty if this device does not have the firm.
pub fn enterprise_name(state: &State, id: RecordId) -> String {
    state
        .view()
        .get(firms::stands_for(state, id))
        .map(|firm| firm.text(field::NAME).to_owned())
        .unwrap_or_default()
}

/// The conflicts that still wait, whoever's.
pub fn open_conflicts(state: &State) -> impl Iterator<Item = &Rc<Record>> {
    let conflicts = state.view().of_kind(&RecordKind::Conflict);
    conflicts.filter(|conflict| conflict.text(field::CONFLICT_STATUS) == ruyuan_sync::merge::OPEN)
}

/// Whether this person is one of the two sides of a conflict that still waits.
pub fn is_own_open_conflict(state: &State, conflict: &Record) -> bool {
    let own = state.meta().user.to_string();
    conflict.text(field::CONFLICT_STATUS) == ruyuan_sync::merge::OPEN
        && [field::CONFLICT_KEPT_BY, field::CONFLICT_INCOMING_BY]
            .iter()
            .any(|side| conflict.text(side) == own)
}
