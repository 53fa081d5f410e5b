//! The bytes of attachments. Who may see an attachment's record may have them; who made it may send them.

use crate::{
    app::AppState,
    auth::SignedIn,
    blobs::{Asked, Completion, asked, readable, sendable},
    body::{JsonAnswer, JsonBody},
    problem::ApiError,
    schemas,
};
use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ruyuan_domain::{
    RecordId,
    blob::{BlobStanding, is_picture},
    read_from_members,
};
use ruyuan_sync::attachment::Attachment;

/// `POST /api/sync/blobs`.
#[derive(Debug)]
pub struct BeginBlobRequest {
    id: RecordId,
}

read_from_members!(BeginBlobRequest { id });

/// Says how far the server has an attachment, and so how an upload begins, and how it goes on.
///
/// What it is, how long and its hash stand in its record, which is pushed first.
#[utoipa::path(
    post, path = "/api/sync/blobs", operation_id = "begin_blob", tag = "sync",
    security(("session" = [])),
    request_body = schemas::BeginBlobRequest,
    responses(
        (status = 200, description = "How far it has come; send the chunks that are missing.", body = schemas::BlobStanding),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attachment, or not of this person's making; its record may be on its way.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 410, description = "Its record was deleted.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or of another type.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn begin_blob(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    JsonBody(request): JsonBody<BeginBlobRequest>,
) -> Result<JsonAnswer<BlobStanding>, ApiError> {
    let about = sendable(state.store.as_ref(), &access, request.id).await?;
    Ok(JsonAnswer(state.blobs.standing(request.id, &about).await?))
}

/// Takes one chunk of an attachment. Sending it again changes nothing.
#[utoipa::path(
    put, path = "/api/sync/blobs/{id}/{n}", operation_id = "put_blob_chunk", tag = "sync",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "The attachment's id."),
        ("n" = u32, Path, description = "The chunk's number, from 0."),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "256 KiB; the last chunk may have fewer."),
    responses(
        (status = 204, description = "It is on disk."),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attachment, or not of this person's making; its record may be on its way.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 410, description = "Its record was deleted.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 413, description = "Longer than a chunk.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "No chunk of this number has this length.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn put_blob_chunk(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    Path((id, n)): Path<(String, String)>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<StatusCode, ApiError> {
    let id = read_id(&id)?;
    let n: u32 = n.parse().map_err(|_| ApiError::NotFound)?;
    let about = sendable(state.store.as_ref(), &access, id).await?;
    let chunk = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::WrongChunk,
    })?;
    match state.blobs.take(id, &about, n, chunk).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::WrongChunk),
    }
}

/// Checks that an attachment is whole and what its record says; from then on others can have it.
#[utoipa::path(
    post, path = "/api/sync/blobs/{id}/complete", operation_id = "complete_blob", tag = "sync",
    security(("session" = [])),
    params(("id" = String, Path, description = "The attachment's id.")),
    responses(
        (status = 204, description = "It is whole."),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such attachment, or not of this person's making; its record may be on its way.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 410, description = "Its record was deleted.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 409, description = "Chunks are missing.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "Its bytes are not those that its record names. They are dropped; begin again.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn complete_blob(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let id = read_id(&id)?;
    let about = sendable(state.store.as_ref(), &access, id).await?;
    match state.blobs.complete(id, &about).await? {
        Completion::Whole => Ok(StatusCode::NO_CONTENT),
        Completion::Missing(chunks) => Err(ApiError::ChunksMissing(chunks)),
        Completion::Differs => Err(ApiError::HashDiffers),
    }
}

/// Gives an attachment, or a part of it.
#[utoipa::path(
    get, path = "/api/sync/blobs/{id}", operation_id = "show_blob", tag = "sync",
    security(("session" = [])),
    params(("id" = String, Path, description = "The attachment's id.")),
    responses(
        (status = 200, description = "All of it, in the media type of its record.", content_type = "application/octet-stream"),
        (status = 206, description = "The bytes that `Range` asked for.", content_type = "application/octet-stream"),
        (status = 304, description = "The caller has it already."),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such attachment, or not for this person, or not uploaded yet.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 416, description = "It does not have these bytes.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show_blob(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id: RecordId = id.parse().map_err(|_| ApiError::NotFound)?;
    let about = readable(state.store.as_ref(), &access, id).await?;
    if !state.blobs.is_whole(id, &about).await? {
        return Err(ApiError::NotUploaded);
    }
    let tag = format!("\"{}\"", about.sha256);
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let known = said(header::IF_NONE_MATCH).unwrap_or_default();
    if known.split(',').any(|known| known.trim() == tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    // A part of what has become something else since is of no use.
    let same = said(header::IF_RANGE).is_none_or(|known| known.trim() == tag);
    let range = said(header::RANGE).filter(|_| same);
    let (status, part) = match asked(range, about.size) {
        Asked::Whole => (StatusCode::OK, 0..about.size),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Asked::Nothing => return Err(ApiError::NoSuchBytes { size: about.size }),
    };
    let bytes = state.blobs.read(id, part.clone()).await?;
    let bytes = bytes.ok_or(ApiError::NotUploaded)?;
    let mut response = (status, Body::from_stream(bytes)).into_response();
    let mut put = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    put(header::ETAG, tag);
    put(header::ACCEPT_RANGES, "bytes".to_owned());
    put(header::CONTENT_LENGTH, (part.end - part.start).to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let (first, last) = (part.start, part.end - 1);
        let range = format!("bytes {first}-{last}/{}", about.size);
        put(header::CONTENT_RANGE, range);
    }
    put(header::CONTENT_DISPOSITION, disposition(&about));
    put(header::CONTENT_TYPE, about.media_type);
    // Whatever it is, it is not a page of this site.
    put(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; sandbox".to_owned(),
    );
    Ok(response)
}

fn read_id(text: &str) -> Result<RecordId, ApiError> {
    text.parse().map_err(|_| ApiError::NoSuchAttachment)
}

/// Pictures are shown; anything else is a file to keep, under its own name (RFC 6266, RFC 8187).
fn disposition(about: &Attachment) -> String {
    let kind = match is_picture(&about.media_type) {
        true => "inline",
        false => "attachment",
    };
    let Some(name) = &about.name else {
        return kind.to_owned();
    };
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{kind}; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_within_its_header() {
        let about = |media_type: &str, name: Option<&str>| Attachment {
            media_type: media_type.to_owned(),
            name: name.map(str::to_owned),
            ..Attachment::default()
        };
        assert_eq!(disposition(&about("image/jpeg", None)), "inline");
        assert_eq!(
            disposition(&about("application/pdf", Some("政策\r\n\"x\".pdf"))),
            "attachment; filename*=UTF-8''%E6%94%BF%E7%AD%96%0D%0A%22x%22.pdf"
        );
    }
}
