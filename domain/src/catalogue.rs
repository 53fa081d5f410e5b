//! What the kinds of records hold outside forms: the fields of a firm, with the same kinds that questions have.

use crate::{
    consts::field,
    forms::{QuestionKind, TextFormat, Unit},
};

/// A field of a firm's record.
#[derive(Clone, Debug)]
pub struct EnterpriseField {
    /// Its name in the record.
    pub name: &'static str,
    /// What values it takes.
    pub kind: QuestionKind,
    /// Whether a firm must have it.
    pub required: bool,
}

const fn text(max_length: u32) -> QuestionKind {
    formatted(TextFormat::Plain, max_length)
}

const fn formatted(format: TextFormat, max_length: u32) -> QuestionKind {
    QuestionKind::Text {
        format,
        multiline: false,
        max_length,
    }
}

/// The fields of a firm in the order in which they are shown.
///
/// Only the name is needed: a firm met at the gate is added from its name alone and gets its code later.
pub static ENTERPRISE_FIELDS: [EnterpriseField; 13] = [
    EnterpriseField {
        name: field::NAME,
        kind: text(120),
        required: true,
    },
    EnterpriseField {
        name: field::CREDIT_CODE,
        kind: formatted(TextFormat::CreditCode, 18),
        required: false,
    },
    EnterpriseField {
        name: "legal_representative",
        kind: text(60),
        required: false,
    },
    EnterpriseField {
        name: "established_on",
        kind: QuestionKind::Date {
            not_in_future: true,
        },
        required: false,
    },
    EnterpriseField {
        name: "registered_capital",
        kind: QuestionKind::Number {
            unit: Unit::TenThousandYuan,
            min: Some(0),
            max: None,
        },
        required: false,
    },
    EnterpriseField {
        name: "address",
        kind: text(200),
        required: false,
    },
    EnterpriseField {
        name: "industry",
        kind: text(60),
        required: false,
    },
    EnterpriseField {
        name: "industry_chain",
        kind: text(60),
        required: false,
    },
    EnterpriseField {
        name: "size_class",
        kind: text(20),
        required: false,
    },
    EnterpriseField {
        name: "qualifications",
        kind: text(200),
        required: false,
    },
    EnterpriseField {
        name: "contact_name",
        kind: text(60),
        required: false,
    },
    EnterpriseField {
        name: "contact_title",
        kind: text(60),
        required: false,
    },
    EnterpriseField {
        name: "contact_mobile",
        kind: formatted(TextFormat::Mobile, 11),
        required: false,
    },
];
