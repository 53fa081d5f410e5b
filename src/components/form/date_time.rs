//! A date and time: the phone's own picker; stored with the phone's offset.

use super::question::Field;
use crate::{i18n::*, storage::BrowserEnvironment};
use leptos::{html, prelude::*};
use ruyuan_domain::{FieldValue, Stamp};
use ruyuan_sync::environment::Environment;

/// With a button for the moment itself: a consent's time is when it is given.
#[component]
pub fn DateTimeField(field: Field) -> impl IntoView {
    let i18n = use_i18n();
    let stored = field.initial_text();
    let initial = Stamp::parse(&stored).map_or(stored, as_local);
    let set = field.setter();
    let set_now = field.setter();
    let leave = field.leaver();
    let invalid = field.invalid;
    let input = NodeRef::<html::Input>::new();
    view! {
        <div class="input-with-button">
            <input
                class="input"
                type="datetime-local"
                node_ref=input
                id=field.id.clone()
                max="9999-12-31T23:59"
                autocomplete="off"
                aria-required=field.required.to_string()
                aria-invalid=move || invalid.get().to_string()
                aria-describedby=field.described_by()
                prop:value=initial
                on:input=move |event| set(Some(as_stored(event_target_value(&event).trim())))
                on:blur=move |_| leave()
            />
            <button
                type="button"
                class="button button--plain button--small"
                on:click=move |_| {
                    let now = BrowserEnvironment.now();
                    if let Some(input) = input.get_untracked() {
                        input.set_value(&as_local(now));
                    }
                    set_now(Some(now.to_string().into()));
                }
            >
                {t!(i18n, form.now)}
            </button>
        </div>
    }
}

/// What the picker shows: the stamp's own wall clock.
fn as_local(stamp: Stamp) -> String {
    let (hour, minute) = stamp.time();
    format!("{}T{hour:02}:{minute:02}", stamp.iso_date())
}

/// The picker's wall clock in the offset that this device has at that time; anything else as typed.
fn as_stored(local: &str) -> FieldValue {
    let date = js_sys::Date::new(&local.into());
    let offset = -date.get_timezone_offset();
    if date.get_time().is_nan() {
        return local.into();
    }
    Stamp::from_unix_ms(date.get_time() as i64, offset as i32)
        .to_string()
        .into()
}
