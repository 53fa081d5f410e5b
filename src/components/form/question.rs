//! The frame of a question: label, field, help, and what is wrong.

use super::{
    acknowledge::AcknowledgeField, date::DateField, date_time::DateTimeField, file::FileField,
    number::NumberField, photo::PhotoField, select_multiple::SelectMultipleField,
    select_one::SelectOneField, signature::SignatureField, text::TextField,
};
use crate::components::when::When;
use crate::{
    components::icon::{Icon, IconName},
    i18n::*,
    state::answers::SharedAnswers,
};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldValue,
    forms::{Question, QuestionKind, TextFormat},
    identifiers::{CheckDigit, check_credit_code, check_patent_number},
};
use std::rc::Rc;

/// What a field needs to know of its question and to do with its answer.
#[derive(Clone)]
pub struct Field {
    /// Id of the input; its label is `<id>-label`, its help `<id>-help`.
    pub id: String,
    /// Name of the question.
    pub name: String,
    /// Where its answer stands.
    pub answers: SharedAnswers,
    /// Whether an answer is needed.
    pub required: bool,
    /// Whether the answer is wrong, and shown to be.
    pub invalid: Memo<bool>,
}

impl Field {
    /// The answer, now.
    pub fn initial(&self) -> Option<FieldValue> {
        self.answers.answer_now(&self.name)
    }

    /// The answer as text, now; a number or truth is none.
    pub fn initial_text(&self) -> String {
        self.initial()
            .and_then(|value| value.as_text().map(str::to_owned))
            .unwrap_or_default()
    }

    /// What takes an answer: an empty text is no answer.
    pub fn setter(&self) -> impl Fn(Option<FieldValue>) + Clone + use<> {
        let (answers, name) = (self.answers.clone(), self.name.clone());
        move |value| {
            let value = value.filter(|value| value.as_text() != Some(""));
            answers.set_answer(&name, value);
        }
    }

    /// What is called when the person leaves the field.
    pub fn leaver(&self) -> impl Fn() + Clone + use<> {
        let (answers, name) = (self.answers.clone(), self.name.clone());
        move || answers.leave(&name)
    }

    /// Ids of help and error, for `aria-describedby`.
    pub fn described_by(&self) -> String {
        format!("{0}-help {0}-error", self.id)
    }
}

/// One question, if it is asked.
#[component]
pub fn QuestionField(
    /// The question.
    question: Question,
    /// Where its answer stands.
    answers: SharedAnswers,
) -> impl IntoView {
    let question = Rc::new(question);
    let asked = {
        let (question, answers) = (question.clone(), answers.clone());
        move || answers.is_asked(&question)
    };
    view! {
        <When on=Signal::derive(asked)>
            <Framed question=question.clone() answers=answers.clone()/>
        </When>
    }
}

#[component]
fn Framed(question: Rc<Question>, answers: SharedAnswers) -> impl IntoView {
    let i18n = use_i18n();
    let label = {
        let question = question.clone();
        move || question.label.get(i18n.language()).to_owned()
    };
    if matches!(question.kind, QuestionKind::Note {}) {
        return view! { <p class="question question--note">{label}</p> }.into_any();
    }
    let id = answers.field_id(&question.name);
    let problem = {
        let (answers, question) = (answers.clone(), question.clone());
        Memo::new(move |_| answers.problem(&question.name))
    };
    let field = Field {
        id: id.clone(),
        name: question.name.clone(),
        answers: answers.clone(),
        required: question.required,
        invalid: Memo::new(move |_| problem.with(Option::is_some)),
    };
    let hint = {
        let question = question.clone();
        move || {
            let hint = question.hint.as_ref();
            hint.map(|hint| hint.get(i18n.language()).to_owned())
        }
    };
    let warning = {
        let (answers, question) = (answers.clone(), question.clone());
        move || fails_check(&question, answers.answer(&question.name).as_ref())
    };
    let prefilled = {
        let question = question.clone();
        move || answers.is_prefilled(&question.name)
    };
    // Choices are a group of controls: their label names the group, not one input.
    let grouped = matches!(
        question.kind,
        QuestionKind::SelectMultiple { .. }
            | QuestionKind::Acknowledge {}
            | QuestionKind::Signature {}
            | QuestionKind::Photo { .. }
            | QuestionKind::File { .. }
    ) || matches!(&question.kind, QuestionKind::SelectOne { choices } if choices.len() <= super::select_one::INLINE);
    let target = (!grouped).then(|| id.clone());
    let optional = !question.required;
    view! {
        <div class="question" class=("question--invalid", move || problem.with(Option::is_some)) id=format!("{id}-frame")>
            <div class="question__head">
                <label class="question__label" id=format!("{id}-label") for=target>
                    {label}
                    {optional
                        .then(|| view! { <span class="question__optional">{t!(i18n, form.optional)}</span> })}
                </label>
                <When on=Signal::derive(prefilled)>
                    <span class="question__known">{t!(i18n, form.prefilled)}</span>
                </When>
            </div>
            {control(&question, field)}
            <p class="question__help" id=format!("{id}-help")>
                {hint}
            </p>
            <When on=Signal::derive(warning)>
                <p class="question__warning">
                    <Icon name=IconName::Info/>
                    <span>{t!(i18n, form.check_digit)}</span>
                </p>
            </When>
            <p class="question__error" id=format!("{id}-error")>
                <When on=Signal::derive(move || problem.with(Option::is_some))>
                    <Icon name=IconName::Alert/>
                    <span>
                        {move || {
                            problem.get().map(|problem| problem.sentence(i18n.language()))
                        }}
                    </span>
                </When>
            </p>
        </div>
    }
    .into_any()
}

fn control(question: &Question, field: Field) -> AnyView {
    match question.kind.clone() {
        QuestionKind::Text {
            format,
            multiline,
            max_length,
        } => view! { <TextField field format multiline max_length/> }.into_any(),
        QuestionKind::Number { unit, min, .. } => {
            view! { <NumberField field unit min/> }.into_any()
        }
        QuestionKind::SelectOne { choices } => view! { <SelectOneField field choices/> }.into_any(),
        QuestionKind::SelectMultiple { choices } => {
            view! { <SelectMultipleField field choices/> }.into_any()
        }
        QuestionKind::Date { .. } => view! { <DateField field/> }.into_any(),
        QuestionKind::DateTime { .. } => view! { <DateTimeField field/> }.into_any(),
        QuestionKind::Acknowledge {} => view! { <AcknowledgeField field/> }.into_any(),
        QuestionKind::Signature {} => view! { <SignatureField field/> }.into_any(),
        QuestionKind::Photo {
            most,
            location,
            unmarked,
        } => view! { <PhotoField field most location unmarked/> }.into_any(),
        QuestionKind::File { most } => view! { <FileField field most/> }.into_any(),
        QuestionKind::Note {} => ().into_any(),
    }
}

/// Whether a well-shaped code fails its check digit: warned of, never refused.
fn fails_check(question: &Question, answer: Option<&FieldValue>) -> bool {
    let Some(text) = answer.and_then(FieldValue::as_text) else {
        return false;
    };
    let QuestionKind::Text { format, .. } = question.kind else {
        return false;
    };
    let checked = match format {
        TextFormat::CreditCode => check_credit_code(text),
        TextFormat::PatentNumber => check_patent_number(text),
        _ => return false,
    };
    checked == Ok(CheckDigit::Differs)
}
