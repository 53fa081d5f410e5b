//! Half-filled forms that a device gives the server to keep, for its person alone.

use crate::{
    app::AppState,
    auth::SignedIn,
    body::{JsonAnswer, JsonBody},
    problem::ApiError,
    schemas,
    store::StoredDraft,
};
use axum::extract::{Path, State};
use ruyuan_domain::{
    RecordId,
    wire::{DraftView, KeepDraftRequest},
};
use serde_json::value::RawValue;

/// Keeps another version of a half-filled form, if the caller has seen the last one.
///
/// Earlier versions stay: what two devices typed at once is never lost.
#[utoipa::path(
    put, path = "/api/sync/drafts/{id}", operation_id = "keep_draft", tag = "sync",
    security(("session" = [])),
    params(("id" = String, Path, description = "The draft's id, which is the id of the record to be.")),
    request_body = schemas::KeepDraftRequest,
    responses(
        (status = 200, description = "The last version: this one if it was kept, else the one that stands, which the caller had not seen.", body = schemas::DraftView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The id is none.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 2 MB; nothing is stored.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or of another type.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later; nothing is stored.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn keep_draft(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<KeepDraftRequest>,
) -> Result<JsonAnswer<DraftView>, ApiError> {
    let id: RecordId = id.parse().map_err(|_| ApiError::NotFound)?;
    let mut tx = state.store.begin_write().await?;
    let last = tx.draft(id, access.user).await?;
    let version = last.as_ref().map_or(0, |last| last.version);
    if version != request.version {
        // The same words again: an answer that was lost.
        return view(last).map(JsonAnswer);
    }
    let draft = StoredDraft {
        id,
        user: access.user,
        version: version + 1,
        scope: request.scope,
        body: request.draft.get().to_owned(),
        at_ms: state.clock.unix_ms(),
    };
    tx.insert_draft(&draft).await?;
    tx.commit().await?;
    view(Some(draft)).map(JsonAnswer)
}

/// Gives the last version of one's half-filled form.
#[utoipa::path(
    get, path = "/api/sync/drafts/{id}", operation_id = "show_draft", tag = "sync",
    security(("session" = [])),
    params(("id" = String, Path, description = "The draft's id.")),
    responses(
        (status = 200, description = "The last version.", body = schemas::DraftView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none of this id and person.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show_draft(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<DraftView>, ApiError> {
    let id: RecordId = id.parse().map_err(|_| ApiError::NotFound)?;
    let mut tx = state.store.begin_read().await?;
    view(tx.draft(id, access.user).await?).map(JsonAnswer)
}

fn view(draft: Option<StoredDraft>) -> Result<DraftView, ApiError> {
    let draft = draft.ok_or(ApiError::NotFound)?;
    Ok(DraftView {
        version: draft.version,
        scope: draft.scope,
        draft: RawValue::from_string(draft.body)
            .map_err(|error| ApiError::Internal(format!("a stored draft: {error}")))?,
    })
}
