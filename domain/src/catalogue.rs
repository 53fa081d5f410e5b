//! What the kinds of records hold outside forms: their fields, with the same kinds that questions have.

use crate::{
    consts::field,
    forms::{QuestionKind, TextFormat, Unit},
};

/// A field of a record.
#[derive(Clone, Debug)]
pub struct RecordField {
    /// Its name in the record.
    pub name: &'static str,
    /// What values it takes.
    pub kind: QuestionKind,
    /// Whether a record must have it.
    pub required: bool,
}

/// A field that a record must have.
pub(crate) const fn required(name: &'static str, kind: QuestionKind) -> RecordField {
    RecordField {
        name,
        kind,
        required: true,
    }
}

/// A field that a record may have.
pub(crate) const fn optional(name: &'static str, kind: QuestionKind) -> RecordField {
    RecordField {
        name,
        kind,
        required: false,
    }
}

/// Text on one line.
pub(crate) const fn text(max_length: u32) -> QuestionKind {
    formatted(TextFormat::Plain, max_length)
}

/// Text on several lines.
pub(crate) const fn text_of_lines(max_length: u32) -> QuestionKind {
    QuestionKind::Text {
        format: TextFormat::Plain,
        multiline: true,
        max_length,
    }
}

/// A calendar date.
pub(crate) const fn date(not_in_future: bool) -> QuestionKind {
    QuestionKind::Date { not_in_future }
}

const fn formatted(format: TextFormat, max_length: u32) -> QuestionKind {
    QuestionKind::Text {
        format,
        multiline: false,
        max_length,
    }
}

const fn number(unit: Unit, min: i64) -> QuestionKind {
    QuestionKind::Number {
        unit,
        min: Some(min),
        max: None,
    }
}

/// An amount that people write in tens of thousands of yuan.
pub(crate) const fn amount() -> QuestionKind {
    number(Unit::TenThousandYuan, 0)
}

/// How many there are, or which of them it is.
pub(crate) const fn count() -> QuestionKind {
    number(Unit::Items, 1)
}

/// The fields of a firm in the order in which they are shown.
///
/// Only the name is needed: a firm met at the gate is added from its name alone and gets its code later.
pub static ENTERPRISE_FIELDS: [RecordField; 13] = [
    required(field::NAME, text(120)),
    optional(field::CREDIT_CODE, formatted(TextFormat::CreditCode, 18)),
    optional("legal_representative", text(60)),
    optional("established_on", date(true)),
    optional("registered_capital", amount()),
    optional("address", text(200)),
    optional("industry", text(60)),
    optional("industry_chain", text(60)),
    optional("size_class", text(20)),
    optional("qualifications", text(200)),
    optional("contact_name", text(60)),
    optional("contact_title", text(60)),
    optional("contact_mobile", formatted(TextFormat::Mobile, 11)),
];

/// The fields of a planned visit.
pub static PLANNED_VISIT_FIELDS: [RecordField; 5] = [
    required(field::ENTERPRISE, text(36)),
    required(field::PLANNED_ON, date(false)),
    required(field::PLANNED_FOR, text(36)),
    required(field::OFFICER, text(60)),
    required(field::POSITION, count()),
];
