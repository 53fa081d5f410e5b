//! Instants. As a number, an instant is the days since 1970 in UTC; a date alone is the midnight that begins it where
//! the person is.

use crate::Language;
use time::{Date, Month};

const DAY_MS: f64 = 86_400_000.0;
/// The `time` crate's days of 1970-01-01.
const EPOCH: i32 = 2_440_588;

/// An instant, or what was given in place of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    /// In milliseconds since 1970.
    At(f64),
    /// Nothing was given.
    Blank,
    /// What was given is no date.
    Invalid,
}

/// An instant as a calendar and a clock show it.
struct Shown {
    date: Date,
    hour: u32,
    minute: u32,
    second: u32,
    milli: u32,
}

impl Moment {
    /// So many days after 1970 began in UTC.
    pub(crate) fn of_days(days: f64) -> Self {
        let ms = (days * DAY_MS).trunc();
        if ms.is_finite() {
            Self::At(ms)
        } else {
            Self::Invalid
        }
    }

    /// What a text says.
    pub(crate) fn read(text: &str, offset_minutes: i32) -> Self {
        if text.is_empty() {
            return Self::Blank;
        }
        ms_of(text, offset_minutes).map_or(Self::Invalid, Self::At)
    }

    /// The days since 1970 in UTC.
    pub(super) fn days(self) -> f64 {
        match self {
            Self::At(ms) => ms / DAY_MS,
            Self::Blank | Self::Invalid => f64::NAN,
        }
    }

    /// As ISO 8601 where the person is: a date alone if it is its midnight.
    pub(crate) fn text(self, offset_minutes: i32) -> String {
        let Some(shown) = self.shown(offset_minutes) else {
            return match self {
                Self::Blank => String::new(),
                _ => "Invalid Date".to_owned(),
            };
        };
        let Shown {
            date,
            hour,
            minute,
            second,
            milli,
        } = shown;
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        if (hour, minute, second, milli) == (0, 0, 0, 0) {
            return format!("{year:04}-{month:02}-{day:02}");
        }
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        let offset = offset_minutes.unsigned_abs();
        format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}{sign}{:02}:{:02}",
            offset / 60,
            offset % 60
        )
    }

    /// The midnight before it, where the person is.
    pub(super) fn midnight(self, offset_minutes: i32) -> Self {
        let Self::At(ms) = self else {
            return self;
        };
        let offset = f64::from(offset_minutes) * 60_000.0;
        Self::At(((ms + offset) / DAY_MS).floor() * DAY_MS - offset)
    }

    fn shown(self, offset_minutes: i32) -> Option<Shown> {
        let Self::At(ms) = self else {
            return None;
        };
        let local = ms + f64::from(offset_minutes) * 60_000.0;
        let days = (local / DAY_MS).floor();
        if days.abs() > 4_000_000.0 {
            return None;
        }
        let date = Date::from_julian_day(EPOCH + days as i32).ok()?;
        let of_day = (local - days * DAY_MS) as u32;
        Some(Shown {
            date,
            hour: of_day / 3_600_000,
            minute: of_day / 60_000 % 60,
            second: of_day / 1_000 % 60,
            milli: of_day % 1_000,
        })
    }

    /// In a format with `%` and a letter for each part; the letter that there is not, if there is one.
    pub(super) fn format(
        self,
        format: &str,
        offset_minutes: i32,
        language: Language,
    ) -> Result<String, Option<char>> {
        let Some(shown) = self.shown(offset_minutes) else {
            return Ok(String::new());
        };
        let mut text = String::new();
        let mut letters = format.chars();
        while let Some(letter) = letters.next() {
            if letter == '%' {
                let part = letters.next().ok_or(None)?;
                text.push_str(&shown.part(part, language).ok_or(Some(part))?);
            } else {
                text.push(letter);
            }
        }
        Ok(text)
    }
}

impl Shown {
    fn part(&self, letter: char, language: Language) -> Option<String> {
        let month = u8::from(self.date.month());
        let year = self.date.year();
        Some(match letter {
            '%' => "%".to_owned(),
            'Y' => format!("{year:04}"),
            'y' => format!("{:02}", year % 100),
            'm' => format!("{month:02}"),
            'n' => month.to_string(),
            'b' => month_name(self.date.month(), language),
            'd' => format!("{:02}", self.date.day()),
            'e' => self.date.day().to_string(),
            'H' => format!("{:02}", self.hour),
            'h' => self.hour.to_string(),
            'M' => format!("{:02}", self.minute),
            'S' => format!("{:02}", self.second),
            '3' => format!("{:03}", self.milli),
            'a' => self.weekday(language).to_owned(),
            _ => return None,
        })
    }

