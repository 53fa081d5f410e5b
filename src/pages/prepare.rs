//! 走访准备: what is worth knowing of a firm before one stands at its door, all of it from this device.

use super::plan::LatelyNote;
use crate::{
    components::{
        form::answer_text,
        format,
        icon::{Icon, IconName},
        page::Page,
    },
    i18n::*,
    routes,
    state::{
        firm_fields::field_label,
        issues, plan,
        prepare::{self, Right},
        session::{Session, use_session},
        store::{Store, use_store},
        visits,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{
    Record, RecordId, Stamp,
    catalogue::ENTERPRISE_FIELDS,
    consts::{ANSWER, field},
    forms::{FormDefinition, Question},
    validate::is_supplement_due,
};
use std::rc::Rc;

/// What of the last visit is said first.
const SAID: [&str; 9] = [
    "has_financing_need",
    "financing_amount",
    "financing_purpose",
    "funds_needed_on",
    "issue_kinds",
    "issue_description",
    "policy_request",
    "service_requests",
    "next_step",
];
/// What is said of a need, after whose visit it was.
const NEED: [&str; 4] = [
    "financing_amount",
    "financing_purpose",
    "funds_needed_on",
    "referral_status",
];
/// What is said of a right.
const RIGHT: [&str; 3] = ["right_type", "expires_on", "annual_fee_status"];

/// One firm, before the visit.
#[component]
pub fn Prepare(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let title = move || match store.read(|state| visits::enterprise_name(state, id)) {
        name if name.is_empty() => t_string!(i18n, prepare.title).to_owned(),
        name => name,
    };
    let foot = view! {
        <a class="button button--plain" href=format!("{}?for={id}", routes::IDENTITY)>
            {t!(i18n, identity.show)}
        </a>
        <a class="button button--primary" href=format!("{}?enterprise={id}", routes::VISIT_NEW)>
            {t!(i18n, visit.start)}
        </a>
    }
    .into_any();
    view! {
        <Page title=Signal::derive(title) back=Signal::stored(routes::enterprise(id)) foot>
            {move || {
                let lines = sections(i18n, store, session, id);
                let lately = plan::lately_visited(store, id, &store.now().iso_date());
                view! {
                    <p class="notice notice--tint">
                        <Icon name=IconName::Info/>
                        <span>{t!(i18n, quick.service)}</span>
                    </p>
                    {lately.map(|lately| view! { <p class="notice notice--amber"><LatelyNote lately/></p> })}
                    {lines.into_iter().map(|section| view! { <Part section/> }).collect_view()}
                }
            }}
        </Page>
    }
}

/// One line of a section: what it is called, what there is, whether somebody should look at it.
struct Line {
    label: String,
    text: String,
    warns: bool,
}

impl Line {
    fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            text: text.into(),
            warns: false,
        }
    }
}

struct Section {
    title: String,
    lines: Vec<Line>,
    /// What is said where there is none.
    nothing: String,
    /// Where more of it is.
    more: Option<String>,
}

#[component]
fn Part(section: Section) -> impl IntoView {
    let i18n = use_i18n();
    let Section {
        title,
        lines,
        nothing,
        more,
    } = section;
    let nothing = lines
        .is_empty()
        .then(|| view! { <p class="card__empty">{nothing}</p> });
    let lines = lines
        .into_iter()
        .map(|line| {
            view! {
                <div class="answer" class=("answer--warn", line.warns)>
                    <dt class="answer__label">{line.label}</dt>
                    <dd class="answer__value">{line.text}</dd>
                </div>
            }
        })
        .collect_view();
    let lines = nothing
        .is_none()
        .then(|| view! { <dl class="answers">{lines}</dl> });
    view! {
        <section class="group">
            <h2 class="group__title">{title}</h2>
            <div class="card">
                {nothing}
                {lines}
                {more
                    .map(|address| {
                        view! {
                            <a href=address class="row row--link">
                                <span class="row__main">{t!(i18n, visit.open)}</span>
                                <Icon name=IconName::Forward/>
                            </a>
                        }
                    })}
            </div>
        </section>
    }
}

