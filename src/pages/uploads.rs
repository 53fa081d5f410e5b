//! 待上传: every entry with its state, size, last try and reason; retry, put right, give up, and keep as a file.

use super::uploads_photos::{QueueHead, WaitingPhotos};
use crate::components::when::When;
use crate::{
    components::{
        confirm::Confirm,
        empty::Empty,
        format,
        icon::{Icon, IconName},
        keeping_notices::KeepingNotices,
        page::Page,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        firms,
        once::Once,
        store::{Store, use_store},
        sync::Trouble,
    },
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::{Language, Mid, Operation, RecordId, RecordKind, Stamp, wire::Reason};
use ruyuan_sync::{
    engine::{EngineError, OutboxEntry, State},
    store::StoreError,
};

/// One act of the queue.
#[derive(Clone, Debug, PartialEq)]
struct QueueRow {
    mid: Mid,
    record: RecordId,
    kind: RecordKind,
    op: Operation,
    title: String,
    parts: usize,
    bytes: usize,
    saved_at: Stamp,
    reason: Option<Reason>,
    gone_with: usize,
}

fn rows(store: Store) -> Vec<QueueRow> {
    store.read(|state| {
        let acts = state.acts();
        acts.iter().filter_map(|act| row(state, act)).collect()
    })
}

fn row(state: &State, act: &[&OutboxEntry]) -> Option<QueueRow> {
    let first = act.first()?;
    let reasons = act
        .iter()
        .filter_map(|entry| entry.reason().map(|reason| (entry.mutation.mid, reason)));
    let reason = reasons.min_by_key(|(_, reason)| matches!(reason, Reason::GroupRefused { .. }));
    Some(QueueRow {
        mid: reason.map_or(first.mutation.mid, |(mid, _)| mid),
        record: first.mutation.record,
        kind: first.mutation.kind.clone(),
        op: first.mutation.op,
        title: title_of(state, first),
        parts: act.len(),
        bytes: act.iter().map(|entry| entry.mutation.bytes()).sum(),
        saved_at: first.mutation.at,
        reason: reason.map(|(_, reason)| reason.clone()),
        gone_with: state.given_up_with(first.mutation.mid).len(),
    })
}

/// The firm that an entry is about, or the issue or meeting; empty where there is none to name.
fn title_of(state: &State, entry: &OutboxEntry) -> String {
    let root = state.view().get(entry.mutation.root());
    root.map(|root| firms::name_about(state, root))
        .unwrap_or_default()
}

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

/// An act that has come to another state is drawn anew. Of real values: the release build prints no `{:?}`.
fn key_of(row: &QueueRow) -> (Mid, String, String, usize, usize) {
    let reason = row.reason.as_ref();
    let reason = reason.map(|reason| reason.sentence(Language::Chinese));
    (
        row.mid,
        row.title.clone(),
        reason.unwrap_or_default(),
        row.parts,
        row.gone_with,
    )
}

/// What an edit is, in words.
pub fn what(i18n: I18n, kind: &RecordKind, op: Operation) -> &'static str {
    match (kind, op) {
        (_, Operation::Discard) => t_string!(i18n, uploads.discard),
        (RecordKind::Visit | RecordKind::RepeatInstance, _) => t_string!(i18n, visit.record),
        (RecordKind::PlannedVisit, _) => t_string!(i18n, plan.title),
        (RecordKind::Assignment, _) => t_string!(i18n, assign.people),
        (RecordKind::Issue, Operation::Create) => t_string!(i18n, issue.one),
        (RecordKind::Issue | RecordKind::IssueStep, _) => t_string!(i18n, issue.change),
        (RecordKind::Meeting | RecordKind::MeetingItem, _) => t_string!(i18n, meeting.record),
        (RecordKind::Enterprise, Operation::Create) => t_string!(i18n, uploads.new_firm),
        (RecordKind::Enterprise, _) => t_string!(i18n, uploads.firm_change),
        (RecordKind::Conflict, _) => t_string!(i18n, uploads.choice),
        _ => t_string!(i18n, uploads.change),
    }
}

#[component]
fn QueueItem(row: QueueRow) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let asking = RwSignal::new(false);
    let refused = row.reason.is_some();
    let reason = row.reason.clone();
    let (kind, op, parts) = (row.kind.clone(), row.op, row.parts);
    let facts = move || {
        let saved = format::instant(row.saved_at, i18n.language());
        format!(
            "{} · {saved} · {}",
            what(i18n, &kind, op),
            format::size(row.bytes as u64)
        )
    };
    let answering = Once::new();
    let again = move |_| {
        answering.run(|| async move {
            let act = store.read_untracked(|state| state.resubmission(row.mid));
            if let Some(act) = act {
                // What fails here is still in the queue as it was, with its reason.
                drop(store.act(act).await);
            }
        });
    };
    let (record, record_kind) = (row.record, row.kind.clone());
    let mend = move |_| {
        if record_kind == RecordKind::Enterprise {
            address.go(&routes::enterprise_edit(record));
            return;
        }
        answering.run(|| async move {
            if store.reopen(record).await {
                address.go(&routes::review(record));
            }
        });
    };
    let can_mend = matches!(row.reason, Some(Reason::Invalid { .. }))
        && matches!(row.kind, RecordKind::Enterprise | RecordKind::Visit);
    let discard = Callback::new(move |()| {
        // As above: what fails leaves the queue as it was.
        answering.run(|| async move { drop(store.discard(row.mid).await) });
    });
    let gone_with = row.gone_with;
    let title = row.title.clone();
    let asked_title = row.title;
    view! {
        <div class="queue" data-state=if refused { "attention" } else { "waiting" }>
            <QueueHead title facts=Signal::derive(facts) attention=refused/>
            {(parts > 1)
                .then(|| view! { <p class="queue__parts">{said(move || t_filled!(i18n, uploads.parts, n = parts))}</p> })}
            {reason
                .map(|reason| {
                    let mend = mend.clone();
                    view! {
                        <p class="queue__reason">
                            {said(move || reason.sentence(i18n.language()))}
                        </p>
                        <div class="queue__buttons">
                            <When on=Signal::derive(move || can_mend)>
                                <button type="button" class="button button--small button--outline" on:click=mend.clone()>
                                    {t!(i18n, visit.mend)}
                                </button>
                            </When>
                            <button type="button" class="button button--small button--outline" on:click=again>
                                {t!(i18n, uploads.retry)}
                            </button>
                            <button
                                type="button"
                                class="button button--small button--plain button--warn-text"
                                on:click=move |_| asking.set(true)
                            >
                                {t!(i18n, uploads.delete)}
                            </button>
                        </div>
                        <Confirm
                            open=asking
                            question=Signal::derive(move || {
                                t_filled!(i18n, uploads.delete_question, name = asked_title.clone(), n = gone_with)
                            })
                            yes=t!(i18n, uploads.delete)
                            no=t!(i18n, draft.keep)
                            destructive=true
                            on_yes=discard
                        />
                    }
                })}
        </div>
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
