//! Half-filled forms that a device gave to keep, for the other devices of its person.

use crate::{
    auth::Access,
    problem::ApiError,
    store::{Store, StoreResult, StoredDraft},
};
use ruyuan_domain::{
    RecordId,
    wire::{DraftHead, DraftList, DraftView, KeepDraftRequest},
};
use serde_json::value::RawValue;

/// Those of a person that have not ended, of scopes that they may write to today.
///
/// # Errors
/// The database failed.
pub async fn list(store: &dyn Store, access: &Access) -> StoreResult<DraftList> {
    let mut tx = store.begin_read().await?;
    let standing = tx.drafts_of(access.user).await?.into_iter();
    let drafts = standing
        .filter(|draft| access.writable.contains(&draft.scope))
        .map(|draft| DraftHead {
            id: draft.id,
            version: draft.version,
        })
        .collect();
    Ok(DraftList { drafts })
}

/// Keeps another version of one, if the caller has seen the last; answers the last.
///
/// # Errors
/// The database failed; nothing is kept.
pub async fn keep(
    store: &dyn Store,
    access: &Access,
    id: RecordId,
    request: &KeepDraftRequest,
    at_ms: i64,
) -> Result<DraftView, ApiError> {
    let mut tx = store.begin_write().await?;
    let last = tx.draft(id, access.user).await?;
    let version = last.as_ref().map_or(0, |last| last.version);
    // Where there is none, a server that was set back has nothing that the caller had not seen.
    if last.is_some() && version != request.version {
        return view(last);
    }
    let body = match request.ended {
        Some(_) => "null",
        None => request.draft.get(),
    };
    let draft = StoredDraft {
        id,
        user: access.user,
        version: version + 1,
        scope: request.scope.clone(),
        body: body.to_owned(),
        ended: request.ended,
        at_ms,
    };
    tx.insert_draft(&draft).await?;
    tx.commit().await?;
    view(Some(draft))
}

/// The last version of one.
///
/// # Errors
/// There is none of this id and person; the database failed.
pub async fn show(store: &dyn Store, access: &Access, id: RecordId) -> Result<DraftView, ApiError> {
    let mut tx = store.begin_read().await?;
    view(tx.draft(id, access.user).await?)
}

fn view(draft: Option<StoredDraft>) -> Result<DraftView, ApiError> {
    let draft = draft.ok_or(ApiError::NotFound)?;
    Ok(DraftView {
        version: draft.version,
        scope: draft.scope,
        ended: draft.ended,
        draft: RawValue::from_string(draft.body)
            .map_err(|error| ApiError::Internal(format!("a stored draft: {error}")))?,
    })
}
