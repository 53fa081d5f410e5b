//! The visible mark at the foot of a photo: how large its words are, how they are broken into lines, and where the strip
//! behind them begins. What draws it measures the words.

/// Most lines of one text; what is longer ends with `…`.
const MOST_LINES: usize = 2;
/// The strip begins where a block of the encoder does, so that nothing above it changes. In pixels.
const BLOCK: f64 = 16.0;

/// The strip over the lower edge of a picture. All lengths in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    /// Where it begins, from the upper edge.
    pub top: f64,
    /// What stands in it, and the height of each line's middle from the upper edge.
    pub lines: Vec<(String, f64)>,
    /// From the left edge to the words.
    pub left: f64,
}

/// The height of the words on a picture of this size: about thirty Chinese characters fill a line of it. On a flat
/// picture they are smaller, so that the strip leaves most of it alone; on a tiny one no smaller than can be read.
pub fn text_height(width: u32, height: u32) -> f64 {
    let (width, height) = (f64::from(width), f64::from(height));
    (width / 32.0).min(height / 16.0).max(12.0).floor()
}

/// Lays the texts out, each on lines of its own. `measure` says how wide words of [`text_height`] are.
pub fn strip(texts: &[String], width: u32, height: u32, measure: impl Fn(&str) -> f64) -> Strip {
    let text = text_height(width, height);
    let (line, margin) = (text * 1.4, text * 0.6);
    let (width, height) = (f64::from(width), f64::from(height));
    let widest = width - 2.0 * margin;
    // At least one, and never over more than half of the picture.
    let room = ((height / 2.0 - margin) / line).max(1.0) as usize;
    let mut words: Vec<String> = Vec::new();
    for text in texts.iter().filter(|text| !text.trim().is_empty()) {
        words.extend(broken(text, widest, &measure));
    }
    words.truncate(room);
    let high = words.len() as f64 * line;
    let top = ((height - high - margin) / BLOCK).floor() * BLOCK;
    let first = height - margin / 2.0 - high + line / 2.0;
    let middles = (0_u32..).map(|n| first + f64::from(n) * line);
    Strip {
        top: top.max(0.0),
        lines: words.into_iter().zip(middles).collect(),
        left: margin,
    }
}

/// Breaks a text between any two characters, as Chinese is, into [`MOST_LINES`] at most.
fn broken(text: &str, widest: f64, measure: &impl Fn(&str) -> f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for character in text.trim().chars() {
        let full = lines.len() == MOST_LINES;
        let Some(line) = lines.last_mut() else {
            break;
        };
        line.push(character);
        if line.chars().count() == 1 || belongs_to_before(character) || measure(line) <= widest {
            continue;
        }
        line.pop();
        if full {
            while !line.is_empty() && measure(&format!("{line}…")) > widest {
                line.pop();
            }
            line.push('…');
            break;
        }
        let begun = match character {
            ' ' => String::new(),
            other => other.to_string(),
        };
        lines.push(begun);
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Whether a character only says how the one before it looks: the variants of rare Chinese characters among them.
const fn belongs_to_before(character: char) -> bool {
    matches!(character, '\u{200d}' | '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As wide as high, ASCII half of it; what belongs to the character before has no width.
    fn measure(text: f64) -> impl Fn(&str) -> f64 {
        move |words| {
            let width = |c: char| match c {
                c if belongs_to_before(c) => 0.0,
                c if c.is_ascii() => 0.5,
                _ => 1.0,
            };
            words.chars().map(width).sum::<f64>() * text
        }
    }

    fn lines(text: &str, widest: f64) -> Vec<String> {
        broken(text, widest, &measure(1.0))
    }

    #[test]
    fn a_long_name_is_broken_once_and_then_shortened() {
        assert_eq!(lines("衢州特种纸", 5.0), ["衢州特种纸"]);
        assert_eq!(lines("衢州特种纸有限公司", 5.0), ["衢州特种纸", "有限公司"]);
        assert_eq!(
            lines("衢州特种纸有限责任公司江山分公司", 5.0),
            ["衢州特种纸", "有限责任…"]
        );
        assert_eq!(lines("AB CD 公司", 2.5), ["AB CD", "公司"]);
        assert_eq!(lines("  ", 5.0), Vec::<String>::new());
    }

    #[test]
    fn rare_characters_stay_whole() {
        assert_eq!(lines("𠮷𠮷𠮷𠮷", 2.0), ["𠮷𠮷", "𠮷𠮷"]);
        assert_eq!(lines("𠮷𠮷𠮷𠮷𠮷", 2.0), ["𠮷𠮷", "𠮷…"]);
        // A variant selector is no character of its own.
        assert_eq!(
            lines("葛\u{e0100}葛\u{e0100}城", 2.0),
            ["葛\u{e0100}葛\u{e0100}", "城"]
        );
    }

    #[test]
    fn one_character_stands_where_not_even_one_fits() {
        assert_eq!(lines("衢州市", 0.5), ["衢", "…"]);
    }

    #[test]
    fn words_are_readable_at_any_size_and_leave_most_of_the_picture_alone() {
        let texts = [
            "2026-11-23 14:05 存入 · 走访人 李敏".to_owned(),
            "衢州特种纸有限责任公司".repeat(9),
            "28°58′0″N 118°52′9″E".to_owned(),
        ];
        for (width, height) in [
            (1_920, 2_560),
            (2_560, 1_920),
            (2_560, 300),
            (300, 2_560),
            (640, 480),
            (48, 48),
            (1, 1),
        ] {
            let text = text_height(width, height);
            assert!(text >= 12.0, "{width} × {height}");
            let strip = strip(&texts, width, height, measure(text));
            assert!(!strip.lines.is_empty());
            assert!(strip.top >= 0.0 && strip.top % BLOCK == 0.0);
            if height >= 300 {
                let half = f64::from(height) / 2.0 - BLOCK;
                assert!(strip.top >= half, "{width} × {height}: {strip:?}");
            }
            for (words, middle) in &strip.lines {
                let fits = measure(text)(words) <= f64::from(width) - 2.0 * strip.left;
                assert!(fits || words.chars().count() == 1, "{words}");
                if height >= 48 {
                    assert!(middle - text / 2.0 >= strip.top);
                    assert!(middle + text / 2.0 <= f64::from(height));
                }
            }
        }
        // Of a phone's photo a thirtieth of its width.
        assert_eq!(text_height(1_920, 2_560), 60.0);
    }
}
