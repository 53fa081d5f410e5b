//! Two people's different values for one field: both shown, one chosen, neither lost.

use super::enterprise::field_label;
use crate::components::when::When;
use crate::{
    components::{
        empty::Empty,
        form::answer_text,
        icon::{Icon, IconName},
        page::Page,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        choices, forms,
        once::Once,
        store::{Store, use_store},
        visits,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldChange, FieldValue, Map, Operation, Record, RecordId, RecordKind, ScopeId,
    catalogue::ENTERPRISE_FIELDS,
    consts::field,
    validate::{path_of, pinned_form},
};
use ruyuan_sync::{
    engine::{Act, Edit, State},
    merge,
};

/// A conflict with the names that a person knows things by.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    conflict: Record,
    record: Option<Record>,
    record_name: String,
    own: bool,
}

fn shown(store: Store, id: RecordId) -> Option<Shown> {
    store.read(|state| {
        let conflict = Record::clone(state.view().get(id)?);
        let record = conflict
            .text(field::CONFLICT_RECORD)
            .parse()
            .ok()
            .and_then(|id| base_or_view(state, id));
        let firm = record.as_ref().map(|record| match record.kind {
            RecordKind::Visit => record
                .text(field::ENTERPRISE)
                .parse()
                .map(|id| visits::enterprise_name(state, id))
                .unwrap_or_default(),
            _ => record.text(field::NAME).to_owned(),
        });
        Some(Shown {
            own: visits::is_own_open_conflict(state, &conflict),
            record_name: firm.unwrap_or_default(),
            conflict,
            record,
        })
    })
}

fn base_or_view(state: &State, id: RecordId) -> Option<Record> {
    state.view().get(id).map(|record| Record::clone(record))
}

/// What the conflict's field is called.
fn name_of(i18n: I18n, store: Store, shown: &Shown) -> String {
    let name = shown.conflict.text(field::CONFLICT_FIELD);
    if name == merge::DELETED {
        return t_string!(i18n, conflict.deletion).to_owned();
    }
    if name == field::SCOPE {
        return t_string!(i18n, enterprise.park).to_owned();
    }
    let question = path_of(name);
    let asked = shown.record.as_ref().and_then(|record| {
        let (form, version) = pinned_form(&record.fields)?;
        let form = forms::version(store, form, version)?;
        let label = form
            .question(question)
            .map(|(_, question)| question.label.clone());
        label.map(|label| label.get(i18n.language()).to_owned())
    });
    asked.unwrap_or_else(|| field_label(i18n, question))
}

fn value_text(i18n: I18n, store: Store, shown: &Shown, side: &str) -> String {
    let name = shown.conflict.text(field::CONFLICT_FIELD);
    let Some(value) = shown.conflict.fields.get(side) else {
        return t_string!(i18n, conflict.blank).to_owned();
    };
    if name == merge::DELETED {
        let text = if value.is_true() {
            t_string!(i18n, conflict.delete)
        } else {
            t_string!(i18n, conflict.keep)
        };
        return text.to_owned();
    }
    if name == field::SCOPE {
        let park = value.as_text().and_then(|text| text.parse().ok());
        return park.map_or_else(String::new, |park| choices::park_name(store, &park));
    }
    let language = i18n.language();
    if let Some(rule) = ENTERPRISE_FIELDS.iter().find(|rule| rule.name == name) {
        return answer_text(&rule.kind, value, language);
    }
    let asked = shown.record.as_ref().and_then(|record| {
        let (form, version) = pinned_form(&record.fields)?;
        let form = forms::version(store, form, version)?;
        form.question(path_of(name))
            .map(|(_, question)| answer_text(&question.kind, value, language))
    });
    asked.unwrap_or_else(|| value.as_text().unwrap_or_default().to_owned())
}

