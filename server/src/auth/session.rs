//! The session: an opaque token in a cookie that scripts cannot read, its hash in the database.

use super::{Access, access::is_over};
use crate::{
    app::AppState,
    clock::DAY_MS,
    problem::ApiError,
    secret::{self, Token},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use ruyuan_domain::UserId;

/// The cookie's name.
pub const COOKIE: &str = "ruyuan_session";

/// A session ends after a month without use. An officer who is in the field for weeks stays signed in.
pub const LIFETIME_MS: i64 = 30 * DAY_MS;

/// How old a session's last extension may be before it is extended again.
const EXTEND_AFTER_MS: i64 = DAY_MS;

/// Extractor: the person of the session, with what they may do now.
pub struct SignedIn(pub Access);

/// Extractor: an administrator of the whole city, by a grant that holds now.
pub struct Administrator(pub Access);

/// Extractor: who manages a park, a county or the city, by a grant that holds now.
pub struct Manager(pub Access);

/// Extractor of handlers that anybody may call; it says so in their signature.
pub struct Public;

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = token_of(&parts.headers).ok_or(ApiError::NotSignedIn)?;
        let now_ms = state.clock.unix_ms();
        let session = state
            .store
            .session(&secret::hash_token(token), now_ms)
            .await?;
        let session = session.filter(|session| !is_over(&session.grants, now_ms));
        let session = session.ok_or(ApiError::NotSignedIn)?;
        Ok(Self(Access::new(&session, &state.places, now_ms)))
    }
}

impl FromRequestParts<AppState> for Manager {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let SignedIn(access) = SignedIn::from_request_parts(parts, state).await?;
        match access.managed.is_empty() {
            true => Err(ApiError::NotManager),
            false => Ok(Self(access)),
        }
    }
}

impl FromRequestParts<AppState> for Administrator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let SignedIn(access) = SignedIn::from_request_parts(parts, state).await?;
        match access.administers {
            true => Ok(Self(access)),
            false => Err(ApiError::NotAdministrator),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Public {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self)
    }
}

/// The session's token among the request's cookies.
pub fn token_of(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
}

/// Begins a session: the cookie that the answer carries, and the hash under which the session is kept.
///
/// # Errors
/// No random bytes, or the database failed.
pub async fn open(state: &AppState, user: UserId) -> Result<(HeaderValue, String), ApiError> {
    let token = Token::draw()?;
    let now_ms = state.clock.unix_ms();
    state
        .store
        .open_session(&token.hash(), user, now_ms, now_ms + LIFETIME_MS)
        .await?;
    Ok((
        cookie(state, token.text(), LIFETIME_MS / 1000)?,
        token.hash(),
    ))
}

/// Extends a session that is in use, at most once a day; then the answer carries the cookie again.
///
/// # Errors
/// The database failed.
pub async fn extend(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Option<HeaderValue>, ApiError> {
    let Some(token) = token_of(headers) else {
        return Ok(None);
    };
    let hash = secret::hash_token(token);
    let now_ms = state.clock.unix_ms();
    let seen_at_ms = state
        .store
        .session(&hash, now_ms)
        .await?
        .map(|session| session.seen_at_ms);
    if seen_at_ms.is_none_or(|seen| now_ms - seen < EXTEND_AFTER_MS) {
        return Ok(None);
    }
    state
        .store
        .extend_session(&hash, now_ms, now_ms + LIFETIME_MS)
        .await?;
    cookie(state, token, LIFETIME_MS / 1000).map(Some)
}

/// Ends the request's session, if it has one; the answer takes the cookie away.
///
/// # Errors
/// The database failed.
pub async fn close(state: &AppState, headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    if let Some(token) = token_of(headers) {
        state
            .store
            .close_session(&secret::hash_token(token))
            .await?;
    }
    cookie(state, "", 0)
}

fn cookie(state: &AppState, token: &str, max_age_s: i64) -> Result<HeaderValue, ApiError> {
    let secure = if state.secure_cookies { "; Secure" } else { "" };
    let text =
        format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={max_age_s}{secure}");
    HeaderValue::from_str(&text).map_err(|error| ApiError::Internal(error.to_string()))
}
