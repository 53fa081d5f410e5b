//! A firm's record being edited: its fields as they are typed, and the edit they make.

use super::{sheet::Sheet, store::Store};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldChange, Gather, Map, Operation, Record, RecordId, RecordKind, ScopeId, consts::field,
};
use ruyuan_sync::engine::Edit;

/// The firm being edited.
#[derive(Clone, Copy)]
pub struct FirmEditor {
    store: Store,
    known: StoredValue<Option<Record>>,
    /// Its fields as they are typed.
    pub sheet: Sheet,
}

impl FirmEditor {
    /// Starts with what is known of the firm; nothing of a new one.
    pub fn new(store: Store, known: Option<Record>) -> Self {
        let fields = known.as_ref().map(|record| record.fields.clone());
        let fields = fields.unwrap_or_default();
        Self {
            store,
            known: StoredValue::new(known),
            sheet: Sheet::new(store, RecordKind::Enterprise, fields, suggestions),
        }
    }

    /// The edit that makes a firm what the form shows: a new one or a change.
    pub fn edit(self, scope: ScopeId) -> Edit {
        let fields = self.sheet.fields();
        let known = self.known.get_value();
        let id = known
            .as_ref()
            .map_or_else(|| RecordId::new(self.store.id_seed()), |record| record.id);
        let before = known.as_ref().map(|record| record.fields.clone());
        let before = before.unwrap_or_default();
        let changes: Map<String, FieldChange> = before
            .keys()
            .chain(fields.keys())
            .map(|name| {
                let change = FieldChange {
                    old: before.get(name).cloned(),
                    new: fields.get(name).cloned(),
                };
                (name.clone(), change)
            })
            .filter(|(_, change)| change.old != change.new)
            .gathered();
        let op = match known {
            Some(_) => Operation::Update,
            None => Operation::Create,
        };
        let base = known.as_ref().map_or(0, |record| record.version);
        Edit {
            record: id,
            root: None,
            kind: RecordKind::Enterprise,
            scope,
            op,
            base,
            fields: changes,
            mends: None,
        }
    }
}

/// The shipped industry chains and the four size classes of the 2011 standard: what the visit form offers as choices,
/// so that it is prefilled there.
fn suggestions(store: Store, name: &str) -> Vec<String> {
    match name {
        "industry_chain" => store.read_untracked(|state| {
            let chains = state.view().of_kind(&RecordKind::IndustryChain);
            chains
                .map(|chain| chain.text(field::NAME).to_owned())
                .collect()
        }),
        "size_class" => ["大型", "中型", "小型", "微型"].map(str::to_owned).into(),
        _ => Vec::new(),
    }
}
