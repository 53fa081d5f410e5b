//! Accounts, grants and sessions: whole operations, each its own transaction.

use super::StoreResult;
use async_trait::async_trait;
use ruyuan_domain::{ScopeId, UserId, wire::Role};

/// A person with an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub user: UserId,
    /// The name to sign in with.
    pub user_name: String,
    /// How colleagues see it.
    pub display_name: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
}

/// What an account may do where, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// As what.
    pub role: Role,
    /// Where: a park, a county with its parks, or the city with all.
    pub scope: ScopeId,
    /// From this instant on.
    pub valid_from_ms: Option<i64>,
    /// Up to, not including, this instant.
    pub valid_to_ms: Option<i64>,
}

impl Grant {
    /// A grant without bounds in time.
    pub const fn open(role: Role, scope: ScopeId) -> Self {
        Self {
            role,
            scope,
            valid_from_ms: None,
            valid_to_ms: None,
        }
    }

    /// Whether it holds at this instant.
    pub fn holds(&self, now_ms: i64) -> bool {
        self.valid_from_ms.is_none_or(|from| from <= now_ms)
            && self.valid_to_ms.is_none_or(|to| now_ms < to)
    }
}

/// A signed-in person.
#[derive(Clone)]
pub struct Session {
    /// Whose.
    pub account: Account,
    /// Everything ever granted to them; the caller asks which holds now.
    pub grants: Vec<Grant>,
    /// When it was last seen, in milliseconds.
    pub seen_at_ms: i64,
}

/// What became of the first set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupOutcome {
    /// The administrator is made and the link is spent.
    Made,
    /// The link is unknown, spent or too old.
    NoSuchLink,
}

/// The database's accounts.
#[async_trait]
pub trait AccountStore: Send + Sync + 'static {
    /// Whether anybody has an account.
    async fn any_account(&self) -> StoreResult<bool>;

    /// The account of this name.
    async fn account_named(&self, user_name: &str) -> StoreResult<Option<Account>>;

    /// Everybody who has an account, with everything ever granted to them, by name to sign in with.
    async fn everybody(&self) -> StoreResult<Vec<(Account, Vec<Grant>)>>;

    /// Makes an account with its grants; `false` if the name or id is taken, and then nothing is changed.
    async fn insert_account(
        &self,
        account: &Account,
        grants: &[Grant],
        now_ms: i64,
    ) -> StoreResult<bool>;

    /// Who administers the city, without an end that is known.
    async fn administrators(&self, now_ms: i64) -> StoreResult<Vec<UserId>>;

    /// Ends every grant of a person that holds, and forgets those that were still to begin; says how many.
    async fn end_grants(&self, user: UserId, now_ms: i64) -> StoreResult<u64>;

    /// Begins a session; sessions past their end are swept.
    async fn open_session(
        &self,
        token_hash: &str,
        user: UserId,
        now_ms: i64,
        expires_ms: i64,
    ) -> StoreResult<()>;

    /// The session of this token, if it has not ended.
    async fn session(&self, token_hash: &str, now_ms: i64) -> StoreResult<Option<Session>>;

    /// The session was used, and ends later.
    async fn extend_session(
        &self,
        token_hash: &str,
        now_ms: i64,
        expires_ms: i64,
    ) -> StoreResult<()>;

    /// Ends a session.
    async fn close_session(&self, token_hash: &str) -> StoreResult<()>;

    /// Makes this the only set-up link.
    async fn replace_setup_link(&self, token_hash: &str, expires_ms: i64) -> StoreResult<()>;

    /// Spends the set-up link and makes the first account, both or neither. A link is worth nothing once anybody
    /// has an account.
    async fn use_setup_link(
        &self,
        token_hash: &str,
        account: &Account,
        grants: &[Grant],
        now_ms: i64,
    ) -> StoreResult<SetupOutcome>;
}
