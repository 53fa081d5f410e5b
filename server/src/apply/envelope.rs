//! What every mutation must have before anything of it is believed: a number and an id, in order.
//!
//! Everything else about a mutation can be wrong without harm to its neighbours.

use crate::problem::ApiError;
use ruyuan_domain::{
    FieldChange, GroupId, Map, Mid, Mutation, MutationId, RecordId, ScopeId,
    consts::{MUTATION_LIMIT, field},
    json::Members,
    wire::{FieldProblemView, MutationHead, Reason},
};
use serde_json::{Value, value::RawValue};
use std::{collections::BTreeSet, sync::Arc};

/// What of a mutation can be read without believing it. A broken mutation still belongs to its record and its act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    /// The record it edits.
    pub record: Option<RecordId>,
    /// The record's root, where that is another one.
    pub root: Option<RecordId>,
    /// Its act.
    pub group: Option<GroupId>,
    /// The scope it names.
    pub scope: Option<ScopeId>,
    /// The scope that a move goes to.
    pub destination: Option<ScopeId>,
    /// The firm that a visit names.
    pub enterprise: Option<RecordId>,
    /// The mutation it mends.
    pub mends: Option<MutationId>,
}

/// One mutation of a push, or one kept earlier and tried again.
///
/// It is read once, before its push waits for its turn to write. Copies share what is large.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub mid: Mid,
    /// Its id.
    pub id: MutationId,
    /// Its text as sent.
    pub raw: Arc<str>,
    /// The mutation itself, or why it is none.
    pub read: Arc<Result<Mutation, Reason>>,
    /// What can be read of it.
    pub sketch: Sketch,
}

impl Entry {
    /// From its text, which says its number and id, whatever else is wrong with it.
    fn read(raw: &str) -> Result<Self, serde_json::Error> {
        let read = read_one(raw);
        let (mid, id) = match &read {
            Ok(mutation) => (mutation.mid, mutation.id),
            Err(_) => {
                let head: MutationHead = serde_json::from_str(raw)?;
                (head.mid, head.id)
            }
        };
        Ok(Self::of(mid, id, raw, read))
    }

    /// One that was kept, under its number on the device that is asked about.
    pub fn kept(mid: Mid, id: MutationId, raw: &str) -> Self {
        Self::of(mid, id, raw, read_one(raw))
    }

    fn of(mid: Mid, id: MutationId, raw: &str, read: Result<Mutation, Reason>) -> Self {
        Self {
            mid,
            id,
            raw: raw.into(),
            // What cannot be read as a whole is looked at member by member.
            sketch: read.as_ref().map_or_else(|_| sketch(raw), Sketch::of),
            read: Arc::new(read),
        }
    }
}

/// The mutation itself, or why it is none.
fn read_one(raw: &str) -> Result<Mutation, Reason> {
    if raw.len() > MUTATION_LIMIT {
        return Err(Reason::TooLarge {
            limit: MUTATION_LIMIT as u64,
        });
    }
    serde_json::from_str(raw).map_err(|error| Reason::Malformed {
        detail: error.to_string(),
    })
}

/// Mutations that succeed or fail together.
pub struct Item {
    /// In order of their numbers.
    pub entries: Vec<Entry>,
}

/// Reads number and id of each mutation and checks that the numbers follow one another.
///
/// # Errors
/// A mutation without them, or out of order; its path is named.
pub fn read(mutations: &[Box<RawValue>]) -> Result<Vec<Entry>, ApiError> {
    let mut entries: Vec<Entry> = Vec::with_capacity(mutations.len());
    let mut errors = Vec::new();
    for (index, raw) in mutations.iter().enumerate() {
        let mut wrong = |part: &str, message: String| {
            errors.push(FieldProblemView {
                path: format!("mutations[{index}]{part}"),
                message,
            });
        };
        let entry = match Entry::read(raw.get()) {
            Ok(entry) => entry,
            Err(error) => {
                wrong(head_part(raw.get()), error.to_string());
                continue;
            }
        };
        let expected = entries.last().map(|before| before.mid.next());
        if entry.mid < Mid(1) || i64::try_from(entry.mid.0).is_err() {
            wrong(".mid", "numbers count from 1".to_owned());
        } else if let Some(expected) = expected.filter(|expected| *expected != entry.mid) {
            wrong(".mid", format!("expected {}", expected.0));
        }
        entries.push(entry);
    }
    if errors.is_empty() {
        Ok(entries)
    } else {
        Err(ApiError::Invalid(errors))
    }
}

/// Which of the two a broken head lacks.
fn head_part(raw: &str) -> &'static str {
    let value: Value = serde_json::from_str(raw).unwrap_or_default();
    match value.as_object() {
        None => "",
        Some(object) if object.get("mid").is_none_or(|mid| mid.as_u64().is_none()) => ".mid",
        Some(_) => ".id",
    }
}

/// What can be read of a mutation's text.
///
/// Read as the mutation itself is: another reader would stumble on other things, and what it then did not see of a
/// mutation that applies would be a scope that nobody locked.
fn sketch(raw: &str) -> Sketch {
    let members: Members<'_> = serde_json::from_str(raw).unwrap_or_default();
    let record = members.required("record");
    let changes: Option<Map<String, FieldChange>> = members.required("fields");
    Sketch {
        record,
        root: members
            .required("root")
            .filter(|root| Some(*root) != record),
        group: members.required("group"),
        scope: members.required("scope"),
        destination: changes.as_ref().and_then(destination),
        enterprise: changes.as_ref().and_then(enterprise),
        mends: members.required("mends"),
    }
}

