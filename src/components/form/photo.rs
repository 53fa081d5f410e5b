//! Photos: taken or chosen, made small, and stored with the form before anything else happens to them.

use super::question::Field;
use crate::{
    components::{
        confirm::Confirm,
        icon::{Icon, IconName},
        photo::Photo,
        when::When,
    },
    i18n::*,
    state::{
        drafts::{AnswerPlace, DraftEditor},
        preferences::use_photo_mark,
        session::use_session,
        store::use_store,
        visits::enterprise_name,
    },
    storage::{Picture, PictureError, shrunk},
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::{RecordId, forms::attachment_ids};
use ruyuan_sync::{engine::EngineError, store::StoreError};

/// Why a photo was not taken in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Picture(PictureError),
    TooMany,
    Full,
    Broken,
}

/// The photos of one question. Only a half-filled form has any.
#[component]
pub fn PhotoField(field: Field, most: u32, location: bool, unmarked: bool) -> impl IntoView {
    match field.answers.drafted() {
        Some((editor, place)) => view! { <Photos field editor place most location unmarked/> },
        None => ().into_any(),
    }
}

#[component]
fn Photos(
    field: Field,
    editor: DraftEditor,
    place: AnswerPlace,
    most: u32,
    location: bool,
    unmarked: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session, marking) = (use_store(), use_session(), use_photo_mark());
    let marked = move || !unmarked && marking.get();
    // The time is when the photo is taken in: of one from the album nobody knows more.
    let mark = move || {
        let officer = session.view_untracked().map(|view| view.display_name);
        let now = store.now();
        let (hour, minute) = now.time();
        let taken_in = t_filled!(
            i18n,
            photo.marked,
            time = format!("{} {hour:02}:{minute:02}", now.iso_date()),
            officer = officer.unwrap_or_default()
        );
        let firm = editor.with_untracked(|draft| draft.enterprise);
        vec![
            taken_in,
            store.read_untracked(|state| enterprise_name(state, firm)),
        ]
    };
    let place = StoredValue::new(place);
    let name = StoredValue::new(field.name.clone());
    let most = most as usize;
    let ids = Memo::new(move |_| {
        let answer = place.with_value(|place| name.with_value(|name| editor.answer(place, name)));
        attachment_ids(answer.as_ref())
    });
    let full = move || ids.with(Vec::len) >= most;
    let busy = RwSignal::new(false);
    let refusal = RwSignal::new(None::<Refusal>);
    let chosen = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let Some(files) = input.files() else {
            return;
        };
        let files: Vec<web_sys::File> = (0..files.length()).filter_map(|n| files.get(n)).collect();
        if files.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        refusal.set(None);
        let mark = untrack(marked).then(mark);
        spawn_local(async move {
            for file in files {
                let picture = shrunk(&file, location, mark.clone()).await;
                let refused = match picture {
                    Ok(picture) => take(editor, place, name, most, picture).await.err(),
                    Err(error) => Some(Refusal::Picture(error)),
                };
                if refused.is_some() {
                    let _ = refusal.try_set(refused);
                }
            }
            // The same file can be chosen again.
            input.set_value("");
            let _ = busy.try_set(false);
        });
    };
    let sentence = move || {
        refusal.get().map(|refusal| match refusal {
            Refusal::Picture(PictureError::TooLarge) => t_string!(i18n, photo.too_large),
            Refusal::Picture(PictureError::Unreadable) => t_string!(i18n, photo.unreadable),
            Refusal::TooMany => t_string!(i18n, photo.too_many),
            Refusal::Full => t_string!(i18n, photo.full),
            Refusal::Broken => t_string!(i18n, save.failed),
        })
    };
    let asking = RwSignal::new(false);
    let removed = StoredValue::new(None::<RecordId>);
    let remove = Callback::new(move |()| {
        if let Some(id) = removed.get_value() {
            spawn_local(async move {
                let (place, name) = (place.get_value(), name.get_value());
                // What fails here leaves the photo where it is.
                drop(editor.detach(place, name, id).await);
            });
        }
    });
    let tile = move |id: RecordId| {
        let position = move || {
            ids.with(|ids| ids.iter().position(|known| *known == id))
                .unwrap_or(0)
                + 1
        };
        let at = untrack(position);
        view! {
            <li class="photo">
                <Photo id position=at/>
                <button
                    type="button"
                    class="photo__remove"
                    aria-label=said(move || t_filled!(i18n, photo.remove_nth, n = position()))
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
    let blocked = move || busy.get() || full();
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
                <ul class="photos">
                    <For each=move || ids.get() key=|id| *id let(id)>{tile(id)}</For>
                </ul>
            </When>
            <div class="photo-field__buttons">
                <label class="button button--outline photo-field__take" class=("button--off", blocked)>
                    <Icon name=IconName::Camera/>
                    {t!(i18n, photo.take)}
                    <input
                        type="file"
                        class="visually-hidden"
                        accept="image/*"
                        capture="environment"
                        disabled=blocked
                        on:change=chosen
                    />
                </label>
                <label class="button button--plain" class=("button--off", blocked)>
                    {t!(i18n, photo.choose)}
                    <input
                        type="file"
                        class="visually-hidden"
                        accept="image/*"
                        multiple
                        disabled=blocked
                        on:change=chosen
                    />
                </label>
            </div>
            <p class="question__help" role="status">
                {said(move || match busy.get() {
                    true => t_string!(i18n, photo.busy).to_owned(),
                    false => t_filled!(i18n, photo.limits, n = ids.with(Vec::len), most = most),
                })}
            </p>
            {location.then(|| view! { <p class="question__help">{t!(i18n, photo.with_place)}</p> })}
            {(!unmarked)
                .then(|| {
                    view! {
                        <label class="choice">
                            <input
                                type="checkbox"
                                prop:checked=marked
                                on:change=move |event| marking.set(event_target_checked(&event))
                            />
                            <span>{t!(i18n, photo.mark)}</span>
                        </label>
                        <When on=Signal::derive(marked)>
                            <p class="question__help">{t!(i18n, photo.mark_help)}</p>
                            {location.then(|| view! { <p class="question__help">{t!(i18n, photo.mark_place)}</p> })}
                        </When>
                    }
                })}
            <When on=Signal::derive(move || sentence().is_some())>
                <p class="question__error" role="alert">
                    <Icon name=IconName::Alert/>
                    <span>{sentence}</span>
                </p>
            </When>
            <Confirm
                open=asking
                question=Signal::derive(move || t_string!(i18n, photo.remove_question).to_owned())
                yes=t!(i18n, photo.remove)
                no=t!(i18n, draft.keep)
                destructive=true
                on_yes=remove
            />
        </div>
    }
}

/// Stores a photo, unless there are enough.
async fn take(
    editor: DraftEditor,
    place: StoredValue<AnswerPlace>,
    name: StoredValue<String>,
    most: usize,
    picture: Picture,
) -> Result<(), Refusal> {
    let (Some(place), Some(name)) = (place.try_get_value(), name.try_get_value()) else {
        // The form was left meanwhile, and nothing was said of the photo: it is as if it had not been taken.
        return Ok(());
    };
    let answer = editor.answer_untracked(&place, &name);
    if attachment_ids(answer.as_ref()).len() >= most {
        return Err(Refusal::TooMany);
    }
    let stored = editor.attach(place, name, picture).await;
    stored.map_err(|error| match error {
        EngineError::Store(StoreError::Full) => Refusal::Full,
        _ => Refusal::Broken,
    })
}
