//! A firm's record being edited: its fields as they are typed, what is wrong with them, and the edit they make.

use super::{answers::Answers, store::Store};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldChange, FieldError, FieldProblem, FieldValue, Fields, Gather, Map, Operation, Record,
    RecordId, RecordKind, ScopeId, consts::field, validate::check_record,
};
use ruyuan_sync::engine::Edit;

/// The firm being edited.
#[derive(Clone, Copy)]
pub struct FirmEditor {
    store: Store,
    known: StoredValue<Option<Record>>,
    fields: RwSignal<Fields>,
    errors: Memo<Vec<FieldError>>,
    left: RwSignal<Vec<String>>,
    /// Whether errors are shown at every field, because saving was tried.
    pub tried: RwSignal<bool>,
}

impl FirmEditor {
    /// Starts with what is known of the firm; nothing of a new one.
    pub fn new(store: Store, known: Option<Record>) -> Self {
        let fields = known.as_ref().map(|record| record.fields.clone());
        let fields = RwSignal::new(fields.unwrap_or_default());
        Self {
            store,
            known: StoredValue::new(known),
            fields,
            errors: Memo::new(move |_| {
                fields
                    .with(|fields| check_record(&RecordKind::Enterprise, fields, None, store.now()))
            }),
            left: RwSignal::new(Vec::new()),
            tried: RwSignal::new(false),
        }
    }

    /// The first field that keeps the firm from being saved.
    pub fn first_wrong(self) -> Option<String> {
        self.errors
            .with_untracked(|errors| errors.first().map(|error| self.field_id(&error.path)))
    }

    /// The edit that makes a firm what the form shows: a new one, a change, or the correction of a refused one.
    pub fn edit(self, scope: ScopeId) -> Edit {
        let fields = self.fields.get_untracked();
        let known = self.known.get_value();
        let id = known
            .as_ref()
            .map_or_else(|| RecordId::new(self.store.id_seed()), |record| record.id);
        let before = known.as_ref().map(|record| record.fields.clone());
        let before = before.unwrap_or_default();
        let mut changes: Map<String, FieldChange> = before
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
        let refused = self.store.read_untracked(|state| {
            state
                .outbox()
                .find(|entry| entry.mutation.record == id && entry.reason().is_some())
                .cloned()
        });
        let mut op = match known {
            Some(_) => Operation::Update,
            None => Operation::Create,
        };
        let mut base = known.as_ref().map_or(0, |record| record.version);
        let mut mends = None;
        if let Some(refused) = refused {
            // The server has none of the refused edit: the correction says all of it, in its own place.
            for (name, FieldChange { old, .. }) in refused.mutation.fields {
                let new = fields.get(&name).cloned();
                changes.insert(name, FieldChange { old, new });
            }
            (op, base) = (refused.mutation.op, refused.mutation.base);
            mends = Some(refused.mutation.id);
        }
        Edit {
            record: id,
            root: None,
            kind: RecordKind::Enterprise,
            scope,
            op,
            base,
            fields: changes,
            mends,
        }
    }
}

impl Answers for FirmEditor {
    fn answer(&self, name: &str) -> Option<FieldValue> {
        self.fields.with(|fields| fields.get(name).cloned())
    }

    fn answer_now(&self, name: &str) -> Option<FieldValue> {
        self.fields
            .with_untracked(|fields| fields.get(name).cloned())
    }

    fn set_answer(&self, name: &str, value: Option<FieldValue>) {
        self.fields.update(|fields| match value {
            Some(value) => drop(fields.insert(name.to_owned(), value)),
            None => drop(fields.remove(name)),
        });
    }

    fn leave(&self, name: &str) {
        self.left.update(|left| left.push(name.to_owned()));
    }

    fn problem(&self, name: &str) -> Option<FieldProblem> {
        let left = self
            .left
            .with(|left| left.iter().any(|known| known == name));
        let shown = self.tried.get() || left;
        self.errors.with(|errors| {
            errors
                .iter()
                .find(|error| shown && error.path == name)
                .map(|error| error.problem.clone())
        })
    }

    fn field_id(&self, name: &str) -> String {
        format!("f-{name}")
    }

    /// The shipped industry chains and the four size classes of the 2011 standard: what the visit form offers as
    /// choices, so that it is prefilled there.
    fn suggestions(&self, name: &str) -> Vec<String> {
        match name {
            "industry_chain" => self.store.read_untracked(|state| {
                let chains = state.view().of_kind(&RecordKind::IndustryChain);
                chains
                    .map(|chain| chain.text(field::NAME).to_owned())
                    .collect()
            }),
            "size_class" => ["大型", "中型", "小型", "微型"].map(str::to_owned).into(),
            _ => Vec::new(),
        }
    }
}
