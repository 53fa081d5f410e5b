//! The photos and documents that the server does not have yet: how much of each is there, why one is refused, and what to do.

use crate::{
    components::{
        confirm::Confirm,
        format,
        icon::{Icon, IconName},
        when::When,
    },
    i18n::*,
    state::{once::Once, store::use_store, visits},
};
use leptos::prelude::*;
use ruyuan_domain::{Map, Operation, RecordId, consts::field};
use ruyuan_sync::{
    attachment::BlobState,
    engine::{Act, Edit, State},
};

/// One photo.
#[derive(Clone, Debug, PartialEq)]
struct PhotoRow {
    id: RecordId,
    firm: String,
    /// A document is called by its name.
    name: Option<String>,
    size: u64,
    sent: u64,
    /// Why the server will not have it; empty where it does not say.
    refused: Option<String>,
}

fn rows(state: &State) -> Vec<PhotoRow> {
    let row = |(id, head): (RecordId, &ruyuan_sync::attachment::BlobHead)| {
        let visit = state
            .root_of_attachment(id)
            .and_then(|root| state.view().get(root));
        let firm = visit.and_then(|visit| visit.text(field::ENTERPRISE).parse().ok());
        PhotoRow {
            id,
            firm: firm
                .map(|firm| visits::enterprise_name(state, firm))
                .unwrap_or_default(),
            name: state.attachment(id).and_then(|about| about.name),
            size: head.size,
            sent: head.moved(),
            refused: (head.state == BlobState::Refused).then(|| head.reason.clone()),
        }
    };
    state.unsent_attachments().map(row).collect()
}

/// What an entry of the queue is, and how it stands.
#[component]
pub fn QueueHead(title: String, facts: Signal<String>, attention: bool) -> impl IntoView {
    let i18n = use_i18n();
    view! {
            <div class="queue__head">
                <span class="row__main">
                    <span class="row__title">{title}</span>
                    <span class="row__facts">{facts}</span>
                </span>
                {if attention {
                    view! {
                        <span class="mark mark--attention"><Icon name=IconName::Alert/>{t!(i18n, mark.attention)}</span>
                    }.into_any()
                } else {
                    view! {
                        <span class="mark mark--waiting"><Icon name=IconName::CloudUp/>{t!(i18n, mark.waiting)}</span>
                    }.into_any()
                }}
            </div>
    }
}

/// Photos that wait, and those that need their author.
#[component]
pub fn WaitingPhotos() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let all = Memo::new(move |_| store.read(rows));
    let trouble = move || {
        store.read(|_| {});
        let engine = store.engine();
        engine.upload_trouble().is_some()
    };
    view! {
        <When on=Signal::derive(move || all.with(|all| !all.is_empty()))>
            <section class="group">
                <h2 class="group__title">{t!(i18n, uploads.photos)}</h2>
                <When on=Signal::derive(trouble)>
                    <p class="notice"><Icon name=IconName::Offline/><span>{t!(i18n, uploads.photos_rest)}</span></p>
                </When>
                <div class="card">
                    <For
                        each=move || all.get()
                        key=|row| (row.id, row.sent, row.refused.clone())
                        let(row)
                    >
                        <PhotoItem row/>
                    </For>
                </div>
            </section>
        </When>
    }
}

#[component]
fn PhotoItem(row: PhotoRow) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let asking = RwSignal::new(false);
    let acting = Once::new();
    let PhotoRow {
        id,
        firm,
        name,
        size,
        sent,
        refused,
    } = row;
    let is_photo = name.is_none();
    let facts = move || {
        let (size, sent) = (format::size(size), sent * 100 / size.max(1));
        let facts = t_filled!(i18n, uploads.photo_facts, size = size, sent = sent);
        name.iter()
            .cloned()
            .chain([facts])
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let again = move |_| {
        acting.run(|| async move {
            // What fails leaves it refused, with its reason.
            drop(store.engine().retry_attachment(id).await);
            store.changed();
            store.sync.now();
        });
    };
    let delete = Callback::new(move |()| {
        acting.run(|| async move {
            let act = store.read_untracked(|state| deletion(state, id));
            if let Some(act) = act {
                drop(store.act(act).await);
            }
        });
    });
    let removal = move || match is_photo {
        true => t_string!(i18n, photo.remove).to_owned(),
        false => t_string!(i18n, document.remove).to_owned(),
    };
    let attention = refused.is_some();
    view! {
        <div class="queue" data-state=if attention { "attention" } else { "waiting" }>
            <QueueHead title=firm facts=Signal::derive(facts) attention/>
            {refused
                .map(|reason| {
                    view! {
                        <p class="queue__reason">
                            {said(move || match reason.is_empty() {
                                true => t_string!(i18n, uploads.photo_refused).to_owned(),
                                false => reason.clone(),
                            })}
                        </p>
                        <div class="queue__buttons">
                            <button type="button" class="button button--small button--outline" on:click=again>
                                {t!(i18n, uploads.retry)}
                            </button>
                            <button
                                type="button"
                                class="button button--small button--plain button--warn-text"
                                on:click=move |_| asking.set(true)
                            >
                                {said(removal)}
                            </button>
                        </div>
                        <Confirm
                            open=asking
                            question=Signal::derive(move || match is_photo {
                                true => t_string!(i18n, photo.remove_question).to_owned(),
                                false => t_string!(i18n, document.remove_question).to_owned(),
                            })
                            yes=Signal::derive(removal)
                            no=t!(i18n, draft.keep)
                            destructive=true
                            on_yes=delete
                        />
                    }
                })}
        </div>
    }
}

/// The act that deletes a photo's record, which drops its bytes too.
fn deletion(state: &State, id: RecordId) -> Option<Act> {
    let record = state.view().get(id)?;
    let edit = Edit {
        record: id,
        root: Some(record.root),
        kind: record.kind.clone(),
        scope: record.scope.clone(),
        op: Operation::Delete,
        base: record.version,
        fields: Map::new(),
        mends: None,
    };
    Some(Act {
        edits: vec![edit],
        submits: None,
    })
}
