//! A half-filled form: saved at every change, checked, and turned into the act that submits it.

use crate::{
    attachment::Attachment,
    copies::Copies,
    engine::{Act, Edit, OutboxEntry, State},
    revision::Revised,
};
use ruyuan_domain::{
    FieldChange, FieldError, FieldValue, Fields, Gather, Map, MutationId, Operation, Record,
    RecordId, RecordKind, ScopeId, Stamp, UserId,
    consts::{ANSWER, field},
    forms::{
        FormDefinition, Group, Question, attachment_ids, check_instance, check_question,
        check_visit, relevant,
    },
    read_from_members,
    validate::answers_of,
};
use serde::Serialize;

/// A half-filled form. Its id is the id that the visit will have: submitting twice is impossible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Id of the visit to be.
    pub id: RecordId,
    /// The form.
    pub form: String,
    /// The version it was started with, and is finished with.
    pub form_version: i64,
    /// The firm visited.
    pub enterprise: RecordId,
    /// The scope that the visit will be in.
    pub scope: ScopeId,
    /// When it was opened.
    pub started_at: Stamp,
    /// When it was saved last.
    pub saved_at: Stamp,
    /// Answers by question name. What is not relevant stays here and returns when it is relevant again.
    pub answers: Fields,
    /// Instances of repeated groups by the group's name, in order.
    pub instances: Map<String, Vec<DraftInstance>>,
    /// Names of the answers that came from the firm's record, so that they are marked as such.
    pub prefilled: Vec<String>,
    /// The page it was left on, from 0.
    pub page: usize,
    /// When this puts a quarantined submission right: for each of its records the mutation that was refused.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub mends: Map<RecordId, MutationId>,
    /// What is known of the photos and documents that the answers name; their bytes are kept beside it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub attachments: Map<RecordId, Attachment>,
    /// When this changes a visit that was submitted: its records as they stood when it was opened for that.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub revises: Map<RecordId, Revised>,
    /// How it stands with its copies on the server and on other devices; the engine keeps it.
    #[serde(skip_serializing_if = "Copies::is_none")]
    pub copies: Copies,
}

/// One instance of a repeated group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DraftInstance {
    /// Id of the record to be.
    pub id: RecordId,
    /// Its answers by question name.
    pub answers: Fields,
}

read_from_members!(Draft {
    id, form, form_version, enterprise, scope, started_at, saved_at, answers,
} { instances, prefilled, page, mends, attachments, revises, copies });
read_from_members!(DraftInstance { id, answers });

/// Who submits a form, when, and whether all of it is there.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'a> {
    /// The officer.
    pub officer: UserId,
    /// The officer's name, as colleagues see it.
    pub officer_name: &'a str,
    /// When.
    pub now: Stamp,
    /// Whether answers that are needed are still to come.
    pub supplement_due: bool,
}

impl<'a> Submission<'a> {
    /// Of everything.
    pub const fn whole(officer: UserId, officer_name: &'a str, now: Stamp) -> Self {
        Self {
            officer,
            officer_name,
            now,
            supplement_due: false,
        }
    }
}

impl Draft {
    /// Opens a form for a firm, with what is known of it filled in and marked.
    ///
    /// A known value that the form would refuse is left out: nobody should have to mend what they did not type.
    pub fn start(
        id: RecordId,
        form: &FormDefinition,
        enterprise: &Record,
        officer: &str,
        now: Stamp,
    ) -> Self {
        let mut draft = Self {
            id,
            form: form.form_id.clone(),
            form_version: form.version,
            enterprise: enterprise.id,
            scope: enterprise.scope.clone(),
            started_at: now,
            saved_at: now,
            answers: Fields::new(),
            instances: Map::new(),
            prefilled: Vec::new(),
            page: 0,
            mends: Map::new(),
            attachments: Map::new(),
            revises: Map::new(),
            copies: Copies::default(),
        };
        for question in form
            .groups
            .iter()
            .filter(|group| group.repeat.is_none())
            .flat_map(|group| &group.questions)
        {
            let known = match question.prefill.as_deref() {
                None => continue,
                Some("now") => Some(FieldValue::from(now.to_string())),
                Some("officer") => Some(FieldValue::from(officer)),
                Some(name) => enterprise.fields.get(name).cloned(),
            };
            let Some(value) =
                known.filter(|value| check_question(question, Some(value), now).is_none())
            else {
                continue;
            };
            if !matches!(question.prefill.as_deref(), Some("now" | "officer")) {
                draft.prefilled.push(question.name.clone());
            }
            draft.answers.insert(question.name.clone(), value);
        }
        draft
    }

