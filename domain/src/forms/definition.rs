//! A form as it is published: typed, checked, in both languages. The phone only reads it.

use super::Condition;
use crate::{
    Language, Map, blank_is_default, json::Blank, read_from_cases, read_from_members,
    read_from_names,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A text in each language, by language tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localised(pub Map<String, String>);

impl Localised {
    /// The text in this language, else in Chinese, else empty.
    pub fn get(&self, language: Language) -> &str {
        self.0
            .get(language.tag())
            .or_else(|| self.0.get(Language::Chinese.tag()))
            .map_or("", String::as_str)
    }
}

/// One version of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FormDefinition {
    /// The form's id, the same over its versions.
    pub form_id: String,
    /// Counts the published versions, from 1.
    pub version: i64,
    /// Its title.
    pub title: Localised,
    /// Its groups, each at least one page.
    pub groups: Vec<Group>,
}

/// A group of questions that belong on one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its name, unique in the form.
    pub name: String,
    /// Its heading.
    pub label: Localised,
    /// When it is asked; always if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevant: Option<Condition>,
    /// Its repetition, if its questions are asked once for each thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Its questions in order.
    pub questions: Vec<Question>,
}

/// A group asked once for each thing, each answer set a child record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repeat {
    /// What the button that adds one says.
    pub add_label: Localised,
    /// The question whose answer names an instance in a list.
    pub title_question: String,
    /// The most instances.
    pub max: u32,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its name, unique in the form; answers are stored under it.
    pub name: String,
    /// What is asked.
    pub label: Localised,
    /// A line of help below the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Localised>,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// Whether an answer is needed where the question is relevant.
    pub required: bool,
    /// When it is asked; always if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevant: Option<Condition>,
    /// Where a first answer comes from: a field of the enterprise, or `now`, `officer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefill: Option<String>,
}

/// The kind of a question, and the bounds of its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Text on one line or several.
    Text {
        /// What the text must look like.
        format: TextFormat,
        /// Whether it takes several lines.
        multiline: bool,
        /// The most characters.
        max_length: u32,
    },
    /// A whole number, stored in its unit's smallest part.
    Number {
        /// How it is typed and shown.
        unit: Unit,
        /// The smallest, as stored.
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// The largest, as stored.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// One of the choices; stored by its name.
    SelectOne {
        /// The choices in order.
        choices: Vec<Choice>,
    },
    /// Any of the choices; stored as names joined by spaces in the order of the list.
    SelectMultiple {
        /// The choices in order.
        choices: Vec<Choice>,
    },
    /// A date, stored as ISO 8601.
    Date {
        /// Whether a date after the day of the visit is wrong.
        not_in_future: bool,
    },
    /// A date and time, stored as RFC 3339 with offset.
    DateTime {
        /// Whether an instant after the visit's submission is wrong.
        not_in_future: bool,
    },
    /// A text to read; no answer.
    Note {},
    /// A box to tick; stored as `true`, required means it must be ticked.
    Acknowledge {},
    /// A signature drawn with the finger; stored as SVG path data in a box of 300 × 120.
    Signature {},
    /// Photos, stored as a JSON array of the ids of their attachments.
    Photo {
        /// The most photos.
        most: u32,
        /// Whether the place where each was taken is kept in it, as its camera wrote it.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        location: bool,
        /// Whether no visible mark may be drawn onto them: it would lie over the seal of a paper.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        unmarked: bool,
    },
    /// Documents as they are, stored as a JSON array of the ids of their attachments.
    File {
        /// The most documents.
        most: u32,
    },
}

impl QuestionKind {
    /// Whether its answer names attachments.
    pub const fn is_attached(&self) -> bool {
        matches!(self, Self::Photo { .. } | Self::File { .. })
    }
}

/// What a text must look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// Anything.
    #[default]
    Plain,
    /// A mobile number.
    Mobile,
    /// A unified social credit code; a failed check digit warns.
    CreditCode,
    /// A patent or application number; a failed check digit warns.
    PatentNumber,
}

/// How a number is typed and shown; it is stored as a whole number of the smallest part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 人.
    People,
    /// 件.
    Items,
    /// 个月.
    Months,
    /// 万元, stored in 分: 1 万元 = 1,000,000 分.
    TenThousandYuan,
    /// %, stored in parts per million: 1 % = 10,000.
    Percent,
}

