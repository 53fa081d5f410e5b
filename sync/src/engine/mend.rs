//! What the server has refused, sent again: as it is, or put right by an edit of the same record in whatever form.

use super::{Act, Edit, OutboxEntry, State};
use ruyuan_domain::{Mid, Operation, RecordId, wire::Reason};

impl State {
    /// The act that sends a quarantined mutation and its whole act again as they are: for a refusal that may have
    /// passed, such as a missing right. `None` if it is not quarantined.
    pub fn resubmission(&self, mid: Mid) -> Option<Act> {
        let first = self
            .outbox
            .get(&mid)
            .filter(|entry| entry.reason().is_some())?;
        let group = first.mutation.group;
        let edits = self
            .outbox
            .values()
            .filter(|entry| entry.reason().is_some())
            .filter(|entry| {
                entry.mutation.mid == mid || (group.is_some() && entry.mutation.group == group)
            })
            .map(|entry| Edit {
                record: entry.mutation.record,
                root: entry.mutation.root,
                kind: entry.mutation.kind.clone(),
                scope: entry.mutation.scope.clone(),
                op: entry.mutation.op,
                base: entry.mutation.base,
                fields: entry.mutation.fields.clone(),
                mends: Some(entry.mutation.id),
            })
            .collect();
        Some(Act {
            edits,
            submits: None,
        })
    }

    /// These edits, of which each that changes again what a refused edit changed says all of that: the server has none
    /// of it, and would have the new one wait behind it.
    pub(super) fn putting_right(&self, edits: Vec<Edit>) -> Vec<Edit> {
        let mut made: Vec<Edit> = Vec::new();
        for edit in edits {
            let refused = self.refused_of(&edit);
            let whole = refused.and_then(|entry| self.resubmission(entry.mutation.mid));
            let Some(whole) = whole else {
                made.push(edit);
                continue;
            };
            // One act may change several records of one refused act.
            for again in whole.edits {
                if !made.iter().any(|edit| edit.mends == again.mends) {
                    made.push(again);
                }
            }
            let id = refused.map(|entry| entry.mutation.id);
            if let Some(again) = made.iter_mut().find(|again| again.mends == id) {
                for (name, change) in edit.fields {
                    match again.fields.get_mut(&name) {
                        Some(refused) => refused.new = change.new,
                        None => drop(again.fields.insert(name, change)),
                    }
                }
            }
        }
        made
    }

    /// The refused edit that a plain change of the same fields is to put right: the record's first one, unless something
    /// that waits does so already. A change of other fields waits behind it.
    fn refused_of(&self, edit: &Edit) -> Option<&OutboxEntry> {
        if edit.op != Operation::Update || edit.mends.is_some() {
            return None;
        }
        let refused = self.refused(edit.record)?;
        let fields = &refused.mutation.fields;
        let same = edit.fields.keys().any(|name| fields.contains_key(name));
        let mends = |entry: &OutboxEntry| entry.mutation.mends == Some(refused.mutation.id);
        (same && !self.outbox.values().any(mends)).then_some(refused)
    }

    /// The first refused edit of this record, if there is one; not what only waits for it.
    pub fn refused(&self, record: RecordId) -> Option<&OutboxEntry> {
        self.outbox.values().find(|entry| {
            let waits = matches!(entry.reason(), None | Some(Reason::WaitsFor { .. }));
            entry.mutation.record == record && !waits
        })
    }
}
