//! Firms as lists show them: sorted, searchable as one types.

use super::store::Store;
use ruyuan_domain::{Record, RecordId, RecordKind, ScopeId, consts::field, order::sorted_by};
use std::rc::Rc;

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
}

/// The firms in whose name, code or contact every word of the search is.
pub fn matching(rows: &[Rc<EnterpriseRow>], search: &str) -> Vec<Rc<EnterpriseRow>> {
    let search = search.to_ascii_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let matches = |row: &&Rc<EnterpriseRow>| words.iter().all(|word| row.haystack.contains(word));
    rows.iter().filter(matches).cloned().collect()
}

/// Every firm, by name. Shared, because a search picks from ten thousand at each keystroke.
pub fn all(store: Store) -> Vec<Rc<EnterpriseRow>> {
    let rows: Vec<_> = store.read(|state| {
        state
            .view()
            .of_kind(&RecordKind::Enterprise)
            .map(|record| Rc::new(EnterpriseRow::new(record)))
            .collect()
    });
    sorted_by(rows, |one: &Rc<EnterpriseRow>, other| {
        one.name.cmp(&other.name)
    })
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
