//! Signing in, staying signed in, and what keeps others out.

use axum::{
    body::Body,
    http::{Request, header},
};
use ruyuan_domain::{
    ScopeId,
    wire::{Problem, Role, SessionView},
};
use ruyuan_server::{
    clock::{Clock, DAY_MS},
    secret::Token,
    store::Grant,
    testing::{Answer, TestApp},
};
use serde_json::json;

const PASSWORD: &str = "一个足够长的口令";

async fn app() -> TestApp {
    let app = TestApp::new().await;
    let grants = [Grant::open(Role::Officer, ScopeId::park("330802-01"))];
    app.person_with_password("limin", PASSWORD, &grants).await;
    app
}

async fn sign_in(app: &TestApp, name: &str, password: &str) -> Answer {
    app.post(
        "/api/session",
        None,
        &json!({"user_name": name, "password": password}),
    )
    .await
}

fn cookie_of(answer: &Answer) -> String {
    answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

async fn with_cookie(app: &TestApp, method: &str, path: &str, cookie: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::COOKIE, cookie);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_session_begins_and_ends() {
    let app = app().await;
    let answer = sign_in(&app, " LiMin ", PASSWORD).await;
    assert_eq!(answer.status, 200);
    let set = answer.header("set-cookie");
    for part in [
        "ruyuan_session=",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/",
        "Max-Age=2592000",
    ] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"), "only with --secure-cookies");
    let view: SessionView = answer.json();
    assert_eq!(
        (view.user_name.as_str(), view.role),
        ("limin", Role::Officer)
    );
    assert!(view.writable.contains(&ScopeId::park("330802-01")));

    let cookie = cookie_of(&answer);
    assert_eq!(
        with_cookie(&app, "GET", "/api/session", &cookie)
            .await
            .json::<SessionView>(),
        view
    );
    let out = with_cookie(&app, "DELETE", "/api/session", &cookie).await;
    assert_eq!(
        (
            out.status.as_u16(),
            out.header("set-cookie").contains("Max-Age=0")
        ),
        (204, true)
    );
    assert_eq!(
        with_cookie(&app, "GET", "/api/session", &cookie)
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike() {
    let app = app().await;
    let wrong_password = sign_in(&app, "limin", "falsch").await;
    let wrong_name = sign_in(&app, "nobody", PASSWORD).await;
    assert_eq!(
        (wrong_password.status.as_u16(), wrong_name.status.as_u16()),
        (401, 401)
    );
    assert_eq!(wrong_password.body, wrong_name.body);
    assert!(!wrong_password.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let app = app().await;
    for _ in 0..5 {
        assert_eq!(sign_in(&app, "limin", "falsch").await.status, 401);
    }
    let answer = sign_in(&app, "LIMIN", PASSWORD).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (429, "1")
    );
    assert!(answer.json::<Problem>().retry);
    app.clock.advance(1000);
    assert_eq!(sign_in(&app, "limin", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_session_lives_as_long_as_it_is_used() {
    let app = app().await;
    let cookie = cookie_of(&sign_in(&app, "limin", PASSWORD).await);
    assert!(
        !with_cookie(&app, "GET", "/api/session", &cookie)
            .await
            .headers
            .contains_key("set-cookie")
    );
    app.clock.advance(20 * DAY_MS);
    let extended = with_cookie(&app, "GET", "/api/session", &cookie).await;
    assert_eq!(cookie_of(&extended), cookie);
    app.clock.advance(29 * DAY_MS);
    assert_eq!(
        with_cookie(&app, "GET", "/api/session", &cookie)
            .await
            .status,
        200
    );
    app.clock.advance(30 * DAY_MS);
    assert_eq!(
        with_cookie(&app, "GET", "/api/session", &cookie)
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn another_sites_page_can_change_nothing() {
    let app = app().await;
    let body = json!({"user_name": "limin", "password": PASSWORD}).to_string();
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("origin", "https://evil.example", 403),
        ("content-type", "text/plain", 415),
        ("content-type", "application/x-www-form-urlencoded", 415),
        ("x-nothing", "special", 200),
    ] {
        let mut request = Request::post("/api/session").header("host", "localhost:8080");
        if name != "content-type" {
            request = request.header("content-type", "application/json");
        }
        let answer = app
            .send(
                request
                    .header(name, value)
                    .body(Body::from(body.clone()))
                    .unwrap(),
            )
            .await;
        assert_eq!(answer.status.as_u16(), status, "{name}: {value}");
        assert_eq!(answer.headers.contains_key("set-cookie"), status == 200);
    }
}

#[tokio::test]
async fn the_first_start_makes_one_administrator_and_no_second() {
    let app = TestApp::new().await;
    let token = Token::draw().unwrap();
    let (store, now) = (&app.state.store, app.clock.unix_ms());
    store
        .replace_setup_link(&Token::draw().unwrap().hash(), now + DAY_MS)
        .await
        .unwrap();
    store
        .replace_setup_link(&token.hash(), now + DAY_MS)
        .await
        .unwrap();
    let setup = |token: &str, password: &str| json!({"token": token, "user_name": "Admin", "display_name": "管理员", "password": password});
    let wrong = app
        .post("/api/setup", None, &setup("guessed", PASSWORD))
        .await;
    assert_eq!(wrong.status, 403);
    let short = app
        .post("/api/setup", None, &setup(token.text(), "kurz"))
        .await;
    assert_eq!(
        (
            short.status.as_u16(),
            short.json::<Problem>().errors[0].path.clone()
        ),
        (422, "password".to_owned())
    );
    let made = app
        .post("/api/setup", None, &setup(token.text(), PASSWORD))
        .await;
    let view: SessionView = made.json();
    assert_eq!((view.role, view.user_name.as_str()), (Role::Admin, "admin"));
    assert!(
        view.writable.contains(&ScopeId::city()) && !view.writable.contains(&ScopeId::public())
    );
    assert_eq!(
        with_cookie(&app, "GET", "/api/session", &cookie_of(&made))
            .await
            .status,
        200
    );
    assert_eq!(
        app.post("/api/setup", None, &setup(token.text(), PASSWORD))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn a_set_up_link_is_worth_nothing_after_a_day_or_once_anybody_is_there() {
    let app = TestApp::new().await;
    let token = Token::draw().unwrap();
    let body = json!({"token": token.text(), "user_name": "admin", "display_name": "管", "password": PASSWORD});
    app.state
        .store
        .replace_setup_link(&token.hash(), app.clock.unix_ms() + DAY_MS)
        .await
        .unwrap();
    app.clock.advance(DAY_MS);
    assert_eq!(app.post("/api/setup", None, &body).await.status, 403);
    app.state
        .store
        .replace_setup_link(&token.hash(), app.clock.unix_ms() + DAY_MS)
        .await
        .unwrap();
    app.officer("limin", "330802-01").await;
    assert_eq!(app.post("/api/setup", None, &body).await.status, 403);
}
