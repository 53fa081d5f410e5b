//! One of several choices: up to five inline, more in the phone's own list.

use super::question::Field;
use crate::i18n::*;
use leptos::prelude::*;
use ruyuan_domain::forms::Choice;

/// Most choices that are shown inline.
pub const INLINE: usize = 5;

/// A choice can be taken back where no answer is needed.
#[component]
pub fn SelectOneField(field: Field, choices: Vec<Choice>) -> impl IntoView {
    let i18n = use_i18n();
    let set = field.setter();
    let leave = field.leaver();
    let invalid = field.invalid;
    let chosen = RwSignal::new(field.initial_text());
    if choices.len() > INLINE {
        let options = choices
            .into_iter()
            .map(|choice| {
                let selected = chosen.with_untracked(|chosen| *chosen == choice.name);
                let label = choice.label.clone();
                view! {
                    <option value=choice.name selected=selected>
                        {said(move || label.get(i18n.language()).to_owned())}
                    </option>
                }
            })
            .collect_view();
        return view! {
            <select
                class="input input--select"
                id=field.id.clone()
                aria-required=field.required.to_string()
                aria-invalid=move || invalid.get().to_string()
                aria-describedby=field.described_by()
                on:change=move |event| set(Some(event_target_value(&event).into()))
                on:blur=move |_| leave()
            >
                <option value="">{t!(i18n, form.choose)}</option>
                {options}
            </select>
        }
        .into_any();
    }
    let group = field.id.clone();
    let required = field.required;
    let options = choices
        .into_iter()
        .map(|choice| {
            let id = format!("{group}-{}", choice.name);
            let name = choice.name.clone();
            let label = choice.label.clone();
            let checked = {
                let name = name.clone();
                move || chosen.with(|chosen| *chosen == name)
            };
            let take = {
                let (set, name) = (set.clone(), name.clone());
                move || {
                    chosen.set(name.clone());
                    set(Some(name.clone().into()));
                }
            };
            let give_back = {
                let (set, name) = (set.clone(), name);
                move || {
                    if !required && chosen.with_untracked(|chosen| *chosen == name) {
                        chosen.set(String::new());
                        set(None);
                        return true;
                    }
                    false
                }
            };
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        id=id
                        name=group.clone()
                        prop:checked=checked
                        on:click=move |event| {
                            let input: web_sys::HtmlInputElement = event_target(&event);
                            if give_back() {
                                input.set_checked(false);
                            } else {
                                take();
                            }
                        }
                    />
                    <span>{said(move || label.get(i18n.language()).to_owned())}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <div
            class="choices"
            role="radiogroup"
            id=field.id.clone()
            tabindex="-1"
            aria-labelledby=format!("{}-label", field.id)
            aria-required=required.to_string()
            aria-invalid=move || invalid.get().to_string()
            aria-describedby=field.described_by()
            on:focusout=move |_| leave()
        >
            {options}
        </div>
    }
    .into_any()
}
