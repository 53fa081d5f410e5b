//! The fields of one record while a person types them: what stands there, and what is wrong with it.

use super::{answers::Answers, store::Store};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldError, FieldProblem, FieldValue, Fields, RecordKind, validate::check_record,
};

/// What may be offered beside a field.
pub type Suggest = fn(Store, &str) -> Vec<String>;

/// A record's fields being typed.
#[derive(Clone, Copy)]
pub struct Sheet {
    store: Store,
    fields: RwSignal<Fields>,
    errors: Memo<Vec<FieldError>>,
    left: RwSignal<Vec<String>>,
    suggest: StoredValue<Suggest>,
    /// Whether errors are shown at every field, because saving was tried.
    pub tried: RwSignal<bool>,
}

impl Sheet {
    /// Begins with these values, also those that nobody is asked for.
    pub fn new(store: Store, kind: RecordKind, fields: Fields, suggest: Suggest) -> Self {
        let fields = RwSignal::new(fields);
        Self {
            store,
            fields,
            errors: Memo::new(move |_| {
                fields.with(|fields| check_record(&kind, fields, None, store.now()))
            }),
            left: RwSignal::new(Vec::new()),
            suggest: StoredValue::new(suggest),
            tried: RwSignal::new(false),
        }
    }

    /// What stands there, now.
    pub fn fields(self) -> Fields {
        self.fields.get_untracked()
    }

    /// The first field that keeps it from being saved; from now on what is wrong is shown at each.
    pub fn first_wrong(self) -> Option<String> {
        self.tried.set(true);
        self.errors
            .with_untracked(|errors| errors.first().map(|error| self.field_id(&error.path)))
    }
}

impl Answers for Sheet {
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

    fn suggestions(&self, name: &str) -> Vec<String> {
        self.suggest.get_value()(self.store, name)
    }
}
