//! Reading.

use super::SqliteTx;
use crate::store::{
    Device, DraftStanding, Held, ListedDevice, ReadTx, ScopeHead, StoreError, StoreResult,
    StoredDraft, StoredMutation, devices,
    row::{self, parse, signed, to_json},
};
use async_trait::async_trait;
use ruyuan_domain::{
    DeviceId, Epoch, Map, Mid, MutationId, Record, RecordId, RecordKind, ScopeId, Seq, UserId,
    wire::Exit,
};
use ruyuan_sync::merge::Person;
use std::collections::{BTreeMap, BTreeSet};

#[async_trait]
impl ReadTx for SqliteTx {
    async fn epoch(&mut self) -> StoreResult<Epoch> {
        if let Some(epoch) = self.epoch {
            return Ok(epoch);
        }
        let text = self.meta("epoch").await?;
        parse(
            &text
                .ok_or_else(|| StoreError::Unreadable("a database without an epoch".to_owned()))?,
        )
    }

    async fn meta(&mut self, name: &str) -> StoreResult<Option<String>> {
        let value = sqlx::query_scalar("SELECT value FROM meta WHERE name = ?")
            .bind(name)
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(value)
    }

    async fn device(&mut self, device: DeviceId) -> StoreResult<Option<Device>> {
        let row = sqlx::query(
            "SELECT user_id, last_mid, wipe_at IS NOT NULL, seen_at, report
             FROM devices WHERE id = ?1",
        )
        .bind(device.to_string())
        .fetch_optional(&mut *self.tx)
        .await?;
        row.as_ref().map(devices::device).transpose()
    }

    async fn devices(&mut self, only: Option<DeviceId>) -> StoreResult<Vec<ListedDevice>> {
        let only = only.map(|id| id.to_string());
        let rows = sqlx::query(
            "SELECT d.user_id, d.last_mid, d.wipe_at IS NOT NULL, d.seen_at, d.report, d.id, u.user_name,
                 u.display_name, d.wipe_at, d.wipe_by, d.wipe_reason, b.display_name, d.wiped_at
             FROM devices d JOIN users u ON u.id = d.user_id LEFT JOIN users b ON b.id = d.wipe_by
             WHERE d.replaced_by IS NULL AND (CAST(?1 AS TEXT) IS NULL OR d.id = ?1)
             ORDER BY d.id",
        )
        .bind(only)
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(devices::listed).collect()
    }

    async fn open_conflicts(&mut self) -> StoreResult<BTreeMap<UserId, u32>> {
        let texts: Vec<String> = sqlx::query_scalar(
            "SELECT fields FROM records WHERE kind = 'conflict' AND NOT deleted",
        )
        .fetch_all(&mut *self.tx)
        .await?;
        let fields: StoreResult<Vec<_>> = texts.iter().map(|text| row::from_json(text)).collect();
        Ok(devices::open_conflicts(fields?.into_iter()))
    }