impl Unit {
    /// How many stored parts one typed unit has, as a power of ten.
    pub const fn decimals(self) -> u32 {
        match self {
            Self::People | Self::Items | Self::Months => 0,
            Self::TenThousandYuan => 6,
            Self::Percent => 4,
        }
    }

    /// The unit's sign beside the field.
    pub const fn sign(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::People, Language::Chinese) => "人",
            (Self::People, Language::English) => "people",
            (Self::Items, Language::Chinese) => "件",
            (Self::Items, Language::English) => "items",
            (Self::Months, Language::Chinese) => "个月",
            (Self::Months, Language::English) => "months",
            (Self::TenThousandYuan, Language::Chinese) => "万元",
            (Self::TenThousandYuan, Language::English) => "10k CNY",
            (Self::Percent, _) => "%",
        }
    }

    /// Reads what a person typed: digits with at most `decimals` after the point, grouped by commas or not,
    /// full-width digits as an input method gives them too. Exact: no floating point is involved.
    pub fn parse(self, typed: &str) -> Option<i64> {
        let text: String = typed
            .trim()
            .chars()
            .filter(|c| !matches!(c, ',' | '，' | ' '))
            .map(|c| match c {
                '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
                '．' | '。' => '.',
                '－' => '-',
                other => other,
            })
            .collect();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction)
        {
            return None;
        }
        let decimals = self.decimals() as usize;
        let significant = fraction.trim_end_matches('0');
        if significant.len() > decimals {
            return None;
        }
        let padded = format!("{whole}{significant:0<decimals$}");
        let stored: i64 = padded.parse().ok()?;
        Some(if negative { -stored } else { stored })
    }

    /// Writes a stored number as a person types it, without trailing zeros.
    pub fn format(self, stored: i64) -> String {
        let decimals = self.decimals() as usize;
        let digits = format!("{:0>width$}", stored.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let fraction = fraction.trim_end_matches('0');
        let sign = if stored < 0 { "-" } else { "" };
        if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
        }
    }
}

/// One choice of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is stored; no spaces.
    pub name: String,
    /// What is shown.
    pub label: Localised,
}

blank_is_default!(Localised);

impl Blank for QuestionKind {
    fn blank() -> Self {
        Self::Note {}
    }
}

read_from_members!(FormDefinition {
    form_id,
    version,
    title,
    groups
});
read_from_members!(Group { name, label, questions } { relevant, repeat });
read_from_members!(Repeat {
    add_label,
    title_question,
    max
});
read_from_members!(Question { name, label, kind } { hint, required, relevant, prefill });
read_from_members!(Choice { name, label });
read_from_names!(TextFormat {
    "plain" => Plain,
    "mobile" => Mobile,
    "credit_code" => CreditCode,
    "patent_number" => PatentNumber,
});
read_from_names!(Unit {
    "people" => People,
    "items" => Items,
    "months" => Months,
    "ten_thousand_yuan" => TenThousandYuan,
    "percent" => Percent,
});

read_from_cases!(QuestionKind(case, members) {
            "text" => members.required("max_length").and_then(|max_length| {
                Some(Self::Text {
                    format: members.or_default("format")?,
                    multiline: members.or_default("multiline")?,
                    max_length,
                })
            }),
            "number" => members.required("unit").and_then(|unit| {
                Some(Self::Number {
                    unit,
                    min: members.or_default("min")?,
                    max: members.or_default("max")?,
                })
            }),
            "select_one" => members
                .required("choices")
                .map(|choices| Self::SelectOne { choices }),
            "select_multiple" => members
                .required("choices")
                .map(|choices| Self::SelectMultiple { choices }),
            "date" => members
                .or_default("not_in_future")
                .map(|not_in_future| Self::Date { not_in_future }),
            "date_time" => members
                .or_default("not_in_future")
                .map(|not_in_future| Self::DateTime { not_in_future }),
            "note" => Some(Self::Note {}),
            "acknowledge" => Some(Self::Acknowledge {}),
            "signature" => Some(Self::Signature {}),
            "photo" => members
                .required("most")
                .zip(members.or_default("location"))
                .zip(members.or_default("unmarked"))
                .map(|((most, location), unmarked)| Self::Photo { most, location, unmarked }),
            "file" => members.required("most").map(|most| Self::File { most }),
});

