//! What must hold once everything has come to rest.

mod conflicts;
mod lost;

pub(crate) use lost::had_photo;

use crate::{phone::Typed, photos, world::World};
use ruyuan_domain::{
    FieldValue, Mutation, MutationId, Record, RecordId, RecordKind, ScopeId, Seq, UserId,
    consts::field, wire::MutationStatus,
};
use ruyuan_server::store::{Store, StoreResult, StoredMutation};
use ruyuan_sync::{
    merge::{OPEN, SUPERSEDED},
    store::LocalStore,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the server holds.
struct Held {
    rows: BTreeMap<ScopeId, Vec<Record>>,
    heads: BTreeMap<ScopeId, ruyuan_server::store::ScopeHead>,
    mutations: BTreeMap<MutationId, StoredMutation>,
}

/// Everything that is wrong, one line for each.
pub fn everything(world: &mut World) -> Vec<String> {
    let held = match world.network.server.ask(held(world)) {
        Ok(held) => held,
        Err(error) => return vec![format!("the server cannot be read: {error}")],
    };
    let mut found = Vec::new();
    nothing_typed_is_lost(world, &held, &mut found);
    nothing_is_called_sent_that_is_not(world, &held, &mut found);
    nothing_is_applied_twice(world, &held, &mut found);
    conflicts::tell_what_was_typed(&held, &mut found);
    phones_agree_with_the_server(world, &held, &mut found);
    nothing_revoked_remains(world, &mut found);
    lost::phones_are_wiped(world, &mut found);
    photos::are_whole(world, held.rows.values().flatten(), &mut found);
    server_agrees_with_itself(&held, &mut found);
    let rows = || held.rows.values().flatten();
    let of_kind = |kind: RecordKind| rows().filter(|row| row.kind == kind).count();
    world.summary.conflicts = of_kind(RecordKind::Conflict);
    world.summary.recovered = of_kind(RecordKind::Recovered);
    let refused = |stored: &&StoredMutation| stored.outcome.status == MutationStatus::Quarantined;
    world.summary.wiped = lost::wiped(world);
    world.summary.quarantined = held.mutations.values().filter(refused).count();
    found
}

impl Held {
    /// Everything that was ever pushed and can be read, with who pushed it.
    fn edits(&self) -> impl Iterator<Item = (UserId, Mutation)> {
        self.mutations.values().filter_map(|stored| {
            let edit = serde_json::from_str(&stored.raw).ok()?;
            Some((stored.user, edit))
        })
    }
}

async fn held(world: &World) -> StoreResult<Held> {
    let mut tx = world.network.server.store.begin_read().await?;
    let mut rows = BTreeMap::new();
    let mut heads = BTreeMap::new();
    // The manager of the city sees every park.
    let mut scopes: BTreeSet<ScopeId> = BTreeSet::new();
    for person in &world.network.people {
        scopes.extend(person.access().scopes);
    }
    for scope in scopes {
        let all = tx.rows_after(&scope, Seq(0), u32::MAX).await?;
        heads.insert(scope.clone(), tx.scope(&scope).await?);
        rows.insert(scope, all);
    }
    drop(tx);
    Ok(Held {
        rows,
        heads,
        mutations: world.network.server.store.every_mutation(),
    })
}

/// Every input is current, knowingly superseded, in a conflict, quarantined, or brought back after a restore; and the
/// server has its mutation, or the phone still says that it has not. What was knowingly given up is none of that, and
/// the books of its phone say so.
fn nothing_typed_is_lost(world: &World, held: &Held, found: &mut Vec<String>) {
    let mut kept: BTreeSet<(String, FieldValue)> = BTreeSet::new();
    let mut anywhere: BTreeSet<FieldValue> = BTreeSet::new();
    for row in held.rows.values().flatten() {
        for (name, value) in &row.fields {
            kept.insert((format!("{}.{name}", row.id), value.clone()));
            if matches!(row.kind, RecordKind::Conflict | RecordKind::Recovered) {
                anywhere.insert(value.clone());
            }
        }
    }
    for stored in held.mutations.values() {
        if stored.outcome.status == MutationStatus::Quarantined {
            anywhere.extend(values(&stored.raw));
        }
    }
    let mut unsent = BTreeSet::new();
    for phone in &world.phones {
        for engine in phone.tabs.iter().filter_map(|tab| tab.engine.as_ref()) {
            for entry in engine.state().outbox() {
                unsent.insert(entry.mutation.id);
                for change in entry.mutation.fields.values() {
                    anywhere.extend(change.new.clone());
                }
            }
        }
    }
    // Who dies while storing may have stored: such an edit counts, if it is anywhere, for what it took the place of.
    let mut safe = kept;
    let mut grows = true;
    while grows {
        grows = false;
        for (record, name, change) in &world.tried {
            let place = format!("{record}.{name}");
            let new = change.new.clone().filter(|_| change.new != change.old);
            let held = new
                .is_none_or(|new| anywhere.contains(&new) || safe.contains(&(place.clone(), new)));
            if let Some(old) = change.old.clone().filter(|_| held) {
                grows |= safe.insert((place, old));
            }
        }
    }
    for typed in &world.typed {
        if world.given_up.contains(&typed.mutation) {
            continue;
        }
        let known =
            held.mutations.contains_key(&typed.mutation) || unsent.contains(&typed.mutation);
        if !known && lost::is_accounted_for(world, typed.mutation) {
            continue;
        }
        if !known && world.summary.restores == 0 {
            found.push(format!("the server never got {}", told(typed)));
        }
        let Some(new) = typed.new.clone().filter(|_| typed.field != field::SCOPE) else {
            continue;
        };
        let place = (format!("{}.{}", typed.record, typed.field), new.clone());
        if !safe.contains(&place) && !anywhere.contains(&new) {
            let outcome = held
                .mutations
                .get(&typed.mutation)
                .map(|stored| &stored.outcome);
            found.push(format!("lost: {}, {outcome:?}", told(typed)));
        }
    }
}

fn values(raw: &str) -> Vec<FieldValue> {
    let mutation: Option<Mutation> = serde_json::from_str(raw).ok();
    let fields = mutation.map(|mutation| mutation.fields).unwrap_or_default();
    fields
        .into_iter()
        .filter_map(|(_, change)| change.new)
        .collect()
}

fn told(typed: &Typed) -> String {
    format!(
        "{:?} in {}.{} over {:?} (mutation {})",
        typed.new, typed.record, typed.field, typed.old, typed.mutation
    )
}

/// No two mutations made the same version of a record, and no value is in more conflicts than it was typed.
fn nothing_is_applied_twice(world: &World, held: &Held, found: &mut Vec<String>) {
    let mut made = BTreeMap::new();
    for stored in held.mutations.values() {
        if let (Some(record), Some(version)) = (stored.record, stored.outcome.version)
            && let Some(other) = made.insert((record, version), stored.id)
        {
            found.push(format!(
                "{record} has version {version} from {other} and {}",
                stored.id
            ));
        }
    }
    // Who settles a conflict by insisting on their value types it again, and may meet another one there.
    let mut said: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for edit in held.edits().map(|(_, edit)| edit) {
        for (name, change) in &edit.fields {
            let value = change.new.as_ref().and_then(FieldValue::as_text);
            let place = (edit.record.to_string(), name.clone());
            let key = (place.0, place.1, value.unwrap_or_default().to_owned());
            *said.entry(key).or_default() += 1;
        }
    }
    let mut incoming: BTreeMap<_, usize> = BTreeMap::new();
    for row in held
        .rows
        .values()
        .flatten()
        .filter(|row| row.kind == RecordKind::Conflict)
    {
        let side = row.text(field::CONFLICT_INCOMING);
        if side.starts_with("输入") && row.text(field::CONFLICT_STATUS) != SUPERSEDED {
            let key = (
                row.text(field::CONFLICT_RECORD).to_owned(),
                row.text(field::CONFLICT_FIELD).to_owned(),
                side.to_owned(),
            );
            *incoming.entry(key).or_default() += 1;
        }
    }
    for (key, times) in incoming {
        let typed = said.get(&key).copied().unwrap_or_default();
        if times > typed && world.summary.restores == 0 {
            let (record, name, side) = key;
            found.push(format!("{side} is in {times} conflicts of {record}.{name}"));
        }
    }
}

/// Phones that may see a scope show exactly its rows; without unsent edits, nothing else.
fn phones_agree_with_the_server(world: &World, held: &Held, found: &mut Vec<String>) {
    for (number, phone) in world.phones.iter().enumerate() {
        let scopes = world.network.people[phone.person].access().scopes;
        for (place, tab) in phone.tabs.iter().enumerate() {
            let Some(engine) = &tab.engine else {
                found.push(format!("phone {number}, tab {place} is not open"));
                continue;
            };
            let state = engine.state();
            let waiting = state
                .outbox()
                .filter(|entry| entry.reason().is_none())
                .count();
            if waiting > 0 {
                found.push(format!("phone {number}, tab {place}: {waiting} never sent"));
            }
            for scope in &scopes {
                let rows = held.rows.get(scope).into_iter().flatten();
                let rows: Vec<&Record> = rows.filter(|row| !row.deleted).collect();
                let head = held.heads.get(scope).copied().unwrap_or_default();
                if state.view().digest(scope) != head.digest {
                    found.push(format!(
                        "phone {number}, tab {place}: another digest of {scope}"
                    ));
                }
                for row in rows {
                    let base = state.view().base(row.id);
                    if base.map(AsRef::as_ref) != Some(row) {
                        found.push(format!(
                            "phone {number}, tab {place}: {} of {scope} is {base:?}, not {row:?}",
                            row.id
                        ));
                    }
                }
            }
        }
    }
}

/// What a phone says is sent, the server has taken.
fn nothing_is_called_sent_that_is_not(world: &World, held: &Held, found: &mut Vec<String>) {
    for (number, phone) in world.phones.iter().enumerate() {
        for engine in phone.tabs.iter().filter_map(|tab| tab.engine.as_ref()) {
            for entry in engine.state().acked() {
                let id = entry.mutation.id;
                let taken = held
                    .mutations
                    .get(&id)
                    .is_some_and(|stored| stored.outcome.status != MutationStatus::Quarantined);
                if !taken {
                    found.push(format!("phone {number} says that {id} is sent"));
                }
            }
        }
    }
}

/// No row, page, confirmed edit or draft of a scope that its person may not see is on any phone.
fn nothing_revoked_remains(world: &World, found: &mut Vec<String>) {
    for (number, phone) in world.phones.iter().enumerate() {
        let scopes = world.network.people[phone.person].access().scopes;
        let contents = futures::executor::block_on(phone.disk.store.read(None));
        let Ok(mut contents) = contents else {
            found.push(format!("phone {number} cannot be read"));
            continue;
        };
        // What was typed after the scope had gone, on a page that still stood open, is its author's to settle.
        contents.outbox.clear();
        // An edit may name the scope that its record had left; where it took effect is what counts.
        for (_, value) in &mut contents.acked {
            let entry: Value = serde_json::from_slice(value).unwrap_or_default();
            *value = format!("\"scope\":{}", entry["scope"]).into_bytes();
        }
        for park in crate::people::PARKS.map(ScopeId::park) {
            let pattern = format!("\"scope\":\"{park}\"");
            let mut left = contents.values_mut().filter_map(|value| {
                let text = String::from_utf8_lossy(value).into_owned();
                text.contains(&pattern).then_some(text)
            });
            if !scopes.contains(&park)
                && let Some(left) = left.next()
            {
                found.push(format!("phone {number} still has of {park}: {left}"));
            }
        }
    }
}

/// The counts that the server keeps are those of its rows, and each open conflict has its record beside it.
fn server_agrees_with_itself(held: &Held, found: &mut Vec<String>) {
    for (scope, rows) in &held.rows {
        let mut digest = ruyuan_domain::Digest::default();
        for row in rows {
            digest.add(row);
        }
        if held.heads.get(scope).copied().unwrap_or_default().digest != digest {
            found.push(format!("the server's digest of {scope} is wrong"));
        }
        let here: BTreeSet<RecordId> = rows.iter().map(|row| row.id).collect();
        for row in rows {
            if !here.contains(&row.root) {
                found.push(format!("{} is not where its root is", row.id));
            }
            let open = row.kind == RecordKind::Conflict && row.text(field::CONFLICT_STATUS) == OPEN;
            let about = row.text(field::CONFLICT_RECORD).parse().ok();
            if open && about.is_none_or(|about| !here.contains(&about)) {
                found.push(format!("conflict {} is about nothing here", row.id));
            }
        }
    }
}
