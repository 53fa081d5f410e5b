//! What people left behind. A phone of somebody who may no longer write to a scope still sends what it holds of it, and
//! gives it up (`sync/src/engine/revoke.rs`); whoever manages the scope goes on with it from here, or drops it.

use crate::{
    auth::{Access, access::everybody},
    clock::CHINA_MINUTES,
    store::{
        DraftStanding, Ending, ReadTx, Store, StoreResult, StoredDraft, StoredMutation, WriteTx,
    },
};
use ruyuan_domain::{
    Mutation, Operation, RecordKind, ScopeId, Stamp, UserId,
    consts::{QUEUE_FORMAT, field},
    left::{LeftItem, LeftWork, MOST_LEFT},
    wire::{DraftEnd, Reason},
};
use ruyuan_sync::draft::Draft;
use std::collections::{BTreeMap, BTreeSet};

/// Who everybody is, and where they may write today.
struct Authors(BTreeMap<UserId, (String, BTreeSet<ScopeId>)>);

impl Authors {
    async fn load(store: &dyn Store, now_ms: i64) -> StoreResult<Self> {
        let all = everybody(store, now_ms).await?.into_iter();
        let authors = all.map(|access| (access.user, (access.display_name, access.writable)));
        Ok(Self(authors.collect()))
    }

    /// Whether somebody can no longer finish what they began in a scope.
    fn left(&self, user: UserId, scope: &ScopeId) -> bool {
        let author = self.0.get(&user);
        author.is_none_or(|(_, writable)| !writable.contains(scope))
    }

    fn name(&self, user: UserId) -> String {
        self.0
            .get(&user)
            .map(|(name, _)| name.clone())
            .unwrap_or_default()
    }
}

/// What is left of one act or form.
enum Left {
    Act(Vec<StoredMutation>),
    Form(DraftStanding),
}

/// Everything that was left in the scopes that a person manages, by when it came: a device's clock may say anything.
async fn found(tx: &mut dyn ReadTx, access: &Access, authors: &Authors) -> StoreResult<Vec<Left>> {
    let mut found: Vec<(i64, Left)> = Vec::new();
    for scope in &access.managed {
        let mut refused = tx.refused_in(scope).await?;
        refused.retain(|stored| authors.left(stored.user, scope));
        let each = acts(refused).into_iter();
        found.extend(each.filter_map(|act| Some((act.first()?.at_ms, Left::Act(act)))));
        let drafts = tx.drafts_in(scope).await?.into_iter();
        let drafts = drafts.filter(|draft| authors.left(draft.user, scope));
        found.extend(drafts.map(|draft| (draft.at_ms, Left::Form(draft))));
    }
    found.sort_by_key(|(at_ms, _)| *at_ms);
    Ok(found.into_iter().map(|(_, left)| left).collect())
}

/// After so many bytes an answer ends.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What was left in the scopes that a person manages.
///
/// # Errors
/// The database failed.
pub async fn list(store: &dyn Store, access: &Access, now_ms: i64) -> StoreResult<LeftWork> {
    let authors = Authors::load(store, now_ms).await?;
    let mut tx = store.begin_read().await?;
    let found = found(tx.as_mut(), access, &authors).await?;
    let more = found.len() > MOST_LEFT;
    let (mut items, mut bytes) = (Vec::new(), 0);
    for left in found.into_iter().take(MOST_LEFT) {
        let item = match left {
            Left::Act(act) => of_act(&act, &authors),
            Left::Form(draft) => {
                let stored = tx.draft(draft.id, draft.user).await?;
                stored.and_then(|stored| of_draft(&stored, &authors))
            }
        };
        bytes += item.as_ref().map_or(0, |item| item.queue.len());
        items.extend(item);
        if bytes > MOST_BYTES {
            return Ok(LeftWork { items, more: true });
        }
    }
    Ok(LeftWork { items, more })
}

/// Drops an act or a half-filled form that was left; `false` if there is none of this id.
///
/// # Errors
/// The database failed; nothing is dropped.
pub async fn discard(
    store: &dyn Store,
    access: &Access,
    id: &str,
    now_ms: i64,
) -> StoreResult<bool> {
    let authors = Authors::load(store, now_ms).await?;
    let mut read = store.begin_read().await?;
    let mut named = found(read.as_mut(), access, &authors).await?;
    drop(read);
    named.retain(|left| match left {
        Left::Act(act) => act.iter().any(|stored| stored.id.to_string() == id),
        Left::Form(draft) => draft.id.to_string() == id,
    });
    let mut tx = store.begin_write().await?;
    for left in &named {
        match left {
            Left::Act(act) => {
                for stored in act {
                    tx.settle_mutation(stored.id, Ending::Discarded).await?;
                }
            }
            Left::Form(draft) => end(tx.as_mut(), draft, now_ms).await?,
        }
    }
    tx.commit().await?;
    Ok(!named.is_empty())
}

