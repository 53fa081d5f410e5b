//! 待上传: what waits and what was refused, when it was last tried, and the whole queue as a file.

use super::{
    uploads_act::{QueueItem, key_of, rows},
    uploads_photos::WaitingPhotos,
};
use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        format,
        icon::{Icon, IconName},
        keeping_notices::KeepingNotices,
        page::Page,
    },
    i18n::*,
    routes,
    state::{once::Once, store::use_store, sync::Trouble},
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_sync::{engine::EngineError, store::StoreError};

/// The queue.
#[component]
pub fn Uploads() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let all = Memo::new(move |_| rows(store));
    let photos_wait = move || store.read(|state| state.unsent_bytes().count > 0);
    let status = store.sync.status;
    let tried = move || {
        status.with(|status| {
            let at = status
                .tried_at
                .map(|at| format::instant(at, i18n.language()));
            at.map(|time| t_filled!(i18n, uploads.tried, time = time))
        })
    };
    let trouble = move || {
        status.with(|status| match &status.trouble {
            None => None,
            Some(Trouble::Offline) => Some(t_string!(i18n, uploads.offline).to_owned()),
            Some(Trouble::SignedOut) => Some(t_string!(i18n, status.signed_out).to_owned()),
            Some(Trouble::OtherServer) => Some(t_string!(i18n, uploads.other_server).to_owned()),
            Some(Trouble::Other(detail)) => {
                Some(format!("{} ({detail})", t_string!(i18n, status.refused)))
            }
        })
    };
    let overdue = move || {
        status.track();
        store.read(|state| state.overdue(store.now()))
    };
    let saving = Once::new();
    let export = move |_| {
        // A browser that refuses downloads changes nothing: the queue stays where it is.
        saving.run(|| async move { drop(store.save_queue().await) });
    };
    let told = RwSignal::new(String::new());
    let chosen = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let file = input.files().and_then(|files| files.get(0));
        spawn_local(async move {
            let Some(file) = file else {
                return;
            };
            let imported = store.import_queue(&file).await;
            // The same file can be chosen again.
            input.set_value("");
            let sentence = match imported {
                Ok(taken) if taken.edits + taken.drafts == 0 => {
                    t_string!(i18n, uploads.import_known).to_owned()
                }
                Ok(taken) => t_filled!(i18n, uploads.imported, n = taken.edits + taken.drafts),
                Err(EngineError::Store(StoreError::Full)) => t_string!(i18n, save.full).to_owned(),
                Err(_) => t_string!(i18n, uploads.import_failed).to_owned(),
            };
            let _ = told.try_set(sentence);
        });
    };
    view! {
        <Page
            title=t!(i18n, uploads.title)
            back=Signal::stored(routes::ME.to_owned())
        >
            <KeepingNotices/>
            <section class="hero">
                <p class="hero__facts" role="status">{tried}</p>
                <When on=Signal::derive(move || trouble().is_some())>
                    <p class="notice"><Icon name=IconName::Offline/><span>{trouble}</span></p>
                </When>
                <When on=Signal::derive(move || { overdue() > 0 })>
                    <p class="notice notice--amber">
                        <Icon name=IconName::Info/>
                        <span>{said(move || t_filled!(i18n, uploads.long, n = overdue()))}</span>
                    </p>
                </When>
                <button
                    type="button"
                    class="button button--primary button--wide"
                    disabled=move || status.with(|status| status.running)
                    on:click=move |_| store.sync.again(store)
                >
                    {move || {
                        if status.with(|status| status.running) {
                            t_string!(i18n, uploads.running)
                        } else {
                            t_string!(i18n, uploads.now)
                        }
                    }}
                </button>
            </section>
            <WaitingPhotos/>
            <When
                on=Signal::derive(move || !all.with(Vec::is_empty))
                otherwise=move || {
                    (!photos_wait()).then(|| view! { <Empty sentence=t!(i18n, uploads.none)/> })
                }
            >
                <section class="group">
                    <div class="card">
                        <For each=move || all.get() key=key_of let(row)>
                            <QueueItem row/>
                        </For>
                    </div>
                    <button type="button" class="button button--plain" on:click=export>
                        {t!(i18n, uploads.export)}
                    </button>
                </section>
            </When>
            <section class="group">
                <label class="button button--plain">
                    {t!(i18n, uploads.import)}
                    <input type="file" class="visually-hidden" accept=".json,application/json" on:change=chosen/>
                </label>
                <p class="question__help" role="status">{move || told.get()}</p>
            </section>
        </Page>
    }
}

/// The link to the queue, with how much is in it.
#[component]
pub fn UploadsLink() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let count = Memo::new(move |_| {
        let (waiting, refused) = store.read(|state| state.unsent());
        waiting + refused + store.read(|state| state.unsent_bytes().count)
    });
    view! {
        <a href=routes::UPLOADS class="row">
            <span class="row__main">{t!(i18n, uploads.title)}</span>
            <span class="row__value">{said(move || t_filled!(i18n, uploads.count, n = count.get()))}</span>
            <Icon name=IconName::Forward/>
        </a>
    }
}