fn sections(i18n: I18n, store: Store, session: Session, id: RecordId) -> Vec<Section> {
    let known = prepare::of_firm(store, id);
    let forms = crate::state::forms::all(store);
    let language = i18n.language();
    let section = |title: &str, lines, nothing: &str| Section {
        title: title.to_owned(),
        lines,
        nothing: nothing.to_owned(),
        more: None,
    };
    let answer = |record: &Record, question: &str| {
        let value = record.fields.get(&format!("{ANSWER}{question}"))?;
        let asked = asked(&forms, question)?;
        let text = answer_text(&asked.kind, value, language);
        Some(Line::new(asked.label.get(language), text))
    };
    let when = |visit: &Record| {
        let at = Stamp::parse(visit.text(field::STARTED_AT));
        let day = at.map(|at| format::day(at, language)).unwrap_or_default();
        format!("{day} · {}", visit.text(field::OFFICER))
    };
    let last = known.visits.first();
    let mut lines = Vec::new();
    if let Some(last) = last {
        lines.push(Line::new(t_string!(i18n, prepare.who), when(last)));
        lines.extend(SAID.iter().filter_map(|question| answer(last, question)));
    }
    let mut first = section(
        t_string!(i18n, prepare.last),
        lines,
        t_string!(i18n, enterprise.unvisited),
    );
    first.more = last.map(|visit| routes::visit(visit.id));
    let promises = known.promises.iter().filter_map(|visit| {
        let step = answer(visit, "next_step").map(|line| line.text);
        let text = match is_supplement_due(&visit.fields) {
            true => Some(t_string!(i18n, visit.supplement_due).to_owned()),
            false => step,
        };
        Some(Line::new(when(visit), text?))
    });
    let needs = known.needs.iter().map(|visit| {
        let facts: Vec<_> = NEED
            .iter()
            .filter_map(|question| answer(visit, question))
            .map(|line| line.text)
            .collect();
        Line::new(when(visit), facts.join(" · "))
    });
    let issues = issues::naming(store, session, field::ENTERPRISE, id);
    let issues = issues.iter().filter(|row| row.is_open()).map(|row| Line {
        warns: row.is_overdue(),
        ..Line::new(row.status.label(language), row.title.as_str())
    });
    let rights = known.rights.iter().map(
        |Right {
             record,
             expires,
             fee_overdue,
         }| {
            let facts: Vec<_> = RIGHT
                .iter()
                .filter_map(|question| answer(record, question))
                .map(|line| line.text)
                .collect();
            let mut facts = facts.join(" · ");
            let hint = match expires {
                prepare::Expires::Past => Some(t_string!(i18n, prepare.expired)),
                prepare::Expires::Soon => Some(t_string!(i18n, prepare.expires_soon)),
                prepare::Expires::Later => None,
            };
            if let Some(hint) = hint {
                facts = format!("{facts}（{hint}）");
            }
            Line {
                label: record.text(&format!("{ANSWER}right_name")).to_owned(),
                text: facts,
                warns: hint.is_some() || *fee_overdue,
            }
        },
    );
    let missing: Vec<_> = known
        .firm
        .as_ref()
        .map(|firm| missing_of(i18n, firm))
        .unwrap_or_default();
    let form = crate::state::forms::newest(store, crate::state::forms::VISIT_FORM);
    let forms_here = match form {
        Some(_) => t_string!(i18n, prepare.here).to_owned(),
        None => t_string!(i18n, visit.no_form).to_owned(),
    };
    let photos = match known.attachments_absent {
        0 => t_filled!(i18n, prepare.photos_here, n = known.attachments_here),
        absent => t_filled!(
            i18n,
            prepare.photos_absent,
            n = known.attachments_here,
            absent = absent
        ),
    };
    vec![
        first,
        section(
            t_string!(i18n, prepare.promises),
            promises.collect(),
            t_string!(i18n, prepare.no_promises),
        ),
        section(
            t_string!(i18n, prepare.needs),
            needs.collect(),
            t_string!(i18n, prepare.no_needs),
        ),
        section(
            t_string!(i18n, issue.open_of_firm),
            issues.collect(),
            t_string!(i18n, issue.none_of_firm),
        ),
        section(
            t_string!(i18n, prepare.rights),
            rights.collect(),
            t_string!(i18n, prepare.no_rights),
        ),
        section(
            t_string!(i18n, prepare.profile),
            match missing.is_empty() {
                true => Vec::new(),
                false => vec![Line::new(
                    t_string!(i18n, prepare.missing),
                    missing.join("、"),
                )],
            },
            t_string!(i18n, prepare.complete),
        ),
        section(
            t_string!(i18n, prepare.on_device),
            vec![
                Line::new(t_string!(i18n, prepare.forms), forms_here),
                Line {
                    warns: known.attachments_absent > 0,
                    ..Line::new(t_string!(i18n, uploads.photos), photos)
                },
            ],
            "",
        ),
    ]
}

fn missing_of(i18n: I18n, firm: &Rc<Record>) -> Vec<String> {
    let missing = ENTERPRISE_FIELDS
        .iter()
        .filter(|rule| firm.fields.get(rule.name).is_none());
    missing
        .map(|rule| field_label(i18n.language(), rule.name))
        .collect()
}

/// The question of a name, of whichever form asks it.
fn asked<'a>(forms: &'a [FormDefinition], name: &str) -> Option<&'a Question> {
    let groups = forms.iter().flat_map(|form| &form.groups);
    let mut questions = groups.flat_map(|group| &group.questions);
    questions.find(|question| question.name == name)
}
