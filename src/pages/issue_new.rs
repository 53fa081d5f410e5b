//! Write an issue down: from a firm, from what a visit said, or from nothing.

use super::{
    enterprise_edit::ParkField,
    enterprises::{EnterpriseSearch, FirmView},
    visit_fill::focus,
};
use crate::{
    components::{
        form_page::{FormPage, Saving, questions},
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        address::use_address,
        answers::SharedAnswers,
        enterprises::EnterpriseRow,
        issues::{self, Actor},
        ledger_fields::question_of,
        session::{shared_scopes, use_session},
        sheet::Sheet,
        store::use_store,
        visits,
    },
};
use leptos::prelude::*;
use ruyuan_domain::{Fields, RecordId, RecordKind, consts::field};
use std::rc::Rc;

/// The form; `?enterprise=<id>` and `?visit=<id>` say what it is about.
#[component]
pub fn IssueNew() -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let address = use_address();
    let id_of = |name: &str| -> Option<RecordId> { address.query_untracked(name)?.parse().ok() };
    let visit = id_of(field::VISIT);
    let visited = visit.and_then(|id| {
        let visit = store.read_untracked(|state| state.view().get(id).cloned())?;
        visit.text(field::ENTERPRISE).parse().ok()
    });
    let firm = RwSignal::new(visited.or_else(|| id_of(field::ENTERPRISE)));
    let choosing = RwSignal::new(false);
    let actor = Actor::of(session);
    let begun = actor.map(|actor| issues::begun(store, &actor, visit));
    let begun = begun.unwrap_or_default();
    let sheet = Sheet::new(store, RecordKind::Issue, begun, issues::suggestions);
    // Typing is not lost by going to the list of firms and back: the sheet stays.
    let choose = StoredValue::new_local(Rc::new(move |row: Rc<EnterpriseRow>| {
        let id = row.id;
        view! {
            <button
                type="button"
                class="row"
                on:click=move |_| {
                    firm.set(Some(id));
                    choosing.set(false);
                }
            >
                <span class="row__main">
                    <span class="row__title">{row.name.clone()}</span>
                    <span class="row__facts">{row.credit_code.clone()}</span>
                </span>
                <Icon name=IconName::Forward/>
            </button>
        }
        .into_any()
    }) as FirmView);
    let back = match visit {
        Some(visit) => routes::visit(visit),
        None => firm
            .get_untracked()
            .map_or_else(|| routes::ISSUES.to_owned(), routes::enterprise),
    };
    move || match choosing.get() {
        true => {
            let none = move |_| {
                firm.set(None);
                choosing.set(false);
            };
            let foot = view! {
                <button type="button" class="button button--plain button--wide" on:click=none>
                    {t!(i18n, issue.no_firm)}
                </button>
            }
            .into_any();
            let keep = view! {
                <button type="button" class="button button--plain button--small" on:click=move |_| choosing.set(false)>
                    {t!(i18n, action.back)}
                </button>
            }
            .into_any();
            view! {
                <Page title=t!(i18n, issue.choose_firm) action=keep foot>
                    <EnterpriseSearch list="issue-firm" row=choose.get_value()/>
                </Page>
            }
            .into_any()
        }
        false => {
            let back = back.clone();
            view! { <Form sheet firm choosing back/> }.into_any()
        }
    }
}

#[component]
fn Form(
    sheet: Sheet,
    firm: RwSignal<Option<RecordId>>,
    choosing: RwSignal<bool>,
    back: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let (store, session) = (use_store(), use_session());
    let scopes = shared_scopes(session);
    // A park before a county: what is in a park is seen by its officers.
    let park = scopes.iter().find(|scope| scope.park_code().is_some());
    let scope = RwSignal::new(park.or(scopes.first()).cloned());
    let saving = Saving::new();
    let answers: SharedAnswers = Rc::new(sheet);
    let of_firm = move || {
        let id = firm.get()?;
        store.read(|state| {
            state
                .view()
                .get(id)
                .map(|firm| (visits::enterprise_name(state, id), firm.scope.clone()))
        })
    };
    let save = Callback::new(move |()| {
        if let Some(wrong) = sheet.first_wrong() {
            focus(&wrong);
            return;
        }
        let named = firm.get_untracked();
        let place = untrack(of_firm)
            .map(|(_, scope)| scope)
            .or_else(|| scope.get_untracked());
        let (Some(place), Some(actor)) = (place, Actor::of(session)) else {
            saving.fail(t_string!(i18n, enterprise.no_park));
            return;
        };
        let mut fields: Fields = sheet.fields();
        if let Some(firm) = named {
            fields.insert(field::ENTERPRISE.to_owned(), firm.to_string().into());
        }
        let (id, edits) = issues::raised(store, &actor, place, fields);
        saving.run(edits, routes::issue(id));
    });
    let name = move || match (firm.get(), of_firm()) {
        (_, Some((name, _))) => name,
        (Some(_), None) => t_string!(i18n, visit.unknown_firm).to_owned(),
        (None, _) => t_string!(i18n, issue.no_firm).to_owned(),
    };
    let several = scopes.len() > 1;
    let park =
        move || view! { <ParkField parks=scopes.clone() scope label=t!(i18n, issue.scope)/> };
    let asked = [field::TITLE, field::CATEGORY, field::DETAILS];
    let asked = asked.map(|name| question_of(&RecordKind::Issue, name));
    view! {
        <FormPage title=t!(i18n, issue.new) back save=t!(i18n, issue.save) saving on_save=save>
            <div class="card card--form">
                <div class="question">
                    <p class="question__label" id="issue-firm">{t!(i18n, issue.firm)}</p>
                    <div class="chosen">
                        <span class="chosen__name">{said(name)}</span>
                        <button
                            type="button"
                            class="button button--small button--outline"
                            aria-describedby="issue-firm"
                            on:click=move |_| choosing.set(true)
                        >
                            {said(move || match firm.get() {
                                Some(_) => t_string!(i18n, issue.change_firm),
                                None => t_string!(i18n, issue.choose_firm),
                            })}
                        </button>
                    </div>
                </div>
                <When on=Signal::derive(move || several && firm.get().is_none())>{park()}</When>
                {questions(asked.into_iter().flatten(), &answers)}
            </div>
        </FormPage>
    }
}
