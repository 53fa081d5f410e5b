//! The steps of a run: what people do, and what goes wrong.

use crate::{
    people::PARKS,
    phone::{Done, SimEngine, Typed},
    world::World,
};
use ruyuan_domain::{
    FieldChange, FieldValue, Map, Mid, MutationId, Operation, Record, RecordId, RecordKind,
    ScopeId, consts::field,
};
use ruyuan_sync::{
    engine::{Act, Edit, State},
    merge::OPEN,
};
use std::rc::Rc;

/// Fields of a firm that the simulated people edit.
const FIELDS: [&str; 3] = ["name", "address", "industry"];

/// Most phones of a run.
const MOST_PHONES: usize = 7;

impl World {
    /// Draws and takes one step.
    pub(crate) fn step(&mut self) -> Result<(), Vec<String>> {
        let phone = self.draw(self.phones.len());
        let tab = self.draw(self.phones[phone].tabs.len());
        let busy = self.phones[phone].tabs[tab].tasks.len();
        match self.draw(1000) {
            0..650 if busy > 0 => {
                let task = self.draw(busy);
                if let Some(done) = self.phones[phone].poll(tab, task) {
                    self.take(phone, tab, done)?;
                }
            }
            650..800 if busy < 3 => self.act(phone, tab),
            // Some browsers have no locks.
            800..920 if busy < 3 && self.every_fault && self.chance(50) => {
                self.phones[phone].sync_alone(tab);
            }
            800..920 if busy < 3 => self.phones[phone].sync(tab),
            920..930 => self.phones[phone].begin(tab, |engine| async move {
                Done::Other(engine.follow().await.map(drop))
            }),
            930..940 => self.phones[phone].begin(tab, |engine| async move {
                Done::Other(engine.compact().await)
            }),
            940..960 => {
                self.tell(|| format!("phone {phone}, tab {tab} dies"));
                self.summary.crashes += 1;
                if !self.phones[phone].tabs[tab].signed_out {
                    self.phones[phone].reopen(tab);
                }
            }
            960..1000 => self.fault(phone),
            _ => {}
        }
        Ok(())
    }

    fn fault(&mut self, phone: usize) {
        let kind = self.draw(if self.every_fault { 11 } else { 9 });
        self.tell(|| format!("fault {kind} at phone {phone}"));
        match kind {
            0 => {
                let days = i64::try_from(self.draw(400)).unwrap_or_default() - 200;
                let clock = &self.phones[phone].clock.offset_ms;
                clock.set(clock.get() + days * 24 * 60 * 60 * 1000);
            }
            1 => self.phones[phone].disk.full.set(1 + self.draw(3) as u32),
            2 if self.regrants => self.regrant(),
            3 if self.restores => self.backup = Some(self.network.server.backup()),
            4 if self.restores && self.chance(40) => {
                if let Some(backup) = self.backup.clone() {
                    self.tell(|| "the server is set back".to_owned());
                    self.summary.restores += 1;
                    self.network.server.restore(backup);
                }
            }
            5 if self.phones.len() < MOST_PHONES && self.chance(30) => {
                let disk = self.phones[phone].disk.copied();
                self.add_phone(self.phones[phone].person, disk, 1);
            }
            // A phone that lost rows cannot bring them back to a server that lost them too.
            6 if !self.restores => {
                let n = self.draw(8);
                self.phones[phone].disk.store.lose_rows(n);
            }
            7 => {
                let park = ScopeId::park(PARKS[self.draw(PARKS.len())]);
                self.network.server.forget_exits(&park);
            }
            8 => self.deliver_late(),
            9 if self.chance(60) => self.lose(phone),
            10 => self.sign_in_anew(phone),
            _ => {}
        }
    }

    /// A phone is lost, and its administrator has it wiped.
    fn lose(&self, phone: usize) {
        let mut tabs = self.phones[phone].tabs.iter();
        let Some(engine) = tabs.find_map(|tab| tab.engine.as_ref()) else {
            return;
        };
        let device = engine.state().meta().device;
        if let Some(administrator) = self.network.people.last() {
            let server = &self.network.server;
            server.order_wiped(device, administrator);
        }
    }

    fn deliver_late(&self) {
        let waiting = self.network.late.borrow().len();
        if waiting > 0 {
            let late = self
                .network
                .late
                .borrow_mut()
                .swap_remove(self.draw(waiting));
            let person = &self.network.people[late.person];
            // Nobody waits for the answer any more.
            let _ = self.network.server.push(person, late.request);
        }
    }

    /// Somebody is moved to another park, or is given one beside.
    fn regrant(&mut self) {
        self.summary.regrants += 1;
        let person = &self.network.people[self.draw(3)];
        let park = ScopeId::park(PARKS[self.draw(PARKS.len())]);
        let mut scopes = person.scopes.borrow_mut();
        if self.chance(60) {
            scopes.clear();
        }
        if !scopes.contains(&park) {
            scopes.push(park);
        }
    }

