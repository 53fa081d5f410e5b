//! The ledger of issues: what is open, whose it is and by when; and what a person does about one.

use super::{
    edits::{created, updated},
    firms,
    plan::days_of,
    session::Session,
    store::Store,
    visits::enterprise_name,
};
use ruyuan_domain::{
    FieldValue, Fields, Record, RecordId, RecordKind, ScopeId, Stamp, UserId,
    consts::{ANSWER, field},
    ledger::{IssueStatus, PainPoint, Step},
    order::sorted_by_key,
};
use ruyuan_sync::engine::{Edit, State, SyncMark};
use std::{cmp::Reverse, rc::Rc};

/// How many characters of what was said at a visit an issue is called by: two lines of a list.
const TITLE_LENGTH: usize = 40;

/// What is due within so many days is shown on 今日.
const SOON_DAYS: i64 = 7;

/// An issue as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IssueRow {
    /// The issue.
    pub id: RecordId,
    /// What it is about.
    pub title: String,
    /// The firm's name; empty where it names none, or none that is here.
    pub firm: String,
    /// Where it stands.
    pub status: IssueStatus,
    /// What kind of difficulty it is.
    pub category: PainPoint,
    /// Who is responsible; empty while nobody is.
    pub responsible: String,
    /// By when (ISO 8601); empty where nothing was said.
    pub due_on: String,
    /// Days until then, negative once they are over; none for one without a date, or that is closed.
    pub days_left: Option<i64>,
    /// Whether this person is responsible.
    pub own: bool,
    /// The scope it is in.
    pub scope: ScopeId,
    /// How it stands with the server.
    pub mark: SyncMark,
    raised_on: String,
    closed_on: String,
    /// What a search looks at, in lower case.
    haystack: String,
}

impl IssueRow {
    /// Whether it is not closed.
    pub fn is_open(&self) -> bool {
        self.status != IssueStatus::Closed
    }

    /// Whether its day has passed.
    pub fn is_overdue(&self) -> bool {
        self.days_left.is_some_and(|days| days < 0)
    }
}

/// Which part of the ledger is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// 未销号.
    Open,
    /// 待交办.
    Unassigned,
    /// 我负责.
    Own,
    /// 已逾期.
    Overdue,
    /// 已销号.
    Closed,
}

impl Filter {
    /// All of them, each with its name in an address.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Open, "open"),
        (Self::Unassigned, "unassigned"),
        (Self::Own, "own"),
        (Self::Overdue, "overdue"),
        (Self::Closed, "closed"),
    ];

    /// Whether an issue belongs to this part.
    pub fn takes(self, row: &IssueRow) -> bool {
        match self {
            Self::Open => row.is_open(),
            Self::Unassigned => row.status == IssueStatus::Reported,
            Self::Own => row.is_open() && row.own,
            Self::Overdue => row.is_overdue(),
            Self::Closed => !row.is_open(),
        }
    }
}

/// Who acts.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Their id.
    pub user: UserId,
    /// Their name, as colleagues see it.
    pub name: String,
}

impl Actor {
    /// The person signed in.
    pub fn of(session: Session) -> Option<Self> {
        let view = session.view_untracked()?;
        Some(Self {
            user: view.user,
            name: view.display_name,
        })
    }
}

fn row(state: &State, own_name: &str, today: i64, issue: &Record) -> Rc<IssueRow> {
    let firm = issue.text(field::ENTERPRISE).parse().ok();
    let firm = firm.map(|firm| enterprise_name(state, firm));
    let firm = firm.unwrap_or_default();
    let status = IssueStatus::of_record(&issue.fields);
    let (title, responsible) = (
        issue.text(field::TITLE),
        issue.text(field::RESPONSIBLE_NAME),
    );
    let due_on = issue.text(field::DUE_ON);
    let open = status != IssueStatus::Closed;
    Rc::new(IssueRow {
        id: issue.id,
        title: title.to_owned(),
        haystack: format!("{title} {firm} {responsible}").to_ascii_lowercase(),
        firm,
        status,
        category: PainPoint::of(issue.text(field::CATEGORY)).unwrap_or(PainPoint::Other),
        responsible: responsible.to_owned(),
        due_on: due_on.to_owned(),
        days_left: days_of(due_on).filter(|_| open).map(|due| due - today),
        own: is_own(state, own_name, issue),
        scope: issue.scope.clone(),
        mark: state.mark(issue.id),
        raised_on: issue.text(field::RAISED_ON).to_owned(),
        closed_on: issue.text(field::CLOSED_ON).to_owned(),
    })
}

/// Whether this person is responsible: by their account, or by the name that was written down where no account was
/// known. Where two people named two, both see it until one is chosen.
fn is_own(state: &State, own_name: &str, issue: &Record) -> bool {
    issue.text(field::RESPONSIBLE) == state.meta().user.to_string()
        || (!own_name.is_empty() && issue.text(field::RESPONSIBLE_NAME) == own_name)
}

