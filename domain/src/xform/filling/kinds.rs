//! What the answers of each kind look like.

use super::{
    super::{Node, NodeKind},
    Filling, Place,
};
use crate::expression::{Moment, Surroundings, Value, is_clock, number_in};

/// An instant as it is stored.
pub(super) fn written(ms: i64, offset_minutes: i32) -> String {
    // A midnight, too, has its time.
    let text = Moment::At(ms as f64).text(offset_minutes);
    if text.len() > 10 {
        return text;
    }
    let next = Moment::At(ms as f64 + 1.0).text(offset_minutes);
    next.replacen(".001", ".000", 1)
}

/// The date in a text that is one, perhaps with a time.
pub(super) fn date_of(text: &str) -> String {
    let date = text.split_once('T').map_or(text, |(date, _)| date);
    date.to_owned()
}

/// A value as a question of this kind stores it: what is no number and no date is blank.
pub(super) fn stored(
    kind: NodeKind,
    value: &Value<Place>,
    tree: &Filling,
    surroundings: &Surroundings,
) -> String {
    let text = match (kind, value) {
        (NodeKind::Date | NodeKind::DateTime, Value::Number(days)) if days.is_finite() => {
            Moment::of_days(*days).text(surroundings.offset_minutes)
        }
        (NodeKind::Integer, Value::Number(number)) => {
            Value::<Place>::Number(number.trunc()).as_text(tree, surroundings)
        }
        _ => value.as_text(tree, surroundings),
    };
    match text.as_str() {
        "NaN" | "Invalid Date" => String::new(),
        _ if kind == NodeKind::Date => date_of(&text),
        _ => text,
    }
}

/// Whether an answer is of its question's kind.
pub(super) fn fits(node: &Node, text: &str, offset_minutes: i32) -> bool {
    let moment = || matches!(Moment::read(text, offset_minutes), Moment::At(_));
    match node.kind {
        NodeKind::Integer => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        NodeKind::Decimal => number_in(text).is_finite(),
        NodeKind::Range => {
            let bound = |name: &str, without: f64| {
                let bound = node.parameters.get(name).map(|text| number_in(text));
                bound.filter(|bound| bound.is_finite()).unwrap_or(without)
            };
            let start = bound("start", f64::NEG_INFINITY);
            let end = bound("end", f64::INFINITY);
            let number = number_in(text);
            number.is_finite() && (start.min(end)..=start.max(end)).contains(&number)
        }
        NodeKind::Date => moment() && !text.contains('T'),
        NodeKind::DateTime => moment() && text.contains('T'),
        NodeKind::Time => is_clock(text),
        NodeKind::Geopoint => {
            let numbers: Vec<f64> = text.split(' ').map(number_in).collect();
            let within = |at: usize, most: f64| numbers.get(at).is_some_and(|of| of.abs() <= most);
            let all = numbers.iter().all(|number| number.is_finite());
            all && numbers.len() <= 4 && within(0, 90.0) && within(1, 180.0)
        }
        NodeKind::Acknowledge => text == "OK",
        NodeKind::SelectOne => !text.contains(char::is_whitespace) || node.list.is_none(),
        _ => !text.contains('\0'),
    }
}
