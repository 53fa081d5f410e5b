//! 负责人: who looks after a firm; and from a desk, 分配企业 to people, by picking them or all of somebody's at once.

use super::{
    enterprises::{EnterpriseSearch, toggled},
    roster::sentence,
};
use crate::{
    components::{
        confirm::Confirm,
        format,
        icon::{Icon, IconName},
        page::Page,
        segments::Segments,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        assignments, enterprises::EnterpriseRow, once::Once, session::use_session, store::use_store,
    },
    transport::HttpTransport,
};
use leptos::prelude::*;
use ruyuan_domain::{
    Record, RecordId, Stamp, UserId,
    assignment::{Part, holds},
    consts::field,
    roster::{AssignRequest, BatchView, HandOverRequest, MOST_ASSIGNED, PersonView},
};
use ruyuan_sync::transport::TransportError;
use std::rc::Rc;

/// Who looks after a firm and who did, on its page.
#[component]
pub fn LookedAfter(firm: Record) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let id = firm.id;
    let firm = StoredValue::new(firm);
    let own = store.read_untracked(|state| state.meta().user.to_string());
    let all = Memo::new(move |_| store.read(|state| assignments::of_firm(state, id)));
    let own_now = Memo::new(move |_| {
        let theirs =
            |record: &&Rc<Record>| holds(&record.fields) && record.text(field::ASSIGNED_TO) == own;
        all.with(|all| all.iter().find(theirs).cloned())
    });
    let led = Memo::new(move |_| {
        let leads = |record: &Rc<Record>| {
            holds(&record.fields) && Part::of(&record.fields) == Some(Part::Lead)
        };
        all.with(|all| all.iter().any(leads))
    });
    let failed = RwSignal::new(false);
    let saving = Once::new();
    let asking = RwSignal::new(false);
    let act = move |_| {
        let Some(view) = session
            .view_untracked()
            .filter(|_| own_now.with_untracked(Option::is_none))
        else {
            asking.set(true);
            return;
        };
        let part = if led.get_untracked() {
            Part::Support
        } else {
            Part::Lead
        };
        saving.run(|| async move {
            let firm = firm.get_value();
            let taken = assignments::take(store, &firm, part, view.user, view.display_name);
            if taken.await.is_err() {
                let _ = failed.try_set(true);
            }
        });
    };
    let end = Callback::new(move |()| {
        let own = own_now.get_untracked();
        saving.run(|| async move {
            let Some(own) = own else {
                return;
            };
            if assignments::end(store, &own).await.is_err() {
                let _ = failed.try_set(true);
            }
        });
    });
    let lists = move || {
        let (held, ended): (Vec<_>, Vec<_>) = all
            .get()
            .into_iter()
            .partition(|record| holds(&record.fields));
        let list = |records: Vec<Rc<Record>>| {
            let rows = records.into_iter().map(|record| view! { <Held record/> });
            view! { <dl class="answers">{rows.collect_view()}</dl> }
        };
        let nobody = held.is_empty();
        let former = !ended.is_empty();
        view! {
            {nobody.then(|| view! { <p class="card__empty">{t!(i18n, assign.nobody)}</p> })}
            {(!nobody).then(|| list(held))}
            {former
                .then(|| {
                    view! {
                        <details class="instance">
                            <summary class="instance__title">{t!(i18n, assign.history)}</summary>
                            {list(ended)}
                        </details>
                    }
                })}
        }
    };
    view! {
        <section class="group">
            <h2 class="group__title">{t!(i18n, assign.people)}</h2>
            <div class="card">{lists}</div>
            <button
                type="button"
                class="button button--plain"
                disabled=move || saving.is_running()
                on:click=act
            >
                {said(move || match (own_now.with(Option::is_some), led.get()) {
                    (true, _) => t_string!(i18n, assign.end),
                    (false, true) => t_string!(i18n, assign.take_support),
                    (false, false) => t_string!(i18n, assign.take_lead),
                })}
            </button>
            <p class="question__error" role="alert">
                {move || failed.get().then(|| t_string!(i18n, save.failed))}
            </p>
            <Confirm
                open=asking
                question=t!(i18n, assign.end_question)
                yes=t!(i18n, assign.end)
                no=t!(i18n, draft.keep)
                on_yes=end
            />
        </section>
    }
}

