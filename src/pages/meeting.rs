//! One meeting: its agenda in order, what was concluded, its minutes, and both as text.

use super::{conflict::ConflictItem, issue::standing, visit_fill::focus};
use crate::{
    components::{
        copy::CopyButton,
        empty::Empty,
        format,
        icon::{Icon, IconName},
        issue_row::IssueFacts,
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        meetings::{self, Item, Shown},
        once::Once,
        session::use_session,
        store::{Store, use_store},
    },
};
use leptos::prelude::*;
use ruyuan_domain::{Record, RecordId, consts::field};
use ruyuan_sync::engine::Edit;
use std::rc::Rc;

/// One meeting.
#[component]
pub fn Meeting(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let current = Memo::new(move |_| meetings::shown(store, session, id));
    let removed = RwSignal::new(None::<Rc<Record>>);
    let doing = Once::new();
    let put_back = move |_| {
        if let Some(item) = removed.get_untracked() {
            removed.set(None);
            // What cannot be stored leaves the agenda as it was, in sight.
            doing.run(|| async move {
                acted(store, meetings::taken_off(&item, false)).await;
            });
        }
    };
    let edit = view! {
        <a href=routes::meeting_act(id, "edit") class="bar__button" aria-label=t!(i18n, meeting.edit)>
            <Icon name=IconName::Edit/>
        </a>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, meeting.one) back=Signal::stored(routes::MEETINGS.to_owned()) action=edit>
            <When on=Signal::derive(move || removed.with(Option::is_some))>
                <p class="repeat__removed" role="status">
                    <span>{t!(i18n, meeting.removed)}</span>
                    <button type="button" class="button button--plain button--small" on:click=put_back>
                        {t!(i18n, form.put_back)}
                    </button>
                </p>
            </When>
            {move || match current.get() {
                Some(shown) => view! { <Details shown removed doing/> }.into_any(),
                None => view! { <Empty sentence=t!(i18n, meeting.unknown)/> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Details(shown: Shown, removed: RwSignal<Option<Rc<Record>>>, doing: Once) -> impl IntoView {
    let i18n = use_i18n();
    let id = shown.meeting.id;
    let mark = shown.mark;
    let text = |name: &str| shown.meeting.text(name).to_owned();
    let day = format::date(&text(field::HELD_ON), i18n.language());
    let facts: Vec<String> = [day, text(field::PLACE)]
        .into_iter()
        .filter(|fact| !fact.is_empty())
        .collect();
    let (attendees, minutes) = (text(field::ATTENDEES), text(field::MINUTES));
    let places = shown.items.len();
    let items = shown.items.iter().cloned().enumerate().map(|(at, item)| {
        view! { <AgendaItem item at places removed doing/> }
    });
    let items = items.collect_view();
    let empty = shown.items.is_empty();
    let conflicts = shown
        .conflicts
        .clone()
        .into_iter()
        .map(|id| view! { <ConflictItem id/> });
    let conflicts = (!shown.conflicts.is_empty())
        .then(|| view! { <div class="card">{conflicts.collect_view()}</div> });
    let shown = StoredValue::new_local(shown);
    let copied = move |minutes: bool| {
        Callback::new(move |()| shown.with_value(|shown| meetings::text(i18n, shown, minutes)))
    };
    let written = !minutes.is_empty();
    // What is wanted most: first to write them, then to send them round.
    let (first, second) = match written {
        true => ("button button--primary", "button button--outline"),
        false => ("button button--outline", "button button--primary"),
    };
    view! {
        {standing(id, mark)}
        <section class="hero">
            <p class="hero__greeting">{text_of(shown, field::TITLE)}</p>
            <p class="hero__facts">{facts.join(" · ")}</p>
            {(!attendees.is_empty()).then(|| view! { <p class="form-firm answer__value">{attendees}</p> })}
        </section>
        {conflicts}
        <section class="group">
            <h2 class="group__title">{t!(i18n, meeting.agenda)}</h2>
            <ol class="stops">{items}</ol>
            <When on=Signal::derive(move || empty)>
                <p class="card card__empty">{t!(i18n, meeting.no_agenda)}</p>
            </When>
            <div class="acts">
                <a href=routes::meeting_act(id, "agenda") class="button button--outline">{t!(i18n, meeting.add)}</a>
                <CopyButton label=t!(i18n, meeting.copy_agenda) text=copied(false) class="button button--outline"/>
            </div>
        </section>
        <section class="group">
            <h2 class="group__title">{t!(i18n, meeting.minutes)}</h2>
            {match written {
                true => view! { <p class="card summary">{minutes}</p> }.into_any(),
                false => view! { <p class="card card__empty">{t!(i18n, meeting.no_minutes)}</p> }.into_any(),
            }}
            <div class="acts">
                <a href=routes::meeting_act(id, "edit") class=second>{t!(i18n, meeting.write)}</a>
                <CopyButton label=t!(i18n, meeting.copy_minutes) text=copied(true) class=first/>
            </div>
        </section>
    }
}

fn text_of(shown: StoredValue<Shown, LocalStorage>, name: &'static str) -> String {
    shown.with_value(|shown| shown.meeting.text(name).to_owned())
}

#[component]
fn AgendaItem(
    item: Item,
    at: usize,
    /// How many items there are.
    places: usize,
    removed: RwSignal<Option<Rc<Record>>>,
    doing: Once,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let Item { record, issue } = item;
    let conclusion = record.text(field::CONCLUSION).to_owned();
    let concluded = !conclusion.is_empty();
    let title = match &issue {
        Some(issue) => issue.title.clone(),
        None => t_string!(i18n, issue.unknown).to_owned(),
    };
    let address = match &issue {
        Some(issue) => routes::issue(issue.id),
        None => routes::meeting(record.root),
    };
    let conclude = format!("conclude?item={}", record.id);
    let conclude = routes::meeting_act(record.root, &conclude);
    let known = issue.is_some();
    let status = issue
        .as_ref()
        .map(|issue| issue.status.label(i18n.language()));
    let facts = issue.map(|row| view! { <IssueFacts row/> });
    let id = record.id;
    let carry = {
        let record = Rc::clone(&record);
        move |down: bool| {
            let record = Rc::clone(&record);
            doing.run(|| async move {
                if acted(store, meetings::carried(store, &record, down)).await {
                    // The list is drawn anew: whoever presses goes on pressing, at either end the other way.
                    let up = if down { at + 2 >= places } else { at > 1 };
                    focus(&format!("{}-{id}", if up { "up" } else { "down" }));
                }
            });
        }
    };
    let (up, down) = (carry.clone(), carry);
    let remove = move |_| {
        let record = Rc::clone(&record);
        doing.run(|| async move {
            if acted(store, meetings::taken_off(&record, true)).await {
                let _ = removed.try_set(Some(record));
            }
        });
    };
    let up_name = t_filled!(i18n, meeting.up, name = title);
    let down_name = t_filled!(i18n, meeting.down, name = title);
    let remove_name = t_filled!(i18n, meeting.remove, name = title);
    view! {
        <li class="stop">
            <div class="stop__head">
                <span class="stop__place" class=("stop__place--done", concluded)>{(at + 1).to_string()}</span>
                <a href=address class="row__main stop__firm">
                    <span class="row__title">{title}</span>
                    {facts}
                </a>
                <span class="row__value">{status}</span>
            </div>
            {concluded.then(|| view! { <p class="stop__said">{conclusion}</p> })}
            <div class="stop__acts">
                {known
                    .then(|| {
                        let name = match concluded {
                            true => t!(i18n, meeting.revise),
                            false => t!(i18n, meeting.conclude),
                        };
                        view! { <a class="button button--plain button--small" href=conclude>{name}</a> }
                    })}
                <button type="button" class="bar__button" id=format!("up-{id}") aria-label=up_name disabled=at == 0 on:click=move |_| up(false)>
                    <Icon name=IconName::Up/>
                </button>
                <button type="button" class="bar__button" id=format!("down-{id}") aria-label=down_name disabled={at + 1 == places} on:click=move |_| down(true)>
                    <Icon name=IconName::Down/>
                </button>
                <button type="button" class="bar__button" aria-label=remove_name on:click=remove>
                    <Icon name=IconName::Delete/>
                </button>
            </div>
        </li>
    }
}

/// Stores edits of the agenda as one act, and says whether it did.
async fn acted(store: Store, edits: Vec<Edit>) -> bool {
    store.edit(edits).await.is_ok()
}
