//! What is written by serde's own code is read by ours (`json.rs`): every case of every enumeration, there and back.
#![allow(clippy::unwrap_used)]

use ruyuan_domain::{
    DeviceId, FieldError, FieldProblem, FieldValue, Mid, Operation, RecordId, RecordKind, ScopeId,
    Stamp, UserId,
    assignment::Part,
    device::{DeviceProblem, DeviceReport, DeviceView, DevicesPage, WipeRequest, WipeView},
    forms::{Choice, Condition, Localised, QuestionKind, TextFormat, Unit},
    left::{LeftItem, LeftWork},
    problem::ValueType,
    roster::{
        AssignRequest, BatchLine, BatchView, BatchesView, ColumnView, HandOverRequest, ImportView,
        PeopleView, PersonView, RowResult, RowView,
    },
    wire::{DraftEnd, DraftHead, DraftList, MutationStatus, Problem, Reason, Role},
    xform::{self, NodeKind, Records, SaveTo, Wording},
};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(values: &[T]) {
    for value in values {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    }
}

#[test]
fn every_problem() {
    there_and_back(&[
        FieldProblem::Required,
        FieldProblem::WrongType {
            expected: ValueType::Instant,
        },
        FieldProblem::TooSmall { min: -3 },
        FieldProblem::TooLarge { max: i64::MAX },
        FieldProblem::TooLong { max: 18 },
        FieldProblem::NotAChoice {
            value: "甲\"乙".to_owned(),
        },
        FieldProblem::InTheFuture,
        FieldProblem::NotAMobileNumber,
        FieldProblem::CreditCodeLength { length: 17 },
        FieldProblem::CreditCodeLetter { letter: '𠮷' },
        FieldProblem::NotAPatentNumber,
        FieldProblem::ForbiddenCharacter,
        FieldProblem::UnknownField,
        FieldProblem::UnknownForm {
            form: "visit".to_owned(),
            version: 2,
        },
        FieldProblem::UnknownRecord,
    ]);
    there_and_back(&[
        ValueType::Text,
        ValueType::Integer,
        ValueType::Bool,
        ValueType::Date,
        ValueType::Instant,
        ValueType::Signature,
    ]);
}

#[test]
fn every_reason_status_role_and_operation() {
    there_and_back(&[
        Reason::Invalid {
            errors: vec![FieldError::new("a[1].b", FieldProblem::Required)],
        },
        Reason::Malformed {
            detail: "at 3".to_owned(),
        },
        Reason::NotAllowed,
        Reason::UnknownRecord,
        Reason::WaitsFor { mid: Mid(7) },
        Reason::GroupRefused { mid: Mid(u64::MAX) },
        Reason::TooLarge { limit: 262_144 },
    ]);
    there_and_back(&[
        MutationStatus::Applied,
        MutationStatus::Merged,
        MutationStatus::Conflict,
        MutationStatus::Quarantined,
        MutationStatus::Duplicate,
    ]);
    there_and_back(&[
        Role::Officer,
        Role::Trainer,
        Role::Owner,
        Role::Bank,
        Role::Clerk,
        Role::Manager,
        Role::Admin,
    ]);
    there_and_back(&[
        Operation::Create,
        Operation::Update,
        Operation::Delete,
        Operation::Restore,
        Operation::Resolve,
        Operation::Discard,
    ]);
}

