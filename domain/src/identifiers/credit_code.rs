//! 统一社会信用代码, GB 32100-2015: 18 characters, the last of which checks the others.

use crate::FieldProblem;

const CHARSET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// What the check digit says of a well-shaped number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDigit {
    /// It agrees.
    Agrees,
    /// It does not. Warn and let it pass: codes of the pilot years fail the check lawfully.
    Differs,
}

/// Checks the shape of a code, and then its check digit.
///
/// # Errors
/// The wrong length, or a letter outside the standard's 31.
pub fn check_credit_code(code: &str) -> Result<CheckDigit, FieldProblem> {
    let length = code.chars().count();
    if length != 18 {
        return Err(FieldProblem::CreditCodeLength {
            length: u32::try_from(length).unwrap_or(u32::MAX),
        });
    }
    if let Some(letter) = code
        .chars()
        .find(|c| !c.is_ascii() || value_of(*c as u8).is_none())
    {
        return Err(FieldProblem::CreditCodeLetter { letter });
    }
    let agrees = credit_code_check_digit(code).is_some_and(|digit| code.ends_with(digit));
    Ok(if agrees {
        CheckDigit::Agrees
    } else {
        CheckDigit::Differs
    })
}

/// The check digit that the first 17 characters ask for; `None` if one of them is not of the standard's set.
pub fn credit_code_check_digit(code: &str) -> Option<char> {
    let bytes = code.as_bytes().get(..17)?;
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        sum += value_of(*byte)? * weight;
    }
    let index = (31 - sum % 31) % 31;
    CHARSET.get(index as usize).map(|byte| char::from(*byte))
}

fn value_of(byte: u8) -> Option<u32> {
    CHARSET
        .iter()
        .position(|known| *known == byte)
        .and_then(|at| u32::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_examples_hold() {
        for good in [
            "91330800MA9TE5T12N",
            "91330825MADTE5T28A",
            "91330881MACTE5T34U",
        ] {
            assert_eq!(check_credit_code(good), Ok(CheckDigit::Agrees), "{good}");
        }
        assert_eq!(
            check_credit_code("91330800MA9TE5T12M"),
            Ok(CheckDigit::Differs)
        );
        assert_eq!(
            check_credit_code("91330825MADTE5I28A"),
            Err(FieldProblem::CreditCodeLetter { letter: 'I' })
        );
        assert_eq!(
            check_credit_code("9133088MACTE5T34U"),
            Err(FieldProblem::CreditCodeLength { length: 17 })
        );
    }

    #[test]
    fn lawful_codes_of_the_pilot_years_only_warn() {
        for lawful in [
            "91350100M0001TGQXM",
            "91350211M0000XUF46",
            "91350203M0001FUE2P",
        ] {
            assert_eq!(
                check_credit_code(lawful),
                Ok(CheckDigit::Differs),
                "{lawful}"
            );
        }
    }

    #[test]
    fn characters_of_several_bytes_are_no_panic() {
        assert!(check_credit_code("统一社会信用代码统一社会信用代码统一").is_err());
        assert_eq!(credit_code_check_digit("统一社会信用代码"), None);
    }
}
