//! The static client.

use axum::{
    body::Body,
    http::{Method, Request},
};
use ruyuan_server::testing::{Answer, TestApp};
use std::collections::HashMap;

async fn app() -> TestApp {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    TestApp::with_client(HashMap::from([
        file(
            "/index.html",
            "<!doctype html><script type=\"module\">alert(1)</script>",
        ),
        file("/sw.js", "// worker"),
        file("/manifest.webmanifest", "{}"),
        file("/r/0123/client.js", "let plain;"),
        file("/r/0123/client.js.br", "brotli bytes"),
        file("/r/0123/client_bg.wasm", "\0asm"),
    ]))
    .await
}

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers
        .iter()
        .fold(Request::get(path), |request, (name, value)| {
            request.header(*name, *value)
        });
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn each_file_has_its_type_and_lasts_as_long_as_it_should() {
    let app = app().await;
    const LASTING: &str = "public, max-age=31536000, immutable";
    for (path, media_type, lasts) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/visits/123", "text/html; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        (
            "/manifest.webmanifest",
            "application/manifest+json",
            "no-cache",
        ),
        (
            "/r/0123/client.js",
            "text/javascript; charset=utf-8",
            LASTING,
        ),
        ("/r/0123/client_bg.wasm", "application/wasm", LASTING),
    ] {
        let answer = get(&app, path, &[]).await;
        assert_eq!(
            (
                answer.status.as_u16(),
                answer.header("content-type"),
                answer.header("cache-control")
            ),
            (200, media_type, lasts),
            "{path}"
        );
    }
    for missing in [
        "/nothing.js",
        "/r/old/client",
        "/r/0123/other.js",
        "/r/0123/client.js.br",
        "/../Cargo.toml",
    ] {
        assert_eq!(get(&app, missing, &[]).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn who_takes_brotli_gets_it() {
    let app = app().await;
    let path = "/r/0123/client.js";
    let small = get(&app, path, &[("accept-encoding", "gzip, deflate, br")]).await;
    assert_eq!(
        (small.body.as_slice(), small.header("content-encoding")),
        (b"brotli bytes".as_slice(), "br")
    );
    assert_eq!(small.header("vary"), "accept-encoding");
    let plain = get(&app, path, &[("accept-encoding", "gzip")]).await;
    assert_eq!(
        (plain.body.as_slice(), plain.header("content-encoding")),
        (b"let plain;".as_slice(), "")
    );
    assert_eq!(plain.header("vary"), "accept-encoding");
    assert_ne!(small.header("etag"), plain.header("etag"));
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let app = app().await;
    let tag = get(&app, "/", &[]).await.header("etag").to_owned();
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let answer = get(&app, "/", &[("if-none-match", &known)]).await;
        assert_eq!(
            (
                answer.status.as_u16(),
                answer.body.len(),
                answer.header("etag")
            ),
            (304, 0, &*tag),
            "{known}"
        );
        assert!(answer.headers.contains_key("content-security-policy"));
    }
    assert_eq!(
        get(&app, "/", &[("if-none-match", "\"other\"")])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_head_has_no_body() {
    let app = app().await;
    let request = Request::builder()
        .method(Method::HEAD)
        .uri("/sw.js")
        .body(Body::empty())
        .unwrap();
    let answer = app.send(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, "text/javascript; charset=utf-8")
    );
}

#[tokio::test]
async fn only_the_loader_may_run_inline() {
    let app = app().await;
    let answer = get(&app, "/", &[]).await;
    let policy = answer.header("content-security-policy");
    let scripts = "script-src 'self' 'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';";
    assert!(policy.contains(scripts), "{policy}");
    assert!(!policy.contains("unsafe-inline"));
    for part in [
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    for name in [
        "referrer-policy",
        "cross-origin-opener-policy",
        "permissions-policy",
    ] {
        assert!(answer.headers.contains_key(name), "{name}");
    }
}
