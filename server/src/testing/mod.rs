//! A whole server without a network, for tests: the real router on a database in a temporary folder.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot set up its server must stop"
)]

pub mod cluster;
pub mod dice;
pub mod hostile;
pub mod postgres;
pub mod promises;
pub mod s3;

use crate::{
    app::{self, AppState},
    assets::Assets,
    auth::session::COOKIE,
    blobs::Blobs,
    clock::Clock,
    content,
    secret::{self, Token},
    snapshots::{MIN_ROWS, Snapshots},
    start::DATABASE,
    store::{
        Account, Grant, Store,
        postgres::{Address, PostgresStore},
        sqlite::SqliteStore,
    },
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use ruyuan_domain::{ScopeId, UserId, wire::Role};
use s3::{BUCKET, FakeS3};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tempfile::TempDir;
use tower::ServiceExt;

/// A small form with a question of each sort that matters to the server: text, a choice, an amount that is only
/// asked sometimes, and a repeated group.
/// The form of every test.
pub const FORM: &str = r#"{"form_id":"visit","version":1,"title":{"zh-CN":"走访","en":"Visit"},"groups":[
    {"name":"need","label":{"zh-CN":"需求"},"questions":[
        {"name":"remark","label":{"zh-CN":"备注"},"kind":{"text":{"max_length":200}}},
        {"name":"has_need","label":{"zh-CN":"有无需求"},"required":true,"kind":{"select_one":{"choices":[
            {"name":"yes","label":{"zh-CN":"有"}},{"name":"no","label":{"zh-CN":"无"}}]}}},
        {"name":"amount","label":{"zh-CN":"金额"},"required":true,
            "relevant":{"equals":{"question":"has_need","value":"yes"}},
            "kind":{"number":{"unit":"ten_thousand_yuan","min":0}}},
        {"name":"pictures","label":{"zh-CN":"照片"},"kind":{"photo":{"most":9}}}]},
    {"name":"rights","label":{"zh-CN":"权利"},
        "repeat":{"add_label":{"zh-CN":"添加"},"title_question":"right_name","max":9},"questions":[
        {"name":"right_name","label":{"zh-CN":"名称"},"required":true,"kind":{"text":{"max_length":60}}}]}]}"#;

const DIVISIONS: &str = r#"[{"id":"00000000-0000-8000-8000-000000000800","code":"330800","name":"衢州市"},
    {"id":"00000000-0000-8000-8000-000000000802","code":"330802","name":"柯城区"},
    {"id":"00000000-0000-8000-8000-000000000825","code":"330825","name":"龙游县"}]"#;

const PARKS: &str = r#"[{"id":"00000000-0000-8000-8000-000000080201","code":"330802-01","name":"甲园区"},
    {"id":"00000000-0000-8000-8000-000000080202","code":"330802-02","name":"乙园区"},
    {"id":"00000000-0000-8000-8000-000000082501","code":"330825-01","name":"丙园区"}]"#;

