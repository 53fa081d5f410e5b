//! What is wrong with a value, in a form that a program can match on and a person can read.

use crate::{json::Blank, read_from_cases, read_from_members, read_from_names};
use serde::Serialize;

/// A language the product speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese, first.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The tag under which texts of this language stand in content.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// One wrong value: where it stands and why it is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{path}: {problem:?}")]
pub struct FieldError {
    /// The field's name; in a repeated group `<group>[<position>].<question>`.
    pub path: String,
    /// What is wrong.
    pub problem: FieldProblem,
}

impl FieldError {
    /// Names a field and its problem.
    pub fn new(path: impl Into<String>, problem: FieldProblem) -> Self {
        Self {
            path: path.into(),
            problem,
        }
    }

    /// Whether a visit may be submitted all the same, with this to come: an answer of the form itself is missing.
    pub fn may_come_later(&self) -> bool {
        self.problem == FieldProblem::Required && !self.path.contains('[')
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldProblem {
    /// No answer where one is needed.
    Required,
    /// The value is of another type than the field.
    WrongType {
        /// The type that the field has.
        expected: ValueType,
    },
    /// A number below the smallest allowed one, in the field's stored unit.
    TooSmall {
        /// The smallest allowed number.
        min: i64,
    },
    /// A number above the largest allowed one, in the field's stored unit.
    TooLarge {
        /// The largest allowed number.
        max: i64,
    },
    /// More characters than the field takes.
    TooLong {
        /// The most characters.
        max: u32,
    },
    /// Not one of the form's choices.
    NotAChoice {
        /// What was given instead.
        value: String,
    },
    /// A date later than the day of the visit.
    InTheFuture,
    /// Not a mobile number of eleven digits.
    NotAMobileNumber,
    /// Not shaped like a unified social credit code: `length` characters instead of 18.
    CreditCodeLength {
        /// How many characters there are.
        length: u32,
    },
    /// A letter that no unified social credit code has.
    CreditCodeLetter {
        /// The letter.
        letter: char,
    },
    /// Not shaped like a patent or application number.
    NotAPatentNumber,
    /// A control character that no database keeps (U+0000).
    ForbiddenCharacter,
    /// The record's kind has no such field.
    UnknownField,
    /// The form and version are not published on this server.
    UnknownForm {
        /// The form's id.
        form: String,
        /// The version.
        version: i64,
    },
    /// The record this one belongs to is unknown.
    UnknownRecord,
}

/// The type a field's value must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// Yes or no.
    Bool,
    /// An ISO 8601 date.
    Date,
    /// An RFC 3339 instant.
    Instant,
    /// The strokes of a signature.
    Signature,
}

impl Blank for FieldProblem {
    fn blank() -> Self {
        Self::Required
    }
}

read_from_members!(FieldError { path, problem });
read_from_names!(ValueType {
    "text" => Text,
    "integer" => Integer,
    "bool" => Bool,
    "date" => Date,
    "instant" => Instant,
    "signature" => Signature,
});

read_from_cases!(FieldProblem(case, members) {
            "required" => Some(Self::Required),
            "wrong_type" => members
                .required("expected")
                .map(|expected| Self::WrongType { expected }),
            "too_small" => members.required("min").map(|min| Self::TooSmall { min }),
            "too_large" => members.required("max").map(|max| Self::TooLarge { max }),
            "too_long" => members.required("max").map(|max| Self::TooLong { max }),
            "not_a_choice" => members
                .required("value")
                .map(|value| Self::NotAChoice { value }),
            "in_the_future" => Some(Self::InTheFuture),
            "not_a_mobile_number" => Some(Self::NotAMobileNumber),
            "credit_code_length" => members
                .required("length")
                .map(|length| Self::CreditCodeLength { length }),
            "credit_code_letter" => members
                .required("letter")
                .map(|letter| Self::CreditCodeLetter { letter }),
            "not_a_patent_number" => Some(Self::NotAPatentNumber),
            "forbidden_character" => Some(Self::ForbiddenCharacter),
            "unknown_field" => Some(Self::UnknownField),
            "unknown_form" => members
                .required("form")
                .zip(members.required("version"))
                .map(|(form, version)| Self::UnknownForm { form, version }),
            "unknown_record" => Some(Self::UnknownRecord),
});

impl FieldProblem {
    /// One sentence: what happened and what to do. Within 40 characters in Chinese.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Chinese => self.chinese(),
            Language::English => self.english(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Required => "请填写这一项".to_owned(),
            Self::WrongType { expected } => match expected {
                ValueType::Integer => "请填写数字".to_owned(),
                ValueType::Date => "请填写日期，如 2026-04-26".to_owned(),
                ValueType::Instant => "请填写日期和时间".to_owned(),
                ValueType::Signature => "签名不完整，请重新签名".to_owned(),
                ValueType::Text | ValueType::Bool => "内容类型不对，请重新填写".to_owned(),
            },
            Self::TooSmall { min } => format!("数值过小，最小为 {min}"),
            Self::TooLarge { max } => format!("数值过大，最大为 {max}"),
            Self::TooLong { max } => format!("文字过长，最多 {max} 个字"),
            Self::NotAChoice { .. } => "请从列出的选项中选择".to_owned(),
            Self::InTheFuture => "日期晚于走访当天，请核对".to_owned(),
            Self::NotAMobileNumber => "手机号应为 11 位数字，请核对".to_owned(),
            Self::CreditCodeLength { length } if *length < 18 => {
                format!("信用代码少 {} 位，内容已保留", 18 - length)
            }
            Self::CreditCodeLength { length } => {
                format!("信用代码多 {} 位，内容已保留", length.saturating_sub(18))
            }
            Self::CreditCodeLetter { letter } => format!("信用代码不含“{letter}”，请核对"),
            Self::NotAPatentNumber => "专利号格式不对，如 ZL202110000001.6".to_owned(),
            Self::ForbiddenCharacter => "含有无法保存的字符，请删去后重填".to_owned(),
            Self::UnknownField => "这一项不在表单中，内容已保留".to_owned(),
            Self::UnknownForm { .. } => "表单版本尚未发布，内容已保留".to_owned(),
            Self::UnknownRecord => "所属的记录还没有上传，内容已保留".to_owned(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Required => "Please answer this question".to_owned(),
            Self::WrongType { expected } => match expected {
                ValueType::Integer => "Enter a number".to_owned(),
                ValueType::Date => "Enter a date such as 2026-04-26".to_owned(),
                ValueType::Instant => "Enter a date and time".to_owned(),
                ValueType::Signature => "The signature is incomplete; please sign again".to_owned(),
                ValueType::Text | ValueType::Bool => {
                    "This value has the wrong type; enter it again".to_owned()
                }
            },
            Self::TooSmall { min } => format!("Too small; the least is {min}"),
            Self::TooLarge { max } => format!("Too large; the most is {max}"),
            Self::TooLong { max } => format!("Too long; at most {max} characters"),
            Self::NotAChoice { .. } => "Choose one of the listed options".to_owned(),
            Self::InTheFuture => "The date is after the day of the visit; please check".to_owned(),
            Self::NotAMobileNumber => "A mobile number has 11 digits; please check".to_owned(),
            Self::CreditCodeLength { length } if *length < 18 => {
                format!(
                    "The credit code lacks {} characters; it is kept as typed",
                    18 - length
                )
            }
            Self::CreditCodeLength { length } => {
                format!(
                    "The credit code has {} characters too many; it is kept as typed",
                    length.saturating_sub(18)
                )
            }
            Self::CreditCodeLetter { letter } => {
                format!("No credit code contains “{letter}”; please check")
            }
            Self::NotAPatentNumber => "Not a patent number, such as ZL202110000001.6".to_owned(),
            Self::ForbiddenCharacter => {
                "Contains a character that cannot be kept; remove it".to_owned()
            }
            Self::UnknownField => "The form has no such question; the value is kept".to_owned(),
            Self::UnknownForm { .. } => {
                "This form version is not published; the record is kept".to_owned()
            }
            Self::UnknownRecord => {
                "The record this belongs to has not arrived; this is kept".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chinese_sentence_fits_forty_characters_and_never_shouts() {
        let all = [
            FieldProblem::Required,
            FieldProblem::WrongType {
                expected: ValueType::Date,
            },
            FieldProblem::TooLarge { max: i64::MAX },
            FieldProblem::NotAChoice {
                value: "x".to_owned(),
            },
            FieldProblem::CreditCodeLength { length: 17 },
            FieldProblem::CreditCodeLength { length: 19 },
            FieldProblem::CreditCodeLetter { letter: 'I' },
            FieldProblem::NotAPatentNumber,
            FieldProblem::UnknownForm {
                form: "visit".to_owned(),
                version: 9,
            },
        ];
        for problem in all {
            let sentence = problem.sentence(Language::Chinese);
            assert!(sentence.chars().count() <= 40, "{sentence}");
            assert!(!sentence.contains('！'), "{sentence}");
        }
    }
}
