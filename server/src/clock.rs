//! The server's clock behind a trait, so that tests decide what time it is.

use ruyuan_domain::Stamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds of one day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// China has one time zone: eight hours east.
pub const CHINA_MINUTES: i32 = 8 * 60;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since the Unix epoch.
    fn unix_ms(&self) -> i64;

    /// Now, at the offset of the people who read it.
    fn now(&self) -> Stamp {
        Stamp::from_unix_ms(self.unix_ms(), CHINA_MINUTES)
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn unix_ms(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or_default()
    }
}
