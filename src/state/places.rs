//! Where a person left each list: its search and how far it was scrolled. Back leads to the same place.

use super::assignments::Whose;
use leptos::prelude::*;
use ruyuan_domain::Map;

/// A list's place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// What was searched for.
    pub search: String,
    /// Whose firms were shown.
    pub whose: Whose,
    /// How far the list was scrolled, in CSS pixels.
    pub scroll: f64,
}

/// The places of all lists, for as long as the page lives.
#[derive(Clone, Copy, Debug)]
pub struct Places(StoredValue<Map<&'static str, Place>>);

/// Puts the places into context.
pub fn provide_places() {
    provide_context(Places(StoredValue::new(Map::new())));
}

/// The places in context.
#[track_caller]
pub fn use_places() -> Places {
    expect_context()
}

impl Places {
    /// The place of a list.
    pub fn get(self, list: &'static str) -> Place {
        self.0
            .with_value(|places| places.get(list).cloned().unwrap_or_default())
    }

    /// Changes the place of a list.
    pub fn update(self, list: &'static str, change: impl FnOnce(&mut Place)) {
        self.0
            .update_value(|places| change(places.entry(list).or_default()));
    }
}
