//! Pushes and pulls that mean no good, or nothing at all: none is a failure of the server, and none spoils another.

use crate::{
    devices::{Device, PARK, record, told},
    drawn,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use ruyuan_domain::{
    FieldChange, MutationId, Operation, RecordKind, ScopeId, Seq,
    wire::{Problem, PushResponse},
};
use ruyuan_server::testing::{
    TestApp,
    dice::Salt,
    hostile::PARKS,
    promises::{Cast, survive_bytes, survive_pulls, survive_pushes},
};
use serde_json::json;
use std::{cell::Cell, collections::BTreeSet, panic::AssertUnwindSafe};

/// Runs a property whose cases each ask a server; a case that stops shrinks like one that says no.
fn check<S: Strategy>(cases: u32, strategy: &S, property: impl AsyncFn(u64, S::Value)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        // More than a test has time for, on request.
        cases: std::env::var("PROPTEST_CASES").map_or(cases, |more| more.parse().unwrap()),
        max_shrink_iters: 100,
        ..drawn::config()
    };
    let case = Cell::new(0);
    TestRunner::new(config)
        .run(strategy, |value| {
            case.set(case.get() + 1);
            let run = AssertUnwindSafe(|| runtime.block_on(property(case.get(), value)));
            std::panic::catch_unwind(run)
                .map_err(|_| TestCaseError::fail("a promise was broken, see above"))
        })
        .unwrap();
}

#[tokio::test]
async fn what_no_reader_reads_in_a_part_that_nobody_asks_for_does_not_hide_the_scope() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    // None of these is a value, all of them are JSON. The first is also the first thing ever said of its park.
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for (bits, later) in [r#""\ud800""#, "1e400", &nested].into_iter().enumerate() {
        let firm = json!(mine.firm(record(100 + bits as u128), "甲")).to_string();
        let firm = firm.replacen('{', &format!("{{\"later\":{later},"), 1);
        let answer: PushResponse = mine.send_text(&[firm]).await.json();
        assert_eq!(told(&answer), [format!("{} applied", bits + 1)]);
    }
}

#[tokio::test]
async fn a_part_that_no_reader_reads_does_not_hide_what_a_broken_one_is_about() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let broken = json!(mine.firm(record(100), "")).to_string();
    let broken = broken.replacen('{', r#"{"later":"\ud800","#, 1);
    let after = json!(mine.rename(record(100), 0, "", "甲")).to_string();
    let answer: PushResponse = mine.send_text(&[broken, after]).await.json();
    assert_eq!(
        told(&answer),
        ["1 quarantined: invalid", "2 quarantined: waits_for 1"]
    );
}

#[tokio::test]
async fn the_last_number_there_is_has_none_after_it() {
    let app = TestApp::new().await;
    let mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let head = |mid: u64| json!({"mid": mid, "id": MutationId::from_u128(u128::from(mid))});
    for numbers in [[u64::MAX, 1], [u64::MAX, u64::MAX]] {
        assert_eq!(mine.send(&numbers.map(head)).await.status, 422);
    }
}

#[tokio::test]
async fn a_message_is_an_object() {
    let app = TestApp::new().await;
    let mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let list = json!([mine.id, null, 1, []]);
    let answer = app.post("/api/sync/push", Some(&mine.caller), &list).await;
    assert_eq!(answer.status, 422);
    let list = json!([mine.id, null, {}, 1]);
    let answer = app.post("/api/sync/pull", Some(&mine.caller), &list).await;
    assert_eq!(answer.status, 422);
    let head = json!([1, MutationId::from_u128(1)]);
    assert_eq!(mine.send(&[head]).await.status, 422);
}

#[tokio::test]
async fn a_wrong_member_is_named_wherever_it_stands() {
    let app = TestApp::new().await;
    let mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let body = format!(
        r#"{{"mutations":[{{"mid":1}}],"device":"{}","schema":-1}}"#,
        mine.id
    );
    let answer = app
        .post_text("/api/sync/push", Some(&mine.caller), body)
        .await;
    assert_eq!(answer.json::<Problem>().errors[0].path, "schema");
}

#[tokio::test]
async fn a_push_full_of_broken_mutations_is_answered() {
    let app = TestApp::new().await;
    let mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    // Every second one applies, and looks whether something waited for it.
    let firm = |mid: u64| {
        let (id, record) = (MutationId::from_u128(mid.into()), record(mid.into()));
        let name = if mid.is_multiple_of(2) { "甲" } else { "" };
        json!({"mid": mid, "id": id, "record": record, "kind": "enterprise", "scope": "park:330802-01",
            "op": "create", "at": "2026-11-23T09:00:00+08:00", "fields": {"name": {"new": name}}})
    };
    let firms: Vec<_> = (1..=3_000).map(firm).collect();
    assert_eq!(mine.push_raw(&firms).await.results.len(), firms.len());
}

