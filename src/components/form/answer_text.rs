//! Answers to be read: on the review page and on a visit's own.

use super::signature::{HEIGHT, WIDTH};
use crate::{
    components::{document::DocumentList, format, photo::PhotoGrid},
    i18n::*,
};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldValue, Fields, Language, Stamp,
    forms::{Choice, Group, QuestionKind, TextFormat, attachment_ids},
};

/// An answer as a person reads it.
pub fn answer_text(kind: &QuestionKind, answer: &FieldValue, language: Language) -> String {
    let typed = || match answer {
        FieldValue::Text(text) => text.clone(),
        FieldValue::Integer(number) => number.to_string(),
        FieldValue::Bool(truth) => truth.to_string(),
    };
    match (kind, answer) {
        (QuestionKind::Number { unit, .. }, FieldValue::Integer(stored)) => {
            let sign = unit.sign(language);
            let space = if sign == "%" { "" } else { " " };
            format!("{}{space}{sign}", unit.format(*stored))
        }
        (QuestionKind::SelectOne { choices }, FieldValue::Text(name)) => {
            choice_label(choices, name, language)
        }
        (QuestionKind::SelectMultiple { choices }, FieldValue::Text(names)) => {
            let labels: Vec<_> = names
                .split(' ')
                .map(|name| choice_label(choices, name, language))
                .collect();
            labels.join(if language == Language::Chinese {
                "、"
            } else {
                ", "
            })
        }
        (QuestionKind::Date { .. }, FieldValue::Text(date)) => {
            Stamp::parse(&format!("{date}T00:00:00Z"))
                .map_or_else(typed, |stamp| format::day(stamp, language))
        }
        (QuestionKind::DateTime { .. }, FieldValue::Text(text)) => {
            Stamp::parse(text).map_or_else(typed, |stamp| format::instant(stamp, language))
        }
        (QuestionKind::Acknowledge {}, FieldValue::Bool(true)) => match language {
            Language::Chinese => "已确认".to_owned(),
            Language::English => "Confirmed".to_owned(),
        },
        _ => typed(),
    }
}

fn choice_label(choices: &[Choice], name: &str, language: Language) -> String {
    choices
        .iter()
        .find(|choice| choice.name == name)
        .map_or_else(
            || name.to_owned(),
            |choice| choice.label.get(language).to_owned(),
        )
}

/// One group to be read: its heading and a card for each list of answers that has any of its; nothing without one.
#[component]
pub fn AnswerGroup(
    /// The group.
    group: Group,
    /// Answers by question name: one list, or one for each instance of a repeated group.
    lists: Vec<Fields>,
) -> impl IntoView {
    let i18n = use_i18n();
    let label = group.label.clone();
    let cards: Vec<_> = lists
        .into_iter()
        .filter(|answers| group.questions.iter().any(|question| answers.contains_key(&question.name)))
        .map(|answers| view! { <dl class="card answers"><AnswerList group=group.clone() answers/></dl> })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section class="group">
                <h2 class="group__title">{said(move || label.get(i18n.language()).to_owned())}</h2>
                {cards}
            </section>
        }
    })
}

/// The answers of one group, those that there are.
#[component]
fn AnswerList(
    /// The group.
    group: Group,
    /// Answers by question name.
    answers: Fields,
) -> impl IntoView {
    let i18n = use_i18n();
    group
        .questions
        .into_iter()
        .filter_map(|question| answers.get(&question.name).cloned().map(|answer| (question, answer)))
        .map(|(question, answer)| {
            let label = question.label.clone();
            let code = matches!(
                question.kind,
                QuestionKind::Text {
                    format: TextFormat::CreditCode | TextFormat::PatentNumber,
                    ..
                }
            );
            let value = match (&question.kind, &answer) {
                (QuestionKind::Signature {}, FieldValue::Text(path)) => view! {
                    <svg class="answer__signature" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=t!(i18n, form.signed)>
                        <path d=path.clone()></path>
                    </svg>
                }
                .into_any(),
                (QuestionKind::Photo { .. }, answer) => {
                    view! { <PhotoGrid ids=attachment_ids(Some(answer))/> }.into_any()
                }
                (QuestionKind::File { .. }, answer) => {
                    view! { <DocumentList ids=attachment_ids(Some(answer))/> }.into_any()
                }
                _ => {
                    let (question, answer) = (question.clone(), answer.clone());
                    (move || answer_text(&question.kind, &answer, i18n.language())).into_any()
                }
            };
            view! {
                <div class="answer">
                    <dt class="answer__label">{said(move || label.get(i18n.language()).to_owned())}</dt>
                    <dd class="answer__value" class=("answer__value--code", code)>{value}</dd>
                </div>
            }
        })
        .collect_view()
}
