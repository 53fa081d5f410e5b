//! What other devices gave back after the server was set back to a backup, for who manages the park.

use crate::{
    components::{
        confirm::Confirm,
        empty::Empty,
        format,
        icon::{Icon, IconName},
        page::Page,
        when::When,
    },
    i18n::*,
    routes,
    state::{
        choices, firms,
        once::Once,
        session::use_session,
        store::{Store, use_store},
        visits,
    },
    storage::save_as_file,
};
use leptos::prelude::*;
use ruyuan_domain::{RecordKind, consts::field, wire::Role};
use ruyuan_sync::{
    engine::State,
    recovered::{self, Recovered, Standing},
};

/// A recovered row with the names that a person knows things by.
#[derive(Clone, PartialEq)]
struct Shown {
    found: Recovered,
    standing: Standing,
    /// The firm's name, then and now.
    firm: String,
}

fn shown(state: &State, found: Recovered) -> Shown {
    let was = &found.was;
    let root = state.view().get(was.root).filter(|_| was.root != was.id);
    let visited = |id: &str| id.parse().map(|id| visits::enterprise_name(state, id)).ok();
    let firm = match was.kind {
        RecordKind::Enterprise => Some(was.text(field::NAME).to_owned()),
        RecordKind::Visit | RecordKind::PlannedVisit => visited(was.text(field::ENTERPRISE)),
        RecordKind::Issue | RecordKind::Meeting => Some(was.text(field::TITLE).to_owned()),
        RecordKind::IssueStep | RecordKind::MeetingItem => {
            root.map(|root| root.text(field::TITLE).to_owned())
        }
        _ => root.map(|root| firms::name_about(state, root)),
    };
    Shown {
        standing: found.standing(state),
        firm: firm.unwrap_or_default(),
        found,
    }
}

fn all(state: &State) -> impl Iterator<Item = Shown> {
    let found = recovered::all(state).into_iter();
    found.map(|found| shown(state, found))
}

fn manages() -> Signal<bool> {
    let session = use_session();
    Signal::derive(move || {
        let role = session.view().map(|view| view.role);
        matches!(role, Some(Role::Manager | Role::Admin))
    })
}

/// The list.
#[component]
pub fn RecoveredList() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let all = Memo::new(move |_| store.read(|state| all(state).collect::<Vec<_>>()));
    let failed = RwSignal::new(false);
    view! {
        <Page title=t!(i18n, recovered.title) back=Signal::stored(routes::ME.to_owned())>
            <When on=Signal::derive(move || failed.get())>
                <p class="question__error" role="alert">{t!(i18n, save.failed)}</p>
            </When>
            <When on=Signal::derive(move || !all.with(Vec::is_empty))>
                <p class="question__help">{t!(i18n, recovered.help)}</p>
            </When>
            <For each=move || all.get() key=|shown| (shown.found.rows.first().map(|row| row.id), shown.found.rows.len(), shown.standing) let(shown)>
                <Item shown store failed/>
            </For>
            <When on=Signal::derive(move || all.with(Vec::is_empty))>
                <Empty sentence=t!(i18n, recovered.none)/>
            </When>
        </Page>
    }
}

