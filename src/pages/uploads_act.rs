//! One act of the queue: its state, size, last try and reason, and the ways out of it. It is put right in the form that it
//! came from, sent again, or deleted knowingly.

use super::uploads_photos::QueueHead;
use crate::{
    components::{confirm::Confirm, format},
    i18n::*,
    routes,
    state::{
        address::use_address,
        firms,
        once::Once,
        store::{Store, use_store},
    },
};
use leptos::prelude::*;
use ruyuan_domain::{
    Language, Mid, MutationId, Operation, RecordId, RecordKind, Stamp, consts::field, wire::Reason,
};
use ruyuan_sync::engine::{OutboxEntry, OutboxState, State};

/// One act of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRow {
    /// Its first edit, or the one that was refused.
    id: MutationId,
    mid: Mid,
    record: RecordId,
    root: RecordId,
    kind: RecordKind,
    op: Operation,
    title: String,
    parts: usize,
    bytes: usize,
    saved_at: Stamp,
    stands: Stands,
    /// How many edits go when it is deleted; none while it may be on its way.
    gone_with: usize,
    /// Of what has never left the phone: which those are.
    told: Vec<MutationId>,
    /// What it is about, where there is a page of that.
    page: Option<String>,
}

/// How it stands with the server.
#[derive(Clone, Debug, PartialEq)]
enum Stands {
    /// It has never left the phone.
    Unsent,
    /// It was sent, and no answer came.
    Unanswered,
    /// The server keeps it aside.
    Refused { reason: Reason, at: Stamp },
}

/// The queue, act by act.
pub fn rows(store: Store) -> Vec<QueueRow> {
    store.read(|state| {
        let acts = state.acts();
        acts.iter().filter_map(|act| row(state, act)).collect()
    })
}

fn row(state: &State, act: &[&OutboxEntry]) -> Option<QueueRow> {
    let refused = act.iter().filter(|entry| entry.reason().is_some());
    let refused = refused.min_by_key(|entry| {
        let by_another = matches!(entry.reason(), Some(Reason::GroupRefused { .. }));
        (by_another, entry.mutation.mid)
    });
    // The one that was refused is the one to put right.
    let first = refused.or(act.first())?;
    let mutation = &first.mutation;
    let stands = match &first.state {
        OutboxState::Quarantined { reason, at } => Stands::Refused {
            reason: reason.clone(),
            at: *at,
        },
        OutboxState::Waiting if state.may_have_been_sent(mutation.mid) => Stands::Unanswered,
        OutboxState::Waiting => Stands::Unsent,
    };
    let told = match stands {
        Stands::Unsent => state.taken_back_with(mutation.id),
        _ => Vec::new(),
    };
    let gone_with = match stands {
        Stands::Refused { .. } => state.given_up_with(mutation.mid).len(),
        _ => told.len(),
    };
    Some(QueueRow {
        id: mutation.id,
        mid: mutation.mid,
        record: mutation.record,
        root: mutation.root(),
        kind: mutation.kind.clone(),
        op: mutation.op,
        title: title_of(state, first),
        parts: act.len(),
        bytes: act.iter().map(|entry| entry.mutation.bytes()).sum(),
        saved_at: mutation.at,
        stands,
        gone_with,
        told,
        page: page_of(state, first),
    })
}

/// The firm that an entry is about, or the issue or meeting; empty where there is none to name.
fn title_of(state: &State, entry: &OutboxEntry) -> String {
    let root = state.view().get(entry.mutation.root());
    root.map(|root| firms::name_about(state, root))
        .unwrap_or_default()
}

/// Where what an entry is about is read, if it is still there.
fn page_of(state: &State, entry: &OutboxEntry) -> Option<String> {
    let root = state.view().get(entry.mutation.root())?;
    match root.kind {
        RecordKind::Enterprise => Some(routes::enterprise(root.id)),
        RecordKind::Visit => Some(routes::visit(root.id)),
        RecordKind::Issue => Some(routes::issue(root.id)),
        RecordKind::Meeting => Some(routes::meeting(root.id)),
        RecordKind::Conflict => Some(routes::conflict(root.id)),
        RecordKind::PlannedVisit => Some(format!(
            "{}?date={}",
            routes::PLAN,
            root.text(field::PLANNED_ON)
        )),
        _ => None,
    }
}

