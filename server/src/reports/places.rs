//! Which parks and counties a report is about, and what they are called.

use crate::{
    auth::Access,
    store::{ReadTx, StoreResult},
};
use ruyuan_domain::{RecordKind, ScopeId, consts::field};
use std::collections::{BTreeMap, BTreeSet};

/// A code that ends so is the city's own.
const CITY: &str = "00";

/// Most names of a unit that is several.
const MOST_NAMES: usize = 3;

/// The parks and counties of a report.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Whose records are read.
    pub scopes: BTreeSet<ScopeId>,
    /// What they are called, by scope.
    pub names: BTreeMap<ScopeId, String>,
    /// 单位: all of them in a few words.
    pub unit: String,
}

/// What a person's reports may be about: their parks and counties, and for who answers for the city the city.
fn reachable(access: &Access) -> BTreeSet<ScopeId> {
    let city = ScopeId::city();
    let place = |scope: &&ScopeId| {
        scope.park_code().is_some()
            || scope.county_code().is_some()
            || (**scope == city && access.writable.contains(&city))
    };
    access.scopes.iter().filter(place).cloned().collect()
}

/// A place and everything inside it that is in `all`.
fn inside(place: &ScopeId, all: &BTreeSet<ScopeId>) -> BTreeSet<ScopeId> {
    let parks = place.county_code().map(|county| format!("{county}-"));
    let within = |scope: &&ScopeId| {
        let in_county = parks.as_ref().is_some_and(|prefix| {
            let park = scope.park_code();
            park.is_some_and(|park| park.starts_with(prefix))
        });
        *scope == place || *place == ScopeId::city() || in_county
    };
    all.iter().filter(within).cloned().collect()
}

/// The places of a report: the one that is asked for and all inside it, or all that the person may see. `None` if
/// what is asked for is none of theirs.
///
/// # Errors
/// The database failed.
pub async fn choose(
    tx: &mut dyn ReadTx,
    access: &Access,
    asked: Option<&str>,
) -> StoreResult<Option<Chosen>> {
    let all = reachable(access);
    let scopes = match asked {
        None => all,
        Some(asked) => match all.iter().find(|scope| scope.as_str() == asked) {
            Some(place) => inside(place, &all),
            None => return Ok(None),
        },
    };
    let mut names = BTreeMap::new();
    for (kind, scope_of) in [
        (RecordKind::Division, ScopeId::county as fn(&str) -> ScopeId),
        (RecordKind::Park, ScopeId::park),
    ] {
        let known = tx.records_of_kind(&ScopeId::public(), &kind).await?;
        for place in known.iter().filter(|place| !place.deleted) {
            let code = place.text(field::CODE);
            let scope = match kind == RecordKind::Division && code.ends_with(CITY) {
                true => ScopeId::city(),
                false => scope_of(code),
            };
            names.insert(scope, super::plain(place.text(field::NAME)));
        }
    }
    let unit = unit(&scopes, &names);
    Ok(Some(Chosen {
        scopes,
        names,
        unit,
    }))
}

/// The outermost of the places by name: a county for its parks, the city for all.
fn unit(scopes: &BTreeSet<ScopeId>, names: &BTreeMap<ScopeId, String>) -> String {
    let outermost: Vec<&str> = scopes
        .iter()
        .filter(|scope| {
            let around = scopes.iter().filter(|other| other != scope);
            !around
                .into_iter()
                .any(|other| inside(other, scopes).contains(scope))
        })
        .map(|scope| names.get(scope).map_or(scope.as_str(), String::as_str))
        .collect();
    let named = outermost.get(..MOST_NAMES).unwrap_or(&outermost).join("、");
    match outermost.len() > MOST_NAMES {
        true => format!("{named}等{}处", outermost.len()),
        false => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_named_by_what_lies_around_the_rest() {
        let names: BTreeMap<ScopeId, String> = [
            (ScopeId::city(), "衢州市"),
            (ScopeId::county("330802"), "柯城区"),
            (ScopeId::park("330802-01"), "甲园区"),
            (ScopeId::park("330802-02"), "乙园区"),
            (ScopeId::park("330825-01"), "丙园区"),
            (ScopeId::park("330825-02"), "丁园区"),
        ]
        .map(|(scope, name)| (scope, name.to_owned()))
        .into();
        for (scopes, expected) in [
            (&["park:330802-01"][..], "甲园区"),
            (&["county:330802", "park:330802-01"], "柯城区"),
            (&["county:330802", "park:330825-01"], "柯城区、丙园区"),
            (&["city", "county:330802", "park:330825-01"], "衢州市"),
            (
                &[
                    "park:330802-01",
                    "park:330802-02",
                    "park:330825-01",
                    "park:330825-02",
                ],
                "甲园区、乙园区、丙园区等4处",
            ),
            (&[], ""),
        ] {
            let scopes = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
            assert_eq!(unit(&scopes, &names), expected);
        }
    }
}
