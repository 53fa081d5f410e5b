//! Distances and areas of places, which are written as `latitude longitude altitude accuracy`.

/// The radius that ODK's engines take, in metres.
const RADIUS: f64 = 6_378_100.0;

type Place = (f64, f64);

/// Reads a place, in radians.
fn place(text: &str) -> Option<Place> {
    let numbers: Vec<f64> = text.split_whitespace().map(super::value::read).collect();
    let (latitude, longitude) = (*numbers.first()?, *numbers.get(1)?);
    let right = (-90.0..=90.0).contains(&latitude)
        && (-180.0..=180.0).contains(&longitude)
        && numbers.get(2).is_none_or(|altitude| !altitude.is_nan())
        && numbers.get(3).is_none_or(|accuracy| *accuracy >= 0.0);
    right.then(|| (latitude.to_radians(), longitude.to_radians()))
}

fn places(texts: &[String]) -> Option<Vec<Place>> {
    texts.iter().map(|text| place(text)).collect()
}

fn to_centimetres(metres: f64) -> f64 {
    libm::round(metres.abs() * 100.0) / 100.0
}

/// The length of the line through the places, in metres; not a number if one of them is none.
pub(super) fn distance(texts: &[String]) -> f64 {
    let Some(places) = places(texts) else {
        return f64::NAN;
    };
    let between = |pair: &[Place]| match pair {
        [(from, west), (to, east)] => {
            let cosine = libm::sin(*from) * libm::sin(*to)
                + libm::cos(*from) * libm::cos(*to) * libm::cos(west - east);
            libm::acos(cosine.clamp(-1.0, 1.0)) * RADIUS
        }
        _ => 0.0,
    };
    to_centimetres(places.windows(2).map(between).sum())
}

/// The area within the places, in square metres; not a number if one of them is none.
pub(super) fn area(texts: &[String]) -> f64 {
    let Some(places) = places(texts) else {
        return f64::NAN;
    };
    if places.len() < 3 {
        return 0.0;
    }
    let next = places.iter().cycle().skip(1);
    let sum: f64 = places
        .iter()
        .zip(next)
        .map(|((from, west), (to, east))| (east - west) * (2.0 + libm::sin(*from) + libm::sin(*to)))
        .sum();
    to_centimetres(sum * RADIUS * RADIUS / 2.0)
}
