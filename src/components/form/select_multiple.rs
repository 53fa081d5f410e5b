//! Any of several choices, stored as names joined by spaces in the order of the list.

use super::question::Field;
use crate::i18n::*;
use leptos::prelude::*;
use ruyuan_domain::forms::Choice;

/// Check boxes.
#[component]
pub fn SelectMultipleField(field: Field, choices: Vec<Choice>) -> impl IntoView {
    let i18n = use_i18n();
    let names: Vec<String> = choices.iter().map(|choice| choice.name.clone()).collect();
    let initial: Vec<String> = field.initial_text().split(' ').map(str::to_owned).collect();
    let chosen = RwSignal::new(initial);
    let leave = field.leaver();
    let set = field.setter();
    let toggle = move |name: &str, on: bool| {
        chosen.update(|chosen| {
            chosen.retain(|known| known != name && names.contains(known));
            if on {
                chosen.push(name.to_owned());
            }
        });
        let joined = chosen.with_untracked(|chosen| {
            names
                .iter()
                .filter(|name| chosen.contains(name))
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" ")
        });
        set(Some(joined.into()));
    };
    let options = choices
        .into_iter()
        .map(|choice| {
            let id = format!("{}-{}", field.id, choice.name);
            let name = choice.name.clone();
            let label = choice.label.clone();
            let checked = {
                let name = name.clone();
                move || chosen.with(|chosen| chosen.contains(&name))
            };
            let toggle = toggle.clone();
            view! {
                <label class="choice">
                    <input
                        type="checkbox"
                        id=id
                        prop:checked=checked
                        on:change=move |event| toggle(&name, event_target_checked(&event))
                    />
                    <span>{said(move || label.get(i18n.language()).to_owned())}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <div
            class="choices"
            role="group"
            id=field.id.clone()
            tabindex="-1"
            aria-labelledby=format!("{}-label", field.id)
            aria-describedby=field.described_by()
            on:focusout=move |_| leave()
        >
            {options}
        </div>
    }
}
