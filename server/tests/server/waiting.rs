//! Chains: what waits behind a quarantined mutation, how it goes on, and how it is given up.

use crate::devices::{Device, PARK, group, in_group, mends, record, told};
use ruyuan_domain::{Mid, Mutation, Operation, RecordKind, ScopeId, wire::Role};
use ruyuan_server::{store::Grant, testing::TestApp};
use serde_json::json;

async fn device(app: &TestApp) -> Device<'_> {
    Device::new(app, &app.officer("limin", PARK).await, 1)
}

#[tokio::test]
async fn later_edits_wait_for_the_quarantined_one_and_apply_in_order_once_it_is_mended() {
    let app = TestApp::new().await;
    let mut mine = device(&app).await;
    let broken = mine.firm(record(100), "");
    let second = mine.rename(record(100), 0, "", "甲");
    let third = mine.rename(record(100), 0, "甲", "甲公司");
    let other = mine.firm(record(101), "乙");
    let answer = mine.push(&[broken.clone(), second, third, other]).await;
    assert_eq!(
        told(&answer),
        [
            "1 quarantined: invalid",
            "2 quarantined: waits_for 1",
            "3 quarantined: waits_for 1",
            "4 applied"
        ]
    );
    let fourth = mine.rename(record(100), 0, "甲公司", "甲有限公司");
    assert_eq!(
        told(&mine.push(&[fourth]).await),
        ["5 quarantined: waits_for 1"]
    );

    // Mending it without a value stays refused, and nothing moves.
    let still_broken = mends(mine.firm(record(100), " "), &broken);
    assert_eq!(
        told(&mine.push(std::slice::from_ref(&still_broken)).await),
        ["6 quarantined: invalid"]
    );

    // The mend stands where the first stood; then the others find the values they were made on.
    let mended = mends(mine.firm(record(100), "甲"), &still_broken);
    let answer = mine.push(&[mended]).await;
    assert_eq!(answer.results[0].mid, Mid(7));
    let retried: Vec<u64> = answer.results[1..]
        .iter()
        .map(|result| result.mid.0)
        .collect();
    assert_eq!(retried, [2, 3, 5], "in the order in which they were made");
    assert!(
        answer.results.iter().all(|result| result.reason.is_none()),
        "{answer:?}"
    );

    assert_eq!(
        mine.row(record(100)).await.unwrap().text("name"),
        "甲有限公司"
    );

    let after = mine.rename(record(100), 9, "甲有限公司", "最后");
    assert_eq!(
        told(&mine.push(&[after]).await),
        ["8 applied"],
        "nothing is held any more"
    );
}

#[tokio::test]
async fn what_waited_takes_effect_on_the_mended_value() {
    let app = TestApp::new().await;
    let mut mine = device(&app).await;
    let mut broken = mine.firm(record(100), "甲");
    broken
        .fields
        .insert("contact_mobile".to_owned(), change(None, "12"));
    let mut waiting = mine.edit(Operation::Update, record(100), 0);
    waiting
        .fields
        .insert("address".to_owned(), change(None, "东港一路1号"));
    mine.push(&[broken.clone(), waiting]).await;
    let mut mended = mends(mine.firm(record(100), "甲"), &broken);
    mended
        .fields
        .insert("contact_mobile".to_owned(), change(None, "13805700001"));
    assert_eq!(
        told(&mine.push(&[mended]).await),
        ["3 applied", "2 applied"]
    );
    let row = mine.row(record(100)).await.unwrap();
    assert_eq!(
        (row.text("contact_mobile"), row.text("address"), row.version),
        ("13805700001", "东港一路1号", 2)
    );
}

fn change(old: Option<&str>, new: &str) -> ruyuan_domain::FieldChange {
    ruyuan_domain::FieldChange {
        old: old.map(Into::into),
        new: Some(new.into()),
    }
}

#[tokio::test]
async fn mending_one_part_of_an_act_brings_the_rest_with_it() {
    let app = TestApp::new().await;
    let mut mine = device(&app).await;
    let act = group(1);
    let visit = in_group(
        mine.visit(record(100), &[("has_need", "maybe".into())]),
        act,
    );
    let right = in_group(mine.right(record(101), record(100), Some("商标")), act);
    let later = mine.right(record(102), record(100), Some("专利"));
    let answer = mine.push(&[visit.clone(), right, later]).await;
    assert_eq!(
        told(&answer),
        [
            "1 quarantined: invalid",
            "2 quarantined: group_refused 1",
            "3 quarantined: waits_for 1"
        ]
    );
    let mended = mends(
        mine.visit(record(100), &[("has_need", "no".into())]),
        &visit,
    );
    assert_eq!(
        told(&mine.push(&[mended]).await),
        ["4 applied", "2 applied", "3 applied"]
    );
    assert_eq!(mine.rows().await.len(), 3);
}

