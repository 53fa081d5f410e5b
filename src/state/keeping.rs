//! What becomes of what this phone keeps: cleared by the browser, or short of room.

use crate::storage::{forget, keep, kept};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::UserId;
use ruyuan_sync::engine::State;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageEstimate;

/// With less room than this it is said, before an edit finds none. Chromium answers ten gigabytes whatever there is:
/// there it is only noticed by the edit that finds none.
const TIGHT_BYTES: f64 = 50.0 * 1024.0 * 1024.0;

/// How the local log of one person is kept.
#[derive(Clone, Copy)]
pub struct Keeping {
    user: UserId,
    /// What was unsent when the browser cleared the log, until its person has read so.
    cleared: RwSignal<Option<usize>>,
    /// How much there is, and how much of it is taken, in bytes.
    room: RwSignal<Option<(f64, f64)>>,
    noted: StoredValue<Option<usize>>,
}

/// Under this name stands how much was unsent last. It is kept in another kind of storage than the log, which a browser
/// that makes room, or finds the log corrupt, does not clear with it.
fn noted_name(user: UserId) -> String {
    format!("ruyuan.unsent.{user}")
}

fn cleared_name(user: UserId) -> String {
    format!("ruyuan.cleared.{user}")
}

/// The log of this person was not there: if it had been, it has been cleared.
pub fn found_no_log(user: UserId) {
    if let Some(unsent) = kept::<usize>(&noted_name(user)) {
        keep(&cleared_name(user), &unsent);
    }
}

impl Keeping {
    /// Of this person's log.
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            cleared: RwSignal::new(kept(&cleared_name(user))),
            room: RwSignal::new(None),
            noted: StoredValue::new(None),
        }
    }

    /// What was unsent when the browser cleared the log, unless its person knows.
    pub fn cleared(self) -> Option<usize> {
        self.cleared.get()
    }

    /// Its person has read that the log was cleared.
    pub fn is_known(self) {
        forget(&cleared_name(self.user));
        self.cleared.set(None);
    }

    /// Whether there is little room left.
    pub fn is_tight(self) -> bool {
        let room = self.room.get();
        room.is_some_and(|(all, used)| all - used < TIGHT_BYTES)
    }

    /// How many bytes are taken, as far as the browser says.
    pub fn used(self) -> Option<u64> {
        self.room.get().map(|(_, used)| used as u64)
    }

    /// Notes how much is unsent, for a start that finds nothing.
    pub fn note(self, state: &State) {
        let (waiting, refused) = state.unsent();
        let photos = state.unsent_bytes().count;
        let unsent = Some(waiting + refused + photos + state.drafts().count());
        if self
            .noted
            .try_get_value()
            .is_some_and(|noted| noted != unsent)
        {
            keep(&noted_name(self.user), &unsent);
            self.noted.set_value(unsent);
        }
    }

    /// Looks how much room there is.
    pub fn look(self) {
        let Some(estimating) =
            web_sys::window().and_then(|window| window.navigator().storage().estimate().ok())
        else {
            return;
        };
        spawn_local(async move {
            let Ok(estimate) = JsFuture::from(estimating).await else {
                return;
            };
            let estimate: StorageEstimate = estimate.unchecked_into();
            let room = estimate.get_quota().zip(estimate.get_usage());
            let _ = self.room.try_set(room);
        });
    }
}
