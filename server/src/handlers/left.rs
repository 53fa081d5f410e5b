//! What people left behind, for who manages the scope.

use crate::{app::AppState, auth::Manager, body::JsonAnswer, left, problem::ApiError, schemas};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use ruyuan_domain::left::LeftWork;

/// Lists acts and half-filled forms that their authors sent when they might no longer write them.
///
/// Who takes one in as a queue file sends it, word for word, under their own name and rights.
#[utoipa::path(
    get, path = "/api/left-work", operation_id = "list_left_work", tag = "sync",
    security(("session" = [])),
    responses(
        (status = 200, description = "The oldest first, fifty at most.", body = schemas::LeftWork),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Manages nothing.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_left_work(
    Manager(access): Manager,
    State(state): State<AppState>,
) -> Result<JsonAnswer<LeftWork>, ApiError> {
    let now_ms = state.clock.unix_ms();
    let work = left::list(state.store.as_ref(), &access, now_ms).await?;
    Ok(JsonAnswer(work))
}

/// Drops one of them, with all edits of its act. A half-filled form that somebody has taken over ends in this way.
#[utoipa::path(
    delete, path = "/api/left-work/{id}", operation_id = "drop_left_work", tag = "sync",
    security(("session" = [])),
    params(("id" = String, Path, description = "The item's id.")),
    responses(
        (status = 204, description = "It is not listed any more."),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Manages nothing.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nothing of this id was left where the caller manages.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn drop_left_work(
    Manager(access): Manager,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let now_ms = state.clock.unix_ms();
    match left::discard(state.store.as_ref(), &access, &id, now_ms).await? {
        true => {
            tracing::info!(%id, by = %access.user, "left work dropped");
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(ApiError::NotFound),
    }
}