impl Sketch {
    /// Of a mutation that could be read as a whole.
    fn of(mutation: &Mutation) -> Self {
        Self {
            record: Some(mutation.record),
            root: mutation.root.filter(|root| *root != mutation.record),
            group: mutation.group,
            scope: Some(mutation.scope.clone()),
            destination: destination(&mutation.fields),
            enterprise: enterprise(&mutation.fields),
            mends: mutation.mends,
        }
    }
}

/// Where a move goes. Another edit has no field of this name that applies.
fn destination(changes: &Map<String, FieldChange>) -> Option<ScopeId> {
    let wanted = changes.get(field::SCOPE)?.new.as_ref()?;
    wanted.as_text()?.parse().ok()
}

/// The firm that a visit names: it goes where that is.
pub fn enterprise(changes: &Map<String, FieldChange>) -> Option<RecordId> {
    let named = changes.get(field::ENTERPRISE)?.new.as_ref()?;
    named.as_text()?.parse().ok()
}

/// Splits mutations into acts: neighbours of one group, or a single one. An id that came before in the same push
/// is set apart, so that it meets what became of the first.
pub fn items(entries: Vec<Entry>) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    let mut items: Vec<Item> = Vec::new();
    let mut repeats = Vec::new();
    let mut open = None;
    for entry in entries {
        if !seen.insert(entry.id) {
            repeats.push(Item {
                entries: vec![entry],
            });
            continue;
        }
        let group = entry.sketch.group;
        match items.last_mut() {
            Some(last) if group.is_some() && group == open => last.entries.push(entry),
            _ => {
                items.append(&mut repeats);
                items.push(Item {
                    entries: vec![entry],
                });
            }
        }
        open = group;
    }
    items.append(&mut repeats);
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(mid: u64, id: u128, group: Option<u128>) -> Box<RawValue> {
        let group = group
            .map(|bits| format!(r#","group":"{}""#, GroupId::from_u128(bits)))
            .unwrap_or_default();
        let text = format!(
            r#"{{"mid":{mid},"id":"{}"{group}}}"#,
            MutationId::from_u128(id)
        );
        RawValue::from_string(text).unwrap()
    }

    #[test]
    fn a_broken_head_is_named_by_its_path() {
        let text = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        for (mutations, path) in [
            (vec![text("7")], "mutations[0]"),
            (vec![text("{}")], "mutations[0].mid"),
            (vec![text(r#"{"mid":1,"id":"x"}"#)], "mutations[0].id"),
            (vec![raw(0, 1, None)], "mutations[0].mid"),
            (vec![raw(1, 1, None), raw(3, 2, None)], "mutations[1].mid"),
            (vec![raw(2, 1, None), raw(2, 2, None)], "mutations[1].mid"),
            (vec![raw(u64::MAX, 1, None)], "mutations[0].mid"),
        ] {
            let Err(ApiError::Invalid(errors)) = read(&mutations) else {
                panic!("accepted {mutations:?}")
            };
            assert_eq!(errors[0].path, path);
        }
    }

    #[test]
    fn both_ways_of_looking_at_a_mutation_see_the_same() {
        let ids = format!(
            r#""id":"{}","record":"{}""#,
            MutationId::from_u128(1),
            RecordId::from_u128(2)
        );
        let at = r#""at":"2026-11-25T09:00:00+08:00""#;
        let rest = format!(r#""kind":"visit","scope":"city",{at}"#);
        let other = RecordId::from_u128(3);
        for raw in [
            format!(r#"{{"mid":1,{ids},"op":"create",{rest}}}"#),
            format!(
                r#"{{"mid":1,{ids},"root":"{}","op":"create",{rest}}}"#,
                RecordId::from_u128(2)
            ),
            format!(r#"{{"mid":1,{ids},"root":"{other}","group":"{other}","op":"update",{rest}}}"#),
            format!(r#"{{"mid":1,{ids},"mends":"{other}","group":null,"op":"discard",{rest}}}"#),
            format!(
                r#"{{"mid":1,{ids},"op":"move",{rest},"fields":{{"scope":{{"old":"city","new":"park:330802-01"}}}}}}"#
            ),
        ] {
            let read = read_one(&raw).unwrap();
            assert_eq!(Sketch::of(&read), sketch(&raw), "{raw}");
        }
    }

    #[test]
    fn neighbours_of_one_group_form_an_act() {
        let sent = [
            raw(1, 1, None),
            raw(2, 2, Some(7)),
            raw(3, 3, Some(7)),
            raw(4, 3, Some(7)),
            raw(5, 5, Some(8)),
            raw(6, 6, None),
            raw(7, 7, None),
        ];
        let acts: Vec<Vec<u64>> = items(read(&sent).unwrap())
            .iter()
            .map(|item| item.entries.iter().map(|entry| entry.mid.0).collect())
            .collect();
        assert_eq!(
            acts,
            [vec![1], vec![2, 3], vec![4], vec![5], vec![6], vec![7]]
        );
    }
}
