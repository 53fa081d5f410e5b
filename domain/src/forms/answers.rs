//! Which answers are right. Both ends run this: the phone before submitting, the server again.

use super::{Choice, Condition, FormDefinition, Group, Question, QuestionKind, TextFormat};
use crate::{
    FieldError, FieldProblem, FieldValue, Fields, RecordId, Stamp,
    identifiers::{check_credit_code, check_patent_number, is_mobile_number},
    problem::ValueType,
    stamp::is_date,
};

/// Most characters of a signature's path data; a page full of strokes has about a tenth.
const SIGNATURE_LIMIT: usize = 60_000;

/// Whether something with this condition is asked, given the answers.
pub fn relevant(condition: Option<&Condition>, answers: &Fields) -> bool {
    condition.is_none_or(|condition| condition.holds(answers))
}

/// Everything wrong with a visit's own answers (without its repeat instances), by question name.
///
/// Questions that are not relevant are not looked at: the phone leaves them out of a submission.
/// `as_of` is the instant of submission; `answers` are keyed by question name.
pub fn check_visit(form: &FormDefinition, answers: &Fields, as_of: Stamp) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = form
        .groups
        .iter()
        .filter(|group| group.repeat.is_none())
        .flat_map(|group| check_group(group, answers, as_of))
        .collect();
    // From the questions to the answers, which are in order: the other way each answer would go through the whole form.
    let mut asked = vec![false; answers.len()];
    for group in form.groups.iter().filter(|group| group.repeat.is_none()) {
        for question in &group.questions {
            let found = answers.find_index(question.name.as_str()).ok();
            if let Some(place) = found.and_then(|index| asked.get_mut(index)) {
                *place = true;
            }
        }
    }
    let unknown = answers
        .keys()
        .zip(asked)
        .filter(|(_, asked)| !asked)
        .map(|(name, _)| FieldError::new(name.clone(), FieldProblem::UnknownField));
    errors.extend(unknown);
    errors
}

/// Everything wrong with the answers of one group that is not repeated.
pub fn check_group(group: &Group, answers: &Fields, as_of: Stamp) -> Vec<FieldError> {
    if !relevant(group.relevant.as_ref(), answers) {
        return Vec::new();
    }
    check_questions(group, answers, as_of, "")
}

/// Everything wrong with one instance of a repeated group; paths read `<group>[<position>].<question>`.
pub fn check_instance(
    group: &Group,
    answers: &Fields,
    position: i64,
    as_of: Stamp,
) -> Vec<FieldError> {
    let prefix = format!("{}[{position}].", group.name);
    let mut errors = check_questions(group, answers, as_of, &prefix);
    let unknown = answers
        .keys()
        .filter(|name| {
            !group
                .questions
                .iter()
                .any(|question| question.name == **name)
        })
        .map(|name| FieldError::new(format!("{prefix}{name}"), FieldProblem::UnknownField));
    errors.extend(unknown);
    errors
}

fn check_questions(group: &Group, answers: &Fields, as_of: Stamp, prefix: &str) -> Vec<FieldError> {
    group
        .questions
        .iter()
        .filter(|question| relevant(question.relevant.as_ref(), answers))
        .filter_map(|question| {
            check_question(question, answers.get(&question.name), as_of)
                .map(|problem| FieldError::new(format!("{prefix}{}", question.name), problem))
        })
        .collect()
}

/// What is wrong with one relevant question's answer, if anything. Constraints skip a blank.
pub fn check_question(
    question: &Question,
    answer: Option<&FieldValue>,
    as_of: Stamp,
) -> Option<FieldProblem> {
    let Some(value) = answer else {
        let asks = !matches!(question.kind, QuestionKind::Note {});
        return (question.required && asks).then_some(FieldProblem::Required);
    };
    match &question.kind {
        QuestionKind::Text {
            format, max_length, ..
        } => text(value, *format, *max_length, question.required),
        QuestionKind::Number { min, max, .. } => number(value, *min, *max),
        QuestionKind::SelectOne { choices } => match value.as_text() {
            Some(name) => not_a_choice(choices, name),
            None => wrong(ValueType::Text),
        },
        QuestionKind::SelectMultiple { choices } => match value.as_text() {
            Some("") => question.required.then_some(FieldProblem::Required),
            Some(names) => names
                .split(' ')
                .find_map(|name| not_a_choice(choices, name)),
            None => wrong(ValueType::Text),
        },
        QuestionKind::Date { not_in_future } => match value.as_text() {
            Some(date) if is_date(date) => (*not_in_future && date > as_of.iso_date().as_str())
                .then_some(FieldProblem::InTheFuture),
            _ => wrong(ValueType::Date),
        },
        QuestionKind::DateTime { not_in_future } => match value.as_text().and_then(Stamp::parse) {
            Some(instant) => (*not_in_future && instant.unix_ms() > as_of.unix_ms())
                .then_some(FieldProblem::InTheFuture),
            None => wrong(ValueType::Instant),
        },
        QuestionKind::Acknowledge {} => match value {
            FieldValue::Bool(true) => None,
            FieldValue::Bool(false) => question.required.then_some(FieldProblem::Required),
            _ => wrong(ValueType::Bool),
        },
        QuestionKind::Signature {} => match value.as_text() {
            Some(path) if is_path(path) => None,
            _ => wrong(ValueType::Signature),
        },
        QuestionKind::Photo { most, .. } | QuestionKind::File { most } => {
            let ids = attachment_ids(Some(value));
            let mut once = ids.clone();
            once.sort_unstable();
            once.dedup();
            match ids.len() {
                many if many == 0 || once.len() < many => wrong(ValueType::Text),
                many => (many > *most as usize).then_some(FieldProblem::TooLong { max: *most }),
            }
        }
        QuestionKind::Note {} => Some(FieldProblem::UnknownField),
    }
}