fn rows_of<'a>(
    state: &State,
    own_name: &str,
    today: Stamp,
    issues: impl Iterator<Item = &'a Rc<Record>>,
) -> Vec<Rc<IssueRow>> {
    let today = days_of(&today.iso_date()).unwrap_or_default();
    let rows = issues.map(|issue| row(state, own_name, today, issue));
    let (open, closed): (Vec<_>, Vec<_>) = rows.partition(|row| row.is_open());
    // What is overdue comes first, then by date; what has none waits longest first.
    let mut rows = sorted_by_key(open, |row: &Rc<IssueRow>| {
        (
            row.due_on.is_empty(),
            row.due_on.clone(),
            row.raised_on.clone(),
            row.id,
        )
    });
    rows.extend(sorted_by_key(closed, |row: &Rc<IssueRow>| {
        Reverse((row.closed_on.clone(), row.id))
    }));
    rows
}

fn own_name(session: Session) -> String {
    let view = session.view();
    view.map(|view| view.display_name).unwrap_or_default()
}

/// Every issue, what is open first, and of that what is due first.
pub fn all(store: Store, session: Session) -> Vec<Rc<IssueRow>> {
    let (name, now) = (own_name(session), store.now());
    store.read(|state| {
        let issues = state.view().of_kind(&RecordKind::Issue);
        rows_of(state, &name, now, issues)
    })
}

/// The issues that name this record in a field: a firm's, or those met at a visit.
pub fn naming(store: Store, session: Session, by: &str, id: RecordId) -> Vec<Rc<IssueRow>> {
    let (name, now) = (own_name(session), store.now());
    store.read(|state| {
        // A firm is named under any record of it that was merged.
        let stands = |id| match by {
            field::ENTERPRISE => firms::stands_for(state, id),
            _ => id,
        };
        let id = stands(id);
        let issues = state.view().of_kind(&RecordKind::Issue);
        let naming = issues.filter(|issue| issue.text(by).parse().is_ok_and(|of| stands(of) == id));
        rows_of(state, &name, now, naming)
    })
}

/// What this person is responsible for and is due within a week, or overdue.
pub fn due_soon(store: Store, session: Session) -> Vec<Rc<IssueRow>> {
    let mut rows = all(store, session);
    rows.retain(|row| row.own && row.days_left.is_some_and(|days| days <= SOON_DAYS));
    rows
}

/// The issues of a part of the ledger, of a kind if one is named, in which every word of the search is.
pub fn matching(
    rows: &[Rc<IssueRow>],
    filter: Filter,
    category: Option<PainPoint>,
    search: &str,
) -> Vec<Rc<IssueRow>> {
    let search = search.to_ascii_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let found = rows.iter().filter(|row| {
        filter.takes(row)
            && category.is_none_or(|category| category == row.category)
            && words.iter().all(|word| row.haystack.contains(word))
    });
    found.cloned().collect()
}

/// How many there are of each kind, most first; kinds without any are left out.
pub fn by_kind(rows: &[Rc<IssueRow>], filter: Filter) -> Vec<(PainPoint, usize)> {
    let counted = PainPoint::ALL.iter().map(|kind| {
        let of_kind = rows
            .iter()
            .filter(|row| row.category == *kind && filter.takes(row));
        (*kind, of_kind.count())
    });
    let counts: Vec<_> = counted.filter(|(_, count)| *count > 0).collect();
    sorted_by_key(counts, |(_, count)| Reverse(*count))
}

/// An issue with its history, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The issue.
    pub issue: Record,
    /// The same as a list shows it.
    pub row: Rc<IssueRow>,
    /// What was done about it.
    pub steps: Vec<Rc<Record>>,
    /// Its fields for which two people have different values.
    pub conflicts: Vec<RecordId>,
}

/// An issue as it stands.
pub fn shown(store: Store, session: Session, id: RecordId) -> Option<Shown> {
    let (name, now) = (own_name(session), store.now());
    store.read(|state| {
        let issue = state.view().get(id)?;
        let children = |kind: RecordKind| {
            let all = state.view().children(id);
            all.filter(move |child| child.kind == kind)
        };
        let steps: Vec<_> = children(RecordKind::IssueStep).cloned().collect();
        let open = children(RecordKind::Conflict)
            .filter(|conflict| conflict.text(field::CONFLICT_STATUS) == ruyuan_sync::merge::OPEN);
        Some(Shown {
            row: rows_of(state, &name, now, std::iter::once(issue)).pop()?,
            issue: Record::clone(issue),
            steps: sorted_by_key(steps, |step| {
                let at = Stamp::parse(step.text(field::STEPPED_AT));
                (at.map(Stamp::unix_ms), step.id)
            }),
            conflicts: open.map(|conflict| conflict.id).collect(),
        })
    })
}

/// The names of colleagues that this device has met, each with the account it belongs to.
fn people(state: &State) -> Vec<(&str, &str)> {
    let mut people: Vec<(&str, &str)> = Vec::new();
    for (kind, name, account) in [
        (RecordKind::Visit, field::OFFICER, field::SUBMITTED_BY),
        (RecordKind::PlannedVisit, field::OFFICER, field::PLANNED_FOR),
        (RecordKind::Issue, field::OFFICER, field::RAISED_BY),
    ] {
        for record in state.view().of_kind(&kind) {
            let person = (record.text(name), record.text(account));
            if !person.0.is_empty() && !person.1.is_empty() && !people.contains(&person) {
                people.push(person);
            }
        }
    }
    people
}

