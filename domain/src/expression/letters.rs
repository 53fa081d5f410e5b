//! Pieces of texts, by character.

/// XPath's: the characters from a place on, counted from 1, both numbers rounded.
pub(super) fn substring(text: &str, from: f64, length: Option<f64>) -> String {
    let round = |number: f64| libm::floor(number + 0.5);
    let from = round(from);
    // Where both are infinite the end is nowhere, and nothing is before it.
    let until = length.map_or(f64::INFINITY, |length| from + round(length));
    let places = text.chars().zip(1_u32..);
    places
        .filter(|(_, place)| f64::from(*place) >= from && f64::from(*place) < until)
        .map(|(c, _)| c)
        .collect()
}

/// ODK's: the characters between two places, counted from 0, or from the end if negative.
pub(super) fn between(text: &str, from: f64, end: Option<f64>) -> String {
    let length = text.chars().count() as f64;
    let place = |number: f64| {
        let number = if number.is_nan() {
            0.0
        } else {
            libm::trunc(number)
        };
        if number < 0.0 {
            (length + number).max(0.0)
        } else {
            number.min(length)
        }
    };
    let (from, end) = (place(from), end.map_or(length, place));
    let places = text.chars().zip(0_u32..);
    places
        .filter(|(_, index)| f64::from(*index) >= from && f64::from(*index) < end)
        .map(|(c, _)| c)
        .collect()
}

pub(super) fn translated(text: &str, from: &str, to: &str) -> String {
    let to: Vec<char> = to.chars().collect();
    let change = |c: char| match from.chars().position(|known| known == c) {
        Some(place) => to.get(place).copied(),
        None => Some(c),
    };
    text.chars().filter_map(change).collect()
}
