//! Pull: pages, bounds, and who sees what.

use crate::devices::{Device, PARK, record};
use ruyuan_domain::{
    Mutation, RecordId, ScopeId, Seq,
    wire::{Problem, Role, SignInRequest},
};
use ruyuan_server::{clock::DAY_MS, store::Grant, testing::TestApp};
use std::collections::BTreeSet;

async fn with_firms(device: &mut Device<'_>, count: u128) {
    let firms: Vec<Mutation> = (0..count)
        .map(|bits| device.firm(record(1000 + bits), "甲"))
        .collect();
    device.push(&firms).await;
}

#[tokio::test]
async fn pages_follow_one_another_without_a_gap_and_end() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    with_firms(&mut mine, 250).await;
    let scope = "park:330802-01";
    // Everything else is up to date, so that only this scope has news.
    let rest: Vec<(String, u64)> = mine
        .pull(&[], 2000)
        .await
        .scopes
        .iter()
        .filter(|page| page.scope.as_str() != scope)
        .map(|page| (page.scope.to_string(), page.next.0))
        .collect();
    let (mut cursor, mut seen, mut pages) = (0, BTreeSet::<RecordId>::new(), 0);
    loop {
        let mut cursors: Vec<(&str, u64)> = rest
            .iter()
            .map(|(scope, seq)| (scope.as_str(), *seq))
            .collect();
        cursors.push((scope, cursor));
        let answer = mine.pull(&cursors, 101).await;
        assert_eq!(answer.scopes.len(), 1);
        let page = &answer.scopes[0];
        assert!(
            page.rows
                .iter()
                .all(|row| row.seq.0 > cursor && row.seq <= page.next)
        );
        assert!(page.rows.is_sorted_by_key(|row| row.seq));
        seen.extend(page.rows.iter().map(|row| row.id));
        cursor = page.next.0;
        pages += 1;
        if !page.more {
            break;
        }
        assert_eq!(page.rows.len(), 101);
    }
    assert_eq!((seen.len(), pages, cursor), (250, 3, 250));
}

#[tokio::test]
async fn the_limit_counts_over_all_scopes_and_none_is_forgotten() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    with_firms(&mut mine, 3).await;
    let answer = mine.pull(&[], 2).await;
    assert_eq!(
        answer
            .scopes
            .iter()
            .map(|page| page.rows.len())
            .sum::<usize>(),
        2
    );
    let open: Vec<(&str, u64, bool)> = answer
        .scopes
        .iter()
        .map(|page| (page.scope.as_str(), page.next.0, page.more))
        .collect();
    assert_eq!(
        &open[..3],
        [
            ("city", 0, false),
            ("park:330802-01", 2, true),
            ("public", 0, true)
        ]
    );
    // A limit of nothing still moves.
    assert_eq!(
        mine.pull(&[], 0)
            .await
            .scopes
            .iter()
            .map(|page| page.rows.len())
            .sum::<usize>(),
        1
    );
}

#[tokio::test]
async fn a_page_is_bounded_in_bytes_and_always_moves() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    for bits in 0..12 {
        // Nine texts of 200 characters and one long signature would do; a long remark is enough.
        let mut visit = mine.visit(record(2000 + bits), &[("has_need", "no".into())]);
        visit.fields.insert(
            "answer.remark".to_owned(),
            ruyuan_domain::FieldChange {
                old: None,
                new: Some("长".repeat(200).into()),
            },
        );
        visit.fields.insert(
            "officer_name".to_owned(),
            ruyuan_domain::FieldChange {
                old: None,
                new: Some("名".repeat(80_000).into()),
            },
        );
        mine.push(&[visit]).await;
    }
    let answer = mine.pull(&[("city", 0), ("public", 99)], 2000).await;
    let page = answer
        .scopes
        .iter()
        .find(|page| page.scope == ScopeId::park(PARK))
        .unwrap();
    assert!(
        page.more && !page.rows.is_empty() && page.rows.len() < 12,
        "{} rows",
        page.rows.len()
    );
    assert_eq!(page.next, page.rows.last().unwrap().seq);
}