/// A clock that stands still until a test moves it.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Moves the clock.
    pub fn advance(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn unix_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A server of a test. Its database goes when it goes.
pub struct TestApp {
    /// What its requests reach.
    pub state: AppState,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    router: Router,
    folder: TempDir,
    url: Option<String>,
    bucket: Option<FakeS3>,
}

/// A signed-in person of a test.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub user: UserId,
    cookie: String,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Caller {
    /// The `Cookie` header of their session, for tests that bring their own transport.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }
}

impl Answer {
    /// The body as JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A header's text, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }
}

impl TestApp {
    /// A server with a small form, two counties and three parks: 330802-01, 330802-02, 330825-01.
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let content = folder.path().join("content");
        write_content(&content);
        Self::start(folder, &content, client()).await
    }

    /// The same with its attachments in a bucket.
    pub async fn in_a_bucket() -> Self {
        let folder = TempDir::new().unwrap();
        let content = folder.path().join("content");
        write_content(&content);
        let bucket = Some(FakeS3::start());
        Self::start_on(store_of_all(), folder, &content, client(), bucket).await
    }

    /// The same on PostgreSQL; `None` where that is not, see [`postgres::database`].
    pub async fn on_postgres() -> Option<Self> {
        let url = postgres::database()?;
        let folder = TempDir::new().unwrap();
        let content = folder.path().join("content");
        write_content(&content);
        Some(Self::start_on(Some(url), folder, &content, client(), None).await)
    }

    /// A server on what stands in a folder already, or in PostgreSQL, with the same content as [`TestApp::new`].
    pub async fn on_what_is_there(folder: TempDir, url: Option<String>) -> Self {
        let content = folder.path().join("content");
        write_content(&content);
        Self::start_on(url, folder, &content, client(), None).await
    }

    /// A server with the content of a folder.
    pub async fn with_content(content: &Path) -> Self {
        Self::start(TempDir::new().unwrap(), content, client()).await
    }

    /// A server with a built client of these files.
    pub async fn with_client(files: HashMap<String, Vec<u8>>) -> Self {
        let folder = TempDir::new().unwrap();
        let content = folder.path().join("content");
        std::fs::create_dir_all(&content).unwrap();
        Self::start(folder, &content, files).await
    }

    async fn start(folder: TempDir, content: &Path, client: HashMap<String, Vec<u8>>) -> Self {
        Self::start_on(store_of_all(), folder, content, client, None).await
    }

    async fn start_on(
        url: Option<String>,
        folder: TempDir,
        content: &Path,
        client: HashMap<String, Vec<u8>>,
        bucket: Option<FakeS3>,
    ) -> Self {
        // 2026-11-23T09:00:00+08:00
        let clock = Arc::new(ManualClock(AtomicI64::new(1_795_395_600_000)));
        let seed = secret::id_seed(clock.as_ref()).unwrap();
        let store: Arc<dyn Store> = match &url {
            Some(url) => Arc::new(open_postgres(url).await),
            None => {
                let file = folder.path().join(DATABASE);
                Arc::new(SqliteStore::open(&file, seed).await.unwrap())
            }
        };
        let items = content::read(content).unwrap();
        content::import(store.as_ref(), clock.as_ref(), &items)
            .await
            .unwrap();
        let assets = Assets::from_files(client);
        let snapshots = Snapshots::new(folder.path().join("snapshots"), MIN_ROWS);
        let place = folder.path().join("blobs").display().to_string();
        let in_bucket =
            |s3: &FakeS3| Blobs::in_bucket(&format!("s3://{BUCKET}/of/tests"), s3.environment());
        let blobs = bucket.as_ref().map_or_else(|| Blobs::at(&place), in_bucket);
        let blobs = blobs.unwrap();
        let state = AppState::new(store, clock.clone(), assets, snapshots, blobs, false)
            .await
            .unwrap();
        Self {
            router: app::router(state.clone()),
            state,
            clock,
            folder,
            url,
            bucket,
        }
    }

    /// The S3 that keeps its attachments, if one does.
    pub const fn bucket(&self) -> Option<&FakeS3> {
        self.bucket.as_ref()
    }

    /// Its PostgreSQL database, if it stands on one.
    pub fn database(&self) -> Option<String> {
        self.url.clone()
    }

    /// The folder that goes with the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The real router, for tests that bring their own transport.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// A signed-in person with these grants. Without a password: the session is made directly.
    pub async fn person(&self, user_name: &str, display_name: &str, grants: &[Grant]) -> Caller {
        self.account(user_name, display_name, "-", grants).await
    }

    /// A signed-in person who can also sign in with a password.
    pub async fn person_with_password(
        &self,
        user_name: &str,
        password: &str,
        grants: &[Grant],
    ) -> Caller {
        let hash = self
            .state
            .passwords
            .hash(password.to_owned())
            .await
            .unwrap();
        self.account(user_name, user_name, &hash, grants).await
    }

    /// A signed-in officer of a park.
    pub async fn officer(&self, user_name: &str, park: &str) -> Caller {
        self.person(
            user_name,
            user_name,
            &[Grant::open(Role::Officer, ScopeId::park(park))],
        )
        .await
    }

    async fn account(
        &self,
        user_name: &str,
        display_name: &str,
        hash: &str,
        grants: &[Grant],
    ) -> Caller {
        let account = Account {
            user: UserId::from_u128(content::stable_bits(user_name)),
            user_name: user_name.to_owned(),
            display_name: display_name.to_owned(),
            password_hash: hash.to_owned(),
        };
        let now_ms = self.clock.unix_ms();
        let store = &self.state.store;
        assert!(
            store
                .insert_account(&account, grants, now_ms)
                .await
                .unwrap(),
            "{user_name} is taken"
        );
        self.signs_in(user_name).await
    }

    /// Somebody who has an account signs in.
    pub async fn signs_in(&self, user_name: &str) -> Caller {
        let store = &self.state.store;
        let account = store.account_named(user_name).await.unwrap().unwrap();
        let token = Token::draw().unwrap();
        store
            .open_session(&token.hash(), account.user, self.clock.unix_ms(), i64::MAX)
            .await
            .unwrap();
        Caller {
            user: account.user,
            cookie: format!("{COOKIE}={}", token.text()),
        }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Asks for a path, signed in or not.
    pub async fn get(&self, path: &str, caller: Option<&Caller>) -> Answer {
        let request = signed(Request::get(path), caller)
            .body(Body::empty())
            .unwrap();
        self.send(request).await
    }

    /// Deletes what is at a path, signed in or not.
    pub async fn delete(&self, path: &str, caller: Option<&Caller>) -> Answer {
        let request = signed(Request::delete(path), caller)
            .body(Body::empty())
            .unwrap();
        self.send(request).await
    }

    /// Posts JSON to a path, signed in or not.
    pub async fn post<T: Serialize + Sync>(
        &self,
        path: &str,
        caller: Option<&Caller>,
        body: &T,
    ) -> Answer {
        self.post_text(path, caller, serde_json::to_string(body).unwrap())
            .await
    }

    /// Posts a text that says it is JSON.
    pub async fn post_text(&self, path: &str, caller: Option<&Caller>, body: String) -> Answer {
        self.post_bytes(path, caller, body.into_bytes()).await
    }

    /// Posts bytes that say they are JSON.
    pub async fn post_bytes(&self, path: &str, caller: Option<&Caller>, body: Vec<u8>) -> Answer {
        let request = signed(Request::post(path), caller)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }
}

fn signed(
    request: axum::http::request::Builder,
    caller: Option<&Caller>,
) -> axum::http::request::Builder {
    match caller {
        Some(caller) => request.header(header::COOKIE, &caller.cookie),
        None => request,
    }
}

/// Writes a small form, two counties and three parks as content.
pub fn write_content(folder: &Path) {
    std::fs::create_dir_all(folder.join("forms")).unwrap();
    for (name, text) in [
        ("forms/visit.json", FORM),
        ("divisions.json", DIVISIONS),
        ("parks.json", PARKS),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// The PostgreSQL of a test, where the whole suite is to run on it.
fn store_of_all() -> Option<String> {
    let on_postgres = std::env::var_os(postgres::STORE).is_some_and(|name| name == "postgres");
    on_postgres.then(postgres::database).flatten()
}

fn client() -> HashMap<String, Vec<u8>> {
    HashMap::from([(
        "/index.html".to_owned(),
        b"<!doctype html><title>test</title>".to_vec(),
    )])
}

/// Opens a database in PostgreSQL as one more server process would.
pub async fn open_postgres(url: &str) -> PostgresStore {
    let address: Address = url.parse().unwrap();
    let seed = secret::id_seed(&crate::clock::SystemClock).unwrap();
    PostgresStore::open(&address, seed).await.unwrap()
}

/// Makes a database look as if a newer version had changed it.
pub async fn pretend_newer(file: &Path) {
    crate::store::sqlite::pretend_newer(file).await.unwrap();
}
