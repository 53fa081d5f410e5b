//! From what people type into a table to what a firm's field holds. What cannot be read is an error with a sentence,
//! never a guess.

use ruyuan_domain::{
    FieldError, FieldProblem, FieldValue, Language, Stamp,
    catalogue::RecordField,
    consts::field,
    forms::{QuestionKind, TextFormat, Unit},
    identifiers::is_mobile_number,
    names::half_width,
    problem::ValueType,
};

/// A yuan in the parts that a field of ten thousand yuan stores.
const YUAN: i64 = 100;
/// A hundred million yuan in units of ten thousand.
const HUNDRED_MILLION: i64 = 10_000;

/// What a cell holds for a field; `None` for a blank one. `in_yuan` says that its column counts yuan and not tens of
/// thousands.
///
/// # Errors
/// Why it cannot be read.
pub fn value(
    rule: &RecordField,
    cell: &str,
    in_yuan: bool,
) -> Result<Option<FieldValue>, FieldError> {
    let text = half_width(cell);
    let text = text.trim();
    if ["", "-", "/", "无", "暂无", "N/A"].contains(&text) {
        return Ok(None);
    }
    let wrong = |problem| FieldError::new(rule.name, problem);
    let value = match &rule.kind {
        QuestionKind::Date { .. } => {
            let expected = ValueType::Date;
            let date = date(text).ok_or_else(|| wrong(FieldProblem::WrongType { expected }))?;
            FieldValue::from(date)
        }
        QuestionKind::Number {
            unit: Unit::TenThousandYuan,
            ..
        } => {
            let expected = ValueType::Integer;
            let amount = amount(text, in_yuan);
            FieldValue::Integer(amount.ok_or_else(|| wrong(FieldProblem::WrongType { expected }))?)
        }
        QuestionKind::Text {
            format: TextFormat::CreditCode,
            ..
        } => {
            let code: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
            code.to_ascii_uppercase().into()
        }
        QuestionKind::Text {
            format: TextFormat::Mobile,
            ..
        } => mobile(text)
            .ok_or_else(|| wrong(FieldProblem::NotAMobileNumber))?
            .into(),
        _ if rule.name == field::NAME => firm_name(cell).into(),
        _ => cell.trim().into(),
    };
    Ok(Some(value))
}

