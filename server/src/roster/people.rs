//! Who can look after firms where: people by name, as tables and desks name them.

use crate::{
    auth::{Access, access::everybody},
    store::{Store, StoreResult},
};
use ruyuan_domain::{
    ScopeId, UserId,
    names::plain,
    roster::{PeopleView, PersonView},
    wire::Role,
};
use std::collections::BTreeSet;

/// Somebody who may be given a firm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Their account.
    pub user: UserId,
    /// How colleagues see them.
    pub name: String,
}

/// Everybody whose grants reach into the scopes that a person may write to.
#[derive(Clone, Debug)]
pub struct People {
    people: Vec<PersonHere>,
    asker: UserId,
    /// Where the asker may give firms to others.
    managed: BTreeSet<ScopeId>,
}

#[derive(Clone, Debug)]
struct PersonHere {
    who: Who,
    user_name: String,
    role: Role,
    /// Where they may write.
    scopes: Vec<ScopeId>,
}

/// Why a name names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nobody {
    /// Nobody of this name works there.
    Unknown,
    /// So many do.
    Several(usize),
}

impl People {
    /// Reads them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(store: &dyn Store, access: &Access, now_ms: i64) -> StoreResult<Self> {
        let mut people = Vec::new();
        for theirs in everybody(store, now_ms).await? {
            let here =
                |scope: &&ScopeId| scope.park_code().is_some() && access.writable.contains(*scope);
            let scopes: Vec<_> = theirs.writable.iter().filter(here).cloned().collect();
            if !scopes.is_empty() {
                people.push(PersonHere {
                    who: Who {
                        user: theirs.user,
                        name: theirs.display_name,
                    },
                    user_name: theirs.user_name,
                    role: theirs.role,
                    scopes,
                });
            }
        }
        Ok(Self {
            people,
            asker: access.user,
            managed: access.managed.clone(),
        })
    }

    /// Whether the asker may give a park's firms to somebody; to themselves everybody may.
    pub fn may_give(&self, who: &Who, scope: &ScopeId) -> bool {
        who.user == self.asker || self.managed.contains(scope)
    }

    /// The one whom a name means in a park: the name that colleagues see, or that they sign in with.
    pub fn named(&self, name: &str, scope: &ScopeId) -> Result<Who, Nobody> {
        let name = plain(name);
        let here = || {
            self.people
                .iter()
                .filter(|person| person.scopes.contains(scope))
        };
        // Whoever is named by their account is meant, whatever others are called.
        if let Some(person) = here().find(|person| plain(&person.user_name) == name) {
            return Ok(person.who.clone());
        }
        let mut called = here().filter(|person| plain(&person.who.name) == name);
        match (called.next(), called.count()) {
            (Some(person), 0) => Ok(person.who.clone()),
            (Some(_), more) => Err(Nobody::Several(more + 1)),
            (None, _) => Err(Nobody::Unknown),
        }
    }

    /// The one of this id, if they work in a park.
    pub fn with_id(&self, user: UserId, scope: &ScopeId) -> Option<Who> {
        let person = self.people.iter().find(|person| person.who.user == user)?;
        person.scopes.contains(scope).then(|| person.who.clone())
    }

    /// How somebody is called, wherever they work.
    pub fn name_of(&self, user: UserId) -> Option<&str> {
        let person = self.people.iter().find(|person| person.who.user == user)?;
        Some(&person.who.name)
    }

    /// As the desk sees them.
    pub fn view(self) -> PeopleView {
        let people = self.people.into_iter().map(|person| PersonView {
            user: person.who.user,
            user_name: person.user_name,
            display_name: person.who.name,
            role: person.role,
            scopes: person.scopes,
        });
        PeopleView {
            people: people.collect(),
        }
    }
}

#[cfg(test)]
impl People {
    /// Made by hand: user, account, name, parks.
    pub fn of(people: &[(u128, &str, &str, &[&str])]) -> Self {
        let person = |(user, account, name, parks): &(u128, &str, &str, &[&str])| PersonHere {
            who: Who {
                user: UserId::from_u128(*user),
                name: (*name).to_owned(),
            },
            user_name: (*account).to_owned(),
            role: Role::Officer,
            scopes: parks.iter().map(|park| ScopeId::park(park)).collect(),
        };
        Self {
            people: people.iter().map(person).collect(),
            asker: UserId::from_u128(1),
            managed: BTreeSet::from([ScopeId::park("a")]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_who_works_there() {
        let people = People::of(&[
            (1, "limin", "李敏", &["a"]),
            (2, "limin2", "李敏", &["a", "b"]),
            (3, "wang", "limin", &["a"]),
        ]);
        let (a, b) = (ScopeId::park("a"), ScopeId::park("b"));
        let user = |name, scope| people.named(name, scope).map(|who| who.user.as_u128());
        assert_eq!(user("李敏", &a), Err(Nobody::Several(2)));
        assert_eq!(user(" 李 敏", &b), Ok(2));
        assert_eq!(user("LiMin", &a), Ok(1));
        assert_eq!(user("limin", &b), Err(Nobody::Unknown));
        assert!(people.with_id(UserId::from_u128(1), &b).is_none());
        let who = people.named("wang", &a).unwrap();
        assert!(people.may_give(&who, &a) && !people.may_give(&who, &b));
        let own = people.named("limin", &a).unwrap();
        assert!(people.may_give(&own, &b));
    }
}