/// An act that has come to another state is drawn anew. Of real values: the release build prints no `{:?}`.
pub fn key_of(row: &QueueRow) -> (MutationId, String, String, usize, usize) {
    let stands = match &row.stands {
        Stands::Unsent => "unsent".to_owned(),
        Stands::Unanswered => "unanswered".to_owned(),
        Stands::Refused { reason, .. } => reason.sentence(Language::Chinese),
    };
    (row.id, row.title.clone(), stands, row.parts, row.gone_with)
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

/// How a refused edit is put right.
#[derive(Clone, Debug, PartialEq)]
enum Mend {
    /// In the form at this address.
    At(String),
    /// In the form of this visit, opened again.
    Visit(RecordId),
    /// Nowhere: it is deleted and done again, or sent again when what stood in its way is gone.
    Nowhere,
}

impl QueueRow {
    fn mend(&self) -> Mend {
        match self.kind {
            RecordKind::Enterprise => Mend::At(routes::enterprise_edit(self.record)),
            RecordKind::Visit | RecordKind::RepeatInstance => Mend::Visit(self.root),
            RecordKind::Meeting => Mend::At(routes::meeting_act(self.record, "edit")),
            RecordKind::MeetingItem => Mend::At(routes::meeting_act(
                self.root,
                &format!("conclude?item={}", self.record),
            )),
            _ => Mend::Nowhere,
        }
    }

    /// What is lost, in words: the firm's name, or what was done where there is none.
    fn name(&self, i18n: I18n) -> String {
        if self.title.is_empty() {
            what(i18n, &self.kind, self.op).to_owned()
        } else {
            self.title.clone()
        }
    }
}

/// One act.
#[component]
pub fn QueueItem(row: QueueRow) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let asking = RwSignal::new(false);
    let row = StoredValue::new(row);
    let (stands, parts, gone_with) =
        row.with_value(|row| (row.stands.clone(), row.parts, row.gone_with));
    let refused = matches!(stands, Stands::Refused { .. });
    let facts = move || {
        row.with_value(|row| {
            let saved = format::instant(row.saved_at, i18n.language());
            let size = format::size(row.bytes as u64);
            format!("{} · {saved} · {size}", what(i18n, &row.kind, row.op))
        })
    };
    let answering = Once::new();
    let delete = Callback::new(move |()| {
        // What fails leaves the queue as it was.
        answering.run(|| async move {
            let (id, mid, told) = row.with_value(|row| (row.id, row.mid, row.told.clone()));
            if refused {
                drop(store.discard(mid).await);
            } else {
                drop(store.take_back(id, &told).await);
            }
        });
    });
    let question = move || {
        let name = row.with_value(|row| row.name(i18n));
        if refused {
            t_filled!(i18n, uploads.delete_question, name = name, n = gone_with)
        } else {
            t_filled!(i18n, uploads.take_back_question, name = name, n = gone_with)
        }
    };
    let (title, page) = row.with_value(|row| (row.title.clone(), row.page.clone()));
    let tried = move || match &stands {
        Stands::Unsent => t_string!(i18n, uploads.unsent).to_owned(),
        Stands::Unanswered => t_string!(i18n, uploads.unanswered).to_owned(),
        Stands::Refused { reason, at } => {
            let time = format::instant(*at, i18n.language());
            let reason = reason.sentence(i18n.language());
            t_filled!(i18n, uploads.refused_at, time = time, reason = reason)
        }
    };
    view! {
        <div class="queue" data-state=if refused { "attention" } else { "waiting" }>
            <QueueHead title facts=Signal::derive(facts) attention=refused/>
            {(parts > 1)
                .then(|| view! { <p class="queue__parts">{said(move || t_filled!(i18n, uploads.parts, n = parts))}</p> })}
            <p class=if refused { "queue__reason" } else { "queue__parts" }>{said(tried)}</p>
            <div class="queue__buttons">
                {refused.then(|| view! { <Again row answering/> })}
                {page
                    .map(|page| {
                        view! { <a href=page class="button button--small button--outline">{t!(i18n, uploads.look)}</a> }
                    })}
                {(gone_with > 0)
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button button--small button--plain button--warn-text"
                                on:click=move |_| asking.set(true)
                            >
                                {t!(i18n, uploads.delete)}
                            </button>
                        }
                    })}
            </div>
            <Confirm
                open=asking
                question=Signal::derive(question)
                yes=t!(i18n, uploads.delete)
                no=t!(i18n, draft.keep)
                destructive=true
                on_yes=delete
            />
        </div>
    }
}

/// Putting what was refused right, and sending it again as it is.
#[component]
fn Again(row: StoredValue<QueueRow>, answering: Once) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let again = move |_| {
        answering.run(|| async move {
            let mid = row.with_value(|row| row.mid);
            let act = store.read_untracked(|state| state.resubmission(mid));
            if let Some(act) = act {
                // What fails here is still in the queue as it was, with its reason.
                drop(store.act(act).await);
            }
        });
    };
    let mend = row.with_value(QueueRow::mend);
    let has_form = mend != Mend::Nowhere;
    let mending = move |_| match mend.clone() {
        Mend::At(form) => address.go(&form),
        Mend::Visit(visit) => answering.run(|| async move {
            if store.reopen(visit).await {
                address.go(&routes::review(visit));
            }
        }),
        Mend::Nowhere => {}
    };
    view! {
        {has_form
            .then(|| {
                view! {
                    <button type="button" class="button button--small button--outline" on:click=mending>
                        {t!(i18n, visit.mend)}
                    </button>
                }
            })}
        <button type="button" class="button button--small button--outline" on:click=again>
            {t!(i18n, uploads.retry)}
        </button>
    }
}