#[test]
fn every_problem_of_a_device_and_every_order() {
    there_and_back(&[
        DeviceProblem::WipePending,
        DeviceProblem::Unseen,
        DeviceProblem::Overdue,
        DeviceProblem::Quarantined,
        DeviceProblem::Differing,
        DeviceProblem::Full,
        DeviceProblem::Outdated,
    ]);
    let at = Stamp::parse("2026-11-23T14:05:00+08:00").unwrap();
    let view = DeviceView {
        id: DeviceId::from_u128(1),
        user: UserId::from_u128(2),
        user_name: "limin".to_owned(),
        display_name: "李敏".to_owned(),
        seen: at,
        report: Some(DeviceReport {
            app: "0.1.0".to_owned(),
            ..DeviceReport::default()
        }),
        conflicts: 1,
        problems: vec![DeviceProblem::Full],
        wipe: Some(WipeView {
            at,
            by: "陈".to_owned(),
            reason: "遗失".to_owned(),
            done: Some(at),
        }),
    };
    let bare = DeviceView {
        report: None,
        wipe: None,
        ..view.clone()
    };
    there_and_back(&[DevicesPage {
        at,
        version: "0.1.0".to_owned(),
        total: 2,
        troubled: 1,
        devices: vec![view, bare],
    }]);
    let id = DeviceId::from_u128(9);
    let batch = BatchView {
        id,
        firms: 3,
        changed: 1,
        assigned: 2,
        left: vec!["甲公司（导入后有人修改、走访或记录问题）".to_owned()],
    };
    let (one, other) = (UserId::from_u128(1), UserId::from_u128(2));
    there_and_back(&[PeopleView {
        people: vec![PersonView {
            user: one,
            user_name: "limin".to_owned(),
            display_name: "李敏".to_owned(),
            role: Role::Officer,
            scopes: vec![ScopeId::park("330802-01")],
        }],
    }]);
    let all = AssignRequest {
        firms: vec![RecordId::from_u128(3)],
        lead: Some(one),
        supports: Some(vec![other]),
        reason: Some("分工".to_owned()),
    };
    let bare = AssignRequest {
        firms: Vec::new(),
        lead: None,
        supports: None,
        reason: None,
    };
    there_and_back(&[all, bare]);
    let over = HandOverRequest {
        from: one,
        to: other,
        scope: Some(ScopeId::park("330802-01")),
        reason: Some("调离".to_owned()),
    };
    let bare = HandOverRequest {
        scope: None,
        reason: None,
        ..over.clone()
    };
    there_and_back(&[over, bare]);
    there_and_back(&[Part::Lead, Part::Support]);
    let import = ImportView {
        new: 1,
        update: 2,
        same: 3,
        suspect: 4,
        wrong: 5,
        columns: vec![ColumnView {
            name: "客户".to_owned(),
            field: "name".to_owned(),
        }],
        rows: [
            RowResult::New,
            RowResult::Update,
            RowResult::Same,
            RowResult::Suspect,
            RowResult::Wrong,
        ]
        .map(|result| RowView {
            row: 7,
            name: "甲公司".to_owned(),
            result,
            why: "与第 6 行重复".to_owned(),
        })
        .into(),
        batch: Some(batch.clone()),
    };
    let bare = ImportView {
        batch: None,
        ..import.clone()
    };
    there_and_back(&[import, bare]);
    there_and_back(&[batch]);
    there_and_back(&[BatchesView {
        batches: vec![BatchLine { id, at, edits: 4 }],
    }]);
    there_and_back(&[WipeRequest {
        reason: "遗失".to_owned(),
    }]);
}

#[test]
fn every_kind_of_question_and_condition() {
    let choices = || {
        vec![Choice {
            name: "yes".to_owned(),
            label: Localised([("zh-CN".to_owned(), "是".to_owned())].into()),
        }]
    };
    let text = |format| QuestionKind::Text {
        format,
        multiline: true,
        max_length: 300,
    };
    there_and_back(&[
        text(TextFormat::Plain),
        text(TextFormat::Mobile),
        text(TextFormat::CreditCode),
        text(TextFormat::PatentNumber),
        QuestionKind::SelectOne { choices: choices() },
        QuestionKind::SelectMultiple { choices: choices() },
        QuestionKind::Date {
            not_in_future: true,
        },
        QuestionKind::DateTime {
            not_in_future: false,
        },
        QuestionKind::Note {},
        QuestionKind::Acknowledge {},
        QuestionKind::Signature {},
        QuestionKind::Photo {
            most: 9,
            location: false,
            unmarked: false,
        },
        QuestionKind::Photo {
            most: 9,
            location: true,
            unmarked: true,
        },
        QuestionKind::File { most: 1 },
    ]);
    let units = [
        Unit::People,
        Unit::Items,
        Unit::Months,
        Unit::TenThousandYuan,
        Unit::Percent,
    ];
    there_and_back(&units.map(|unit| QuestionKind::Number {
        unit,
        min: Some(0),
        max: None,
    }));
    let equals = Condition::Equals {
        question: "has".to_owned(),
        value: FieldValue::from("yes"),
    };
    let selected = Condition::Selected {
        question: "which".to_owned(),
        choice: "a".to_owned(),
    };
    there_and_back(&[
        equals.clone(),
        Condition::Any(Vec::new()),
        Condition::Not(Box::new(Condition::All(vec![equals, selected]))),
    ]);
}

#[test]
fn half_filled_forms_and_what_was_left() {
    there_and_back(&[DraftEnd::Submitted, DraftEnd::Deleted]);
    there_and_back(&[DraftList {
        drafts: vec![DraftHead {
            id: RecordId::from_u128(1),
            version: u64::MAX,
        }],
    }]);
    let item = |reason, enterprise, title: &str| LeftItem {
        id: "1".to_owned(),
        user: UserId::from_u128(2),
        by: "李敏".to_owned(),
        at: Stamp::parse("2026-11-23T14:05:00+08:00").unwrap(),
        scope: ScopeId::park("330802-01"),
        record: RecordId::from_u128(3),
        root: RecordId::from_u128(4),
        kind: RecordKind::Visit,
        op: Operation::Create,
        enterprise,
        title: title.to_owned(),
        edits: 2,
        reason,
        queue: r#"{"format":"x"}"#.to_owned(),
    };
    there_and_back(&[LeftWork {
        items: vec![
            item(Some(Reason::NotAllowed), Some(RecordId::from_u128(5)), "甲"),
            item(None, None, ""),
        ],
        more: true,
    }]);
}