/// The account of a name, if it is one person's.
pub fn account_of(state: &State, name: &str) -> Option<FieldValue> {
    let mut known = people(state).into_iter().filter(|person| person.0 == name);
    let (_, account) = known.next()?;
    known.next().is_none().then(|| account.into())
}

/// Who may be made responsible, and the offices that were named before: offered beside the fields, others are typed.
pub fn suggestions(store: Store, name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        if !word.is_empty() && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    };
    store.read_untracked(|state| {
        if name == field::RESPONSIBLE_NAME {
            people(state).iter().for_each(|(name, _)| add(name));
        }
        if [field::RESPONSIBLE_NAME, field::RESPONSIBLE_UNIT].contains(&name) {
            let issues = state.view().of_kind(&RecordKind::Issue);
            issues.for_each(|issue| add(issue.text(name)));
        }
    });
    words
}

/// What an issue begins with: raised today by this person, and what was said at the visit where it was met.
pub fn begun(store: Store, actor: &Actor, visit: Option<RecordId>) -> Fields {
    let mut fields: Fields = [
        (field::RAISED_ON, store.now().iso_date()),
        (field::RAISED_BY, actor.user.to_string()),
        (field::OFFICER, actor.name.clone()),
        (field::STATUS, IssueStatus::Reported.as_str().to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), FieldValue::from(value)))
    .into();
    if let Some(id) = visit {
        fields.insert(field::VISIT.to_owned(), id.to_string().into());
    }
    let record = visit.and_then(|id| store.read_untracked(|state| state.view().get(id).cloned()));
    if let Some(visit) = record {
        let said = visit.text(&format!("{ANSWER}issue_description"));
        let kinds = visit.text(&format!("{ANSWER}issue_kinds"));
        let kind = kinds.split(' ').find(|kind| !["", "none"].contains(kind));
        if let Some(kind) = kind {
            let kind = PainPoint::of_answer(kind).as_str();
            fields.insert(field::CATEGORY.to_owned(), kind.into());
        }
        // The beginning says what it is about; what is said twice would be read twice.
        let line = said.lines().next().unwrap_or_default();
        let title: String = line.chars().take(TITLE_LENGTH).collect();
        if title != said {
            fields.insert(field::DETAILS.to_owned(), said.into());
        }
        if !title.is_empty() {
            fields.insert(field::TITLE.to_owned(), title.into());
        }
    }
    fields
}

/// What a step begins with.
pub fn step_begun(store: Store, actor: &Actor, step: Step) -> Fields {
    [
        (field::STEP, step.as_str().to_owned()),
        (field::OFFICER, actor.name.clone()),
        (field::STEPPED_AT, store.now().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), FieldValue::from(value)))
    .into()
}

/// The edits that write an issue down, with the first step of its history, and its id.
pub fn raised(
    store: Store,
    actor: &Actor,
    scope: ScopeId,
    fields: Fields,
) -> (RecordId, Vec<Edit>) {
    let id = RecordId::new(store.id_seed());
    let step = step_begun(store, actor, Step::Reported);
    let issue = created(id, None, RecordKind::Issue, scope.clone(), fields);
    (id, vec![issue, created_step(store, id, scope, step)])
}

/// The step itself. The moment that counts is that of saving.
fn created_step(store: Store, issue: RecordId, scope: ScopeId, mut said: Fields) -> Edit {
    let now = FieldValue::from(store.now().to_string());
    said.insert(field::STEPPED_AT.to_owned(), now);
    let id = RecordId::new(store.id_seed());
    created(id, Some(issue), RecordKind::IssueStep, scope, said)
}

/// The edits of a step: what it makes of the issue, as that stood on the screen, and the step itself.
pub fn step_edits(store: Store, issue: &Record, step: Step, said: Fields) -> Vec<Edit> {
    let named = !issue.text(field::RESPONSIBLE_NAME).is_empty();
    let mut values: Vec<(&'static str, Option<FieldValue>)> = Vec::new();
    if let Some(status) = step.leads_to(named) {
        values.push((field::STATUS, Some(status.as_str().into())));
    }
    match step {
        Step::Assigned => {
            for name in [
                field::RESPONSIBLE_NAME,
                field::RESPONSIBLE_UNIT,
                field::DUE_ON,
            ] {
                values.push((name, said.get(name).cloned()));
            }
            let name = said.get(field::RESPONSIBLE_NAME);
            let name = name.and_then(FieldValue::as_text).unwrap_or_default();
            let account = store.read_untracked(|state| account_of(state, name));
            values.push((field::RESPONSIBLE, account));
        }
        Step::Closed => values.push((field::CLOSED_ON, Some(store.now().iso_date().into()))),
        Step::Reopened => values.push((field::CLOSED_ON, None)),
        _ => {}
    }
    vec![
        updated(issue, values),
        created_step(store, issue.id, issue.scope.clone(), said),
    ]
}
