//! Writing rows: each gets its scope's next number, and what goes to another scope takes along what belongs to it.

use super::Push;
use crate::problem::ApiError;
use ruyuan_domain::{
    Record, RecordKind, ScopeId, Seq,
    alias::{merged_into, survivor},
    wire::Exit,
};
use std::collections::BTreeMap;

impl Push<'_> {
    /// Writes a row in the place of another and gives it its number. If that was in another scope, everything under
    /// it comes along, what names a firm with everything under it too, also through a record that was merged into it,
    /// and each leaves an exit.
    pub async fn replace(
        &mut self,
        before: Option<&Record>,
        mut after: Record,
    ) -> Result<Seq, ApiError> {
        after.seq = self.tx.next_seq(&after.scope).await?;
        self.tx.put_record(before, &after).await?;
        let Some(before) = before.filter(|before| before.scope != after.scope) else {
            return Ok(after.seq);
        };
        self.leave(before, after.version).await?;
        let mut along = self.tx.children(after.id).await?;
        if after.kind == RecordKind::Enterprise {
            let mut firms = vec![after.id];
            for merged in self.merged_into(&after, &before.scope).await? {
                along.extend(self.tx.children(merged.id).await?);
                firms.push(merged.id);
                along.push(merged);
            }
            for firm in firms {
                for row in self.tx.about_enterprise(firm).await? {
                    // One that stayed with who made it stays; one under its firm has come already.
                    if row.scope == before.scope && row.root == row.id {
                        along.extend(self.tx.children(row.id).await?);
                        along.push(row);
                    }
                }
            }
        }
        let mut last = after.seq;
        for row in along {
            // What an open conflict of a row is about has not changed; only where it is.
            let moved = Record {
                scope: after.scope.clone(),
                seq: self.tx.next_seq(&after.scope).await?,
                version: row.version + 1,
                ..row.clone()
            };
            self.tx.put_record(Some(&row), &moved).await?;
            self.leave(&row, moved.version).await?;
            last = moved.seq;
        }
        Ok(last)
    }

    /// The records of a scope that a firm stands for. Firms move rarely: every firm of the scope is looked at.
    async fn merged_into(
        &mut self,
        firm: &Record,
        scope: &ScopeId,
    ) -> Result<Vec<Record>, ApiError> {
        let mut firms = self
            .tx
            .records_of_kind(scope, &RecordKind::Enterprise)
            .await?;
        firms.retain(|other| other.id != firm.id && !other.deleted);
        let points: BTreeMap<_, _> = firms
            .iter()
            .filter_map(|other| Some((other.id, merged_into(&other.fields)?)))
            .collect();
        firms.retain(|other| survivor(other.id, |id| points.get(&id).copied()) == firm.id);
        Ok(firms)
    }

    async fn leave(&mut self, left: &Record, version: u64) -> Result<(), ApiError> {
        let exit = Exit {
            seq: self.tx.next_seq(&left.scope).await?,
            record: left.id,
            version,
        };
        self.tx.put_exit(&left.scope, &exit).await?;
        Ok(())
    }
}
