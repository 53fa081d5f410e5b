//! Who looks after which firm, from a desk.

use super::roster::batch_failed;
use crate::{
    app::AppState,
    auth::Manager,
    body::{JsonAnswer, JsonBody},
    problem::ApiError,
    roster::{
        hand::{self, HandError},
        people::People,
    },
    schemas,
};
use axum::extract::State;
use ruyuan_domain::roster::{AssignRequest, BatchView, HandOverRequest, PeopleView};

fn hand_failed(error: HandError) -> ApiError {
    match error {
        HandError::Wrong(path, why) => ApiError::field(path, why),
        HandError::Batch(error) => batch_failed(error),
        HandError::Store(error) => error.into(),
    }
}

/// Who works in the parks that the person manages.
#[utoipa::path(
    get, path = "/api/roster/people", operation_id = "list_people", tag = "roster",
    security(("session" = [])),
    responses(
        (status = 200, description = "By the name that they sign in with.", body = schemas::PeopleView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Manages nothing.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_people(
    Manager(access): Manager,
    State(state): State<AppState>,
) -> Result<JsonAnswer<PeopleView>, ApiError> {
    let people = People::load(state.store.as_ref(), &access, state.clock.unix_ms()).await?;
    Ok(JsonAnswer(people.view()))
}

/// Gives firms to people, as one batch that can be taken back.
#[utoipa::path(
    post, path = "/api/roster/assignments", operation_id = "assign_firms", tag = "roster",
    security(("session" = [])),
    request_body = schemas::AssignRequest,
    responses(
        (status = 200, description = "What was given, and what was left with why.", body = schemas::BatchView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Manages nothing.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "Nobody or nothing is named, or too many are; the path says which.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later; what is written stands in the list of batches.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn assign_firms(
    Manager(access): Manager,
    State(state): State<AppState>,
    JsonBody(request): JsonBody<AssignRequest>,
) -> Result<JsonAnswer<BatchView>, ApiError> {
    let _turn = state.imports.acquire().await;
    let batch = hand::assign(&state.store, state.clock.as_ref(), &access, request).await;
    Ok(JsonAnswer(batch.map_err(hand_failed)?.view()))
}

/// Hands everything that one person looks after over to another, as one batch that can be taken back.
#[utoipa::path(
    post, path = "/api/roster/handovers", operation_id = "hand_over_firms", tag = "roster",
    security(("session" = [])),
    request_body = schemas::HandOverRequest,
    responses(
        (status = 200, description = "What was handed over, and what was left with why.", body = schemas::BatchView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Manages nothing.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "Nobody of this id works there; the path says who.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later; what is written stands in the list of batches.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn hand_over_firms(
    Manager(access): Manager,
    State(state): State<AppState>,
    JsonBody(request): JsonBody<HandOverRequest>,
) -> Result<JsonAnswer<BatchView>, ApiError> {
    let _turn = state.imports.acquire().await;
    let batch = hand::hand_over(&state.store, state.clock.as_ref(), &access, request).await;
    Ok(JsonAnswer(batch.map_err(hand_failed)?.view()))
}
