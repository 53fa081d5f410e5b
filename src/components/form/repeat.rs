//! A group asked once for each thing: add, fill, take out, and put back.

use super::question::QuestionField;
use crate::components::when::When;
use crate::{
    components::icon::{Icon, IconName},
    i18n::*,
    state::drafts::{AnswerPlace, use_draft_editor},
};
use leptos::prelude::*;
use ruyuan_domain::{FieldValue, RecordId, forms::Group};
use ruyuan_sync::draft::DraftInstance;

/// The instances of a repeated group.
#[component]
pub fn RepeatField(
    /// The group.
    group: Group,
) -> impl IntoView {
    let i18n = use_i18n();
    let editor = use_draft_editor();
    let Some(repeat) = group.repeat.clone() else {
        return ().into_any();
    };
    let name = StoredValue::new(group.name.clone());
    let removed = RwSignal::new(None::<(usize, DraftInstance)>);
    let added = RwSignal::new(None::<RecordId>);
    let instances = Memo::new(move |_| name.with_value(|name| editor.instances(name)));
    let full = move || instances.with(|all| all.len() >= repeat.max as usize);
    let add_label = repeat.add_label.clone();
    let title_question = repeat.title_question.clone();
    let group = StoredValue::new(group);
    let instance_view = move |id: RecordId| {
        let place = AnswerPlace::Instance {
            group: name.get_value(),
            id,
        };
        let title = {
            let (place, question) = (place.clone(), title_question.clone());
            move || {
                let typed = editor.answer(&place, &question);
                let typed = typed
                    .as_ref()
                    .and_then(FieldValue::as_text)
                    .unwrap_or_default()
                    .trim()
                    .to_owned();
                let position = instances
                    .with(|all| all.iter().position(|known| *known == id))
                    .unwrap_or(0)
                    + 1;
                if typed.is_empty() {
                    t_filled!(i18n, form.instance, n = position)
                } else {
                    typed
                }
            }
        };
        let answers = editor.answers(place);
        let remove_title = title.clone();
        let questions = group.with_value(|group| group.questions.clone());
        let fields = questions
            .into_iter()
            .map(|question| view! { <QuestionField question answers=answers.clone()/> })
            .collect_view();
        view! {
            <details class="instance" open=move || added.get() == Some(id)>
                <summary class="instance__title">
                    <span>{title}</span>
                </summary>
                <div class="instance__body">
                    {fields}
                    <button
                        type="button"
                        class="button button--plain button--warn-text button--small"
                        aria-label=move || format!("{} {}", t_string!(i18n, form.remove), remove_title())
                        on:click=move |_| removed.set(name.with_value(|name| editor.remove_instance(name, id)))
                    >
                        <Icon name=IconName::Delete/>
                        {t!(i18n, form.remove)}
                    </button>
                </div>
            </details>
        }
    };
    view! {
        <div class="repeat" id=move || format!("q-{}", name.get_value()) tabindex="-1">
            <For each=move || instances.get() key=|id| *id children=instance_view/>
            <When on=Signal::derive(move || removed.with(Option::is_some))>
                <p class="repeat__removed" role="status">
                    <span>{t!(i18n, form.removed)}</span>
                    <button
                        type="button"
                        class="button button--plain button--small"
                        on:click=move |_| {
                            if let Some((at, instance)) = removed.get_untracked() {
                                name.with_value(|name| editor.put_instance(name, at, instance));
                            }
                            removed.set(None);
                        }
                    >
                        {t!(i18n, form.put_back)}
                    </button>
                </p>
            </When>
            <button
                type="button"
                class="button button--outline"
                disabled=full
                on:click=move |_| {
                    removed.set(None);
                    added.set(Some(name.with_value(|name| editor.add_instance(name))));
                }
            >
                <Icon name=IconName::Add/>
                {said(move || add_label.get(i18n.language()).to_owned())}
            </button>
        </div>
    }
    .into_any()
}
