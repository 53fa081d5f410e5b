//! How devices stand, for administrators, and the order to wipe a lost one.

use crate::devices::{Device, PARK, record, told};
use ruyuan_domain::{
    DeviceId, ScopeId, Stamp,
    device::{DeviceProblem, DeviceReport, DeviceView, DevicesPage, WipeRequest},
    wire::{PullRequest, PullResponse, Role},
};
use ruyuan_server::{
    demo,
    devices::VERSION,
    store::Grant,
    testing::{Answer, Caller, TestApp},
};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn report(quarantined: u32) -> DeviceReport {
    DeviceReport {
        app: VERSION.to_owned(),
        browser: "Android Chrome".to_owned(),
        quarantined,
        ..DeviceReport::default()
    }
}

async fn admin(app: &TestApp) -> Caller {
    let grants = [Grant::open(Role::Admin, ScopeId::city())];
    app.person("admin", "管理员", &grants).await
}

async fn list(app: &TestApp, admin: &Caller) -> DevicesPage {
    app.get("/api/admin/devices", Some(admin)).await.json()
}

async fn order(app: &TestApp, admin: &Caller, id: DeviceId, reason: &str) -> Answer {
    let request = WipeRequest {
        reason: reason.to_owned(),
    };
    app.post(
        &format!("/api/admin/devices/{id}/wipe"),
        Some(admin),
        &request,
    )
    .await
}

async fn cancel(app: &TestApp, admin: &Caller, id: DeviceId) -> Answer {
    let path = format!("/api/admin/devices/{id}/wipe");
    app.delete(&path, Some(admin)).await
}

/// The device of this id says that its former self was wiped.
async fn says_wiped(device: &Device<'_>, wiped: DeviceId) -> PullResponse {
    let request = PullRequest {
        device: DeviceId::from_u128(device.id.as_u128() + 1_000),
        epoch: None,
        cursors: Default::default(),
        limit: 1,
        check: false,
        report: None,
        wiped: Some(wiped),
    };
    let path = "/api/sync/pull";
    device
        .app
        .post(path, Some(&device.caller), &request)
        .await
        .json()
}

#[tokio::test]
async fn a_device_with_a_problem_comes_before_those_without() {
    let app = TestApp::new().await;
    let admin = admin(&app).await;
    let (limin, wang) = (
        app.officer("limin", PARK).await,
        app.officer("wang", PARK).await,
    );
    let mut devices =
        [(&limin, 1), (&wang, 2), (&wang, 3)].map(|(caller, bits)| Device::new(&app, caller, bits));
    for (device, quarantined) in devices.iter_mut().zip([0, 2, 0]) {
        device.report = Some(report(quarantined));
        device.pull(&[], 10).await;
        app.clock.advance(MINUTE);
    }
    // An app that says nothing of itself is known by what it pushes, and is an old one.
    let mut old = Device::new(&app, &limin, 4);
    let firm = old.firm(record(1), "甲");
    old.push(&[firm]).await;
    let page = list(&app, &admin).await;
    let told: Vec<_> = page
        .devices
        .iter()
        .map(|device| {
            (
                device.id.as_u128(),
                device.user_name.as_str(),
                &device.problems[..],
            )
        })
        .collect();
    use DeviceProblem::{Outdated, Quarantined};
    assert_eq!(
        told,
        [
            (2, "wang", &[Quarantined][..]),
            (4, "limin", &[Outdated]),
            (3, "wang", &[]),
            (1, "limin", &[]),
        ]
    );
    assert_eq!(
        (page.total, page.troubled, page.version.as_str()),
        (4, 2, VERSION)
    );
    let path = "/api/admin/devices?skip=3";
    let rest: DevicesPage = app.get(path, Some(&admin)).await.json();
    assert_eq!(rest.devices, page.devices[3..]);
    assert_eq!(rest.total, 4);
    let path = "/api/admin/devices?skip=99999999999999999999";
    assert_eq!(app.get(path, Some(&admin)).await.status, 422);
}

#[tokio::test]
async fn only_an_administrator_of_today_sees_devices_or_orders_anything() {
    let app = TestApp::new().await;
    let ended = Grant {
        valid_to_ms: Some(app.state.clock.unix_ms()),
        ..Grant::open(Role::Admin, ScopeId::city())
    };
    let callers = [
        app.officer("limin", PARK).await,
        app.person("chen", "陈", &[Grant::open(Role::Manager, ScopeId::city())])
            .await,
        app.person(
            "park",
            "园",
            &[Grant::open(Role::Admin, ScopeId::park(PARK))],
        )
        .await,
        app.person("former", "前", &[ended]).await,
    ];
    let device = Device::new(&app, &callers[0], 1);
    for caller in &callers {
        for path in [
            "/api/admin/devices".to_owned(),
            format!("/api/admin/devices/{}", device.id),
        ] {
            assert_eq!(app.get(&path, Some(caller)).await.status, 403);
        }
        assert_eq!(order(&app, caller, device.id, "遗失").await.status, 403);
        assert_eq!(cancel(&app, caller, device.id).await.status, 403);
    }
}

