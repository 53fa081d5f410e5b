//! Pull: what a person may see and their device does not have, in the order of each scope.

use crate::{
    auth::Access,
    devices::keep_report,
    problem::ApiError,
    snapshots::Snapshots,
    store::{ReadTx, ScopeHead, Store, StoreResult},
};
use ruyuan_domain::{
    Mid, Record, ScopeId, Seq,
    consts::PULL_LIMIT,
    wire::{Exit, PullRequest, PullResponse, ScopePage},
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

impl Room {
    const fn is_full(&self) -> bool {
        self.rows == 0 || self.bytes == 0
    }

    const fn take(&mut self, bytes: usize) {
        self.rows = self.rows.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// Answers a pull from one state of the database.
///
/// # Errors
/// The device is another person's, or the database failed.
pub async fn pull(
    store: &dyn Store,
    snapshots: &Snapshots,
    access: &Access,
    request: &PullRequest,
    now_ms: i64,
) -> Result<PullResponse, ApiError> {
    let mut tx = store.begin_read().await?;
    let epoch = tx.epoch().await?;
    let device = tx.device(request.device).await?;
    if device
        .as_ref()
        .is_some_and(|device| device.user != access.user)
    {
        return Err(ApiError::DeviceOfAnotherPerson);
    }
    let mut answer = PullResponse {
        epoch,
        last_mid: device.as_ref().map_or(Mid(0), |device| device.last_mid),
        wipe: device.as_ref().is_some_and(|device| device.wipe),
        scopes: Vec::new(),
        revoked: Vec::new(),
        reset: Vec::new(),
    };
    if let Some(wiped) = request.wiped {
        drop(tx);
        let mut tx = store.begin_write().await?;
        tx.note_wiped(wiped, access.user, now_ms).await?;
        tx.commit().await?;
        return Ok(answer);
    }
    if answer.wipe || request.epoch.is_some_and(|known| known != epoch) {
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
    let mut large = Vec::new();
    for scope in &access.scopes {
        let cursor = request.cursors.get(scope).copied();
        let head = tx.scope(scope).await?;
        match cursor {
            Some(cursor) if cursor == head.seq && !request.check => continue,
            // What left the scope before `min` is not known any more. Beyond the head is a place that this
            // database never had.
            Some(cursor) if cursor < head.min || cursor > head.seq => {
                answer.reset.push(scope.clone());
            }
            None if snapshots.is_large(&head) => large.push((scope, head)),
            _ => {
                let cursor = cursor.unwrap_or_default();
                let page = page(tx.as_mut(), scope, cursor, head, &mut room).await?;
                answer.scopes.push(page);
            }
        }
    }
    // Who waits for a snapshot to be built must not keep its builder from the database.
    drop(tx);
    if let Err(error) = keep_report(store, access.user, device.as_ref(), request, now_ms).await {
        // A disk that takes no word about a device still gives it what is there.
        tracing::warn!(%error, "what a device said of itself is not kept");
    }
    for (scope, head) in large {
        answer.scopes.push(ScopePage {
            snapshot: Some(snapshots.offer(store, epoch, scope, &head).await?),
            ..empty_page(scope, Seq(0))
        });
    }
    Ok(answer)
}

/// A page that says that there is more.
fn empty_page(scope: &ScopeId, cursor: Seq) -> ScopePage {
    ScopePage {
        scope: scope.clone(),
        rows: Vec::new(),
        exits: Vec::new(),
        next: cursor,
        more: true,
        digest: None,
        snapshot: None,
    }
}

async fn page(
    tx: &mut dyn ReadTx,
    scope: &ScopeId,
    cursor: Seq,
    head: ScopeHead,
    room: &mut Room,
) -> StoreResult<ScopePage> {
    let mut page = empty_page(scope, cursor);
    while page.next < head.seq && !room.is_full() {
        let asked = room.rows.min(BATCH);
        let rows = tx.rows_after(scope, page.next, asked).await?;
        let exits = tx.exits_after(scope, page.next, asked).await?;
        // Beyond the last of a full batch there may be one that was not read.
        let known = [
            full(asked, rows.len(), rows.last().map(|row| row.seq)),
            full(asked, exits.len(), exits.last().map(|exit| exit.seq)),
        ];
        let until = known.into_iter().flatten().fold(head.seq, Seq::min);
        take(&mut page, rows, exits, until, room);
    }
    if page.next == head.seq {
        page.more = false;
        page.digest = Some(head.digest);
    }
    Ok(page)
}

/// The last of a batch that holds as many as were asked for.
fn full(asked: u32, read: usize, last: Option<Seq>) -> Option<Seq> {
    last.filter(|_| u32::try_from(read).is_ok_and(|read| read >= asked))
}

/// Takes rows and exits in their common order up to a seq, as far as there is room.
fn take(page: &mut ScopePage, rows: Vec<Record>, exits: Vec<Exit>, until: Seq, room: &mut Room) {
    let mut rows = rows.into_iter().peekable();
    let mut exits = exits.into_iter().peekable();
    // What crosses the bound is still taken: one row must always get through.
    while !room.is_full() {
        let row = rows.peek().map_or(Seq(u64::MAX), |row| row.seq);
        let exit = exits.peek().map_or(Seq(u64::MAX), |exit| exit.seq);
        if row.min(exit) > until {
            page.next = until;
            return;
        }
        page.next = row.min(exit);
        if row < exit {
            let taken = rows.next();
            room.take(taken.as_ref().map_or(0, weight));
            page.rows.extend(taken);
        } else {
            room.take(FRAME);
            page.exits.extend(exits.next());
        }
    }
}

/// Bytes of a row without its fields.
const FRAME: usize = 300;

/// About the bytes of a row in the answer.
fn weight(row: &Record) -> usize {
    let fields = row
        .fields
        .iter()
        .map(|(name, value)| name.len() + 6 + value.as_text().map_or(20, str::len));
    FRAME + fields.sum::<usize>()
}
