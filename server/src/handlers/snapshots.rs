//! The chunks of snapshots.

use crate::{app::AppState, auth::SignedIn, problem::ApiError, schemas, snapshots};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ruyuan_domain::{Epoch, ScopeId, Seq};

/// Gives a chunk of a snapshot that a pull offered.
///
/// Its address names its contents, so it never changes. Whoever may see the scope may have it.
#[utoipa::path(
    get, path = "/api/sync/snapshots/{epoch}/{scope}/{seq}/{hash}", operation_id = "show_chunk", tag = "sync",
    security(("session" = [])),
    params(
        ("epoch" = String, Path, description = "The server's epoch."),
        ("scope" = String, Path, description = "The scope."),
        ("seq" = i64, Path, description = "The snapshot's seq."),
        ("hash" = String, Path, description = "SHA-256 of the chunk."),
    ),
    responses(
        (status = 200, description = "Lines of `version id root length kind`, a tab, and the row as JSON of so many bytes.", content_type = "text/plain"),
        (status = 304, description = "The caller has it already."),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such chunk, or not for this person; pull again for another offer.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show_chunk(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    Path((epoch, scope, seq, hash)): Path<(String, String, u64, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let not_found = || ApiError::NotFound;
    let epoch: Epoch = epoch.parse().map_err(|_| not_found())?;
    let scope: ScopeId = scope.parse().map_err(|_| not_found())?;
    if !access.scopes.contains(&scope) {
        return Err(not_found());
    }
    let kept = state
        .snapshots
        .chunk(epoch, &scope, Seq(seq), &hash)
        .await?;
    let gzip = kept.ok_or_else(not_found)?;
    let wants = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let packed = wants(header::ACCEPT_ENCODING).contains("gzip");
    // A strong tag is that of the bytes which travel.
    let tag = format!("\"{hash}{}\"", if packed { "-gz" } else { "" });
    let etag = HeaderValue::from_str(&tag).map_err(|_| not_found())?;
    if wants(header::IF_NONE_MATCH)
        .split(',')
        .any(|known| known.trim() == tag)
    {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let text = [
        (header::ETAG, etag),
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if packed {
        let encoded = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
        return Ok((text, encoded, gzip).into_response());
    }
    let plain = snapshots::plain(&gzip)
        .map_err(|error| ApiError::Internal(format!("a chunk on disk: {error}")))?;
    Ok((text, plain).into_response())
}
