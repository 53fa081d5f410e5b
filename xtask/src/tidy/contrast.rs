//! Recomputes the contrast of every pair of colours that text or a control is drawn in, from the
//! token file, for the light and the dark theme (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

/// Text on a surface.
const TEXT_MINIMUM: f64 = 4.5;
/// The border of a control against what is around it.
const CONTROL_MINIMUM: f64 = 3.0;

/// Foregrounds that stand on both the page and a card.
const TEXT_ON_SURFACES: [&str; 7] = ["ink", "ink2", "ink3", "accent", "red", "amber", "green"];

/// Foregrounds with a surface of their own.
const TEXT_PAIRS: [(&str, &str); 8] = [
    ("ink", "pressed"),
    ("on-accent", "accent"),
    ("on-accent", "accent-pressed"),
    ("on-tint", "tint"),
    ("red", "red-bg"),
    ("on-red", "red"),
    ("amber", "amber-bg"),
    ("green", "green-bg"),
];

const SURFACES: [&str; 2] = ["card", "bg"];

type Theme = BTreeMap<String, String>;

/// Every pair that falls short or cannot be computed.
pub fn problems(tokens: &str) -> Vec<String> {
    let (light, dark) = themes(tokens);
    if light == dark {
        return vec!["style/tokens.css: there is no dark theme".to_owned()];
    }
    [("light", light), ("dark", dark)]
        .iter()
        .flat_map(|(name, theme)| {
            pairs()
                .filter_map(move |(text, surface, minimum)| {
                    shortfall(theme, text, surface, minimum)
                })
                .map(move |problem| format!("style/tokens.css: {name}: {problem}"))
        })
        .collect()
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str, f64)> {
    let on_surfaces = TEXT_ON_SURFACES
        .into_iter()
        .flat_map(|text| SURFACES.map(|surface| (text, surface, TEXT_MINIMUM)));
    let own = TEXT_PAIRS
        .into_iter()
        .map(|(text, surface)| (text, surface, TEXT_MINIMUM));
    let controls = SURFACES.map(|surface| ("control", surface, CONTROL_MINIMUM));
    on_surfaces.chain(own).chain(controls)
}

fn shortfall(theme: &Theme, text: &str, surface: &str, minimum: f64) -> Option<String> {
    let luminance_of = |name: &str| theme.get(name).and_then(|value| luminance(value));
    match (luminance_of(text), luminance_of(surface)) {
        (Some(one), Some(other)) => {
            let ratio = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            (ratio < minimum)
                .then(|| format!("{text} on {surface} is {ratio:.2}, at least {minimum} is needed"))
        }
        (None, _) => Some(format!("--{text} is not a #RRGGBB colour")),
        (_, None) => Some(format!("--{surface} is not a #RRGGBB colour")),
    }
}

/// The tokens of both themes; dark starts from light, as it does in the browser.
fn themes(tokens: &str) -> (Theme, Theme) {
    let text = without_comments(tokens).replace("scheme: dark", "scheme:dark");
    let mut pieces = text.split("prefers-color-scheme:dark");
    let light = declarations(pieces.next().unwrap_or_default());
    let mut dark = light.clone();
    for piece in pieces {
        dark.extend(declarations(piece));
    }
    (light, dark)
}

fn declarations(css: &str) -> Theme {
    css.split([';', '{', '}'])
        .filter_map(|part| part.trim().strip_prefix("--")?.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

fn without_comments(css: &str) -> String {
    let mut pieces = css.split("/*");
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        kept.push_str(piece.split_once("*/").map_or("", |(_, after)| after));
    }
    kept
}

/// Relative luminance of `#RRGGBB`, as WCAG defines it.
fn luminance(colour: &str) -> Option<f64> {
    let digits = colour
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6)?;
    let part = |at: usize| {
        let byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
        let share = f64::from(byte) / 255.0;
        Some(if share <= 0.04045 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        })
    };
    Some(0.2126 * part(0)? + 0.7152 * part(2)? + 0.0722 * part(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
/* --ink: #FFFFFF; is only a comment */
:root {
  --bg: #F4F5F6; --card: #FFFFFF; --pressed: #ECEEEF; --ink: #1A1F22; --ink2: #565E63;
  --ink3: #626A6F; --control: #7E868B; --accent: #0B6E69; --accent-pressed: #08534F;
  --on-accent: #FFFFFF; --tint: #E3F2F0; --on-tint: #0A5A55; --red: #B3261E; --red-bg: #FCEBEA;
  --on-red: #FFFFFF; --amber: #7A4D00; --amber-bg: #FFF3DC; --green: #1F6B3A; --green-bg: #E6F4EA;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0F1214; --card: #1A1E21; --pressed: #262B2F; --ink: #ECEFF1; --ink2: #AAB2B7;
    --ink3: #939CA2; --control: #757E84; --accent: #5CC8BF; --accent-pressed: #86D9D2;
    --on-accent: #04211F; --tint: #12322F; --on-tint: #8ADBD3; --red: #FF8A80; --red-bg: #3B1A18;
    --on-red: #2A0705; --amber: #F2B84B; --amber-bg: #33270F; --green: #7FCF97; --green-bg: #16301F;
  }
}
";

    #[test]
    fn the_palette_of_the_style_paper_is_readable() {
        assert_eq!(problems(GOOD), Vec::<String>::new());
    }

    #[test]
    fn the_extremes_are_black_and_white() {
        assert_eq!(luminance("#000000"), Some(0.0));
        assert!((luminance("#FFFFFF").unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(luminance("#FFF"), None);
        assert_eq!(luminance("rgb(0, 0, 0)"), None);
    }

    #[test]
    fn a_pale_text_is_named_with_its_theme_and_ratio() {
        let found = problems(&GOOD.replace("--ink3: #939CA2", "--ink3: #50585C"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("dark: ink3 on card is 2."), "{found:?}");
    }

    #[test]
    fn a_missing_token_is_a_problem() {
        let found = problems(&GOOD.replace("--on-red: #FFFFFF;", ""));
        assert_eq!(
            found,
            ["style/tokens.css: light: --on-red is not a #RRGGBB colour"]
        );
    }
}
