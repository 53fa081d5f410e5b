//! Documents: chosen on the phone, stored as they are, chunk by chunk.

use super::question::Field;
use crate::{
    components::{
        confirm::Confirm,
        document::Document,
        format,
        icon::{Icon, IconName},
        when::When,
    },
    i18n::*,
    state::{
        draft_attachments::FileError,
        drafts::{AnswerPlace, DraftEditor},
    },
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::{RecordId, forms::attachment_ids};
use ruyuan_sync::{engine::EngineError, store::StoreError};

/// The documents of one question. Only a half-filled form has any.
#[component]
pub fn FileField(field: Field, most: u32) -> impl IntoView {
    match field.answers.drafted() {
        Some((editor, place)) => view! { <Files field editor place most/> },
        None => ().into_any(),
    }
}

#[component]
fn Files(field: Field, editor: DraftEditor, place: AnswerPlace, most: u32) -> impl IntoView {
    let i18n = use_i18n();
    let place = StoredValue::new(place);
    let name = StoredValue::new(field.name.clone());
    let most = most as usize;
    let ids = Memo::new(move |_| {
        let answer = place.with_value(|place| name.with_value(|name| editor.answer(place, name)));
        attachment_ids(answer.as_ref())
    });
    // How many bytes of how many are stored of the one that is being taken in.
    let storing = RwSignal::new(None::<(u64, u64)>);
    let refusal = RwSignal::new(None::<FileError>);
    let chosen = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let file = input.files().and_then(|files| files.get(0));
        let Some(file) = file.filter(|_| storing.get_untracked().is_none()) else {
            return;
        };
        let size = file.size() as u64;
        storing.set(Some((0, size)));
        refusal.set(None);
        spawn_local(async move {
            let (at, called) = (place.get_value(), name.get_value());
            // Who leaves the page while it is stored does not lose it.
            let told = |done| {
                let _ = storing.try_set(Some((done, size)));
                true
            };
            let stored = editor.attach_file(at, called, &file, told).await;
            // The same file can be chosen again.
            input.set_value("");
            let _ = refusal.try_set(stored.err());
            let _ = storing.try_set(None);
        });
    };
    let sentence = move || {
        refusal.with(|refusal| {
            refusal.as_ref().map(|refusal| match refusal {
                FileError::Size => t_string!(i18n, document.wrong_size),
                FileError::Unreadable => t_string!(i18n, document.unreadable),
                FileError::Stopped => t_string!(i18n, document.stopped),
                FileError::Engine(EngineError::Store(StoreError::Full)) => {
                    t_string!(i18n, document.full)
                }
                FileError::Engine(_) => t_string!(i18n, save.failed),
            })
        })
    };
    let asking = RwSignal::new(false);
    let removed = StoredValue::new(None::<RecordId>);
    let remove = Callback::new(move |()| {
        if let Some(id) = removed.get_value() {
            spawn_local(async move {
                let (place, name) = (place.get_value(), name.get_value());
                // What fails here leaves the document where it is.
                drop(editor.detach(place, name, id).await);
            });
        }
    });
    let row = move |id: RecordId| {
        let known = editor.with_untracked(|draft| draft.attachments.get(&id).cloned());
        let known = known.unwrap_or_default();
        let called = known.name.unwrap_or_default();
        view! {
            <li class="document">
                <Document name=called.clone() size=known.size/>
                <button
                    type="button"
                    class="bar__button button--warn-text"
                    aria-label=said(move || t_filled!(i18n, document.remove_named, name = called))
                    on:click=move |_| {
                        removed.set_value(Some(id));
                        asking.set(true);
                    }
                >
                    <Icon name=IconName::Delete/>
                </button>
            </li>
        }
    };
    let blocked = move || storing.get().is_some() || ids.with(Vec::len) >= most;
    view! {
        <div
            class="photo-field"
            id=field.id.clone()
            tabindex="-1"
            role="group"
            aria-labelledby=format!("{}-label", field.id)
            aria-describedby=field.described_by()
        >
            <When on=Signal::derive(move || ids.with(|ids| !ids.is_empty()))>
                <ul class="documents">
                    <For each=move || ids.get() key=|id| *id let(id)>{row(id)}</For>
                </ul>
            </When>
            <div class="photo-field__buttons">
                <label class="button button--outline photo-field__take" class=("button--off", blocked)>
                    <Icon name=IconName::Document/>
                    {t!(i18n, document.choose)}
                    <input type="file" class="visually-hidden" disabled=blocked on:change=chosen/>
                </label>
            </div>
            <p class="question__help" role="status">
                {said(move || match storing.get() {
                    Some((done, size)) => {
                        let (done, size) = (format::size(done), format::size(size));
                        t_filled!(i18n, document.storing, done = done, size = size)
                    }
                    None => t_filled!(i18n, document.limits, n = ids.with(Vec::len), most = most),
                })}
            </p>
            <When on=Signal::derive(move || sentence().is_some())>
                <p class="question__error" role="alert">
                    <Icon name=IconName::Alert/>
                    <span>{sentence}</span>
                </p>
            </When>
            <Confirm
                open=asking
                question=Signal::derive(move || t_string!(i18n, document.remove_question).to_owned())
                yes=t!(i18n, document.remove)
                no=t!(i18n, draft.keep)
                destructive=true
                on_yes=remove
            />
        </div>
    }
}
