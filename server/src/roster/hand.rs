//! Firms that a desk has picked are given to people, or handed over, as one batch that can be taken back.

use super::{
    assign::{Because, Wanted, handed_over, steps},
    batch::{Batch, BatchError},
    belongings_of, firms_of,
    people::{People, Who},
};
use crate::{
    auth::Access,
    clock::Clock,
    store::{ReadTx, Store, StoreError},
};
use ruyuan_domain::{
    Record, RecordId, RecordKind, ScopeId, UserId,
    consts::field,
    roster::{AssignRequest, HandOverRequest, MOST_ASSIGNED},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Longest reason, in characters.
const REASON: usize = 200;

/// Why nothing was given.
#[derive(Debug, thiserror::Error)]
pub enum HandError {
    /// A member of the request is wrong.
    #[error("{0}: {1}")]
    Wrong(&'static str, String),
    /// The batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The database failed.
    #[error("{0}; nothing is written, try again")]
    Store(#[from] StoreError),
}

fn because(
    access: &Access,
    clock: &dyn Clock,
    reason: Option<String>,
) -> Result<Because, HandError> {
    let reason = reason.unwrap_or_default().trim().to_owned();
    if reason.chars().count() > REASON || reason.contains('\0') {
        let why = format!("原因最多 {REASON} 字");
        return Err(HandError::Wrong("reason", why));
    }
    Ok(Because::now(access, clock, reason))
}

/// Gives firms to people.
///
/// # Errors
/// Nobody or nothing is named, too many are, or somebody who works in none of the person's parks; the database failed.
pub async fn assign(
    store: &Arc<dyn Store>,
    clock: &dyn Clock,
    access: &Access,
    request: AssignRequest,
) -> Result<Batch, HandError> {
    let because = because(access, clock, request.reason)?;
    if request.firms.is_empty() || request.firms.len() > MOST_ASSIGNED {
        let why = format!("请选择 1 至 {MOST_ASSIGNED} 家企业");
        return Err(HandError::Wrong("firms", why));
    }
    if request.lead.is_none() && request.supports.is_none() {
        return Err(HandError::Wrong("lead", "请选择主办或协办".to_owned()));
    }
    let people = People::load(store.as_ref(), access, clock.unix_ms()).await?;
    let named = |member, users: &[UserId]| {
        let unknown = users.iter().any(|user| people.name_of(*user).is_none());
        match unknown {
            true => Err(HandError::Wrong(member, "没有这位联络员".to_owned())),
            false => Ok(()),
        }
    };
    named("lead", request.lead.as_slice())?;
    named("supports", request.supports.as_deref().unwrap_or_default())?;
    let mut tx = store.begin_read().await?;
    let mut firms = Vec::new();
    let mut left = Vec::new();
    let mut known = Roster::default();
    let firms_named: BTreeSet<RecordId> = request.firms.into_iter().collect();
    for id in firms_named {
        let Some((firm, assigned)) = known.firm(tx.as_mut(), access, id).await? else {
            left.push("一家企业已不在名单里，或没有分配它的权限".to_owned());
            continue;
        };
        let all = |users: &[UserId]| -> Option<Vec<Who>> {
            let here = users.iter().map(|user| people.with_id(*user, &firm.scope));
            here.collect()
        };
        let lead = all(request.lead.as_slice());
        let supports = all(request.supports.as_deref().unwrap_or_default());
        match (lead, supports) {
            (Some(mut lead), Some(supports)) => {
                let wanted = Wanted {
                    lead: lead.pop(),
                    supports: request.supports.is_some().then_some(supports),
                };
                let steps = steps(&assigned, &wanted);
                firms.push((firm, steps));
            }
            _ => left.push(format!(
                "{}（选择的联络员不负责这个园区）",
                firm.text(field::NAME)
            )),
        }
    }
    drop(tx);
    Ok(Batch::assign(store, clock, access, &firms, &because, left).await?)
}

/// Hands everything that one person looks after over to another.
///
/// # Errors
/// As [`assign`].
pub async fn hand_over(
    store: &Arc<dyn Store>,
    clock: &dyn Clock,
    access: &Access,
    request: HandOverRequest,
) -> Result<Batch, HandError> {
    let because = because(access, clock, request.reason)?;
    if request.from == request.to {
        let why = "移交人和接收人是同一人".to_owned();
        return Err(HandError::Wrong("to", why));
    }
    let people = People::load(store.as_ref(), access, clock.unix_ms()).await?;
    if people.name_of(request.to).is_none() {
        return Err(HandError::Wrong("to", "没有这位联络员".to_owned()));
    }
    let from = Who {
        user: request.from,
        // Whoever has left is none of the people any more, and may still have firms to hand over.
        name: String::new(),
    };
    let mut tx = store.begin_read().await?;
    let mut firms = Vec::new();
    let mut left = Vec::new();
    let here = |scope: &&ScopeId| request.scope.as_ref().is_none_or(|wanted| wanted == *scope);
    for scope in access.managed.iter().filter(here) {
        let assignments = belongings_of(tx.as_mut(), scope, &RecordKind::Assignment).await?;
        for firm in firms_of(tx.as_mut(), scope).await? {
            let Some(assigned) = assignments.get(&firm.id) else {
                continue;
            };
            match people.with_id(request.to, scope) {
                Some(to) => {
                    let steps = handed_over(assigned, &from, &to);
                    if !steps.is_empty() {
                        firms.push((firm, steps));
                    }
                }
                None if handed_over(assigned, &from, &from).is_empty() => {}
                None => left.push(format!(
                    "{}（接收人不负责这个园区）",
                    firm.text(field::NAME)
                )),
            }
        }
    }
    drop(tx);
    Ok(Batch::assign(store, clock, access, &firms, &because, left).await?)
}

/// Firms with who looks after them, read a park at a time.
#[derive(Default)]
struct Roster {
    parks: BTreeMap<ScopeId, BTreeMap<RecordId, Vec<Record>>>,
}

impl Roster {
    /// A firm that the person may give to somebody, and its assignments.
    async fn firm(
        &mut self,
        tx: &mut dyn ReadTx,
        access: &Access,
        id: RecordId,
    ) -> Result<Option<(Record, Vec<Record>)>, StoreError> {
        let firm = tx.record(id).await?.filter(|firm| {
            !firm.deleted
                && firm.kind == RecordKind::Enterprise
                && access.managed.contains(&firm.scope)
        });
        let Some(firm) = firm else {
            return Ok(None);
        };
        if !self.parks.contains_key(&firm.scope) {
            let assignments = belongings_of(tx, &firm.scope, &RecordKind::Assignment).await?;
            self.parks.insert(firm.scope.clone(), assignments);
        }
        let park = self.parks.get(&firm.scope);
        let assigned = park.and_then(|park| park.get(&firm.id)).cloned();
        Ok(Some((firm, assigned.unwrap_or_default())))
    }
}