async fn end(tx: &mut dyn WriteTx, draft: &DraftStanding, now_ms: i64) -> StoreResult<()> {
    let ended = StoredDraft {
        id: draft.id,
        user: draft.user,
        version: draft.version + 1,
        scope: draft.scope.clone(),
        body: "null".to_owned(),
        ended: Some(DraftEnd::Deleted),
        at_ms: now_ms,
    };
    tx.insert_draft(&ended).await
}

/// Mutations by their acts, in order.
fn acts(refused: Vec<StoredMutation>) -> Vec<Vec<StoredMutation>> {
    let mut acts: Vec<Vec<StoredMutation>> = Vec::new();
    for stored in refused {
        let with = |act: &&mut Vec<StoredMutation>| {
            let group = act.last().and_then(|last| last.group);
            stored.group.is_some() && stored.group == group
        };
        match acts.iter_mut().rfind(with) {
            Some(act) => act.push(stored),
            None => acts.push(vec![stored]),
        }
    }
    acts
}

/// `None` for what no device could take in.
fn of_act(act: &[StoredMutation], authors: &Authors) -> Option<LeftItem> {
    let read: Vec<Mutation> = act
        .iter()
        .map(|stored| serde_json::from_str(&stored.raw).ok())
        .collect::<Option<_>>()?;
    let (first, stored) = (read.first()?, act.first()?);
    let new = |name: &str| {
        let change = first.fields.get(name)?;
        change.new.as_ref()?.as_text()
    };
    let entries: Vec<String> = act
        .iter()
        .map(|stored| {
            let at = Stamp::from_unix_ms(stored.at_ms, CHINA_MINUTES);
            let state = format!(r#"{{"quarantined":{{"reason":"not_allowed","at":"{at}"}}}}"#);
            format!(r#"{{"mutation":{},"state":{state}}}"#, stored.raw)
        })
        .collect();
    let hangs = |reason: &&Reason| matches!(reason, Reason::GroupRefused { .. });
    let reasons = || {
        act.iter()
            .filter_map(|stored| stored.outcome.reason.as_ref())
    };
    let reason = reasons().find(|reason| !hangs(reason)).or(reasons().next());
    Some(LeftItem {
        id: stored.id.to_string(),
        user: stored.user,
        by: authors.name(stored.user),
        at: first.at,
        scope: first.scope.clone(),
        record: first.record,
        root: first.root(),
        kind: first.kind.clone(),
        op: first.op,
        enterprise: new(field::ENTERPRISE).and_then(|id| id.parse().ok()),
        title: new(field::NAME)
            .or(new(field::TITLE))
            .unwrap_or_default()
            .to_owned(),
        edits: u32::try_from(act.len()).unwrap_or(u32::MAX),
        reason: reason.cloned(),
        queue: queue(stored.user, &entries.join(","), ""),
    })
}

/// `None` for a half-filled form that no device could take in.
fn of_draft(stored: &StoredDraft, authors: &Authors) -> Option<LeftItem> {
    let mut draft: Draft = serde_json::from_str(&stored.body).ok()?;
    // What it put right is refused to its author, and listed by itself.
    draft.mends = Default::default();
    let text = serde_json::to_string(&draft).ok()?;
    Some(LeftItem {
        id: stored.id.to_string(),
        user: stored.user,
        by: authors.name(stored.user),
        at: Stamp::from_unix_ms(stored.at_ms, CHINA_MINUTES),
        scope: stored.scope.clone(),
        record: draft.id,
        root: draft.id,
        kind: RecordKind::Visit,
        op: Operation::Create,
        enterprise: Some(draft.enterprise),
        title: String::new(),
        edits: 0,
        reason: None,
        queue: queue(stored.user, "", &text),
    })
}

fn queue(user: UserId, outbox: &str, drafts: &str) -> String {
    format!(
        r#"{{"format":"{QUEUE_FORMAT}","meta":{{"user":"{user}"}},"outbox":[{outbox}],"drafts":[{drafts}]}}"#
    )
}
