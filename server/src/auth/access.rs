//! From grants to scopes: what a person may see and write, computed at every request.

use crate::{
    clock::DAY_MS,
    store::{Grant, ReadTx, Session, Store, StoreResult},
};
use ruyuan_domain::{
    RecordKind, ScopeId, UserId,
    consts::field,
    wire::{Role, SessionView},
};
use std::collections::BTreeSet;

/// For so long after their last grant has ended a person may still send what their phone holds.
pub const AFTER_LEAVING_MS: i64 = 30 * DAY_MS;

/// The counties and parks of the city, from the content imported at start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    counties: BTreeSet<String>,
    parks: BTreeSet<String>,
}

impl Places {
    /// From lists of codes.
    pub fn new(counties: &[&str], parks: &[&str]) -> Self {
        let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        Self {
            counties: owned(counties),
            parks: owned(parks),
        }
    }

    /// Reads them from the published content.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(tx: &mut dyn ReadTx) -> StoreResult<Self> {
        let mut codes = Vec::new();
        for kind in [RecordKind::Division, RecordKind::Park] {
            let records = tx.records_of_kind(&ScopeId::public(), &kind).await?;
            let alive = records.into_iter().filter(|record| !record.deleted);
            codes.push(
                alive
                    .map(|record| record.text(field::CODE).to_owned())
                    .collect::<BTreeSet<_>>(),
            );
        }
        let parks = codes.pop().unwrap_or_default();
        let mut counties = codes.pop().unwrap_or_default();
        // A code that ends in 00 is the city's own.
        counties.retain(|code| !code.ends_with("00"));
        Ok(Self { counties, parks })
    }

    fn parks_of(&self, county: &str) -> impl Iterator<Item = ScopeId> {
        // A park's code is its county's and a number: `330802-01`.
        let prefix = format!("{county}-");
        self.parks
            .iter()
            .filter(move |park| park.starts_with(&prefix))
            .map(|park| ScopeId::park(park))
    }

    /// A granted scope and everything inside it.
    fn expand(&self, scope: &ScopeId) -> BTreeSet<ScopeId> {
        let mut inside = BTreeSet::from([scope.clone()]);
        if let Some(county) = scope.county_code() {
            inside.extend(self.parks_of(county));
        }
        if *scope == ScopeId::city() {
            inside.extend(self.counties.iter().map(|county| ScopeId::county(county)));
            inside.extend(self.parks.iter().map(|park| ScopeId::park(park)));
        }
        inside
    }
}

/// A signed-in person and what they may do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Who.
    pub user: UserId,
    /// The account's name.
    pub user_name: String,
    /// How colleagues see them.
    pub display_name: String,
    /// What they mostly are.
    pub role: Role,
    /// Scopes they may see.
    pub scopes: BTreeSet<ScopeId>,
    /// Scopes they may write to through push.
    pub writable: BTreeSet<ScopeId>,
    /// Those of them that they manage.
    pub managed: BTreeSet<ScopeId>,
    /// Whether they administer the whole.
    pub administers: bool,
}

impl Access {
    /// From a session's grants, at this instant. Whose last grant has ended sees what everybody sees, and may send
    /// what they have written before.
    pub fn new(session: &Session, places: &Places, now_ms: i64) -> Self {
        let account = &session.account;
        let own = ScopeId::user(account.user);
        let mut scopes = BTreeSet::from([ScopeId::public(), own.clone()]);
        if ended_ms(&session.grants, now_ms).is_none() {
            scopes.insert(ScopeId::city());
        }
        let mut writable = BTreeSet::from([own]);
        let mut managed = BTreeSet::new();
        let mut administers = false;
        for grant in session.grants.iter().filter(|grant| grant.holds(now_ms)) {
            administers |= grant.role == Role::Admin && grant.scope == ScopeId::city();
            for scope in places.expand(&grant.scope) {
                // What the whole city reads is written by those who answer for the city. `public` is published,
                // which is not a push.
                let shared = scope == ScopeId::city() || scope == ScopeId::public();
                let answers = matches!(grant.role, Role::Manager | Role::Admin);
                if scope != ScopeId::public() && (!shared || answers) {
                    writable.insert(scope.clone());
                    if answers {
                        managed.insert(scope.clone());
                    }
                }
                scopes.insert(scope);
            }
        }
        Self {
            user: account.user,
            user_name: account.user_name.clone(),
            display_name: account.display_name.clone(),
            role: main_role(&session.grants, now_ms),
            scopes,
            writable,
            managed,
            administers,
        }
    }

    /// As the client sees it.
    pub fn view(&self) -> SessionView {
        SessionView {
            user: self.user,
            user_name: self.user_name.clone(),
            display_name: self.display_name.clone(),
            role: self.role,
            scopes: self.scopes.iter().cloned().collect(),
            writable: self.writable.iter().cloned().collect(),
        }
    }
}

/// What everybody who has an account may do at this instant.
///
/// # Errors
/// The database failed.
pub async fn everybody(store: &dyn Store, now_ms: i64) -> StoreResult<Vec<Access>> {
    let places = Places::load(store.begin_read().await?.as_mut()).await?;
    let all = store.everybody().await?.into_iter();
    Ok(all
        .map(|(account, grants)| {
            let session = Session {
                account,
                grants,
                seen_at_ms: 0,
            };
            Access::new(&session, &places, now_ms)
        })
        .collect())
}

