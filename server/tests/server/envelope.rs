//! Numbers, ids and envelopes: what a push is before any of its mutations is looked at.

use crate::devices::{Device, PARK, record, told};
use ruyuan_domain::{
    DeviceId, Epoch, MutationId, Operation,
    consts::SCHEMA,
    wire::{Problem, PushResponse},
};
use ruyuan_server::testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_gap_is_answered_with_where_to_go_on() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let first = mine.firm(record(100), "甲");
    mine.push(&[first]).await;
    mine.firm(record(101), "丢失");
    let third = mine.firm(record(102), "丙");
    let answer = mine.push(&[third]).await;
    assert_eq!(
        (answer.last_mid.0, answer.results.len(), answer.forked),
        (1, 0, false)
    );
    assert!(mine.row(record(102)).await.is_none());
}

#[tokio::test]
async fn a_copied_device_is_told_and_goes_on_under_another_id() {
    let app = TestApp::new().await;
    let caller = app.officer("limin", PARK).await;
    let mut mine = Device::new(&app, &caller, 1);
    let first = mine.firm(record(100), "甲");
    mine.push(std::slice::from_ref(&first)).await;
    // A copy of the device numbered another mutation 1.
    let mut copied = first.clone();
    copied.id = MutationId::from_u128(77);
    copied.record = record(101);
    let second = mine.firm(record(102), "乙");
    let answer = mine.push(&[copied.clone(), second]).await;
    assert!(answer.forked);
    assert_eq!((answer.results.len(), answer.last_mid.0), (0, 1));
    assert_eq!(
        mine.rows().await.len(),
        1,
        "nothing of a forked push is applied"
    );

    // It renumbers under a new device id and keeps the ids: what is known is a duplicate, also when asked again.
    let mut other = Device::new(&app, &caller, 9);
    other.edit(Operation::Create, record(0), 0);
    copied.mid = ruyuan_domain::Mid(2);
    for statuses in [
        ["1 duplicate (applied)", "2 applied"],
        ["1 duplicate (applied)", "2 duplicate (applied)"],
    ] {
        let answer = other.push(&[first.clone(), copied.clone()]).await;
        assert_eq!(told(&answer), statuses);
        assert_eq!(answer.last_mid.0, 2);
    }
    assert_eq!(mine.rows().await.len(), 2);
}

#[tokio::test]
async fn an_id_twice_in_one_push_is_a_duplicate_of_itself() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let first = mine.firm(record(100), "甲");
    let mut twice = mine.firm(record(100), "甲");
    twice.id = first.id;
    assert_eq!(
        told(&mine.push(&[first, twice]).await),
        ["1 applied", "2 duplicate (applied)"]
    );
}

#[tokio::test]
async fn another_persons_mutation_is_no_business_of_this_one() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let mut theirs = Device::new(&app, &app.officer("wangqiang", PARK).await, 2);
    let first = mine.firm(record(100), "甲");
    mine.push(std::slice::from_ref(&first)).await;
    let mut stolen = theirs.firm(record(100), "乙");
    stolen.id = first.id;
    for _ in 0..2 {
        assert_eq!(
            told(&theirs.push(std::slice::from_ref(&stolen)).await),
            ["1 quarantined: not_allowed"]
        );
    }
    assert_eq!(mine.row(record(100)).await.unwrap().text("name"), "甲");
}

#[tokio::test]
async fn a_broken_envelope_is_refused_and_nothing_of_it_is_stored() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let good = json!(mine.firm(record(100), "甲"));
    let mut skipping = json!(mine.firm(record(101), "乙"));
    skipping["mid"] = json!(3);
    let answer = mine.send(&[good.clone(), skipping]).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json::<Problem>().errors[0].path, "mutations[1].mid");
    let answer = mine.send(&[good.clone(), json!({"mid": 2})]).await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.json::<Problem>().errors[0].path.clone()
        ),
        (422, "mutations[1].id".to_owned())
    );
    let send = async |body: String| {
        app.post_text("/api/sync/push", Some(&mine.caller), body)
            .await
            .status
            .as_u16()
    };
    assert_eq!(send("{\"device\":".to_owned()).await, 400);
    assert_eq!(
        send(json!({"device": "x", "schema": 1, "mutations": []}).to_string()).await,
        422
    );
    assert_eq!(
        send(json!({"device": mine.id, "schema": SCHEMA + 1, "mutations": []}).to_string()).await,
        409
    );
    assert_eq!(send(" ".repeat(2 * 1024 * 1024 + 1)).await, 413);
    assert_eq!(mine.rows().await.len(), 0);
    assert_eq!(mine.pull(&[], 1).await.last_mid.0, 0);
}

#[tokio::test]
async fn another_life_of_the_database_applies_nothing() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = mine.firm(record(100), "甲");
    let body =
        json!({"device": mine.id, "epoch": Epoch::from_u128(5), "schema": 1, "mutations": [firm]});
    let answer: PushResponse = app
        .post("/api/sync/push", Some(&mine.caller), &body)
        .await
        .json();
    assert_ne!(answer.epoch, Epoch::from_u128(5));
    assert!(answer.results.is_empty());
    assert_eq!(mine.rows().await.len(), 0);
}

#[tokio::test]
async fn a_device_belongs_to_one_person() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let mut theirs = Device::new(&app, &app.officer("wangqiang", PARK).await, 2);
    let firm = mine.firm(record(100), "甲");
    mine.push(&[firm]).await;
    theirs.id = DeviceId::from_u128(1);
    let firm = json!(theirs.firm(record(101), "乙"));
    let answer = theirs.send(&[firm]).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.json::<Problem>().kind,
        "/problems/device-of-another-person"
    );
}

#[tokio::test]
async fn a_queue_that_a_colleague_sends_for_its_author_is_known_again() {
    let app = TestApp::new().await;
    let mut broken = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let manager = Device::new(&app, &app.officer("chen", PARK).await, 2);
    let firm = broken.firm(record(100), "甲");
    // The colleague sends what the broken phone had saved as a file; then the phone is found again, and sends it too.
    assert_eq!(
        told(&manager.push(std::slice::from_ref(&firm)).await),
        ["1 applied"]
    );
    assert_eq!(told(&broken.push(&[firm]).await), ["1 duplicate (applied)"]);
    assert_eq!(manager.rows().await.len(), 1);
}
