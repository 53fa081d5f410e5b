//! Half-filled forms that a device gives the server to keep, for the other devices of its person.

use crate::{
    app::AppState,
    auth::SignedIn,
    body::{JsonAnswer, JsonBody},
    drafts,
    problem::ApiError,
    schemas,
};
use axum::extract::{Path, State};
use ruyuan_domain::{
    RecordId,
    wire::{DraftList, DraftView, KeepDraftRequest},
};

/// Lists the caller's half-filled forms that have not ended, of scopes that they may write to today.
#[utoipa::path(
    get, path = "/api/sync/drafts", operation_id = "list_drafts", tag = "sync",
    security(("session" = [])),
    responses(
        (status = 200, description = "By id.", body = schemas::DraftList),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_drafts(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
) -> Result<JsonAnswer<DraftList>, ApiError> {
    let list = drafts::list(state.store.as_ref(), &access).await?;
    Ok(JsonAnswer(list))
}

/// Keeps another version of a half-filled form, if the caller has seen the last one; also the last of all, which says
/// how it ended.
///
/// The last ten versions stay: what two devices typed at once can still be looked up.
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
    let now_ms = state.clock.unix_ms();
    let kept = drafts::keep(state.store.as_ref(), &access, id, &request, now_ms).await?;
    Ok(JsonAnswer(kept))
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
    let view = drafts::show(state.store.as_ref(), &access, id).await?;
    Ok(JsonAnswer(view))
}
