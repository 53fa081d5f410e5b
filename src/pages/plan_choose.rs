//! Choose the firms of a day: tick as many as there are to visit.

use super::{
    enterprises::{EnterpriseSearch, toggled},
    plan::{LatelyNote, day_of},
};
use crate::{
    components::page::Page,
    i18n::*,
    routes,
    state::{
        address::use_address,
        enterprises::EnterpriseRow,
        once::Once,
        plan::{self, Planner},
        session::use_session,
        store::use_store,
    },
};
use leptos::prelude::*;
use ruyuan_domain::RecordId;
use std::rc::Rc;

/// Choose the firms of a day.
#[component]
pub fn PlanChoose() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let session = use_session();
    let address = use_address();
    let date = day_of(address, store.now().iso_date());
    let planned: Vec<RecordId> = {
        let stops = plan::of_day(store, &date.get_untracked());
        stops.iter().map(|stop| stop.enterprise).collect()
    };
    let planned = StoredValue::new(planned);
    let chosen = RwSignal::new(Vec::<RecordId>::new());
    let failed = RwSignal::new(false);
    let saving = Once::new();
    let back = move || format!("{}?date={}", routes::PLAN, date.get());
    let save = move |_| {
        let Some(view) = session.view_untracked() else {
            return;
        };
        saving.run(|| async move {
            let planner = Planner {
                user: view.user,
                name: view.display_name,
            };
            let (day, firms) = (date.get_untracked(), chosen.get_untracked());
            match plan::add(store, planner, day.clone(), firms).await {
                Ok(()) => address.replace(&format!("{}?date={day}", routes::PLAN)),
                Err(_) => {
                    let _ = failed.try_set(true);
                }
            }
        });
    };
    let foot = view! {
        <button
            type="button"
            class="button button--primary button--wide"
            disabled=move || chosen.with(Vec::is_empty) || saving.is_running()
            on:click=save
        >
            {said(move || match chosen.with(Vec::len) {
                0 => t_string!(i18n, plan.choose).to_owned(),
                n => t_filled!(i18n, plan.add_n, n = n),
            })}
        </button>
    }
    .into_any();
    let row = move |row: Rc<EnterpriseRow>| {
        let id = row.id;
        let is_planned = planned.with_value(|planned| planned.contains(&id));
        let ticked = move || is_planned || chosen.with(|chosen| chosen.contains(&id));
        let lately = Memo::new(move |_| plan::lately_visited(store, id, &date.get()));
        let toggle = move |_| toggled(chosen, id);
        view! {
            <label class="row row--tick">
                <input type="checkbox" prop:checked=ticked disabled=is_planned on:change=toggle/>
                <span class="row__main">
                    <span class="row__title">{row.name.clone()}</span>
                    {move || match lately.get() {
                        Some(lately) => view! { <LatelyNote lately/> }.into_any(),
                        None => view! { <span class="row__facts">{row.chain.clone()}</span> }.into_any(),
                    }}
                </span>
                {is_planned.then(|| view! { <span class="row__value">{t!(i18n, plan.planned)}</span> })}
            </label>
        }
        .into_any()
    };
    view! {
        <Page title=t!(i18n, plan.choose) back=Signal::derive(back) foot>
            <p class="question__error" role="alert">
                {move || failed.get().then(|| t_string!(i18n, save.failed))}
            </p>
            <EnterpriseSearch list="plan" row=Rc::new(row)/>
        </Page>
    }
}
