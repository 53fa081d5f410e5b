//! The reports that leaders ask for.

use crate::{
    app::AppState,
    auth::SignedIn,
    problem::ApiError,
    reports::{
        Head, MOST_LINES, Report,
        days::{Day, Days},
        file,
        gather::{GatherError, gather},
        places::choose,
    },
    schemas,
};
use axum::{
    extract::{Path, State},
    http::{HeaderName, HeaderValue, Uri, header},
    response::{AppendHeaders, IntoResponse},
};
use ruyuan_domain::wire::FieldProblemView;
use std::sync::Arc;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// What an address asks for.
#[derive(Default)]
struct Asked {
    from: Option<String>,
    to: Option<String>,
    scope: Option<String>,
}

fn asked(uri: &Uri) -> Asked {
    let mut asked = Asked::default();
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        let place = match name.as_ref() {
            "from" => &mut asked.from,
            "to" => &mut asked.to,
            "scope" => &mut asked.scope,
            _ => continue,
        };
        *place = Some(value.into_owned()).filter(|value| !value.is_empty());
    }
    asked
}

/// Makes a report from what the person may see today: `visits.xlsx`, `needs.xlsx`, `issues.xlsx` or `summary.docx`.
#[utoipa::path(
    get, path = "/api/reports/{file}", operation_id = "make_report", tag = "reports",
    security(("session" = [])),
    params(
        ("file" = String, Path, description = "`visits.xlsx`, `needs.xlsx`, `issues.xlsx` or `summary.docx`."),
        ("from" = Option<String>, Query, description = "The first day in China, as `2026-11-23`. With `to` left out too, this week's Monday."),
        ("to" = Option<String>, Query, description = "The last day, included. With `from` left out too, today."),
        ("scope" = Option<String>, Query, description = "One park or county of the person's, as `park:330802-01`; all they may see if it is left out."),
    ),
    responses(
        (status = 200, description = "A workbook or a document.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, description = "Not signed in.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such report.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 422, description = "No such days or no such scope for this person, or too many rows; the path says which.", body = schemas::Problem, content_type = "application/problem+json"),
        (status = 503, description = "May succeed later.", body = schemas::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn make_report(
    SignedIn(access): SignedIn,
    State(state): State<AppState>,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<impl IntoResponse, ApiError> {
    let report = Report::named(&name).ok_or(ApiError::NotFound)?;
    let Asked { from, to, scope } = asked(&uri);
    let as_of = state.clock.now();
    let days = Days::asked(from.as_deref(), to.as_deref(), Day::of(as_of));
    // The turn lasts until the file is made, even if nobody waits for it any more: it holds the memory.
    let turn = Arc::clone(&state.reports).acquire_owned().await;
    let mut tx = state.store.begin_read().await?;
    let places = choose(tx.as_mut(), &access, scope.as_deref()).await?;
    let (days, places) = match (days, places) {
        (Ok(days), Some(places)) => (days, places),
        (days, places) => {
            let mut errors = days.err().unwrap_or_default();
            if places.is_none() {
                errors.push(FieldProblemView {
                    path: "scope".to_owned(),
                    message: "没有这个园区或区县，或没有它的权限".to_owned(),
                });
            }
            return Err(ApiError::Invalid(errors));
        }
    };
    let head = Head {
        unit: places.unit.clone(),
        days,
        as_of,
        maker: access.display_name.clone(),
    };
    let gathered = gather(tx.as_mut(), &state.forms, &access, places, report, days).await;
    drop(tx);
    let gathered = gathered.map_err(|error| match error {
        GatherError::Store(error) => error.into(),
        GatherError::TooMany => {
            ApiError::field("to", format!("超过 {MOST_LINES} 行，请缩短时间或选择园区"))
        }
    })?;
    let made = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        file(report, &head, &gathered)
    });
    let made = made.await;
    let made = made.map_err(|error| ApiError::Internal(error.to_string()))??;
    Ok((AppendHeaders(headers(report, days)), made))
}

/// The kind of file, and its name: in Chinese for today's browsers, in letters for the others.
fn headers(report: Report, days: Days) -> Vec<(HeaderName, HeaderValue)> {
    let extension = report.extension();
    let span = format!("{}-{}", days.from.compact(), days.to.compact());
    let name = format!("{}_{span}.{extension}", report.title());
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let plain = match report {
        Report::Visits => "visits",
        Report::Needs => "needs",
        Report::Issues => "issues",
        Report::Summary => "summary",
    };
    let disposition =
        format!("attachment; filename=\"{plain}_{span}.{extension}\"; filename*=UTF-8''{encoded}");
    let kind = match report {
        Report::Summary => DOCX,
        _ => XLSX,
    };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let disposition = HeaderValue::from_str(&disposition).ok();
    let disposition = disposition.map(|value| (header::CONTENT_DISPOSITION, value));
    std::iter::once(kind).chain(disposition).collect()
}
