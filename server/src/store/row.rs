//! Rows of either database as the types that the server works with, and back.
//!
//! Both databases keep the same columns in the same few types, so one reading of them serves both.

use super::{
    Account, DraftStanding, Grant, Held, Outcome, ScopeHead, Session, StoreError, StoreResult,
    StoredDraft, StoredMutation,
};
use ruyuan_domain::{Digest, Map, Mid, Record, RecordKind, ScopeId, Seq, Stamp, wire::Exit};
use ruyuan_sync::merge::Person;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Decode, Postgres, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};
use std::str::FromStr;

/// What a column of both databases can be read as.
pub trait Column<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

impl<'r, T> Column<'r> for T where
    T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

/// A row of either database.
pub trait Columns {
    /// The column at a place, counted from 0.
    fn try_get<'r, T: Column<'r>>(&'r self, at: usize) -> Result<T, sqlx::Error>;
}

impl Columns for SqliteRow {
    fn try_get<'r, T: Column<'r>>(&'r self, at: usize) -> Result<T, sqlx::Error> {
        sqlx::Row::try_get(self, at)
    }
}

impl Columns for PgRow {
    fn try_get<'r, T: Column<'r>>(&'r self, at: usize) -> Result<T, sqlx::Error> {
        sqlx::Row::try_get(self, at)
    }
}

/// An id or scope from its text.
pub fn parse<T: FromStr>(text: &str) -> StoreResult<T> {
    text.parse()
        .map_err(|_| StoreError::Unreadable(format!("{} in {text:?}", std::any::type_name::<T>())))
}

fn parse_some<T: FromStr>(text: Option<String>) -> StoreResult<Option<T>> {
    text.as_deref().map(parse).transpose()
}

/// A counted number from the database's signed one.
pub fn count(number: i64) -> StoreResult<u64> {
    u64::try_from(number).map_err(|_| StoreError::Unreadable(format!("the count {number}")))
}

/// A counted number as the database's signed one.
pub fn signed(number: u64) -> StoreResult<i64> {
    i64::try_from(number).map_err(|_| StoreError::Unreadable(format!("the count {number}")))
}

/// A value as JSON text.
pub fn to_json<T: Serialize>(value: &T) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// A value from JSON text.
pub fn from_json<T: DeserializeOwned>(text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// A status or another name that serde writes as one word.
pub fn to_word<T: Serialize>(value: &T) -> StoreResult<String> {
    Ok(to_json(value)?.trim_matches('"').to_owned())
}

/// The value of such a word.
pub fn from_word<T: DeserializeOwned>(word: &str) -> StoreResult<T> {
    from_json(&format!("\"{word}\""))
}

/// `id, root, scope_id, kind, seq, version, fields, deleted, by_user, at`
pub fn record(row: &impl Columns) -> StoreResult<Record> {
    let at: String = row.try_get(9)?;
    Ok(Record {
        id: parse(row.try_get(0)?)?,
        root: parse(row.try_get(1)?)?,
        scope: parse(row.try_get(2)?)?,
        kind: RecordKind::from(row.try_get::<String>(3)?),
        seq: Seq(count(row.try_get(4)?)?),
        version: count(row.try_get(5)?)?,
        fields: from_json(row.try_get(6)?)?,
        deleted: row.try_get(7)?,
        by: parse(row.try_get(8)?)?,
        at: Stamp::parse(&at)
            .ok_or_else(|| StoreError::Unreadable(format!("the instant {at:?}")))?,
        unknown: Map::new(),
    })
}

/// `head_seq, min_seq, row_count, row_sum`
pub fn scope_head(row: &impl Columns) -> StoreResult<ScopeHead> {
    Ok(ScopeHead {
        seq: Seq(count(row.try_get(0)?)?),
        min: Seq(count(row.try_get(1)?)?),
        digest: Digest {
            rows: count(row.try_get(2)?)?,
            sum: row.try_get(3)?,
        },
    })
}

/// `id, user_id, version, scope_id, at`
pub fn draft_standing(row: &impl Columns) -> StoreResult<DraftStanding> {
    Ok(DraftStanding {
        id: parse(row.try_get(0)?)?,
        user: parse(row.try_get(1)?)?,
        version: count(row.try_get(2)?)?,
        scope: parse(row.try_get(3)?)?,
        at_ms: row.try_get(4)?,
    })
}

/// `id, user_id, version, scope_id, body, at, ended`
pub fn draft(row: &impl Columns) -> StoreResult<StoredDraft> {
    Ok(StoredDraft {
        id: parse(row.try_get(0)?)?,
        user: parse(row.try_get(1)?)?,
        version: count(row.try_get(2)?)?,
        scope: parse(row.try_get(3)?)?,
        body: row.try_get(4)?,
        at_ms: row.try_get(5)?,
        ended: row
            .try_get::<Option<String>>(6)?
            .map(|word| from_word(&word))
            .transpose()?,
    })
}

/// `seq, record_id, version`
pub fn exit(row: &impl Columns) -> StoreResult<Exit> {
    Ok(Exit {
        seq: Seq(count(row.try_get(0)?)?),
        record: parse(row.try_get(1)?)?,
        version: count(row.try_get(2)?)?,
    })
}

/// `device_id, mid, id, user_id, record_id, root_id, group_id, origin, raw, status, reason, scope_id, seq,
/// record_version, at`
pub fn mutation(row: &impl Columns) -> StoreResult<StoredMutation> {
    let reason: Option<String> = row.try_get(10)?;
    let scope: Option<String> = row.try_get(11)?;
    let seq: Option<i64> = row.try_get(12)?;
    let version: Option<i64> = row.try_get(13)?;
    Ok(StoredMutation {
        device: parse(row.try_get(0)?)?,
        mid: Mid(count(row.try_get(1)?)?),
        id: parse(row.try_get(2)?)?,
        user: parse(row.try_get(3)?)?,
        record: parse_some(row.try_get(4)?)?,
        root: parse_some(row.try_get(5)?)?,
        group: parse_some(row.try_get(6)?)?,
        origin: parse_some(row.try_get(7)?)?,
        raw: row.try_get(8)?,
        outcome: Outcome {
            status: from_word(row.try_get(9)?)?,
            reason: reason.as_deref().map(from_json).transpose()?,
            scope: parse_some::<ScopeId>(scope)?,
            seq: seq.map(count).transpose()?.map(Seq),
            version: version.map(count).transpose()?,
        },
        at_ms: row.try_get(14)?,
    })
}

/// `mid, id, record_id, root_id, group_id, origin, reason`
pub fn held(row: &impl Columns) -> StoreResult<Held> {
    Ok(Held {
        mid: Mid(count(row.try_get(0)?)?),
        id: parse(row.try_get(1)?)?,
        record: parse_some(row.try_get(2)?)?,
        root: parse_some(row.try_get(3)?)?,
        group: parse_some(row.try_get(4)?)?,
        origin: parse_some(row.try_get(5)?)?,
        reason: from_json(row.try_get(6)?)?,
    })
}

/// `field, user_id, display_name`
pub fn writer(row: &impl Columns) -> StoreResult<(String, Person)> {
    let name: Option<String> = row.try_get(2)?;
    let person = Person {
        user: parse(row.try_get(1)?)?,
        name: name.unwrap_or_default(),
    };
    Ok((row.try_get(0)?, person))
}

/// `id, user_name, display_name, password_hash`
pub fn account(row: &impl Columns) -> StoreResult<Account> {
    Ok(Account {
        user: parse(row.try_get(0)?)?,
        user_name: row.try_get(1)?,
        display_name: row.try_get(2)?,
        password_hash: row.try_get(3)?,
    })
}

/// `id, user_name, display_name, password_hash, seen_at, role, scope_id, valid_from, valid_to`, a row for each grant;
/// who has none has one row, in which the last four are null.
pub fn session(rows: &[impl Columns]) -> StoreResult<Option<Session>> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let grants = rows.iter().filter_map(|row| grant(row).transpose());
    Ok(Some(Session {
        account: account(first)?,
        grants: grants.collect::<StoreResult<_>>()?,
        seen_at_ms: first.try_get(4)?,
    }))
}

/// The same columns for everybody, the rows of one person together.
pub fn people(rows: &[impl Columns]) -> StoreResult<Vec<(Account, Vec<Grant>)>> {
    let mut people: Vec<(Account, Vec<Grant>)> = Vec::new();
    for row in rows {
        let account = account(row)?;
        let known = people.last().map(|(known, _)| known.user);
        if known != Some(account.user) {
            people.push((account, Vec::new()));
        }
        if let (Some(grant), Some((_, grants))) = (grant(row)?, people.last_mut()) {
            grants.push(grant);
        }
    }
    Ok(people)
}

fn grant(row: &impl Columns) -> StoreResult<Option<Grant>> {
    let Some(role) = row.try_get::<Option<&str>>(5)? else {
        return Ok(None);
    };
    Ok(Some(Grant {
        role: from_word(role)?,
        scope: parse(row.try_get(6)?)?,
        valid_from_ms: row.try_get(7)?,
        valid_to_ms: row.try_get(8)?,
    }))
}
