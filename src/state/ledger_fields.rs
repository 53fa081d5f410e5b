//! The fields of issues and meetings as a person knows them: what each is called, and as a question.

use super::firm_fields::localised;
use ruyuan_domain::{
    RecordKind,
    consts::field,
    forms::{Question, QuestionKind},
    ledger::{Step, choices_of, fields_of},
};
use ruyuan_texts::Text;

/// A field of an issue, a step, a meeting or one of its items as a question.
pub fn question_of(kind: &RecordKind, name: &str) -> Option<Question> {
    let rule = fields_of(kind)?.iter().find(|rule| rule.name == name)?;
    let label = match (kind, name) {
        (RecordKind::Meeting, field::TITLE) => ruyuan_texts::text::ledger_field::meeting,
        _ => field_name(name)?,
    };
    let kind = match choices_of(name) {
        Some(choices) => QuestionKind::SelectOne { choices },
        None => rule.kind.clone(),
    };
    Some(Question {
        name: name.to_owned(),
        label: localised(label),
        hint: None,
        kind,
        required: rule.required,
        relevant: None,
        prefill: None,
    })
}

/// What is asked of who takes a step.
pub fn asked_of(step: Step) -> Vec<Question> {
    let asked = step.asks().iter().filter_map(|(name, required)| {
        let mut question = question_of(&RecordKind::IssueStep, name)?;
        question.required = *required;
        if *name == field::NOTE {
            question.label = localised(note_name(step));
        }
        Some(question)
    });
    asked.collect()
}

/// What the words of a step are about.
fn note_name(step: Step) -> Text {
    use ruyuan_texts::text::ledger_field as text;
    match step {
        Step::Assigned => text::requirement,
        Step::Handling => text::handling,
        Step::Answered => text::answer,
        Step::Closed => text::reason,
        Step::Reopened => text::reopen_reason,
        Step::Reported | Step::Note => text::progress,
    }
}

fn field_name(name: &str) -> Option<Text> {
    use ruyuan_texts::text::ledger_field as text;
    Some(match name {
        field::TITLE => text::title,
        field::DETAILS => text::details,
        field::CATEGORY => text::category,
        field::ENTERPRISE => ruyuan_texts::text::issue::firm,
        field::VISIT => ruyuan_texts::text::issue::met_at,
        field::RAISED_ON => text::raised_on,
        field::RAISED_BY | field::RESPONSIBLE => text::raised_by,
        field::OFFICER => text::officer,
        field::STATUS => text::status,
        field::RESPONSIBLE_NAME => text::responsible_name,
        field::RESPONSIBLE_UNIT => text::responsible_unit,
        field::DUE_ON => text::due_on,
        field::CLOSED_ON => text::closed_on,
        field::STEP => text::step,
        field::NOTE => text::progress,
        field::STEPPED_AT => text::stepped_at,
        field::HELD_ON => text::held_on,
        field::PLACE => text::place,
        field::ATTENDEES => text::attendees,
        field::MINUTES => text::minutes,
        field::POSITION => text::position,
        field::CONCLUSION => text::conclusion,
        _ => return None,
    })
}
