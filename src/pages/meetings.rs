//! 例会: the meetings that were held or are to be, the latest first.

use crate::{
    components::{
        empty::Empty,
        format,
        icon::{Icon, IconName},
        page::Page,
        sync_mark::Mark,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        choices,
        meetings::{self, MeetingRow},
        store::use_store,
    },
};
use leptos::prelude::*;

/// The list of meetings.
#[component]
pub fn Meetings() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let rows = Memo::new(move |_| meetings::all(store));
    let add = view! {
        <a href=routes::MEETING_NEW class="bar__button" aria-label=t!(i18n, meeting.new)>
            <Icon name=IconName::Add/>
        </a>
    }
    .into_any();
    view! {
        <Page title=t!(i18n, meeting.title) back=Signal::stored(routes::ME.to_owned()) action=add>
            <When
                on=Signal::derive(move || !rows.with(Vec::is_empty))
                otherwise=move || {
                    view! {
                        <Empty sentence=t!(i18n, meeting.none)>
                            <a href=routes::MEETING_NEW class="button button--primary">{t!(i18n, meeting.new)}</a>
                        </Empty>
                    }
                }
            >
                <div class="card">
                    <For each=move || rows.get() key=MeetingRow::clone let(row)>
                        <MeetingItem row/>
                    </For>
                </div>
            </When>
        </Page>
    }
}

#[component]
fn MeetingItem(row: MeetingRow) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let MeetingRow {
        id,
        title,
        held_on,
        scope,
        items,
        mark,
    } = row;
    let facts = move || {
        let place = choices::park_name(store, &scope);
        format!("{} · {place}", format::date(&held_on, i18n.language()))
    };
    view! {
        <a href=routes::meeting(id) class="row">
            <span class="row__main">
                <span class="row__title">{title}</span>
                <span class="row__facts">{said(facts)}</span>
            </span>
            {match mark {
                ruyuan_sync::engine::SyncMark::Sent => view! {
                    <span class="row__value">{said(move || t_filled!(i18n, meeting.items, n = items))}</span>
                }
                .into_any(),
                mark => view! { <Mark mark/> }.into_any(),
            }}
            <Icon name=IconName::Forward/>
        </a>
    }
}
