//! 例会: the meetings that go through what is open, what they concluded, and both as text for a chat.

use super::{
    edits::{created, edited, updated},
    issues::{self, Actor, IssueRow},
    session::Session,
    store::Store,
};
use crate::{
    components::format,
    i18n::{I18n, t_filled},
};
use ruyuan_domain::{
    FieldValue, Fields, Operation, Record, RecordId, RecordKind, ScopeId, consts::field,
    ledger::Step, order::sorted_by_key,
};
use ruyuan_sync::engine::{Edit, State, SyncMark};
use std::{cmp::Reverse, rc::Rc};

/// A meeting as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MeetingRow {
    /// The meeting.
    pub id: RecordId,
    /// What it is called.
    pub title: String,
    /// Its day (ISO 8601).
    pub held_on: String,
    /// The scope it is in.
    pub scope: ScopeId,
    /// How many items its agenda has.
    pub items: usize,
    /// How it stands with the server.
    pub mark: SyncMark,
}

/// An item of an agenda, with its issue as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The item.
    pub record: Rc<Record>,
    /// Its issue, if it is here.
    pub issue: Option<Rc<IssueRow>>,
}

/// A meeting with its agenda in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The meeting.
    pub meeting: Record,
    /// Its agenda.
    pub items: Vec<Item>,
    /// Its fields for which two people have different values.
    pub conflicts: Vec<RecordId>,
    /// How it stands with the server.
    pub mark: SyncMark,
}

/// All meetings, the latest first.
pub fn all(store: Store) -> Vec<MeetingRow> {
    store.read(|state| {
        let meetings = state.view().of_kind(&RecordKind::Meeting);
        let rows = meetings.map(|meeting| MeetingRow {
            id: meeting.id,
            title: meeting.text(field::TITLE).to_owned(),
            held_on: meeting.text(field::HELD_ON).to_owned(),
            scope: meeting.scope.clone(),
            items: items_of(state, meeting.id).count(),
            mark: state.mark(meeting.id),
        });
        sorted_by_key(rows.collect(), |row: &MeetingRow| {
            Reverse((row.held_on.clone(), row.id))
        })
    })
}

fn items_of(state: &State, meeting: RecordId) -> impl Iterator<Item = &Rc<Record>> {
    let children = state.view().children(meeting);
    children.filter(|child| child.kind == RecordKind::MeetingItem)
}

/// The items in the order of the agenda.
fn agenda(state: &State, meeting: RecordId) -> Vec<Rc<Record>> {
    sorted_by_key(
        items_of(state, meeting).cloned().collect(),
        |item: &Rc<Record>| (item.integer(field::POSITION), item.id),
    )
}

/// A meeting as it stands.
pub fn shown(store: Store, session: Session, id: RecordId) -> Option<Shown> {
    let rows = issues::all(store, session);
    store.read(|state| {
        let meeting = state.view().get(id)?;
        let items = agenda(state, id).into_iter().map(|record| {
            let about = record.text(field::ISSUE);
            let issue = rows.iter().find(|row| row.id.to_string() == about).cloned();
            Item { record, issue }
        });
        let open = state.view().children(id).filter(|child| {
            child.kind == RecordKind::Conflict
                && child.text(field::CONFLICT_STATUS) == ruyuan_sync::merge::OPEN
        });
        Some(Shown {
            meeting: Record::clone(meeting),
            items: items.collect(),
            conflicts: open.map(|conflict| conflict.id).collect(),
            mark: state.mark(id),
        })
    })
}

/// Whether a meeting of this scope goes through what is in another: its own, and for a county that of its parks.
fn covers(meeting: &ScopeId, issue: &ScopeId) -> bool {
    let of_county = || {
        let park = issue.park_code()?.strip_prefix(meeting.county_code()?)?;
        Some(park.starts_with('-'))
    };
    meeting == issue || of_county() == Some(true)
}

/// What a meeting of this scope could go through, in the ledger's order, each with whether it is overdue or due this
/// week, to Sunday. What is on its agenda already is left out.
pub fn candidates(
    store: Store,
    session: Session,
    scope: &ScopeId,
    meeting: Option<RecordId>,
) -> Vec<(Rc<IssueRow>, bool)> {
    let left_of_week = 6 - store.now().weekday();
    let taken: Vec<String> = store.read(|state| {
        let items = meeting.map(|id| agenda(state, id)).unwrap_or_default();
        let issues = items.iter().map(|item| item.text(field::ISSUE).to_owned());
        issues.collect()
    });
    let open = issues::all(store, session).into_iter().filter(|row| {
        row.is_open() && covers(scope, &row.scope) && !taken.contains(&row.id.to_string())
    });
    let ticked = |row: Rc<IssueRow>| {
        let due = row.days_left.is_some_and(|days| days <= left_of_week);
        (row, due)
    };
    open.map(ticked).collect()
}

/// What a meeting begins with.
pub fn begun(store: Store, actor: &Actor, title: &str) -> Fields {
    [
        (field::TITLE, title.to_owned()),
        (field::HELD_ON, store.now().iso_date()),
        (field::OFFICER, actor.name.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), FieldValue::from(value)))
    .into()
}

fn item(store: Store, meeting: RecordId, scope: &ScopeId, issue: RecordId, position: i64) -> Edit {
    let mut fields = Fields::new();
    fields.insert(field::ISSUE.to_owned(), issue.to_string().into());
    fields.insert(field::POSITION.to_owned(), position.into());
    let id = RecordId::new(store.id_seed());
    created(
        id,
        Some(meeting),
        RecordKind::MeetingItem,
        scope.clone(),
        fields,
    )
}

