//! Look a visit over before submitting it: what is wrong, each line a way there; then everything as it will be sent.

use super::{other_version::OtherVersion, visit_fill::pages_of};
use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        form::AnswerGroup,
        icon::{Icon, IconName},
        page::Page,
        trouble::not_saved,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        drafts::{DraftEditor, open_draft},
        once::Once,
        session::use_session,
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{FieldError, Language, RecordId, forms::FormDefinition};
use ruyuan_sync::engine::EngineError;

/// The review of a draft.
#[component]
pub fn VisitReview(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    match open_draft(store, id) {
        Some(editor) => view! { <Review editor/> },
        None => view! {
            <Page
                title=t!(i18n, form.review)
                back=Signal::stored(routes::VISITS.to_owned())
            >
                <Empty sentence=t!(i18n, visit.already_submitted)>
                    <a href=routes::VISITS class="button button--primary">{t!(i18n, tab.visits)}</a>
                </Empty>
            </Page>
        },
    }
}

/// Where an error is put right: the form's page, the field, and what the question is called.
struct Place {
    address: String,
    label: String,
}

fn place_of(
    editor: DraftEditor,
    form: &FormDefinition,
    error: &FieldError,
    language: Language,
) -> Place {
    let id = editor.with_untracked(|draft| draft.id);
    let pages = pages_of(form);
    let (group, position, name) = match error.path.split_once("].") {
        Some((start, name)) => {
            let (group, position) = start.split_once('[').unwrap_or((start, "1"));
            (Some(group), position.parse::<usize>().unwrap_or(1), name)
        }
        None => (None, 0, error.path.as_str()),
    };
    let found = pages.iter().find_map(|page| {
        let right_group = group.is_none_or(|group| page.group.name == group);
        let question = page
            .group
            .questions
            .iter()
            .find(|question| question.name == name)?;
        right_group.then_some((page, question))
    });
    let instance = group.and_then(|group| {
        editor.with_untracked(|draft| {
            draft
                .instances
                .get(group)
                .and_then(|all| all.get(position.saturating_sub(1)))
                .map(|instance| instance.id)
        })
    });
    let field = match instance {
        Some(instance) => format!("q-{instance}-{name}"),
        None => format!("q-{name}"),
    };
    let page = found.map_or(1, |(page, _)| page.at + 1);
    let question = found.map_or_else(
        || name.to_owned(),
        |(_, question)| question.label.get(language).to_owned(),
    );
    let label = match (group.is_some(), found) {
        (true, Some((page, _))) => {
            format!("{} {position} · {question}", page.group.label.get(language))
        }
        _ => question,
    };
    Place {
        address: format!("{}?page={page}&focus={field}", routes::fill(id)),
        label,
    }
}

#[component]
fn Review(editor: DraftEditor) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let address = use_address();
    let form = editor.form();
    let (id, last_page) = editor.with_untracked(|draft| (draft.id, draft.page));
    let failure = RwSignal::new(None::<&'static str>);
    let submitting = Once::new();
    let errors = Memo::new(move |_| editor.errors());
    let submit = move |_| {
        let Some(officer) = session.view_untracked() else {
            return;
        };
        let later = errors.with_untracked(|errors| !errors.is_empty());
        submitting.run(|| async move {
            match editor.submit(&officer, later).await {
                Ok(()) => address.replace(&format!("{}?saved", routes::visit(id))),
                Err(EngineError::AlreadySubmitted) => address.go(&routes::visit(id)),
                Err(error) => drop(failure.try_set(Some(not_saved(i18n, &error)))),
            }
        });
    };
    let revises = editor.is_revision();
    let incomplete = move || !errors.with(Vec::is_empty);
    let blocked = move || errors.with(|errors| !errors.iter().all(FieldError::may_come_later));
    let foot = view! {
        <a href=format!("{}?page={}", routes::fill(id), last_page + 1) class="button button--plain">
            {t!(i18n, form.back_to_form)}
        </a>
        <button
            type="button"
            class="button button--primary"
            disabled=move || blocked() || submitting.is_running()
            on:click=submit
        >
            {said(move || match (revises, incomplete() && !blocked()) {
                (_, true) => t_string!(i18n, quick.submit_incomplete),
                (true, _) => t_string!(i18n, visit.save_changes),
                (false, _) => t_string!(i18n, visit.submit),
            })}
        </button>
    }
    .into_any();
    let problems = {
        let form = form.clone();
        move || {
            let language = i18n.language();
            errors
                .get()
                .into_iter()
                .map(|error| {
                    let place = place_of(editor, &form, &error, language);
                    view! {
                        <li>
                            <a href=place.address class="row row--problem">
                                <Icon name=IconName::Alert/>
                                <span class="row__main">
                                    <span class="row__title">{place.label}</span>
                                    <span class="row__facts">{error.problem.sentence(language)}</span>
                                </span>
                                <Icon name=IconName::Forward/>
                            </a>
                        </li>
                    }
                })
                .collect_view()
        }
    };
    let (sent, left_out) = editor.with_untracked(|draft| {
        let left_out: Vec<_> = draft.left_out(&form).into_iter().cloned().collect();
        (draft.submitted_answers(&form), left_out)
    });
    let nothing_left_out = left_out.is_empty();
    let groups = form
        .groups
        .iter()
        .filter(|group| editor.is_group_asked(group))
        .map(|group| {
            let lists = if group.repeat.is_some() {
                editor.with_untracked(|draft| {
                    let all = draft
                        .instances
                        .get(&group.name)
                        .cloned()
                        .unwrap_or_default();
                    all.into_iter()
                        .map(|instance| instance.answers)
                        .collect::<Vec<_>>()
                })
            } else {
                vec![sent.clone()]
            };
            view! { <AnswerGroup group=group.clone() lists/> }
        })
        .collect_view();
    view! {
        <Page
            title=t!(i18n, form.review)
            back=Signal::stored(format!("{}?page={}", routes::fill(id), last_page + 1))
            foot
        >
            <OtherVersion editor taken=Callback::new(move |()| address.replace(&routes::fill(id)))/>
            <p class="question__error" role="alert">{move || failure.get()}</p>
            <When on=Signal::derive(incomplete)>
                <section class="group" aria-labelledby="review-problems">
                    <h2 class="group__title" id="review-problems">
                        {said(move || t_filled!(i18n, form.problems, n = errors.with(Vec::len)))}
                    </h2>
                    <ul class="card">{problems.clone()}</ul>
                </section>
            </When>
            <When on=Signal::derive(move || !nothing_left_out)>
                <p class="notice">
                    <Icon name=IconName::Info/>
                    <span>
                        {
                            let left_out = left_out.clone();
                            move || {
                                let labels: Vec<_> = left_out
                                    .iter()
                                    .map(|question| question.label.get(i18n.language()).to_owned())
                                    .collect();
                                t_filled!(i18n, form.left_out, names = labels.join("、"))
                            }
                        }
                    </span>
                </p>
            </When>
            {groups}
        </Page>
    }
}
