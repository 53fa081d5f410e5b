//! 质押登记 and 质权登记 of the past, the baselines of the plan: what was pledged to whom, a child of its firm.
//!
//! Four amounts are four things and never added to one another: what a right was valued at, the claim that was
//! registered, the credit granted, and what was paid out.

use crate::{
    FieldError, FieldProblem, FieldValue, Fields,
    catalogue::{RecordField, amount, count, date, optional, required, text},
    consts::field,
};

/// What was pledged, as it stands in a record.
pub const RIGHT_KINDS: [&str; 5] = ["patent", "trademark", "copyright", "layout", "mixed"];

/// The fields of a pledge. Amounts are 分.
pub static PLEDGE_FIELDS: [RecordField; 12] = [
    required(field::RIGHT_KIND, text(20)),
    required("registered_on", date(false)),
    optional("registration_number", text(60)),
    optional("right_numbers", text(500)),
    optional("right_count", count()),
    optional("pledgee", text(120)),
    optional("valuation", amount()),
    optional("secured_claim", amount()),
    optional("credit_granted", amount()),
    optional("loan_paid", amount()),
    optional("ends_on", date(false)),
    optional("released_on", date(false)),
];

/// What no single field's kind says.
pub(crate) fn check_pledge(fields: &Fields) -> Option<FieldError> {
    let kind = fields.get(field::RIGHT_KIND)?.as_text()?;
    (!RIGHT_KINDS.contains(&kind)).then(|| {
        let value = kind.to_owned();
        FieldError::new(field::RIGHT_KIND, FieldProblem::NotAChoice { value })
    })
}

/// Whether two say the same registration: by its number, or, where one has none, by day, kind and claim.
pub fn is_same(one: &Fields, other: &Fields) -> bool {
    let number = |fields: &Fields| {
        let number = fields.get("registration_number");
        number.and_then(FieldValue::as_text).map(str::to_owned)
    };
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one == other,
        _ => ["registered_on", field::RIGHT_KIND, "secured_claim"]
            .iter()
            .all(|name| one.get(*name) == other.get(*name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pledge(said: &[(&str, &str)], claim: i64) -> Fields {
        let said = said
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()));
        let mut fields: Fields = said.collect();
        fields.insert("secured_claim".to_owned(), claim.into());
        fields
    }

    #[test]
    fn a_registration_is_known_by_its_number_or_by_what_it_says() {
        let day = ("registered_on", "2021-06-01");
        let numbered = |number| pledge(&[day, ("registration_number", number)], 5);
        assert!(is_same(&numbered("Y1"), &numbered("Y1")));
        assert!(!is_same(&numbered("Y1"), &numbered("Y2")));
        assert!(is_same(&numbered("Y1"), &pledge(&[day], 5)));
        assert!(!is_same(&numbered("Y1"), &pledge(&[day], 6)));
    }

    #[test]
    fn only_known_kinds_of_rights_are_pledged() {
        assert_eq!(check_pledge(&pledge(&[("right_kind", "mixed")], 1)), None);
        assert!(check_pledge(&pledge(&[("right_kind", "house")], 1)).is_some());
    }
}
