//! Writing.

use super::{Line, SqliteTx};
use crate::{
    secret,
    store::{
        DRAFT_VERSIONS, Device, Ending, Outcome, ScopeHead, StoreResult, StoredDraft,
        StoredMutation, WipeOrder, WriteTx, devices,
        row::{self, signed, to_json, to_word},
    },
};
use async_trait::async_trait;
use ruyuan_domain::{
    DeviceId, Mid, MutationId, Record, RecordId, ScopeId, Seq, UserId, wire::Exit,
};
use sqlx::Row;
use std::collections::BTreeSet;

#[async_trait]
impl WriteTx for SqliteTx {
    async fn lock_device(
        &mut self,
        device: DeviceId,
        user: UserId,
        now_ms: i64,
    ) -> StoreResult<Device> {
        let row = sqlx::query(
            "INSERT INTO devices (id, user_id, last_mid, seen_at) VALUES (?1, ?2, 0, ?3)
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
             RETURNING user_id, last_mid, wipe_at IS NOT NULL, seen_at, report,
                 (SELECT value FROM meta WHERE name = 'epoch'),
                 EXISTS (SELECT 1 FROM mutations m
                         WHERE m.device_id = ?1 AND m.status = 'quarantined' AND m.settled IS NULL)
                     OR EXISTS (SELECT 1 FROM repeats r WHERE r.device_id = ?1)",
        )
        .bind(device.to_string())
        .bind(user.to_string())
        .bind(now_ms)
        .fetch_one(&mut *self.tx)
        .await?;
        let epoch: Option<String> = row.try_get(5)?;
        self.epoch = epoch.as_deref().map(row::parse).transpose()?;
        let may_hold: bool = row.try_get(6)?;
        self.holds_nothing = (!may_hold).then_some(device);
        devices::device(&row)
    }

    async fn note_report(
        &mut self,
        device: DeviceId,
        user: UserId,
        now_ms: i64,
        report: &str,
        former: &[DeviceId],
    ) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO devices (id, user_id, last_mid, seen_at, report) VALUES (?1, ?2, 0, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, report = excluded.report,
                 replaced_by = NULL
             WHERE devices.user_id = excluded.user_id",
        )
        .bind(device.to_string())
        .bind(user.to_string())
        .bind(now_ms)
        .bind(report)
        .execute(&mut *self.tx)
        .await?;
        for id in former.iter().filter(|id| **id != device) {
            sqlx::query(
                "UPDATE devices SET replaced_by = ?1
                 WHERE id = ?2 AND user_id = ?3 AND replaced_by IS NULL AND wipe_at IS NULL",
            )
            .bind(device.to_string())
            .bind(id.to_string())
            .bind(user.to_string())
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }

