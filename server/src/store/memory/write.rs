//! Writing.

use super::{KeptDevice, MemoryTx};
use crate::store::{
    Device, Ending, Outcome, ReadTx, StoreResult, StoredDraft, StoredMutation, WipeOrder, WriteTx,
};
use async_trait::async_trait;
use ruyuan_domain::{
    DeviceId, Mid, MutationId, Record, RecordId, RecordKind, ScopeId, Seq, UserId, consts::field,
    wire::Exit,
};
use std::sync::{Arc, PoisonError};

/// The firm that a visit, a plan or an issue names.
fn firm_of(row: &Record) -> Option<RecordId> {
    let about = matches!(
        row.kind,
        RecordKind::Visit | RecordKind::PlannedVisit | RecordKind::Issue
    );
    let named = about.then(|| row.text(field::ENTERPRISE));
    named.and_then(|id| id.parse().ok())
}

#[async_trait]
impl WriteTx for MemoryTx {
    async fn lock_device(
        &mut self,
        device: DeviceId,
        user: UserId,
        now_ms: i64,
    ) -> StoreResult<Device> {
        let new = || Arc::new(KeptDevice::new(user, now_ms));
        let kept = self.tables.devices.entry(device).or_insert_with(new);
        let kept = Arc::make_mut(kept);
        kept.device.seen_at_ms = now_ms;
        Ok(kept.device.clone())
    }

    async fn note_report(
        &mut self,
        device: DeviceId,
        user: UserId,
        now_ms: i64,
        report: &str,
        former: &[DeviceId],
    ) -> StoreResult<()> {
        if self.lock_device(device, user, now_ms).await?.user == user {
            self.tables.change_device(device, |kept| {
                kept.device.report = Some(report.to_owned());
                kept.replaced = false;
            });
        }
        for id in former.iter().filter(|id| **id != device) {
            self.tables.change_device(*id, |kept| {
                kept.replaced |= kept.device.user == user && kept.order.is_none();
            });
        }
        Ok(())
    }

    async fn order_wipe(
        &mut self,
        device: DeviceId,
        order: Option<&WipeOrder>,
    ) -> StoreResult<bool> {
        let mut done = false;
        self.tables.change_device(device, |kept| {
            done = kept.wiped_at_ms.is_none();
            if done {
                kept.order = order.cloned();
                kept.device.wipe = order.is_some();
            }
        });
        Ok(done)
    }

    async fn note_wiped(&mut self, device: DeviceId, user: UserId, now_ms: i64) -> StoreResult<()> {
        self.tables.change_device(device, |kept| {
            if kept.device.user == user && kept.device.wipe && kept.wiped_at_ms.is_none() {
                kept.wiped_at_ms = Some(now_ms);
                kept.device.seen_at_ms = now_ms;
            }
        });
        Ok(())
    }

    async fn lock_scopes(&mut self, scopes: &[ScopeId]) -> StoreResult<bool> {
        for scope in scopes {
            let head = *self.tables.scopes.entry(scope.clone()).or_default();
            self.scopes.lock(scope, head);
        }
        Ok(false)
    }

    async fn next_seq(&mut self, scope: &ScopeId) -> StoreResult<Seq> {
        self.scopes.next_seq(scope)
    }

    async fn put_record(&mut self, before: Option<&Record>, after: &Record) -> StoreResult<()> {
        self.scopes.replace(before, after)?;
        if let Some(before) = before {
            self.tables
                .in_order
                .remove(&(before.scope.clone(), before.seq));
            self.tables.under_root.remove(&(before.root, before.id));
            if let Some(firm) = firm_of(before) {
                self.tables.about.remove(&(firm, before.id));
            }
        }
        self.tables
            .in_order
            .insert((after.scope.clone(), after.seq), after.id);
        if after.root != after.id {
            self.tables.under_root.insert((after.root, after.id));
        }
        if let Some(firm) = firm_of(after) {
            self.tables.about.insert((firm, after.id));
        }
        self.tables
            .records
            .insert(after.id, Arc::new(after.clone()));
        Ok(())
    }

    async fn put_exit(&mut self, scope: &ScopeId, exit: &Exit) -> StoreResult<()> {
        self.tables.exits.insert((scope.clone(), exit.seq), *exit);
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
        for field in fields {
            self.tables.writers.insert((record, field.clone()), user);
        }
        Ok(())
    }

    async fn insert_mutation(&mut self, mutation: &StoredMutation) -> StoreResult<()> {
        let number = (mutation.device, mutation.mid);
        self.tables.numbered.insert(number, (mutation.id, true));
        self.tables.note(mutation.clone());
        Ok(())
    }

    async fn insert_repeat(
        &mut self,
        device: DeviceId,
        mid: Mid,
        id: MutationId,
        raw: Option<&str>,
    ) -> StoreResult<()> {
        self.tables
            .numbered
            .insert((device, mid), (id, raw.is_none()));
        Ok(())
    }

    async fn insert_draft(&mut self, draft: &StoredDraft) -> StoreResult<()> {
        let key = (draft.id, draft.user);
        self.tables.drafts.insert(key, draft.clone());
        Ok(())
    }

    async fn amend_mutation(&mut self, id: MutationId, outcome: &Outcome) -> StoreResult<()> {
        if let Some(stored) = self.mutation(id).await? {
            self.tables.note(StoredMutation {
                outcome: outcome.clone(),
                ..stored
            });
        }
        Ok(())
    }

    async fn settle_mutation(&mut self, id: MutationId, _ending: Ending) -> StoreResult<()> {
        self.tables.open.remove(&id);
        Ok(())
    }

    async fn set_last_mid(&mut self, device: DeviceId, mid: Mid) -> StoreResult<()> {
        self.tables
            .change_device(device, |kept| kept.device.last_mid = mid);
        Ok(())
    }

    async fn set_meta(&mut self, name: &str, value: &str) -> StoreResult<()> {
        self.tables.meta.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    async fn savepoint(&mut self) -> StoreResult<()> {
        self.scopes.savepoint();
        self.saved = Some(self.tables.clone());
        Ok(())
    }

    async fn release(&mut self) -> StoreResult<()> {
        self.saved = None;
        Ok(())
    }

    async fn undo(&mut self) -> StoreResult<()> {
        self.scopes.undo();
        if let Some(saved) = self.saved.take() {
            self.tables = saved;
        }
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> StoreResult<()> {
        for (scope, head) in self.scopes.moved() {
            self.tables.scopes.insert(scope.clone(), *head);
        }
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.tables;
        for hint in self.scopes.hints() {
            // Nobody listens: nobody needs it.
            let _ = self.hints.send(hint);
        }
        Ok(())
    }
}