    fn act(&mut self, phone: usize, tab: usize) {
        let Some(engine) = self.phones[phone].tabs[tab].engine.clone() else {
            return;
        };
        if self.chance(6) && self.settle(phone, tab, &engine) {
            return;
        }
        if self.chance(8) {
            self.photograph(phone, tab, &engine);
            return;
        }
        if self.every_fault && self.chance(4) && self.take_back(phone, tab, &engine) {
            return;
        }
        let edits = self.edits(phone, &engine);
        if !edits.is_empty() {
            self.store(
                phone,
                tab,
                Act {
                    edits,
                    submits: None,
                },
            );
        }
    }

    /// Notes what somebody begins to store.
    pub(crate) fn try_all(&mut self, act: &Act) {
        for edit in &act.edits {
            for (name, change) in &edit.fields {
                self.tried.push((edit.record, name.clone(), change.clone()));
            }
        }
    }

    pub(crate) fn store(&mut self, phone: usize, tab: usize, act: Act) {
        self.try_all(&act);
        self.phones[phone].begin(tab, move |engine| async move {
            let kept = act.edits.clone();
            Done::Acted(engine.act(act).await.map(|()| typed(&engine, &kept)))
        });
    }

    /// Sends something quarantined again as it is, or gives it up.
    fn settle(&mut self, phone: usize, tab: usize, engine: &Rc<SimEngine>) -> bool {
        let refused: Vec<_> = engine
            .state()
            .outbox()
            .filter(|entry| entry.reason().is_some())
            .map(|entry| entry.mutation.mid)
            .collect();
        if refused.is_empty() {
            return false;
        }
        let mid = refused[self.draw(refused.len())];
        if self.chance(60) {
            let act = engine.state().resubmission(mid);
            if let Some(act) = act {
                self.store(phone, tab, act);
            }
            return true;
        }
        // The tab may die between storing it and knowing that; or more may wait for it by then.
        self.given_up.extend(given_up_with(engine, mid));
        self.phones[phone].begin(tab, move |engine| async move {
            let gone = given_up_with(&engine, mid);
            Done::GivenUp(engine.discard(mid).await.map(|()| gone))
        });
        true
    }

    /// Takes something back that waits, if it has never left the phone; another tab may send it meanwhile.
    fn take_back(&mut self, phone: usize, tab: usize, engine: &Rc<SimEngine>) -> bool {
        let state = engine.state();
        let waiting = state.outbox().map(|entry| entry.mutation.id);
        let unsent: Vec<MutationId> = waiting
            .filter(|id| !state.taken_back_with(*id).is_empty())
            .collect();
        drop(state);
        if unsent.is_empty() {
            return false;
        }
        let id = unsent[self.draw(unsent.len())];
        // The tab may die between doing it and knowing that.
        let told = engine.state().taken_back_with(id);
        self.given_up.extend(told.iter().copied());
        self.phones[phone].begin(tab, move |engine| async move {
            let taken = engine.take_back(id, &told).await;
            Done::GivenUp(taken.map(|taken| if taken { told } else { Vec::new() }))
        });
        true
    }

    fn edits(&mut self, phone: usize, engine: &SimEngine) -> Vec<Edit> {
        let state = engine.state();
        let view = state.view();
        let firms: Vec<&Rc<Record>> = view.of_kind(&RecordKind::Enterprise).collect();
        let conflicts: Vec<&Rc<Record>> = view
            .of_kind(&RecordKind::Conflict)
            .filter(|conflict| conflict.text(field::CONFLICT_STATUS) == OPEN)
            .collect();
        let chosen = (!firms.is_empty()).then(|| Rc::clone(firms[self.draw(firms.len())]));
        let conflict =
            (!conflicts.is_empty()).then(|| Rc::clone(conflicts[self.draw(conflicts.len())]));
        drop(state);
        match (self.draw(20), chosen, conflict) {
            (0..4, ..) | (_, None, _) => self.new_firm(phone),
            (4..14, Some(firm), _) => vec![self.update(&firm)],
            (14, Some(firm), _) => vec![plain(&firm, Operation::Delete)],
            (15, Some(firm), _) => vec![plain(&firm, Operation::Restore)],
            (16, Some(firm), _) => vec![self.moves(&firm)],
            // What the server will refuse: a field that no firm has.
            (17, Some(firm), _) => {
                let value = self.value();
                vec![changed(
                    plain(&firm, Operation::Update),
                    "nonsense",
                    None,
                    Some(value),
                )]
            }
            (_, Some(_), Some(conflict)) => {
                vec![plain(&conflict, Operation::Resolve)]
            }
            (_, Some(firm), None) => vec![self.update(&firm)],
        }
    }

    pub(crate) fn value(&mut self) -> FieldValue {
        self.counter += 1;
        format!("输入{}号", self.counter).into()
    }

