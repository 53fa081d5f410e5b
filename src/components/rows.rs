//! Rows of lists: the whole row one target, at most three facts, the mark at the right.

use super::{
    format,
    icon::{Icon, IconName},
    sync_mark::Mark,
};
use crate::{
    i18n::*,
    routes,
    state::{enterprises::EnterpriseRow, visits::VisitRow},
};
use leptos::prelude::*;
use std::rc::Rc;

/// A firm.
#[component]
pub fn EnterpriseItem(
    /// The firm.
    row: Rc<EnterpriseRow>,
    /// Where the row leads.
    address: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let facts: Vec<String> = [row.credit_code.clone(), row.chain.clone()]
        .into_iter()
        .filter(|fact| !fact.is_empty())
        .collect();
    let unnamed = facts.is_empty();
    view! {
        <a href=address class="row">
            <span class="row__main">
                <span class="row__title">{row.name.clone()}</span>
                <span class="row__facts">
                    {facts.join(" · ")}
                    {unnamed.then(|| t!(i18n, enterprise.no_code))}
                </span>
            </span>
            <Icon name=IconName::Forward/>
        </a>
    }
}

/// A visit, or a half-filled form.
#[component]
pub fn VisitItem(
    /// The visit.
    row: VisitRow,
    /// Whether the firm's name is said, or is plain from the page.
    #[prop(default = true)]
    name: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let address = if row.draft {
        routes::fill(row.id)
    } else {
        routes::visit(row.id)
    };
    let at = row.at;
    let when = move || {
        at.map(|at| format::instant(at, i18n.language()))
            .unwrap_or_default()
    };
    let officer = row.officer.clone();
    let enterprise = row.enterprise.clone();
    let title = move || match (name, enterprise.is_empty()) {
        (true, false) => enterprise.clone(),
        (true, true) => t_string!(i18n, visit.unknown_firm).to_owned(),
        (false, _) => when(),
    };
    let facts = move || {
        let facts = [officer.clone(), if name { when() } else { String::new() }];
        facts
            .into_iter()
            .filter(|fact| !fact.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    };
    view! {
        <a href=address class="row">
            <span class="row__main">
                <span class="row__title">{title}</span>
                <span class="row__facts">{facts}</span>
            </span>
            <Mark mark=row.mark draft=row.draft/>
            <Icon name=IconName::Forward/>
        </a>
    }
}
