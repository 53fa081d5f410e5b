//! Writing.
//!
//! Locks come first and in one order, so that nobody waits in a ring: the device's row, then the scopes' rows by id.
//! They last until the commit. Numbers are counted under them, so a number is given only once the one before it is
//! committed or undone, and a reader who has seen a number has seen all below it. A sequence would not do: it gives
//! numbers in the order of asking, and a reader passes what commits late.

use super::{PostgresTx, ears};
use crate::{
    secret,
    store::{
        DRAFT_VERSIONS, Device, Ending, Outcome, StoreError, StoreResult, StoredDraft,
        StoredMutation, WipeOrder, WriteTx, devices,
        row::{self, parse, signed, to_json, to_word},
    },
};
use async_trait::async_trait;
use ruyuan_domain::{
    DeviceId, Mid, MutationId, Record, RecordId, ScopeId, Seq, UserId, wire::Exit,
};
use sqlx::Row;

#[async_trait]
impl WriteTx for PostgresTx {
    async fn lock_device(
        &mut self,
        device: DeviceId,
        user: UserId,
        now_ms: i64,
    ) -> StoreResult<Device> {
        let row = sqlx::query(
            "INSERT INTO devices (id, user_id, last_mid, seen_at) VALUES ($1, $2, 0, $3)
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
             RETURNING user_id, last_mid, wipe_at IS NOT NULL, seen_at, report",
        )
        .bind(device.to_string())
        .bind(user.to_string())
        .bind(now_ms)
        .fetch_one(&mut *self.tx)
        .await?;
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
            "INSERT INTO devices (id, user_id, last_mid, seen_at, report) VALUES ($1, $2, 0, $3, $4)
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
                "UPDATE devices SET replaced_by = $1
                 WHERE id = $2 AND user_id = $3 AND replaced_by IS NULL AND wipe_at IS NULL",
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
            "UPDATE devices SET wipe_at = $1, wipe_by = $2, wipe_reason = $3
             WHERE id = $4 AND wiped_at IS NULL",
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
            "UPDATE devices SET wiped_at = $1, seen_at = $1
             WHERE id = $2 AND user_id = $3 AND wipe_at IS NOT NULL AND wiped_at IS NULL",
        )
        .bind(now_ms)
        .bind(device.to_string())
        .bind(user.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn lock_scopes(&mut self, scopes: &[ScopeId]) -> StoreResult<bool> {
        // Who goes back to a savepoint lets go of what was locked since then, and would count on without the lock.
        if self.in_part {
            return Err(StoreError::Other(
                "scopes are locked before a part begins".to_owned(),
            ));
        }
        let ids: Vec<&str> = scopes.iter().map(ScopeId::as_str).collect();
        // Who makes a scope holds it until the commit, and whoever makes the same one waits for that: making is
        // locking too, so it comes in the same order.
        sqlx::query(
            "INSERT INTO scopes (id)
             SELECT id FROM unnest($1::text[]) AS asked (id)
             WHERE NOT EXISTS (SELECT 1 FROM scopes WHERE scopes.id = asked.id)
             ORDER BY id COLLATE \"C\"
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(&ids)
        .execute(&mut *self.tx)
        .await?;
        // Rows are locked as they leave the sort, and read as they stand once the lock is had.
        let rows = sqlx::query(
            "SELECT head_seq, min_seq, row_count, row_sum, id FROM scopes
             WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
        )
        .bind(&ids)
        .fetch_all(&mut *self.tx)
        .await?;
        for row in &rows {
            let scope = parse(row.try_get(4)?)?;
            self.scopes.lock(&scope, row::scope_head(row)?);
        }
        Ok(true)
    }

    async fn next_seq(&mut self, scope: &ScopeId) -> StoreResult<Seq> {
        self.scopes.next_seq(scope)
    }

    async fn put_record(&mut self, before: Option<&Record>, after: &Record) -> StoreResult<()> {
        self.scopes.replace(before, after)?;
        // Two who make the same record in two scopes hold no lock in common: the second is told to come again by the
        // table's key, and then finds the record.
        let statement = match before {
            None => {
                "INSERT INTO records (id, root, scope_id, kind, seq, version, fields, deleted, by_user, at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            }
            Some(_) => {
                "UPDATE records SET root = $2, scope_id = $3, kind = $4, seq = $5, version = $6, fields = $7,
                     deleted = $8, by_user = $9, at = $10
                 WHERE id = $1 AND scope_id = $11 AND seq = $12"
            }
        };
        let mut query = sqlx::query(statement)
            .bind(after.id.to_string())
            .bind(after.root.to_string())
            .bind(after.scope.as_str())
            .bind(after.kind.as_str())
            .bind(signed(after.seq.0)?)
            .bind(signed(after.version)?)
            .bind(to_json(&after.fields)?)
            .bind(after.deleted)
            .bind(after.by.to_string())
            .bind(after.at.to_string());
        if let Some(before) = before {
            query = query
                .bind(before.scope.as_str())
                .bind(signed(before.seq.0)?);
        }
        let done = query.execute(&mut *self.tx).await?;
        // The row is not where it was read: somebody was faster, which only a writer without its lock can meet.
        match done.rows_affected() {
            1 => Ok(()),
            _ => Err(StoreError::Busy),
        }
    }

    async fn put_exit(&mut self, scope: &ScopeId, exit: &Exit) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO exits (scope_id, seq, record_id, version) VALUES ($1, $2, $3, $4)",
        )
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
        sqlx::query(
            "INSERT INTO writers (record_id, field, user_id)
             SELECT DISTINCT $1, field, $3 FROM unnest($2::text[]) AS written (field)
             ON CONFLICT (record_id, field) DO UPDATE SET user_id = excluded.user_id",
        )
        .bind(record.to_string())
        .bind(fields)
        .bind(user.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn insert_mutation(&mut self, mutation: &StoredMutation) -> StoreResult<()> {
        let outcome = &mutation.outcome;
        sqlx::query(
            "INSERT INTO mutations (device_id, mid, id, user_id, record_id, root_id, group_id, origin, raw,
                 raw_hash, status, reason, scope_id, seq, record_version, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
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
        sqlx::query(
            "INSERT INTO repeats (device_id, mid, mutation_id, raw) VALUES ($1, $2, $3, $4)",
        )
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
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
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
        sqlx::query("DELETE FROM drafts WHERE id = $1 AND user_id = $2 AND version <= $3")
            .bind(draft.id.to_string())
            .bind(draft.user.to_string())
            .bind(signed(draft.version.saturating_sub(kept))?)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn amend_mutation(&mut self, id: MutationId, outcome: &Outcome) -> StoreResult<()> {
        sqlx::query(
            "UPDATE mutations SET status = $1, reason = $2, scope_id = $3, seq = $4, record_version = $5
             WHERE id = $6",
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
        sqlx::query("UPDATE mutations SET settled = $1 WHERE id = $2")
            .bind(ending.as_str())
            .bind(id.to_string())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn set_last_mid(&mut self, device: DeviceId, mid: Mid) -> StoreResult<()> {
        sqlx::query("UPDATE devices SET last_mid = $1 WHERE id = $2")
            .bind(signed(mid.0)?)
            .bind(device.to_string())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn set_meta(&mut self, name: &str, value: &str) -> StoreResult<()> {
        sqlx::query(
            "INSERT INTO meta (name, value) VALUES ($1, $2)
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
        self.in_part = true;
        sqlx::query("SAVEPOINT part").execute(&mut *self.tx).await?;
        Ok(())
    }

    async fn release(&mut self) -> StoreResult<()> {
        self.in_part = false;
        sqlx::query("RELEASE SAVEPOINT part")
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn undo(&mut self) -> StoreResult<()> {
        self.scopes.undo();
        sqlx::query("ROLLBACK TO SAVEPOINT part")
            .execute(&mut *self.tx)
            .await?;
        self.release().await
    }

    async fn commit(mut self: Box<Self>) -> StoreResult<()> {
        let hints = self.scopes.hints();
        if !hints.is_empty() {
            self.count().await?;
            let said: Vec<String> = hints
                .iter()
                .map(|hint| ears::say(&self.mouth.own, hint))
                .collect();
            sqlx::query("SELECT pg_notify($1, said) FROM unnest($2::text[]) AS hints (said)")
                .bind(ears::CHANNEL)
                .bind(said)
                .execute(&mut *self.tx)
                .await?;
        }
        self.tx.commit().await?;
        for hint in hints {
            // Nobody listens: nobody needs it.
            let _ = self.mouth.hints.send(hint);
        }
        Ok(())
    }
}

impl PostgresTx {
    /// Writes how the moved scopes stand, all in one statement.
    async fn count(&mut self) -> StoreResult<()> {
        let (mut ids, mut heads, mut mins) = (Vec::new(), Vec::new(), Vec::new());
        let (mut rows, mut sums) = (Vec::new(), Vec::new());
        for (scope, head) in self.scopes.moved() {
            ids.push(scope.as_str().to_owned());
            heads.push(signed(head.seq.0)?);
            mins.push(signed(head.min.0)?);
            rows.push(signed(head.digest.rows)?);
            sums.push(head.digest.sum);
        }
        sqlx::query(
            "UPDATE scopes SET head_seq = moved.head, min_seq = moved.min, row_count = moved.rows,
                 row_sum = moved.sum
             FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                 AS moved (id, head, min, rows, sum)
             WHERE scopes.id = moved.id",
        )
        .bind(ids)
        .bind(heads)
        .bind(mins)
        .bind(rows)
        .bind(sums)
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}
