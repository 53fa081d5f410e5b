//! Moves: a root goes to another scope with all that is under it, and whoever stays behind learns that it left.

use crate::devices::{Device, PARK, record, told, with};
use ruyuan_domain::wire::Role;
use ruyuan_domain::{FieldValue, Mutation, Operation, RecordId, RecordKind, ScopeId, Seq};
use ruyuan_server::{
    store::Grant,
    testing::{Caller, TestApp},
};

const OTHER: &str = "330802-02";

fn park(code: &str) -> FieldValue {
    ScopeId::park(code).as_str().into()
}

fn move_firm(device: &mut Device<'_>, base: u64, from: &str, to: &str) -> Mutation {
    let edit = device.edit(Operation::Move, record(100), base);
    with(edit, &[("scope", Some(park(from)), Some(park(to)))])
}

async fn manager(app: &TestApp) -> Caller {
    let grants = [Grant::open(Role::Manager, ScopeId::county("330802"))];
    app.person("chen", "陈主任", &grants).await
}

#[tokio::test]
async fn a_firm_moves_with_what_is_under_it_and_leaves_exits() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let theirs = Device::new(&app, &app.officer("zhaolei", OTHER).await, 2);
    let mut desk = Device::new(&app, &manager(&app).await, 3);
    let firm = mine.firm(record(100), "甲");
    let visit = mine.visit(record(200), &[("has_need", "no".into())]);
    let visit = Mutation {
        root: Some(record(100)),
        ..visit
    };
    mine.push(&[firm, visit]).await;
    let moved = move_firm(&mut desk, 1, PARK, OTHER);
    assert_eq!(told(&desk.push(&[moved]).await), ["1 applied"]);

    let here = mine.pull(&[("park:330802-01", 2)], 100).await;
    let page = here
        .scopes
        .iter()
        .find(|page| page.scope == ScopeId::park(PARK))
        .unwrap();
    let exits: Vec<_> = page
        .exits
        .iter()
        .map(|exit| (exit.seq, exit.record, exit.version))
        .collect();
    assert_eq!(exits, [(Seq(3), record(100), 2), (Seq(4), record(200), 2)]);
    assert!(page.rows.is_empty() && !page.more && page.next == Seq(4));
    assert_eq!(page.digest.unwrap().rows, 0);

    let there = theirs.pull(&[], 100).await;
    let page = there
        .scopes
        .iter()
        .find(|page| page.scope == ScopeId::park(OTHER))
        .unwrap();
    let rows: Vec<_> = page.rows.iter().map(|row| (row.id, row.version)).collect();
    assert_eq!(rows, [(record(100), 2), (record(200), 2)]);
    assert_eq!(page.digest.unwrap().rows, 2);
}

fn of_firm(visit: Mutation) -> Mutation {
    let firm = FieldValue::from(record(100).to_string());
    with(visit, &[("enterprise", None, Some(firm))])
}

/// What of a scope a device would be shown.
async fn shown(device: &Device<'_>, scope: &str) -> Vec<(RecordId, u64)> {
    let answer = device.pull(&[], 100).await;
    let page = answer
        .scopes
        .into_iter()
        .find(|page| page.scope.as_str() == scope)
        .unwrap();
    assert_eq!(page.digest.unwrap().rows, page.rows.len() as u64);
    page.rows.iter().map(|row| (row.id, row.version)).collect()
}

#[tokio::test]
async fn a_firm_takes_its_visits_along_with_what_is_under_them() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let theirs = Device::new(&app, &app.officer("zhaolei", OTHER).await, 2);
    let mut desk = Device::new(&app, &manager(&app).await, 3);
    let firms = [mine.firm(record(100), "甲"), mine.firm(record(101), "乙")];
    let visit = of_firm(mine.visit(record(200), &[("has_need", "no".into())]));
    let part = mine.right(record(300), record(200), Some("专利"));
    mine.push(&firms).await;
    let plan = mine.plan(record(400), record(100));
    let outcomes = mine.push(&[visit, part, plan]).await;
    assert_eq!(told(&outcomes), ["3 applied", "4 applied", "5 applied"]);
    let moved = move_firm(&mut desk, 1, PARK, OTHER);
    desk.push(&[moved]).await;
    let there = [100, 200, 300, 400].map(|bits| (record(bits), 2));
    let mut rows = shown(&theirs, "park:330802-02").await;
    rows.sort();
    assert_eq!(rows, there);
    assert_eq!(shown(&mine, "park:330802-01").await, [(record(101), 1)]);
}

