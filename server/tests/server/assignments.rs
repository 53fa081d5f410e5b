//! Who looks after which firm: from a phone, from a desk, from a table, and back.

use crate::devices::{Device, PARK, record, told, with};
use axum::{body::Body, http::Request};
use ruyuan_domain::{
    Mutation, Operation, Record, RecordId, RecordKind, ScopeId, UserId,
    assignment::{Part, holds},
    consts::field,
    roster::{AssignRequest, BatchView, HandOverRequest, ImportView, PeopleView},
    wire::{Problem, Role},
};
use ruyuan_server::{
    store::Grant,
    testing::{Answer, Caller, TestApp},
};
use std::collections::BTreeSet;

const OTHER: &str = "330802-02";

async fn manager(app: &TestApp) -> Caller {
    let grants = [Grant::open(Role::Manager, ScopeId::county("330802"))];
    app.person("chen", "陈主任", &grants).await
}

async fn officer(app: &TestApp, user_name: &str, name: &str, park: &str) -> Caller {
    let grants = [Grant::open(Role::Officer, ScopeId::park(park))];
    app.person(user_name, name, &grants).await
}

/// An officer takes a firm, or, as somebody else would, gives it to them.
fn given(device: &mut Device<'_>, id: RecordId, firm: RecordId, to: UserId) -> Mutation {
    let mut edit = device.edit(Operation::Create, id, 0);
    edit.kind = RecordKind::Assignment;
    edit.root = Some(firm);
    with(
        edit,
        &[
            ("assigned_to", None, Some(to.to_string().into())),
            ("officer_name", None, Some("某人".into())),
            ("part", None, Some("lead".into())),
            ("assigned_on", None, Some("2026-11-23".into())),
        ],
    )
}

/// Who looks after the firms of a park, as `firm part name`; those who did before in brackets.
async fn looked_after(app: &TestApp, park: &str) -> BTreeSet<String> {
    let mut tx = app.state.store.begin_read().await.unwrap();
    let park = ScopeId::park(park);
    let all = tx.records_of_kind(&park, &RecordKind::Assignment).await;
    let mut said = BTreeSet::new();
    for record in all.unwrap().iter().filter(|record| !record.deleted) {
        let firm = tx.record(record.root).await.unwrap().unwrap();
        let part = Part::of(&record.fields).unwrap().as_str();
        let line = format!(
            "{} {part} {}",
            firm.text(field::NAME),
            record.text(field::OFFICER)
        );
        said.insert(match holds(&record.fields) {
            true => line,
            false => format!("({line})"),
        });
    }
    said
}

fn said(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

async fn assign(app: &TestApp, caller: &Caller, request: &AssignRequest) -> Answer {
    app.post("/api/roster/assignments", Some(caller), request)
        .await
}

fn request(firms: &[RecordId]) -> AssignRequest {
    AssignRequest {
        firms: firms.to_vec(),
        lead: None,
        supports: None,
        reason: None,
    }
}

#[tokio::test]
async fn an_officer_takes_a_firm_and_only_a_manager_gives_it_to_others() {
    let app = TestApp::new().await;
    let li = officer(&app, "limin", "李敏", PARK).await;
    let wang = officer(&app, "wangqiang", "王强", PARK).await;
    let chen = manager(&app).await;
    let mut phone = Device::new(&app, &li, 1);
    let firm = phone.firm(record(1), "甲");
    let own = given(&mut phone, record(11), record(1), li.user);
    let others = given(&mut phone, record(12), record(1), wang.user);
    let visit = phone.visit(record(2), &[("has_need", "no".into())]);
    let mut lost = given(&mut phone, record(13), record(2), li.user);
    lost.root = Some(record(2));
    let mut rootless = given(&mut phone, record(14), record(1), li.user);
    rootless.root = None;
    let answer = phone
        .push(&[firm, own, others, visit, lost, rootless])
        .await;
    assert_eq!(
        told(&answer),
        [
            "1 applied",
            "2 applied",
            "3 quarantined: not_allowed",
            "4 applied",
            "5 quarantined: malformed",
            "6 quarantined: malformed",
        ]
    );
    // Nor may a colleague end it, or give it to themselves; the manager may do both.
    let mut second = Device::new(&app, &wang, 2);
    let end = |device: &mut Device<'_>| {
        let mut edit = device.edit(Operation::Update, record(11), 1);
        edit.kind = RecordKind::Assignment;
        edit.root = Some(record(1));
        with(edit, &[("ended_on", None, Some("2026-11-24".into()))])
    };
    let mut stolen = end(&mut second);
    stolen.fields.clear();
    let stolen = with(
        stolen,
        &[(
            "assigned_to",
            Some(li.user.to_string().into()),
            Some(wang.user.to_string().into()),
        )],
    );
    let answer = second.push(&[stolen]).await;
    assert_eq!(told(&answer), ["1 quarantined: not_allowed"]);
    let mut third = Device::new(&app, &wang, 4);
    let ended = end(&mut third);
    let answer = third.push(&[ended]).await;
    assert_eq!(told(&answer), ["1 quarantined: not_allowed"]);
    let mut desk = Device::new(&app, &chen, 3);
    let ended = end(&mut desk);
    assert_eq!(told(&desk.push(&[ended]).await), ["1 applied"]);
    assert_eq!(looked_after(&app, PARK).await, said(&["(甲 lead 某人)"]));
}

