//! Pull: what a person may see and their device does not have, in the order of each scope.

use crate::{
    auth::Access,
    problem::ApiError,
    store::{ReadTx, Store, StoreResult},
};
use ruyuan_domain::{
    Mid, Record, ScopeId, Seq,
    consts::PULL_LIMIT,
    wire::{PullRequest, PullResponse, ScopePage},
};

/// Bytes of one answer after which no further row joins it. A phone on a bad line takes small pages, and an
/// answer cut off half-way is asked for again as a whole.
const PAGE_BYTES: usize = 1024 * 1024;

/// Rows read at once, so that the bound in bytes also bounds what is read.
const BATCH: u32 = 100;

/// What is left of an answer's bounds.
struct Room {
    rows: u32,
    bytes: usize,
}

/// Answers a pull from one state of the database.
///
/// # Errors
/// The device is another person's, or the database failed.
pub async fn pull(
    store: &dyn Store,
    access: &Access,
    request: &PullRequest,
) -> Result<PullResponse, ApiError> {
    let mut tx = store.begin_read().await?;
    let epoch = tx.epoch().await?;
    let device = tx.device(request.device).await?;
    if device.is_some_and(|device| device.user != access.user) {
        return Err(ApiError::DeviceOfAnotherPerson);
    }
    let mut answer = PullResponse {
        epoch,
        last_mid: device.map_or(Mid(0), |device| device.last_mid),
        scopes: Vec::new(),
        revoked: Vec::new(),
        reset: Vec::new(),
    };
    if request.epoch.is_some_and(|known| known != epoch) {
        return Ok(answer);
    }
    answer.revoked = request
        .cursors
        .keys()
        .filter(|scope| !access.scopes.contains(*scope))
        .cloned()
        .collect();
    let mut room = Room {
        rows: request.limit.clamp(1, PULL_LIMIT),
        bytes: PAGE_BYTES,
    };
    for scope in &access.scopes {
        let cursor = request.cursors.get(scope).copied();
        let head = tx.head(scope).await?;
        if cursor.is_some_and(|cursor| cursor >= head) {
            continue;
        }
        let page = page(
            tx.as_mut(),
            scope,
            cursor.unwrap_or_default(),
            head,
            &mut room,
        )
        .await?;
        answer.scopes.push(page);
    }
    Ok(answer)
}

async fn page(
    tx: &mut dyn ReadTx,
    scope: &ScopeId,
    cursor: Seq,
    head: Seq,
    room: &mut Room,
) -> StoreResult<ScopePage> {
    let mut rows: Vec<Record> = Vec::new();
    let mut last = cursor;
    let mut more = head > cursor;
    'reading: while more && room.rows > 0 && room.bytes > 0 {
        let asked = room.rows.min(BATCH);
        let batch = tx.rows_after(scope, last, asked).await?;
        more = u32::try_from(batch.len()).is_ok_and(|read| read == asked);
        for row in batch {
            // The row that crosses the bound is still taken: one row must always get through.
            if room.bytes == 0 {
                more = true;
                break 'reading;
            }
            room.bytes = room.bytes.saturating_sub(weight(&row));
            room.rows -= 1;
            last = row.seq;
            rows.push(row);
        }
    }
    // A full batch may have been the last one: what stands behind it is known by the scope's head.
    more = more && last < head;
    let next = if more { last } else { head };
    Ok(ScopePage {
        scope: scope.clone(),
        rows,
        exits: Vec::new(),
        next,
        more,
    })
}

/// About the bytes of a row in the answer.
fn weight(row: &Record) -> usize {
    const FRAME: usize = 300;
    let fields = row
        .fields
        .iter()
        .map(|(name, value)| name.len() + 6 + value.as_text().map_or(20, str::len));
    FRAME + fields.sum::<usize>()
}
