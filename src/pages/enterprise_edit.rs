//! Add a firm from its name alone, or edit what is known of one.

use super::enterprise::field_label;
use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        icon::{Icon, IconName},
        page::Page,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        choices,
        session::use_session,
        store::{Store, use_store},
    },
};
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::Map;
use ruyuan_domain::{
    FieldChange, FieldError, FieldValue, Fields, Gather, Operation, Record, RecordId, RecordKind,
    ScopeId,
    catalogue::{ENTERPRISE_FIELDS, EnterpriseField},
    consts::field,
    forms::{QuestionKind, TextFormat},
    identifiers::{CheckDigit, check_credit_code},
    validate::check_record,
};
use ruyuan_sync::{
    engine::{Act, Edit, EngineError},
    store::StoreError,
};

/// Add a firm.
#[component]
pub fn EnterpriseNew() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <EnterpriseForm
            known=None
            title=t!(i18n, enterprise.add)
            back=routes::ENTERPRISES.to_owned()
        />
    }
}

/// Edit a firm.
#[component]
pub fn EnterpriseEdit(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let title = t!(i18n, enterprise.edit);
    // Read once: a pull that comes while someone types must not take their words away.
    match store.read_untracked(|state| state.view().get(id).cloned()) {
        Some(record) => view! {
            <EnterpriseForm known=Some(Record::clone(&record)) title back=routes::enterprise(id)/>
        },
        None => view! {
            <Page title back=Signal::stored(routes::ENTERPRISES.to_owned())>
                <Empty sentence=t!(i18n, enterprise.unknown)/>
            </Page>
        },
    }
}