/// The edits that make a meeting with its agenda, and its id.
pub fn held(
    store: Store,
    scope: ScopeId,
    fields: Fields,
    agenda: Vec<RecordId>,
) -> (RecordId, Vec<Edit>) {
    let id = RecordId::new(store.id_seed());
    let mut edits = vec![created(
        id,
        None,
        RecordKind::Meeting,
        scope.clone(),
        fields,
    )];
    for (issue, position) in agenda.into_iter().zip(1..) {
        edits.push(item(store, id, &scope, issue, position));
    }
    (id, edits)
}

/// The edits that put more issues on the agenda, after those that are there.
pub fn added(store: Store, meeting: &Record, issues: Vec<RecordId>) -> Vec<Edit> {
    let last = store.read_untracked(|state| {
        let items = items_of(state, meeting.id);
        items.filter_map(|item| item.integer(field::POSITION)).max()
    });
    let mut edits = Vec::new();
    for (issue, at) in issues
        .into_iter()
        .zip(last.unwrap_or(0).saturating_add(1)..)
    {
        edits.push(item(store, meeting.id, &meeting.scope, issue, at));
    }
    edits
}

/// The edits that carry an item one place up or down; none where there is no such place.
pub fn carried(store: Store, item: &Record, down: bool) -> Vec<Edit> {
    let mut items = store.read_untracked(|state| agenda(state, item.root));
    let from = items.iter().position(|known| known.id == item.id);
    let to = from.and_then(|from| {
        if down {
            Some(from + 1)
        } else {
            from.checked_sub(1)
        }
    });
    let Some((from, to)) = from.zip(to).filter(|(_, to)| *to < items.len()) else {
        return Vec::new();
    };
    items.swap(from, to);
    let mut edits = Vec::new();
    for (item, at) in items.iter().zip(1_i64..) {
        edits.push(updated(item, [(field::POSITION, Some(at.into()))]));
    }
    edits
}

/// The edit that takes an item off the agenda, or puts it back.
pub fn taken_off(item: &Record, off: bool) -> Vec<Edit> {
    let op = match off {
        true => Operation::Delete,
        false => Operation::Restore,
    };
    vec![edited(item, op)]
}

/// The edit that changes what a meeting says of itself.
pub fn changed(meeting: &Record, fields: &Fields) -> Vec<Edit> {
    let names = [
        field::TITLE,
        field::HELD_ON,
        field::PLACE,
        field::ATTENDEES,
        field::MINUTES,
    ];
    let values = names.map(|name| (name, fields.get(name).cloned()));
    vec![updated(meeting, values)]
}

/// The edits that write down what was concluded about an item. Where something follows from it, that is a step of the
/// issue too, in the same act.
pub fn concluded(
    store: Store,
    item: &Record,
    conclusion: Option<FieldValue>,
    follows: Option<(Rc<Record>, Step, Fields)>,
) -> Vec<Edit> {
    let mut edits = vec![updated(item, [(field::CONCLUSION, conclusion)])];
    if let Some((issue, step, said)) = follows {
        edits.extend(issues::step_edits(store, &issue, step, said));
    }
    edits
}

/// A meeting as text: its agenda as it stands, or its minutes with what was concluded.
pub fn text(i18n: I18n, shown: &Shown, minutes: bool) -> String {
    let language = i18n.language();
    let of = |name: &str| shown.meeting.text(name).to_owned();
    let title = of(field::TITLE);
    let mut lines = vec![match minutes {
        true => t_filled!(i18n, meeting.minutes_of, title = title),
        false => t_filled!(i18n, meeting.agenda_of, title = title),
    }];
    let day = format::date(&of(field::HELD_ON), language);
    lines.push(t_filled!(i18n, meeting.time, text = day));
    let (place, attendees) = (of(field::PLACE), of(field::ATTENDEES));
    if !place.is_empty() {
        lines.push(t_filled!(i18n, meeting.place, text = place));
    }
    if !attendees.is_empty() {
        lines.push(t_filled!(i18n, meeting.attendees, text = attendees));
    }
    for (item, n) in shown.items.iter().zip(1..) {
        let Some(issue) = &item.issue else {
            continue;
        };
        let firm = match issue.firm.is_empty() {
            true => String::new(),
            false => format!("（{}）", issue.firm),
        };
        lines.push(format!("{n}. {}{firm}", issue.title));
        let conclusion = item.record.text(field::CONCLUSION);
        if minutes && !conclusion.is_empty() {
            lines.push(t_filled!(i18n, meeting.concluded, text = conclusion));
        }
        let mut stands = vec![issue.status.label(language).to_owned()];
        if issue.is_open() && !issue.responsible.is_empty() {
            stands.push(t_filled!(
                i18n,
                meeting.action,
                name = issue.responsible,
                date = format::date(&issue.due_on, language)
            ));
        }
        if let Some(days) = issue.days_left.filter(|days| *days < 0) {
            stands.push(t_filled!(i18n, issue.overdue_by, n = -days));
        }
        lines.push(stands.join("，"));
    }
    let said = of(field::MINUTES);
    if minutes && !said.is_empty() {
        lines.push(said);
    }
    lines.join("\n")
}

/// The step that a conclusion with a person and a date is: the meeting's 交办 begins today.
pub fn action_begun(store: Store, actor: &Actor, issue: &Record, step: Step) -> Fields {
    let mut fields = issues::step_begun(store, actor, step);
    if step == Step::Assigned {
        for name in [field::RESPONSIBLE_NAME, field::RESPONSIBLE_UNIT] {
            if let Some(value) = issue.fields.get(name) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
    }
    fields
}
