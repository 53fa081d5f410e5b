//! The plan of a day: whom to visit in what order, whom to call first, and who was bothered not long ago.

use super::visit_fill::focus;
use crate::{
    components::{
        copy::CopyButton,
        empty::Empty,
        format,
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        once::Once,
        plan::{self, Lately, Stop},
        session::use_session,
        store::use_store,
    },
};
use leptos::{ev, leptos_dom::helpers::window_event_listener, prelude::*, task::spawn_local};
use ruyuan_domain::{Record, RecordId, order::sorted_by_key, stamp::is_date};
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// A stop that is being carried to another place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Carried {
    id: RecordId,
    pointer: i32,
    from: usize,
    to: usize,
    /// How far the finger has gone, in CSS pixels.
    by: f64,
    start: f64,
}

/// The day an address names, else today.
pub fn day_of(address: crate::state::address::Address, today: String) -> Memo<String> {
    Memo::new(move |_| {
        let named = address.query("date").filter(|date| is_date(date));
        named.unwrap_or_else(|| today.clone())
    })
}

/// The plan of a day.
#[component]
pub fn Plan() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let address = use_address();
    let date = day_of(address, store.now().iso_date());
    // The order wanted, until it is stored: every press and every drop counts from what is on screen.
    // It outlives the page: whoever leaves while it is being stored has ordered all the same.
    let wanted = store.outliving_pages(|| RwSignal::new(None::<Vec<RecordId>>));
    let stops = Memo::new(move |_| {
        let stored = plan::of_day(store, &date.get());
        match wanted.get() {
            Some(order) => sorted_by_key(stored, |stop| {
                order
                    .iter()
                    .position(|id| *id == stop.id)
                    .unwrap_or(usize::MAX)
            }),
            None => stored,
        }
    });
    let carried = RwSignal::new(None::<Carried>);
    let removed = RwSignal::new(None::<Rc<Record>>);
    let list = NodeRef::<leptos::html::Ol>::new();

    let arranging = Once::new();
    let place_of = move |id: RecordId| {
        stops.with_untracked(|stops| stops.iter().position(|stop| stop.id == id))
    };
    let arrange = move |id: RecordId, to: usize, by_key: bool| {
        let mut order: Vec<RecordId> =
            stops.with_untracked(|stops| stops.iter().map(|stop| stop.id).collect());
        let Some(from) = place_of(id).filter(|from| *from != to && to < order.len()) else {
            return;
        };
        order.remove(from);
        order.insert(to, id);
        wanted.set(Some(order));
        if by_key {
            focus(&format!("carry-{id}"));
        }
        arranging.run(|| async move {
            while let Some(order) = wanted.try_get_untracked().flatten() {
                let stored = plan::arrange(store, order.clone()).await;
                // What cannot be stored leaves the order as it was, in sight.
                if stored.is_err() || wanted.try_get_untracked().flatten() == Some(order) {
                    let _ = wanted.try_set(None);
                }
            }
        });
    };
    let moved = window_event_listener(ev::pointermove, move |event| {
        let now = carried.get_untracked();
        let Some(now) = now.filter(|now| now.pointer == event.pointer_id()) else {
            return;
        };
        let pointer = f64::from(event.client_y());
        let to = place_under(list, now.from, pointer);
        let by = pointer - now.start;
        carried.set(Some(Carried { to, by, ..now }));
    });
    let dropped = window_event_listener(ev::pointerup, move |event| {
        let now = carried.get_untracked();
        if let Some(now) = now.filter(|now| now.pointer == event.pointer_id()) {
            carried.set(None);
            // Another device or tab may have changed the plan meanwhile.
            if place_of(now.id) == Some(now.from) {
                arrange(now.id, now.to, false);
            }
        }
    });
    let cancelled = window_event_listener(ev::pointercancel, move |_| {
        let _ = carried.try_set(None);
    });
    on_cleanup(move || {
        moved.remove();
        dropped.remove();
        cancelled.remove();
    });

    let remove = move |id: RecordId| {
        removed.set(store.read_untracked(|state| state.view().get(id).cloned()));
        spawn_local(async move { drop(plan::remove(store, id).await) });
    };
    let put_back = move |_| {
        if let Some(plan) = removed.get_untracked() {
            removed.set(None);
            spawn_local(async move { drop(plan::put_back(store, &plan).await) });
        }
    };
    let choose = move || format!("{}?date={}", routes::PLAN_CHOOSE, date.get());
    let foot = view! {
        <a href=choose class="button button--primary button--wide">
            {t!(i18n, plan.add)}
        </a>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, plan.title) back=Signal::stored(routes::TODAY.to_owned()) foot>
            <div class="question">
                <label class="question__label" for="plan-date">{t!(i18n, plan.date)}</label>
                <input
                    class="input"
                    id="plan-date"
                    type="date"
                    prop:value=move || date.get()
                    on:change=move |event| {
                        let typed = event_target_value(&event);
                        if is_date(&typed) {
                            address.replace(&format!("{}?date={typed}", routes::PLAN));
                        }
                    }
                />
            </div>
            <When on=Signal::derive(move || removed.with(Option::is_some))>
                <p class="repeat__removed" role="status">
                    <span>{t!(i18n, plan.removed)}</span>
                    <button type="button" class="button button--plain button--small" on:click=put_back>
                        {t!(i18n, form.put_back)}
                    </button>
                </p>
            </When>
            <When
                on=Signal::derive(move || !stops.with(Vec::is_empty))
                otherwise=move || view! { <Empty sentence=t!(i18n, plan.none)/> }
            >
                <ol class="stops" node_ref=list>
                    <For each=move || stops.get() key=Stop::shown let(stop)>
                        <StopItem
                            stop
                            stops
                            date
                            carried
                            carry=Callback::new(move |(id, down): (RecordId, bool)| {
                                if let Some(at) = place_of(id) {
                                    let to = if down { at + 1 } else { at.saturating_sub(1) };
                                    arrange(id, to, true);
                                }
                            })
                            remove=Callback::new(remove)
                        />
                    </For>
                </ol>
            </When>
        </Page>
    }
}

