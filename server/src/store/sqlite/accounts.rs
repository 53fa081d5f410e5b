//! Accounts, grants and sessions.

use super::SqliteStore;
use crate::store::{Account, AccountStore, Grant, Session, SetupOutcome, StoreResult, row};
use async_trait::async_trait;
use ruyuan_domain::{ScopeId, UserId, wire::Role};
use sqlx::SqliteConnection;

#[async_trait]
impl AccountStore for SqliteStore {
    async fn any_account(&self) -> StoreResult<bool> {
        let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM users LIMIT 1")
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    async fn account_named(&self, user_name: &str) -> StoreResult<Option<Account>> {
        let row = sqlx::query(
            "SELECT id, user_name, display_name, password_hash FROM users WHERE user_name = ?",
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
        let mut tx = self.writer.next().await?;
        let made = insert(&mut tx, account, grants, now_ms).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn administrators(&self, now_ms: i64) -> StoreResult<Vec<UserId>> {
        let found: Vec<String> = sqlx::query_scalar(
            "SELECT user_id FROM grants WHERE role = ? AND scope_id = ?
             AND (valid_from IS NULL OR valid_from <= ?) AND valid_to IS NULL ORDER BY user_id",
        )
        .bind(Role::Admin.as_str())
        .bind(ScopeId::city().to_string())
        .bind(now_ms)
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(|id| row::parse(id)).collect()
    }

    async fn end_grants(&self, user: UserId, now_ms: i64) -> StoreResult<u64> {
        let mut tx = self.writer.next().await?;
        sqlx::query("DELETE FROM grants WHERE user_id = ? AND valid_from > ?")
            .bind(user.to_string())
            .bind(now_ms)
            .execute(&mut *tx)
            .await?;
        let ended = sqlx::query(
            "UPDATE grants SET valid_to = ? WHERE user_id = ? AND (valid_to IS NULL OR valid_to > ?)",
        )
        .bind(now_ms)
        .bind(user.to_string())
        .bind(now_ms)
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
        let mut tx = self.writer.next().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= ?")
            .bind(now_ms)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)",
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
        // One question at every request: person and grants together, a row for each grant, one without if there is none.
        let rows = sqlx::query(
            "SELECT u.id, u.user_name, u.display_name, u.password_hash, s.seen_at,
                    g.role, g.scope_id, g.valid_from, g.valid_to
             FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN grants g ON g.user_id = u.id
             WHERE s.token_hash = ? AND s.expires_at > ?",
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
        let mut tx = self.writer.next().await?;
        sqlx::query("UPDATE sessions SET seen_at = ?, expires_at = ? WHERE token_hash = ?")
            .bind(now_ms)
            .bind(expires_ms)
            .bind(token_hash)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn close_session(&self, token_hash: &str) -> StoreResult<()> {
        let mut tx = self.writer.next().await?;
        sqlx::query("DELETE FROM sessions WHERE token_hash = ?")
            .bind(token_hash)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn replace_setup_link(&self, token_hash: &str, expires_ms: i64) -> StoreResult<()> {
        let mut tx = self.writer.next().await?;
        sqlx::query("DELETE FROM setup_links")
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO setup_links (token_hash, expires_at) VALUES (?, ?)")
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
        let mut tx = self.writer.next().await?;
        let spent = sqlx::query(
            "DELETE FROM setup_links
             WHERE token_hash = ? AND expires_at > ? AND NOT EXISTS (SELECT 1 FROM users)",
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
    tx: &mut SqliteConnection,
    account: &Account,
    grants: &[Grant],
    now_ms: i64,
) -> StoreResult<bool> {
    let made = sqlx::query(
        "INSERT INTO users (id, user_name, display_name, password_hash, created_at) VALUES (?, ?, ?, ?, ?)
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
            "INSERT INTO grants (user_id, role, scope_id, valid_from, valid_to) VALUES (?, ?, ?, ?, ?)",
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
