//! Text on one line or several.

use super::question::Field;
use leptos::prelude::*;
use ruyuan_domain::forms::TextFormat;

/// The input is never written to while someone types: an input method may be composing.
#[component]
pub fn TextField(
    field: Field,
    format: TextFormat,
    multiline: bool,
    max_length: u32,
) -> impl IntoView {
    let initial = field.initial_text();
    let set = field.setter();
    let typed = {
        let set = set.clone();
        // Enter submits without leaving the field: a keyboard's trailing space must not count.
        move |text: String| set(Some(text.trim().into()))
    };
    let leave = field.leaver();
    let invalid = field.invalid;
    let required = field.required.to_string();
    if multiline {
        let typed_many = typed.clone();
        return view! {
            <textarea
                class="input input--multiline"
                id=field.id.clone()
                rows="3"
                autocomplete="off"
                aria-required=required
                aria-invalid=move || invalid.get().to_string()
                aria-describedby=field.described_by()
                prop:value=initial
                on:input=move |event| typed_many(event_target_value(&event))
                on:blur=move |_| leave()
            ></textarea>
        }
        .into_any();
    }
    let mode = match format {
        TextFormat::Mobile => "tel",
        _ => "text",
    };
    let code = matches!(format, TextFormat::CreditCode | TextFormat::PatentNumber);
    let suggested = field.answers.suggestions(&field.name);
    let list = (!suggested.is_empty()).then(|| format!("{}-list", field.id));
    // Room for what was pasted with spaces; the rule itself says what is too long.
    let length = (max_length.saturating_mul(2)).to_string();
    view! {
        <input
            class="input"
            class=("input--code", code)
            type=mode
            id=field.id.clone()
            inputmode=mode
            maxlength=length
            autocomplete="off"
            autocapitalize=if code { "characters" } else { "off" }
            spellcheck="false"
            list=list.clone()
            aria-required=required
            aria-invalid=move || invalid.get().to_string()
            aria-describedby=field.described_by()
            prop:value=initial
            on:input=move |event| typed(event_target_value(&event))
            on:blur=move |event| {
                let raw = event_target_value(&event);
                let tidy = if code { raw.trim().to_ascii_uppercase() } else { raw.trim().to_owned() };
                if tidy != raw {
                    let input: web_sys::HtmlInputElement = event_target(&event);
                    input.set_value(&tidy);
                    set(Some(tidy.into()));
                }
                leave();
            }
        />
        {list
            .map(|list| {
                let options = suggested.into_iter().map(|name| view! { <option value=name></option> });
                view! { <datalist id=list>{options.collect_view()}</datalist> }
            })}
    }
    .into_any()
}
