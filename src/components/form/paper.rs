//! A form on paper: compact tables for A4, filled or with room to write. Black on white whatever the theme.

use super::{
    answer_text::answer_text,
    signature::{HEIGHT, WIDTH},
};
use crate::i18n::*;
use leptos::prelude::*;
use ruyuan_domain::{
    FieldValue, Fields, Language, Stamp,
    forms::{FormDefinition, Group, Question, QuestionKind, attachment_ids},
};

/// Most characters of an answer that shares its line with another.
const SHORT: usize = 16;
/// Lines to write on in a blank list.
const LINES: usize = 5;

/// What is printed of a form.
#[derive(Clone, Debug)]
pub struct Paper {
    /// The form.
    pub form: FormDefinition,
    /// Its answers by question name.
    pub answers: Fields,
    /// The answers of each thing of a repeated group, by the group's name.
    pub instances: Vec<(String, Fields)>,
    /// Whether what has no answer is room to write; else it is left out.
    pub blank: bool,
    /// Questions that stand elsewhere on the paper.
    pub aside: &'static [&'static str],
}

/// A date as papers have it: always with its year.
pub fn day_text(at: Stamp, language: Language) -> String {
    let (year, month, day) = at.date();
    match language {
        Language::Chinese => format!("{year}年{month}月{day}日"),
        Language::English => at.iso_date(),
    }
}

/// An instant as papers have it.
pub fn instant_text(at: Stamp, language: Language) -> String {
    let (hour, minute) = at.time();
    format!("{} {hour:02}:{minute:02}", day_text(at, language))
}

/// A drawn signature, in ink.
pub fn signature_view(i18n: I18n, path: String) -> impl IntoView {
    view! {
        <svg class="paper__signature" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=t!(i18n, form.signed)>
            <path d=path></path>
        </svg>
    }
}

/// A label and what stands beside it.
pub fn pair(label: String, value: AnyView, span: &'static str) -> AnyView {
    view! {
        <th scope="row">{label}</th>
        <td colspan=span>{value}</td>
    }
    .into_any()
}

/// The columns of two pairs.
pub fn columns() -> AnyView {
    view! {
        <colgroup>
            <col class="paper__label"/>
            <col/>
            <col class="paper__label"/>
            <col/>
        </colgroup>
    }
}

/// The tables of a form, one for each group.
pub fn paper_tables(i18n: I18n, paper: &Paper) -> Vec<AnyView> {
    let tables = paper.form.groups.iter().map(|group| {
        let title = group.label.get(i18n.language()).to_owned();
        match group.repeat.is_some() {
            true => list_table(i18n, paper, group, title),
            false => group_table(i18n, paper, group, title),
        }
    });
    tables.collect()
}

