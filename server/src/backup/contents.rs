//! What a backup holds, counted while it goes by, and whether that is consistent with itself.

use crate::store::portable::{Layout, TABLES};
use ruyuan_domain::{Digest, RecordKind};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// What went by. Two that are equal saw the same rows of every table, at least by their number, and the same scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    rows: BTreeMap<&'static str, u64>,
    scopes: BTreeMap<String, Scope>,
    /// How many records of attachments.
    pub attachments: u64,
    /// How many of them with their bytes.
    pub blobs: u64,
    /// How long all of them are together.
    pub blob_bytes: u64,
}

/// What a scope says of itself and what stands in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Scope {
    head: u64,
    said: Digest,
    highest: u64,
    counted: Digest,
}

impl Contents {
    /// A row went by.
    pub(super) fn saw(&mut self, layout: &Layout, row: &[Value]) {
        let name = layout.table.name;
        *self.rows.entry(name).or_default() += 1;
        let text = |column| layout.cell(row, column).and_then(Value::as_str);
        let signed = |column| layout.cell(row, column).and_then(Value::as_i64);
        let number = |column| {
            signed(column)
                .and_then(|number| u64::try_from(number).ok())
                .unwrap_or_default()
        };
        match name {
            "scopes" => {
                let scope = self.scope(text("id"));
                scope.head = number("head_seq");
                scope.said = Digest {
                    rows: number("row_count"),
                    sum: signed("row_sum").unwrap_or_default(),
                };
            }
            "records" => {
                let (id, version) = (text("id"), number("version"));
                let scope = self.scope(text("scope_id"));
                scope.highest = scope.highest.max(number("seq"));
                let deleted = layout.cell(row, "deleted").and_then(Value::as_bool);
                // An id that is none adds nothing, and the count differs.
                if let (Some(Ok(id)), Some(false)) = (id.map(str::parse), deleted) {
                    scope.counted.add_row(id, version);
                    let kind = layout.cell(row, "kind").and_then(Value::as_str);
                    self.attachments += u64::from(kind == Some(RecordKind::Attachment.as_str()));
                }
            }
            "exits" => {
                let scope = self.scope(text("scope_id"));
                scope.highest = scope.highest.max(number("seq"));
            }
            _ => {}
        }
    }

    fn scope(&mut self, id: Option<&str>) -> &mut Scope {
        self.scopes
            .entry(id.unwrap_or_default().to_owned())
            .or_default()
    }

    /// How many rows of a table went by.
    pub fn rows(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }

    /// A scope whose rows are not those that it counts, or that has given a number above its head.
    pub fn disagrees(&self) -> Option<String> {
        let wrong = |scope: &Scope| scope.said != scope.counted || scope.highest > scope.head;
        self.scopes
            .iter()
            .find(|(_, scope)| wrong(scope))
            .map(|(id, _)| id.clone())
    }

    /// Every table with how many of its rows went by.
    pub(super) fn tables(
        &self,
    ) -> impl Iterator<Item = (&'static crate::store::portable::Table, u64)> {
        TABLES.iter().map(|table| (table, self.rows(table.name)))
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} records in {} scopes, {} edits, {} accounts, {} drafts, {} attachments ({} bytes)",
            self.rows("records"),
            self.rows("scopes"),
            self.rows("mutations"),
            self.rows("users"),
            self.rows("drafts"),
            self.blobs,
            self.blob_bytes
        )?;
        match self.attachments.saturating_sub(self.blobs) {
            0 => Ok(()),
            missing => write!(
                formatter,
                "; {missing} attachments are without their bytes: not uploaded yet, or kept where --blobs did not say"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::portable::named;
    use serde_json::json;

    fn seen(rows: &[(&str, Value)]) -> Contents {
        let mut contents = Contents::default();
        for (table, row) in rows {
            let layout = Layout::whole(named(table).unwrap());
            let row = row.as_array().unwrap();
            assert!(layout.fits(row), "{table}: {row:?}");
            contents.saw(&layout, row);
        }
        contents
    }

    #[test]
    fn a_scope_that_counts_otherwise_or_has_numbers_above_its_head_is_named() {
        let id = "0190f3a0-0000-7000-8000-000000000001";
        let mut digest = Digest::default();
        digest.add_row(id.parse().unwrap(), 2);
        let record = |seq: u64, deleted: bool| {
            json!([
                id,
                id,
                "city",
                "enterprise",
                seq,
                2,
                "{}",
                deleted,
                id,
                "2026"
            ])
        };
        for (head, rows, sum, seq, deleted, right) in [
            (7, 1, digest.sum, 7, false, true),
            (7, 0, 0, 7, true, true),
            (7, 1, digest.sum, 8, false, false),
            (7, 2, digest.sum, 7, false, false),
            (7, 1, digest.sum.wrapping_add(1), 7, false, false),
            (7, 1, digest.sum, 7, true, false),
        ] {
            let contents = seen(&[
                ("scopes", json!(["city", head, 0, rows, sum])),
                ("records", record(seq, deleted)),
            ]);
            let wrong = contents.disagrees();
            assert_eq!(wrong, (!right).then(|| "city".to_owned()));
        }
    }
}
