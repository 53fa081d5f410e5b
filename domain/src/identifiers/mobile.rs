//! Mobile numbers of mainland China.

/// Whether the text is a mobile number: `1`, then `3`–`9`, then nine digits.
pub fn is_mobile_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 11
        && bytes[0] == b'1'
        && (b'3'..=b'9').contains(&bytes[1])
        && bytes.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_has_eleven_digits() {
        assert!(is_mobile_number("13857000001"));
        for bad in [
            "1385700000",
            "138570000011",
            "12857000001",
            "1385700000a",
            "",
            "一三八",
        ] {
            assert!(!is_mobile_number(bad), "{bad}");
        }
    }
}
