//! Edits that are well-formed and would leave a record that means nothing.

use crate::devices::{Device, PARK, mends, record, told, with};
use ruyuan_domain::{FieldValue, Mid, Mutation, MutationId, Operation, RecordKind, wire::Reason};
use ruyuan_server::testing::TestApp;

#[tokio::test]
async fn deleting_and_restoring_write_no_fields() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = mine.firm(record(100), "甲");
    mine.push(&[firm]).await;
    let restore = with(
        mine.edit(Operation::Restore, record(100), 1),
        &[("shoe_size", None, Some(44.into()))],
    );
    let delete = with(
        mine.edit(Operation::Delete, record(100), 1),
        &[("name", Some("甲".into()), None)],
    );
    assert_eq!(
        told(&mine.push(&[restore]).await),
        ["2 quarantined: malformed"]
    );
    let discard = mends(
        mine.edit(Operation::Discard, record(100), 1),
        &Mutation {
            id: MutationId::from_u128(1 << 32 | 2),
            ..delete.clone()
        },
    );
    let delete = Mutation {
        mid: Mid(3),
        ..delete
    };
    assert_eq!(
        told(&mine.push(&[delete, discard]).await),
        ["3 quarantined: malformed", "4 applied"]
    );
    assert_eq!(mine.row(record(100)).await.unwrap().version, 1);
}

#[tokio::test]
async fn a_visit_keeps_a_form_that_there_is_and_is_read_anew_with_another() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    for (bits, (field, old, new)) in [
        (
            "form_version",
            FieldValue::from(1),
            Some(FieldValue::from(2)),
        ),
        ("form_version", 1.into(), None),
        ("form_version", 1.into(), Some("1".into())),
        ("form", "visit".into(), Some("other".into())),
    ]
    .into_iter()
    .enumerate()
    {
        let id = record(100 + bits as u128);
        let visit = mine.visit(id, &[("has_need", "no".into())]);
        let mut edit = with(
            mine.edit(Operation::Update, id, 1),
            &[(field, Some(old), new)],
        );
        edit.kind = RecordKind::Visit;
        let answer = mine.push(&[visit, edit]).await;
        let Some(Reason::Invalid { errors }) = &answer.results[1].reason else {
            panic!("{answer:?}")
        };
        assert_eq!(errors[0].path, "form");
    }
}

#[tokio::test]
async fn an_instance_holds_nothing_that_its_group_does_not_ask() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let visit = mine.visit(record(100), &[("has_need", "no".into())]);
    let right = with(
        mine.right(record(101), record(100), Some("商标")),
        &[("shoe_size", None, Some(44.into()))],
    );
    assert_eq!(
        told(&mine.push(&[visit, right]).await),
        ["1 applied", "2 quarantined: invalid"]
    );
}

#[tokio::test]
async fn a_name_that_looks_like_another_path_is_judged_as_itself() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = mine.firm(record(100), "甲");
    let visit = mine.visit(record(101), &[("has_need", "no".into())]);
    let right = mine.right(record(102), record(101), Some("商标"));
    mine.push(&[firm, visit, right]).await;
    for (id, kind, name) in [
        (100, RecordKind::Enterprise, "answer.name"),
        (100, RecordKind::Enterprise, "rights[1].right_name"),
        (101, RecordKind::Visit, "answer.rights[1].right_name"),
        (102, RecordKind::RepeatInstance, "answer.a].b"),
    ] {
        let edit = mine.edit(Operation::Update, record(id), 1);
        let edit = with(Mutation { kind, ..edit }, &[(name, None, Some(1.into()))]);
        let answer = mine.push(&[edit]).await;
        assert!(
            matches!(answer.results[0].reason, Some(Reason::Invalid { .. })),
            "{name}: {answer:?}"
        );
        // Given up, so that the next one waits for nothing.
        let refused = MutationId::from_u128(1 << 32 | u128::from(answer.last_mid.0));
        let mut discard = mine.edit(Operation::Discard, record(id), 1);
        discard.mends = Some(refused);
        mine.push(&[discard]).await;
    }
}
