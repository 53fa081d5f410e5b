//! Signing in and out.

use crate::{
    app::AppState,
    auth::{Access, Public, SignedIn, access::is_over, password::MAX_PASSWORD, session},
    body::{JsonAnswer, JsonBody},
    problem::ApiError,
    schemas,
    store::Session,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use ruyuan_domain::wire::SignInRequest;

/// Signs in; the session's cookie comes with the answer.
#[utoipa::path(
    post, path = "/api/session", operation_id = "create_session", tag = "session",
    request_body = schemas::SignInRequest,
    responses(
        (status = 200, description = "Signed in.", body = schemas::SessionView),
        (status = 401, description = "Wrong user name or password.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Their last grant ended more than 30 days ago.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or of another type.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many failures; come again after `Retry-After` seconds.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn create_session(
    _: Public,
    State(state): State<AppState>,
    JsonBody(request): JsonBody<SignInRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let name = account_name(&request.user_name);
    let now_ms = state.clock.unix_ms();
    if let Some(seconds) = state.throttle.wait_seconds(&name, now_ms) {
        return Err(ApiError::TooManyAttempts { seconds });
    }
    let account = state.store.account_named(&name).await?;
    let hash = account
        .as_ref()
        .map(|account| account.password_hash.as_str());
    let right = request.password.len() <= MAX_PASSWORD
        && state.passwords.verify(request.password, hash).await?;
    let Some(account) = account.filter(|_| right) else {
        state.throttle.failed(&name, now_ms);
        return Err(ApiError::WrongPassword);
    };
    state.throttle.succeeded(&name);
    let (cookie, access) = sign_in(&state, account.user).await?;
    Ok((
        AppendHeaders([(header::SET_COOKIE, cookie)]),
        JsonAnswer(access.view()),
    ))
}

/// Begins a session and computes what it may do.
pub async fn sign_in(
    state: &AppState,
    user: ruyuan_domain::UserId,
) -> Result<(axum::http::HeaderValue, Access), ApiError> {
    let (cookie, token_hash) = session::open(state, user).await?;
    let now_ms = state.clock.unix_ms();
    let session: Option<Session> = state.store.session(&token_hash, now_ms).await?;
    let session = session.ok_or(ApiError::NotSignedIn)?;
    match is_over(&session.grants, now_ms) {
        true => Err(ApiError::AccountEnded),
        false => Ok((cookie, Access::new(&session, &state.places, now_ms))),
    }
}

/// The name under which an account is kept: without the spaces that a phone's keyboard adds, and in small letters.
pub fn account_name(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// Who is signed in, and what they may see and write today.
#[utoipa::path(
    get, path = "/api/session", operation_id = "show_session", tag = "session",
    security(("session" = [])),
    responses(
        (status = 200, description = "Signed in.", body = schemas::SessionView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show_session(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let cookie = session::extend(&state, &headers).await?;
    let set = cookie
        .map(|cookie| [(header::SET_COOKIE, cookie)])
        .map(AppendHeaders);
    Ok((set, JsonAnswer(access.view())))
}

/// Signs out, signed in or not: who has no session has none afterwards either.
#[utoipa::path(
    delete, path = "/api/session", operation_id = "delete_session", tag = "session",
    responses((status = 204, description = "Signed out.")),
)]
pub async fn delete_session(
    _: Public,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let cookie = session::close(&state, &headers).await?;
    Ok((
        StatusCode::NO_CONTENT,
        AppendHeaders([(header::SET_COOKIE, cookie)]),
    ))
}