/// Who, as what, and since when.
#[component]
fn Held(record: Rc<Record>) -> impl IntoView {
    let i18n = use_i18n();
    let part = match Part::of(&record.fields) {
        Some(Part::Support) => t!(i18n, assign.support),
        _ => t!(i18n, assign.lead),
    };
    let name = record.text(field::OFFICER).to_owned();
    let time = move || {
        let day = |name: &str| {
            let date = Stamp::parse(&format!("{}T00:00:00+08:00", record.text(name)));
            date.map(|date| format::day(date, i18n.language()))
                .unwrap_or_default()
        };
        let from = day(field::ASSIGNED_ON);
        match holds(&record.fields) {
            true => t_filled!(i18n, assign.since, date = from),
            false => t_filled!(i18n, assign.from_to, from = from, to = day(field::ENDED_ON)),
        }
    };
    view! {
        <div class="answer">
            <dt class="answer__label">{part}</dt>
            <dd class="answer__value">
                {name} <span class="answer__note">{said(time)}</span>
            </dd>
        </div>
    }
}

/// What the desk does: gives firms that it picks, or all of one person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Pick,
    HandOver,
}

/// The desk's page.
#[component]
pub fn Assign() -> impl IntoView {
    let i18n = use_i18n();
    let way = RwSignal::new(Way::Pick);
    let people = RwSignal::new(Vec::<PersonView>::new());
    let said_back = RwSignal::new(Vec::<String>::new());
    let failure = RwSignal::new(None::<String>);
    leptos::task::spawn_local(async move {
        match HttpTransport.list_people().await {
            Ok(view) => drop(people.try_set(view.people)),
            Err(error) => drop(failure.try_set(Some(sentence(i18n, &error)))),
        }
    });
    let desk = Desk {
        people,
        said_back,
        failure,
        busy: Once::new(),
    };
    let ways = vec![
        (Way::Pick, t!(i18n, assign.pick)),
        (Way::HandOver, t!(i18n, assign.hand_over)),
    ];
    let ways = StoredValue::new(ways);
    move || {
        let head = view! {
            <Segments label=t!(i18n, assign.title) chosen=way choices=ways.get_value()/>
            <p class="question__error" role="alert">{move || failure.get()}</p>
            <When on=Signal::derive(move || !said_back.with(Vec::is_empty))>
                <div class="notice notice--tint" role="status">
                    <Icon name=IconName::Info/>
                    <div>
                        <ul class="notice__list">
                            {move || said_back.get().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
                        </ul>
                    </div>
                </div>
            </When>
        }
        .into_any();
        match way.get() {
            Way::Pick => view! { <Pick desk head/> }.into_any(),
            Way::HandOver => view! { <HandOver desk head/> }.into_any(),
        }
    }
}

/// What both ways share.
#[derive(Clone, Copy)]
struct Desk {
    people: RwSignal<Vec<PersonView>>,
    said_back: RwSignal<Vec<String>>,
    failure: RwSignal<Option<String>>,
    busy: Once,
}

impl Desk {
    fn came(self, i18n: I18n, answer: Result<BatchView, TransportError>) -> bool {
        let done = answer.is_ok();
        match answer {
            Ok(batch) => {
                let said = t_filled!(i18n, assign.done, n = batch.assigned);
                let lines = std::iter::once(said).chain(batch.left).collect();
                let _ = self.said_back.try_set(lines);
                let _ = self.failure.try_set(None);
            }
            Err(error) => drop(self.failure.try_set(Some(sentence(i18n, &error)))),
        }
        done
    }
}

/// Somebody to choose: who, and how they are called.
type Named = (UserId, String);

impl Desk {
    /// Who can be given firms.
    fn takers(self) -> Memo<Vec<Named>> {
        let called = |person: &PersonView| {
            let name = format!("{}（{}）", person.display_name, person.user_name);
            (person.user, name)
        };
        Memo::new(move |_| {
            self.people
                .with(|people| people.iter().map(called).collect())
        })
    }
}

/// Chooses one of some people.
#[component]
fn Person(
    people: Memo<Vec<Named>>,
    id: &'static str,
    label: Words,
    chosen: RwSignal<Option<UserId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let option = |(user, name): Named| view! { <option value=user.to_string()>{name}</option> };
    view! {
        <div class="question">
            <label class="question__label" for=id>{label}</label>
            <select
                id=id
                class="input input--select"
                on:change=move |event| chosen.set(event_target_value(&event).parse().ok())
            >
                <option value="">{t!(i18n, assign.choose_person)}</option>
                {move || people.get().into_iter().map(option).collect_view()}
            </select>
        </div>
    }
}

/// Gives the firms that are picked.
#[component]
fn Pick(desk: Desk, head: AnyView) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let part = RwSignal::new(Part::Lead);
    let person = RwSignal::new(None::<UserId>);
    let chosen = RwSignal::new(Vec::<RecordId>::new());
    let named = Memo::new(move |_| store.read(assignments::named));
    let found = StoredValue::new(None::<Memo<Vec<Rc<EnterpriseRow>>>>);
    let save = move |_| {
        desk.busy.run(|| async move {
            let mut request = AssignRequest {
                firms: chosen.get_untracked(),
                lead: None,
                supports: None,
                reason: None,
            };
            match part.get_untracked() {
                Part::Lead => request.lead = person.get_untracked(),
                Part::Support => {
                    request.supports = Some(person.get_untracked().into_iter().collect());
                }
            }
            if desk.came(i18n, HttpTransport.assign(&request).await) {
                let _ = chosen.try_set(Vec::new());
                store.sync.now();
            }
        });
    };
    let foot = view! {
        <button
            type="button"
            class="button button--primary button--wide"
            disabled=move || {
                desk.busy.is_running() || chosen.with(Vec::is_empty) || person.get().is_none()
            }
            on:click=save
        >
            {said(move || match chosen.with(Vec::len) {
                0 => t_string!(i18n, assign.pick_first).to_owned(),
                n => t_filled!(i18n, assign.do_assign, n = n),
            })}
        </button>
    }
    .into_any();
    let row = move |row: Rc<EnterpriseRow>| {
        let id = row.id;
        let facts = move || {
            let of_firm = named.with(|named| named.get(&id).cloned().unwrap_or_default());
            let said = of_firm.iter().map(|(part, name)| {
                let part = match part {
                    Part::Lead => t_string!(i18n, assign.lead),
                    Part::Support => t_string!(i18n, assign.support),
                };
                format!("{part} {name}")
            });
            said.collect::<Vec<_>>().join(" · ")
        };
        let toggle = move |_| toggled(chosen, id);
        view! {
            <label class="row row--tick">
                <input
                    type="checkbox"
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&id))
                    on:change=toggle
                />
                <span class="row__main">
                    <span class="row__title">{row.name.clone()}</span>
                    <span class="row__facts">{said(facts)}</span>
                </span>
            </label>
        }
        .into_any()
    };
    let shown = move || found.get_value().map_or(0, |found| found.with(Vec::len));
    let all = move |_| {
        let some = chosen.with_untracked(|chosen| !chosen.is_empty());
        let ids = match found.get_value() {
            Some(found) if !some => found
                .with_untracked(|rows| rows.iter().take(MOST_ASSIGNED).map(|row| row.id).collect()),
            _ => Vec::new(),
        };
        chosen.set(ids);
    };
    view! {
        <Page title=t!(i18n, assign.title) back=Signal::stored(routes::ME.to_owned()) foot>
            {head}
            <p class="question__help">{t!(i18n, assign.help)}</p>
            <div class="card card--form">
                <Person people=desk.takers() id="assign-person" label=t!(i18n, assign.person) chosen=person/>
                <Segments
                    label=t!(i18n, assign.people)
                    chosen=part
                    choices=vec![
                        (Part::Lead, t!(i18n, assign.to_lead)),
                        (Part::Support, t!(i18n, assign.to_support)),
                    ]
                />
            </div>
            <button type="button" class="button button--plain button--wide" on:click=all>
                {said(move || match chosen.with(Vec::is_empty) {
                    true => t_filled!(i18n, assign.all, n = shown()),
                    false => t_string!(i18n, assign.none).to_owned(),
                })}
            </button>
            <EnterpriseSearch
                list="assign"
                row=Rc::new(row)
                whose=true
                on_found=Callback::new(move |memo| found.set_value(Some(memo)))
            />
        </Page>
    }
}