#[tokio::test]
async fn a_pull_writes_what_a_device_says_only_when_it_is_news_or_old() {
    let app = TestApp::new().await;
    let admin = admin(&app).await;
    let mut device = Device::new(&app, &app.officer("limin", PARK).await, 1);
    device.report = Some(report(0));
    let mut seen = Vec::new();
    let mut look = async |device: &Device<'_>| {
        device.pull(&[], 10).await;
        seen.push(list(&app, &admin).await.devices[0].seen.unix_ms());
    };
    look(&device).await;
    app.clock.advance(4 * MINUTE);
    look(&device).await;
    app.clock.advance(MINUTE);
    look(&device).await;
    app.clock.advance(MINUTE);
    device.report = Some(report(1));
    look(&device).await;
    let first = seen[0];
    let since: Vec<_> = seen.iter().map(|seen| (seen - first) / MINUTE).collect();
    assert_eq!(since, [0, 0, 5, 6]);
}

#[tokio::test]
async fn an_order_shows_what_it_costs_and_reaches_the_device_by_push_and_pull() {
    let app = TestApp::new().await;
    let admin = admin(&app).await;
    let mut device = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = device.firm(record(1), "甲");
    device.push(&[firm]).await;
    device.report = Some(DeviceReport {
        waiting: 3,
        oldest: Stamp::parse("2026-11-20T09:00:00+08:00"),
        ..report(1)
    });
    device.pull(&[], 10).await;
    let ordered: DeviceView = order(&app, &admin, device.id, " 手机遗失 ").await.json();
    let costs = ordered.report.unwrap();
    assert_eq!((costs.waiting, costs.quarantined), (3, 1));
    assert_eq!(ordered.problems[0], DeviceProblem::WipePending);
    let wipe = ordered.wipe.unwrap();
    assert_eq!(
        (wipe.by.as_str(), wipe.reason.as_str(), wipe.done),
        ("管理员", "手机遗失", None)
    );
    // Ordered again, the first order stands.
    app.clock.advance(MINUTE);
    let again: DeviceView = order(&app, &admin, device.id, "另一个").await.json();
    assert_eq!(again.wipe, Some(wipe));

    // Its last words are taken, and nothing is given.
    let rename = device.rename(record(1), 1, "甲", "乙");
    let pushed = device.push(&[rename]).await;
    assert!(pushed.wipe);
    assert_eq!(told(&pushed), ["2 applied"]);
    let pulled = device.pull(&[], 10).await;
    assert!(pulled.wipe && pulled.scopes.is_empty() && pulled.revoked.is_empty());
    assert!(device.report.is_some());

    assert!(!says_wiped(&device, device.id).await.wipe);
    let wiped = list(&app, &admin).await.devices.remove(0);
    assert!(wiped.wipe.is_some_and(|wipe| wipe.done.is_some()));
    assert_eq!(wiped.problems, []);
    // An id that was wiped is given nothing ever again, and the order is not taken back.
    assert!(device.pull(&[], 10).await.wipe);
    assert_eq!(cancel(&app, &admin, device.id).await.status, 409);
    assert_eq!(order(&app, &admin, device.id, "又").await.status, 409);
}

#[tokio::test]
async fn an_order_that_is_taken_back_in_time_wipes_nothing() {
    let app = TestApp::new().await;
    let admin = admin(&app).await;
    let mut device = Device::new(&app, &app.officer("limin", PARK).await, 1);
    device.report = Some(report(0));
    device.pull(&[], 10).await;
    order(&app, &admin, device.id, "遗失").await;
    let free: DeviceView = cancel(&app, &admin, device.id).await.json();
    assert_eq!((free.wipe, free.problems), (None, vec![]));
    let pulled = device.pull(&[], 10).await;
    assert!(!pulled.wipe && !pulled.scopes.is_empty());
    assert_eq!(
        cancel(&app, &admin, device.id).await.status,
        200,
        "twice is no harm"
    );
    // What nobody ordered is not noted, whoever says it.
    says_wiped(&device, device.id).await;
    assert_eq!(list(&app, &admin).await.devices[0].wipe, None);
}

