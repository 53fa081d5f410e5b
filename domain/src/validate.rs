//! Whether a record's fields are right, whatever its kind. The server asks this of the author's view.

use crate::{
    FieldError, FieldProblem, FieldValue, Fields, Gather, RecordId, RecordKind, Stamp,
    alias::MERGED_FIELDS,
    assignment::{ASSIGNMENT_FIELDS, check_assignment},
    blob::{is_media_type, limit_of},
    catalogue::{ENTERPRISE_FIELDS, PLANNED_VISIT_FIELDS, RecordField},
    consts::{ANSWER, field},
    forms::{FormDefinition, Question, check_instance, check_question, check_visit},
    ledger,
    pledge::{PLEDGE_FIELDS, check_pledge},
    problem::ValueType,
    stamp::is_date,
};

/// Everything wrong with a record's fields; empty if they are right.
///
/// `form` is the definition that a visit pins, or the visit of a repeat instance; `now` stands in for the
/// instant of submission where the record has none.
pub fn check_record(
    kind: &RecordKind,
    fields: &Fields,
    form: Option<&FormDefinition>,
    now: Stamp,
) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = fields
        .iter()
        .filter(|(name, value)| {
            name.contains('\0') || value.as_text().is_some_and(|text| text.contains('\0'))
        })
        .map(|(name, _)| FieldError::new(path_of(name), FieldProblem::ForbiddenCharacter))
        .collect();
    if !errors.is_empty() {
        return errors;
    }
    match kind {
        RecordKind::Enterprise => {
            errors.extend(check_fields(
                &[&ENTERPRISE_FIELDS, &MERGED_FIELDS],
                fields,
                now,
            ));
        }
        RecordKind::PlannedVisit => {
            errors.extend(check_fields(&[&PLANNED_VISIT_FIELDS], fields, now));
        }
        RecordKind::Assignment => {
            errors.extend(check_fields(&[&ASSIGNMENT_FIELDS], fields, now));
            errors.extend(check_assignment(fields));
        }
        RecordKind::Pledge => {
            errors.extend(check_fields(&[&PLEDGE_FIELDS], fields, now));
            errors.extend(check_pledge(fields));
        }
        RecordKind::Issue
        | RecordKind::IssueStep
        | RecordKind::Meeting
        | RecordKind::MeetingItem => {
            errors.extend(check_fields(
                &[ledger::fields_of(kind).unwrap_or_default()],
                fields,
                now,
            ));
            let beyond = ledger::errors_beyond_kinds(fields).into_iter();
            let fresh: Vec<_> = beyond
                .filter(|error| !errors.iter().any(|known| known.path == error.path))
                .collect();
            errors.extend(fresh);
        }
        RecordKind::Visit => errors.extend(check_visit_record(fields, form, now)),
        RecordKind::RepeatInstance => errors.extend(check_repeat_instance(fields, form, now)),
        RecordKind::Attachment => errors.extend(check_attachment(fields)),
        // Content is checked where it is imported, conflicts are the server's own, and a kind of a later
        // version is that version's to judge.
        _ => {}
    }
    errors
}

/// The answers among a visit's fields, by question name.
pub fn answers_of(fields: &Fields) -> Fields {
    fields
        .iter()
        .filter_map(|(name, value)| {
            name.strip_prefix(ANSWER)
                .map(|name| (name.to_owned(), value.clone()))
        })
        .gathered()
}

/// Whether a visit was submitted before it was complete, with the rest to come.
pub fn is_supplement_due(fields: &Fields) -> bool {
    let due = fields.get(field::SUPPLEMENT_DUE);
    due.is_some_and(FieldValue::is_true)
}

/// The path under which a person finds the field: an answer's question name, else the field's own.
pub fn path_of(field: &str) -> &str {
    field.strip_prefix(ANSWER).unwrap_or(field)
}

fn check_fields(tables: &[&[RecordField]], fields: &Fields, now: Stamp) -> Vec<FieldError> {
    let rules = || tables.iter().copied().flatten();
    let known = rules().filter_map(|rule| {
        let asked = Question {
            name: rule.name.to_owned(),
            label: Default::default(),
            hint: None,
            kind: rule.kind.clone(),
            required: rule.required,
            relevant: None,
            prefill: None,
        };
        check_question(&asked, fields.get(rule.name), now)
            .map(|problem| FieldError::new(rule.name, problem))
    });
    let unknown = fields
        .keys()
        .filter(|name| !rules().any(|rule| rule.name == **name))
        .map(|name| FieldError::new(name.clone(), FieldProblem::UnknownField));
    known.chain(unknown).collect()
}