#[component]
fn Item(shown: Shown, store: Store, failed: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let may = manages();
    let dropping = RwSignal::new(false);
    let doing = Once::new();
    let name = match shown.firm.is_empty() {
        true => t_string!(i18n, visit.unknown_firm).to_owned(),
        false => shown.firm.clone(),
    };
    let facts = {
        let shown = shown.clone();
        move || {
            let was = &shown.found.was;
            let what = match was.kind {
                RecordKind::Enterprise => t_string!(i18n, tab.enterprises),
                RecordKind::Pledge => t_string!(i18n, pledge.title),
                RecordKind::Attachment => t_string!(i18n, recovered.attachment),
                RecordKind::Visit => t_string!(i18n, recovered.visit),
                RecordKind::RepeatInstance => t_string!(i18n, recovered.part),
                RecordKind::PlannedVisit => t_string!(i18n, plan.title),
                RecordKind::Assignment => t_string!(i18n, assign.people),
                RecordKind::Issue => t_string!(i18n, issue.one),
                RecordKind::IssueStep => t_string!(i18n, issue.change),
                RecordKind::Meeting | RecordKind::MeetingItem => t_string!(i18n, meeting.record),
                _ => t_string!(i18n, recovered.other),
            };
            let own = store.read_untracked(|state| state.meta().user);
            let who = match was.text(field::OFFICER) {
                _ if was.by == own => t_string!(i18n, conflict.mine).to_owned(),
                "" => t_string!(i18n, recovered.somebody).to_owned(),
                name => t_filled!(i18n, recovered.by, name = name),
            };
            let park = choices::park_name(store, &was.scope);
            let at = format::instant(was.at, i18n.language());
            let name = match was.kind {
                RecordKind::Attachment => was.text(field::NAME),
                _ => "",
            };
            let facts = [what, name, &park, &who, &at];
            let facts = facts.into_iter().filter(|fact| !fact.is_empty());
            facts.collect::<Vec<_>>().join(" · ")
        }
    };
    let end = {
        let shown = shown.clone();
        move |restore: bool| {
            let act = match restore {
                true => shown.found.restored(),
                false => shown.found.given_up(),
            };
            doing.run(|| async move {
                let done = store.act(act).await.is_ok();
                let _ = failed.try_set(!done);
            });
        }
    };
    let (restore, drop_it) = (end.clone(), end);
    let (asked_name, asked_for) = (name.clone(), name.clone());
    let note = match shown.standing {
        Standing::Restorable => None,
        Standing::Newer => Some(t!(i18n, recovered.newer)),
        Standing::Deleted => Some(t!(i18n, recovered.deleted)),
        Standing::Orphaned => Some(t!(i18n, recovered.orphaned)),
        Standing::Partial => Some(t!(i18n, recovered.partial)),
        Standing::Unwritable => Some(t!(i18n, recovered.unwritable)),
        Standing::TooLarge => Some(t!(i18n, recovered.too_large)),
    };
    let restorable = shown.standing == Standing::Restorable;
    // What cannot be put in its place is there to be read, and copied by hand.
    let save = move |_| {
        let text = format!("{asked_for}\n{}", shown.found.text());
        let _ = save_as_file("ruyuan-recovered.txt", &text);
    };
    view! {
        <section class="card">
            <div class="queue">
                <div class="queue__head"><span class="row__main">
                    <span class="row__title">{name}</span>
                    <span class="row__facts">{said(facts)}</span>
                </span></div>
                {note.map(|note| view! { <p class="queue__parts">{note}</p> })}
                <When on=may>
                    <div class="queue__buttons">
                        {
                            let (restore, save) = (restore.clone(), save.clone());
                            match restorable {
                                true => view! {
                                    <button type="button" class="button button--small" on:click=move |_| restore(true)>
                                        {t!(i18n, recovered.restore)}
                                    </button>
                                }.into_any(),
                                false => view! {
                                    <button type="button" class="button button--small button--outline" on:click=save>
                                        {t!(i18n, save.as_file)}
                                    </button>
                                }.into_any(),
                            }
                        }
                        <button type="button" class="button button--plain" on:click=move |_| dropping.set(true)>
                            {t!(i18n, recovered.drop)}
                        </button>
                    </div>
                </When>
            </div>
            <Confirm
                open=dropping
                question=Signal::derive(move || t_filled!(i18n, recovered.drop_question, name = asked_name))
                yes=t!(i18n, recovered.drop)
                no=t!(i18n, recovered.keep)
                destructive=true
                on_yes=Callback::new(move |()| drop_it(false))
            />
        </section>
    }
}

/// The link to what was found again, with how much; nothing where there is none, or for who manages no park.
#[component]
pub fn RecoveredLink() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let may = manages();
    let count = Memo::new(move |_| store.read(|state| recovered::all(state).len()));
    view! {
        <When on=Signal::derive(move || may.get() && count.get() > 0)>
            <a href=routes::RECOVERED class="row">
                <span class="row__main">{t!(i18n, recovered.title)}</span>
                <span class="row__value">{said(move || t_filled!(i18n, uploads.count, n = count.get()))}</span>
                <Icon name=IconName::Forward/>
            </a>
        </When>
    }
}