#[tokio::test]
async fn nobody_wipes_or_speaks_for_the_device_of_another() {
    let app = TestApp::new().await;
    let admin = admin(&app).await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    mine.report = Some(report(1));
    mine.pull(&[], 10).await;
    order(&app, &admin, mine.id, "遗失").await;
    let mut other = Device::new(&app, &app.officer("wang", PARK).await, 2);
    says_wiped(&other, mine.id).await;
    other.report = Some(DeviceReport {
        former: vec![mine.id],
        ..report(0)
    });
    other.pull(&[], 10).await;
    let page = list(&app, &admin).await;
    assert_eq!(page.devices[0].id, mine.id);
    assert!(
        page.devices[0]
            .wipe
            .as_ref()
            .is_some_and(|wipe| wipe.done.is_none())
    );
    assert_eq!(page.total, 2);
}

#[tokio::test]
async fn what_is_no_order_and_no_device_is_refused_in_words() {
    let app = TestApp::new().await;
    let admin = admin(&app).await;
    let device = Device::new(&app, &app.officer("limin", PARK).await, 1);
    assert_eq!(order(&app, &admin, device.id, "遗失").await.status, 404);
    assert_eq!(cancel(&app, &admin, device.id).await.status, 404);
    device
        .app
        .post("/api/sync/push", Some(&device.caller), &json!({}))
        .await;
    for reason in ["", "  ", "\u{0}", &"长".repeat(201)] {
        let answer = order(&app, &admin, device.id, reason).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.json::<Value>()["errors"][0]["path"], "reason");
    }
    for body in ["{}", "[]", "{\"reason\":7}"] {
        let path = format!("/api/admin/devices/{}/wipe", device.id);
        let answer = app.post_text(&path, Some(&admin), body.to_owned()).await;
        assert_eq!(answer.status, 422, "{body}");
    }
    for id in ["x", "%00", "0190f3a0"] {
        let path = format!("/api/admin/devices/{id}");
        assert_eq!(app.get(&path, Some(&admin)).await.status, 404);
    }
}

#[tokio::test]
async fn whatever_a_device_says_of_itself_its_pull_is_answered_and_the_list_is_too() {
    let app = TestApp::new().await;
    let admin = admin(&app).await;
    let mut device = Device::new(&app, &app.officer("limin", PARK).await, 1);
    device.report = Some(DeviceReport {
        app: "\u{0}".repeat(500),
        browser: "𠮷".repeat(400),
        waiting: u32::MAX,
        oldest: Some(Stamp::from_unix_ms(i64::MIN, i32::MIN)),
        quarantined: u32::MAX,
        used_mb: Some(u32::MAX),
        quota_mb: Some(0),
        former: (0..300).map(DeviceId::from_u128).collect(),
        ..DeviceReport::default()
    });
    assert!(!device.pull(&[], 10).await.scopes.is_empty());
    app.clock.advance(4 * DAY);
    let listed = list(&app, &admin).await.devices.remove(0);
    let kept = listed.report.unwrap();
    assert_eq!(kept.browser.chars().count(), DeviceReport::MOST_LETTERS);
    assert_eq!(kept.former.len(), DeviceReport::MOST_NAMED);
    assert!(listed.problems.contains(&DeviceProblem::Unseen));
    // What is no report is refused with its path; a later app's member is passed over.
    let body = |report: &str| {
        format!(
            r#"{{"device":"{}","cursors":{{}},"limit":1,"report":{report}}}"#,
            device.id
        )
    };
    for (report, status) in [
        ("7", 422),
        (r#"{"app":7,"schema":2}"#, 422),
        (r#"{"schema":2}"#, 422),
        (r#"{"app":"9.0.0","schema":9,"mood":{"x":[1]}}"#, 200),
        ("null", 200),
    ] {
        let answer = app
            .post_text("/api/sync/pull", Some(&device.caller), body(report))
            .await;
        assert_eq!(answer.status, status, "{report}");
    }
}

#[tokio::test]
async fn a_demo_of_before_there_was_an_administrator_gets_one_and_one_that_is_there_stays() {
    let app = TestApp::new().await;
    assert!(demo::load(&app.state).await.unwrap());
    let caller = app.signs_in("admin").await;
    assert_eq!(list(&app, &caller).await.total, 0);

    let old = TestApp::new().await;
    let mut tx = old.state.store.begin_write().await.unwrap();
    tx.set_meta("demo", "loaded").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!demo::load(&old.state).await.unwrap());
    let caller = old.signs_in("admin").await;
    assert_eq!(list(&old, &caller).await.total, 0);

    let taken = TestApp::new().await;
    taken.officer("admin", PARK).await;
    demo::load(&taken.state).await.unwrap();
    let caller = taken.signs_in("admin").await;
    let answer = taken.get("/api/admin/devices", Some(&caller)).await;
    assert_eq!(answer.status, 403);
}
