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
};
use leptos::prelude::*;
use ruyuan_domain::{
    FieldChange, FieldValue, Map, Operation, Record, RecordId, RecordKind, Stamp, consts::field,
    wire::Role,
};
use ruyuan_sync::engine::{Act, Edit, State};
use std::rc::Rc;

/// A recovered row with the names that a person knows things by.
#[derive(Clone, PartialEq)]
struct Shown {
    row: Record,
    of: Option<RecordId>,
    kind: RecordKind,
    /// The firm's name, then and now.
    firm: String,
    officer: String,
    at: Option<Stamp>,
    deleted: bool,
    /// Whether it can be made a record again: nothing of it stands, and what it hangs on does.
    restorable: bool,
    newer: bool,
}

fn was<'r>(row: &'r Record, name: &str) -> &'r str {
    row.text(&format!("{}{name}", field::RECOVERED_FIELD))
}

fn shown(state: &State, row: &Record) -> Shown {
    let of: Option<RecordId> = row.text(field::RECOVERED_RECORD).parse().ok();
    let root: Option<RecordId> = row.text(field::RECOVERED_ROOT).parse().ok();
    let kind = RecordKind::from(row.text(field::RECOVERED_KIND).to_owned());
    let stands = |id: Option<RecordId>| id.is_some_and(|id| state.view().get(id).is_some());
    let deleted = row
        .fields
        .get(field::RECOVERED_DELETED)
        .is_some_and(FieldValue::is_true);
    let visited = |id: &str| id.parse().map(|id| visits::enterprise_name(state, id)).ok();
    let firm = match kind {
        RecordKind::Enterprise => Some(was(row, field::NAME).to_owned()),
        RecordKind::Visit | RecordKind::PlannedVisit => visited(was(row, field::ENTERPRISE)),
        RecordKind::Issue | RecordKind::Meeting => Some(was(row, field::TITLE).to_owned()),
        RecordKind::IssueStep | RecordKind::MeetingItem => {
            let root = root.and_then(|root| state.view().get(root));
            root.map(|root| root.text(field::TITLE).to_owned())
        }
        _ => root
            .and_then(|root| state.view().get(root))
            .map(|root| firms::name_about(state, root)),
    };
    let known = matches!(
        kind,
        RecordKind::Enterprise
            | RecordKind::Visit
            | RecordKind::PlannedVisit
            | RecordKind::Assignment
            | RecordKind::Issue
            | RecordKind::IssueStep
            | RecordKind::Meeting
            | RecordKind::MeetingItem
            | RecordKind::RepeatInstance
    );
    let newer = stands(of);
    Shown {
        row: row.clone(),
        firm: firm.unwrap_or_default(),
        officer: was(row, field::OFFICER).to_owned(),
        at: Stamp::parse(row.text(field::RECOVERED_AT)),
        deleted,
        restorable: known && of.is_some() && !newer && !deleted && (root == of || stands(root)),
        newer,
        of,
        kind,
    }
}

fn rows(state: &State) -> impl Iterator<Item = &Rc<Record>> {
    state.view().of_kind(&RecordKind::Recovered)
}

/// The act that makes the record anew under its own id, and closes what was found; without one, only the latter.
fn ending(shown: &Shown, restore: bool) -> Act {
    let row = &shown.row;
    let mut edits = Vec::new();
    if let Some(record) = shown.of.filter(|_| restore) {
        let mut fields: Map<String, FieldChange> = Map::new();
        for (name, value) in row.fields.iter() {
            if let Some(name) = name.strip_prefix(field::RECOVERED_FIELD) {
                let new = Some(value.clone());
                fields.insert(name.to_owned(), FieldChange { old: None, new });
            }
        }
        let root: Option<RecordId> = row.text(field::RECOVERED_ROOT).parse().ok();
        edits.push(Edit {
            record,
            root: root.filter(|root| *root != record),
            kind: shown.kind.clone(),
            scope: row.scope.clone(),
            op: Operation::Create,
            base: 0,
            fields,
            mends: None,
        });
    }
    edits.push(Edit {
        record: row.id,
        root: None,
        kind: RecordKind::Recovered,
        scope: row.scope.clone(),
        op: Operation::Delete,
        base: row.version,
        fields: Map::new(),
        mends: None,
    });
    Act {
        edits,
        submits: None,
    }
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
    let all = Memo::new(move |_| {
        store.read(|state| rows(state).map(|row| shown(state, row)).collect::<Vec<_>>())
    });
    let failed = RwSignal::new(false);
    view! {
        <Page title=t!(i18n, recovered.title) back=Signal::stored(routes::ME.to_owned())>
            <When on=Signal::derive(move || failed.get())>
                <p class="question__error" role="alert">{t!(i18n, save.failed)}</p>
            </When>
            <When on=Signal::derive(move || !all.with(Vec::is_empty))>
                <p class="question__help">{t!(i18n, recovered.help)}</p>
            </When>
            <For each=move || all.get() key=|shown| (shown.row.id, shown.restorable) let(shown)>
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
            let what = match shown.kind {
                RecordKind::Visit => t_string!(i18n, recovered.visit),
                RecordKind::RepeatInstance => t_string!(i18n, recovered.part),
                RecordKind::PlannedVisit => t_string!(i18n, plan.title),
                RecordKind::Assignment => t_string!(i18n, assign.people),
                RecordKind::Issue => t_string!(i18n, issue.one),
                RecordKind::IssueStep => t_string!(i18n, issue.change),
                RecordKind::Meeting | RecordKind::MeetingItem => t_string!(i18n, meeting.record),
                _ => t_string!(i18n, tab.enterprises),
            };
            let own = store.read_untracked(|state| state.meta().user.to_string());
            let who = match shown.officer.as_str() {
                _ if shown.row.text(field::RECOVERED_BY) == own => {
                    t_string!(i18n, conflict.mine).to_owned()
                }
                "" => t_string!(i18n, recovered.somebody).to_owned(),
                name => t_filled!(i18n, recovered.by, name = name),
            };
            let park = choices::park_name(store, &shown.row.scope);
            let at = shown.at.map(|at| format::instant(at, i18n.language()));
            [what.to_owned(), park, who, at.unwrap_or_default()].join(" · ")
        }
    };
    let end = {
        let shown = shown.clone();
        move |restore: bool| {
            let act = ending(&shown, restore);
            doing.run(|| async move {
                let done = store.act(act).await.is_ok();
                let _ = failed.try_set(!done);
            });
        }
    };
    let (restore, drop_it) = (end.clone(), end);
    let asked_name = name.clone();
    let note = match (shown.newer, shown.deleted) {
        (true, _) => Some(t!(i18n, recovered.newer)),
        (_, true) => Some(t!(i18n, recovered.deleted)),
        _ => None,
    };
    let restorable = shown.restorable;
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
                            let restore = restore.clone();
                            restorable.then(|| view! {
                                <button type="button" class="button button--small" on:click=move |_| restore(true)>
                                    {t!(i18n, recovered.restore)}
                                </button>
                            })
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
    let count = Memo::new(move |_| store.read(|state| rows(state).count()));
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