#[tokio::test]
async fn firms_are_given_handed_over_and_taken_back_as_a_batch() {
    let app = TestApp::new().await;
    let li = officer(&app, "limin", "李敏", PARK).await;
    let wang = officer(&app, "wangqiang", "王强", PARK).await;
    let zhao = officer(&app, "zhaolei", "赵蕾", OTHER).await;
    let chen = manager(&app).await;
    let mut phone = Device::new(&app, &li, 1);
    let one = phone.firm(record(1), "甲");
    let two = phone.firm(record(2), "乙");
    phone.push(&[one, two]).await;
    let mut other = Device::new(&app, &zhao, 2);
    let mut three = other.firm(record(3), "丙");
    three.scope = ScopeId::park(OTHER);
    other.push(&[three]).await;

    let people: PeopleView = app.get("/api/roster/people", Some(&chen)).await.json();
    let names: Vec<_> = people
        .people
        .iter()
        .map(|person| person.user_name.as_str())
        .collect();
    assert_eq!(names, ["chen", "limin", "wangqiang", "zhaolei"]);
    assert_eq!(people.people[3].scopes, [ScopeId::park(OTHER)]);
    for path in ["/api/roster/people"] {
        assert_eq!(app.get(path, Some(&li)).await.status, 403);
    }

    let lead = AssignRequest {
        lead: Some(li.user),
        supports: Some(vec![wang.user]),
        ..request(&[record(1), record(2), record(3), record(2), record(99)])
    };
    assert_eq!(assign(&app, &li, &lead).await.status, 403);
    let done: BatchView = assign(&app, &chen, &lead).await.json();
    assert_eq!((done.firms, done.changed, done.assigned), (0, 0, 4));
    let mut left = done.left.clone();
    left.sort();
    assert_eq!(
        left,
        [
            "一家企业已不在名单里，或没有分配它的权限",
            "丙（选择的联络员不负责这个园区）",
        ]
    );
    let all = [
        "甲 lead 李敏",
        "甲 support 王强",
        "乙 lead 李敏",
        "乙 support 王强",
    ];
    assert_eq!(looked_after(&app, PARK).await, said(&all));
    let again: BatchView = assign(&app, &chen, &lead).await.json();
    assert_eq!(again.assigned, 0, "what is as wanted stays");

    // Li leaves; Wang takes over, and does not help as well where he answers.
    let over = HandOverRequest {
        from: li.user,
        to: wang.user,
        scope: None,
        reason: Some("李敏调离".to_owned()),
    };
    let handed = app.post("/api/roster/handovers", Some(&chen), &over).await;
    let handed: BatchView = handed.json();
    assert_eq!((handed.assigned, handed.left.len()), (2, 0));
    let after = [
        "(甲 lead 李敏)",
        "甲 lead 王强",
        "(甲 support 王强)",
        "(乙 lead 李敏)",
        "乙 lead 王强",
        "(乙 support 王强)",
    ];
    assert_eq!(looked_after(&app, PARK).await, said(&after));

    let undo = format!("/api/roster/batches/{}/undo", handed.id);
    let undone: BatchView = app.post(&undo, Some(&chen), &()).await.json();
    assert_eq!((undone.assigned, undone.left.len()), (2, 0));
    assert_eq!(looked_after(&app, PARK).await, said(&all));

    for (wrong, path) in [
        (request(&[record(1)]), "lead"),
        (
            AssignRequest {
                lead: Some(li.user),
                ..request(&[])
            },
            "firms",
        ),
        (
            AssignRequest {
                lead: Some(UserId::from_u128(404)),
                ..request(&[record(1)])
            },
            "lead",
        ),
        (
            AssignRequest {
                lead: Some(li.user),
                reason: Some("长".repeat(201)),
                ..request(&[record(1)])
            },
            "reason",
        ),
    ] {
        let answer = assign(&app, &chen, &wrong).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.json::<Problem>().errors[0].path, path);
    }
    let same = HandOverRequest {
        to: li.user,
        ..over
    };
    let answer = app.post("/api/roster/handovers", Some(&chen), &same).await;
    assert_eq!(answer.json::<Problem>().errors[0].path, "to");
}