/// A conflict in a list.
#[component]
pub fn ConflictItem(
    /// The conflict.
    id: RecordId,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    // A memo, so that news about other records leaves the link, and who stands on it, alone.
    let current = Memo::new(move |_| shown(store, id));
    move || {
        current.get().map(|shown| {
            let name = name_of(i18n, store, &shown);
            view! {
                <a href=routes::conflict(id) class="row">
                    <span class="row__main">
                        <span class="row__title">{shown.record_name.clone()}</span>
                        <span class="row__facts">{t_filled!(i18n, conflict.about, name = name)}</span>
                    </span>
                    <span class="mark mark--attention"><Icon name=IconName::Conflict/>{t!(i18n, mark.attention)}</span>
                    <Icon name=IconName::Forward/>
                </a>
            }
        })
    }
}

/// Every conflict that waits and that this person may see, park by park: who looks after a park settles them too.
#[component]
pub fn Conflicts() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let scopes = Memo::new(move |_| {
        let mut scopes: Vec<(ScopeId, Vec<RecordId>)> = Vec::new();
        store.read(|state| {
            for conflict in visits::open_conflicts(state) {
                let known = scopes
                    .iter_mut()
                    .find(|(scope, _)| *scope == conflict.scope);
                match known {
                    Some((_, ids)) => ids.push(conflict.id),
                    None => scopes.push((conflict.scope.clone(), vec![conflict.id])),
                }
            }
        });
        scopes
    });
    view! {
        <Page title=t!(i18n, conflict.title) back=Signal::stored(routes::ME.to_owned())>
            <For each=move || scopes.get() key=|(scope, ids)| (scope.clone(), ids.clone()) let(part)>
                <section class="group">
                    <h2 class="group__title">{said(move || choices::park_name(store, &part.0))}</h2>
                    <div class="card">{part.1.iter().map(|id| view! { <ConflictItem id=*id/> }).collect::<Vec<_>>()}</div>
                </section>
            </For>
            <When on=Signal::derive(move || scopes.with(Vec::is_empty))>
                <Empty sentence=t!(i18n, conflict.none)/>
            </When>
        </Page>
    }
}

/// The link to the conflicts, with how many there are; nothing where there are none.
#[component]
pub fn ConflictsLink() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let count = Memo::new(move |_| store.read(|state| visits::open_conflicts(state).count()));
    view! {
        <When on=Signal::derive(move || { count.get() > 0 })>
            <a href=routes::CONFLICTS class="row">
                <span class="row__main">{t!(i18n, conflict.title)}</span>
                <span class="row__value">{said(move || t_filled!(i18n, uploads.count, n = count.get()))}</span>
                <Icon name=IconName::Forward/>
            </a>
        </When>
    }
}

/// One conflict.
#[component]
pub fn Conflict(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let current = Memo::new(move |_| shown(store, id));
    view! {
        <Page
            title=t!(i18n, conflict.title)
            back=Signal::stored(routes::TODAY.to_owned())
        >
            {move || match current.get() {
                Some(shown) if shown.conflict.text(field::CONFLICT_STATUS) == merge::OPEN => {
                    view! { <Choose shown/> }.into_any()
                }
                Some(_) => {
                    view! { <Empty sentence=t!(i18n, conflict.settled)/> }
                        .into_any()
                }
                None => {
                    view! { <Empty sentence=t!(i18n, conflict.unknown)/> }
                        .into_any()
                }
            }}
        </Page>
    }
}

