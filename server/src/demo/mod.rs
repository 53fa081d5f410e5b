//! The demo: five people and two hundred firms to try the product with. It is loaded only when asked for, once.

mod firms;

pub use firms::{Firm, firms};

use crate::{
    app::AppState,
    clock::Clock,
    content::stable_bits,
    problem::ApiError,
    store::{Account, Grant, Store},
};
use ruyuan_domain::{Map, Record, RecordKind, ScopeId, UserId, wire::Role};

/// The password of every demo account.
pub const PASSWORD: &str = "ruyuan-demo";

/// Name in the database's facts about itself that says the demo is loaded.
const LOADED: &str = "demo";

/// The name of the demo's administrator, whom demos of before there were devices to look after lack.
const ADMINISTRATOR: &str = "admin";

/// A person of the demo.
pub struct Person {
    /// The name to sign in with.
    pub user_name: &'static str,
    /// How colleagues see it.
    pub display_name: &'static str,
    /// What they do.
    pub role: Role,
    /// Where.
    pub place: Place,
}

/// Where a demo person works.
#[derive(Clone, Copy)]
pub enum Place {
    /// A park by its code.
    Park(&'static str),
    /// A county by its code.
    County(&'static str),
    /// The city with all of them.
    City,
}

impl Place {
    fn scope(self) -> ScopeId {
        match self {
            Self::Park(code) => ScopeId::park(code),
            Self::County(code) => ScopeId::county(code),
            Self::City => ScopeId::city(),
        }
    }
}

/// Two officers of one park, one of its neighbour, the manager of their county, and the administrator of the whole.
pub const PEOPLE: [Person; 5] = [
    Person {
        user_name: "limin",
        display_name: "李敏",
        role: Role::Officer,
        place: Place::Park("330802-01"),
    },
    Person {
        user_name: "wangqiang",
        display_name: "王强",
        role: Role::Officer,
        place: Place::Park("330802-01"),
    },
    Person {
        user_name: "zhaolei",
        display_name: "赵蕾",
        role: Role::Officer,
        place: Place::Park("330802-02"),
    },
    Person {
        user_name: "chen",
        display_name: "陈主任",
        role: Role::Manager,
        place: Place::County("330802"),
    },
    Person {
        user_name: ADMINISTRATOR,
        display_name: "管理员",
        role: Role::Admin,
        place: Place::City,
    },
];

fn user_id(user_name: &str) -> UserId {
    UserId::from_u128(stable_bits(&format!("demo:user:{user_name}")))
}

/// Loads people and firms into a database that does not have them; tells whether it loaded the firms. An account of
/// the same name that is there stays as it is.
///
/// # Errors
/// The database failed.
pub async fn load(state: &AppState) -> Result<bool, ApiError> {
    let store = state.store.as_ref();
    let loaded = store.begin_read().await?.meta(LOADED).await?.is_some();
    if loaded && store.account_named(ADMINISTRATOR).await?.is_some() {
        return Ok(false);
    }
    let hash = state.passwords.hash(PASSWORD.to_owned()).await?;
    for person in &PEOPLE {
        let account = Account {
            user: user_id(person.user_name),
            user_name: person.user_name.to_owned(),
            display_name: person.display_name.to_owned(),
            password_hash: hash.clone(),
        };
        // A start that was cut off here finds the name taken, which is as good.
        let grants = [Grant::open(person.role, person.place.scope())];
        store
            .insert_account(&account, &grants, state.clock.unix_ms())
            .await?;
    }
    if loaded {
        return Ok(false);
    }
    load_firms(store, state.clock.as_ref()).await?;
    Ok(true)
}

async fn load_firms(store: &dyn Store, clock: &dyn Clock) -> Result<(), ApiError> {
    let firms = firms();
    let mut scopes: Vec<ScopeId> = firms.iter().map(|firm| firm.scope.clone()).collect();
    scopes.sort();
    scopes.dedup();
    let mut tx = store.begin_write().await?;
    tx.lock_scopes(&scopes).await?;
    // Asked again now that the scopes are held: another server on this database may have begun at the same time.
    if tx.meta(LOADED).await?.is_some() {
        return Ok(());
    }
    for firm in firms {
        let seq = tx.next_seq(&firm.scope).await?;
        let record = Record {
            id: firm.id,
            root: firm.id,
            kind: RecordKind::Enterprise,
            scope: firm.scope,
            seq,
            version: 1,
            fields: firm.fields,
            deleted: false,
            by: user_id(firm.added_by),
            at: clock.now(),
            unknown: Map::new(),
        };
        tx.put_record(None, &record).await?;
    }
    tx.set_meta(LOADED, "loaded").await?;
    tx.commit().await?;
    Ok(())
}

/// The accounts as a table for the terminal.
pub fn table() -> String {
    let mut lines = vec![format!("demo accounts (password {PASSWORD}):")];
    for person in &PEOPLE {
        let (role, scope) = (person.role.as_str(), person.place.scope());
        lines.push(format!(
            "  {:<10} {role:<8} {:<16} {}",
            person.user_name,
            scope.as_str(),
            person.display_name
        ));
    }
    lines.join("\n")
}