/// The attachments that the answer of a question names, in order.
pub fn attachment_ids(answer: Option<&FieldValue>) -> Vec<RecordId> {
    let text = answer.and_then(FieldValue::as_text).unwrap_or_default();
    let list = text
        .strip_prefix("[\"")
        .and_then(|text| text.strip_suffix("\"]"));
    let ids = list.map(|list| list.split("\",\"").map(|id| id.parse().ok()).collect());
    ids.flatten().unwrap_or_default()
}

fn wrong(expected: ValueType) -> Option<FieldProblem> {
    Some(FieldProblem::WrongType { expected })
}

fn not_a_choice(choices: &[Choice], name: &str) -> Option<FieldProblem> {
    let listed = choices.iter().any(|choice| choice.name == name);
    (!listed).then(|| FieldProblem::NotAChoice {
        value: name.to_owned(),
    })
}

fn number(value: &FieldValue, min: Option<i64>, max: Option<i64>) -> Option<FieldProblem> {
    let Some(number) = value.as_integer() else {
        return wrong(ValueType::Integer);
    };
    if let Some(min) = min.filter(|min| number < *min) {
        return Some(FieldProblem::TooSmall { min });
    }
    max.filter(|max| number > *max)
        .map(|max| FieldProblem::TooLarge { max })
}

fn text(
    value: &FieldValue,
    format: TextFormat,
    max_length: u32,
    required: bool,
) -> Option<FieldProblem> {
    let Some(text) = value.as_text() else {
        return wrong(ValueType::Text);
    };
    if text.contains('\0') {
        return Some(FieldProblem::ForbiddenCharacter);
    }
    if text.trim().is_empty() {
        return required.then_some(FieldProblem::Required);
    }
    if text.chars().count() > max_length as usize {
        return Some(FieldProblem::TooLong { max: max_length });
    }
    match format {
        TextFormat::Plain => None,
        TextFormat::Mobile => (!is_mobile_number(text)).then_some(FieldProblem::NotAMobileNumber),
        TextFormat::CreditCode => check_credit_code(text).err(),
        TextFormat::PatentNumber => check_patent_number(text).err(),
    }
}

