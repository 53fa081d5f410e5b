//! 疑似重复企业 and 合并企业: two records of one firm side by side, and back.

use crate::{
    components::{
        confirm::Confirm,
        empty::Empty,
        form::answer_text,
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        assignments::use_manages,
        choices,
        firm_fields::field_label,
        firms,
        merge::{self, Twins},
        once::Once,
        store::{Store, use_store},
    },
};
use leptos::prelude::*;
use ruyuan_domain::{FieldValue, Record, RecordId, catalogue::ENTERPRISE_FIELDS, consts::field};
use ruyuan_sync::duplicates::{self, Pair};
use std::rc::Rc;

/// Firms that may be one.
#[component]
pub fn Duplicates() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let twins = Memo::new(move |_| merge::all_twins(store));
    let item = move |twins: Twins| {
        let Twins {
            one,
            other,
            same_code,
        } = twins;
        let why = match same_code {
            true => t!(i18n, merge.same_code),
            false => t!(i18n, merge.same_name),
        };
        let code = one.text(field::CREDIT_CODE).to_owned();
        let fact = if same_code {
            code
        } else {
            other.text("address").to_owned()
        };
        view! {
            <a href=routes::merge(one.id, other.id) class="row">
                <span class="row__main">
                    <span class="row__title">
                        {one.text(field::NAME).to_owned()} " · " {other.text(field::NAME).to_owned()}
                    </span>
                    <span class="row__facts">{why} " " {fact}</span>
                </span>
                <Icon name=IconName::Forward/>
            </a>
        }
    };
    view! {
        <Page title=t!(i18n, merge.list) back=Signal::stored(routes::ME.to_owned())>
            <When
                on=Signal::derive(move || !twins.with(Vec::is_empty))
                otherwise=move || view! { <Empty sentence=t!(i18n, merge.none)/> }
            >
                <div class="card">{move || twins.get().into_iter().map(item).collect_view()}</div>
            </When>
        </Page>
    }
}

/// Two records of one firm: which says what, and which stays.
#[component]
pub fn Merge(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let with = Memo::new(move |_| -> Option<RecordId> { address.query("with")?.parse().ok() });
    let both = Memo::new(move |_| {
        let with = with.get()?;
        store.read(|state| {
            let firm = |id| state.view().get(firms::stands_for(state, id)).cloned();
            let (stays, goes) = (firm(id)?, firm(with)?);
            (stays.id != goes.id).then_some((stays, goes))
        })
    });
    move || match both.get() {
        Some((stays, goes)) => view! { <Choose stays goes/> }.into_any(),
        None => view! {
            <Page title=t!(i18n, merge.title) back=Signal::stored(routes::DUPLICATES.to_owned())>
                <Empty sentence=t!(i18n, merge.gone)/>
            </Page>
        }
        .into_any(),
    }
}

#[component]
fn Choose(stays: Rc<Record>, goes: Rc<Record>) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let manages = use_manages();
    let taken = RwSignal::new(Vec::<usize>::new());
    let failed = RwSignal::new(false);
    let merging = Once::new();
    let pairs = duplicates::pairs(&stays.fields, &goes.fields);
    let (differ, same): (Vec<Pair>, Vec<Pair>) = pairs.into_iter().partition(Pair::differs);
    let swapped = routes::merge(goes.id, stays.id);
    let heads = [
        (t!(i18n, merge.stays), Rc::clone(&stays)),
        (t!(i18n, merge.goes), Rc::clone(&goes)),
    ];
    let head = move |(label, firm): (Words, Rc<Record>)| {
        let visits = store.read_untracked(|state| merge::visit_count(state, firm.id));
        let scope = firm.scope.clone();
        view! {
            <div class="answer">
                <dt class="answer__label">{label}</dt>
                <dd class="answer__value">
                    {firm.text(field::NAME).to_owned()}
                    <span class="answer__note">
                        {said(move || choices::park_name(store, &scope))} " · "
                        {said(move || t_filled!(i18n, merge.visits, n = visits))}
                    </span>
                </dd>
            </div>
        }
    };
    let both = StoredValue::new_local((stays, goes));
    let save = move |_| {
        merging.run(|| async move {
            let (stays, goes) = both.get_value();
            match merge::merge(store, &stays, &goes, &taken.get_untracked()).await {
                Ok(()) => address.replace(&routes::enterprise(stays.id)),
                Err(_) => drop(failed.try_set(true)),
            }
        });
    };
    let foot = view! {
        <a class="button button--plain" href=swapped>{t!(i18n, merge.swap)}</a>
        <button
            type="button"
            class="button button--primary"
            disabled=move || merging.is_running() || !manages.get()
            on:click=save
        >
            {t!(i18n, merge.merge)}
        </button>
    }
    .into_any();
    let some_same = !same.is_empty();
    let some_differ = !differ.is_empty();
    view! {
        <Page title=t!(i18n, merge.title) back=Signal::stored(routes::DUPLICATES.to_owned()) foot>
            <p class="question__help">{t!(i18n, merge.help)}</p>
            <p class="question__error" role="alert">
                {move || failed.get().then(|| t_string!(i18n, save.failed))}
            </p>
            <dl class="card answers">{heads.map(head).into_iter().collect::<Vec<_>>()}</dl>
            {some_differ
                .then(|| {
                    view! {
                        <section class="group">
                            <h2 class="group__title">{t!(i18n, merge.what_differs)}</h2>
                            {differ.into_iter().map(|pair| view! { <Side pair taken/> }).collect_view()}
                        </section>
                    }
                })}
            {some_same
                .then(|| {
                    view! {
                        <section class="group">
                            <h2 class="group__title">{t!(i18n, merge.same)}</h2>
                            <dl class="card answers">
                                {same.into_iter().map(|pair| view! { <Agreed pair/> }).collect_view()}
                            </dl>
                        </section>
                    }
                })}
        </Page>
    }
}

