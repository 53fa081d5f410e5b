//! What expressions come to, and texts and numbers made of one another.

use super::{Moment, Surroundings, Tree};

/// The value of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<N> {
    /// Nodes, in the document's order unless they were shuffled.
    Nodes(Vec<N>),
    /// A text.
    Text(String),
    /// A number; nothing at all is not a number.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// An instant, which is a number of days where one is needed.
    Moment(Moment),
}

impl<N> Value<N> {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl<N: Copy> Value<N> {
    /// As a text: of several nodes the first.
    pub fn as_text<T: Tree<Node = N>>(&self, tree: &T, surroundings: &Surroundings) -> String {
        match self {
            Self::Nodes(nodes) => nodes
                .first()
                .map(|node| tree.text(*node).into_owned())
                .unwrap_or_default(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => written(*number),
            Self::Boolean(boolean) => boolean.to_string(),
            Self::Moment(moment) => moment.text(surroundings.offset_minutes),
        }
    }

    /// As a number: blank is none, a date is its days.
    pub fn as_number<T: Tree<Node = N>>(&self, tree: &T, surroundings: &Surroundings) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Boolean(boolean) => f64::from(u8::from(*boolean)),
            Self::Moment(moment) => moment.days(),
            Self::Text(text) => surroundings.number_in(text),
            Self::Nodes(nodes) => match nodes.first() {
                Some(node) => surroundings.number_in(&tree.text(*node)),
                None => f64::NAN,
            },
        }
    }

    /// Whether it counts as yes.
    pub fn as_boolean(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Boolean(boolean) => *boolean,
            Self::Moment(moment) => matches!(moment, Moment::At(_)),
        }
    }
}

/// A number as XPath writes it: as many digits as tell it from its neighbours, and never an exponent.
pub(super) fn written(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        let sign = if number < 0.0 { "-" } else { "" };
        format!("{sign}Infinity")
    } else if number == 0.0 {
        // There is no negative zero to be seen.
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// The number that a text says; an empty one says none.
pub(crate) fn read(text: &str) -> f64 {
    let text = text.trim();
    // What Rust reads besides: signs of plus, names of infinity.
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'e' | b'E' | b'+'));
    if !plain || text.starts_with('+') {
        return f64::NAN;
    }
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full_and_read_back() {
        for (number, text) in [
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0, "0"),
            (1e21, "1000000000000000000000"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(written(number), text);
        }
        assert_eq!(read(" -1.50 \n"), -1.5);
        assert_eq!(read("1e3"), 1000.0);
        for none in ["", " ", ".", "-", "inf", "NaN", "+1", "1 2", "0x10", "１"] {
            assert!(read(none).is_nan(), "{none}");
        }
    }
}
