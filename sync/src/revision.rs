//! A visit that was submitted, opened again as a half-filled form: to correct it, or to add what was left for later.

use crate::{
    attachment::Attachment,
    draft::{Draft, DraftInstance},
    engine::{Edit, State},
};
use ruyuan_domain::{
    FieldChange, FieldValue, Fields, Gather, Map, Operation, Record, RecordId, RecordKind, Stamp,
    consts::{ANSWER, field},
    order::sorted_by_key,
    read_from_members,
    validate::{answers_of, pinned_form},
};
use serde::Serialize;

/// One record of a visit as it stood when the visit was opened again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revised {
    /// What it is.
    pub kind: RecordKind,
    /// The version that was on screen.
    pub version: u64,
    /// Its fields.
    pub fields: Fields,
}

read_from_members!(Revised {
    kind,
    version,
    fields
});

/// What a correction leaves alone: who visited, and when.
const KEPT: [&str; 4] = [
    field::OFFICER,
    field::SUBMITTED_BY,
    field::STARTED_AT,
    field::SUBMITTED_AT,
];

impl Draft {
    /// Opens a submitted visit again, with what stands in it; `None` if it is not here, or was refused as a whole
    /// ([`Draft::of_refused`] is for that).
    pub fn of_submitted(state: &State, visit: RecordId, now: Stamp) -> Option<Self> {
        let record = state.view().get(visit)?;
        let (form, form_version) = pinned_form(&record.fields)?;
        let mut draft = Self {
            id: visit,
            form: form.to_owned(),
            form_version,
            enterprise: record.text(field::ENTERPRISE).parse().ok()?,
            scope: record.scope.clone(),
            started_at: Stamp::parse(record.text(field::STARTED_AT)).unwrap_or(now),
            saved_at: now,
            answers: answers_of(&record.fields),
            instances: Map::new(),
            prefilled: Vec::new(),
            page: 0,
            mends: Map::new(),
            attachments: Map::new(),
            revises: Map::new(),
            copies: Default::default(),
        };
        if !draft.note(state, record) {
            return None;
        }
        let children: Vec<_> = state.view().children(visit).collect();
        for child in sorted_by_key(children, |child| child.integer(field::POSITION)) {
            match child.kind {
                RecordKind::RepeatInstance => {
                    let group = child.text(field::REPEAT).to_owned();
                    let instance = DraftInstance {
                        id: child.id,
                        answers: answers_of(&child.fields),
                    };
                    draft.instances.entry(group).or_default().push(instance);
                }
                RecordKind::Attachment => {
                    if let Some(attachment) = Attachment::of_fields(&child.fields) {
                        draft.attachments.insert(child.id, attachment);
                    }
                }
                _ => continue,
            }
            draft.note(state, child);
        }
        Some(draft)
    }

    /// Notes a record as it stands; `false` for one whose making was refused, which is put right as such. Of one whose
    /// change was refused the server has none of that: the correction says all of it, in its own place.
    fn note(&mut self, state: &State, record: &Record) -> bool {
        let refused = state
            .outbox()
            .find(|entry| entry.mutation.record == record.id && entry.reason().is_some());
        let mut revised = Revised {
            kind: record.kind.clone(),
            version: record.version,
            fields: record.fields.clone(),
        };
        if let Some(refused) = refused {
            let refused = &refused.mutation;
            self.mends.insert(record.id, refused.id);
            if refused.op == Operation::Create {
                return false;
            }
            revised.version = refused.base;
            for (name, FieldChange { old, .. }) in &refused.fields {
                match old {
                    Some(old) => drop(revised.fields.insert(name.clone(), old.clone())),
                    None => drop(revised.fields.remove(name)),
                }
            }
        }
        self.revises.insert(record.id, revised);
        true
    }

    /// Turns the edits that would make everything into those that change what there is.
    pub(crate) fn revise(&self, edits: &mut Vec<Edit>) {
        for edit in edits.iter_mut() {
            let Some(before) = self.revises.get(&edit.record) else {
                continue;
            };
            edit.op = Operation::Update;
            edit.base = before.version;
            let mut fields: Map<String, FieldChange> = edit
                .fields
                .iter()
                .filter(|(name, _)| !KEPT.contains(&name.as_str()))
                .map(|(name, change)| {
                    let old = before.fields.get(name).cloned();
                    let new = change.new.clone();
                    (name.clone(), FieldChange { old, new })
                })
                .gathered();
            // A field of a later version than this one is left alone.
            let ours = |name: &str| name.starts_with(ANSWER) || name == field::SUPPLEMENT_DUE;
            for (name, value) in &before.fields {
                if ours(name) && !fields.contains_key(name) {
                    let gone = FieldChange {
                        old: Some(FieldValue::clone(value)),
                        new: None,
                    };
                    fields.insert(name.clone(), gone);
                }
            }
            edit.fields = fields;
        }
        let kept: Vec<RecordId> = edits.iter().map(|edit| edit.record).collect();
        for (record, before) in &self.revises {
            if !kept.contains(record) {
                let mut gone = self.created(*record, before.kind.clone(), Fields::new());
                gone.op = Operation::Delete;
                gone.base = before.version;
                edits.push(gone);
            }
        }
    }
}
