//! Push: what becomes of one mutation, and what a broken one does to its neighbours.

use crate::devices::{Device, PARK, group, in_group, record, told, with};
use ruyuan_domain::{
    MutationId, Operation, RecordKind, ScopeId, Seq, Stamp,
    consts::MUTATION_LIMIT,
    wire::{MutationStatus, Reason},
};
use ruyuan_server::testing::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_new_firm_is_applied_and_numbered_and_a_colleague_sees_it() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let theirs = Device::new(&app, &app.officer("wangqiang", PARK).await, 2);
    let firm = mine.firm(record(100), "衢州甲公司");
    let answer = mine.push(&[firm]).await;
    assert_eq!(told(&answer), ["1 applied"]);
    assert_eq!(
        (answer.results[0].seq, answer.last_mid.0),
        (Some(Seq(1)), 1)
    );
    let row = theirs.row(record(100)).await.unwrap();
    assert_eq!(
        (row.text("name"), row.version, row.by),
        ("衢州甲公司", 1, mine.caller.user)
    );
}

#[tokio::test]
async fn changes_of_different_fields_are_merged() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let mut theirs = Device::new(&app, &app.officer("wangqiang", PARK).await, 2);
    let firm = mine.firm(record(100), "甲");
    mine.push(&[firm]).await;
    let rename = theirs.rename(record(100), 1, "甲", "甲公司");
    assert_eq!(told(&theirs.push(&[rename]).await), ["1 applied"]);
    let address = with(
        mine.edit(Operation::Update, record(100), 1),
        &[("address", None, Some("东港一路1号".into()))],
    );
    assert_eq!(told(&mine.push(&[address]).await), ["2 merged"]);
    let row = mine.row(record(100)).await.unwrap();
    assert_eq!(
        (row.text("name"), row.text("address"), row.version),
        ("甲公司", "东港一路1号", 3)
    );
}

#[tokio::test]
async fn a_value_that_stands_since_the_beginning_is_its_makers_whoever_wrote_beside_it() {
    let app = TestApp::new().await;
    let mut maker = Device::new(&app, &app.person("limin", "李敏", &officer()).await, 1);
    let mut other = Device::new(&app, &app.person("wangqiang", "王强", &officer()).await, 2);
    let mut third = Device::new(&app, &app.person("zhaolei", "赵磊", &officer()).await, 3);
    let firm = with(
        maker.firm(record(100), "甲"),
        &[("address", None, Some("东港一路1号".into()))],
    );
    maker.push(&[firm]).await;
    let rename = other.rename(record(100), 1, "甲", "甲公司");
    assert_eq!(told(&other.push(&[rename]).await), ["1 applied"]);
    let address = with(
        third.edit(Operation::Update, record(100), 1),
        &[("address", None, Some("东港一路2号".into()))],
    );
    let name = third.rename(record(100), 1, "甲", "乙公司");
    let delete = third.edit(Operation::Delete, record(100), 1);
    let answer = third.push(&[address, name, delete]).await;
    assert_eq!(told(&answer), ["1 conflict", "2 conflict", "3 conflict"]);
    let rows = maker.rows().await;
    let conflicts = rows
        .iter()
        .filter(|row| row.kind == RecordKind::Conflict)
        .map(|row| [row.text("field"), row.text("kept_name")]);
    assert_eq!(
        conflicts.collect::<Vec<_>>(),
        [["address", "李敏"], ["name", "王强"], ["deleted", "王强"]]
    );
}

#[tokio::test]
async fn two_texts_for_one_field_are_both_kept_and_both_people_are_named() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.person("limin", "李敏", &officer()).await, 1);
    let mut theirs = Device::new(&app, &app.person("wangqiang", "王强", &officer()).await, 2);
    let firm = mine.firm(record(100), "甲");
    mine.push(&[firm]).await;
    let mut first = mine.rename(record(100), 1, "甲", "甲一");
    first.at = Stamp::parse("2026-11-23T10:15:00+08:00").unwrap();
    mine.push(&[first]).await;
    let mut second = theirs.rename(record(100), 1, "甲", "甲二");
    second.at = Stamp::parse("2026-11-23T11:30:00+08:00").unwrap();
    let answer = theirs.push(&[second]).await;
    assert_eq!(told(&answer), ["1 conflict"]);
    let rows = mine.rows().await;
    let conflict = rows
        .iter()
        .find(|row| row.kind == RecordKind::Conflict)
        .unwrap();
    let texts = [
        "field",
        "base",
        "kept",
        "kept_name",
        "incoming",
        "incoming_name",
        "status",
    ];
    assert_eq!(
        texts.map(|name| conflict.text(name)),
        ["name", "甲", "甲一", "李敏", "甲二", "王强", "open"]
    );
    let at = |name: &str| Stamp::parse(conflict.text(name)).unwrap().to_string();
    assert_eq!(
        [at("kept_at"), at("incoming_at")],
        ["2026-11-23T10:15:00+08:00", "2026-11-23T11:30:00+08:00"]
            .map(|at| Stamp::parse(at).unwrap().to_string())
    );
    assert_eq!(
        (conflict.root, &conflict.scope),
        (record(100), &ScopeId::park(PARK))
    );
    assert_eq!(
        answer.results[0].seq,
        Some(conflict.seq),
        "the overlay lasts until the conflict is there"
    );

    // The other one chooses their own text after all: the value and the conflict in one act.
    let act = group(1);
    let chosen = in_group(mine.rename(record(100), 2, "甲一", "甲二"), act);
    let mut resolve = in_group(mine.edit(Operation::Resolve, conflict.id, 1), act);
    resolve.kind = RecordKind::Conflict;
    let again = mine.edit(Operation::Resolve, conflict.id, 1);
    let again = ruyuan_domain::Mutation {
        kind: RecordKind::Conflict,
        ..again
    };
    assert_eq!(
        told(&mine.push(&[chosen, resolve, again]).await),
        ["3 applied", "4 applied", "5 applied"]
    );
    let closed = mine.row(conflict.id).await.unwrap();
    assert_eq!((closed.text("status"), closed.version), ("resolved", 2));
    assert_eq!(mine.row(record(100)).await.unwrap().text("name"), "甲二");
}