    /// This draft, gone on with in another form: every answer stays, and what the form fills in beyond them is filled.
    pub fn continued_in(
        &self,
        form: &FormDefinition,
        enterprise: Option<&Record>,
        officer: &str,
        now: Stamp,
    ) -> Self {
        let mut draft = self.clone();
        if let Some(enterprise) = enterprise {
            // The visit stays with who made it, whoever goes on with it.
            let visitor = self.revises.get(&self.id);
            let visitor = visitor.and_then(|visit| visit.fields.get(field::OFFICER)?.as_text());
            let officer = visitor.unwrap_or(officer);
            // What the form calls now is when the visit began, however much later it is gone on with.
            let fresh = Self::start(self.id, form, enterprise, officer, self.started_at);
            let unasked = fresh
                .answers
                .into_iter()
                .filter(|(name, _)| !self.answers.contains_key(name));
            for (name, value) in unasked {
                if fresh.prefilled.contains(&name) {
                    draft.prefilled.push(name.clone());
                }
                draft.answers.insert(name, value);
            }
        }
        draft.form.clone_from(&form.form_id);
        draft.form_version = form.version;
        draft.saved_at = now;
        draft.page = 0;
        draft
    }

    /// How many questions have an answer that a person typed; photos are counted apart.
    pub fn answered(&self) -> usize {
        let own = self
            .answers
            .iter()
            .filter(|(name, _)| !self.prefilled.contains(name))
            .filter(|(_, answer)| attachment_ids(Some(answer)).is_empty())
            .count();
        own + self
            .instances
            .values()
            .flatten()
            .map(|instance| instance.answers.len())
            .sum::<usize>()
    }

    /// The answers that a submission holds: of what is asked, and not blank.
    pub fn submitted_answers(&self, form: &FormDefinition) -> Fields {
        form.groups
            .iter()
            .filter(|group| {
                group.repeat.is_none() && relevant(group.relevant.as_ref(), &self.answers)
            })
            .flat_map(|group| submitted(group, &self.answers))
            .gathered()
    }

