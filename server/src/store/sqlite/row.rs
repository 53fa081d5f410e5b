//! Rows of the database as the types that the server works with, and back.

use crate::store::{
    Held, Outcome, ScopeHead, StoreError, StoreResult, StoredDraft, StoredMutation,
};
use ruyuan_domain::{Digest, Map, Mid, Record, RecordKind, ScopeId, Seq, Stamp, wire::Exit};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row, sqlite::SqliteRow};
use std::str::FromStr;

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
pub fn record(row: &SqliteRow) -> StoreResult<Record> {
    let at: String = row.try_get(9)?;
    Ok(Record {
        id: parse(row.try_get(0)?)?,
        root: parse(row.try_get(1)?)?,
        scope: parse(row.try_get(2)?)?,
        kind: RecordKind::from(row.try_get::<String, _>(3)?),
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
pub fn scope_head(row: &SqliteRow) -> StoreResult<ScopeHead> {
    Ok(ScopeHead {
        seq: Seq(count(row.try_get(0)?)?),
        min: Seq(count(row.try_get(1)?)?),
        digest: Digest {
            rows: count(row.try_get(2)?)?,
            sum: row.try_get(3)?,
        },
    })
}

/// `id, user_id, version, scope_id, body, at`
pub fn draft(row: &SqliteRow) -> StoreResult<StoredDraft> {
    Ok(StoredDraft {
        id: parse(row.try_get(0)?)?,
        user: parse(row.try_get(1)?)?,
        version: count(row.try_get(2)?)?,
        scope: parse(row.try_get(3)?)?,
        body: row.try_get(4)?,
        at_ms: row.try_get(5)?,
    })
}

/// `seq, record_id, version`
pub fn exit(row: &SqliteRow) -> StoreResult<Exit> {
    Ok(Exit {
        seq: Seq(count(row.try_get(0)?)?),
        record: parse(row.try_get(1)?)?,
        version: count(row.try_get(2)?)?,
    })
}

/// `device_id, mid, id, user_id, record_id, root_id, group_id, origin, raw, status, reason, scope_id, seq,
/// record_version, at`
pub fn mutation(row: &SqliteRow) -> StoreResult<StoredMutation> {
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
pub fn held(row: &SqliteRow) -> StoreResult<Held> {
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
