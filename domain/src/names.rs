//! Names as people type them: one way, and now and then another.

/// Full-width letters, digits and signs as the keyboard of a computer has them.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// A name under which the same name is found whatever its width, brackets and spaces.
pub fn plain(name: &str) -> String {
    let half = half_width(name);
    half.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect()
}