    fn scope(&self, phone: usize) -> ScopeId {
        let person = &self.network.people[self.phones[phone].person];
        let scopes = person.scopes.borrow();
        let known = scopes
            .iter()
            .find(|scope| scope.as_str().starts_with("park:"));
        known
            .cloned()
            .unwrap_or_else(|| ScopeId::park(PARKS[self.draw(PARKS.len())]))
    }

    /// A firm, and sometimes a visit of it in the same act.
    fn new_firm(&mut self, phone: usize) -> Vec<Edit> {
        self.counter += 1;
        let id = RecordId::from_u128(0x1000_0000 + u128::from(self.counter));
        let scope = self.scope(phone);
        let blank = |id, kind| Edit {
            record: id,
            root: None,
            kind,
            scope: scope.clone(),
            op: Operation::Create,
            base: 0,
            fields: Map::new(),
            mends: None,
        };
        let firm = blank(id, RecordKind::Enterprise);
        let name = self.value();
        let mut edits = vec![changed(firm, "name", None, Some(name))];
        if self.chance(40) {
            let visit = RecordId::from_u128(id.as_u128() << 64);
            let mut visit = blank(visit, RecordKind::Visit);
            let fixed: [(&str, FieldValue); 7] = [
                ("enterprise", id.to_string().into()),
                ("form", "visit".into()),
                ("form_version", 1.into()),
                ("officer_name", self.value()),
                ("started_at", "2026-11-23T08:00:00+08:00".into()),
                ("submitted_at", "2026-11-23T09:00:00+08:00".into()),
                // One in three has an answer that is no choice.
                (
                    "answer.has_need",
                    if self.chance(33) { "maybe" } else { "no" }.into(),
                ),
            ];
            for (name, value) in fixed {
                visit = changed(visit, name, None, Some(value));
            }
            edits.push(visit);
        }
        edits
    }

    fn update(&mut self, firm: &Record) -> Edit {
        let mut edit = plain(firm, Operation::Update);
        for _ in 0..1 + self.draw(2) {
            let name = FIELDS[self.draw(FIELDS.len())];
            let value = self.value();
            edit = changed(edit, name, firm.fields.get(name).cloned(), Some(value));
        }
        edit
    }

    fn moves(&self, firm: &Record) -> Edit {
        let to = ScopeId::park(PARKS[self.draw(PARKS.len())]);
        moving(firm, to.as_str().into())
    }
}

/// What goes when this is given up.
fn given_up_with(engine: &SimEngine, mid: Mid) -> Vec<MutationId> {
    let state = engine.state();
    let mids = state.given_up_with(mid);
    ids_of(&state, &mids)
}

fn ids_of(state: &State, mids: &[Mid]) -> Vec<MutationId> {
    let entries = state
        .outbox()
        .filter(|entry| mids.contains(&entry.mutation.mid));
    entries.map(|entry| entry.mutation.id).collect()
}

/// An edit of a record as it stands on the screen.
pub(crate) fn plain(record: &Record, op: Operation) -> Edit {
    Edit {
        record: record.id,
        root: (record.root != record.id).then_some(record.root),
        kind: record.kind.clone(),
        scope: record.scope.clone(),
        op,
        base: record.version,
        fields: Map::new(),
        mends: None,
    }
}

/// Typing into a field of a record as it stands on the screen.
pub(crate) fn typing(record: &Record, name: &str, value: FieldValue) -> Edit {
    let old = record.fields.get(name).cloned();
    changed(plain(record, Operation::Update), name, old, Some(value))
}

/// Moving a record from where it stands on the screen.
pub(crate) fn moving(record: &Record, to: FieldValue) -> Edit {
    let here = record.scope.as_str().into();
    let edit = plain(record, Operation::Move);
    changed(edit, field::SCOPE, Some(here), Some(to))
}

fn changed(mut edit: Edit, name: &str, old: Option<FieldValue>, new: Option<FieldValue>) -> Edit {
    edit.fields
        .insert(name.to_owned(), FieldChange { old, new });
    edit
}

/// What these edits typed, with the mutations that carry it: the last of the outbox, just stored.
pub(crate) fn typed(engine: &SimEngine, edits: &[Edit]) -> Vec<Typed> {
    let state = engine.state();
    let mut typed = Vec::new();
    for edit in edits {
        let carried = state.outbox().rev().find(|entry| {
            let mutation = &entry.mutation;
            mutation.record == edit.record
                && mutation.op == edit.op
                && edit.fields.keys().all(|name| {
                    mutation.fields.get(name).map(|change| &change.new)
                        == edit.fields.get(name).map(|change| &change.new)
                })
        });
        let Some(entry) = carried else {
            continue;
        };
        for (name, change) in &edit.fields {
            typed.push(Typed {
                mutation: entry.mutation.id,
                record: edit.record,
                field: name.clone(),
                old: change.old.clone(),
                new: change.new.clone(),
            });
        }
    }
    typed
}
