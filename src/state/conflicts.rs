//! Two people's different values for one field: what they are about, what else may stand there, and the act that
//! settles it.

use super::{
    answers::Answers, firm_fields::question_of, firms, forms, issues, ledger_fields, store::Store,
    visits,
};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldChange, FieldProblem, FieldValue, Map, Operation, Record, RecordId, RecordKind,
    catalogue::ENTERPRISE_FIELDS,
    consts::{ANSWER, field},
    forms::{FormDefinition, Question, QuestionKind},
    ledger::IssueStatus,
    validate::{check_record, path_of, pinned_form},
};
use ruyuan_sync::{
    engine::{Act, Edit},
    merge,
};

/// A conflict with the names that a person knows things by.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The conflict.
    pub conflict: Record,
    /// The record that it is about, if it is here.
    pub record: Option<Record>,
    /// The firm's name.
    pub firm: String,
    /// Whether one of the two values is this person's.
    pub own: bool,
}

impl Shown {
    /// Name of the record's field.
    pub fn name(&self) -> &str {
        self.conflict.text(field::CONFLICT_FIELD)
    }
}

/// A conflict as it stands.
pub fn shown(store: Store, id: RecordId) -> Option<Shown> {
    store.read(|state| {
        let conflict = Record::clone(state.view().get(id)?);
        let about = conflict.text(field::CONFLICT_RECORD).parse().ok();
        let record = about.and_then(|id| state.view().get(id));
        let firm = record.map(|record| firms::name_about(state, record));
        Some(Shown {
            own: visits::is_own_open_conflict(state, &conflict),
            firm: firm.unwrap_or_default(),
            record: record.map(|record| Record::clone(record)),
            conflict,
        })
    })
}

/// The form that a visit, or an instance of one of its groups, was filled in.
fn form_of(store: Store, record: &Record) -> Option<FormDefinition> {
    let pinned = |visit: &Record| {
        pinned_form(&visit.fields).map(|(form, version)| (form.to_owned(), version))
    };
    let (form, version) = match record.kind {
        RecordKind::RepeatInstance => {
            store.read_untracked(|state| state.view().get(record.root).and_then(|of| pinned(of)))
        }
        _ => pinned(record),
    }?;
    forms::version(store, &form, version)
}

/// What is asked where the two differ; none where it is no field of a form, a firm or the ledger.
pub fn asked(store: Store, shown: &Shown) -> Option<Question> {
    let record = shown.record.as_ref()?;
    if record.kind == RecordKind::Enterprise {
        let rule = ENTERPRISE_FIELDS
            .iter()
            .find(|rule| rule.name == shown.name());
        return rule.map(question_of);
    }
    if let Some(question) = ledger_fields::question_of(&record.kind, shown.name()) {
        return Some(question);
    }
    let name = shown.name().strip_prefix(ANSWER)?;
    let form = form_of(store, record)?;
    let found = match record.kind {
        RecordKind::RepeatInstance => {
            let group = form.repeat(record.text(field::REPEAT))?;
            group
                .questions
                .iter()
                .find(|question| question.name == name)
        }
        _ => form.question(name).map(|(_, question)| question),
    };
    found.cloned()
}

/// A third value, while it is typed.
#[derive(Clone, Copy)]
pub struct ThirdValue {
    value: RwSignal<Option<FieldValue>>,
    problem: Memo<Option<FieldProblem>>,
    tried: RwSignal<bool>,
}

impl ThirdValue {
    /// Begins with the value that stands.
    pub fn new(store: Store, shown: &Shown) -> Self {
        let kept = shown.conflict.fields.get(field::CONFLICT_KEPT);
        let value = RwSignal::new(kept.cloned());
        let form = shown
            .record
            .as_ref()
            .and_then(|record| form_of(store, record));
        let shown = shown.clone();
        let problem = Memo::new(move |_| {
            let record = shown.record.as_ref()?;
            let mut fields = record.fields.clone();
            match value.get() {
                Some(value) => drop(fields.insert(shown.name().to_owned(), value)),
                None => drop(fields.remove(shown.name())),
            }
            let errors = check_record(&record.kind, &fields, form.as_ref(), store.now());
            let here = errors
                .into_iter()
                .find(|error| error.path == path_of(shown.name()));
            here.map(|error| error.problem)
        });
        Self {
            value,
            problem,
            tried: RwSignal::new(false),
        }
    }