/// A firm's name without the spaces and line breaks of a narrow cell.
fn firm_name(cell: &str) -> String {
    let words: Vec<&str> = cell.split_whitespace().collect();
    // Between Chinese characters a space means nothing, between words it does.
    let mut name = String::new();
    for word in words {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if latin(name.chars().next_back()) && latin(word.chars().next()) {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

/// `2019-3-5`, `2019/03/05`, `2019.3.5`, `2019年3月5日`, `20190305`, with or without a time behind it.
fn date(text: &str) -> Option<String> {
    let day = text.split([' ', 'T']).next()?;
    let parts: Vec<&str> = day
        .split(['-', '/', '.', '年', '月', '日'])
        .filter(|part| !part.is_empty())
        .collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] => (*year, *month, *day),
        [whole] if whole.len() == 8 && whole.is_ascii() => {
            (whole.get(..4)?, whole.get(4..6)?, whole.get(6..)?)
        }
        _ => return None,
    };
    let number = |part: &str| part.parse::<u32>().ok();
    let date = format!(
        "{:04}-{:02}-{:02}",
        number(year)?,
        number(month)?,
        number(day)?
    );
    // The calendar has the last word: there is no 30 February.
    let known = Stamp::parse(&format!("{date}T00:00:00Z"))?;
    (known.iso_date() == date && year.len() == 4).then_some(date)
}

/// `500`, `500万元`, `5,000,000元`, `1.2亿`, in the parts that are stored.
fn amount(text: &str, in_yuan: bool) -> Option<i64> {
    let text = text.replace("人民币", "");
    let text = text.trim();
    let (number, scale) = [
        ("亿元", Scale::HundredMillion),
        ("亿", Scale::HundredMillion),
        ("万元", Scale::TenThousand),
        ("万", Scale::TenThousand),
        ("元", Scale::Yuan),
    ]
    .iter()
    .find_map(|(sign, scale)| Some((text.strip_suffix(sign)?, *scale)))
    .unwrap_or((
        text,
        if in_yuan {
            Scale::Yuan
        } else {
            Scale::TenThousand
        },
    ));
    match scale {
        Scale::TenThousand => Unit::TenThousandYuan.parse(number),
        Scale::HundredMillion => Unit::TenThousandYuan
            .parse(number)?
            .checked_mul(HUNDRED_MILLION),
        // Two digits behind the point of a yuan are its fen.
        Scale::Yuan => {
            let stored = Unit::TenThousandYuan.parse(number)?;
            let per_yuan = 10_i64.pow(Unit::TenThousandYuan.decimals()) / YUAN;
            (stored % per_yuan == 0).then_some(stored / per_yuan)
        }
    }
}

#[derive(Clone, Copy)]
enum Scale {
    Yuan,
    TenThousand,
    HundredMillion,
}

/// The first mobile number among several numbers.
fn mobile(text: &str) -> Option<String> {
    let mut numbers = text.split(['/', ',', '、', ';', '\n']).map(|part| {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        digits
            .strip_prefix("86")
            .filter(|rest| rest.len() == 11)
            .map_or(digits.clone(), str::to_owned)
    });
    numbers.find(|number| is_mobile_number(number))
}

/// What is wrong with a cell, in words, after the name of its field.
pub fn sentence(label: &str, cell: &str, problem: &FieldProblem) -> String {
    let sentence = problem.sentence(Language::Chinese);
    match cell {
        "" => format!("{label}：{sentence}"),
        cell => format!("{label}“{cell}”：{sentence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruyuan_domain::catalogue::ENTERPRISE_FIELDS;

    fn read(name: &str, cell: &str, in_yuan: bool) -> Result<Option<FieldValue>, FieldProblem> {
        let rule = ENTERPRISE_FIELDS
            .iter()
            .find(|rule| rule.name == name)
            .unwrap();
        value(rule, cell, in_yuan).map_err(|error| error.problem)
    }

    #[test]
    fn whatever_people_type_is_read_or_refused() {
        let text = |text: &str| Ok(Some(FieldValue::from(text)));
        for (name, cell, expected) in [
            (
                "name",
                " 衢州 甲\n科技有限公司 ",
                text("衢州甲科技有限公司"),
            ),
            (
                "name",
                "Kaishan Compressor  (衢州)",
                text("Kaishan Compressor(衢州)"),
            ),
            (
                "credit_code",
                "９１３３０８００ma9te5t12n",
                text("91330800MA9TE5T12N"),
            ),
            ("established_on", "2019年3月5日", text("2019-03-05")),
            ("established_on", "2019.3.5 00:00:00", text("2019-03-05")),
            ("established_on", "20190305", text("2019-03-05")),
            ("established_on", "无", Ok(None)),
            ("contact_mobile", "+86 138-0000-0001", text("13800000001")),
            (
                "contact_mobile",
                "0570-3012345/13800000001",
                text("13800000001"),
            ),
            (
                "contact_mobile",
                "0570-3012345",
                Err(FieldProblem::NotAMobileNumber),
            ),
        ] {
            assert_eq!(read(name, cell, false), expected, "{cell}");
        }
        for (cell, in_yuan, expected) in [
            ("500", false, Some(500_000_000)),
            ("500万元", false, Some(500_000_000)),
            ("500万", true, Some(500_000_000)),
            ("５，０００，０００元", false, Some(500_000_000)),
            ("5000000", true, Some(500_000_000)),
            ("1.2亿", false, Some(12_000_000_000)),
            ("0.01元", false, Some(1)),
            ("0.001元", false, None),
            ("五百万", false, None),
        ] {
            let found = read("registered_capital", cell, in_yuan);
            assert_eq!(
                found.ok().flatten(),
                expected.map(FieldValue::Integer),
                "{cell}"
            );
        }
        for cell in ["2019-2-30", "19-3-5", "2019", "三月"] {
            assert!(read("established_on", cell, false).is_err(), "{cell}");
        }
    }
}