#[test]
fn an_answer_of_a_later_server_is_refused_in_words() {
    for (text, why) in [
        (r#""gone_fishing""#, "`gone_fishing` is not known here"),
        (r#"{"invalid": {}}"#, "errors: missing"),
        (r#"{"waits_for": {"mid": "x"}}"#, "mid: invalid type"),
        ("[]", "expected one case"),
    ] {
        let error = serde_json::from_str::<Reason>(text).unwrap_err();
        assert!(error.to_string().contains(why), "{text}: {error}");
    }
    let problem = r#"{"type":"a","title":"b","status":"c","detail":"d","retry":true}"#;
    let error = serde_json::from_str::<Problem>(problem).unwrap_err();
    assert!(
        error.to_string().starts_with("status: invalid type"),
        "{error}"
    );
}

#[test]
fn what_is_nested_without_end_is_refused_and_the_next_is_read() {
    let nested = |depth: usize| {
        let (open, close) = (r#"{"not":"#.repeat(depth), "}".repeat(depth));
        format!(r#"{open}{{"any":[]}}{close}"#)
    };
    assert!(serde_json::from_str::<Condition>(&nested(20)).is_ok());
    for depth in [1_000, 20_000] {
        assert!(serde_json::from_str::<Condition>(&nested(depth)).is_err());
    }
    assert!(serde_json::from_str::<Condition>(&nested(20)).is_ok());
}

#[test]
fn every_part_of_a_form() {
    use NodeKind::{
        Acknowledge, Audio, Barcode, Calculate, Date, DateTime, Decimal, DeviceId, End, File,
        Geopoint, Group, Hidden, Image, Integer, Note, Range, Rank, Repeat, SelectMultiple,
        SelectOne, Signature, Start, Text, Time, Today, UserName,
    };
    let kinds = [
        Group,
        Repeat,
        Text,
        Integer,
        Decimal,
        Range,
        SelectOne,
        SelectMultiple,
        Rank,
        Note,
        Date,
        Time,
        DateTime,
        Calculate,
        Hidden,
        Acknowledge,
        Geopoint,
        Image,
        Audio,
        File,
        Signature,
        Barcode,
        Start,
        End,
        Today,
        DeviceId,
        UserName,
    ];
    there_and_back(&kinds);
    there_and_back(&[Records::Enterprises, Records::Parks, Records::Products]);
    let expression = Some(ruyuan_domain::expression::parse("/data/a[. > 1.5]").unwrap());
    let piece = xform::Piece {
        words: "甲\"".to_owned(),
        value: expression.clone(),
    };
    let wording = Wording([("zh".to_owned(), vec![piece])].into());
    let node = xform::Node {
        name: "a".to_owned(),
        kind: Text,
        parent: 3,
        label: wording.clone(),
        hint: wording.clone(),
        guidance: wording.clone(),
        media: [("image".to_owned(), wording.clone())].into(),
        relevant: expression.clone(),
        required: expression.clone(),
        required_message: wording.clone(),
        constraint: expression.clone(),
        constraint_message: wording.clone(),
        calculation: expression.clone(),
        default: expression.clone(),
        readonly: expression.clone(),
        trigger: vec![1, 2],
        count: expression.clone(),
        title: wording.clone(),
        list: Some(0),
        choices: expression.clone(),
        appearance: vec!["w2".to_owned()],
        parameters: [("start".to_owned(), "1".to_owned())].into(),
        save_to: Some(SaveTo {
            entity: 1,
            property: "p".to_owned(),
        }),
    };
    let choice = xform::Choice {
        name: "c".to_owned(),
        label: wording.clone(),
        media: [("image".to_owned(), wording.clone())].into(),
        more: [("city".to_owned(), "衢州".to_owned())].into(),
    };
    let entity = xform::Entity {
        list: "firms".to_owned(),
        at: 4,
        id: expression.clone(),
        create_if: expression.clone(),
        update_if: expression.clone(),
        label: expression.clone(),
    };
    there_and_back(&[xform::Form {
        form_id: "f".to_owned(),
        version: "2".to_owned(),
        engine: 1,
        languages: vec!["zh".to_owned()],
        title: wording,
        nodes: vec![node, xform::Node::default()],
        lists: vec![xform::List {
            name: "l".to_owned(),
            records: Some(Records::Parks),
            choices: vec![choice],
        }],
        instance_name: expression,
        entities: vec![entity],
        settings: [("style".to_owned(), "pages".to_owned())].into(),
    }]);
}
