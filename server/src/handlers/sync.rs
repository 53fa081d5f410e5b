//! Push and pull.

use crate::{
    app::AppState,
    apply,
    auth::SignedIn,
    body::{JsonAnswer, JsonBody},
    feed,
    problem::ApiError,
    schemas,
};
use axum::extract::State;
use ruyuan_domain::wire::{PullRequest, PullResponse, PushRequest, PushResponse};

/// Takes mutations of one device, in the order of their numbers.
///
/// A broken envelope is refused as a whole. A broken mutation in a good envelope is kept, quarantined with a
/// reason, and the others are applied. Sending anything again is always safe.
#[utoipa::path(
    post, path = "/api/sync/push", operation_id = "push_mutations", tag = "sync",
    security(("session" = [])),
    request_body = schemas::PushRequest,
    responses(
        (status = 200, description = "What became of each mutation.", body = schemas::PushResponse),
        (status = 400, description = "The body is not JSON; nothing is stored.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The device belongs to another person.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The client's schema is newer than the server's.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 2 MB; nothing is stored.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "The envelope is broken; the path says where.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later; nothing is stored.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn push_mutations(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    JsonBody(request): JsonBody<PushRequest>,
) -> Result<JsonAnswer<PushResponse>, ApiError> {
    apply::push(&state.base(), &access, request)
        .await
        .map(JsonAnswer)
}

/// Gives what the person may see and their device does not have.
#[utoipa::path(
    post, path = "/api/sync/pull", operation_id = "pull_changes", tag = "sync",
    security(("session" = [])),
    request_body = schemas::PullRequest,
    responses(
        (status = 200, description = "A page of each scope with news.", body = schemas::PullResponse),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The device belongs to another person.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or of another type.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn pull_changes(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    JsonBody(request): JsonBody<PullRequest>,
) -> Result<JsonAnswer<PullResponse>, ApiError> {
    let store = state.store.as_ref();
    let now_ms = state.clock.unix_ms();
    feed::pull(store, &state.snapshots, &access, &request, now_ms)
        .await
        .map(JsonAnswer)
}