#[test]
fn no_push_is_a_failure_and_a_broken_part_spoils_no_other() {
    check(
        50,
        &prop::collection::vec(any::<u8>(), 0..400),
        async |case, bytes| {
            let app = TestApp::new().await;
            survive_pushes(&app, &Cast::of(&app).await, Salt(case), &bytes).await;
        },
    );
}

#[tokio::test]
async fn a_recovered_row_stands_under_no_root() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let by = mine.caller.user.to_string();
    for (id, root, told_of_it) in [
        (101, Some(record(100)), "1 quarantined: malformed"),
        (102, None, "2 applied"),
    ] {
        let mut row = mine.edit(Operation::Create, record(id), 0);
        row.kind = RecordKind::Recovered;
        row.root = root;
        for (name, value) in [
            ("record", record(100).to_string()),
            ("record_by", by.clone()),
            ("record_at", "2026-11-23T09:00:00+08:00".to_owned()),
        ] {
            let change = FieldChange {
                old: None,
                new: Some(value.into()),
            };
            row.fields.insert(name.to_owned(), change);
        }
        assert_eq!(told(&mine.push(&[row]).await), [told_of_it]);
    }
}

/// Stories that are all refused would find nothing: these leave rows of every kind that a push can make.
#[tokio::test]
async fn the_stories_reach_every_kind_of_record() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let mut state = 7_u32;
    let mut byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    for story in 1..=40 {
        let bytes: Vec<u8> = (0..400).map(|_| byte()).collect();
        survive_pushes(&app, &cast, Salt(story), &bytes).await;
    }
    let mut scopes: Vec<ScopeId> = PARKS.into_iter().map(ScopeId::park).collect();
    scopes.push(ScopeId::user(cast.first().user));
    let mut tx = app.state.store.begin_read().await.unwrap();
    let mut kinds = BTreeSet::new();
    let mut of_oneself = 0;
    for scope in &scopes {
        for row in tx.rows_after(scope, Seq(0), u32::MAX).await.unwrap() {
            of_oneself += usize::from(scope.as_str().starts_with("user:"));
            kinds.insert(row.kind.to_string());
        }
    }
    let written = [
        "assignment",
        "attachment",
        "conflict",
        "enterprise",
        "issue",
        "issue_step",
        "meeting",
        "meeting_item",
        "planned_visit",
        "pledge",
        "recovered",
        "repeat_instance",
        "visit",
    ];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), written);
    assert!(of_oneself > 0);
}

/// A push for a device that is nobody's, and one of the same numbers for one that is.
#[tokio::test]
async fn an_accepted_push_of_another_device_takes_no_number_of_this_one() {
    let app = TestApp::new().await;
    let bytes = [0, 0, 0, 11, 0, 0, 20, 0, 0];
    survive_pushes(&app, &Cast::of(&app).await, Salt(1), &bytes).await;
}

#[tokio::test]
async fn a_firm_that_no_database_could_index_is_a_wrong_value() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    // Every character another one: a database that squeezes its values makes nothing of it.
    let long: String = (0..20_000_u32)
        .filter_map(|at| char::from_u32(0x4e00 + at * 7 % 20_000))
        .collect();
    let mut visit = mine.visit(record(100), &[]);
    if let Some(change) = visit.fields.get_mut("enterprise") {
        change.new = Some(long.into());
    }
    assert_eq!(told(&mine.push(&[visit]).await), ["1 quarantined: invalid"]);
}

#[test]
fn no_pull_is_a_failure_and_none_shows_what_is_not_ones_own() {
    check(
        40,
        &prop::collection::vec(any::<u8>(), 0..120),
        async |case, bytes| {
            let app = TestApp::new().await;
            survive_pulls(&app, &Cast::of(&app).await, Salt(case), &bytes).await;
        },
    );
}

#[test]
fn no_bytes_are_a_failure() {
    let text = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[\\[\\]{}:,\"\\\\0-9a-z]{0,60}".prop_map(String::into_bytes),
    ];
    check(1, &prop::collection::vec(text, 200), async |_, texts| {
        let app = TestApp::new().await;
        let caller = app.officer("limin", PARK).await;
        for text in texts {
            for path in ["/api/sync/push", "/api/sync/pull"] {
                survive_bytes(&app, &caller, path, &text).await;
            }
        }
    });
}