    async fn recovered_of(&mut self, records: &[RecordId]) -> StoreResult<Vec<Record>> {
        let ids: Vec<String> = records.iter().map(RecordId::to_string).collect();
        let rows = sqlx::query(
            "SELECT id, root, scope_id, kind, seq, version, fields, deleted, by_user, at
             FROM records WHERE kind = 'recovered' AND json_extract(fields, '$.record') IN (SELECT value FROM json_each(?1)) ORDER BY id",
        )
        .bind(to_json(&ids)?)
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::record).collect()
    }

    async fn record(&mut self, id: RecordId) -> StoreResult<Option<Record>> {
        let row = sqlx::query(
            "SELECT id, root, scope_id, kind, seq, version, fields, deleted, by_user, at
             FROM records WHERE id = ?",
        )
        .bind(id.to_string())
        .fetch_optional(&mut *self.tx)
        .await?;
        row.as_ref().map(row::record).transpose()
    }

    async fn records_of_kind(
        &mut self,
        scope: &ScopeId,
        kind: &RecordKind,
    ) -> StoreResult<Vec<Record>> {
        let rows = sqlx::query(
            "SELECT id, root, scope_id, kind, seq, version, fields, deleted, by_user, at
             FROM records WHERE scope_id = ? AND kind = ? ORDER BY seq",
        )
        .bind(scope.as_str())
        .bind(kind.as_str())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::record).collect()
    }

    async fn conflicts_under(&mut self, root: RecordId) -> StoreResult<Vec<Record>> {
        let rows = sqlx::query(
            "SELECT id, root, scope_id, kind, seq, version, fields, deleted, by_user, at
             FROM records WHERE root = ? AND kind = 'conflict' ORDER BY seq",
        )
        .bind(root.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::record).collect()
    }

    async fn children(&mut self, root: RecordId) -> StoreResult<Vec<Record>> {
        let rows = sqlx::query(
            "SELECT id, root, scope_id, kind, seq, version, fields, deleted, by_user, at
             FROM records WHERE root = ?1 AND id <> ?1 ORDER BY id",
        )
        .bind(root.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::record).collect()
    }

    async fn about_enterprise(&mut self, enterprise: RecordId) -> StoreResult<Vec<Record>> {
        let rows = sqlx::query(
            "SELECT id, root, scope_id, kind, seq, version, fields, deleted, by_user, at
             FROM records
             WHERE kind IN ('visit', 'planned_visit', 'issue') AND json_extract(fields, '$.enterprise') = ? ORDER BY id",
        )
        .bind(enterprise.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::record).collect()
    }

    async fn scope(&mut self, scope: &ScopeId) -> StoreResult<ScopeHead> {
        if let Some(head) = self.scopes.head(scope) {
            return Ok(head);
        }
        let row =
            sqlx::query("SELECT head_seq, min_seq, row_count, row_sum FROM scopes WHERE id = ?")
                .bind(scope.as_str())
                .fetch_optional(&mut *self.tx)
                .await?;
        row.as_ref()
            .map_or_else(|| Ok(ScopeHead::default()), row::scope_head)
    }

    async fn rows_after(
        &mut self,
        scope: &ScopeId,
        after: Seq,
        limit: u32,
    ) -> StoreResult<Vec<Record>> {
        // A cursor beyond what the database counts is a device's mistake: there is nothing after it.
        let after = i64::try_from(after.0).unwrap_or(i64::MAX);
        let rows = sqlx::query(
            "SELECT id, root, scope_id, kind, seq, version, fields, deleted, by_user, at
             FROM records WHERE scope_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        )
        .bind(scope.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::record).collect()
    }

    async fn exits_after(
        &mut self,
        scope: &ScopeId,
        after: Seq,
        limit: u32,
    ) -> StoreResult<Vec<Exit>> {
        let after = i64::try_from(after.0).unwrap_or(i64::MAX);
        let rows = sqlx::query(
            "SELECT seq, record_id, version FROM exits WHERE scope_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        )
        .bind(scope.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::exit).collect()
    }

    async fn writers(&mut self, record: RecordId) -> StoreResult<Map<String, Person>> {
        let rows = sqlx::query(
            "SELECT w.field, w.user_id, u.display_name
             FROM writers w LEFT JOIN users u ON u.id = w.user_id WHERE w.record_id = ?",
        )
        .bind(record.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::writer).collect()
    }

    async fn maker(&mut self, record: RecordId) -> StoreResult<Option<Person>> {
        let row = sqlx::query(
            "SELECT '', m.user_id, u.display_name
             FROM mutations m LEFT JOIN users u ON u.id = m.user_id
             WHERE m.record_id = ? AND m.record_version = 1",
        )
        .bind(record.to_string())
        .fetch_optional(&mut *self.tx)
        .await?;
        let found = row.as_ref().map(row::writer).transpose()?;
        Ok(found.map(|(_, person)| person))
    }

    async fn scopes_of(&mut self, records: &[RecordId]) -> StoreResult<BTreeSet<ScopeId>> {
        let scopes: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT scope_id FROM records WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(to_json(&records)?)
        .fetch_all(&mut *self.tx)
        .await?;
        scopes.iter().map(|scope| parse(scope)).collect()
    }

    async fn display_name(&mut self, user: UserId) -> StoreResult<Option<String>> {
        let name = sqlx::query_scalar("SELECT display_name FROM users WHERE id = ?")
            .bind(user.to_string())
            .fetch_optional(&mut *self.tx)
            .await?;
        Ok(name)
    }

    async fn changed_elsewhere(
        &mut self,
        record: RecordId,
        base: u64,
        device: DeviceId,
    ) -> StoreResult<bool> {
        let base = i64::try_from(base).unwrap_or(i64::MAX);
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM mutations
             WHERE record_id = ? AND record_version > ? AND device_id <> ? LIMIT 1",
        )
        .bind(record.to_string())
        .bind(base)
        .bind(device.to_string())
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(found.is_some())
    }

    async fn mutation_numbered(
        &mut self,
        device: DeviceId,
        mid: Mid,
    ) -> StoreResult<Option<StoredMutation>> {
        let row = sqlx::query(
            "SELECT device_id, mid, id, user_id, record_id, root_id, group_id, origin, raw, status, reason,
                    scope_id, seq, record_version, at
             FROM mutations
             WHERE (device_id = ?1 AND mid = ?2)
                OR id = (SELECT mutation_id FROM repeats WHERE device_id = ?1 AND mid = ?2)",
        )
        .bind(device.to_string())
        .bind(signed(mid.0)?)
        .fetch_optional(&mut *self.tx)
        .await?;
        row.as_ref().map(row::mutation).transpose()
    }

    async fn mutation(&mut self, id: MutationId) -> StoreResult<Option<StoredMutation>> {
        let row = sqlx::query(
            "SELECT device_id, mid, id, user_id, record_id, root_id, group_id, origin, raw, status, reason,
                    scope_id, seq, record_version, at
             FROM mutations WHERE id = ?",
        )
        .bind(id.to_string())
        .fetch_optional(&mut *self.tx)
        .await?;
        row.as_ref().map(row::mutation).transpose()
    }

    async fn known(&mut self, ids: &[MutationId]) -> StoreResult<BTreeSet<MutationId>> {
        let known: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM mutations WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(to_json(&ids)?)
        .fetch_all(&mut *self.tx)
        .await?;
        known.iter().map(|id| parse(id)).collect()
    }

    async fn mutations_of(&mut self, record: RecordId) -> StoreResult<Vec<StoredMutation>> {
        let rows = sqlx::query(
            "SELECT device_id, mid, id, user_id, record_id, root_id, group_id, origin, raw, status, reason,
                    scope_id, seq, record_version, at
             FROM mutations WHERE record_id = ?",
        )
        .bind(record.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::mutation).collect()
    }

    async fn draft(&mut self, id: RecordId, user: UserId) -> StoreResult<Option<StoredDraft>> {
        let row = sqlx::query(
            "SELECT id, user_id, version, scope_id, body, at, ended FROM drafts
             WHERE id = ? AND user_id = ? ORDER BY version DESC LIMIT 1",
        )
        .bind(id.to_string())
        .bind(user.to_string())
        .fetch_optional(&mut *self.tx)
        .await?;
        row.as_ref().map(row::draft).transpose()
    }

    async fn drafts_of(&mut self, user: UserId) -> StoreResult<Vec<DraftStanding>> {
        let rows = sqlx::query(
            "SELECT d.id, d.user_id, d.version, d.scope_id, d.at FROM drafts d
             WHERE d.user_id = ? AND d.ended IS NULL
               AND d.version = (SELECT MAX(version) FROM drafts
                                WHERE id = d.id AND user_id = d.user_id)
             ORDER BY d.id",
        )
        .bind(user.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::draft_standing).collect()
    }

    async fn drafts_in(&mut self, scope: &ScopeId) -> StoreResult<Vec<DraftStanding>> {
        let rows = sqlx::query(
            "SELECT d.id, d.user_id, d.version, d.scope_id, d.at FROM drafts d
             WHERE d.scope_id = ? AND d.ended IS NULL
               AND d.version = (SELECT MAX(version) FROM drafts
                                WHERE id = d.id AND user_id = d.user_id)
             ORDER BY d.at, d.id, d.user_id LIMIT 1000",
        )
        .bind(scope.as_str())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::draft_standing).collect()
    }

    async fn refused_in(&mut self, scope: &ScopeId) -> StoreResult<Vec<StoredMutation>> {
        let rows = sqlx::query(
            "SELECT device_id, mid, id, user_id, record_id, root_id, group_id, origin, raw, status, reason,
                    scope_id, seq, record_version, at
             FROM mutations
             WHERE scope_id = ? AND status = 'quarantined' AND settled IS NULL
             ORDER BY at, device_id, mid LIMIT 1000",
        )
        .bind(scope.as_str())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::mutation).collect()
    }

    async fn held(&mut self, device: DeviceId) -> StoreResult<Vec<Held>> {
        if self.holds_nothing == Some(device) {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "SELECT m.mid, m.id, m.record_id, m.root_id, m.group_id, m.origin, m.reason
             FROM mutations m
             WHERE m.device_id = ?1 AND m.status = 'quarantined' AND m.settled IS NULL
             UNION ALL
             SELECT r.mid, m.id, m.record_id, m.root_id, m.group_id, m.origin, m.reason
             FROM repeats r JOIN mutations m ON m.id = r.mutation_id
             WHERE r.device_id = ?1 AND m.device_id <> ?1 AND r.raw IS NULL
               AND m.status = 'quarantined' AND m.settled IS NULL
             ORDER BY 1",
        )
        .bind(device.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        rows.iter().map(row::held).collect()
    }

    async fn family(&mut self, origin: MutationId) -> StoreResult<Vec<MutationId>> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM mutations
             WHERE (id = ?1 OR origin = ?1) AND status = 'quarantined' AND settled IS NULL ORDER BY mid",
        )
        .bind(origin.to_string())
        .fetch_all(&mut *self.tx)
        .await?;
        ids.iter().map(|id| parse(id)).collect()
    }
}
