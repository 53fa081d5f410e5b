//! The processor time of this very process, so that a report can say what the measuring itself took.

use std::fs;

/// Linux counts in these, on every architecture it is asked on.
const TICKS_A_SECOND: f64 = 100.0;

/// Seconds on a processor so far; 0 where the system does not say.
pub fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    ticks(&stat).unwrap_or_default() / TICKS_A_SECOND
}

/// The 14th and 15th field: user and system time. The second is the name in brackets and may hold spaces.
fn ticks(stat: &str) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn a_name_with_spaces_and_brackets_moves_no_field() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 100 0 0 0 25 5 0 0 20 0 1 0 100 0 0";
        assert_eq!(ticks(stat), Some(30.0));
    }
}
