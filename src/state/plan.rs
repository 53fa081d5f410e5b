//! The plan of a day: which firms, in what order, and what is worth knowing of each before one goes.

use super::{firms, store::Store, visits::enterprise_name};
use ruyuan_domain::{
    FieldChange, FieldValue, Map, Operation, Record, RecordId, RecordKind, Stamp, UserId,
    consts::field, order::sorted_by_key,
};
use ruyuan_sync::engine::{Edit, EngineError, State};
use std::rc::Rc;

/// A firm that was visited this many days ago or less is not bothered again without a thought.
const LATELY_DAYS: i64 = 30;

/// A firm to visit on a day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stop {
    /// The plan's record.
    pub id: RecordId,
    /// The firm.
    pub enterprise: RecordId,
    /// Its name; empty if this device does not have it.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Whom to ask for.
    pub contact: String,
    /// Their number.
    pub mobile: String,
    /// The visit made on that day, if there is one.
    pub visit: Option<RecordId>,
    /// Whoever visited it lately.
    pub lately: Option<Lately>,
    position: i64,
}

/// A visit that was not long ago.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lately {
    /// How many days before; 0 on the same day.
    pub days: i64,
    /// By whom.
    pub officer: String,
}

/// Who plans.
#[derive(Clone, Debug)]
pub struct Planner {
    /// Their id.
    pub user: UserId,
    /// Their name, as colleagues see it.
    pub name: String,
}

impl Stop {
    /// What is shown of it, wherever it stands in the order.
    pub fn shown(&self) -> Self {
        Self {
            position: 0,
            ..self.clone()
        }
    }
}

/// Days since the epoch of a calendar date.
pub(super) fn days_of(date: &str) -> Option<i64> {
    let midnight = Stamp::parse(&format!("{date}T00:00:00Z"))?;
    Some(midnight.unix_ms().div_euclid(24 * 60 * 60 * 1000))
}

fn day_of_visit(visit: &Record) -> String {
    Stamp::parse(visit.text(field::STARTED_AT)).map_or_else(String::new, Stamp::iso_date)
}

/// Whether a visit was made on a day: begun or handed in then.
fn is_of_day(visit: &Record, date: &str) -> bool {
    let at = |name: &str| Stamp::parse(visit.text(name)).map(Stamp::iso_date);
    [field::STARTED_AT, field::SUBMITTED_AT]
        .iter()
        .any(|name| at(name).as_deref() == Some(date))
}

/// The person's stops of a day, in their order.
pub fn of_day(store: Store, date: &str) -> Vec<Stop> {
    store.read(|state| stops(state, date))
}

fn own<'a>(state: &'a State, date: &'a str) -> impl Iterator<Item = &'a Rc<Record>> {
    let user = state.meta().user.to_string();
    let planned = state.view().of_kind(&RecordKind::PlannedVisit);
    planned.filter(move |plan| {
        plan.text(field::PLANNED_ON) == date && plan.text(field::PLANNED_FOR) == user
    })
}

fn stops(state: &State, date: &str) -> Vec<Stop> {
    let rows: Vec<Stop> = own(state, date)
        .filter_map(|plan| {
            let enterprise = firms::firm_of(state, plan)?;
            let firm = state.view().get(enterprise);
            let text = |name: &str| {
                firm.map(|firm| firm.text(name).to_owned())
                    .unwrap_or_default()
            };
            let visits = || visits_of(state, enterprise);
            Some(Stop {
                id: plan.id,
                enterprise,
                name: enterprise_name(state, enterprise),
                address: text("address"),
                contact: text("contact_name"),
                mobile: text("contact_mobile"),
                visit: visits()
                    .find(|visit| is_of_day(visit, date))
                    .map(|visit| visit.id),
                lately: lately(visits(), date),
                position: plan.integer(field::POSITION).unwrap_or_default(),
            })
        })
        .collect();
    sorted_by_key(rows, |stop| (stop.position, stop.id))
}

/// The visits to a firm, in no order.
pub(super) fn visits_of(state: &State, enterprise: RecordId) -> impl Iterator<Item = &Rc<Record>> {
    firms::about(state, &RecordKind::Visit, enterprise)
}

/// The latest visit of the thirty days up to a date, the date itself included.
fn lately<'a>(visits: impl Iterator<Item = &'a Rc<Record>>, date: &str) -> Option<Lately> {
    let day = days_of(date)?;
    let known = visits.filter_map(|visit| {
        let days = day - days_of(&day_of_visit(visit))?;
        (0..=LATELY_DAYS).contains(&days).then(|| Lately {
            days,
            officer: visit.text(field::OFFICER).to_owned(),
        })
    });
    known.min_by_key(|lately| lately.days)
}

