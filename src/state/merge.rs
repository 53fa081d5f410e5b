//! 合并企业: two records of one firm become one, field by field, and two again.

use super::{firms, store::Store};
use ruyuan_domain::{
    Record, RecordId, RecordKind, alias::merged_into, consts::field, names::plain, order::sorted_by,
};
use ruyuan_sync::{
    duplicates,
    engine::{EngineError, State},
};
use std::rc::Rc;

/// Two firms that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twins {
    /// The one that was made first.
    pub one: Rc<Record>,
    /// The other.
    pub other: Rc<Record>,
    /// Whether their codes are the same; else only their names are.
    pub same_code: bool,
}

/// Firms with the same credit code, or with the same name of which one has no code yet; neighbours in the list of
/// their names.
pub fn all_twins(store: Store) -> Vec<Twins> {
    store.read(|state| {
        let mut twins = Vec::new();
        for same_code in [true, false] {
            let key = |firm: &Record| match same_code {
                true => firm.text(field::CREDIT_CODE).to_owned(),
                false => plain(firm.text(field::NAME)),
            };
            let keyed: Vec<_> = firms::all(state)
                .map(|firm| (key(firm), Rc::clone(firm)))
                .filter(|(key, _)| !key.is_empty())
                .collect();
            let keyed = sorted_by(keyed, |one: &(String, Rc<Record>), other| {
                (&one.0, one.1.id).cmp(&(&other.0, other.1.id))
            });
            for pair in keyed.windows(2) {
                let [(key, one), (next, other)] = pair else {
                    continue;
                };
                let codes = [one, other].map(|firm| firm.text(field::CREDIT_CODE));
                if key == next && (same_code || codes.contains(&"")) {
                    twins.push(Twins {
                        one: Rc::clone(one),
                        other: Rc::clone(other),
                        same_code,
                    });
                }
            }
        }
        twins
    })
}

/// Merges `goes` into `stays`, which takes over the fields named.
///
/// # Errors
/// As [`Store::act`].
pub async fn merge(
    store: Store,
    stays: &Record,
    goes: &Record,
    taken: &[usize],
) -> Result<(), EngineError> {
    store.edit(duplicates::merge(stays, goes, taken)).await
}

/// Makes two firms of one again.
///
/// # Errors
/// As [`Store::act`].
pub async fn part(store: Store, merged: &Record) -> Result<(), EngineError> {
    let stays = store.read_untracked(|state| {
        let into = merged_into(&merged.fields)?;
        state.view().get(into).cloned()
    });
    store.edit(duplicates::part(merged, stays.as_deref())).await
}

/// How many visits a firm has, for whoever decides which record stays.
pub fn visit_count(state: &State, firm: RecordId) -> usize {
    firms::about(state, &RecordKind::Visit, firm).count()
}
