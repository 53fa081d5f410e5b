//! What surrounds every request: its id, its line in the log, the headers of every answer, and the refusal of
//! requests that another site's page makes.

use crate::{app::AppState, problem::ApiError, secret};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use ruyuan_domain::MutationId;
use std::{any::Any, time::Duration, time::Instant};
use tokio::time::timeout;
use tracing::Instrument;

/// Longest time of one answer. A push of 2 MB takes minutes on the slowest phone line there is.
const LONGEST: Duration = Duration::from_secs(180);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Whether a path belongs to the API, whose answers no cache may keep.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Gives the request an id, bounds its time, writes its line in the log and sets the headers of every answer.
///
/// The log has method, path, status and time: never a body, a query or a header.
pub async fn surround(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // A client's own id is not taken over: it could pretend to be another request in the log.
    let id = secret::id_seed(state.clock.as_ref())
        .map(|seed| MutationId::new(seed).to_string())
        .unwrap_or_default();
    let span = tracing::info_span!("request", id = %id);
    let api = is_api(request.uri().path());
    let health = request.uri().path() == "/healthz";
    async move {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let began = Instant::now();
        let mut response = timeout(LONGEST, next.run(request))
            .await
            .unwrap_or_else(|_| ApiError::TimedOut.into_response());
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        if api {
            tracing::info!(%method, path, status, milliseconds, "answered");
        } else {
            tracing::debug!(%method, path, status, milliseconds, "answered");
        }
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert(REQUEST_ID, id);
        }
        if api || health {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        let policy = state.assets.content_security_policy();
        let fixed = [
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("same-origin"),
            ),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                HeaderValue::from_static("same-origin"),
            ),
            (
                HeaderName::from_static("permissions-policy"),
                HeaderValue::from_static(PERMISSIONS),
            ),
            (header::CONTENT_SECURITY_POLICY, policy),
        ];
        headers.extend(fixed);
        response
    }
    .instrument(span)
    .await
}

/// The camera reads check-in codes and papers, the position is asked for at check-in; nothing else is used.
const PERMISSIONS: &str = "camera=(self), geolocation=(self), accelerometer=(), autoplay=(), display-capture=(), \
    encrypted-media=(), fullscreen=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    serial=(), usb=(), xr-spatial-tracking=()";

/// Refuses a changing request that another site's page makes. The cookie's `SameSite=Strict` says the same; this
/// holds also where an old browser does not know it.
pub async fn guard(request: Request, next: Next) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !safe && is_foreign(request.headers()) {
        return ApiError::ForeignSite.into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let Some(origin) = text("origin") else {
        return false;
    };
    // Behind a proxy the scheme is not known here; host and port say whose page it is.
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    authority.is_none() || authority != text("host")
}

/// A handler panicked: the request fails, the server goes on. What it said may hold data, so it is not logged.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::Internal("a handler panicked".to_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_fails_its_request_and_nothing_else() {
        async fn broken() -> &'static str {
            panic!("secret of a person")
        }
        let app: axum::Router = axum::Router::new()
            .route("/", axum::routing::get(broken))
            .layer(tower_http::catch_panic::CatchPanicLayer::custom(panicked));
        for _ in 0..2 {
            let request = Request::get("/").body(axum::body::Body::empty()).unwrap();
            let response = tower::ServiceExt::oneshot(app.clone(), request)
                .await
                .unwrap();
            assert_eq!(response.status(), 500);
            let body = axum::body::to_bytes(response.into_body(), usize::MAX)
                .await
                .unwrap();
            assert!(!String::from_utf8_lossy(&body).contains("secret"));
        }
    }

    #[test]
    fn another_sites_page_is_told_by_its_headers() {
        for (site, origin, foreign) in [
            (None, None, false),
            (Some("same-origin"), Some("http://localhost:8080"), false),
            (Some("none"), None, false),
            (Some("cross-site"), None, true),
            (Some("same-site"), None, true),
            (None, Some("http://evil.example"), true),
            (None, Some("http://localhost:9999"), true),
            (None, Some("null"), true),
            (Some("same-origin"), Some("http://evil.example"), true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("localhost:8080"));
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            if let Some(origin) = origin {
                headers.insert("origin", HeaderValue::from_static(origin));
            }
            assert_eq!(is_foreign(&headers), foreign, "{site:?} {origin:?}");
        }
    }
}
