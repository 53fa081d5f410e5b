//! Chinese application and patent numbers: `ZL` + year + type + serial + `.` + check digit.

use super::CheckDigit;
use crate::FieldProblem;

/// Since October 2003: four digits of year, one of type, seven of serial. Before: two, one, five.
const NEW_LENGTH: usize = 12;
const OLD_LENGTH: usize = 8;
const WEIGHTS: [u32; NEW_LENGTH] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
const TYPES: [u8; 5] = [b'1', b'2', b'3', b'8', b'9'];

/// Checks the shape of a patent or application number, and then its check digit.
///
/// # Errors
/// Another length, or a type digit other than 1, 2, 3, 8 or 9.
pub fn check_patent_number(text: &str) -> Result<CheckDigit, FieldProblem> {
    let bare = text
        .strip_prefix("ZL")
        .or_else(|| text.strip_prefix("CN"))
        .unwrap_or(text);
    let bytes: Vec<u8> = match bare.as_bytes() {
        [body @ .., b'.', check] => body.iter().chain([check]).copied().collect(),
        whole => whole.to_vec(),
    };
    let Some((check, body)) = bytes.split_last() else {
        return Err(FieldProblem::NotAPatentNumber);
    };
    let type_at = match body.len() {
        NEW_LENGTH => 4,
        OLD_LENGTH => 2,
        _ => return Err(FieldProblem::NotAPatentNumber),
    };
    let digits = body.iter().all(u8::is_ascii_digit);
    let known_type = TYPES.contains(&body[type_at]);
    if !digits || !known_type || !(check.is_ascii_digit() || *check == b'X') {
        return Err(FieldProblem::NotAPatentNumber);
    }
    let sum: u32 = body
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let expected = match sum % 11 {
        10 => b'X',
        rest => b"0123456789"[rest as usize],
    };
    Ok(if *check == expected {
        CheckDigit::Agrees
    } else {
        CheckDigit::Differs
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_examples_hold() {
        for good in [
            "ZL202110000001.6",
            "ZL202220000002.0",
            "ZL202330000003.5",
            "ZL202110000004.X",
            "201110047567.0",
            "ZL200820132792.8",
            "2010101463727",
        ] {
            assert_eq!(check_patent_number(good), Ok(CheckDigit::Agrees), "{good}");
        }
        assert_eq!(
            check_patent_number("ZL202110000001.5"),
            Ok(CheckDigit::Differs)
        );
        for bad in [
            "ZL202140000001.6",
            "ZL20211000001.6",
            "",
            ".",
            "ZL",
            "专利",
            "ZL202110000001.Y",
        ] {
            assert_eq!(
                check_patent_number(bad),
                Err(FieldProblem::NotAPatentNumber),
                "{bad}"
            );
        }
    }
}