#[tokio::test]
async fn a_visit_goes_where_its_firm_has_gone_if_its_author_works_there() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let mut desk = Device::new(&app, &manager(&app).await, 3);
    let firm = mine.firm(record(100), "甲");
    mine.push(&[firm]).await;
    let moved = move_firm(&mut desk, 1, PARK, OTHER);
    desk.push(&[moved]).await;
    // Neither had heard of it when they filled their forms.
    let visit = of_firm(desk.visit(record(201), &[("has_need", "no".into())]));
    assert_eq!(told(&desk.push(&[visit]).await), ["2 applied"]);
    let visit = of_firm(mine.visit(record(200), &[("has_need", "no".into())]));
    assert_eq!(told(&mine.push(&[visit]).await), ["2 applied"]);
    assert_eq!(shown(&mine, "park:330802-01").await, [(record(200), 1)]);
    let there = shown(&desk, "park:330802-02").await;
    assert_eq!(there, [(record(100), 2), (record(201), 1)]);
    // When it comes back, what it has goes along, and nothing is moved twice.
    let back = move_firm(&mut desk, 2, OTHER, PARK);
    desk.push(&[back]).await;
    let mut here = shown(&mine, "park:330802-01").await;
    here.sort();
    assert_eq!(here, [(record(100), 3), (record(200), 1), (record(201), 2)]);
}

#[tokio::test]
async fn exits_are_paged_like_rows() {
    let app = TestApp::new().await;
    let mut desk = Device::new(&app, &manager(&app).await, 3);
    let firm = desk.firm(record(100), "甲");
    desk.push(&[firm]).await;
    for round in 0..3 {
        let there = move_firm(&mut desk, 2 * round + 1, PARK, OTHER);
        let back = move_firm(&mut desk, 2 * round + 2, OTHER, PARK);
        desk.push(&[there, back]).await;
    }
    let mut cursor = 0;
    let mut seen = Vec::new();
    loop {
        let known = [
            ("park:330802-01", cursor),
            ("park:330802-02", 99),
            ("public", 99),
        ];
        let answer = desk.pull(&known, 1).await;
        let page = answer
            .scopes
            .into_iter()
            .find(|page| page.scope == ScopeId::park(PARK))
            .unwrap();
        assert_eq!(page.rows.len() + page.exits.len(), 1);
        seen.extend(page.rows.iter().map(|row| row.seq.0));
        seen.extend(page.exits.iter().map(|exit| exit.seq.0));
        cursor = page.next.0;
        if !page.more {
            break;
        }
    }
    // The firm itself came and went at 1, 3 and 5: what stands there now is its last row.
    assert_eq!(seen, [2, 4, 6, 7]);
}

#[tokio::test]
async fn two_moves_at_once_are_a_conflict_about_the_place() {
    let app = TestApp::new().await;
    let grants = [Grant::open(Role::Manager, ScopeId::city())];
    let mut one = Device::new(&app, &app.person("chen", "陈主任", &grants).await, 1);
    let mut two = Device::new(&app, &app.person("wu", "吴主任", &grants).await, 2);
    let firm = one.firm(record(100), "甲");
    one.push(&[firm]).await;
    let first = move_firm(&mut one, 1, PARK, OTHER);
    one.push(&[first]).await;
    let second = move_firm(&mut two, 1, PARK, "330825-01");
    assert_eq!(told(&two.push(&[second]).await), ["1 conflict"]);
    let rows: Vec<_> = two
        .pull(&[], 100)
        .await
        .scopes
        .into_iter()
        .flat_map(|page| page.rows)
        .collect();
    let conflict = rows
        .iter()
        .find(|row| row.kind == RecordKind::Conflict)
        .unwrap();
    assert_eq!(
        ["field", "kept", "incoming"].map(|name| conflict.text(name)),
        ["scope", "park:330802-02", "park:330825-01"]
    );
    // An edit that still names the old park finds the firm where it is now.
    let rename = two.rename(record(100), 1, "甲", "甲公司");
    assert_eq!(told(&two.push(&[rename]).await), ["2 merged"]);
}

#[tokio::test]
async fn nobody_moves_a_firm_where_they_may_not_write() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = mine.firm(record(100), "甲");
    let visit = mine.visit(record(200), &[("has_need", "no".into())]);
    let visit = Mutation {
        root: Some(record(100)),
        ..visit
    };
    mine.push(&[firm, visit]).await;
    let away = move_firm(&mut mine, 1, PARK, OTHER);
    let nowhere = with(
        mine.edit(Operation::Move, record(100), 1),
        &[("scope", Some(park(PARK)), Some("nowhere".into()))],
    );
    let child = Mutation {
        record: record(200),
        kind: RecordKind::Visit,
        root: Some(record(100)),
        ..move_firm(&mut mine, 1, PARK, PARK)
    };
    for edit in [away, nowhere, child] {
        let edit = Mutation {
            group: None,
            ..edit
        };
        let answer = mine.push(&[edit]).await;
        assert_eq!(
            answer.results[0].status,
            ruyuan_domain::wire::MutationStatus::Quarantined
        );
    }
    assert_eq!(
        mine.row(record(100)).await.unwrap().scope,
        ScopeId::park(PARK)
    );
}
