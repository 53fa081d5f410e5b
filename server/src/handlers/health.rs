//! Whether the server can do its work.

use crate::{app::AppState, auth::Public, body::JsonAnswer, problem::ApiError, schemas};
use axum::extract::State;
use serde::Serialize;

/// The server's state.
#[derive(Serialize)]
pub struct Health {
    status: &'static str,
}

/// Answers once the database does.
#[utoipa::path(
    get, path = "/healthz", operation_id = "show_health", tag = "health",
    responses(
        (status = 200, description = "The database answers.", body = schemas::Health),
        (status = 503, description = "The database does not answer.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show_health(
    _: Public,
    State(state): State<AppState>,
) -> Result<JsonAnswer<Health>, ApiError> {
    state.store.ping().await?;
    Ok(JsonAnswer(Health { status: "ok" }))
}
