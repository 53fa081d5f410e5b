//! Which firm a record is about, also after firms were merged.

use ruyuan_domain::{
    Record, RecordId, RecordKind,
    alias::{merged_into, survivor},
    consts::field,
};
use ruyuan_sync::engine::State;
use std::rc::Rc;

/// The firm that stands for a firm, after merges.
pub fn stands_for(state: &State, firm: RecordId) -> RecordId {
    let next = |id| {
        let firm = state.view().get(id)?;
        // What this device does not have cannot stand for anything on it.
        merged_into(&firm.fields).filter(|into| state.view().get(*into).is_some())
    };
    // Asked of every visit at every change, and nearly always answered by the first look.
    match next(firm) {
        None => firm,
        Some(_) => survivor(firm, next),
    }
}

/// The firm that a visit, a plan or another record names.
pub fn firm_of(state: &State, record: &Record) -> Option<RecordId> {
    let named = record.text(field::ENTERPRISE).parse().ok()?;
    Some(stands_for(state, named))
}

/// The name of the firm that a record is about, or what an issue or a meeting is called; empty if this device does not
/// have it.
pub fn name_about(state: &State, record: &Record) -> String {
    let named = match record.kind {
        // Its own name, also after a merge: it may be what somebody is asked about.
        RecordKind::Enterprise => return record.text(field::NAME).to_owned(),
        RecordKind::Issue | RecordKind::Meeting => return record.text(field::TITLE).to_owned(),
        RecordKind::MeetingItem => record.text(field::ISSUE).parse().ok(),
        _ => firm_of(state, record),
    };
    let root = (record.root != record.id).then_some(record.root);
    let about = named.or(root).and_then(|about| state.view().get(about));
    about
        .map(|about| name_about(state, about))
        .unwrap_or_default()
}

/// The records of a kind that are about a firm, under whatever record of it they were made.
pub fn about<'a>(
    state: &'a State,
    kind: &RecordKind,
    firm: RecordId,
) -> impl Iterator<Item = &'a Rc<Record>> + use<'a> {
    let firm = stands_for(state, firm);
    let all = state.view().of_kind(kind);
    all.filter(move |record| firm_of(state, record) == Some(firm))
}

/// Every firm, each once: not those that were merged into another.
pub fn all(state: &State) -> impl Iterator<Item = &Rc<Record>> {
    let firms = state.view().of_kind(&RecordKind::Enterprise);
    firms.filter(|firm| stands_for(state, firm.id) == firm.id)
}

/// The records that were merged into a firm, directly or in between.
pub fn merged(state: &State, firm: RecordId) -> Vec<Rc<Record>> {
    let firms = state.view().of_kind(&RecordKind::Enterprise);
    let merged = firms.filter(|other| {
        other.id != firm
            && merged_into(&other.fields).is_some()
            && stands_for(state, other.id) == firm
    });
    merged.cloned().collect()
}

/// What of a kind belongs to a firm, and to what was merged into it.
pub fn belonging(state: &State, kind: &RecordKind, firm: RecordId) -> Vec<Rc<Record>> {
    let firm = stands_for(state, firm);
    let merged = merged(state, firm);
    let ids = std::iter::once(firm).chain(merged.iter().map(|merged| merged.id));
    let all = ids.flat_map(|id| state.view().children(id));
    all.filter(|child| child.kind == *kind).cloned().collect()
}
