//! Firms as lists show them: sorted, searchable as one types.

use super::{firms, store::Store};
use leptos::prelude::*;
use ruyuan_domain::{Record, RecordId, ScopeId, consts::field, order::sorted_by};
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

/// Every firm, by name, sorted anew only when something has changed since a page last asked.
pub fn listed(store: Store) -> Memo<Vec<Rc<EnterpriseRow>>> {
    if let Some(known) = store.firms.get_value() {
        return known;
    }
    let firms = store.outliving_pages(|| Memo::new(move |_| all(store)));
    store.firms.set_value(Some(firms));
    firms
}

/// Every firm, by name. Shared, because a search picks from ten thousand at each keystroke.
fn all(store: Store) -> Vec<Rc<EnterpriseRow>> {
    let rows: Vec<_> = store.read(|state| {
        firms::all(state)
            .map(|record| Rc::new(EnterpriseRow::new(record)))
            .collect()
    });
    sorted_by(rows, |one: &Rc<EnterpriseRow>, other| {
        one.name.cmp(&other.name)
    })
}

/// Another firm with the same credit code: two officers may have added one firm.
pub fn same_code(store: Store, id: RecordId, code: &str) -> Option<(RecordId, String)> {
    if code.is_empty() {
        return None;
    }
    store.read(|state| {
        let twin = firms::all(state)
            .find(|record| record.id != id && record.text(field::CREDIT_CODE) == code)?;
        Some((twin.id, twin.text(field::NAME).to_owned()))
    })
}