#[tokio::test]
async fn a_scope_without_news_is_silent_and_one_not_named_is_shown() {
    let app = TestApp::new().await;
    let mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let first = mine.pull(&[], 2000).await;
    let cursors: Vec<(String, u64)> = first
        .scopes
        .iter()
        .map(|page| (page.scope.to_string(), page.next.0))
        .collect();
    assert!(
        cursors.iter().any(|(scope, _)| scope == "city"),
        "an empty scope gets its cursor too"
    );
    let named: Vec<(&str, u64)> = cursors
        .iter()
        .map(|(scope, seq)| (scope.as_str(), *seq))
        .collect();
    assert_eq!(mine.pull(&named, 2000).await.scopes, []);
}

#[tokio::test]
async fn the_manager_of_a_county_sees_its_parks_and_no_other() {
    let app = TestApp::new().await;
    let manager = app
        .person(
            "chen",
            "陈主任",
            &[Grant::open(Role::Manager, ScopeId::county("330802"))],
        )
        .await;
    let device = Device::new(&app, &manager, 1);
    let scopes: Vec<String> = device
        .pull(&[], 2000)
        .await
        .scopes
        .iter()
        .map(|page| page.scope.to_string())
        .collect();
    let own = ScopeId::user(manager.user).to_string();
    assert_eq!(
        scopes,
        [
            "city",
            "county:330802",
            "park:330802-01",
            "park:330802-02",
            "public",
            &own
        ]
    );
}

#[tokio::test]
async fn a_grant_that_ends_takes_its_scope_from_the_next_pull() {
    let app = TestApp::new().await;
    let until = ruyuan_server::clock::Clock::unix_ms(app.clock.as_ref()) + 1000;
    let grant = Grant {
        valid_to_ms: Some(until),
        ..Grant::open(Role::Officer, ScopeId::park(PARK))
    };
    let limin = app
        .person_with_password("limin", "ok-8-letters", &[grant])
        .await;
    let mut mine = Device::new(&app, &limin, 1);
    with_firms(&mut mine, 1).await;
    assert_eq!(mine.rows().await.len(), 1);
    app.clock.advance(1000);
    let cursors = [("park:330802-01", 0), ("city", 0)];
    let answer = mine.pull(&cursors, 2000).await;
    assert_eq!(answer.revoked, [ScopeId::city(), ScopeId::park(PARK)]);
    let own = ScopeId::user(limin.user);
    let seen: Vec<_> = answer.scopes.iter().map(|page| &page.scope).collect();
    assert_eq!(seen, [&ScopeId::public(), &own]);
    // What was written before is taken for the park's manager, for thirty days.
    let late = mine.firm(record(1), "乙");
    assert_eq!(
        crate::devices::told(&mine.push(&[late]).await),
        ["2 quarantined: not_allowed"]
    );
    app.clock.advance(30 * DAY_MS - 1);
    let caller = app.signs_in("limin").await;
    assert_eq!(app.get("/api/session", Some(&caller)).await.status, 200);
    app.clock.advance(1);
    assert_eq!(app.get("/api/session", Some(&caller)).await.status, 401);
    let sign_in = SignInRequest {
        user_name: "limin".to_owned(),
        password: "ok-8-letters".to_owned(),
    };
    let answer = app.post("/api/session", None, &sign_in).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json::<Problem>().kind, "/problems/account-ended");
}

#[tokio::test]
async fn a_cursor_from_nowhere_is_no_failure() {
    let app = TestApp::new().await;
    let mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    assert!(
        mine.pull(&[("public", u64::MAX), ("park:330825-01", 3)], u32::MAX)
            .await
            .revoked
            .len()
            == 1
    );
    assert_eq!(mine.pull(&[], 10).await.scopes[0].next, Seq(0));
}