    fn weekday(&self, language: Language) -> &'static str {
        let names = match language {
            Language::Chinese => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
            Language::English => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        };
        let number = usize::from(self.date.weekday().number_days_from_monday());
        names.get(number).copied().unwrap_or_default()
    }
}

fn month_name(month: Month, language: Language) -> String {
    match language {
        Language::Chinese => format!("{}月", u8::from(month)),
        Language::English => month.to_string().chars().take(3).collect(),
    }
}

/// A date, perhaps with a time, perhaps with an offset: in milliseconds since 1970.
fn ms_of(text: &str, offset_minutes: i32) -> Option<f64> {
    let (date, time) = match text.find(['T', ' ']) {
        Some(at) => (text.get(..at)?, Some(text.get(at + 1..)?)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4, 4)?;
    let month = digits(parts.next()?, 1, 2)?;
    let day = digits(parts.next()?, 1, 2)?;
    if parts.next().is_some() {
        return None;
    }
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date =
        Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
    let (of_day, offset) = match time {
        None => (0.0, None),
        Some(time) => clock_of(time)?,
    };
    let offset = offset.unwrap_or(offset_minutes);
    let days = f64::from(date.to_julian_day() - EPOCH);
    Some(days * DAY_MS + of_day - f64::from(offset) * 60_000.0)
}

/// A time of day, in milliseconds after its midnight, and the offset that it names.
pub(super) fn clock_of(text: &str) -> Option<(f64, Option<i32>)> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        Some(at) => (text.get(..at)?, Some(offset_of(text.get(at..)?)?)),
        None => (text, None),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 2, 2).filter(|hour| *hour < 24)?;
    let minute = digits(parts.next()?, 2, 2).filter(|minute| *minute < 60)?;
    let second = match parts.next() {
        Some(second) => digits(second, 2, 2).filter(|second| *second < 60)?,
        None => 0,
    };
    if parts.next().is_some() || fraction.is_empty() {
        return None;
    }
    // A clock of forms has milliseconds, and nothing finer.
    let millis = digits(&format!("{fraction:0<3}")[..3], 3, 3)?;
    digits(fraction, 1, 9)?;
    let ms = ((hour * 60 + minute) * 60 + second) * 1_000 + millis;
    Some((f64::from(ms), offset))
}

/// Whether a text is a time of day.
pub(crate) fn is_clock(text: &str) -> bool {
    clock_of(text).is_some()
}

fn offset_of(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "00"));
    let hours = digits(hours, 2, 2).filter(|hours| *hours < 24)?;
    let minutes = digits(minutes, 2, 2).filter(|minutes| *minutes < 60)?;
    Some(sign * i32::try_from(hours * 60 + minutes).ok()?)
}

fn digits(text: &str, least: usize, most: usize) -> Option<u32> {
    let only = text.bytes().all(|byte| byte.is_ascii_digit());
    if only && (least..=most).contains(&text.len()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINA: i32 = 480;

    #[test]
    fn a_date_is_the_midnight_where_the_person_is() {
        let date = Moment::read("2024-05-01", CHINA);
        assert_eq!(date.days(), 19_843.0 + 2.0 / 3.0);
        assert_eq!(date.text(CHINA), "2024-05-01");
        assert_eq!(
            Moment::read("2024-5-1T08:30:00.120Z", CHINA).text(CHINA),
            "2024-05-01T16:30:00.120+08:00"
        );
        assert_eq!(
            Moment::read("2024-05-01T03:00", CHINA).midnight(CHINA),
            date
        );
    }

    #[test]
    fn what_is_no_date_is_none() {
        for none in [
            "2023-02-29",
            "2024-13-01",
            "2024-05-01T24:00:00",
            "2024-05-01T10:00:00+24:00",
            "24-05-01",
            "2024-05-01-01",
            "2024-05-01T",
            "五月一日",
        ] {
            assert_eq!(Moment::read(none, CHINA), Moment::Invalid, "{none}");
        }
        assert_eq!(Moment::read("", CHINA), Moment::Blank);
        assert_eq!(Moment::Invalid.text(CHINA), "Invalid Date");
        assert_eq!(Moment::of_days(1e300).text(CHINA), "Invalid Date");
    }

    #[test]
    fn a_format_is_followed_in_the_language() {
        let date = Moment::read("2026-04-06T09:05:07", CHINA);
        let format = "%Y/%n/%e %a %b %H:%M:%S";
        assert_eq!(
            date.format(format, CHINA, Language::Chinese).as_deref(),
            Ok("2026/4/6 周一 4月 09:05:07")
        );
        assert_eq!(
            date.format(format, CHINA, Language::English).as_deref(),
            Ok("2026/4/6 Mon Apr 09:05:07")
        );
        assert_eq!(date.format("%Z", CHINA, Language::English), Err(Some('Z')));
        assert_eq!(date.format("%", CHINA, Language::English), Err(None));
    }
}
