//! Who looks after which firm.

use super::{firms, session::use_session, store::Store};
use leptos::prelude::*;
use ruyuan_domain::{
    Gather, Map, Record, RecordId, RecordKind, UserId,
    assignment::{Part, holds},
    consts::field,
    order::sorted_by_key,
    wire::Role,
};
use ruyuan_sync::{
    assigning::{self, Beginning},
    engine::{EngineError, State},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// The assignments of a firm: those that hold, 主办 first, then those that have ended, the latest first.
pub fn of_firm(state: &State, firm: RecordId) -> Vec<Rc<Record>> {
    let all = firms::belonging(state, &RecordKind::Assignment, firm);
    sorted_by_key(all, |record: &Rc<Record>| {
        let ended = record.text(field::ENDED_ON).to_owned();
        (
            !ended.is_empty(),
            std::cmp::Reverse(ended),
            Part::of(&record.fields),
            record.id,
        )
    })
}

/// The names of who looks after each firm, 主办 before 协办.
pub fn named(state: &State) -> BTreeMap<RecordId, Vec<(Part, String)>> {
    let mut named: BTreeMap<RecordId, Vec<(Part, String)>> = BTreeMap::new();
    for record in state.view().of_kind(&RecordKind::Assignment) {
        if let (true, Some(part)) = (holds(&record.fields), Part::of(&record.fields)) {
            let firm = firms::stands_for(state, record.root);
            let of_firm = named.entry(firm).or_default();
            let at = match part {
                Part::Lead => 0,
                Part::Support => of_firm.len(),
            };
            of_firm.insert(at, (part, record.text(field::OFFICER).to_owned()));
        }
    }
    named
}

/// Whose firms a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    #[default]
    Everybodys,
    /// This person's.
    Own,
    /// Nobody's yet.
    Nobodys,
}

/// The firms that somebody looks after; with a person, only theirs.
pub fn looked_after(state: &State, by: Option<UserId>) -> BTreeSet<RecordId> {
    let by = by.map(|by| by.to_string());
    let all = state.view().of_kind(&RecordKind::Assignment);
    all.filter(|record| holds(&record.fields))
        .filter(|record| {
            by.as_deref()
                .is_none_or(|by| record.text(field::ASSIGNED_TO) == by)
        })
        .map(|record| firms::stands_for(state, record.root))
        .gathered()
}

/// Who looks after any firm, also who has left since, with how many: by name.
pub fn holders(state: &State) -> Vec<(UserId, String, usize)> {
    let mut holders: Map<UserId, (String, usize)> = Map::new();
    for record in state.view().of_kind(&RecordKind::Assignment) {
        if let (true, Ok(user)) = (
            holds(&record.fields),
            record.text(field::ASSIGNED_TO).parse(),
        ) {
            let name = record.text(field::OFFICER).to_owned();
            let count = holders.get(&user).map_or(0, |(_, count)| *count);
            holders.insert(user, (name, count + 1));
        }
    }
    let holders = holders.into_iter();
    let holders: Vec<_> = holders
        .map(|(user, (name, count))| (user, name, count))
        .collect();
    sorted_by_key(holders, |(_, name, _)| name.clone())
}

/// Whether this person may give firms to others and merge them. The server decides; this only hides what it refuses.
pub fn use_manages() -> Memo<bool> {
    let session = use_session();
    Memo::new(move |_| {
        let view = session.view();
        view.is_some_and(|view| matches!(view.role, Role::Manager | Role::Admin))
    })
}

/// This person looks after a firm from today on.
///
/// # Errors
/// As [`Store::act`].
pub async fn take(
    store: Store,
    firm: &Record,
    part: Part,
    user: UserId,
    name: String,
) -> Result<(), EngineError> {
    let beginning = Beginning {
        user,
        name: &name,
        part,
        on: &store.now().iso_date(),
        by: &name,
        reason: "",
    };
    let id = RecordId::new(store.id_seed());
    store
        .edit(vec![beginning.edit(id, firm.id, &firm.scope)])
        .await
}

/// An assignment ends today.
///
/// # Errors
/// As [`Store::act`].
pub async fn end(store: Store, assignment: &Record) -> Result<(), EngineError> {
    let end = assigning::end(assignment, &store.now().iso_date());
    store.edit(vec![end]).await
}