    /// The questions that have an answer which a submission leaves out, because they are not asked. What came from the
    /// firm's record is not among them: nobody typed it.
    pub fn left_out<'a>(&self, form: &'a FormDefinition) -> Vec<&'a Question> {
        let sent = self.submitted_answers(form);
        form.groups
            .iter()
            .filter(|group| group.repeat.is_none())
            .flat_map(|group| &group.questions)
            .filter(|question| {
                self.answers
                    .get(&question.name)
                    .is_some_and(|answer| !is_blank(answer))
            })
            .filter(|question| !sent.contains_key(&question.name))
            .filter(|question| !self.prefilled.contains(&question.name))
            .gathered()
    }

    /// Everything that keeps this from being submitted, each with its path.
    pub fn errors(&self, form: &FormDefinition, as_of: Stamp) -> Vec<FieldError> {
        let mut errors = check_visit(form, &self.submitted_answers(form), as_of);
        for (group, instances) in self.asked_instances(form) {
            for (instance, position) in instances.iter().zip(1..) {
                let answers = submitted(group, &instance.answers).gathered();
                errors.extend(check_instance(group, &answers, position, as_of));
            }
        }
        errors
    }

    /// The act that submits this: the visit and one child for each repeat instance. Of a visit that was submitted
    /// before, what has changed.
    pub fn submission(&self, form: &FormDefinition, by: &Submission<'_>) -> Act {
        let mut visit = prefixed(self.submitted_answers(form));
        visit.extend([
            (
                field::ENTERPRISE.to_owned(),
                self.enterprise.to_string().into(),
            ),
            (field::FORM.to_owned(), self.form.clone().into()),
            (field::FORM_VERSION.to_owned(), self.form_version.into()),
            (field::OFFICER.to_owned(), by.officer_name.into()),
            (
                field::SUBMITTED_BY.to_owned(),
                by.officer.to_string().into(),
            ),
            (
                field::STARTED_AT.to_owned(),
                self.started_at.to_string().into(),
            ),
            (field::SUBMITTED_AT.to_owned(), by.now.to_string().into()),
        ]);
        if by.supplement_due {
            visit.insert(field::SUPPLEMENT_DUE.to_owned(), true.into());
        }
        let mut edits = vec![self.created(self.id, RecordKind::Visit, visit)];
        for group in form.groups.iter().filter(|group| group.repeat.is_none()) {
            if relevant(group.relevant.as_ref(), &self.answers) {
                self.attach_to(self.id, group, &self.answers, &mut edits);
            }
        }
        for (group, instances) in self.asked_instances(form) {
            for (instance, position) in instances.iter().zip(1_i64..) {
                let mut fields = prefixed(submitted(group, &instance.answers).gathered());
                fields.insert(field::REPEAT.to_owned(), group.name.clone().into());
                fields.insert(field::POSITION.to_owned(), position.into());
                edits.push(self.created(instance.id, RecordKind::RepeatInstance, fields));
                self.attach_to(instance.id, group, &instance.answers, &mut edits);
            }
        }
        // A refused record that the corrected form no longer has is given up within the same act.
        let kept: Vec<RecordId> = edits.iter().map(|edit| edit.record).collect();
        for (record, mutation) in self
            .mends
            .iter()
            .filter(|(record, _)| !kept.contains(record) && !self.revises.contains_key(record))
        {
            let kind = match self.attachments.contains_key(record) {
                true => RecordKind::Attachment,
                false => RecordKind::RepeatInstance,
            };
            let mut gone = self.created(*record, kind, Fields::new());
            gone.op = Operation::Discard;
            gone.mends = Some(*mutation);
            edits.push(gone);
        }
        self.revise(&mut edits);
        Act {
            edits,
            submits: Some(self.id),
        }
    }

    /// Opens a refused submission again, with what was typed, so that it can be put right.
    ///
    /// `None` if the number is not that of a quarantined new visit.
    pub fn of_refused(state: &State, visit: RecordId, now: Stamp) -> Option<Self> {
        let refused = |record: RecordId| {
            state
                .outbox()
                .find(|entry| entry.mutation.record == record && entry.reason().is_some())
                .filter(|entry| entry.mutation.op == Operation::Create)
        };
        let first: &OutboxEntry = refused(visit)?;
        let fields = first.mutation.applied_to(Fields::new());
        let text = |name: &str| {
            fields
                .get(name)
                .and_then(FieldValue::as_text)
                .unwrap_or_default()
        };
        let mut draft = Self {
            id: visit,
            form: text(field::FORM).to_owned(),
            form_version: fields
                .get(field::FORM_VERSION)
                .and_then(FieldValue::as_integer)?,
            enterprise: text(field::ENTERPRISE).parse().ok()?,
            scope: first.mutation.scope.clone(),
            started_at: Stamp::parse(text(field::STARTED_AT)).unwrap_or(now),
            saved_at: now,
            answers: answers_of(&fields),
            instances: Map::new(),
            prefilled: Vec::new(),
            page: 0,
            mends: Map::from_iter([(visit, first.mutation.id)]),
            attachments: Map::new(),
            revises: Map::new(),
            copies: Copies::default(),
        };
        let children = state
            .outbox()
            .filter(|entry| entry.mutation.root == Some(visit) && entry.reason().is_some());
        for child in children {
            let fields = child.mutation.applied_to(Fields::new());
            if child.mutation.kind == RecordKind::Attachment {
                let record = child.mutation.record;
                draft.mends.insert(record, child.mutation.id);
                if let Some(attachment) = Attachment::of_fields(&fields) {
                    draft.attachments.insert(record, attachment);
                }
                continue;
            }
            let group = fields
                .get(field::REPEAT)
                .and_then(FieldValue::as_text)
                .unwrap_or_default()
                .to_owned();
            draft.mends.insert(child.mutation.record, child.mutation.id);
            draft
                .instances
                .entry(group)
                .or_default()
                .push(DraftInstance {
                    id: child.mutation.record,
                    answers: answers_of(&fields),
                });
        }
        Some(draft)
    }

    /// The repeated groups that are asked, with their instances.
    fn asked_instances<'a>(
        &'a self,
        form: &'a FormDefinition,
    ) -> impl Iterator<Item = (&'a Group, &'a Vec<DraftInstance>)> {
        form.groups
            .iter()
            .filter(|group| {
                group.repeat.is_some() && relevant(group.relevant.as_ref(), &self.answers)
            })
            .filter_map(|group| {
                self.instances
                    .get(&group.name)
                    .map(|instances| (group, instances))
            })
    }

    /// Makes the records of the photos and documents that a group's answers name, behind the one that they belong to.
    fn attach_to(&self, parent: RecordId, group: &Group, answers: &Fields, edits: &mut Vec<Edit>) {
        for question in &group.questions {
            if !question.kind.is_attached() || !relevant(question.relevant.as_ref(), answers) {
                continue;
            }
            for id in attachment_ids(answers.get(&question.name)) {
                if let Some(attachment) = self.attachments.get(&id) {
                    let fields = attachment.fields(parent, &question.name);
                    edits.push(self.created(id, RecordKind::Attachment, fields));
                }
            }
        }
    }

    /// How many photos and documents its answers name.
    pub fn attached(&self, form: &FormDefinition) -> usize {
        let instances = self.instances.values().flatten();
        let mut count = 0;
        let lists = instances.map(|instance| &instance.answers);
        for answers in std::iter::once(&self.answers).chain(lists) {
            for question in form.groups.iter().flat_map(|group| &group.questions) {
                if question.kind.is_attached() {
                    count += attachment_ids(answers.get(&question.name)).len();
                }
            }
        }
        count
    }

    pub(crate) fn created(&self, record: RecordId, kind: RecordKind, fields: Fields) -> Edit {
        Edit {
            record,
            root: (record != self.id).then_some(self.id),
            kind,
            scope: self.scope.clone(),
            op: Operation::Create,
            base: 0,
            fields: fields
                .into_iter()
                .map(|(name, value)| {
                    (
                        name,
                        FieldChange {
                            old: None,
                            new: Some(value),
                        },
                    )
                })
                .gathered(),
            mends: self.mends.get(&record).copied(),
        }
    }
}

/// The answers of a group's relevant questions that are not blank.
fn submitted<'a>(
    group: &'a Group,
    answers: &'a Fields,
) -> impl Iterator<Item = (String, FieldValue)> + 'a {
    group
        .questions
        .iter()
        .filter(|question| relevant(question.relevant.as_ref(), answers))
        .filter_map(|question| {
            answers
                .get(&question.name)
                .map(|answer| (question.name.clone(), answer.clone()))
        })
        .filter(|(_, answer)| !is_blank(answer))
}

fn is_blank(answer: &FieldValue) -> bool {
    match answer {
        FieldValue::Text(text) => text.trim().is_empty(),
        FieldValue::Bool(truth) => !truth,
        FieldValue::Integer(_) => false,
    }
}

fn prefixed(answers: Fields) -> Fields {
    answers
        .into_iter()
        .map(|(name, value)| (format!("{ANSWER}{name}"), value))
        .gathered()
}
