//! Accounts, grants and sessions.

use super::{MemoryStore, Seen, Tables};
use crate::store::{Account, AccountStore, Grant, Session, SetupOutcome, StoreResult};
use async_trait::async_trait;
use ruyuan_domain::{ScopeId, UserId, wire::Role};
use std::sync::Arc;

#[async_trait]
impl AccountStore for MemoryStore {
    async fn any_account(&self) -> StoreResult<bool> {
        Ok(!self.now().users.is_empty())
    }

    async fn account_named(&self, user_name: &str) -> StoreResult<Option<Account>> {
        let now = self.now();
        let mut accounts = now.users.values().map(|of| &of.0);
        Ok(accounts
            .find(|account| account.user_name == user_name)
            .cloned())
    }

    async fn everybody(&self) -> StoreResult<Vec<(Account, Vec<Grant>)>> {
        let now = self.now();
        let mut all: Vec<_> = now.users.values().map(|of| (**of).clone()).collect();
        all.sort_by(|one, other| one.0.user_name.cmp(&other.0.user_name));
        Ok(all)
    }

    async fn insert_account(
        &self,
        account: &Account,
        grants: &[Grant],
        _now_ms: i64,
    ) -> StoreResult<bool> {
        Ok(insert(&mut self.now(), account, grants))
    }

    async fn administrators(&self, now_ms: i64) -> StoreResult<Vec<UserId>> {
        let administers = |grant: &Grant| {
            let of_city = grant.role == Role::Admin && grant.scope == ScopeId::city();
            of_city && grant.holds(now_ms) && grant.valid_to_ms.is_none()
        };
        let now = self.now();
        let all = now
            .users
            .iter()
            .filter(|(_, of)| of.1.iter().any(administers));
        let mut users: Vec<UserId> = all.map(|(user, _)| *user).collect();
        users.sort_unstable();
        Ok(users)
    }

    async fn end_grants(&self, user: UserId, now_ms: i64) -> StoreResult<u64> {
        let mut now = self.now();
        let Some(of) = now.users.get_mut(&user) else {
            return Ok(0);
        };
        let (_, grants) = Arc::make_mut(of);
        grants.retain(|grant| grant.valid_from_ms.is_none_or(|from| from <= now_ms));
        let mut ended = 0;
        for grant in grants.iter_mut().filter(|grant| grant.holds(now_ms)) {
            grant.valid_to_ms = Some(now_ms);
            ended += 1;
        }
        Ok(ended)
    }

    async fn open_session(
        &self,
        token_hash: &str,
        user: UserId,
        now_ms: i64,
        expires_ms: i64,
    ) -> StoreResult<()> {
        let mut now = self.now();
        let past = |seen: &Seen| seen.expires_ms <= now_ms;
        now.sessions = now
            .sessions
            .clone()
            .into_iter()
            .filter(|(_, seen)| !past(seen))
            .collect();
        let seen = Seen {
            user,
            at_ms: now_ms,
            expires_ms,
        };
        now.sessions.insert(token_hash.to_owned(), seen);
        Ok(())
    }

    async fn session(&self, token_hash: &str, now_ms: i64) -> StoreResult<Option<Session>> {
        let now = self.now();
        let seen = now
            .sessions
            .get(token_hash)
            .filter(|seen| seen.expires_ms > now_ms);
        let found = seen.and_then(|seen| Some((seen, now.users.get(&seen.user)?)));
        Ok(found.map(|(seen, of)| Session {
            account: of.0.clone(),
            grants: of.1.clone(),
            seen_at_ms: seen.at_ms,
        }))
    }

    async fn extend_session(
        &self,
        token_hash: &str,
        now_ms: i64,
        expires_ms: i64,
    ) -> StoreResult<()> {
        if let Some(seen) = self.now().sessions.get_mut(token_hash) {
            (seen.at_ms, seen.expires_ms) = (now_ms, expires_ms);
        }
        Ok(())
    }

    async fn close_session(&self, token_hash: &str) -> StoreResult<()> {
        self.now().sessions.remove(token_hash);
        Ok(())
    }

    async fn replace_setup_link(&self, token_hash: &str, expires_ms: i64) -> StoreResult<()> {
        self.now().setup_link = Some((token_hash.to_owned(), expires_ms));
        Ok(())
    }

    async fn use_setup_link(
        &self,
        token_hash: &str,
        account: &Account,
        grants: &[Grant],
        now_ms: i64,
    ) -> StoreResult<SetupOutcome> {
        let mut now = self.now();
        let link = now.setup_link.as_ref();
        let good = link.is_some_and(|(hash, expires)| hash == token_hash && *expires > now_ms);
        if !good || !now.users.is_empty() || !insert(&mut now, account, grants) {
            return Ok(SetupOutcome::NoSuchLink);
        }
        now.setup_link = None;
        Ok(SetupOutcome::Made)
    }
}

fn insert(tables: &mut Tables, account: &Account, grants: &[Grant]) -> bool {
    let taken = |of: &Arc<(Account, Vec<Grant>)>| of.0.user_name == account.user_name;
    if tables.users.contains_key(&account.user) || tables.users.values().any(taken) {
        return false;
    }
    let new = Arc::new((account.clone(), grants.to_vec()));
    tables.users.insert(account.user, new);
    true
}
