//! Reading.

use super::MemoryTx;
use crate::store::{
    Device, DraftStanding, Held, ListedDevice, ReadTx, ScopeHead, StoreError, StoreResult,
    StoredDraft, StoredMutation, devices,
};
use async_trait::async_trait;
use ruyuan_domain::{
    DeviceId, Epoch, Map, Mid, MutationId, Record, RecordId, RecordKind, ScopeId, Seq, UserId,
    consts::field, wire::Exit,
};
use ruyuan_sync::merge::Person;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

#[async_trait]
impl ReadTx for MemoryTx {
    async fn epoch(&mut self) -> StoreResult<Epoch> {
        let text = self.meta("epoch").await?.unwrap_or_default();
        text.parse()
            .map_err(|_| StoreError::Unreadable("a database without an epoch".to_owned()))
    }

    async fn meta(&mut self, name: &str) -> StoreResult<Option<String>> {
        Ok(self.tables.meta.get(name).cloned())
    }

    async fn device(&mut self, device: DeviceId) -> StoreResult<Option<Device>> {
        Ok(self
            .tables
            .devices
            .get(&device)
            .map(|kept| kept.device.clone()))
    }

    async fn devices(&mut self, only: Option<DeviceId>) -> StoreResult<Vec<ListedDevice>> {
        let account = |user: UserId| self.tables.users.get(&user).map(|of| &of.0);
        let kept = self.tables.devices.iter();
        let kept = kept.filter(|(id, kept)| !kept.replaced && only.is_none_or(|only| only == **id));
        Ok(kept
            .filter_map(|(id, kept)| {
                let of = account(kept.device.user)?;
                let by = kept.order.as_ref().and_then(|order| account(order.by));
                Some(ListedDevice {
                    id: *id,
                    device: kept.device.clone(),
                    user_name: of.user_name.clone(),
                    display_name: of.display_name.clone(),
                    order: kept.order.clone(),
                    ordered_by: by.map(|by| by.display_name.clone()).unwrap_or_default(),
                    wiped_at_ms: kept.wiped_at_ms,
                })
            })
            .collect())
    }

    async fn open_conflicts(&mut self) -> StoreResult<BTreeMap<UserId, u32>> {
        let rows = self.tables.records.values();
        let conflicts = rows.filter(|row| row.kind == RecordKind::Conflict && !row.deleted);
        Ok(devices::open_conflicts(
            conflicts.map(|row| row.fields.clone()),
        ))
    }

    async fn recovered_of(&mut self, records: &[RecordId]) -> StoreResult<Vec<Record>> {
        let of = |row: &&Arc<Record>| {
            let id = row.text(field::RECOVERED_RECORD).parse();
            row.kind == RecordKind::Recovered && id.is_ok_and(|id| records.contains(&id))
        };
        let rows = self.tables.records.values().filter(of);
        Ok(rows.map(|row| Record::clone(row)).collect())
    }

    async fn record(&mut self, id: RecordId) -> StoreResult<Option<Record>> {
        Ok(self
            .tables
            .records
            .get(&id)
            .map(|record| Record::clone(record)))
    }

    async fn records_of_kind(
        &mut self,
        scope: &ScopeId,
        kind: &RecordKind,
    ) -> StoreResult<Vec<Record>> {
        let mut rows = self.rows_after(scope, Seq(0), u32::MAX).await?;
        rows.retain(|row| row.kind == *kind);
        Ok(rows)
    }

    async fn conflicts_under(&mut self, root: RecordId) -> StoreResult<Vec<Record>> {
        let mut rows = self.children(root).await?;
        rows.retain(|row| row.kind == RecordKind::Conflict);
        rows.sort_by_key(|row| row.seq);
        Ok(rows)
    }

    async fn children(&mut self, root: RecordId) -> StoreResult<Vec<Record>> {
        let least = (root, RecordId::from_u128(0));
        let under = self.tables.under_root.range(least..);
        let ids = under.take_while(|(of, _)| *of == root).map(|(_, id)| *id);
        Ok(self.tables.rows(ids))
    }

    async fn about_enterprise(&mut self, enterprise: RecordId) -> StoreResult<Vec<Record>> {
        let least = (enterprise, RecordId::from_u128(0));
        let named = self.tables.about.range(least..);
        let ids = named
            .take_while(|(firm, _)| *firm == enterprise)
            .map(|(_, id)| *id);
        Ok(self.tables.rows(ids))
    }

    async fn scope(&mut self, scope: &ScopeId) -> StoreResult<ScopeHead> {
        let stored = || self.tables.scopes.get(scope).copied();
        Ok(self.scopes.head(scope).or_else(stored).unwrap_or_default())
    }

    async fn rows_after(
        &mut self,
        scope: &ScopeId,
        after: Seq,
        limit: u32,
    ) -> StoreResult<Vec<Record>> {
        let least = (scope.clone(), Seq(after.0.saturating_add(1)));
        let rows = self.tables.in_order.range(least..);
        let ids = rows
            .take_while(|((of, seq), _)| of == scope && *seq > after)
            .map(|(_, id)| *id);
        Ok(self.tables.rows(ids.take(limit as usize)))
    }

    async fn exits_after(
        &mut self,
        scope: &ScopeId,
        after: Seq,
        limit: u32,
    ) -> StoreResult<Vec<Exit>> {
        let least = (scope.clone(), Seq(after.0.saturating_add(1)));
        let exits = self.tables.exits.range(least..);
        Ok(exits
            .take_while(|((of, seq), _)| of == scope && *seq > after)
            .map(|(_, exit)| *exit)
            .take(limit as usize)
            .collect())
    }

