//! When something is asked: a small typed tree over the answers, ready to grow into the forms' expressions.

use crate::read_from_cases;
use crate::{FieldValue, Fields};
use serde::Serialize;

/// A condition over answers by question name. A missing answer equals nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The question's answer is this value.
    Equals {
        /// The question.
        question: String,
        /// The value.
        value: FieldValue,
    },
    /// The choice is among those selected.
    Selected {
        /// The question.
        question: String,
        /// The choice's name.
        choice: String,
    },
    /// Every one holds.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

read_from_cases!(Condition(case, members) {
            "equals" => members
                .required("question")
                .zip(members.required("value"))
                .map(|(question, value)| Self::Equals { question, value }),
            "selected" => members
                .required("question")
                .zip(members.required("choice"))
                .map(|(question, choice)| Self::Selected { question, choice }),
            "all" => case.value().map(Self::All),
            "any" => case.value().map(Self::Any),
            "not" => case.value().map(Self::Not),
});

impl Condition {
    /// Whether it holds for these answers.
    pub fn holds(&self, answers: &Fields) -> bool {
        match self {
            Self::Equals { question, value } => answers.get(question) == Some(value),
            Self::Selected { question, choice } => answers
                .get(question)
                .and_then(FieldValue::as_text)
                .is_some_and(|names| names.split(' ').any(|name| name == choice)),
            Self::All(all) => all.iter().all(|condition| condition.holds(answers)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(answers)),
            Self::Not(condition) => !condition.holds(answers),
        }
    }

    /// The questions it asks about.
    pub fn questions(&self) -> Vec<&str> {
        match self {
            Self::Equals { question, .. } | Self::Selected { question, .. } => vec![question],
            Self::All(inner) | Self::Any(inner) => inner.iter().flat_map(Self::questions).collect(),
            Self::Not(inner) => inner.questions(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_reads_selected_choices_whole() {
        let answers = Fields::from([(
            "use".to_owned(),
            FieldValue::from("research_equipment rent"),
        )]);
        let selected = |choice: &str| Condition::Selected {
            question: "use".to_owned(),
            choice: choice.to_owned(),
        };
        assert!(selected("rent").holds(&answers));
        assert!(!selected("research").holds(&answers));
        assert!(Condition::Not(Box::new(selected("research"))).holds(&answers));
        assert!(!Condition::Any(vec![]).holds(&answers));
    }
}