fn officer() -> [ruyuan_server::store::Grant; 1] {
    [ruyuan_server::store::Grant::open(
        ruyuan_domain::wire::Role::Officer,
        ScopeId::park(PARK),
    )]
}

#[tokio::test]
async fn sending_again_changes_nothing() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = mine.firm(record(100), "甲");
    let broken = mine.firm(record(101), "");
    let first = mine.push(&[firm.clone(), broken.clone()]).await;
    assert_eq!(told(&first), ["1 applied", "2 quarantined: invalid"]);
    let rename = mine.rename(record(100), 1, "甲", "乙");
    let again = mine.push(&[firm, broken, rename]).await;
    assert_eq!(
        told(&again),
        [
            "1 duplicate (applied)",
            "2 duplicate (quarantined): invalid",
            "3 applied"
        ]
    );
    assert_eq!(
        (again.results[0].seq, again.results[0].scope.clone()),
        (Some(Seq(1)), Some(ScopeId::park(PARK)))
    );
    assert_eq!(mine.row(record(100)).await.unwrap().version, 2);
}

#[tokio::test]
async fn what_will_fail_again_is_quarantined_with_its_reason_and_the_others_are_applied() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let good = json!(mine.firm(record(100), "甲"));
    let mut teleport = json!(mine.firm(record(101), "乙"));
    teleport["op"] = json!("teleport");
    let bare = json!({"mid": 3, "id": MutationId::from_u128(3)});
    mine.edit(Operation::Create, record(0), 0);
    let huge = json!(mine.firm(record(102), &"长".repeat(MUTATION_LIMIT / 3 + 1)));
    let nul = json!(mine.firm(record(103), "a\0b"));
    let unknown = json!(mine.rename(record(104), 1, "x", "y"));
    let mut form = mine.edit(Operation::Create, record(105), 0);
    form.kind = RecordKind::Form;
    let mut public = mine.firm(record(106), "庚");
    public.scope = ScopeId::public();
    let mut conflict = mine.edit(Operation::Create, record(107), 0);
    conflict.kind = RecordKind::Conflict;
    let mut orphan = mine.right(record(108), record(999), Some("商标"));
    orphan.root = Some(record(999));
    let last = json!(mine.firm(record(109), "末"));
    let answer = mine
        .push_raw(&[
            good,
            teleport,
            bare,
            huge,
            nul,
            unknown,
            json!(form),
            json!(public),
            json!(conflict),
            json!(orphan),
            last,
        ])
        .await;
    assert_eq!(
        told(&answer),
        [
            "1 applied",
            "2 quarantined: malformed",
            "3 quarantined: malformed",
            "4 quarantined: too_large",
            "5 quarantined: invalid",
            "6 quarantined: unknown_record",
            "7 quarantined: not_allowed",
            "8 quarantined: not_allowed",
            "9 quarantined: not_allowed",
            "10 quarantined: unknown_record",
            "11 applied",
        ]
    );
    assert_eq!(mine.rows().await.len(), 2);
}

#[tokio::test]
async fn a_wrong_answer_is_named_by_its_question() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let visit = mine.visit(
        record(100),
        &[
            ("has_need", "maybe".into()),
            ("remark", "长".repeat(201).into()),
        ],
    );
    let answer = mine.push(&[visit]).await;
    let Some(Reason::Invalid { errors }) = &answer.results[0].reason else {
        panic!("{answer:?}")
    };
    assert_eq!(
        errors
            .iter()
            .map(|error| error.path.as_str())
            .collect::<Vec<_>>(),
        ["remark", "has_need"]
    );

    let mut unpublished = mine.visit(record(101), &[("has_need", "no".into())]);
    unpublished.fields.get_mut("form_version").unwrap().new = Some(2.into());
    let answer = mine.push(&[unpublished]).await;
    let Some(Reason::Invalid { errors }) = &answer.results[0].reason else {
        panic!("{answer:?}")
    };
    assert_eq!(errors[0].path, "form");
}

