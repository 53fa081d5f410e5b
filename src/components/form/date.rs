//! A date: the phone's own picker, typed where there is none.

use super::question::Field;
use leptos::prelude::*;

/// A browser without a date picker shows a text field: what is typed there is checked like anything else.
#[component]
pub fn DateField(field: Field) -> impl IntoView {
    let initial = field.initial_text();
    let set = field.setter();
    let leave = field.leaver();
    let invalid = field.invalid;
    view! {
        <input
            class="input"
            type="date"
            id=field.id.clone()
            max="9999-12-31"
            autocomplete="off"
            aria-required=field.required.to_string()
            aria-invalid=move || invalid.get().to_string()
            aria-describedby=field.described_by()
            prop:value=initial
            on:input=move |event| set(Some(event_target_value(&event).trim().to_owned().into()))
            on:blur=move |_| leave()
        />
    }
}