/// Gives everything that one person looks after to another.
#[component]
fn HandOver(desk: Desk, head: AnyView) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let (from, to) = (RwSignal::new(None::<UserId>), RwSignal::new(None::<UserId>));
    let reason = RwSignal::new(String::new());
    let asking = RwSignal::new(false);
    let takers = desk.takers();
    let holders = Memo::new(move |_| {
        let holders = store.read(assignments::holders);
        let called = holders.into_iter().map(|(user, name, firms)| {
            let firms = t_filled!(i18n, enterprise.count, n = firms);
            (user, format!("{name} · {firms}"))
        });
        called.collect::<Vec<Named>>()
    });
    let name = move |people: Memo<Vec<Named>>, chosen: RwSignal<Option<UserId>>| {
        let chosen = chosen.get();
        people.with(|people| {
            let person = people.iter().find(|(user, _)| Some(*user) == chosen);
            person.map(|(_, name)| name.clone()).unwrap_or_default()
        })
    };
    let hand_over = Callback::new(move |()| {
        desk.busy.run(|| async move {
            let (Some(from), Some(to)) = (from.get_untracked(), to.get_untracked()) else {
                return;
            };
            let request = HandOverRequest {
                from,
                to,
                scope: None,
                reason: Some(reason.get_untracked()),
            };
            if desk.came(i18n, HttpTransport.hand_over(&request).await) {
                store.sync.now();
            }
        });
    });
    let foot = view! {
        <button
            type="button"
            class="button button--primary button--wide"
            disabled=move || {
                let (from, to) = (from.get(), to.get());
                desk.busy.is_running() || from.is_none() || to.is_none() || from == to
            }
            on:click=move |_| asking.set(true)
        >
            {t!(i18n, assign.do_hand_over)}
        </button>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, assign.title) back=Signal::stored(routes::ME.to_owned()) foot>
            {head}
            <p class="question__help">{t!(i18n, assign.hand_over_help)}</p>
            <div class="card card--form">
                <Person people=holders id="assign-from" label=t!(i18n, assign.from) chosen=from/>
                <Person people=takers id="assign-to" label=t!(i18n, assign.to) chosen=to/>
                <div class="question">
                    <label class="question__label" for="assign-reason">{t!(i18n, assign.reason)}</label>
                    <input
                        id="assign-reason"
                        class="input"
                        maxlength="200"
                        on:input=move |event| reason.set(event_target_value(&event))
                    />
                </div>
            </div>
            <Confirm
                open=asking
                question=Signal::derive(move || {
                    t_filled!(i18n, assign.hand_over_question, from = name(holders, from), to = name(takers, to))
                })
                yes=t!(i18n, assign.do_hand_over)
                no=t!(i18n, draft.keep)
                on_yes=hand_over
            />
        </Page>
    }
}
