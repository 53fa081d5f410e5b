//! An instant with the offset that its author's clock had, kept so that it is shown as it was meant.

use crate::json::Blank;
use serde::{Deserialize, Serialize};
use std::fmt;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// An instant, written as RFC 3339 with its offset (`2026-11-23T14:05:00.000+08:00`).
///
/// Device clocks are shown, never trusted: nothing is ordered or merged by a stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(OffsetDateTime);

impl Stamp {
    /// From milliseconds since the Unix epoch and the offset east of UTC in minutes.
    ///
    /// An offset that no place has becomes UTC, and an instant outside the years 0 to 9999 the Unix epoch: a broken
    /// clock must not stop a visit from being saved.
    pub fn from_unix_ms(unix_ms: i64, offset_minutes: i32) -> Self {
        let utc = OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let offset = UtcOffset::from_whole_seconds(offset_minutes.saturating_mul(60))
            .unwrap_or(UtcOffset::UTC);
        let there = utc.checked_to_offset(offset).unwrap_or(utc);
        [there, utc, OffsetDateTime::UNIX_EPOCH]
            .into_iter()
            .find_map(Self::writable)
            .unwrap_or_else(Self::blank)
    }

    /// Only what RFC 3339 can say is a stamp: anything else could be kept in memory and never be written.
    fn writable(instant: OffsetDateTime) -> Option<Self> {
        let (hours, _, seconds) = instant.offset().as_hms();
        let said = (0..=9999).contains(&instant.year()) && hours.abs() < 24 && seconds == 0;
        said.then_some(Self(instant))
    }

    /// Milliseconds since the Unix epoch.
    pub fn unix_ms(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339)
            .ok()
            .and_then(Self::writable)
    }

    /// Year, month (1–12) and day in the stamp's own offset.
    pub fn date(self) -> (i32, u8, u8) {
        (self.0.year(), u8::from(self.0.month()), self.0.day())
    }

    /// Hour and minute in the stamp's own offset.
    pub fn time(self) -> (u8, u8) {
        (self.0.hour(), self.0.minute())
    }

    /// How many days after the last Monday, in the stamp's own offset: 0 to 6.
    pub fn weekday(self) -> i64 {
        i64::from(self.0.weekday().number_days_from_monday())
    }

    /// Its offset east of UTC in minutes.
    pub fn offset_minutes(self) -> i32 {
        self.0.offset().whole_seconds() / 60
    }

    /// The stamp's date as ISO 8601 (`2026-11-23`).
    pub fn iso_date(self) -> String {
        let (year, month, day) = self.date();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// The same instant seen at another offset east of UTC, in minutes.
    pub fn at_offset(self, offset_minutes: i32) -> Self {
        Self::from_unix_ms(self.unix_ms(), offset_minutes)
    }
}

impl Blank for Stamp {
    fn blank() -> Self {
        Self(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Stamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 instant"))
    }
}

/// Whether the text is a calendar date `YYYY-MM-DD` that exists.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        });
    // The calendar's own rules come from the library: a date exists if its midnight does.
    shape && Stamp::parse(&format!("{text}T00:00:00Z")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_keeps_its_offset() {
        let stamp = Stamp::from_unix_ms(1_795_413_900_000, 480);
        assert_eq!(stamp.to_string(), "2026-11-23T14:05:00+08:00".to_owned());
        assert_eq!(Stamp::parse(&stamp.to_string()), Some(stamp));
        assert_eq!(stamp.time(), (14, 5));
    }

    #[test]
    fn a_date_must_exist() {
        for (text, good) in [
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2023-13-01", false),
            ("2023-1-01", false),
            ("二〇二三年", false),
        ] {
            assert_eq!(is_date(text), good, "{text}");
        }
    }

    #[test]
    fn a_clock_out_of_all_bounds_is_no_panic() {
        assert_eq!(Stamp::from_unix_ms(i64::MAX, i32::MAX).unix_ms(), 0);
        // In the library's calendar, not in RFC 3339's.
        for (unix_ms, offset_minutes, text) in [
            (-62_200_000_000_000, 0, "1970-01-01T00:00:00Z"),
            (-62_167_219_200_000, -480, "0000-01-01T00:00:00Z"),
            (0, 24 * 60, "1970-01-01T00:00:00Z"),
        ] {
            let stamp = Stamp::from_unix_ms(unix_ms, offset_minutes);
            assert_eq!(stamp.to_string(), text);
        }
    }
}