/// Whether the last of these grants ended so long ago that not even unsent work is taken any more.
pub fn is_over(grants: &[Grant], now_ms: i64) -> bool {
    ended_ms(grants, now_ms).is_some_and(|ended| now_ms - ended >= AFTER_LEAVING_MS)
}

/// When the last of these grants ended, if none holds and none is still to begin.
fn ended_ms(grants: &[Grant], now_ms: i64) -> Option<i64> {
    let ends = grants.iter().map(|grant| grant.valid_to_ms);
    let last = ends.map(|end| end.unwrap_or(i64::MAX)).max()?;
    (last <= now_ms).then_some(last)
}

/// The role with the widest reach decides which screens come first. One whose every grant has ended keeps the name
/// of what they were, and sees only what everybody sees.
fn main_role(grants: &[Grant], now_ms: i64) -> Role {
    let widest = |grants: &mut dyn Iterator<Item = &Grant>| {
        grants
            .map(|grant| grant.role)
            .max_by_key(|role| reach(*role))
    };
    widest(&mut grants.iter().filter(|grant| grant.holds(now_ms)))
        .or_else(|| widest(&mut grants.iter()))
        .unwrap_or(Role::Owner)
}

const fn reach(role: Role) -> u8 {
    match role {
        Role::Admin => 6,
        Role::Manager => 5,
        Role::Officer => 4,
        Role::Trainer => 3,
        Role::Clerk => 2,
        Role::Bank => 1,
        Role::Owner => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Account;

    fn access(grants: &[Grant], now_ms: i64) -> Access {
        let account = Account {
            user: UserId::from_u128(1),
            user_name: "limin".to_owned(),
            display_name: "李敏".to_owned(),
            password_hash: String::new(),
        };
        let session = Session {
            account,
            grants: grants.to_vec(),
            seen_at_ms: 0,
        };
        let places = Places::new(
            &["330802", "330825"],
            &["330802-01", "330802-02", "330825-01"],
        );
        Access::new(&session, &places, now_ms)
    }

    fn names(scopes: &BTreeSet<ScopeId>) -> Vec<&str> {
        scopes
            .iter()
            .map(ScopeId::as_str)
            .filter(|scope| !scope.starts_with("user:"))
            .collect()
    }

    #[test]
    fn a_grant_reaches_what_lies_inside_it() {
        let cases: [(Grant, &[&str], &[&str]); 4] = [
            (
                Grant::open(Role::Officer, ScopeId::park("330802-01")),
                &["city", "park:330802-01", "public"],
                &["park:330802-01"],
            ),
            (
                Grant::open(Role::Manager, ScopeId::county("330802")),
                &[
                    "city",
                    "county:330802",
                    "park:330802-01",
                    "park:330802-02",
                    "public",
                ],
                &["county:330802", "park:330802-01", "park:330802-02"],
            ),
            (
                Grant::open(Role::Officer, ScopeId::public()),
                &["city", "public"],
                &[],
            ),
            (
                Grant::open(Role::Admin, ScopeId::city()),
                &[
                    "city",
                    "county:330802",
                    "county:330825",
                    "park:330802-01",
                    "park:330802-02",
                    "park:330825-01",
                    "public",
                ],
                &[
                    "city",
                    "county:330802",
                    "county:330825",
                    "park:330802-01",
                    "park:330802-02",
                    "park:330825-01",
                ],
            ),
        ];
        for (grant, seen, written) in cases {
            let access = access(std::slice::from_ref(&grant), 0);
            assert_eq!(names(&access.scopes), seen, "{grant:?}");
            assert_eq!(names(&access.writable), written, "{grant:?}");
        }
    }

    #[test]
    fn a_grant_ends_and_its_scopes_with_it() {
        let grant = Grant {
            valid_from_ms: Some(10),
            valid_to_ms: Some(20),
            ..Grant::open(Role::Officer, ScopeId::park("330802-01"))
        };
        let park = "park:330802-01";
        let last = 20 + AFTER_LEAVING_MS - 1;
        for (now, seen, written) in [
            (9, &["city", "public"][..], &[][..]),
            (10, &["city", park, "public"], &[park]),
            (19, &["city", park, "public"], &[park]),
            (20, &["public"], &[]),
            (last, &["public"], &[]),
        ] {
            let access = access(std::slice::from_ref(&grant), now);
            assert_eq!(names(&access.scopes), seen, "{now}");
            assert_eq!(names(&access.writable), written, "{now}");
            assert_eq!(access.role, Role::Officer);
            assert!(!is_over(std::slice::from_ref(&grant), now), "{now}");
        }
        assert!(is_over(std::slice::from_ref(&grant), last + 1));
        // Another that holds, or will, is a reason to stay.
        for (from, to) in [(None, None), (Some(last + 99), None)] {
            let other = Grant {
                valid_from_ms: from,
                valid_to_ms: to,
                ..Grant::open(Role::Trainer, ScopeId::park("330802-02"))
            };
            assert!(!is_over(&[grant.clone(), other], last + 1));
        }
        assert!(!is_over(&[], last + 1));
    }
}