impl FormDefinition {
    /// The question of this name outside repeated groups.
    pub fn question(&self, name: &str) -> Option<(&Group, &Question)> {
        self.groups
            .iter()
            .filter(|group| group.repeat.is_none())
            .find_map(|group| {
                group
                    .questions
                    .iter()
                    .find(|question| question.name == name)
                    .map(|question| (group, question))
            })
    }

    /// The repeated group of this name.
    pub fn repeat(&self, name: &str) -> Option<&Group> {
        self.groups
            .iter()
            .find(|group| group.name == name && group.repeat.is_some())
    }

    /// What is wrong with the definition itself, one sentence each; empty if it may be published.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut names = BTreeSet::new();
        for group in &self.groups {
            if !names.insert(group.name.as_str()) {
                faults.push(format!("group {}: the name is taken", group.name));
            }
            for question in &group.questions {
                if question.name.is_empty() || question.name.contains([' ', '.', '[']) {
                    faults.push(format!("question {:?}: not a name", question.name));
                }
                if !names.insert(question.name.as_str()) {
                    faults.push(format!("question {}: the name is taken", question.name));
                }
                if question.label.get(Language::Chinese).is_empty() {
                    faults.push(format!("question {}: no Chinese label", question.name));
                }
                if let QuestionKind::SelectOne { choices }
                | QuestionKind::SelectMultiple { choices } = &question.kind
                {
                    let distinct: BTreeSet<_> = choices.iter().map(|choice| &choice.name).collect();
                    if choices.is_empty() || distinct.len() != choices.len() {
                        faults.push(format!(
                            "question {}: choices missing or doubled",
                            question.name
                        ));
                    }
                    if choices
                        .iter()
                        .any(|choice| choice.name.is_empty() || choice.name.contains(' '))
                    {
                        faults.push(format!(
                            "question {}: a choice's name has a space",
                            question.name
                        ));
                    }
                }
            }
            if let Some(repeat) = &group.repeat
                && !group
                    .questions
                    .iter()
                    .any(|question| question.name == repeat.title_question)
            {
                faults.push(format!(
                    "group {}: no question {}",
                    group.name, repeat.title_question
                ));
            }
        }
        for group in &self.groups {
            let conditions = group
                .questions
                .iter()
                .filter_map(|question| question.relevant.as_ref())
                .chain(&group.relevant);
            for condition in conditions {
                for name in condition.questions() {
                    let known = self.question(name).is_some()
                        || group.questions.iter().any(|question| question.name == name);
                    if !known {
                        faults.push(format!(
                            "group {}: a condition names {name}, which is not asked",
                            group.name
                        ));
                    }
                }
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_in_both_directions() {
        for (typed, stored) in [
            ("300", 300_000_000),
            ("0.5", 500_000),
            (".5", 500_000),
            ("1,234.56", 1_234_560_000),
            ("３００", 300_000_000),
            ("-12.5", -12_500_000),
            ("0.000001", 1),
        ] {
            assert_eq!(Unit::TenThousandYuan.parse(typed), Some(stored), "{typed}");
        }
        for bad in [
            "",
            ".",
            "abc",
            "1.2.3",
            "1e5",
            "0.0000001",
            "99999999999999999999",
            "--1",
        ] {
            assert_eq!(Unit::TenThousandYuan.parse(bad), None, "{bad}");
        }
        assert_eq!(Unit::People.parse("12.5"), None);
        assert_eq!(Unit::TenThousandYuan.format(300_000_000), "300");
        assert_eq!(Unit::Percent.format(17_250), "1.725");
        assert_eq!(Unit::TenThousandYuan.format(-1), "-0.000001");
    }

    #[cfg(not(target_family = "wasm"))]
    proptest::proptest! {
        #[test]
        fn what_is_shown_is_read_back_exactly(stored: i64) {
            let stored = stored / 2;
            for unit in [Unit::People, Unit::TenThousandYuan, Unit::Percent] {
                proptest::prop_assert_eq!(unit.parse(&unit.format(stored)), Some(stored));
            }
        }

        #[test]
        fn nothing_typed_panics(typed in "\\PC{0,24}") {
            for unit in [Unit::People, Unit::TenThousandYuan, Unit::Percent] {
                unit.parse(&typed);
            }
        }
    }
}