/// Path data of moves and lines with whole coordinates: all that the signature pad writes.
fn is_path(path: &str) -> bool {
    path.starts_with('M')
        && path.len() <= SIGNATURE_LIMIT
        && path
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'M' | b'L' | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::{Localised, Unit};

    fn question(kind: QuestionKind, required: bool) -> Question {
        Question {
            name: "q".to_owned(),
            label: Localised::default(),
            hint: None,
            kind,
            required,
            relevant: None,
            prefill: None,
        }
    }

    fn noon() -> Stamp {
        Stamp::parse("2026-11-23T12:00:00+08:00").unwrap()
    }

    fn choices() -> Vec<Choice> {
        ["loan", "insurance"]
            .map(|name| Choice {
                name: name.to_owned(),
                label: Localised::default(),
            })
            .to_vec()
    }

    #[test]
    fn each_kind_refuses_what_it_cannot_hold() {
        let plain = |format| QuestionKind::Text {
            format,
            multiline: false,
            max_length: 20,
        };
        let amount = QuestionKind::Number {
            unit: Unit::TenThousandYuan,
            min: Some(0),
            max: Some(100),
        };
        let date = QuestionKind::Date {
            not_in_future: true,
        };
        let instant = QuestionKind::DateTime {
            not_in_future: true,
        };
        let one = QuestionKind::SelectOne { choices: choices() };
        let many = QuestionKind::SelectMultiple { choices: choices() };
        let cases: Vec<(QuestionKind, Option<FieldValue>, Option<FieldProblem>)> = vec![
            (plain(TextFormat::Plain), None, Some(FieldProblem::Required)),
            (
                plain(TextFormat::Plain),
                Some("  ".into()),
                Some(FieldProblem::Required),
            ),
            (plain(TextFormat::Plain), Some("长".repeat(20).into()), None),
            (
                plain(TextFormat::Plain),
                Some("长".repeat(21).into()),
                Some(FieldProblem::TooLong { max: 20 }),
            ),
            (
                plain(TextFormat::Plain),
                Some("a\0b".into()),
                Some(FieldProblem::ForbiddenCharacter),
            ),
            (
                plain(TextFormat::Plain),
                Some(1.into()),
                wrong(ValueType::Text),
            ),
            (
                plain(TextFormat::Mobile),
                Some("123".into()),
                Some(FieldProblem::NotAMobileNumber),
            ),
            (
                plain(TextFormat::CreditCode),
                Some("91330800MA9TE5T12M".into()),
                None,
            ),
            (
                plain(TextFormat::CreditCode),
                Some("91330800".into()),
                Some(FieldProblem::CreditCodeLength { length: 8 }),
            ),
            (
                amount.clone(),
                Some((-1).into()),
                Some(FieldProblem::TooSmall { min: 0 }),
            ),
            (
                amount.clone(),
                Some(101.into()),
                Some(FieldProblem::TooLarge { max: 100 }),
            ),
            (amount, Some("12".into()), wrong(ValueType::Integer)),
            (
                date.clone(),
                Some("2026-11-24".into()),
                Some(FieldProblem::InTheFuture),
            ),
            (date.clone(), Some("2026-11-23".into()), None),
            (date, Some("23.11.2026".into()), wrong(ValueType::Date)),
            (
                instant,
                Some("2026-11-23T04:00:01Z".into()),
                Some(FieldProblem::InTheFuture),
            ),
            (
                one,
                Some("gift".into()),
                Some(FieldProblem::NotAChoice {
                    value: "gift".to_owned(),
                }),
            ),
            (many.clone(), Some("loan insurance".into()), None),
            (
                many,
                Some("loan  insurance".into()),
                Some(FieldProblem::NotAChoice {
                    value: String::new(),
                }),
            ),
            (
                QuestionKind::Acknowledge {},
                Some(false.into()),
                Some(FieldProblem::Required),
            ),
            (QuestionKind::Signature {}, Some("M1 2L3 4".into()), None),
            (
                QuestionKind::Signature {},
                Some("<svg onload>".into()),
                wrong(ValueType::Signature),
            ),
        ];
        for (kind, answer, expected) in cases {
            let asked = question(kind, true);
            assert_eq!(
                check_question(&asked, answer.as_ref(), noon()),
                expected,
                "{asked:?} {answer:?}"
            );
        }
    }

    #[test]
    fn what_is_not_relevant_is_not_required() {
        let mut asked = question(QuestionKind::Acknowledge {}, true);
        asked.relevant = Some(Condition::Equals {
            question: "need".to_owned(),
            value: "yes".into(),
        });
        let group = Group {
            name: "g".to_owned(),
            label: Localised::default(),
            relevant: None,
            repeat: None,
            questions: vec![asked],
        };
        assert_eq!(check_group(&group, &Fields::new(), noon()), vec![]);
        let yes = Fields::from([("need".to_owned(), "yes".into())]);
        assert_eq!(
            check_group(&group, &yes, noon()),
            vec![FieldError::new("q", FieldProblem::Required)]
        );
    }

    #[test]
    fn an_answer_names_each_attachment_once_and_no_more_than_asked() {
        let photos = question(
            QuestionKind::Photo {
                most: 2,
                location: false,
                unmarked: false,
            },
            false,
        );
        let id = |last: u8| format!("\"0190f3a0-0000-7000-8000-00000000000{last}\"");
        let check = |text: String| check_question(&photos, Some(&text.as_str().into()), noon());
        let wrong = wrong(ValueType::Text);
        for (text, problem) in [
            (format!("[{}]", id(1)), None),
            (format!("[{},{}]", id(1), id(2)), None),
            (format!("[{},{}]", id(1), id(1)), wrong.clone()),
            (
                format!("[{},{},{}]", id(1), id(2), id(3)),
                Some(FieldProblem::TooLong { max: 2 }),
            ),
            ("[]".to_owned(), wrong.clone()),
            ("[\"\"]".to_owned(), wrong.clone()),
            (id(1), wrong.clone()),
            (format!("[{}, \"x\"]", id(1)), wrong.clone()),
        ] {
            assert_eq!(check(text.clone()), problem, "{text}");
        }
    }
}
