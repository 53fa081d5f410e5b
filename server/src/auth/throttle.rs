//! Slows down guessing: after five failures of a user name, each next try waits longer.
//!
//! It is kept in memory: a restart forgives, and an attacker cannot restart the server.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

const FREE_TRIES: u32 = 5;
const WINDOW_MS: i64 = 15 * 60 * 1000;
const LONGEST_MS: i64 = 5 * 60 * 1000;

/// Names remembered at once; beyond it the one that failed longest ago is forgotten.
const MOST_NAMES: usize = 10_000;

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last_ms: i64,
}

/// Failed sign-ins by user name.
#[derive(Default)]
pub struct Throttle {
    names: Mutex<HashMap<String, Failures>>,
}

impl Throttle {
    /// How many seconds this name must still wait, if any.
    pub fn wait_seconds(&self, name: &str, now_ms: i64) -> Option<u64> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = names
            .get(name)
            .filter(|failures| now_ms - failures.last_ms < WINDOW_MS)?;
        let over = failures.count.checked_sub(FREE_TRIES)?;
        let delay_ms = 1000_i64.saturating_mul(1 << over.min(20)).min(LONGEST_MS);
        let left_ms = failures.last_ms + delay_ms - now_ms;
        (left_ms > 0).then(|| u64::try_from(left_ms).unwrap_or_default().div_ceil(1000))
    }

    /// The name failed.
    pub fn failed(&self, name: &str, now_ms: i64) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES && !names.contains_key(name) {
            names.retain(|_, failures| now_ms - failures.last_ms < WINDOW_MS);
            let oldest = names
                .iter()
                .min_by_key(|(_, failures)| failures.last_ms)
                .map(|(name, _)| name.clone());
            if let Some(oldest) = oldest.filter(|_| names.len() >= MOST_NAMES) {
                names.remove(&oldest);
            }
        }
        let failures = names.entry(name.to_owned()).or_insert(Failures {
            count: 0,
            last_ms: now_ms,
        });
        if now_ms - failures.last_ms >= WINDOW_MS {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last_ms = now_ms;
    }

    /// The name signed in.
    pub fn succeeded(&self, name: &str) {
        self.names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_with_each_failure_and_ends_with_success() {
        let throttle = Throttle::default();
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..16 {
            throttle.failed("limin", now);
            let wait = throttle.wait_seconds("limin", now).unwrap_or_default();
            waits.push(wait);
            now += i64::try_from(wait).unwrap() * 1000;
        }
        assert_eq!(
            waits,
            [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
        );
        assert_eq!(throttle.wait_seconds("wangqiang", now), None);
        throttle.succeeded("limin");
        assert_eq!(throttle.wait_seconds("limin", now), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..MOST_NAMES + 50 {
            throttle.failed(&number.to_string(), i64::try_from(number).unwrap());
        }
        assert_eq!(throttle.names.lock().unwrap().len(), MOST_NAMES);
    }
}