    async fn writers(&mut self, record: RecordId) -> StoreResult<Map<String, Person>> {
        let writers = self.tables.writers.range((record, String::new())..);
        Ok(writers
            .take_while(|((of, _), _)| *of == record)
            .map(|((_, field), user)| {
                let account = self.tables.users.get(user);
                let name = account
                    .map(|of| of.0.display_name.clone())
                    .unwrap_or_default();
                (field.clone(), Person { user: *user, name })
            })
            .collect())
    }

    async fn maker(&mut self, record: RecordId) -> StoreResult<Option<Person>> {
        let least = (record, 1, DeviceId::from_u128(0));
        let first = self.tables.changes.range(least..).next();
        let device = first.filter(|(of, version, _)| (*of, *version) == (record, 1));
        let Some(user) = device
            .and_then(|(_, _, device)| self.tables.devices.get(device))
            .map(|kept| kept.device.user)
        else {
            return Ok(None);
        };
        let name = self.display_name(user).await?.unwrap_or_default();
        Ok(Some(Person { user, name }))
    }

    async fn scopes_of(&mut self, records: &[RecordId]) -> StoreResult<BTreeSet<ScopeId>> {
        let known = records.iter().filter_map(|id| self.tables.records.get(id));
        Ok(known.map(|record| record.scope.clone()).collect())
    }

    async fn display_name(&mut self, user: UserId) -> StoreResult<Option<String>> {
        let account = self.tables.users.get(&user);
        Ok(account.map(|of| of.0.display_name.clone()))
    }

    async fn changed_elsewhere(
        &mut self,
        record: RecordId,
        base: u64,
        device: DeviceId,
    ) -> StoreResult<bool> {
        let least = (record, base.saturating_add(1), DeviceId::from_u128(0));
        let mut later = self.tables.changes.range(least..);
        Ok(later.any_while(|(of, _, _)| *of == record, |(_, _, by)| *by != device))
    }

    async fn mutation_numbered(
        &mut self,
        device: DeviceId,
        mid: Mid,
    ) -> StoreResult<Option<StoredMutation>> {
        match self.tables.numbered.get(&(device, mid)).copied() {
            Some((id, _)) => self.mutation(id).await,
            None => Ok(None),
        }
    }

    async fn mutation(&mut self, id: MutationId) -> StoreResult<Option<StoredMutation>> {
        Ok(self
            .tables
            .mutations
            .get(&id)
            .map(|stored| StoredMutation::clone(stored)))
    }

    async fn known(&mut self, ids: &[MutationId]) -> StoreResult<BTreeSet<MutationId>> {
        let known = ids
            .iter()
            .filter(|id| self.tables.mutations.contains_key(id));
        Ok(known.copied().collect())
    }

    async fn mutations_of(&mut self, record: RecordId) -> StoreResult<Vec<StoredMutation>> {
        let all = self.tables.mutations.values();
        Ok(all
            .filter(|stored| stored.record == Some(record))
            .map(|stored| StoredMutation::clone(stored))
            .collect())
    }

    async fn draft(&mut self, id: RecordId, user: UserId) -> StoreResult<Option<StoredDraft>> {
        Ok(self.tables.drafts.get(&(id, user)).cloned())
    }

    async fn drafts_of(&mut self, user: UserId) -> StoreResult<Vec<DraftStanding>> {
        Ok(self.tables.drafts_where(|draft| draft.user == user))
    }

    async fn drafts_in(&mut self, scope: &ScopeId) -> StoreResult<Vec<DraftStanding>> {
        Ok(self.tables.drafts_where(|draft| draft.scope == *scope))
    }

    async fn refused_in(&mut self, scope: &ScopeId) -> StoreResult<Vec<StoredMutation>> {
        let open = self.tables.open.iter();
        let stored = open.filter_map(|id| self.tables.mutations.get(id));
        let mut refused: Vec<_> = stored
            .filter(|stored| stored.outcome.scope.as_ref() == Some(scope))
            .map(|stored| StoredMutation::clone(stored))
            .collect();
        refused.sort_by_key(|stored| (stored.at_ms, stored.device, stored.mid));
        Ok(refused)
    }

    async fn held(&mut self, device: DeviceId) -> StoreResult<Vec<Held>> {
        let numbered = self.tables.numbered.range((device, Mid(0))..);
        Ok(numbered
            .take_while(|((of, _), _)| *of == device)
            .filter(|(_, (_, own))| *own)
            .filter_map(|((_, mid), (id, _))| self.tables.held(*mid, *id))
            .collect())
    }

    async fn family(&mut self, origin: MutationId) -> StoreResult<Vec<MutationId>> {
        let open = self.tables.open.iter();
        let mut family: Vec<&Arc<StoredMutation>> = open
            .filter_map(|id| self.tables.mutations.get(id))
            .filter(|stored| stored.id == origin || stored.origin == Some(origin))
            .collect();
        family.sort_by_key(|stored| stored.mid);
        Ok(family.into_iter().map(|stored| stored.id).collect())
    }
}

/// Looks for one as long as something holds.
trait AnyWhile: Iterator + Sized {
    fn any_while(
        &mut self,
        holds: impl Fn(&Self::Item) -> bool,
        wanted: impl Fn(Self::Item) -> bool,
    ) -> bool {
        self.take_while(holds).any(wanted)
    }
}

impl<I: Iterator> AnyWhile for I {}
