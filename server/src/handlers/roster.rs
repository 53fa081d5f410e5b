//! The roster from a desk: a table looked over, taken in, and taken back.

use crate::{
    app::AppState,
    auth::{Access, SignedIn},
    body::JsonAnswer,
    clock::{CHINA_MINUTES, DAY_MS},
    problem::ApiError,
    roster::{
        Asked, LookError, Preview,
        batch::{Batch, BatchError},
        columns::What,
        look, report,
    },
    schemas,
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, Uri, header},
    response::{AppendHeaders, IntoResponse},
};
use clap::ValueEnum;
use ruyuan_domain::{
    Stamp,
    roster::{BatchLine, BatchView, BatchesView, ImportView},
};

/// A year: older batches are taken back from a shell.
const LISTED_MS: i64 = 366 * DAY_MS;

/// Most batches that are listed.
const MOST_LISTED: usize = 100;

/// What a workbook is called on the way.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What an address asks of a table, and whether to take it in.
fn asked(uri: &Uri) -> (Asked, bool) {
    let mut asked = Asked::default();
    let mut apply = false;
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "what" => asked.what = What::from_str(&value, false).unwrap_or_default(),
            "park" if !value.is_empty() => asked.park = Some(value.into_owned()),
            "sheet" if !value.is_empty() => asked.sheet = Some(value.into_owned()),
            "apply" => apply = value == "true",
            "column" => {
                // The name of a column may hold the sign, a field never does.
                if let Some((name, field)) = value.rsplit_once('=') {
                    asked.columns.push((name.to_owned(), field.to_owned()));
                }
            }
            _ => {}
        }
    }
    (asked, apply)
}

async fn looked(
    state: &AppState,
    access: &Access,
    asked: Asked,
    bytes: Bytes,
) -> Result<Preview, ApiError> {
    let clock = state.clock.as_ref();
    let preview = look(state.store.as_ref(), clock, access, asked, bytes).await;
    preview.map_err(|error| match error {
        LookError::Sheet(error) => ApiError::field("file", error.chinese()),
        LookError::Columns(error) => ApiError::field("columns", error.chinese()),
        LookError::NoPark { park, .. } => {
            ApiError::field("park", format!("没有“{park}”这个园区，或没有它的权限"))
        }
        LookError::Store(error) => error.into(),
        LookError::Cut => ApiError::Internal(LookError::Cut.to_string()),
    })
}

pub(super) fn batch_failed(error: BatchError) -> ApiError {
    match error {
        BatchError::NoBatch(_) => ApiError::NotFound,
        BatchError::Cut { error, .. } => error,
        BatchError::Store(error) => error.into(),
        BatchError::Randomness(error) => error.into(),
        BatchError::Json(error) => ApiError::Internal(error.to_string()),
    }
}

/// Looks a table of firms, or of their past pledges, over; takes in its new and changed rows with `apply=true`.
///
/// The body is the table itself: an .xlsx workbook, or text with commas or tabs.
#[utoipa::path(
    post, path = "/api/roster/imports", operation_id = "import_firms", tag = "roster",
    security(("session" = [])),
    params(
        ("apply" = Option<bool>, Query, description = "Whether to take it in. Otherwise nothing is written."),
        ("what" = Option<String>, Query, description = "What it is a table of: `firms`, or `pledges` of firms that are known."),
        ("park" = Option<String>, Query, description = "Name or code of the park of rows that name none."),
        ("sheet" = Option<String>, Query, description = "The workbook's sheet, if not the first."),
        ("column" = Option<String>, Query, description = "What a column holds, as `客户=name`; an empty field leaves it out. As often as needed."),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "What becomes of the rows.", body = schemas::ImportView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 50 MB.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "No table, or one that says nothing of firms; the path says what is wrong.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later; what is written stands in the list of batches.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn import_firms(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    uri: Uri,
    bytes: Bytes,
) -> Result<JsonAnswer<ImportView>, ApiError> {
    let (asked, apply) = asked(&uri);
    let _turn = state.imports.acquire().await;
    let preview = looked(&state, &access, asked, bytes).await?;
    let clock = state.clock.as_ref();
    let batch = match apply {
        true => {
            let named = preview.columns.name_firms();
            named.map_err(|error| ApiError::field("columns", error.chinese()))?;
            let batch = Batch::apply(&state.store, clock, &access, &preview.judged).await;
            Some(batch.map_err(batch_failed)?)
        }
        false => None,
    };
    Ok(JsonAnswer(preview.view(batch.as_ref())))
}

/// The table again, with what becomes of each row beside it.
#[utoipa::path(
    post, path = "/api/roster/reports", operation_id = "report_import", tag = "roster",
    security(("session" = [])),
    params(
        ("what" = Option<String>, Query, description = "As for imports."),
        ("park" = Option<String>, Query, description = "As for imports."),
        ("sheet" = Option<String>, Query, description = "As for imports."),
        ("column" = Option<String>, Query, description = "As for imports."),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "A workbook.", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 50 MB.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "As for imports.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn report_import(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    uri: Uri,
    bytes: Bytes,
) -> Result<impl IntoResponse, ApiError> {
    let _turn = state.imports.acquire().await;
    let preview = looked(&state, &access, asked(&uri).0, bytes).await?;
    let made = tokio::task::spawn_blocking(move || report::workbook(&preview)).await;
    let made = made.map_err(|error| ApiError::Internal(error.to_string()))?;
    let made = made.map_err(|error| ApiError::Internal(error.to_string()))?;
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(XLSX)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"import-result.xlsx\""),
        ),
    ];
    Ok((AppendHeaders(headers), made))
}

/// The batches that this person has taken in, the latest first.
#[utoipa::path(
    get, path = "/api/roster/batches", operation_id = "list_batches", tag = "roster",
    security(("session" = [])),
    responses(
        (status = 200, description = "Those of the last year, a hundred at most.", body = schemas::BatchesView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_batches(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
) -> Result<JsonAnswer<BatchesView>, ApiError> {
    let since = state.clock.unix_ms() - LISTED_MS;
    let listed = state.store.begin_read().await?.devices(None).await?;
    let mut batches: Vec<BatchLine> = listed
        .into_iter()
        .filter(|listed| listed.id.is_batch() && listed.device.user == access.user)
        .filter(|listed| listed.device.seen_at_ms >= since)
        .map(|listed| BatchLine {
            id: listed.id,
            at: Stamp::from_unix_ms(listed.device.seen_at_ms, CHINA_MINUTES),
            edits: u32::try_from(listed.device.last_mid.0).unwrap_or(u32::MAX),
        })
        .collect();
    // Ids tell the order of those of one second.
    batches.sort_by_key(|batch| std::cmp::Reverse((batch.at.unix_ms(), batch.id)));
    batches.truncate(MOST_LISTED);
    Ok(JsonAnswer(BatchesView { batches }))
}

/// Takes a batch back: what it made is deleted, what it changed is changed back, what somebody has worked on since is
/// left.
#[utoipa::path(
    post, path = "/api/roster/batches/{id}/undo", operation_id = "undo_batch", tag = "roster",
    security(("session" = [])),
    params(("id" = String, Path, description = "The batch.")),
    responses(
        (status = 200, description = "What was taken back.", body = schemas::BatchView),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This person took in no such batch.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later; what is taken back already stays so.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn undo_batch(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<BatchView>, ApiError> {
    let _turn = state.imports.acquire().await;
    let undone = Batch::undo(&state.store, state.clock.as_ref(), &access, &id).await;
    Ok(JsonAnswer(undone.map_err(batch_failed)?.view()))
}
