//! An issue in a list: by when, whose, about which firm; where it stands at the right.

use super::{
    format,
    icon::{Icon, IconName},
    sync_mark::Mark,
};
use crate::{i18n::*, routes, state::issues::IssueRow};
use leptos::prelude::*;
use ruyuan_sync::engine::SyncMark;
use std::rc::Rc;

/// What an issue says of itself in a line: its day, red once that has passed, who sees to it, and the firm.
#[component]
pub fn IssueFacts(
    /// The issue.
    row: Rc<IssueRow>,
    /// Whether the firm is said, or is plain from the page.
    #[prop(default = true)]
    firm: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let overdue = row.is_overdue();
    let due = due_text(i18n, &row);
    let rest: Vec<String> = [row.responsible.clone(), row.firm.clone()]
        .into_iter()
        .take(if firm { 2 } else { 1 })
        .filter(|fact| !fact.is_empty())
        .collect();
    let rest = rest.join(" · ");
    let between = match due.is_empty() || rest.is_empty() {
        true => "",
        false => " · ",
    };
    view! {
        <span class="row__facts">
            <span class=("row__wrong", overdue)>{due}</span>
            {between}
            {rest}
        </span>
    }
}

/// 逾期 3 天, 今天到期, 12月1日前; empty where no day was set.
pub fn due_text(i18n: I18n, row: &IssueRow) -> String {
    match row.days_left {
        None => String::new(),
        Some(0) => t_string!(i18n, issue.due_today).to_owned(),
        Some(days @ ..0) => t_filled!(i18n, issue.overdue_by, n = -days),
        Some(_) => {
            let date = format::date(&row.due_on, i18n.language());
            t_filled!(i18n, issue.due, date = date)
        }
    }
}

/// An issue that leads to its page.
#[component]
pub fn IssueItem(
    /// The issue.
    row: Rc<IssueRow>,
    /// Whether the firm is said, or is plain from the page.
    #[prop(default = true)]
    firm: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let (id, status, mark) = (row.id, row.status, row.mark);
    let title = row.title.clone();
    view! {
        <a href=routes::issue(id) class="row">
            <span class="row__main">
                <span class="row__title">{title}</span>
                <IssueFacts row firm/>
            </span>
            {match mark {
                SyncMark::Sent => {
                    view! { <span class="row__value">{said(move || status.label(i18n.language()))}</span> }
                        .into_any()
                }
                mark => view! { <Mark mark/> }.into_any(),
            }}
            <Icon name=IconName::Forward/>
        </a>
    }
}
