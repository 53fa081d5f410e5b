//! The frame of a question: label, field, help, and what is wrong.

use super::{
    acknowledge::AcknowledgeField, date::DateField, date_time::DateTimeField, number::NumberField,
    select_multiple::SelectMultipleField, select_one::SelectOneField, signature::SignatureField,
    text::TextField,
};
use crate::components::when::When;
use crate::{
    components::icon::{Icon, IconName},
    i18n::*,
    state::drafts::{AnswerPlace, use_draft_editor},
};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldValue,
    forms::{Question, QuestionKind, TextFormat},
    identifiers::{CheckDigit, check_credit_code, check_patent_number},
};

/// What a field needs to know of its question and to do with its answer.
#[derive(Clone)]
pub struct Field {
    /// Id of the input; its label is `<id>-label`, its help `<id>-help`.
    pub id: String,
    /// Name of the question.
    pub name: String,
    /// Where its answer stands.
    pub place: AnswerPlace,
    /// Whether an answer is needed.
    pub required: bool,
    /// Whether the answer is wrong, and shown to be.
    pub invalid: Memo<bool>,
}

impl Field {
    /// The answer, now.
    pub fn initial(&self) -> Option<FieldValue> {
        use_draft_editor().answer_untracked(&self.place, &self.name)
    }

    /// The answer as text, now; a number or truth is none.
    pub fn initial_text(&self) -> String {
        self.initial()
            .and_then(|value| value.as_text().map(str::to_owned))
            .unwrap_or_default()
    }

    /// What takes an answer: an empty text is no answer.
    pub fn setter(&self) -> impl Fn(Option<FieldValue>) + Clone + Send + Sync + use<> {
        let editor = use_draft_editor();
        let (place, name) = (self.place.clone(), self.name.clone());
        move |value| {
            let value = value.filter(|value| value.as_text() != Some(""));
            editor.set_answer(&place, &name, value);
        }
    }

    /// What is called when the person leaves the field.
    pub fn leaver(&self) -> impl Fn() + Clone + Send + Sync + use<> {
        let editor = use_draft_editor();
        let (place, name) = (self.place.clone(), self.name.clone());
        move || editor.leave(&editor.path(&place, &name))
    }

    /// Ids of help and error, for `aria-describedby`.
    pub fn described_by(&self) -> String {
        format!("{0}-help {0}-error", self.id)
    }
}

/// Id of a question's field: stable, so that the summary can jump to it.
pub fn field_id(place: &AnswerPlace, name: &str) -> String {
    match place {
        AnswerPlace::Form => format!("q-{name}"),
        AnswerPlace::Instance { id, .. } => format!("q-{id}-{name}"),
    }
}

/// One question, if it is asked.
#[component]
pub fn QuestionField(
    /// The question.
    question: Question,
    /// Where its answer stands.
    place: AnswerPlace,
) -> impl IntoView {
    let editor = use_draft_editor();
    let asked = {
        let (question, place) = (question.clone(), place.clone());
        Memo::new(move |_| editor.is_asked(&place, &question))
    };
    view! {
        <When on=Signal::derive(move || asked.get())>
            <Framed question=question.clone() place=place.clone()/>
        </When>
    }
}

#[component]
fn Framed(question: Question, place: AnswerPlace) -> impl IntoView {
    let i18n = use_i18n();
    let editor = use_draft_editor();
    let label = {
        let label = question.label.clone();
        move || label.get(i18n.language()).to_owned()
    };
    if matches!(question.kind, QuestionKind::Note {}) {
        return view! { <p class="question question--note">{label}</p> }.into_any();
    }
    let id = field_id(&place, &question.name);
    let problem = {
        let (place, name) = (place.clone(), question.name.clone());
        Memo::new(move |_| editor.problem(&editor.path(&place, &name)))
    };
    let field = Field {
        id: id.clone(),
        name: question.name.clone(),
        place: place.clone(),
        required: question.required,
        invalid: Memo::new(move |_| problem.with(Option::is_some)),
    };
    let hint = question.hint.clone();
    let hint = move || {
        hint.as_ref()
            .map(|hint| hint.get(i18n.language()).to_owned())
            .unwrap_or_default()
    };
    let warning = {
        let (place, question) = (place.clone(), question.clone());
        move || fails_check(&question, editor.answer(&place, &question.name).as_ref())
    };
    let prefilled = {
        let (place, name) = (place.clone(), question.name.clone());
        move || editor.is_prefilled(&place, &name)
    };
    // Choices are a group of controls: their label names the group, not one input.
    let grouped = matches!(
        question.kind,
        QuestionKind::SelectMultiple { .. }
            | QuestionKind::Acknowledge {}
            | QuestionKind::Signature {}
    ) || matches!(&question.kind, QuestionKind::SelectOne { choices } if choices.len() <= super::select_one::INLINE);
    let target = (!grouped).then(|| id.clone());
    let optional = !question.required;
    view! {
        <div class="question" class=("question--invalid", move || problem.with(Option::is_some)) id=format!("{id}-frame")>
            <div class="question__head">
                <label class="question__label" id=format!("{id}-label") for=target>
                    {label}
                    <When on=Signal::derive(move || optional)>
                        <span class="question__optional">{t!(i18n, form.optional)}</span>
                    </When>
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
