//! Blobs that no record names any more, and uploads that were given up, go after thirty days.
//!
//! When one is first found so, a note with the time is left beside it. A record that comes back within the thirty days
//! removes the note; whoever finds it old enough removes the blob. Several servers may do it at once.

use super::{Blobs, failed};
use crate::{
    clock::{Clock, DAY_MS},
    store::{Store, StoreResult},
};
use futures::TryStreamExt;
use object_store::{Error, ObjectStoreExt, path::Path};
use ruyuan_domain::{RecordId, RecordKind};
use std::{
    collections::BTreeSet,
    fs, io,
    time::{Duration, UNIX_EPOCH},
};
use tokio::time::sleep;

/// How long a blob stays that nothing names.
const KEPT_MS: i64 = 30 * DAY_MS;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Sweeps once a day, for as long as the server runs.
pub async fn sweep_daily(blobs: &Blobs, store: &dyn Store, clock: &dyn Clock) {
    loop {
        match blobs.sweep(store, clock.unix_ms()).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "attachments swept"),
            Err(error) => tracing::warn!(%error, "attachments were not swept"),
        }
        sleep(EVERY).await;
    }
}

impl Blobs {
    pub(super) fn note(&self, id: RecordId) -> Path {
        self.root.clone().join("unnamed").join(id.to_string())
    }

    /// Removes what nothing has named for thirty days. Says how many blobs and given-up uploads that were.
    ///
    /// # Errors
    /// The database or the place of the blobs does not answer.
    pub async fn sweep(&self, store: &dyn Store, now_ms: i64) -> StoreResult<usize> {
        if let Err(error) = self.drop_half_written(now_ms) {
            tracing::warn!(%error, "half-written attachments were not swept");
        }
        let whole = self.all_whole().await?;
        let begun = self.ids_under("parts").await?;
        let noted = self.ids_under("unnamed").await?;
        let mut gone = 0;
        for id in whole.union(&begun) {
            let named = whole.contains(id) && {
                let record = store.begin_read().await?.record(*id).await?;
                record
                    .is_some_and(|record| record.kind == RecordKind::Attachment && !record.deleted)
            };
            if named {
                // A completion that was cut off left them.
                self.drop_parts(*id).await?;
                if noted.contains(id) {
                    self.drop_one(&self.note(*id)).await?;
                }
                continue;
            }
            match self.noted_at(*id).await? {
                None => {
                    let text = now_ms.to_string().into_bytes();
                    let put = self.objects.put(&self.note(*id), text.into()).await;
                    put.map_err(|error| failed(&error))?;
                }
                Some(since) if now_ms - since > KEPT_MS => {
                    self.drop_parts(*id).await?;
                    self.drop_one(&self.whole(*id)).await?;
                    self.drop_one(&self.note(*id)).await?;
                    gone += 1;
                }
                Some(_) => {}
            }
        }
        // Of what has been completed or removed since.
        for id in noted.difference(&whole.union(&begun).copied().collect()) {
            self.drop_one(&self.note(*id)).await?;
        }
        Ok(gone)
    }

    async fn noted_at(&self, id: RecordId) -> StoreResult<Option<i64>> {
        let read = async { self.objects.get(&self.note(id)).await?.bytes().await };
        match read.await {
            Ok(text) => Ok(std::str::from_utf8(&text)
                .ok()
                .and_then(|text| text.parse().ok())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Files that a write left when it was killed. Nobody writes one for a day.
    fn drop_half_written(&self, now_ms: i64) -> io::Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let entries = match fs::read_dir(folder.join("whole")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            // So does the store of objects name them.
            if !entry.file_name().to_string_lossy().contains('#') {
                continue;
            }
            let written = entry.metadata()?.modified()?.duration_since(UNIX_EPOCH);
            let written = written.map_or(0, |since| since.as_millis());
            if i128::from(now_ms) - written as i128 > i128::from(DAY_MS) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    pub(super) async fn ids_under(&self, folder: &str) -> StoreResult<BTreeSet<RecordId>> {
        let place = self.root.clone().join(folder);
        let depth = place.parts_count();
        let listed = self.objects.list(Some(&place));
        let id = |meta: object_store::ObjectMeta| {
            let name = meta.location.parts().nth(depth)?;
            name.as_ref().parse().ok()
        };
        let found: Vec<Option<RecordId>> = listed
            .map_ok(id)
            .try_collect()
            .await
            .map_err(|error| failed(&error))?;
        Ok(found.into_iter().flatten().collect())
    }
}