#[tokio::test]
async fn an_edit_is_not_stopped_by_a_breach_that_others_made_together() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let mut theirs = Device::new(&app, &app.officer("wangqiang", PARK).await, 2);
    let visit = mine.visit(record(100), &[("has_need", "no".into())]);
    mine.push(&[visit]).await;
    let visit_edit = |device: &mut Device<'_>, field: &str, old: Option<&str>, new: &str| {
        let mut edit = device.edit(Operation::Update, record(100), 1);
        edit.kind = RecordKind::Visit;
        with(edit, &[(field, old.map(Into::into), Some(new.into()))])
    };
    // A need without its amount: the amount is asked now, and the record breaks the form.
    let need = visit_edit(&mut mine, "answer.has_need", Some("no"), "yes");
    assert_eq!(told(&mine.push(&[need]).await), ["2 applied"]);
    let remark = visit_edit(&mut theirs, "answer.remark", None, "已电话确认");
    assert_eq!(told(&theirs.push(&[remark]).await), ["1 merged"]);
}

#[tokio::test]
async fn an_act_is_refused_together_and_nothing_of_it_is_applied() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let act = group(1);
    let before = mine.firm(record(90), "前");
    let visit = in_group(mine.visit(record(100), &[("has_need", "no".into())]), act);
    let good = in_group(mine.right(record(101), record(100), Some("商标")), act);
    let bad = in_group(mine.right(record(102), record(100), None), act);
    let after = mine.firm(record(91), "后");
    let answer = mine.push(&[before, visit, good, bad, after]).await;
    assert_eq!(
        told(&answer),
        [
            "1 applied",
            "2 quarantined: group_refused 4",
            "3 quarantined: group_refused 4",
            "4 quarantined: invalid",
            "5 applied",
        ]
    );
    let Some(Reason::Invalid { errors }) = &answer.results[3].reason else {
        panic!("{answer:?}")
    };
    assert_eq!(errors[0].path, "rights[1].right_name");
    let rows = mine.rows().await;
    assert_eq!(
        rows.iter().map(|row| row.seq.0).collect::<Vec<_>>(),
        [1, 2],
        "no number is lost to a refused act"
    );
}

#[tokio::test]
async fn a_child_goes_where_its_root_is() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let visit = mine.visit(record(100), &[("has_need", "no".into())]);
    let right = mine.right(record(101), record(100), Some("商标"));
    let grandchild = mine.right(record(102), record(101), Some("商标"));
    let answer = mine.push(&[visit, right, grandchild]).await;
    assert_eq!(
        told(&answer),
        ["1 applied", "2 applied", "3 quarantined: malformed"]
    );
    let row = mine.row(record(101)).await.unwrap();
    assert_eq!((row.root, row.scope), (record(100), ScopeId::park(PARK)));
}

#[tokio::test]
async fn a_foreign_park_is_not_written_and_nothing_of_it_leaks() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let mut foreign = Device::new(&app, &app.officer("zhaolei", "330802-02").await, 2);
    let firm = mine.firm(record(100), "甲");
    mine.push(&[firm]).await;
    let intrusion = foreign.firm(record(101), "乙");
    // The scope named is their own, the record is not.
    let mut child = foreign.right(record(102), record(100), Some("商标"));
    child.scope = ScopeId::park("330802-02");
    let mut disguised = foreign.rename(record(100), 1, "甲", "乙");
    disguised.scope = ScopeId::park("330802-02");
    let answer = foreign.push(&[intrusion, child, disguised]).await;
    assert_eq!(
        told(&answer),
        [
            "1 quarantined: not_allowed",
            "2 quarantined: not_allowed",
            "3 quarantined: not_allowed"
        ]
    );
    assert!(
        answer
            .results
            .iter()
            .all(|result| result.scope.is_none() && result.seq.is_none())
    );
    let seen = foreign.pull(&[("park:330802-01", 0)], 2000).await;
    assert_eq!(seen.revoked, [ScopeId::park(PARK)]);
    assert!(
        seen.scopes
            .iter()
            .all(|page| page.scope != ScopeId::park(PARK))
    );
    assert_eq!(mine.rows().await.len(), 1);
}

#[tokio::test]
async fn deleting_and_restoring_reach_the_colleague() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = mine.firm(record(100), "甲");
    let delete = mine.edit(Operation::Delete, record(100), 1);
    assert_eq!(
        mine.push(&[firm, delete]).await.results[1].status,
        MutationStatus::Applied
    );
    assert!(mine.row(record(100)).await.unwrap().deleted);
    let restore = mine.edit(Operation::Restore, record(100), 2);
    mine.push(&[restore]).await;
    assert!(!mine.row(record(100)).await.unwrap().deleted);
}
