//! What every answer has, and how a request can be wrong.

use axum::{body::Body, http::Request};
use ruyuan_domain::wire::Problem;
use ruyuan_server::testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn nothing_under_the_api_is_kept_by_a_cache_and_every_answer_has_its_id() {
    let app = TestApp::new().await;
    let mut ids = Vec::new();
    for path in [
        "/api/session",
        "/api/openapi.json",
        "/api/nothing",
        "/healthz",
    ] {
        let answer = app.get(path, None).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        ids.push(answer.header("x-request-id").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    let pretended = Request::get("/healthz")
        .header("x-request-id", "mine")
        .body(Body::empty())
        .unwrap();
    assert_ne!(app.send(pretended).await.header("x-request-id"), "mine");
}

#[tokio::test]
async fn each_way_of_being_wrong_has_its_own_problem() {
    let app = TestApp::new().await;
    let limin = app.officer("limin", "330802-01").await;
    let cases = [
        ("GET", "/api/nothing", None, 404, "not-found"),
        ("PUT", "/api/session", None, 405, "method-not-allowed"),
        ("POST", "/", None, 405, "method-not-allowed"),
        (
            "POST",
            "/api/session",
            Some("{".to_owned()),
            400,
            "not-json",
        ),
        (
            "POST",
            "/api/session",
            Some(json!({"user_name": 7}).to_string()),
            422,
            "invalid-request",
        ),
        (
            "POST",
            "/api/session",
            Some("x".repeat(64 * 1024 + 1)),
            413,
            "too-large",
        ),
        (
            "POST",
            "/api/sync/push",
            Some("{}".to_owned()),
            401,
            "not-signed-in",
        ),
    ];
    for (method, path, body, status, kind) in cases {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json");
        let answer = app
            .send(request.body(Body::from(body.unwrap_or_default())).unwrap())
            .await;
        let problem: Problem = answer.json();
        assert_eq!(
            (
                answer.status.as_u16(),
                problem.status,
                problem.kind.as_str()
            ),
            (status, status, &*format!("/problems/{kind}"))
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let body = json!({"device": "0190f3a0-0000-7000-8000-000000000001", "cursors": {"galaxy": 1}, "limit": 1});
    let answer = app.post("/api/sync/pull", Some(&limin), &body).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.json::<Problem>().errors[0]
            .path
            .starts_with("cursors")
    );
}

#[tokio::test]
async fn a_large_answer_is_compressed_and_a_session_is_not() {
    let app = TestApp::new().await;
    let limin = app.officer("limin", "330802-01").await;
    let ask = |path: &str| {
        Request::get(path.to_owned())
            .header("accept-encoding", "gzip")
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(
        app.send(ask("/api/openapi.json"))
            .await
            .header("content-encoding"),
        "gzip"
    );
    let session = app.get("/api/session", Some(&limin)).await;
    assert_eq!(
        (session.status.as_u16(), session.header("content-encoding")),
        (200, "")
    );
}

#[tokio::test]
async fn a_database_that_is_gone_is_told_by_health() {
    let app = TestApp::new().await;
    assert_eq!(
        app.get("/healthz", None).await.json::<serde_json::Value>(),
        json!({"status": "ok"})
    );
    app.state.store.close().await;
    let answer = app.get("/healthz", None).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json::<Problem>().retry),
        (503, true)
    );
}