fn check_visit_record(
    fields: &Fields,
    form: Option<&FormDefinition>,
    now: Stamp,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (name, expected) in [
        (field::ENTERPRISE, ValueType::Text),
        (field::STARTED_AT, ValueType::Instant),
        (field::SUBMITTED_AT, ValueType::Instant),
        (field::OFFICER, ValueType::Text),
        (field::FORM, ValueType::Text),
    ] {
        match fields.get(name) {
            None => errors.push(FieldError::new(name, FieldProblem::Required)),
            Some(value) if !has_type(value, expected) => {
                errors.push(FieldError::new(name, FieldProblem::WrongType { expected }));
            }
            Some(_) => {}
        }
    }
    // It names a firm, known here or not; anything else would be looked up with the firms all the same.
    let firm = fields.get(field::ENTERPRISE).and_then(FieldValue::as_text);
    if firm.is_some_and(|firm| firm.parse::<RecordId>().is_err()) {
        let problem = FieldProblem::UnknownRecord;
        errors.push(FieldError::new(field::ENTERPRISE, problem));
    }
    for (name, expected) in [
        (field::SUBMITTED_BY, ValueType::Text),
        (field::SUPPLEMENT_DUE, ValueType::Bool),
    ] {
        if fields
            .get(name)
            .is_some_and(|value| !has_type(value, expected))
        {
            errors.push(FieldError::new(name, FieldProblem::WrongType { expected }));
        }
    }
    let reserved = [
        field::SUBMITTED_BY,
        field::SUPPLEMENT_DUE,
        field::ENTERPRISE,
        field::STARTED_AT,
        field::SUBMITTED_AT,
        field::OFFICER,
        field::FORM,
        field::FORM_VERSION,
    ];
    errors.extend(unknown(fields, &reserved));
    match form {
        Some(form) => {
            let as_of = submitted_at(fields).unwrap_or(now);
            let later = is_supplement_due(fields);
            let answers = check_visit(form, &answers_of(fields), as_of).into_iter();
            errors.extend(answers.filter(|error| !(later && error.may_come_later())));
        }
        None => errors.push(unknown_form(fields)),
    }
    errors
}

fn check_repeat_instance(
    fields: &Fields,
    form: Option<&FormDefinition>,
    now: Stamp,
) -> Vec<FieldError> {
    let Some(form) = form else {
        return vec![FieldError::new(field::REPEAT, FieldProblem::UnknownRecord)];
    };
    let name = fields
        .get(field::REPEAT)
        .and_then(FieldValue::as_text)
        .unwrap_or_default();
    let Some(group) = form.repeat(name) else {
        return vec![FieldError::new(
            field::REPEAT,
            FieldProblem::NotAChoice {
                value: name.to_owned(),
            },
        )];
    };
    let Some(position) = fields.get(field::POSITION).and_then(FieldValue::as_integer) else {
        return vec![FieldError::new(
            field::POSITION,
            FieldProblem::WrongType {
                expected: ValueType::Integer,
            },
        )];
    };
    let mut errors = check_instance(group, &answers_of(fields), position, now);
    errors.extend(unknown(fields, &[field::REPEAT, field::POSITION]));
    errors
}

/// What an attachment says of its bytes, which come later and must be that.
fn check_attachment(fields: &Fields) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut wrong = |name: &str, problem| errors.push(FieldError::new(name, problem));
    let text = |name: &str| fields.get(name).and_then(FieldValue::as_text);
    for name in [
        field::PARENT,
        field::QUESTION,
        field::MEDIA_TYPE,
        field::SHA256,
        field::SIZE,
    ] {
        if fields.get(name).is_none() {
            wrong(name, FieldProblem::Required);
        }
    }
    let expected = ValueType::Text;
    for (name, longest) in [
        (field::PARENT, 36),
        (field::QUESTION, 100),
        (field::MEDIA_TYPE, 100),
        (field::SHA256, 64),
        (field::NAME, 200),
    ] {
        match fields.get(name).map(FieldValue::as_text) {
            Some(None) => wrong(name, FieldProblem::WrongType { expected }),
            Some(Some(text)) if text.chars().count() > longest as usize => {
                wrong(name, FieldProblem::TooLong { max: longest });
            }
            _ => {}
        }
    }
    if text(field::PARENT).is_some_and(|id| id.parse::<RecordId>().is_err()) {
        wrong(field::PARENT, FieldProblem::UnknownRecord);
    }
    let is_hash = |text: &str| {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.len() == 64 && text.bytes().all(digit)
    };
    if text(field::SHA256).is_some_and(|text| !is_hash(text)) {
        wrong(field::SHA256, FieldProblem::WrongType { expected });
    }
    let media_type = text(field::MEDIA_TYPE).unwrap_or_default();
    if fields.get(field::MEDIA_TYPE).is_some() && !is_media_type(media_type) {
        wrong(field::MEDIA_TYPE, FieldProblem::WrongType { expected });
    }
    let limit = i64::try_from(limit_of(media_type)).unwrap_or(i64::MAX);
    for (name, range) in [
        (field::SIZE, 1..=limit),
        (field::WIDTH, 1..=100_000),
        (field::HEIGHT, 1..=100_000),
    ] {
        let expected = ValueType::Integer;
        match fields.get(name).map(FieldValue::as_integer) {
            Some(None) => wrong(name, FieldProblem::WrongType { expected }),
            Some(Some(number)) if number < *range.start() => {
                wrong(
                    name,
                    FieldProblem::TooSmall {
                        min: *range.start(),
                    },
                );
            }
            Some(Some(number)) if number > *range.end() => {
                wrong(name, FieldProblem::TooLarge { max: *range.end() });
            }
            _ => {}
        }
    }
    let known = [
        field::PARENT,
        field::QUESTION,
        field::MEDIA_TYPE,
        field::SHA256,
        field::SIZE,
        field::NAME,
        field::WIDTH,
        field::HEIGHT,
    ];
    let unknown = fields.keys().filter(|name| !known.contains(&name.as_str()));
    errors.extend(unknown.map(|name| FieldError::new(path_of(name), FieldProblem::UnknownField)));
    errors
}

