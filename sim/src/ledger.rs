//! What has left a phone and will not come from it again: who keeps the books knows what may be missing in the end, and
//! that nothing else may.

use ruyuan_domain::{Mid, MutationId, RecordId, ScopeId};
use ruyuan_sync::store::{Batch, Contents, Write};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The books of one phone.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Unsent when it was wiped: given up by who gave the order, who had seen what that costs.
    pub given_up: BTreeSet<MutationId>,
    /// Sent, and gone from here with a park that is not its person's any more, or with all that was wiped: it cannot
    /// be sent again to a server that loses it.
    pub let_go: BTreeSet<MutationId>,
    /// Photos that it had when it was wiped.
    pub photos: BTreeSet<RecordId>,
    /// How often it was wiped.
    pub wiped: usize,
    /// What a wipe left behind; nothing, if all is well.
    pub remains: Vec<String>,
    /// Sent and forgotten, as long as what it became stands in a scope that is still here.
    forgotten: BTreeMap<MutationId, ScopeId>,
}

impl Ledger {
    /// Whether a commit takes away what this keeps the books of.
    pub fn concerns(batch: &Batch) -> bool {
        batch.writes.iter().any(|write| {
            matches!(
                write,
                Write::Clear
                    | Write::DeleteAcked(_)
                    | Write::DeleteOutbox(_)
                    | Write::DropChunks(_)
                    | Write::DropJournal(_)
            )
        })
    }

    /// What a wipe took, and what it left.
    pub fn wiped(&mut self, before: &Contents, after: &Contents) {
        self.wiped += 1;
        self.given_up
            .extend(before.outbox.iter().filter_map(mutation_of));
        self.let_go.extend(before.acked.iter().map(|(id, _)| *id));
        self.let_go
            .extend(std::mem::take(&mut self.forgotten).into_keys());
        self.photos.extend(before.blobs.iter().map(|(id, _)| *id));
        self.remains.extend(left_in(after));
        for (what, count) in [
            ("unsent edits", after.outbox.len()),
            ("half-filled forms", after.drafts.len()),
            ("photos", after.blobs.len()),
        ] {
            if count > 0 {
                self.remains.push(format!("{count} {what}"));
            }
        }
    }

    /// What another commit took.
    pub fn committed(&mut self, before: &Contents, after: &Contents) {
        let kept: BTreeSet<MutationId> = after
            .acked
            .iter()
            .map(|(id, _)| *id)
            .chain(after.outbox.iter().filter_map(mutation_of))
            .collect();
        let acked = before.acked.iter().map(|(id, value)| {
            let entry: Value = serde_json::from_slice(value).unwrap_or_default();
            (Some(*id), scope_of(&entry))
        });
        let outbox = before.outbox.iter().map(|unsent| {
            let entry: Value = serde_json::from_slice(&unsent.1).unwrap_or_default();
            (mutation_of(unsent), scope_of(&entry["mutation"]))
        });
        for (id, scope) in acked.chain(outbox) {
            if let (Some(id), Some(scope)) = (id, scope)
                && !kept.contains(&id)
            {
                self.forgotten.insert(id, scope);
            }
        }
        let meta = after.meta.as_deref().unwrap_or_default();
        let meta: Value = serde_json::from_slice(meta).unwrap_or_default();
        let here = |scope: &ScopeId| {
            ["tracks", "loading"]
                .iter()
                .any(|copies| meta[copies].get(scope.as_str()).is_some())
        };
        let let_go = &mut self.let_go;
        self.forgotten.retain(|id, scope| {
            let stays = here(scope);
            if !stays {
                let_go.insert(*id);
            }
            stays
        });
    }
}

/// What a log holds that only the server can have given it.
pub fn left_in(contents: &Contents) -> impl Iterator<Item = String> {
    [
        ("chunks", contents.chunks.len()),
        ("pages", contents.journal.len()),
        ("confirmed edits", contents.acked.len()),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(what, count)| format!("{count} {what}"))
}

fn mutation_of((_, value): &(Mid, Vec<u8>)) -> Option<MutationId> {
    let entry: Value = serde_json::from_slice(value).ok()?;
    entry["mutation"]["id"].as_str()?.parse().ok()
}

fn scope_of(entry: &Value) -> Option<ScopeId> {
    entry["scope"].as_str()?.parse().ok()
}
