//! Days as China counts them.

use crate::clock::{CHINA_MINUTES, DAY_MS};
use ruyuan_domain::{Stamp, stamp::is_date, wire::FieldProblemView};

/// A calendar day in China, as the number of days since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// The day of an instant.
    pub fn of(instant: Stamp) -> Self {
        Self((instant.unix_ms() + i64::from(CHINA_MINUTES) * 60_000).div_euclid(DAY_MS))
    }

    /// From `2026-11-23`.
    pub fn parse(text: &str) -> Option<Self> {
        let midnight = is_date(text).then(|| Stamp::parse(&format!("{text}T00:00:00+08:00")));
        midnight.flatten().map(Self::of)
    }

    /// So many days later.
    pub const fn after(self, days: i64) -> Self {
        Self(self.0 + days)
    }

    /// The Monday of its week.
    pub fn monday(self) -> Self {
        self.after(-self.weekday())
    }

    /// How many days after the last Monday: 0 to 6.
    pub fn weekday(self) -> i64 {
        self.stamp().weekday()
    }

    /// Year, month and day.
    pub fn ymd(self) -> (i32, u8, u8) {
        self.stamp().date()
    }

    /// `20261123`, as files are named.
    pub fn compact(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{year:04}{month:02}{day:02}")
    }

    /// `2026年11月23日`.
    pub fn said(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{year}年{month}月{day}日")
    }

    fn stamp(self) -> Stamp {
        // Any hour of the day will do.
        Stamp::from_unix_ms(self.0 * DAY_MS, CHINA_MINUTES)
    }
}

/// From a day to a day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Day,
    /// The last.
    pub to: Day,
}

impl Days {
    /// What an address asks for; this week until today if it says nothing.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn asked(
        from: Option<&str>,
        to: Option<&str>,
        today: Day,
    ) -> Result<Self, Vec<FieldProblemView>> {
        if from.is_none() && to.is_none() {
            return Ok(Self {
                from: today.monday(),
                to: today,
            });
        }
        let mut errors = Vec::new();
        let mut wrong = |path: &str, message: &str| {
            errors.push(FieldProblemView {
                path: path.to_owned(),
                message: message.to_owned(),
            });
        };
        let mut read = |path: &str, said: Option<&str>, missing: &str| match said {
            None => {
                wrong(path, missing);
                None
            }
            Some(text) => Day::parse(text).or_else(|| {
                wrong(path, "日期不正确，请按 2026-11-23 的格式填写");
                None
            }),
        };
        let first = read("from", from, "请填写开始日期");
        let last = read("to", to, "请填写结束日期");
        match (first, last) {
            (Some(from), Some(to)) if from <= to => Ok(Self { from, to }),
            (Some(_), Some(_)) => {
                wrong("to", "结束日期早于开始日期，请重新选择");
                Err(errors)
            }
            _ => Err(errors),
        }
    }

    /// Whether a day is one of them.
    pub fn hold(&self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// `2026年11月23日至11月29日`: the year again only where it is another.
    pub fn said(&self) -> String {
        let (first, last) = (self.from.ymd(), self.to.ymd());
        if first == last {
            return self.from.said();
        }
        let to = match first.0 == last.0 {
            true => format!("{}月{}日", last.1, last.2),
            false => self.to.said(),
        };
        format!("{}至{to}", self.from.said())
    }

    /// 本周, 上周 or 本月, seen from a day; otherwise 本期.
    pub fn name(&self, today: Day) -> &'static str {
        let within_week = self.from.weekday() == 0 && self.to <= self.from.after(6);
        if within_week && self.from == today.monday() {
            return "本周";
        }
        if within_week && self.from == today.monday().after(-7) && self.to.weekday() == 6 {
            return "上周";
        }
        let (first, last, now) = (self.from.ymd(), self.to.ymd(), today.ymd());
        let month = |day: (i32, u8, u8)| (day.0, day.1);
        match first.2 == 1 && month(first) == month(last) && month(first) == month(now) {
            true => "本月",
            false => "本期",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_in_china_wherever_the_clock_was() {
        for (instant, expected) in [
            ("2026-11-22T15:59:59Z", "2026-11-22"),
            ("2026-11-22T16:00:00Z", "2026-11-23"),
            ("2026-11-23T23:59:59.999+08:00", "2026-11-23"),
            ("1969-12-31T15:59:59Z", "1969-12-31"),
        ] {
            assert_eq!(Day::of(Stamp::parse(instant).unwrap()), day(expected));
        }
        assert_eq!(day("2026-11-29").monday(), day("2026-11-23"));
        assert_eq!(day("2026-11-23").compact(), "20261123");
    }

    #[test]
    fn what_is_asked_is_read_or_refused_with_all_that_is_wrong() {
        let today = day("2026-11-26");
        let week = Days::asked(None, None, today).unwrap();
        assert_eq!((week.from, week.to), (day("2026-11-23"), today));
        let paths = |from, to| {
            let errors = Days::asked(from, to, today).unwrap_err();
            let paths: Vec<String> = errors.into_iter().map(|error| error.path).collect();
            paths.join(" ")
        };
        assert_eq!(paths(Some("2026-02-30"), Some("x")), "from to");
        assert_eq!(paths(Some("2026-11-23"), None), "to");
        assert_eq!(paths(None, Some("2026-11-23")), "from");
        assert_eq!(paths(Some("2026-11-24"), Some("2026-11-23")), "to");
    }

    #[test]
    fn days_are_called_as_people_call_them() {
        let today = day("2026-11-26");
        for (from, to, name, said) in [
            (
                "2026-11-23",
                "2026-11-29",
                "本周",
                "2026年11月23日至11月29日",
            ),
            (
                "2026-11-16",
                "2026-11-22",
                "上周",
                "2026年11月16日至11月22日",
            ),
            (
                "2026-11-01",
                "2026-11-26",
                "本月",
                "2026年11月1日至11月26日",
            ),
            (
                "2025-12-31",
                "2026-01-02",
                "本期",
                "2025年12月31日至2026年1月2日",
            ),
            ("2026-11-24", "2026-11-24", "本期", "2026年11月24日"),
        ] {
            let days = Days {
                from: day(from),
                to: day(to),
            };
            assert_eq!((days.name(today), days.said().as_str()), (name, said));
        }
    }
}