#[component]
fn EnterpriseForm(
    known: Option<Record>,
    #[prop(into)] title: Signal<String>,
    back: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let address = use_address();
    let fields = RwSignal::new(
        known
            .as_ref()
            .map(|record| record.fields.clone())
            .unwrap_or_default(),
    );
    let parks = session
        .view_untracked()
        .map(|view| {
            view.writable
                .into_iter()
                .filter(|scope| scope.park_code().is_some())
                .collect::<Vec<_>>()
        })
        .unwrap_or_default();
    let scope = RwSignal::new(
        known
            .as_ref()
            .map(|record| record.scope.clone())
            .or_else(|| parks.first().cloned()),
    );
    let choose_park = known.is_none() && parks.len() > 1;
    let tried = RwSignal::new(false);
    let failure = RwSignal::new(None::<&'static str>);
    let errors = Memo::new(move |_| {
        fields.with(|fields| check_record(&RecordKind::Enterprise, fields, None, store.now()))
    });
    let known = StoredValue::new(known);
    let save = move || {
        tried.set(true);
        if let Some(first) = errors.get_untracked().first() {
            super::visit_fill::focus(&format!("f-{}", first.path));
            return;
        }
        let Some(scope) = scope.get_untracked() else {
            failure.set(Some(t_string!(i18n, enterprise.no_park)));
            return;
        };
        spawn_local(async move {
            let edit = edit_of(store, known.get_value(), scope, fields.get_untracked());
            let id = edit.record;
            match store
                .act(Act {
                    edits: vec![edit],
                    submits: None,
                })
                .await
            {
                Ok(()) => address.go(&routes::enterprise(id)),
                Err(EngineError::Store(StoreError::Full)) => {
                    failure.set(Some(t_string!(i18n, save.full)))
                }
                Err(_) => failure.set(Some(t_string!(i18n, save.failed))),
            }
        });
    };
    let foot = view! {
        <button type="submit" form="enterprise-form" class="button button--primary button--wide">
            {t!(i18n, enterprise.save)}
        </button>
    }
    .into_any();
    view! {
        <Page title back=Signal::stored(back) foot>
            <form
                id="enterprise-form"
                novalidate=true
                on:submit=move |event| {
                    event.prevent_default();
                    save();
                }
            >
                <div class="card card--form">
                    {choose_park
                        .then(|| {
                            view! { <ParkField parks scope/> }
                        })}
                    {ENTERPRISE_FIELDS
                        .iter()
                        .map(|rule| view! { <EnterpriseInput rule fields errors tried/> })
                        .collect_view()}
                </div>
                <p class="question__error" role="alert">
                    {move || failure.get()}
                </p>
            </form>
        </Page>
    }
}

#[component]
fn ParkField(parks: Vec<ScopeId>, scope: RwSignal<Option<ScopeId>>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let options = parks
        .into_iter()
        .map(|park| {
            let selected = scope.with_untracked(|scope| scope.as_ref() == Some(&park));
            let value = park.to_string();
            view! { <option value=value selected=selected>{said(move || choices::park_name(store, &park))}</option> }
        })
        .collect_view();
    view! {
        <div class="question">
            <label class="question__label" for="f-park">{t!(i18n, enterprise.park)}</label>
            <select
                class="input input--select"
                id="f-park"
                on:change=move |event| scope.set(event_target_value(&event).parse().ok())
            >
                {options}
            </select>
        </div>
    }
}

#[component]
fn EnterpriseInput(
    rule: &'static EnterpriseField,
    fields: RwSignal<Fields>,
    errors: Memo<Vec<FieldError>>,
    tried: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = format!("f-{}", rule.name);
    let left = RwSignal::new(false);
    let problem = Memo::new(move |_| {
        let shown = tried.get() || left.get();
        errors.with(|errors| {
            errors
                .iter()
                .find(|error| shown && error.path == rule.name)
                .cloned()
        })
    });
    let warns = move || {
        let answer = fields.with(|fields| {
            fields
                .get(rule.name)
                .and_then(FieldValue::as_text)
                .map(str::to_owned)
        });
        rule.name == field::CREDIT_CODE
            && answer.is_some_and(|code| check_credit_code(&code) == Ok(CheckDigit::Differs))
    };
    let initial = fields.with_untracked(|fields| match (&rule.kind, fields.get(rule.name)) {
        (QuestionKind::Number { unit, .. }, Some(FieldValue::Integer(stored))) => {
            unit.format(*stored)
        }
        (_, Some(FieldValue::Text(text))) => text.clone(),
        _ => String::new(),
    });
    let (kind, mode) = match &rule.kind {
        QuestionKind::Date { .. } => ("date", "text"),
        QuestionKind::Number { .. } => ("text", "decimal"),
        QuestionKind::Text {
            format: TextFormat::Mobile,
            ..
        } => ("tel", "tel"),
        _ => ("text", "text"),
    };
    let unit = match &rule.kind {
        QuestionKind::Number { unit, .. } => Some(*unit),
        _ => None,
    };
    // What the visit form offers as choices is suggested here, so that it is prefilled there.
    let suggested = suggestions(use_store(), rule.name);
    let list = (!suggested.is_empty()).then(|| format!("{id}-list"));
    let take = move |typed: &str| {
        let typed = typed.trim();
        fields.update(|fields| {
            let value = match unit.and_then(|unit| unit.parse(typed)) {
                Some(stored) => FieldValue::Integer(stored),
                None => FieldValue::Text(typed.to_owned()),
            };
            if typed.is_empty() {
                fields.remove(rule.name);
            } else {
                fields.insert(rule.name.to_owned(), value);
            }
        });
    };
    view! {
        <div class="question" class=("question--invalid", move || problem.with(Option::is_some))>
            <label class="question__label" for=id.clone()>
                {said(move || field_label(i18n, rule.name))}
                {(!rule.required)
                    .then(|| view! { <span class="question__optional">{t!(i18n, form.optional)}</span> })}
            </label>
            <div class="input-with-unit">
                <input
                    class="input"
                    class=("input--code", rule.name == field::CREDIT_CODE)
                    type=kind
                    inputmode=mode
                    id=id.clone()
                    autocomplete="off"
                    spellcheck="false"
                    aria-required=rule.required.to_string()
                    aria-invalid=move || problem.with(Option::is_some).to_string()
                    aria-describedby=format!("{id}-error")
                    list=list.clone()
                    prop:value=initial
                    on:input=move |event| take(&event_target_value(&event))
                    on:blur=move |event| {
                        if rule.name == field::CREDIT_CODE {
                            let input: web_sys::HtmlInputElement = event_target(&event);
                            let tidy = input.value().trim().to_ascii_uppercase();
                            take(&tidy);
                            input.set_value(&tidy);
                        }
                        left.set(true);
                    }
                />
                {list
                    .map(|list| {
                        let options = suggested.into_iter().map(|name| view! { <option value=name></option> });
                        view! { <datalist id=list>{options.collect_view()}</datalist> }
                    })}
                {unit.map(|unit| view! { <span class="input-with-unit__unit">{said(move || unit.sign(i18n.language()))}</span> })}
            </div>
            <When on=Signal::derive(warns)>
                <p class="question__warning">
                    <Icon name=IconName::Info/>
                    <span>{t!(i18n, form.check_digit)}</span>
                </p>
            </When>
            <p class="question__error" id=format!("{id}-error")>
                <When on=Signal::derive(move || problem.with(Option::is_some))>
                    <Icon name=IconName::Alert/>
                    <span>{move || problem.get().map(|error| error.problem.sentence(i18n.language()))}</span>
                </When>
            </p>
        </div>
    }
}

/// Names that are known for a field: the shipped industry chains, the four size classes of the 2011 standard.
fn suggestions(store: Store, name: &str) -> Vec<String> {
    match name {
        "industry_chain" => store.read_untracked(|state| {
            let chains = state.view().of_kind(&RecordKind::IndustryChain);
            chains
                .map(|chain| chain.text(field::NAME).to_owned())
                .collect()
        }),
        "size_class" => ["大型", "中型", "小型", "微型"].map(str::to_owned).to_vec(),
        _ => Vec::new(),
    }
}

/// The edit that makes a firm what the form shows: a new one, a change, or the correction of a refused one.
fn edit_of(store: Store, known: Option<Record>, scope: ScopeId, fields: Fields) -> Edit {
    let id = known
        .as_ref()
        .map_or_else(|| RecordId::new(store.id_seed()), |record| record.id);
    let before = known
        .as_ref()
        .map(|record| record.fields.clone())
        .unwrap_or_default();
    let mut changes: Map<String, FieldChange> = before
        .keys()
        .chain(fields.keys())
        .map(|name| {
            let change = FieldChange {
                old: before.get(name).cloned(),
                new: fields.get(name).cloned(),
            };
            (name.clone(), change)
        })
        .filter(|(_, change)| change.old != change.new)
        .gathered();
    let refused = store.read_untracked(|state| {
        state
            .outbox()
            .find(|entry| entry.mutation.record == id && entry.reason().is_some())
            .cloned()
    });
    let mut op = if known.is_some() {
        Operation::Update
    } else {
        Operation::Create
    };
    let mut base = known.as_ref().map_or(0, |record| record.version);
    let mut mends = None;
    if let Some(refused) = refused {
        // The server has none of the refused edit: the correction says all of it, in its own place.
        for (name, change) in refused.mutation.fields {
            let new = fields.get(&name).cloned();
            changes.insert(
                name,
                FieldChange {
                    old: change.old,
                    new,
                },
            );
        }
        (op, base, mends) = (
            refused.mutation.op,
            refused.mutation.base,
            Some(refused.mutation.id),
        );
    }
    Edit {
        record: id,
        root: None,
        kind: RecordKind::Enterprise,
        scope,
        op,
        base,
        fields: changes,
        mends,
    }
}