#[tokio::test]
async fn giving_one_up_gives_up_its_act_and_what_waits_for_it() {
    let app = TestApp::new().await;
    let mut mine = device(&app).await;
    let act = group(1);
    let visit = in_group(
        mine.visit(record(100), &[("has_need", "maybe".into())]),
        act,
    );
    let right = in_group(mine.right(record(101), record(100), Some("商标")), act);
    let waiting = mine.right(record(102), record(100), Some("专利"));
    let firm = mine.firm(record(103), "");
    mine.push(&[visit.clone(), right, waiting, firm]).await;
    let discard = mends(mine.edit(Operation::Discard, record(100), 0), &visit);
    let discard = Mutation {
        kind: RecordKind::Visit,
        ..discard
    };
    assert_eq!(told(&mine.push(&[discard]).await), ["5 applied"]);
    // The visit's record is free again; the firm that had nothing to do with it is still held.
    let again = mine.visit(record(100), &[("has_need", "no".into())]);
    let firm_again = mine.rename(record(103), 0, "", "丁");
    assert_eq!(
        told(&mine.push(&[again, firm_again]).await),
        ["6 applied", "7 quarantined: waits_for 4"]
    );
    assert_eq!(
        mine.rows().await.len(),
        1,
        "what was given up never comes back"
    );
}

#[tokio::test]
async fn only_ones_own_can_be_mended_or_given_up() {
    let app = TestApp::new().await;
    let mut mine = device(&app).await;
    let mut theirs = Device::new(&app, &app.officer("wangqiang", PARK).await, 2);
    let broken = mine.firm(record(100), "");
    mine.push(std::slice::from_ref(&broken)).await;
    let discard = mends(theirs.edit(Operation::Discard, record(100), 0), &broken);
    let mend = mends(theirs.firm(record(100), "甲"), &broken);
    assert_eq!(
        told(&theirs.push(&[discard, mend]).await),
        ["1 quarantined: malformed", "2 quarantined: malformed"]
    );
    let own = mine.rename(record(100), 0, "", "甲");
    assert_eq!(
        told(&mine.push(&[own]).await),
        ["2 quarantined: waits_for 1"],
        "still held"
    );
}

#[tokio::test]
async fn a_renumbered_device_can_still_mend_what_it_had_sent_before() {
    let app = TestApp::new().await;
    let caller = app.officer("limin", PARK).await;
    let mut old = Device::new(&app, &caller, 1);
    let skipped = old.firm(record(99), "先");
    let broken = old.firm(record(100), "");
    let waiting = old.rename(record(100), 0, "甲", "甲公司");
    old.push(&[skipped, broken.clone(), waiting.clone()]).await;
    // The same two under a new device id, with new numbers.
    let mut new = Device::new(&app, &caller, 2);
    let renumber = |mut mutation: Mutation, mid| {
        mutation.mid = Mid(mid);
        mutation
    };
    new.edit(Operation::Create, record(0), 0);
    new.edit(Operation::Create, record(0), 0);
    let answer = new
        .push(&[renumber(broken.clone(), 1), renumber(waiting, 2)])
        .await;
    assert!(
        told(&answer)
            .iter()
            .all(|told| told.contains("duplicate (quarantined)")),
        "{answer:?}"
    );
    let mended = mends(new.firm(record(100), "甲"), &broken);
    assert_eq!(told(&new.push(&[mended]).await), ["3 applied", "2 applied"]);
    assert_eq!(new.row(record(100)).await.unwrap().text("name"), "甲公司");
}

#[tokio::test]
async fn a_child_that_came_before_its_root_applies_with_it() {
    let app = TestApp::new().await;
    let mut mine = device(&app).await;
    let early = mine.right(record(101), record(100), Some("商标"));
    assert_eq!(
        told(&mine.push(&[early]).await),
        ["1 quarantined: unknown_record"]
    );
    let visit = mine.visit(record(100), &[("has_need", "no".into())]);
    assert_eq!(told(&mine.push(&[visit]).await), ["2 applied", "1 applied"]);
}

#[tokio::test]
async fn an_act_over_two_parks_goes_on_from_a_second_device_that_repeats_no_more_than_its_ids() {
    let app = TestApp::new().await;
    let parks = [PARK, "330802-02"].map(|park| Grant::open(Role::Officer, ScopeId::park(park)));
    let person = app.person("limin", "李敏", &parks).await;
    let mut first = Device::new(&app, &person, 1);
    let mut there = in_group(first.firm(record(100), "甲"), group(1));
    there.scope = ScopeId::park("330802-02");
    let broken = in_group(first.firm(record(101), ""), group(1));
    assert_eq!(
        told(&first.push(&[there.clone(), broken.clone()]).await),
        ["1 quarantined: group_refused 2", "2 quarantined: invalid"]
    );

    let mut second = Device::new(&app, &person, 2);
    let mut mended = mends(second.firm(record(101), "乙"), &broken);
    mended.mid = Mid(3);
    let repeated = [
        json!({"mid": 1, "id": there.id}),
        json!({"mid": 2, "id": broken.id}),
        json!(mended),
    ];
    assert_eq!(
        told(&second.push_raw(&repeated).await),
        [
            "1 duplicate (quarantined): group_refused 2",
            "2 duplicate (quarantined): invalid",
            "3 applied",
            "1 applied"
        ]
    );
    assert_eq!(first.row(record(101)).await.unwrap().text("name"), "乙");
}
