//! The description of the API against the API.

use axum::{body::Body, http::Request};
use ruyuan_domain::{
    DeviceId, Epoch, Mid, Operation, RecordKind, ScopeId, Seq, UserId,
    device::{DeviceReport, WipeRequest},
    left::{LeftItem, LeftWork},
    roster::{AssignRequest, HandOverRequest},
    wire::{
        DraftEnd, DraftHead, DraftList, KeepDraftRequest, MutationResult, MutationStatus,
        PullRequest, PushResponse, Reason, Role, SignInRequest,
    },
};
use ruyuan_server::{store::Grant, testing::TestApp};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeSet;

use crate::devices::{Device, PARK, record};

async fn description(app: &TestApp) -> Value {
    app.get("/api/openapi.json", None).await.json()
}

/// Path, method, operation id, and whether it asks for a session.
fn operations(api: &Value) -> Vec<(String, String, String, bool)> {
    let mut all = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            all.push((
                path.clone(),
                method.clone(),
                id,
                operation.get("security").is_some(),
            ));
        }
    }
    all
}

#[tokio::test]
async fn every_route_is_described_and_says_whether_it_asks_for_a_session() {
    let app = TestApp::new().await;
    let told: Vec<String> = operations(&description(&app).await)
        .iter()
        .map(|(path, method, id, session)| {
            format!(
                "{method} {path} {id}{}",
                if *session { " session" } else { "" }
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "get /api/admin/devices list_devices session",
            "get /api/admin/devices/{id} show_device session",
            "delete /api/admin/devices/{id}/wipe cancel_wipe session",
            "post /api/admin/devices/{id}/wipe order_wipe session",
            "get /api/left-work list_left_work session",
            "delete /api/left-work/{id} drop_left_work session",
            "get /api/openapi.json show_openapi",
            "get /api/reports/{file} make_report session",
            "post /api/roster/assignments assign_firms session",
            "get /api/roster/batches list_batches session",
            "post /api/roster/batches/{id}/undo undo_batch session",
            "post /api/roster/handovers hand_over_firms session",
            "post /api/roster/imports import_firms session",
            "get /api/roster/people list_people session",
            "post /api/roster/reports report_import session",
            "delete /api/session delete_session",
            "get /api/session show_session session",
            "post /api/session create_session",
            "post /api/setup create_administrator",
            "post /api/sync/blobs begin_blob session",
            "get /api/sync/blobs/{id} show_blob session",
            "post /api/sync/blobs/{id}/complete complete_blob session",
            "put /api/sync/blobs/{id}/{n} put_blob_chunk session",
            "get /api/sync/drafts list_drafts session",
            "get /api/sync/drafts/{id} show_draft session",
            "put /api/sync/drafts/{id} keep_draft session",
            "get /api/sync/events follow_changes session",
            "post /api/sync/pull pull_changes session",
            "post /api/sync/push push_mutations session",
            "get /api/sync/snapshots/{epoch}/{scope}/{seq}/{hash} show_chunk session",
            "get /healthz show_health",
        ]
    );
}

#[tokio::test]
async fn without_a_session_only_what_is_public_answers() {
    let app = TestApp::new().await;
    for (path, method, id, session) in operations(&description(&app).await) {
        let request = Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(&path)
            .header("content-type", "application/json")
            .body(Body::from("{}"))
            .unwrap();
        assert_eq!(app.send(request).await.status == 401, session, "{id}");
    }
}

#[tokio::test]
async fn each_message_has_the_fields_that_the_description_names() {
    let app = TestApp::new().await;
    let api = description(&app).await;
    let mut device = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = device.firm(record(1), "甲");
    let result = MutationResult {
        mid: Mid(1),
        status: MutationStatus::Duplicate,
        original: Some(MutationStatus::Applied),
        reason: None,
        scope: Some("city".parse().unwrap()),
        seq: Some(Seq(1)),
    };
    let mut whole = device.edit(Operation::Update, record(1), 1);
    whole.group = Some(crate::devices::group(1));
    whole.root = Some(record(2));
    whole.mends = Some(whole.id);
    device.push(&[firm]).await;
    let pulled = device.pull(&[], 100).await;
    let page = pulled
        .scopes
        .iter()
        .find(|page| !page.rows.is_empty())
        .unwrap();
    let push = PushResponse {
        epoch: Epoch::from_u128(1),
        last_mid: Mid(1),
        forked: true,
        wipe: true,
        results: Vec::new(),
    };
    let report = DeviceReport {
        app: "0.1.0".to_owned(),
        browser: "Android Chrome".to_owned(),
        oldest: Some(app.state.clock.now()),
        differing: vec!["city".parse().unwrap()],
        used_mb: Some(1),
        quota_mb: Some(2),
        persisted: Some(true),
        former: vec![DeviceId::from_u128(3)],
        ..DeviceReport::default()
    };
    device.report = Some(report.clone());
    device.pull(&[], 1).await;
    let grants = [Grant::open(Role::Admin, ScopeId::city())];
    let admin = app.person("admin", "管理员", &grants).await;
    let wipe = WipeRequest {
        reason: "遗失".to_owned(),
    };
    let path = format!("/api/admin/devices/{}/wipe", device.id);
    let ordered = app.post(&path, Some(&admin), &wipe).await.json::<Value>();
    let devices = app
        .get("/api/admin/devices", Some(&admin))
        .await
        .json::<Value>();
    let pull = PullRequest {
        device: DeviceId::from_u128(1),
        epoch: Some(Epoch::from_u128(1)),
        cursors: Default::default(),
        limit: 1,
        check: true,
        report: Some(report.clone()),
        wiped: Some(DeviceId::from_u128(2)),
    };
    let import = app
        .post_text(
            "/api/roster/imports",
            Some(&device.caller),
            "企业名称\n".to_owned() + "甲,\n甲",
        )
        .await
        .json::<Value>();
    let batches = app
        .get("/api/roster/batches", Some(&device.caller))
        .await
        .json::<Value>();
    let people = app
        .get("/api/roster/people", Some(&admin))
        .await
        .json::<Value>();
    let (one, other) = (UserId::from_u128(1), UserId::from_u128(2));
    let assign = AssignRequest {
        firms: vec![record(1)],
        lead: Some(one),
        supports: Some(vec![other]),
        reason: Some("分工".to_owned()),
    };
    let hand_over = HandOverRequest {
        from: one,
        to: other,
        scope: Some(ScopeId::park(PARK)),
        reason: Some("调离".to_owned()),
    };
    let problem = app
        .post_text("/api/session", None, "{}".to_owned())
        .await
        .json::<Value>();
    let session = app
        .get("/api/session", Some(&device.caller))
        .await
        .json::<Value>();
    let keep = KeepDraftRequest {
        version: 1,
        scope: ScopeId::park(PARK),
        draft: RawValue::NULL.to_owned(),
        ended: Some(DraftEnd::Submitted),
    };
    let head = DraftHead {
        id: record(1),
        version: 1,
    };
    let left = LeftItem {
        id: record(1).to_string(),
        user: one,
        by: "李敏".to_owned(),
        at: app.state.clock.now(),
        scope: ScopeId::park(PARK),
        record: record(1),
        root: record(1),
        kind: RecordKind::Visit,
        op: Operation::Create,
        enterprise: Some(record(2)),
        title: "甲".to_owned(),
        edits: 1,
        reason: Some(Reason::NotAllowed),
        queue: String::new(),
    };
    let sign_in = SignInRequest {
        user_name: String::new(),
        password: String::new(),
    };
    for (name, message, may_miss) in [
        ("Mutation", json!(whole), vec![]),
        ("MutationResult", json!(result), vec!["reason"]),
        ("PushResponse", json!(push), vec![]),
        ("PullRequest", json!(pull), vec![]),
        ("PullResponse", json!(pulled), vec!["wipe"]),
        ("DeviceReport", json!(report), vec![]),
        ("DevicesPage", devices, vec![]),
        ("DeviceView", ordered.clone(), vec![]),
        ("WipeView", ordered["wipe"].clone(), vec!["done"]),
        ("WipeRequest", json!(wipe), vec![]),
        ("ScopePage", json!(page), vec!["snapshot"]),
        ("ImportView", import.clone(), vec!["batch"]),
        ("RowView", import["rows"][0].clone(), vec![]),
        ("ColumnView", import["columns"][0].clone(), vec![]),
        ("BatchesView", batches, vec![]),
        ("PersonView", people["people"][0].clone(), vec![]),
        ("PeopleView", people, vec![]),
        ("AssignRequest", json!(assign), vec![]),
        ("HandOverRequest", json!(hand_over), vec![]),
        ("KeepDraftRequest", json!(keep), vec![]),
        ("DraftView", json!(keep.kept()), vec![]),
        ("DraftList", json!(DraftList::default()), vec![]),
        ("DraftHead", json!(head), vec![]),
        ("LeftWork", json!(LeftWork::default()), vec![]),
        ("LeftItem", json!(left), vec![]),
        ("Record", json!(page.rows[0]), vec![]),
        ("Problem", problem, vec![]),
        ("SessionView", session, vec![]),
        ("SignInRequest", json!(sign_in), vec![]),
    ] {
        let properties = api["components"]["schemas"][name]["properties"]
            .as_object()
            .unwrap_or_else(|| panic!("{name}"));
        let described: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let mut sent: BTreeSet<&str> = message
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        sent.extend(may_miss);
        assert_eq!(described, sent, "{name}");
    }
}

#[tokio::test]
async fn what_a_request_may_say_and_what_it_may_get_is_described() {
    let app = TestApp::new().await;
    let api = description(&app).await;
    let operations_described = &api["components"]["schemas"]["Operation"]["enum"];
    let all: Vec<Value> = [
        Operation::Create,
        Operation::Update,
        Operation::Delete,
        Operation::Restore,
        Operation::Move,
        Operation::Resolve,
        Operation::Discard,
    ]
    .map(|operation| json!(operation))
    .into();
    assert_eq!(operations_described, &json!(all));

    let sign_in = api["paths"]["/api/session"]["post"]["responses"].clone();
    let responses = sign_in.as_object().unwrap();
    for (media_type, body, status) in [
        ("application/json", "{", 400),
        ("text/plain", "{}", 415),
        ("application/json", "{}", 422),
        ("application/json", &" ".repeat(1 << 20), 413),
    ] {
        let request = Request::post("/api/session")
            .header("content-type", media_type)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let answer = app.send(request).await;
        assert_eq!(answer.status, status);
        assert!(responses.contains_key(&status.to_string()), "{status}");
    }
    for (path, method, id, _) in operations(&api) {
        let responses = api["paths"][&path][&method]["responses"]
            .as_object()
            .unwrap();
        assert!(responses.contains_key("default"), "{id}");
    }
}