fn shown(i18n: I18n, field: usize, value: Option<&FieldValue>) -> String {
    match value {
        Some(value) => answer_text(&ENTERPRISE_FIELDS[field].kind, value, i18n.language()),
        None => t_string!(i18n, merge.no_value).to_owned(),
    }
}

/// A field of which the two say different things: one of both is chosen.
#[component]
fn Side(pair: Pair, taken: RwSignal<Vec<usize>>) -> impl IntoView {
    let i18n = use_i18n();
    let field = pair.field;
    let name = ENTERPRISE_FIELDS[field].name;
    let choice = move |goes: bool, value: Option<FieldValue>| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=name
                    prop:checked=move || taken.with(|taken| taken.contains(&field) == goes)
                    on:change=move |_| {
                        taken.update(|taken| {
                            taken.retain(|known| *known != field);
                            if goes {
                                taken.push(field);
                            }
                        });
                    }
                />
                <span>{said(move || shown(i18n, field, value.as_ref()))}</span>
            </label>
        }
    };
    view! {
        <fieldset class="group">
            <legend class="question__label">{said(move || field_label(i18n.language(), name))}</legend>
            <div class="card card--choices">{choice(false, pair.stays)} {choice(true, pair.goes)}</div>
        </fieldset>
    }
}

/// A field of which both say the same, or only one says anything.
#[component]
fn Agreed(pair: Pair) -> impl IntoView {
    let i18n = use_i18n();
    let at = pair.field;
    let name = ENTERPRISE_FIELDS[at].name;
    let value = pair.stays.or(pair.goes);
    view! {
        <div class="answer">
            <dt class="answer__label">
                {said(move || field_label(i18n.language(), name))}
            </dt>
            <dd
                class="answer__value"
                class=("answer__value--code", name == field::CREDIT_CODE)
            >
                {said(move || shown(i18n, at, value.as_ref()))}
            </dd>
        </div>
    }
}

/// Says on the page of a merged record where its firm is, and undoes the merge.
#[component]
pub fn MergedInto(firm: Record, name: String) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let manages = use_manages();
    let into = store.read_untracked(|state| firms::stands_for(state, firm.id));
    view! {
        <p class="notice notice--tint">
            <Icon name=IconName::Info/>
            <span>{said(move || t_filled!(i18n, merge.merged_into, name = name))}</span>
        </p>
        <a href=routes::enterprise(into) class="button button--outline button--wide">
            {t!(i18n, merge.open)}
        </a>
        <When on=Signal::derive(move || manages.get())>
            <Part store firm=firm.clone()/>
        </When>
    }
}

/// The button that makes two firms of one again.
#[component]
fn Part(store: Store, firm: Record) -> impl IntoView {
    let i18n = use_i18n();
    let asking = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let parting = Once::new();
    let firm = StoredValue::new(firm);
    let part = Callback::new(move |()| {
        parting.run(|| async move {
            if merge::part(store, &firm.get_value()).await.is_err() {
                let _ = failed.try_set(true);
            }
        });
    });
    view! {
        <button
            type="button"
            class="button button--plain button--wide button--warn-text"
            disabled=move || parting.is_running()
            on:click=move |_| asking.set(true)
        >
            {t!(i18n, merge.part)}
        </button>
        <p class="question__error" role="alert">
            {move || failed.get().then(|| t_string!(i18n, save.failed))}
        </p>
        <Confirm
            open=asking
            question=t!(i18n, merge.part_question)
            yes=t!(i18n, merge.part)
            no=t!(i18n, draft.keep)
            on_yes=part
        />
    }
}

/// A record that was merged into the firm whose page this is.
#[component]
pub fn MergedItem(merged: Rc<Record>) -> impl IntoView {
    let i18n = use_i18n();
    let changed = duplicates::was_changed(&merged);
    let code = merged.text(field::CREDIT_CODE).to_owned();
    view! {
        <a href=routes::enterprise(merged.id) class="row">
            {changed.then(|| view! { <Icon name=IconName::Alert/> })}
            <span class="row__main">
                <span class="row__title">{merged.text(field::NAME).to_owned()}</span>
                <span class="row__facts">
                    {said(move || if changed { t_string!(i18n, merge.changed).to_owned() } else { code.clone() })}
                </span>
            </span>
            <Icon name=IconName::Forward/>
        </a>
    }
}