    /// Whether it is right; from now on what is wrong with it is shown.
    pub fn is_right(self) -> bool {
        self.tried.set(true);
        self.problem.with_untracked(Option::is_none)
    }

    /// The value.
    pub fn get(self) -> Option<FieldValue> {
        self.value.get_untracked()
    }
}

impl Answers for ThirdValue {
    fn answer(&self, _: &str) -> Option<FieldValue> {
        self.value.get()
    }

    fn answer_now(&self, _: &str) -> Option<FieldValue> {
        self.value.get_untracked()
    }

    fn set_answer(&self, _: &str, value: Option<FieldValue>) {
        self.value.set(value);
    }

    /// What is wrong is said when it is to be saved: said before, it would move the button from under the finger.
    fn leave(&self, _: &str) {}

    fn problem(&self, _: &str) -> Option<FieldProblem> {
        self.problem.get().filter(|_| self.tried.get())
    }

    fn field_id(&self, _: &str) -> String {
        "third".to_owned()
    }
}

/// Whether a third value can be given here: photos and documents are added in their form alone.
pub const fn can_be_asked(question: &Question) -> bool {
    !question.kind.is_attached() && !matches!(question.kind, QuestionKind::Note {})
}

/// The act that settles a conflict: the chosen value as an ordinary edit, and the conflict's closing.
pub fn resolution(store: Store, shown: &Shown, chosen: Option<FieldValue>) -> Act {
    let conflict = &shown.conflict;
    let name = conflict.text(field::CONFLICT_FIELD).to_owned();
    let mut edits = Vec::new();
    if let Some(record) = &shown.record {
        let moves = name == field::SCOPE;
        let current = match moves {
            true => Some(record.scope.as_str().into()),
            false => record.fields.get(&name).cloned(),
        };
        let deletes = name == merge::DELETED && chosen.as_ref().is_some_and(FieldValue::is_true);
        let updates = name != merge::DELETED && current != chosen;
        if deletes || updates {
            edits.push(Edit {
                record: record.id,
                root: Some(record.root),
                kind: record.kind.clone(),
                scope: record.scope.clone(),
                op: match (deletes, moves) {
                    (true, _) => Operation::Delete,
                    (_, true) => Operation::Move,
                    _ => Operation::Update,
                },
                base: record.version,
                fields: if updates {
                    let implied = implied(store, record, &name, chosen.as_ref());
                    let change = FieldChange {
                        old: current,
                        new: chosen,
                    };
                    let mut changes = Map::from_iter([(name, change)]);
                    changes.extend(implied);
                    changes
                } else {
                    Default::default()
                },
                mends: None,
            });
        }
    }
    let status = FieldChange {
        old: Some(merge::OPEN.into()),
        new: Some(merge::RESOLVED.into()),
    };
    edits.push(Edit {
        record: conflict.id,
        root: Some(conflict.root),
        kind: RecordKind::Conflict,
        scope: conflict.scope.clone(),
        op: Operation::Resolve,
        base: conflict.version,
        fields: Map::from_iter([(field::CONFLICT_STATUS.to_owned(), status)]),
        mends: None,
    });
    Act {
        edits,
        submits: None,
    }
}

/// What a chosen value implies for another field of an issue: the account behind a name, no day of an end that is none.
fn implied(
    store: Store,
    record: &Record,
    name: &str,
    chosen: Option<&FieldValue>,
) -> Option<(String, FieldChange)> {
    let chosen = chosen.and_then(FieldValue::as_text).unwrap_or_default();
    let (other, new) = match (&record.kind, name) {
        (RecordKind::Issue, field::RESPONSIBLE_NAME) => (
            field::RESPONSIBLE,
            store.read_untracked(|state| issues::account_of(state, chosen)),
        ),
        (RecordKind::Issue, field::STATUS)
            if IssueStatus::of(chosen) != Some(IssueStatus::Closed) =>
        {
            (field::CLOSED_ON, None)
        }
        _ => return None,
    };
    let old = record.fields.get(other).cloned();
    (old != new).then(|| (other.to_owned(), FieldChange { old, new }))
}