/// Whether and by whom a firm was visited in the thirty days up to a date.
pub fn lately_visited(store: Store, enterprise: RecordId, date: &str) -> Option<Lately> {
    store.read(|state| lately(visits_of(state, enterprise), date))
}

/// Where to go after a firm: the first stop of the day that is still to be made.
pub fn next_stop(store: Store, date: &str, after: RecordId) -> Option<RecordId> {
    let stops = store.read_untracked(|state| stops(state, date));
    // A firm that this device does not have cannot be opened here.
    let mut open = stops
        .iter()
        .filter(|stop| stop.visit.is_none() && !stop.name.is_empty());
    open.find(|stop| stop.enterprise != after)
        .map(|stop| stop.enterprise)
}

/// Plans firms for a day, after those that are planned already. A firm that is planned for it is left as it is.
///
/// # Errors
/// As [`Store::act`].
pub async fn add(
    store: Store,
    planner: Planner,
    date: String,
    firms: Vec<RecordId>,
) -> Result<(), EngineError> {
    let edits = store.read_untracked(|state| {
        let planned = stops(state, &date);
        let last = planned.iter().map(|stop| stop.position).max().unwrap_or(0);
        let fresh = firms.into_iter().filter(|firm| {
            let known = |stop: &Stop| stop.enterprise == *firm;
            !planned.iter().any(known)
        });
        let mut edits = Vec::new();
        for (firm, position) in fresh.zip(last.saturating_add(1)..) {
            if let Some(firm) = state.view().get(firm) {
                edits.push(planned_visit(store, firm, &planner, &date, position));
            }
        }
        edits
    });
    store.edit(edits).await
}

fn planned_visit(
    store: Store,
    firm: &Record,
    planner: &Planner,
    date: &str,
    position: i64,
) -> Edit {
    let values: [(&str, FieldValue); 5] = [
        (field::ENTERPRISE, firm.id.to_string().into()),
        (field::PLANNED_ON, date.into()),
        (field::PLANNED_FOR, planner.user.to_string().into()),
        (field::OFFICER, planner.name.as_str().into()),
        (field::POSITION, position.into()),
    ];
    let mut fields = Map::new();
    for (name, value) in values {
        let new = Some(value);
        fields.insert(name.to_owned(), FieldChange { old: None, new });
    }
    Edit {
        record: RecordId::new(store.id_seed()),
        root: None,
        kind: RecordKind::PlannedVisit,
        scope: firm.scope.clone(),
        op: Operation::Create,
        base: 0,
        fields,
        mends: None,
    }
}

fn of_plan(plan: &Record, op: Operation) -> Edit {
    Edit {
        record: plan.id,
        root: None,
        kind: RecordKind::PlannedVisit,
        scope: plan.scope.clone(),
        op,
        base: plan.version,
        fields: Map::new(),
        mends: None,
    }
}

/// Puts the stops into this order.
///
/// # Errors
/// As [`Store::act`].
pub async fn arrange(store: Store, order: Vec<RecordId>) -> Result<(), EngineError> {
    let edits = store.read_untracked(|state| {
        let mut edits = Vec::new();
        for (id, position) in order.iter().zip(1_i64..) {
            let Some(plan) = state.view().get(*id) else {
                continue;
            };
            let old = plan.fields.get(field::POSITION).cloned();
            let new = Some(FieldValue::from(position));
            if old != new {
                let mut edit = of_plan(plan, Operation::Update);
                let change = FieldChange { old, new };
                edit.fields.insert(field::POSITION.to_owned(), change);
                edits.push(edit);
            }
        }
        edits
    });
    store.edit(edits).await
}

/// Takes a stop out of the plan.
///
/// # Errors
/// As [`Store::act`].
pub async fn remove(store: Store, id: RecordId) -> Result<(), EngineError> {
    let plan = store.read_untracked(|state| state.view().get(id).cloned());
    let edits = plan.map(|plan| of_plan(&plan, Operation::Delete));
    store.edit(edits.into_iter().collect()).await
}

/// Puts one back that was taken out.
///
/// # Errors
/// As [`Store::act`].
pub async fn put_back(store: Store, plan: &Record) -> Result<(), EngineError> {
    store.edit(vec![of_plan(plan, Operation::Restore)]).await
}