/// Of firms of the park, or, with `what=pledges`, of what firms have pledged.
async fn imported(
    app: &TestApp,
    caller: &Caller,
    what: &str,
    table: &str,
    apply: bool,
) -> ImportView {
    let request = Request::post(format!("/api/roster/imports?{what}&apply={apply}"))
        .header("content-type", "application/octet-stream")
        .header("cookie", caller.cookie())
        .body(Body::from(table.to_owned()))
        .unwrap();
    let answer = app.send(request).await;
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    answer.json()
}

async fn import(app: &TestApp, caller: &Caller, table: &str, apply: bool) -> ImportView {
    imported(app, caller, &format!("park={PARK}"), table, apply).await
}

async fn import_pledges(app: &TestApp, caller: &Caller, table: &str, apply: bool) -> ImportView {
    imported(app, caller, "what=pledges", table, apply).await
}

#[tokio::test]
async fn a_table_says_who_looks_after_its_firms() {
    let app = TestApp::new().await;
    let li = officer(&app, "limin", "李敏", PARK).await;
    officer(&app, "wangqiang", "王强", PARK).await;
    officer(&app, "wangqiang2", "王强", PARK).await;
    let chen = manager(&app).await;
    let mut phone = Device::new(&app, &li, 1);
    let known = phone.firm(record(1), "甲电子有限公司");
    let own = given(&mut phone, record(11), record(1), li.user);
    phone.push(&[known, own]).await;
    let table = [
        "企业名称,主办,协办",
        "甲电子有限公司,wangqiang,李敏、wangqiang2",
        "乙材料有限公司,李敏,",
        "丙机械有限公司,王强,",
        "丁造纸有限公司,周某,",
    ]
    .join("\n");
    let looked = import(&app, &chen, &table, false).await;
    assert_eq!((looked.new, looked.update, looked.wrong), (1, 1, 2));
    let why: Vec<_> = looked.rows.iter().map(|row| row.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "主办“王强”：有 2 位同名，请写登录用户名",
            "主办“周某”：没有这位联络员，或不负责这个园区",
        ]
    );
    // An officer's own table may name themselves, and nobody else.
    let officers = import(&app, &li, &table, false).await;
    assert_eq!((officers.new, officers.update, officers.wrong), (1, 0, 3));
    assert!(
        officers.rows[0]
            .why
            .contains("只有园区的管理者可以分配给他人")
    );

    let taken = import(&app, &chen, &table, true).await;
    let batch = taken.batch.unwrap();
    assert_eq!((batch.firms, batch.changed, batch.assigned), (1, 0, 4));
    assert!(batch.left.is_empty(), "{:?}", batch.left);
    let after = [
        "(甲电子有限公司 lead 某人)",
        "甲电子有限公司 lead 王强",
        "甲电子有限公司 support 李敏",
        "甲电子有限公司 support 王强",
        "乙材料有限公司 lead 李敏",
    ];
    assert_eq!(looked_after(&app, PARK).await, said(&after));
    let again = import(&app, &chen, &table, false).await;
    assert_eq!((again.new, again.update, again.same), (0, 0, 2));

    // A firm that somebody has taken since is left when the batch is taken back; its first officer is back at the other.
    let mut rows: Vec<Record> = phone.rows().await;
    rows.retain(|row| row.text(field::NAME) == "乙材料有限公司");
    let extra = given(&mut phone, record(12), rows[0].id, li.user);
    assert_eq!(told(&phone.push(&[extra]).await), ["3 applied"]);
    let undo = format!("/api/roster/batches/{}/undo", batch.id);
    let undone: BatchView = app.post(&undo, Some(&chen), &()).await.json();
    assert_eq!((undone.firms, undone.assigned), (0, 4));
    assert_eq!(
        undone.left,
        ["乙材料有限公司（导入后有人修改、走访或记录问题）"]
    );
    let back = ["甲电子有限公司 lead 某人", "乙材料有限公司 lead 某人"];
    assert_eq!(looked_after(&app, PARK).await, said(&back));
}

