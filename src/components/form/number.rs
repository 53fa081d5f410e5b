//! A number with its unit beside it, stored exactly in the unit's smallest part.

use super::question::Field;
use crate::i18n::*;
use leptos::prelude::*;
use ruyuan_domain::{FieldValue, forms::Unit};

/// What cannot be read as a number is kept as typed, and shown to be wrong.
#[component]
pub fn NumberField(field: Field, unit: Unit, min: Option<i64>) -> impl IntoView {
    let i18n = use_i18n();
    let initial = match field.initial() {
        Some(FieldValue::Integer(stored)) => unit.format(stored),
        Some(FieldValue::Text(typed)) => typed,
        _ => String::new(),
    };
    let set = field.setter();
    let leave = field.leaver();
    let invalid = field.invalid;
    // The number pads of phones have no minus: where a loss can be entered, the full keyboard is better.
    let mode = match (min, unit.decimals()) {
        (Some(min), 0) if min >= 0 => "numeric",
        (Some(min), _) if min >= 0 => "decimal",
        _ => "text",
    };
    view! {
        <div class="input-with-unit">
            <input
                class="input"
                type="text"
                id=field.id.clone()
                inputmode=mode
                autocomplete="off"
                aria-required=field.required.to_string()
                aria-invalid=move || invalid.get().to_string()
                aria-describedby=format!("{}-unit {}", field.id, field.described_by())
                prop:value=initial
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    let value = match unit.parse(&typed) {
                        Some(stored) => FieldValue::Integer(stored),
                        None => FieldValue::Text(typed.trim().to_owned()),
                    };
                    set(Some(value));
                }
                on:blur=move |_| leave()
            />
            <span class="input-with-unit__unit" id=format!("{}-unit", field.id)>
                {said(move || unit.sign(i18n.language()))}
            </span>
        </div>
    }
}
