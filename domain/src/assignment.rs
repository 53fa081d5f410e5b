//! 主办 and 协办: who looks after a firm, since when and until when. An assignment is a child of its firm.

use crate::{
    FieldError, FieldProblem, FieldValue, Fields,
    catalogue::{RecordField, date, optional, required, text},
    consts::field,
    read_from_names,
};
use serde::Serialize;

/// What somebody does for a firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 主办: answers for it.
    Lead,
    /// 协办: helps.
    Support,
}

impl Part {
    /// As it stands in a record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Support => "support",
        }
    }

    /// The part that a record names.
    pub fn of(fields: &Fields) -> Option<Self> {
        let named = fields.get(field::PART).and_then(FieldValue::as_text)?;
        [Self::Lead, Self::Support]
            .into_iter()
            .find(|part| part.as_str() == named)
    }
}

/// The fields of an assignment. It is ended, not deleted: who looked after a firm before stays known.
pub static ASSIGNMENT_FIELDS: [RecordField; 7] = [
    required(field::ASSIGNED_TO, text(36)),
    required(field::OFFICER, text(60)),
    required(field::PART, text(10)),
    required(field::ASSIGNED_ON, date(false)),
    optional(field::ASSIGNED_BY, text(60)),
    optional(field::ENDED_ON, date(false)),
    optional(field::REASON, text(200)),
];

/// What no single field's kind says.
pub(crate) fn check_assignment(fields: &Fields) -> Option<FieldError> {
    let named = fields.get(field::PART)?.as_text()?;
    Part::of(fields).is_none().then(|| {
        let value = named.to_owned();
        FieldError::new(field::PART, FieldProblem::NotAChoice { value })
    })
}

/// Whether it holds still.
pub fn holds(fields: &Fields) -> bool {
    fields.get(field::ENDED_ON).is_none()
}

read_from_names!(Part {
    "lead" => Lead,
    "support" => Support,
});