#[tokio::test]
async fn only_a_manager_merges_firms_and_a_table_finds_the_one_that_stands() {
    let app = TestApp::new().await;
    let li = officer(&app, "limin", "李敏", PARK).await;
    let chen = manager(&app).await;
    let mut phone = Device::new(&app, &li, 1);
    let one = phone.firm(record(1), "甲电子有限公司");
    let two = phone.firm(record(2), "甲电子公司");
    phone.push(&[one, two]).await;
    let merged = |device: &mut Device<'_>| {
        let into = record(1).to_string();
        with(
            device.edit(Operation::Update, record(2), 1),
            &[("merged_into", None, Some(into.into()))],
        )
    };
    let by_officer = merged(&mut phone);
    assert_eq!(
        told(&phone.push(&[by_officer]).await),
        ["3 quarantined: not_allowed"]
    );
    let mut desk = Device::new(&app, &chen, 2);
    let by_manager = merged(&mut desk);
    assert_eq!(told(&desk.push(&[by_manager]).await), ["1 applied"]);
    let table = "企业名称,联系人\n甲电子有限公司,张三\n甲电子公司,李四";
    let looked = import(&app, &chen, table, false).await;
    assert_eq!((looked.new, looked.update, looked.wrong), (0, 1, 1));
    assert_eq!(looked.rows[0].why, "与第 2 行是同一家企业");
    let table = "企业名称,联系人\n甲电子公司,李四";
    let looked = import(&app, &chen, table, false).await;
    assert_eq!((looked.new, looked.update, looked.suspect), (0, 1, 0));
}

#[tokio::test]
async fn past_pledges_are_taken_in_with_their_four_amounts_apart_and_taken_back() {
    let app = TestApp::new().await;
    let li = officer(&app, "limin", "李敏", PARK).await;
    let chen = manager(&app).await;
    let mut phone = Device::new(&app, &li, 1);
    let one = phone.firm(record(1), "甲电子有限公司");
    let two = phone.firm(record(2), "乙材料有限公司");
    phone.push(&[one, two]).await;
    let table = [
        "出质人,质押类型,登记日期,登记号,质权人,评估值（万元）,担保债权（元）,授信金额（万元）,放款金额（万元）",
        "甲电子有限公司,发明专利,2021年6月1日,Y2021330001,柯城农商行,800,\"5,000,000\",500,300",
        "甲电子有限公司,专利+商标,2022-3-5,,柯城农商行,,2000000,,",
        "乙材料有限公司,厂房,2022-3-5,,,,,,",
        "丙机械有限公司,商标,2022-3-5,,,,,,",
        "甲电子有限公司,发明专利,2021/6/1,Y2021330001,,,,,",
    ]
    .join("\n");
    let looked = import_pledges(&app, &chen, &table, false).await;
    assert_eq!((looked.new, looked.wrong), (2, 3));
    let why: Vec<_> = looked.rows.iter().map(|row| row.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "质押类型“厂房”：请写专利、商标、著作权、布图设计或混合",
            "名单里没有企业“丙机械有限公司”，请先导入企业名单",
            "与第 2 行重复",
        ]
    );
    // An officer may look, and what they would write is refused.
    let refused = import_pledges(&app, &li, &table, true).await.batch.unwrap();
    assert_eq!((refused.firms, refused.left.len()), (0, 2));

    let taken = import_pledges(&app, &chen, &table, true)
        .await
        .batch
        .unwrap();
    assert_eq!(taken.firms, 2);
    let pledges = || async {
        let mut rows = phone.rows().await;
        rows.retain(|row| row.kind == RecordKind::Pledge && !row.deleted);
        rows.sort_by_key(|row| row.text("registered_on").to_owned());
        rows
    };
    let rows = pledges().await;
    let amounts = ["valuation", "secured_claim", "credit_granted", "loan_paid"];
    let said = |row: &Record| amounts.map(|name| row.integer(name));
    assert_eq!(
        said(&rows[0]),
        [
            Some(800_000_000),
            Some(500_000_000),
            Some(500_000_000),
            Some(300_000_000)
        ]
    );
    assert_eq!(said(&rows[1]), [None, Some(200_000_000), None, None]);
    let kinds: Vec<_> = rows.iter().map(|row| row.text("right_kind")).collect();
    assert_eq!(kinds, ["patent", "mixed"]);
    assert_eq!(rows[0].root, record(1));
    let again = import_pledges(&app, &chen, &table, false).await;
    assert_eq!((again.new, again.update, again.same), (0, 0, 2));

    let undo = format!("/api/roster/batches/{}/undo", taken.id);
    let undone: BatchView = app.post(&undo, Some(&chen), &()).await.json();
    assert_eq!((undone.firms, undone.left.len()), (2, 0));
    assert!(pledges().await.is_empty());
}
