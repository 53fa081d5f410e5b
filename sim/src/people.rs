//! Who there is and what they may do: two officers of one park, one of another, a manager of both.

use ruyuan_domain::{ScopeId, UserId, wire::Role};
use ruyuan_server::{
    auth::{Access, Places},
    store::{Account, Grant, Session},
};
use std::cell::RefCell;

/// The parks of the simulated county.
pub const PARKS: [&str; 3] = ["330802-01", "330802-02", "330825-01"];

/// One person.
pub struct Person {
    /// Who.
    pub user: UserId,
    role: Role,
    /// What is granted to them now.
    pub scopes: RefCell<Vec<ScopeId>>,
}

/// Everybody, in the order of their numbers.
pub fn everybody() -> Vec<Person> {
    let person = |bits, role, scope| Person {
        user: UserId::from_u128(bits),
        role,
        scopes: RefCell::new(vec![scope]),
    };
    vec![
        person(11, Role::Officer, ScopeId::park(PARKS[0])),
        person(12, Role::Officer, ScopeId::park(PARKS[0])),
        person(13, Role::Officer, ScopeId::park(PARKS[1])),
        person(14, Role::Manager, ScopeId::city()),
    ]
}

impl Person {
    /// Their account.
    pub fn account(&self) -> Account {
        Account {
            user: self.user,
            user_name: self.user.to_string(),
            display_name: "某人".to_owned(),
            password_hash: String::new(),
        }
    }

    /// What they may do now.
    pub fn access(&self) -> Access {
        let scopes = self.scopes.borrow();
        let grants = scopes
            .iter()
            .map(|scope| Grant::open(self.role, scope.clone()));
        let session = Session {
            account: self.account(),
            grants: grants.collect(),
            seen_at_ms: 0,
        };
        let places = Places::new(&["330802", "330825"], &PARKS);
        Access::new(&session, &places, 0)
    }
}
