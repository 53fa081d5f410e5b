//! Accounts, grants and sessions.

use super::PostgresStore;
use crate::store::{Account, AccountStore, Grant, Session, SetupOutcome, StoreResult, row};
use async_trait::async_trait;
use ruyuan_domain::{ScopeId, UserId, wire::Role};
use sqlx::PgConnection;

#[async_trait]
impl AccountStore for PostgresStore {
    async fn any_account(&self) -> StoreResult<bool> {
        let found = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)")
            .fetch_one(&self.readers)
            .await?;
        Ok(found)
    }

    async fn account_named(&self, user_name: &str) -> StoreResult<Option<Account>> {
        // PostgreSQL takes no text with U+0000 in it, and what anybody may type to sign in can have one.
        if user_name.contains('\0') {
            return Ok(None);
        }
        let row = sqlx::query(
            "SELECT id, user_name, display_name, password_hash FROM users WHERE user_name = $1",
        )
        .bind(user_name)
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(row::account).transpose()
    }

    async fn everybody(&self) -> StoreResult<Vec<(Account, Vec<Grant>)>> {
        let rows = sqlx::query(
            "SELECT u.id, u.user_name, u.display_name, u.password_hash, 0,
                    g.role, g.scope_id, g.valid_from, g.valid_to
             FROM users u LEFT JOIN grants g ON g.user_id = u.id ORDER BY u.user_name, g.scope_id",
        )
        .fetch_all(&self.readers)
        .await?;
        row::people(&rows)
    }

    async fn insert_account(
        &self,
        account: &Account,
        grants: &[Grant],
        now_ms: i64,
    ) -> StoreResult<bool> {
        let mut tx = self.writers.begin().await?;
        let made = insert(&mut tx, account, grants, now_ms).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn administrators(&self, now_ms: i64) -> StoreResult<Vec<UserId>> {
        let found: Vec<String> = sqlx::query_scalar(
            "SELECT user_id FROM grants WHERE role = $1 AND scope_id = $2
             AND (valid_from IS NULL OR valid_from <= $3) AND valid_to IS NULL ORDER BY user_id",
        )
        .bind(Role::Admin.as_str())
        .bind(ScopeId::city().to_string())
        .bind(now_ms)
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(|id| row::parse(id)).collect()
    }

    async fn end_grants(&self, user: UserId, now_ms: i64) -> StoreResult<u64> {
        let mut tx = self.writers.begin().await?;
        sqlx::query("DELETE FROM grants WHERE user_id = $1 AND valid_from > $2")
            .bind(user.to_string())
            .bind(now_ms)
            .execute(&mut *tx)
            .await?;
        let ended = sqlx::query(
            "UPDATE grants SET valid_to = $1 WHERE user_id = $2 AND (valid_to IS NULL OR valid_to > $1)",
        )
        .bind(now_ms)
        .bind(user.to_string())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(ended.rows_affected())
    }

    async fn open_session(
        &self,
        token_hash: &str,
        user: UserId,
        now_ms: i64,
        expires_ms: i64,
    ) -> StoreResult<()> {
        let mut tx = self.writers.begin().await?;
        // Another process may be at the same sweep: what it has is left to it.
        sqlx::query(
            "DELETE FROM sessions WHERE token_hash IN
             (SELECT token_hash FROM sessions WHERE expires_at <= $1 FOR UPDATE SKIP LOCKED)",
        )
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(token_hash)
        .bind(user.to_string())
        .bind(now_ms)
        .bind(now_ms)
        .bind(expires_ms)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn session(&self, token_hash: &str, now_ms: i64) -> StoreResult<Option<Session>> {
        let rows = sqlx::query(
            "SELECT u.id, u.user_name, u.display_name, u.password_hash, s.seen_at,
                    g.role, g.scope_id, g.valid_from, g.valid_to
             FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN grants g ON g.user_id = u.id
             WHERE s.token_hash = $1 AND s.expires_at > $2",
        )
        .bind(token_hash)
        .bind(now_ms)
        .fetch_all(&self.readers)
        .await?;
        row::session(&rows)
    }

    async fn extend_session(
        &self,
        token_hash: &str,
        now_ms: i64,
        expires_ms: i64,
    ) -> StoreResult<()> {
        sqlx::query("UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE token_hash = $3")
            .bind(now_ms)
            .bind(expires_ms)
            .bind(token_hash)
            .execute(&self.writers)
            .await?;
        Ok(())
    }

    async fn close_session(&self, token_hash: &str) -> StoreResult<()> {
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(token_hash)
            .execute(&self.writers)
            .await?;
        Ok(())
    }

    async fn replace_setup_link(&self, token_hash: &str, expires_ms: i64) -> StoreResult<()> {
        let mut tx = self.writers.begin().await?;
        // Two processes that start at once must not leave two links.
        sqlx::query("LOCK TABLE setup_links IN SHARE ROW EXCLUSIVE MODE")
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM setup_links")
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO setup_links (token_hash, expires_at) VALUES ($1, $2)")
            .bind(token_hash)
            .bind(expires_ms)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn use_setup_link(
        &self,
        token_hash: &str,
        account: &Account,
        grants: &[Grant],
        now_ms: i64,
    ) -> StoreResult<SetupOutcome> {
        let mut tx = self.writers.begin().await?;
        let spent = sqlx::query(
            "DELETE FROM setup_links
             WHERE token_hash = $1 AND expires_at > $2 AND NOT EXISTS (SELECT 1 FROM users)",
        )
        .bind(token_hash)
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
        if spent.rows_affected() == 0 || !insert(&mut tx, account, grants, now_ms).await? {
            return Ok(SetupOutcome::NoSuchLink);
        }
        tx.commit().await?;
        Ok(SetupOutcome::Made)
    }
}

async fn insert(
    tx: &mut PgConnection,
    account: &Account,
    grants: &[Grant],
    now_ms: i64,
) -> StoreResult<bool> {
    let made = sqlx::query(
        "INSERT INTO users (id, user_name, display_name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind(account.user.to_string())
    .bind(&account.user_name)
    .bind(&account.display_name)
    .bind(&account.password_hash)
    .bind(now_ms)
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    for grant in grants {
        sqlx::query(
            "INSERT INTO grants (user_id, role, scope_id, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(account.user.to_string())
        .bind(grant.role.as_str())
        .bind(grant.scope.as_str())
        .bind(grant.valid_from_ms)
        .bind(grant.valid_to_ms)
        .execute(&mut *tx)
        .await?;
    }
    Ok(true)
}