/// Two questions a line; what is long has one of its own.
fn group_table(i18n: I18n, paper: &Paper, group: &Group, title: String) -> AnyView {
    let language = i18n.language();
    let shown: Vec<&Question> = group
        .questions
        .iter()
        .filter(|question| !paper.aside.contains(&question.name.as_str()))
        .filter(|question| match paper.blank {
            true => !question.kind.is_attached(),
            false => is_note(question) || paper.answers.contains_key(&question.name),
        })
        .collect();
    let mut rows = Vec::new();
    let mut half: Option<(String, AnyView)> = None;
    // A text to read says nothing of a record without the answer that it is about.
    let answered = shown.iter().any(|question| !is_note(question));
    for question in shown.into_iter().filter(|_| answered) {
        let label = question.label.get(language).to_owned();
        let answer = paper.answers.get(&question.name);
        let value = match answer {
            Some(answer) => answer_view(i18n, &question.kind, answer),
            None => room(i18n, &question.kind),
        };
        let wide = is_wide(&question.kind, answer, language);
        if wide && let Some((label, value)) = half.take() {
            rows.push(pair(label, value, "3"));
        }
        match half.take() {
            _ if is_note(question) => {
                rows.push(view! { <td colspan="4" class="paper__note">{label}</td> }.into_any());
            }
            _ if wide => rows.push(pair(label, value, "3")),
            Some((first, before)) => {
                let cells = vec![pair(first, before, "1"), pair(label, value, "1")];
                rows.push(cells.into_any());
            }
            None => half = Some((label, value)),
        }
    }
    if let Some((label, value)) = half {
        rows.push(pair(label, value, "3"));
    }
    if rows.is_empty() {
        // One line, so that a short visit stays on one page.
        let nothing = pair(title, t!(i18n, print.unanswered).into_any(), "3");
        return view! {
            <table class="paper__table paper__table--empty">
                {columns()}
                <tbody>
                    <tr>{nothing}</tr>
                </tbody>
            </table>
        };
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|cells| view! { <tr>{cells}</tr> })
        .collect();
    view! {
        <table class="paper__table">
            {columns()}
            <thead>
                <tr>
                    <th colspan="4" scope="colgroup">{title}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// A line for each thing, a column for each question that any of them answers.
fn list_table(i18n: I18n, paper: &Paper, group: &Group, title: String) -> AnyView {
    let language = i18n.language();
    let mut lists: Vec<&Fields> = paper
        .instances
        .iter()
        .filter(|(name, _)| *name == group.name)
        .map(|(_, answers)| answers)
        .collect();
    let empty = Fields::new();
    if paper.blank {
        lists.resize(LINES, &empty);
    }
    let columns: Vec<&Question> = group
        .questions
        .iter()
        .filter(|question| {
            paper.blank
                || lists
                    .iter()
                    .any(|answers| answers.contains_key(&question.name))
        })
        .collect();
    if columns.is_empty() {
        let none = Group {
            questions: Vec::new(),
            ..group.clone()
        };
        return group_table(i18n, paper, &none, title);
    }
    let heads: Vec<_> = columns
        .iter()
        .map(|question| {
            let label = question.label.get(language).to_owned();
            view! { <th scope="col">{label}</th> }
        })
        .collect();
    let span = columns.len().to_string();
    let rows: Vec<_> = lists
        .into_iter()
        .map(|answers| {
            let cells: Vec<_> = columns
                .iter()
                .map(|question| {
                    let answer = answers.get(&question.name);
                    let value = answer.map(|answer| answer_view(i18n, &question.kind, answer));
                    view! { <td>{value}</td> }
                })
                .collect();
            view! { <tr class="paper__line">{cells}</tr> }
        })
        .collect();
    let name = title.clone();
    // On a phone's screen it is wider than the paper's other tables, and moves under the finger.
    view! {
        <div class="paper__scroll" tabindex="0" role="group" aria-label=name>
            <table class="paper__table paper__table--list">
                <thead>
                    <tr>
                        <th colspan=span scope="colgroup">{title}</th>
                    </tr>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

const fn is_note(question: &Question) -> bool {
    matches!(question.kind, QuestionKind::Note {})
}

fn is_wide(kind: &QuestionKind, answer: Option<&FieldValue>, language: Language) -> bool {
    match (kind, answer) {
        (QuestionKind::Signature {} | QuestionKind::Note {}, _) => true,
        (kind, Some(answer)) if !kind.is_attached() => {
            let text = said_answer(kind, answer, language);
            text.chars().count() > SHORT || text.contains('\n')
        }
        (
            QuestionKind::Text {
                multiline,
                max_length,
                ..
            },
            None,
        ) => *multiline || *max_length > 100,
        (QuestionKind::SelectOne { choices } | QuestionKind::SelectMultiple { choices }, None) => {
            choices.len() > 3
        }
        (QuestionKind::DateTime { .. }, None) => true,
        _ => false,
    }
}

fn said_answer(kind: &QuestionKind, answer: &FieldValue, language: Language) -> String {
    let text = answer.as_text().unwrap_or_default();
    let dated = match kind {
        QuestionKind::Date { .. } => {
            Stamp::parse(&format!("{text}T00:00:00Z")).map(|day| day_text(day, language))
        }
        QuestionKind::DateTime { .. } => {
            Stamp::parse(text).map(|instant| instant_text(instant, language))
        }
        _ => None,
    };
    dated.unwrap_or_else(|| answer_text(kind, answer, language))
}

fn answer_view(i18n: I18n, kind: &QuestionKind, answer: &FieldValue) -> AnyView {
    match (kind, answer) {
        (QuestionKind::Signature {}, FieldValue::Text(path)) => {
            signature_view(i18n, path.clone()).into_any()
        }
        (kind, answer) if kind.is_attached() => {
            let n = attachment_ids(Some(answer)).len();
            t_filled!(i18n, print.photos, n = n).into_any()
        }
        _ => said_answer(kind, answer, i18n.language()).into_any(),
    }
}

/// Where an answer is written by hand.
fn room(i18n: I18n, kind: &QuestionKind) -> AnyView {
    let language = i18n.language();
    let tick = |label: &str| {
        let label = format!("□ {label}");
        view! { <span class="paper__choice">{label}</span> }
    };
    let unit = |unit: &'static str| view! { <span class="paper__unit">{unit}</span> };
    match kind {
        QuestionKind::SelectOne { choices } | QuestionKind::SelectMultiple { choices } => choices
            .iter()
            .map(|choice| tick(choice.label.get(language)))
            .collect_view(),
        QuestionKind::Acknowledge {} => tick(t_string!(i18n, form.agreed)),
        QuestionKind::Number { unit: sign, .. } => unit(sign.sign(language)),
        QuestionKind::Date { .. } => unit(t_string!(i18n, print.day)),
        QuestionKind::DateTime { .. } => unit(t_string!(i18n, print.minute)),
        QuestionKind::Signature {}
        | QuestionKind::Text {
            max_length: 201.., ..
        } => {
            view! { <span class="paper__room"></span> }
        }
        _ => ().into_any(),
    }
}