/// Fields that are neither answers nor among those that every record of a kind has.
fn unknown<'a>(
    fields: &'a Fields,
    reserved: &'a [&str],
) -> impl Iterator<Item = FieldError> + use<'a> {
    fields
        .keys()
        .filter(|name| !name.starts_with(ANSWER) && !reserved.contains(&name.as_str()))
        .map(|name| FieldError::new(name.clone(), FieldProblem::UnknownField))
}

/// The form and version that a visit pins.
pub fn pinned_form(fields: &Fields) -> Option<(&str, i64)> {
    let form = fields.get(field::FORM)?.as_text()?;
    let version = fields.get(field::FORM_VERSION)?.as_integer()?;
    Some((form, version))
}

fn unknown_form(fields: &Fields) -> FieldError {
    let (form, version) = pinned_form(fields).unwrap_or_default();
    FieldError::new(
        field::FORM,
        FieldProblem::UnknownForm {
            form: form.to_owned(),
            version,
        },
    )
}

fn submitted_at(fields: &Fields) -> Option<Stamp> {
    fields
        .get(field::SUBMITTED_AT)
        .and_then(FieldValue::as_text)
        .and_then(Stamp::parse)
}

fn has_type(value: &FieldValue, expected: ValueType) -> bool {
    match expected {
        ValueType::Text | ValueType::Signature => value.as_text().is_some(),
        ValueType::Integer => value.as_integer().is_some(),
        ValueType::Bool => matches!(value, FieldValue::Bool(_)),
        ValueType::Date => value.as_text().is_some_and(is_date),
        ValueType::Instant => value.as_text().and_then(Stamp::parse).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Stamp {
        Stamp::parse("2026-11-23T12:00:00+08:00").unwrap()
    }

    fn fields(pairs: &[(&str, FieldValue)]) -> Fields {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    #[test]
    fn a_firm_needs_only_its_name() {
        let firm = fields(&[("name", "衢州𠮷祥特种纸有限公司".into())]);
        assert_eq!(
            check_record(&RecordKind::Enterprise, &firm, None, now()),
            vec![]
        );
    }

    #[test]
    fn every_error_of_a_firm_is_named_at_once() {
        let firm = fields(&[
            ("name", " ".into()),
            ("credit_code", "9133".into()),
            ("contact_mobile", 7.into()),
            ("shoe_size", 44.into()),
        ]);
        let errors = check_record(&RecordKind::Enterprise, &firm, None, now());
        let paths: Vec<_> = errors.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(
            paths,
            ["name", "credit_code", "contact_mobile", "shoe_size"]
        );
    }

    #[test]
    fn a_plan_names_firm_day_person_and_place_in_the_order() {
        let mut plan = fields(&[
            ("enterprise", "0190f3a0-0000-7000-8000-000000000001".into()),
            ("planned_on", "2026-11-30".into()),
            ("planned_for", "0190f3a0-0000-7000-8000-000000000002".into()),
            ("officer_name", "李敏".into()),
            ("position", 1.into()),
        ]);
        let check = |plan: &Fields| check_record(&RecordKind::PlannedVisit, plan, None, now());
        assert_eq!(check(&plan), vec![]);
        plan.insert("planned_on".to_owned(), "2026-11-31".into());
        plan.insert("position".to_owned(), 0.into());
        plan.insert("weather".to_owned(), "雨".into());
        plan.remove("enterprise");
        let errors = check(&plan);
        let paths: Vec<_> = errors.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(paths, ["enterprise", "planned_on", "position", "weather"]);
    }

    #[test]
    fn a_visit_of_an_unknown_form_says_so() {
        let visit = fields(&[("form", "visit".into()), ("form_version", 99.into())]);
        let errors = check_record(&RecordKind::Visit, &visit, None, now());
        assert!(errors.contains(&FieldError::new(
            "form",
            FieldProblem::UnknownForm {
                form: "visit".to_owned(),
                version: 99
            }
        )));
        assert!(errors.contains(&FieldError::new("enterprise", FieldProblem::Required)));
    }

    #[test]
    fn a_character_that_no_database_keeps_is_named_by_its_question() {
        let visit = fields(&[("answer.remark", "a\0".into())]);
        assert_eq!(
            check_record(&RecordKind::Visit, &visit, None, now()),
            vec![FieldError::new("remark", FieldProblem::ForbiddenCharacter)]
        );
    }
}