    async fn order_wipe(
        &mut self,
        device: DeviceId,
        order: Option<&WipeOrder>,
    ) -> StoreResult<bool> {
        let done = sqlx::query(
            "UPDATE devices SET wipe_at = ?1, wipe_by = ?2, wipe_reason = ?3
             WHERE id = ?4 AND wiped_at IS NULL",
        )
        .bind(order.map(|order| order.at_ms))
        .bind(order.map(|order| order.by.to_string()))
        .bind(order.map(|order| order.reason.as_str()))
        .bind(device.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn note_wiped(&mut self, device: DeviceId, user: UserId, now_ms: i64) -> StoreResult<()> {
        sqlx::query(
            "UPDATE devices SET wiped_at = ?1, seen_at = ?1
             WHERE id = ?2 AND user_id = ?3 AND wipe_at IS NOT NULL AND wiped_at IS NULL",
        )
        .bind(now_ms)
        .bind(device.to_string())
        .bind(user.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn lock_scopes(&mut self, scopes: &[ScopeId]) -> StoreResult<bool> {
        // `BEGIN IMMEDIATE` holds the only write lock already; what is left is that each scope exists.
        let rows = sqlx::query(
            "SELECT head_seq, min_seq, row_count, row_sum, id FROM scopes
             WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(to_json(&scopes)?)
        .fetch_all(&mut *self.tx)
        .await?;
        let mut found = BTreeSet::new();
        for row in &rows {
            let scope: ScopeId = row::parse(row.try_get(4)?)?;
            self.scopes.lock(&scope, row::scope_head(row)?);
            found.insert(scope);
        }
        for scope in scopes.iter().filter(|scope| !found.contains(scope)) {
            sqlx::query("INSERT INTO scopes (id, head_seq) VALUES (?, 0)")
                .bind(scope.as_str())
                .execute(&mut *self.tx)
                .await?;
            self.scopes.lock(scope, ScopeHead::default());
        }
        Ok(false)
    }

    async fn next_seq(&mut self, scope: &ScopeId) -> StoreResult<Seq> {
        self.scopes.next_seq(scope)
    }

    async fn put_record(&mut self, before: Option<&Record>, after: &Record) -> StoreResult<()> {
        self.scopes.replace(before, after)?;
        sqlx::query(
            "INSERT INTO records (id, root, scope_id, kind, seq, version, fields, deleted, by_user, at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET
                 root = excluded.root, scope_id = excluded.scope_id, kind = excluded.kind,
                 seq = excluded.seq, version = excluded.version, fields = excluded.fields,
                 deleted = excluded.deleted, by_user = excluded.by_user, at = excluded.at",
        )
        .bind(after.id.to_string())
        .bind(after.root.to_string())
        .bind(after.scope.as_str())
        .bind(after.kind.as_str())
        .bind(signed(after.seq.0)?)
        .bind(signed(after.version)?)
        .bind(to_json(&after.fields)?)
        .bind(after.deleted)
        .bind(after.by.to_string())
        .bind(after.at.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn put_exit(&mut self, scope: &ScopeId, exit: &Exit) -> StoreResult<()> {
        sqlx::query("INSERT INTO exits (scope_id, seq, record_id, version) VALUES (?, ?, ?, ?)")
            .bind(scope.as_str())
            .bind(signed(exit.seq.0)?)
            .bind(exit.record.to_string())
            .bind(signed(exit.version)?)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn set_min_seq(&mut self, scope: &ScopeId, min: Seq) -> StoreResult<()> {
        self.scopes.set_min_seq(scope, min)
    }

    async fn put_writers(
        &mut self,
        record: RecordId,
        fields: &[String],
        user: UserId,
    ) -> StoreResult<()> {
        // The condition only tells SQLite that what follows belongs to the insertion, not to the selection.
        sqlx::query(
            "INSERT INTO writers (record_id, field, user_id)
             SELECT ?1, value, ?3 FROM json_each(?2) WHERE TRUE
             ON CONFLICT (record_id, field) DO UPDATE SET user_id = excluded.user_id",
        )
        .bind(record.to_string())
        .bind(to_json(&fields)?)
        .bind(user.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn insert_mutation(&mut self, mutation: &StoredMutation) -> StoreResult<()> {
        self.holds_nothing = None;
        let outcome = &mutation.outcome;
        sqlx::query(
            "INSERT INTO mutations (device_id, mid, id, user_id, record_id, root_id, group_id, origin, raw,
                 raw_hash, status, reason, scope_id, seq, record_version, at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(mutation.device.to_string())
        .bind(signed(mutation.mid.0)?)
        .bind(mutation.id.to_string())
        .bind(mutation.user.to_string())
        .bind(mutation.record.map(|id| id.to_string()))
        .bind(mutation.root.map(|id| id.to_string()))
        .bind(mutation.group.map(|id| id.to_string()))
        .bind(mutation.origin.map(|id| id.to_string()))
        .bind(&mutation.raw)
        .bind(secret::hex(mutation.raw.as_bytes()))
        .bind(to_word(&outcome.status)?)
        .bind(outcome.reason.as_ref().map(to_json).transpose()?)
        .bind(outcome.scope.as_ref().map(ScopeId::as_str))
        .bind(outcome.seq.map(|seq| signed(seq.0)).transpose()?)
        .bind(outcome.version.map(signed).transpose()?)
        .bind(mutation.at_ms)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn insert_repeat(
        &mut self,
        device: DeviceId,
        mid: Mid,
        id: MutationId,
        raw: Option<&str>,
    ) -> StoreResult<()> {
        self.holds_nothing = None;
        sqlx::query("INSERT INTO repeats (device_id, mid, mutation_id, raw) VALUES (?, ?, ?, ?)")
            .bind(device.to_string())
            .bind(signed(mid.0)?)
            .bind(id.to_string())
            .bind(raw)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn insert_draft(&mut self, draft: &StoredDraft) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO drafts (id, user_id, version, scope_id, body, at, ended)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(draft.id.to_string())
        .bind(draft.user.to_string())
        .bind(signed(draft.version)?)
        .bind(draft.scope.as_str())
        .bind(&draft.body)
        .bind(draft.at_ms)
        .bind(draft.ended.as_ref().map(to_word).transpose()?)
        .execute(&mut *self.tx)
        .await?;
        // Of what has ended the last words are enough.
        let kept = draft.ended.map_or(DRAFT_VERSIONS, |_| 2);
        sqlx::query("DELETE FROM drafts WHERE id = ? AND user_id = ? AND version <= ?")
            .bind(draft.id.to_string())
            .bind(draft.user.to_string())
            .bind(signed(draft.version.saturating_sub(kept))?)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn amend_mutation(&mut self, id: MutationId, outcome: &Outcome) -> StoreResult<()> {
        self.holds_nothing = None;
        sqlx::query(
            "UPDATE mutations SET status = ?, reason = ?, scope_id = ?, seq = ?, record_version = ?
             WHERE id = ?",
        )
        .bind(to_word(&outcome.status)?)
        .bind(outcome.reason.as_ref().map(to_json).transpose()?)
        .bind(outcome.scope.as_ref().map(ScopeId::as_str))
        .bind(outcome.seq.map(|seq| signed(seq.0)).transpose()?)
        .bind(outcome.version.map(signed).transpose()?)
        .bind(id.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn settle_mutation(&mut self, id: MutationId, ending: Ending) -> StoreResult<()> {
        sqlx::query("UPDATE mutations SET settled = ? WHERE id = ?")
            .bind(ending.as_str())
            .bind(id.to_string())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn set_last_mid(&mut self, device: DeviceId, mid: Mid) -> StoreResult<()> {
        sqlx::query("UPDATE devices SET last_mid = ? WHERE id = ?")
            .bind(signed(mid.0)?)
            .bind(device.to_string())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn set_meta(&mut self, name: &str, value: &str) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO meta (name, value) VALUES (?, ?)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn savepoint(&mut self) -> StoreResult<()> {
        self.scopes.savepoint();
        let statement = match std::mem::take(&mut self.part_is_kept) {
            true => "RELEASE SAVEPOINT part; SAVEPOINT part",
            false => "SAVEPOINT part",
        };
        sqlx::query(statement).execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn release(&mut self) -> StoreResult<()> {
        // Said to the database with the next part, or by the end of the turn, which keeps everything in it.
        self.part_is_kept = true;
        Ok(())
    }

    async fn undo(&mut self) -> StoreResult<()> {
        self.scopes.undo();
        sqlx::query("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> StoreResult<()> {
        for (scope, head) in self.scopes.moved() {
            sqlx::query(
                "UPDATE scopes SET head_seq = ?, min_seq = ?, row_count = ?, row_sum = ? WHERE id = ?",
            )
            .bind(signed(head.seq.0)?)
            .bind(signed(head.min.0)?)
            .bind(signed(head.digest.rows)?)
            .bind(head.digest.sum)
            .bind(scope.as_str())
            .execute(&mut *self.tx)
            .await?;
        }
        match self.tx {
            Line::Reads(tx) => tx.commit().await?,
            Line::Writes(turn) => turn.commit().await?,
        }
        for hint in self.scopes.hints() {
            // Nobody listens: nobody needs it.
            let _ = self.hints.send(hint);
        }
        Ok(())
    }
}
