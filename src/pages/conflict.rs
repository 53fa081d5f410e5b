//! Two people's different values for one field: both shown, one chosen or a third written, none lost.

use crate::{
    components::{
        empty::Empty,
        form::{QuestionField, answer_text},
        format,
        icon::{Icon, IconName},
        page::Page,
        rows::VisitItem,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        choices,
        conflicts::{Shown, ThirdValue, asked, can_be_asked, resolution, shown},
        firm_fields::field_label,
        flaws,
        once::Once,
        store::{Store, use_store},
        visits,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldValue, RecordId, RecordKind, ScopeId, Stamp, consts::field, forms::Question,
    validate::path_of,
};
use ruyuan_sync::merge;
use std::rc::Rc;

/// What the conflict's field is called.
fn name_of(i18n: I18n, store: Store, shown: &Shown) -> String {
    match shown.name() {
        merge::DELETED => return t_string!(i18n, conflict.deletion).to_owned(),
        field::SCOPE => return t_string!(i18n, enterprise.park).to_owned(),
        _ => {}
    }
    let label = asked(store, shown).map(|question| question.label);
    label.map_or_else(
        || field_label(i18n.language(), path_of(shown.name())),
        |label| label.get(i18n.language()).to_owned(),
    )
}

fn value_text(i18n: I18n, store: Store, shown: &Shown, side: &str) -> String {
    let Some(value) = shown.conflict.fields.get(side) else {
        return t_string!(i18n, conflict.blank).to_owned();
    };
    match shown.name() {
        merge::DELETED if value.is_true() => {
            return t_string!(i18n, conflict.delete).to_owned();
        }
        merge::DELETED => return t_string!(i18n, conflict.keep).to_owned(),
        field::SCOPE => {
            let park = value.as_text().and_then(|text| text.parse().ok());
            return park.map_or_else(String::new, |park| choices::park_name(store, &park));
        }
        _ => {}
    }
    asked(store, shown).map_or_else(
        || value.as_text().unwrap_or_default().to_owned(),
        |question| answer_text(&question.kind, value, i18n.language()),
    )
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
                        <span class="row__title">{shown.firm.clone()}</span>
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
    let flawed = Memo::new(move |_| visits::flawed(store));
    view! {
        <Page title=t!(i18n, conflict.title) back=Signal::stored(routes::ME.to_owned())>
            <For each=move || scopes.get() key=|(scope, ids)| (scope.clone(), ids.clone()) let(part)>
                <section class="group">
                    <h2 class="group__title">{said(move || choices::park_name(store, &part.0))}</h2>
                    <div class="card">{part.1.iter().map(|id| view! { <ConflictItem id=*id/> }).collect::<Vec<_>>()}</div>
                </section>
            </For>
            <When on=Signal::derive(move || !flawed.with(Vec::is_empty))>
                <section class="group">
                    <h2 class="group__title">{t!(i18n, conflict.flawed)}</h2>
                    <div class="card">
                        <For each=move || flawed.get() key=|row| (row.id, row.mark, row.enterprise.clone()) let(row)>
                            <VisitItem row/>
                        </For>
                    </div>
                </section>
            </When>
            <When on=Signal::derive(move || scopes.with(Vec::is_empty) && flawed.with(Vec::is_empty))>
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
    let count = Memo::new(move |_| {
        store.read(|state| visits::open_conflicts(state).count() + flaws::flawed(state).len())
    });
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
    let about = StoredValue::new(shown.clone());
    let settle = Callback::new(move |value: Option<FieldValue>| {
        let (act, next) = about.with_value(|shown| (resolution(store, shown, value), after(shown)));
        choosing.run(|| async move {
            match store.act(act).await {
                Ok(()) => address.go(&next),
                Err(_) => {
                    let _ = failed.try_set(true);
                }
            }
        });
    });
    let side = |value: &'static str, by: &'static str, name: &'static str, at: &'static str| {
        let mine = shown.conflict.text(by) == own_id;
        let person = shown.conflict.text(name).to_owned();
        let at = Stamp::parse(shown.conflict.text(at));
        let who = move || {
            let who = match mine {
                true => t_string!(i18n, conflict.mine).to_owned(),
                false => person.clone(),
            };
            let at = at.map(|at| format::instant(at, i18n.language()));
            [Some(who), at]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · ")
        };
        let text = {
            let shown = shown.clone();
            move || value_text(i18n, store, &shown, value)
        };
        let chosen = shown.conflict.fields.get(value).cloned();
        view! {
            <button type="button" class="side" on:click=move |_| settle.run(chosen.clone())>
                <span class="side__who">{said(who)}</span>
                <span class="side__value">{text}</span>
                <span class="side__do">{t!(i18n, conflict.choose)}</span>
            </button>
        }
    };
    let kept = side(
        field::CONFLICT_KEPT,
        field::CONFLICT_KEPT_BY,
        field::CONFLICT_KEPT_NAME,
        field::CONFLICT_KEPT_AT,
    );
    let incoming = side(
        field::CONFLICT_INCOMING,
        field::CONFLICT_INCOMING_BY,
        field::CONFLICT_INCOMING_NAME,
        field::CONFLICT_INCOMING_AT,
    );
    let firm = shown.firm.clone();
    let own = shown.own;
    let third = asked(store, &shown).filter(can_be_asked);
    let third = third.map(|question| view! { <Third shown=shown.clone() question settle/> });
    let question = move || {
        let name = name_of(i18n, store, &shown);
        if own {
            t_filled!(i18n, conflict.question, other = other.clone(), name = name)
        } else {
            t_filled!(i18n, conflict.about, name = name)
        }
    };
    view! {
        <section class="hero">
            <p class="form-firm">{firm}</p>
            <p class="hero__greeting">{question}</p>
        </section>
        <div class="sides">{kept} {incoming}</div>
        {third}
        <p class="question__help">{t!(i18n, conflict.kept_both)}</p>
        <When on=Signal::derive(move || failed.get())>
            <p class="question__error" role="alert">{t!(i18n, save.failed)}</p>
        </When>
    }
}

/// Where a person goes on from a settled conflict: to what it was about.
fn after(shown: &Shown) -> String {
    let record = shown.record.as_ref();
    match record.map(|record| (&record.kind, record)) {
        Some((RecordKind::Enterprise, firm)) => routes::enterprise(firm.id),
        Some((RecordKind::Visit | RecordKind::RepeatInstance, part)) => routes::visit(part.root),
        Some((RecordKind::Issue, issue)) => routes::issue(issue.id),
        Some((RecordKind::Meeting | RecordKind::MeetingItem, part)) => routes::meeting(part.root),
        _ => routes::TODAY.to_owned(),
    }
}

/// Where neither is right: a third value, typed as in the form.
#[component]
fn Third(shown: Shown, question: Question, settle: Callback<Option<FieldValue>>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let open = RwSignal::new(false);
    let (shown, question) = (StoredValue::new(shown), StoredValue::new(question));
    let field = move || {
        let third = shown.with_value(|shown| ThirdValue::new(store, shown));
        let save = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            if third.is_right() {
                settle.run(third.get());
            } else {
                super::visit_fill::focus("third");
            }
        };
        view! {
            <form class="card card--form" novalidate=true on:submit=save>
                <QuestionField question=question.get_value() answers=Rc::new(third)/>
                <button type="submit" class="button button--primary">{t!(i18n, conflict.save)}</button>
            </form>
        }
    };
    view! {
        <When on=Signal::derive(move || !open.get())>
            <button type="button" class="button button--plain button--wide" on:click=move |_| open.set(true)>
                {t!(i18n, conflict.neither)}
            </button>
        </When>
        <When on=Signal::derive(move || open.get())>{field()}</When>
    }
}
