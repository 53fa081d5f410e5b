//! How instants and sizes are shown: as a person says them, in the device's own offset.

use crate::storage::BrowserEnvironment;
use ruyuan_domain::{Language, Stamp};
use ruyuan_sync::environment::Environment;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `11月23日 14:05`; today just `14:05`; another year with its year.
pub fn instant(stamp: Stamp, language: Language) -> String {
    let now = BrowserEnvironment.now();
    let (hour, minute) = stamp.time();
    if stamp.date() == now.date() {
        return format!("{hour:02}:{minute:02}");
    }
    format!("{} {hour:02}:{minute:02}", day(stamp, language))
}

/// `11月23日`; another year with its year.
pub fn day(stamp: Stamp, language: Language) -> String {
    let (year, month, day) = stamp.date();
    let this_year = BrowserEnvironment.now().date().0 == year;
    let name = MONTHS
        .get(usize::from(month) - 1)
        .copied()
        .unwrap_or_default();
    match (language, this_year) {
        (Language::Chinese, true) => format!("{month}月{day}日"),
        (Language::Chinese, false) => format!("{year}年{month}月{day}日"),
        (Language::English, true) => format!("{day} {name}"),
        (Language::English, false) => format!("{day} {name} {year}"),
    }
}

/// `11月23日`, of a date as it is stored; as it stands if it is none.
pub fn date(date: &str, language: Language) -> String {
    // At noon, so that no offset makes it another day.
    let noon = Stamp::parse(&format!("{date}T12:00:00Z"));
    noon.map_or_else(|| date.to_owned(), |noon| day(noon, language))
}

/// `3.2 KB`, `1.5 MB`, never broken between number and unit.
pub fn size(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes}\u{a0}B");
    }
    let (unit, name) = match bytes {
        1_073_741_824.. => (1024 * 1024 * 1024, "GB"),
        1_048_576.. => (1024 * 1024, "MB"),
        _ => (1024, "KB"),
    };
    let tenths = bytes * 10 / unit;
    format!("{}.{}\u{a0}{name}", tenths / 10, tenths % 10)
}
