//! The firms of a report, each counted once however often it was taken down.

use ruyuan_domain::{
    Record, RecordId,
    alias::{merged_into, survivor},
    consts::field,
};
use std::collections::BTreeMap;

/// A firm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Firm {
    /// Its name.
    pub name: String,
    /// Its 统一社会信用代码; empty if it is not known.
    pub code: String,
    merged_into: Option<RecordId>,
}

/// Firms by their ids.
#[derive(Clone, Debug, Default)]
pub struct Firms(BTreeMap<RecordId, Firm>);

impl Firms {
    /// Takes a firm in, a deleted one too: what was said of it stays said.
    pub fn take(&mut self, record: &Record) {
        let merged_into = merged_into(&record.fields);
        let firm = Firm {
            name: super::plain(record.text(field::NAME)),
            code: super::plain(record.text(field::CREDIT_CODE)),
            merged_into: merged_into.filter(|id| *id != record.id),
        };
        self.0.insert(record.id, firm);
    }

    /// Whether a firm is here.
    pub fn has(&self, id: RecordId) -> bool {
        self.0.contains_key(&id)
    }

    /// Survivors that are named and are not here.
    pub fn missing(&self) -> Vec<RecordId> {
        let named = self.0.values().filter_map(|firm| firm.merged_into);
        let mut missing: Vec<_> = named.filter(|id| !self.has(*id)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// The firm that stands for this one: itself, or the one that it was merged into, as far as that is here.
    pub fn survivor(&self, id: RecordId) -> RecordId {
        survivor(id, |id| {
            let into = self.0.get(&id)?.merged_into;
            into.filter(|into| self.has(*into))
        })
    }

    /// What is known of a firm.
    pub fn get(&self, id: RecordId) -> Option<&Firm> {
        self.0.get(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firms(merged: &[(u128, u128)]) -> Firms {
        let id = RecordId::from_u128;
        let mut firms = Firms::default();
        for n in 1..=60 {
            let into = merged.iter().find(|(from, _)| *from == n);
            let firm = Firm {
                merged_into: into.map(|(_, into)| id(*into)),
                ..Firm::default()
            };
            firms.0.insert(id(n), firm);
        }
        firms
    }

    #[test]
    fn a_merged_firm_is_its_survivor_and_a_circle_is_one_firm() {
        let id = RecordId::from_u128;
        let chain = firms(&[(1, 2), (2, 3)]);
        for (from, to) in [(1, 3), (2, 3), (3, 3), (4, 4), (99, 99)] {
            assert_eq!(chain.survivor(id(from)), id(to), "{from}");
        }
        let circle = firms(&[(5, 7), (7, 6), (6, 7)]);
        for from in [5, 6, 7] {
            assert_eq!(circle.survivor(id(from)), id(6), "{from}");
        }
        // Into a firm that is not to be seen: it stays what it was, and is named as missing.
        let away = firms(&[(1, 99)]);
        assert_eq!(away.survivor(id(1)), id(1));
        assert_eq!(away.missing(), [id(99)]);
    }
}
