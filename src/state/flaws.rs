//! Visits whose answers do not go together since two corrections were merged.

use ruyuan_domain::{
    Fields, Record, RecordKind,
    consts::field,
    forms::{Flaw, FormDefinition, flaws},
    validate::{answers_of, pinned_form},
};
use ruyuan_sync::engine::{State, SyncMark};
use std::rc::Rc;

/// What does not go together in a visit that is on the server.
pub fn of_visit<'a>(state: &State, visit: &Record, form: &'a FormDefinition) -> Vec<Flaw<'a>> {
    // As written by one person it was checked; what only this device has, its author still sees as a draft does. What
    // is to come is said as such.
    let later = visit.fields.get(field::SUPPLEMENT_DUE).is_some();
    if visit.version < 2 || later || state.mark(visit.id) != SyncMark::Sent {
        return Vec::new();
    }
    let children = state.view().children(visit.id);
    let instances: Vec<(String, Fields)> = children
        .filter(|child| child.kind == RecordKind::RepeatInstance)
        .map(|child| {
            (
                child.text(field::REPEAT).to_owned(),
                answers_of(&child.fields),
            )
        })
        .collect();
    flaws(form, &answers_of(&visit.fields), &instances, visit.at)
}

/// The visits that have any.
pub fn flawed(state: &State) -> Vec<Rc<Record>> {
    let mut forms: Vec<((String, i64), Option<FormDefinition>)> = Vec::new();
    let mut flawed = Vec::new();
    for visit in state.view().of_kind(&RecordKind::Visit) {
        let Some((name, version)) = pinned_form(&visit.fields).filter(|_| visit.version > 1) else {
            continue;
        };
        let known =
            |(known, _): &((String, i64), _)| (known.0.as_str(), known.1) == (name, version);
        if !forms.iter().any(known) {
            let form = super::forms::in_state(state, name, version);
            forms.push(((name.to_owned(), version), form));
        }
        let form = forms.iter().find(|form| known(form));
        if let Some((_, Some(form))) = form
            && !of_visit(state, visit, form).is_empty()
        {
            flawed.push(Rc::clone(visit));
        }
    }
    flawed
}
