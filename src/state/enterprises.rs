//! Firms as lists show them: sorted, searchable as one types.

use super::store::Store;
use ruyuan_domain::{Record, RecordId, RecordKind, ScopeId, consts::field, order::sorted_by};

/// A firm as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnterpriseRow {
    /// The firm.
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Its credit code, if it has one yet.
    pub credit_code: String,
    /// Its industry chain.
    pub chain: String,
    /// The scope it is in.
    pub scope: ScopeId,
    /// Name and code in lower case, what a search looks at.
    haystack: String,
}

impl EnterpriseRow {
    fn new(record: &Record) -> Self {
        let name = record.text(field::NAME).to_owned();
        let credit_code = record.text(field::CREDIT_CODE).to_owned();
        let haystack =
            format!("{name} {credit_code} {}", record.text("contact_name")).to_ascii_lowercase();
        Self {
            id: record.id,
            chain: record.text("industry_chain").to_owned(),
            scope: record.scope.clone(),
            name,
            credit_code,
            haystack,
        }
    }

    /// Whether every word of the search is in the name, the code or the contact.
    pub fn matches(&self, search: &str) -> bool {
        search
            .to_ascii_lowercase()
            .split_whitespace()
            .all(|word| self.haystack.contains(word))
    }
}

/// Every firm, by name.
pub fn all(store: Store) -> Vec<EnterpriseRow> {
    let rows: Vec<_> = store.read(|state| {
        state
            .view()
            .of_kind(&RecordKind::Enterprise)
            .map(|record| EnterpriseRow::new(record))
            .collect()
    });
    sorted_by(rows, |one: &EnterpriseRow, other| one.name.cmp(&other.name))
}

/// Firms of other records with the same credit code: two officers may have added one firm.
pub fn same_code(store: Store, id: RecordId, code: &str) -> Option<String> {
    if code.is_empty() {
        return None;
    }
    store.read(|state| {
        state
            .view()
            .of_kind(&RecordKind::Enterprise)
            .find(|record| record.id != id && record.text(field::CREDIT_CODE) == code)
            .map(|record| record.text(field::NAME).to_owned())
    })
}