#[component]
fn Choose(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let own_id = store.read_untracked(|state| state.meta().user.to_string());
    let failed = RwSignal::new(false);
    let other = {
        let sides = [
            (field::CONFLICT_KEPT_BY, field::CONFLICT_KEPT_NAME),
            (field::CONFLICT_INCOMING_BY, field::CONFLICT_INCOMING_NAME),
        ];
        let other = sides
            .iter()
            .find(|(by, _)| shown.conflict.text(by) != own_id);
        other
            .map(|(_, name)| shown.conflict.text(name).to_owned())
            .unwrap_or_default()
    };
    let choosing = Once::new();
    let side = |value: &'static str, by: &'static str, name: &'static str| {
        let mine = shown.conflict.text(by) == own_id;
        let person = shown.conflict.text(name).to_owned();
        let text = {
            let shown = shown.clone();
            move || value_text(i18n, store, &shown, value)
        };
        let choose = {
            let shown = shown.clone();
            move |_| {
                let act = resolution(&shown, shown.conflict.fields.get(value).cloned());
                let next = match shown
                    .record
                    .as_ref()
                    .map(|record| (&record.kind, record.id))
                {
                    Some((RecordKind::Enterprise, id)) => routes::enterprise(id),
                    Some((RecordKind::Visit, id)) => routes::visit(id),
                    _ => routes::TODAY.to_owned(),
                };
                choosing.run(|| async move {
                    match store.act(act).await {
                        Ok(()) => address.go(&next),
                        Err(_) => failed.set(true),
                    }
                });
            }
        };
        view! {
            <button type="button" class="side" on:click=choose>
                <span class="side__who">
                    {said(move || if mine { t_string!(i18n, conflict.mine).to_owned() } else { person.clone() })}
                </span>
                <span class="side__value">{text}</span>
                <span class="side__do">{t!(i18n, conflict.choose)}</span>
            </button>
        }
    };
    let kept = side(
        field::CONFLICT_KEPT,
        field::CONFLICT_KEPT_BY,
        field::CONFLICT_KEPT_NAME,
    );
    let incoming = side(
        field::CONFLICT_INCOMING,
        field::CONFLICT_INCOMING_BY,
        field::CONFLICT_INCOMING_NAME,
    );
    let record_name = shown.record_name.clone();
    let own = shown.own;
    let question = {
        let shown = shown.clone();
        move || {
            let name = name_of(i18n, store, &shown);
            if own {
                t_filled!(i18n, conflict.question, other = other.clone(), name = name)
            } else {
                t_filled!(i18n, conflict.about, name = name)
            }
        }
    };
    view! {
        <section class="hero">
            <p class="form-firm">{record_name}</p>
            <p class="hero__greeting">{question}</p>
        </section>
        <div class="sides">{kept} {incoming}</div>
        <p class="question__help">{t!(i18n, conflict.kept_both)}</p>
        <When on=Signal::derive(move || failed.get())>
            <p class="question__error" role="alert">{t!(i18n, save.failed)}</p>
        </When>
    }
}

/// The act that settles a conflict: the chosen value as an ordinary edit, and the conflict's closing.
fn resolution(shown: &Shown, chosen: Option<FieldValue>) -> Act {
    let conflict = &shown.conflict;
    let name = conflict.text(field::CONFLICT_FIELD).to_owned();
    let mut edits = Vec::new();
    if let Some(record) = &shown.record {
        let moves = name == field::SCOPE;
        let current = match moves {
            true => Some(record.scope.as_str().into()),
            false => record.fields.get(&name).cloned(),
        };
        let deletes = name == merge::DELETED && chosen.as_ref().is_some_and(FieldValue::is_true);
        let updates = name != merge::DELETED && current != chosen;
        if deletes || updates {
            edits.push(Edit {
                record: record.id,
                root: Some(record.root),
                kind: record.kind.clone(),
                scope: record.scope.clone(),
                op: match (deletes, moves) {
                    (true, _) => Operation::Delete,
                    (_, true) => Operation::Move,
                    _ => Operation::Update,
                },
                base: record.version,
                fields: if updates {
                    let change = FieldChange {
                        old: current,
                        new: chosen,
                    };
                    Map::from_iter([(name, change)])
                } else {
                    Default::default()
                },
                mends: None,
            });
        }
    }
    let status = FieldChange {
        old: Some(merge::OPEN.into()),
        new: Some(merge::RESOLVED.into()),
    };
    edits.push(Edit {
        record: conflict.id,
        root: Some(conflict.root),
        kind: RecordKind::Conflict,
        scope: conflict.scope.clone(),
        op: Operation::Resolve,
        base: conflict.version,
        fields: Map::from_iter([(field::CONFLICT_STATUS.to_owned(), status)]),
        mends: None,
    });
    Act {
        edits,
        submits: None,
    }
}
