//! One visit: its answers, how it stands with the server, and what to do if it needs attention.

use super::{issues::IssuesOf, visit_fill::question_of};
use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        form::{AnswerGroup, answer_text},
        format,
        icon::{Icon, IconName},
        page::Page,
    },
    i18n::*,
    routes,
    state::{address::use_address, flaws, forms, once::Once, store::use_store, visits},
};
use leptos::prelude::*;
use ruyuan_domain::{
    Fields, Language, Record, RecordId, RecordKind, Stamp,
    consts::field,
    forms::{Flaw, Question, relevant},
    validate::{answers_of, is_supplement_due, pinned_form},
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
            let own = |entry: &&ruyuan_sync::engine::OutboxEntry| {
                entry.mutation.record == id || entry.mutation.root == Some(id)
            };
            Some(Shown {
                enterprise: visit
                    .text(field::ENTERPRISE)
                    .parse()
                    .map(|firm| visits::enterprise_name(state, firm))
                    .unwrap_or_default(),
                instances: visits::instances(state, id),
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
    let address = use_address();
    let opening = Once::new();
    let revise = Callback::new(move |()| {
        opening.run(|| async move {
            if store.reopen(id).await {
                address.go(&routes::fill(id));
            }
        });
    });
    // What was refused is put right from what is said of it.
    let revisable = move || {
        shown.with(|shown| {
            shown
                .as_ref()
                .is_some_and(|shown| shown.mark != SyncMark::NeedsAttention)
        })
    };
    let action = view! {
        <When on=Signal::derive(revisable)>
            <button
                type="button"
                class="bar__button"
                aria-label=t!(i18n, visit.revise)
                on:click=move |_| revise.run(())
            >
                <Icon name=IconName::Edit/>
            </button>
        </When>
    }
    .into_any();
    view! {
        <Page title=Signal::derive(title) back=Signal::stored(routes::VISITS.to_owned()) action>
            {move || match shown.get() {
                Some(shown) => view! { <Record id shown revise/> }.into_any(),
                None => {
                    view! { <Empty sentence=t!(i18n, visit.unknown)/> }
                        .into_any()
                }
            }}
        </Page>
    }
}

#[component]
fn Record(id: RecordId, shown: Shown, revise: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let form = pinned_form(&shown.visit.fields)
        .and_then(|(form, version)| forms::version(store, form, version));
    let answers = answers_of(&shown.visit.fields);
    // In the newest version: a visit that was recorded in one without the question goes on in that.
    let newest = pinned_form(&shown.visit.fields).and_then(|(form, _)| forms::newest(store, form));
    let asked = newest
        .as_ref()
        .and_then(|form| form.question(forms::SEALED_PAGE));
    let sealable = shown.mark != SyncMark::NeedsAttention
        && asked.is_some_and(|(_, question)| relevant(question.relevant.as_ref(), &answers));
    let officer = shown.visit.text(field::OFFICER).to_owned();
    let started = Stamp::parse(shown.visit.text(field::STARTED_AT));
    let no_form = form.is_none();
    let supplement_due = is_supplement_due(&shown.visit.fields);
    let language = i18n.language();
    let flaws: Vec<String> = store.read(|state| {
        let flaws = form
            .as_ref()
            .map(|form| flaws::of_visit(state, &shown.visit, form));
        let sentences = flaws
            .into_iter()
            .flatten()
            .map(|flaw| sentence(i18n, &flaw, language));
        sentences.collect()
    });
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
        {supplement_due
            .then(|| {
                view! {
                    <div class="notice notice--amber">
                        <Icon name=IconName::Info/>
                        <div>
                            <p>{t!(i18n, visit.supplement_due)}</p>
                            <button type="button" class="button button--small button--outline" on:click=move |_| revise.run(())>
                                {t!(i18n, visit.supplement)}
                            </button>
                        </div>
                    </div>
                }
            })}
        {(!flaws.is_empty())
            .then(|| {
                view! {
                    <div class="notice notice--amber" role="status">
                        <Icon name=IconName::Alert/>
                        <div>
                            <p>{t!(i18n, visit.flawed)}</p>
                            <ul class="notice__list">
                                {flaws
                                    .into_iter()
                                    .map(|flaw| view! { <li>{flaw}</li> })
                                    .collect_view()}
                            </ul>
                            <button type="button" class="button button--small button--outline" on:click=move |_| revise.run(())>
                                {t!(i18n, visit.revise)}
                            </button>
                        </div>
                    </div>
                }
            })}
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
        <IssuesOf by=field::VISIT id new=t!(i18n, issue.from_visit)/>
        <OnPaper id sealable/>
        <p class="form-firm">{t!(i18n, identity.service)}</p>
    }
}

/// The way to paper, and back: the record printed, and the firm's sealed authorisation photographed.
#[component]
fn OnPaper(id: RecordId, sealable: bool) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let opening = Once::new();
    let photograph = move |_| {
        opening.run(|| async move {
            if store.reopen(id).await {
                address.go(&question_of(store, id, forms::SEALED_PAGE).await);
            }
        });
    };
    view! {
        <section class="group">
            <h2 class="group__title">{t!(i18n, visit.papers)}</h2>
            <div class="card">
                <a href=routes::visit_print(id) class="row">
                    <span class="row__main">{t!(i18n, print.print_record)}</span>
                    <Icon name=IconName::Forward/>
                </a>
                {sealable
                    .then(|| {
                        view! {
                            <button type="button" class="row row--button" on:click=photograph>
                                <span class="row__main">{t!(i18n, visit.sealed)}</span>
                                <Icon name=IconName::Camera/>
                            </button>
                        }
                    })}
            </div>
        </section>
    }
}

/// What is said of an answer that does not fit, with what stands there: it may be shown nowhere else.
fn sentence(i18n: I18n, flaw: &Flaw<'_>, language: Language) -> String {
    let label = |question: &Question| question.label.get(language).to_owned();
    match flaw {
        Flaw::Wrong { question, problem } => {
            let label = question.map(label).unwrap_or_default();
            format!("{label}：{}", problem.sentence(language))
        }
        Flaw::NotAsked { question, answer } => {
            let answer = answer_text(&question.kind, answer, language);
            t_filled!(
                i18n,
                visit.not_asked,
                question = label(question),
                answer = answer
            )
        }
    }
}

/// Saved here, sent, or in need of its author. "Sent" is said only once the server has confirmed.
#[component]
pub fn Standing(
    id: RecordId,
    mark: SyncMark,
    confirmed_at: Option<Stamp>,
    reason: Option<Reason>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let just_saved = move || address.query("saved").is_some();
    let mendable = mark == SyncMark::NeedsAttention
        && store.read_untracked(|state| {
            let now = store.now();
            // What is no visit has no form to be opened again.
            let record = state.view().get(id);
            if record.is_some_and(|record| record.kind != RecordKind::Visit) {
                return false;
            }
            let refused = Draft::of_refused(state, id, now);
            refused
                .or_else(|| Draft::of_submitted(state, id, now))
                .is_some()
        });
    let mending = Once::new();
    let mend = move |_| {
        mending.run(|| async move {
            if store.reopen(id).await {
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
