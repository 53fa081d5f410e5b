//! A box to tick.

use super::question::Field;
use crate::i18n::*;
use leptos::prelude::*;
use ruyuan_domain::FieldValue;

/// Never ticked by default: it says that someone agreed.
#[component]
pub fn AcknowledgeField(field: Field) -> impl IntoView {
    let i18n = use_i18n();
    let initial = field.initial().is_some_and(|value| value.is_true());
    let set = field.setter();
    let leave = field.leaver();
    let invalid = field.invalid;
    view! {
        <label class="choice" for=field.id.clone()>
            <input
                type="checkbox"
                id=field.id.clone()
                aria-labelledby=format!("{}-label", field.id)
                aria-required=field.required.to_string()
                aria-invalid=move || invalid.get().to_string()
                aria-describedby=field.described_by()
                prop:checked=initial
                on:change=move |event| {
                    set(event_target_checked(&event).then_some(FieldValue::Bool(true)));
                }
                on:blur=move |_| leave()
            />
            <span aria-hidden="true">{t!(i18n, form.agreed)}</span>
        </label>
    }
}