/// Where among the stops a pointer is: how many of the others have their middle above it.
fn place_under(list: NodeRef<leptos::html::Ol>, from: usize, pointer: f64) -> usize {
    let Some(list) = list.get_untracked() else {
        return from;
    };
    let rows = list.children();
    let above = (0..rows.length()).filter(|at| {
        let Some(row) = rows.item(*at).filter(|_| *at as usize != from) else {
            return false;
        };
        let rect = row.get_bounding_client_rect();
        rect.top() + rect.height() / 2.0 < pointer
    });
    above.count()
}

#[component]
fn StopItem(
    stop: Stop,
    stops: Memo<Vec<Stop>>,
    date: Memo<String>,
    carried: RwSignal<Option<Carried>>,
    carry: Callback<(RecordId, bool)>,
    remove: Callback<RecordId>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let id = stop.id;
    let at = Memo::new(move |_| {
        let place = stops.with(|stops| stops.iter().position(|stop| stop.id == id));
        place.unwrap_or_default()
    });
    let own = move || carried.get().filter(|now| now.id == id);
    let shift = move || {
        own()
            .map(|now| format!("translateY({}px)", now.by))
            .unwrap_or_default()
    };
    // A line where it would come down: above this stop or below it.
    let before = move || {
        let now = carried.get();
        now.is_some_and(|now| now.to == at.get() && now.to < now.from)
    };
    let after = move || {
        let now = carried.get();
        now.is_some_and(|now| now.to == at.get() && now.to > now.from)
    };
    let name = stop.name.clone();
    let title = move || match name.is_empty() {
        true => t_string!(i18n, visit.unknown_firm).to_owned(),
        false => name.clone(),
    };
    let facts: Vec<String> = [stop.contact.clone(), stop.address.clone()]
        .into_iter()
        .filter(|fact| !fact.is_empty())
        .collect();
    let done = stop.visit.is_some();
    let address = match stop.visit {
        Some(visit) => routes::visit(visit),
        None => routes::enterprise(stop.enterprise),
    };
    let message = {
        let contact = stop.contact.clone();
        Callback::new(move |()| {
            let officer = session.view_untracked().map(|view| view.display_name);
            t_filled!(
                i18n,
                plan.message,
                contact = contact,
                officer = officer.unwrap_or_default(),
                date = format::date(&date.get_untracked(), i18n.language()),
            )
        })
    };
    let handle_title = title.clone();
    view! {
        <li
            class="stop"
            class=("stop--carried", move || own().is_some())
            class=("stop--before", before)
            class=("stop--after", after)
            style=("transform", shift)
        >
            <div class="stop__head">
                <span class="stop__place" class=("stop__place--done", done)>
                    {match done {
                        true => view! { <Icon name=IconName::Check/> }.into_any(),
                        false => said(move || (at.get() + 1).to_string()).into_any(),
                    }}
                </span>
                <a href=address class="row__main stop__firm">
                    <span class="row__title">{title}</span>
                    <span class="row__facts">{facts.join(" · ")}</span>
                </a>
                <button
                    type="button"
                    class="bar__button stop__handle"
                    aria-label=move || t_filled!(i18n, plan.carry, name = handle_title())
                    id=format!("carry-{id}")
                    on:pointerdown=move |event| {
                        if event.button() != 0 || carried.with_untracked(Option::is_some) {
                            return;
                        }
                        event.prevent_default();
                        let from = at.get_untracked();
                        let start = f64::from(event.client_y());
                        let pointer = event.pointer_id();
                        carried.set(Some(Carried { id, pointer, from, to: from, by: 0.0, start }));
                    }
                    on:keydown=move |event| {
                        let down = match event.unchecked_ref::<web_sys::KeyboardEvent>().key().as_str() {
                            "ArrowUp" => false,
                            "ArrowDown" => true,
                            _ => return,
                        };
                        event.prevent_default();
                        carry.run((id, down));
                    }
                >
                    <Icon name=IconName::Grip/>
                </button>
            </div>
            {stop
                .lately
                .clone()
                .filter(|_| !done)
                .map(|lately| view! { <LatelyNote lately/> })}
            <div class="stop__acts">
                {(!stop.mobile.is_empty())
                    .then(|| {
                        view! {
                            <a class="button button--plain button--small" href=format!("tel:{}", stop.mobile)>
                                <Icon name=IconName::Phone/>
                                {t!(i18n, plan.call)}
                            </a>
                        }
                    })}
                {(!stop.address.is_empty())
                    .then(|| {
                        view! {
                            <a class="button button--plain button--small" href=map_address(&stop.address)>
                                <Icon name=IconName::Map/>
                                {t!(i18n, plan.map)}
                            </a>
                        }
                    })}
                <a class="button button--plain button--small" href=routes::prepare(stop.enterprise)>
                    <Icon name=IconName::Document/>
                    {t!(i18n, prepare.open)}
                </a>
                <CopyButton label=t!(i18n, plan.appointment) text=message/>
                <button
                    type="button"
                    class="button button--plain button--small button--warn-text"
                    on:click=move |_| remove.run(id)
                >
                    <Icon name=IconName::Delete/>
                    {t!(i18n, plan.remove)}
                </button>
            </div>
        </li>
    }
}

/// 12 天前王强已走访: said before a firm is bothered twice.
#[component]
pub fn LatelyNote(lately: Lately) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class="lately">
            <Icon name=IconName::Info/>
            <span>
                {said(move || match lately.days {
                    0 => t_filled!(i18n, plan.visited_today, officer = lately.officer),
                    days => t_filled!(i18n, plan.lately, n = days, officer = lately.officer),
                })}
            </span>
        </span>
    }
}

/// What opens the phone's own map at an address.
fn map_address(place: &str) -> String {
    let place = js_sys::encode_uri_component(place);
    let agent = window().navigator().user_agent().unwrap_or_default();
    match ["iPhone", "iPad", "Macintosh"]
        .iter()
        .any(|name| agent.contains(name))
    {
        true => format!("maps://?q={place}"),
        false => format!("geo:0,0?q={place}"),
    }
}
