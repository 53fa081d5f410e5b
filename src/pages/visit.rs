//! One visit: its answers, how it stands with the server, and what to do if it needs attention.

use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        form::AnswerGroup,
        format,
        icon::{Icon, IconName},
        page::Page,
    },
    i18n::*,
    routes,
    state::{address::use_address, forms, once::Once, store::use_store, visits},
};
use leptos::prelude::*;
use ruyuan_domain::{
    Fields, Record, RecordId, RecordKind, Stamp,
    consts::field,
    order::sorted_by_key,
    validate::{answers_of, pinned_form},
    wire::Reason,
};
use ruyuan_sync::{draft::Draft, engine::SyncMark};

/// What the page shows of a visit.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    visit: Record,
    enterprise: String,
    instances: Vec<(String, Fields)>,
    mark: SyncMark,
    confirmed_at: Option<Stamp>,
    reason: Option<Reason>,
}

/// One visit.
#[component]
pub fn Visit(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let shown = Memo::new(move |_| {
        store.read(|state| {
            let visit = Record::clone(state.view().get(id)?);
            let children = state
                .view()
                .children(id)
                .filter(|child| child.kind == RecordKind::RepeatInstance);
            let instances: Vec<_> = children
                .map(|child| {
                    (
                        child.integer(field::POSITION),
                        child.text(field::REPEAT).to_owned(),
                        answers_of(&child.fields),
                    )
                })
                .collect();
            let instances = sorted_by_key(instances, |(position, ..)| *position);
            let own = |entry: &&ruyuan_sync::engine::OutboxEntry| {
                entry.mutation.record == id || entry.mutation.root == Some(id)
            };
            Some(Shown {
                enterprise: visit
                    .text(field::ENTERPRISE)
                    .parse()
                    .map(|firm| visits::enterprise_name(state, firm))
                    .unwrap_or_default(),
                instances: instances
                    .into_iter()
                    .map(|(_, group, answers)| (group, answers))
                    .collect(),
                mark: state.mark(id),
                confirmed_at: state.last_confirmation(id).map(|entry| entry.at),
                reason: state
                    .outbox()
                    .filter(own)
                    .filter_map(|entry| entry.reason())
                    // What can be put right is said before what only waits for it.
                    .min_by_key(|reason| {
                        matches!(
                            reason,
                            Reason::GroupRefused { .. } | Reason::WaitsFor { .. }
                        )
                    })
                    .cloned(),
                visit,
            })
        })
    });
    let title = move || {
        let name = shown.with(|shown| {
            shown
                .as_ref()
                .map(|shown| shown.enterprise.clone())
                .unwrap_or_default()
        });
        if name.is_empty() {
            t_string!(i18n, visit.record).to_owned()
        } else {
            name
        }
    };
    view! {
        <Page title=Signal::derive(title) back=Signal::stored(routes::VISITS.to_owned())>
            {move || match shown.get() {
                Some(shown) => view! { <Record id shown/> }.into_any(),
                None => {
                    view! { <Empty sentence=t!(i18n, visit.unknown)/> }
                        .into_any()
                }
            }}
        </Page>
    }
}

#[component]
fn Record(id: RecordId, shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let form = pinned_form(&shown.visit.fields)
        .and_then(|(form, version)| forms::version(store, form, version));
    let answers = answers_of(&shown.visit.fields);
    let officer = shown.visit.text(field::OFFICER).to_owned();
    let started = Stamp::parse(shown.visit.text(field::STARTED_AT));
    let no_form = form.is_none();
    let groups = form
        .map(|form| form.groups)
        .unwrap_or_default()
        .into_iter()
        .map(|group| {
            let lists: Vec<Fields> = if group.repeat.is_some() {
                shown
                    .instances
                    .iter()
                    .filter(|(name, _)| *name == group.name)
                    .map(|(_, answers)| answers.clone())
                    .collect()
            } else {
                vec![answers.clone()]
            };
            view! { <AnswerGroup group lists/> }
        })
        .collect_view();
    view! {
        <Standing id mark=shown.mark confirmed_at=shown.confirmed_at reason=shown.reason/>
        <p class="form-firm">
            {officer}
            {move || started.map(|at| format!(" · {}", format::instant(at, i18n.language())))}
        </p>
        {no_form
            .then(|| {
                view! {
                    <p class="notice">
                        <Icon name=IconName::Info/>
                        <span>{t!(i18n, visit.form_missing)}</span>
                    </p>
                }
            })}
        {groups}
    }
}

/// Saved here, sent, or in need of its author. "Sent" is said only once the server has confirmed.
#[component]
fn Standing(
    id: RecordId,
    mark: SyncMark,
    confirmed_at: Option<Stamp>,
    reason: Option<Reason>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let just_saved = move || address.query("saved").is_some();
    let mendable =
        store.read_untracked(|state| Draft::of_refused(state, id, store.now()).is_some());
    let mending = Once::new();
    let mend = move |_| {
        mending.run(|| async move {
            if store.mend(id).await {
                address.go(&routes::review(id));
            }
        });
    };
    match mark {
        SyncMark::NeedsAttention => view! {
            <div class="notice notice--red" role="status">
                <Icon name=IconName::Alert/>
                <div>
                    <p>
                        {move || reason.as_ref().map(|reason| reason.sentence(i18n.language()))}
                    </p>
                    <When on=Signal::derive(move || mendable)>
                        <button type="button" class="button button--small button--outline" on:click=mend>
                            {t!(i18n, visit.mend)}
                        </button>
                    </When>
                    <a href=routes::UPLOADS class="button button--small button--outline">
                        {t!(i18n, uploads.open)}
                    </a>
                </div>
            </div>
        }
        .into_any(),
        SyncMark::Waiting => view! {
            <p class="notice notice--tint" role="status" data-standing="waiting">
                <Icon name=IconName::CloudUp/>
                <span>{t!(i18n, visit.saved_here)}</span>
            </p>
        }
        .into_any(),
        SyncMark::Sent => view! {
            <When on=Signal::derive(move || confirmed_at.is_some())>
                <p class="notice notice--green" role="status" data-standing="sent" class:notice--fresh=just_saved>
                    <Icon name=IconName::Check/>
                    <span>
                        {move || {
                            confirmed_at
                                .map(|at| {
                                    let time = format::instant(at, i18n.language());
                                    t_filled!(i18n, visit.sent, time = time)
                                })
                        }}
                    </span>
                </p>
            </When>
        }
        .into_any(),
    }
}
