//! Issues on two phones: they go where their firm goes, and what two people do about one at once is all kept.

use super::{OTHER_PARK, PARK, Phone, edit, one, server};
use ruyuan_domain::{
    FieldChange, FieldValue, Fields, Operation, Record, RecordId, RecordKind, ScopeId,
    consts::field,
    ledger::{IssueStatus, Step},
    wire::{Reason, Role},
};
use ruyuan_server::store::Grant;
use ruyuan_sync::{
    engine::{Act, Edit},
    environment::Environment,
};

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()));
    owned.collect()
}

fn created(kind: RecordKind, id: RecordId, root: Option<RecordId>, values: Fields) -> Edit {
    let new = |value| FieldChange {
        old: None,
        new: Some(value),
    };
    Edit {
        root,
        kind,
        fields: values
            .into_iter()
            .map(|(name, value)| (name, new(value)))
            .collect(),
        ..edit(id, Operation::Create, 0, &[])
    }
}

fn step(phone: &Phone<'_>, issue: RecordId, step: Step, note: &str) -> Edit {
    let at = phone.environment.now().to_string();
    let mut said = fields(&[
        (field::STEP, step.as_str()),
        (field::OFFICER, "李敏"),
        (field::STEPPED_AT, &at),
        (field::NOTE, note),
    ]);
    if step == Step::Assigned {
        said.insert(field::RESPONSIBLE_NAME.to_owned(), "王强".into());
        said.insert(field::DUE_ON.to_owned(), "2026-12-01".into());
    }
    let id = RecordId::new(phone.environment.id_seed());
    created(RecordKind::IssueStep, id, Some(issue), said)
}

/// Writes an issue of a firm down, with its first step, as one act.
async fn raises(phone: &Phone<'_>, firm: RecordId) -> RecordId {
    let id = RecordId::new(phone.environment.id_seed());
    let user = phone.line.caller.user.to_string();
    let values = fields(&[
        (field::TITLE, "专利评估收费高"),
        (field::CATEGORY, "valuation"),
        (field::ENTERPRISE, &firm.to_string()),
        (field::RAISED_ON, "2026-11-23"),
        (field::RAISED_BY, &user),
        (field::OFFICER, "李敏"),
        (field::STATUS, "reported"),
    ]);
    let edits = vec![
        created(RecordKind::Issue, id, None, values),
        step(phone, id, Step::Reported, "企业反映"),
    ];
    let submits = None;
    phone.engine.act(Act { edits, submits }).await.unwrap();
    id
}

/// Takes a step: the issue's new status and the step, as one act.
async fn takes(phone: &Phone<'_>, issue: RecordId, taken: Step, note: &str) {
    let record = phone.record(issue).unwrap();
    let status = taken.leads_to(true).unwrap().as_str();
    let change = FieldChange {
        old: record.fields.get(field::STATUS).cloned(),
        new: Some(status.into()),
    };
    let update = Edit {
        kind: RecordKind::Issue,
        scope: record.scope.clone(),
        fields: [(field::STATUS.to_owned(), change)].into(),
        ..edit(issue, Operation::Update, record.version, &[])
    };
    let edits = vec![update, step(phone, issue, taken, note)];
    let submits = None;
    phone.engine.act(Act { edits, submits }).await.unwrap();
}

fn history(phone: &Phone<'_>, issue: RecordId) -> Vec<String> {
    let state = phone.engine.state();
    let steps = state
        .view()
        .children(issue)
        .filter(|child| child.kind == RecordKind::IssueStep);
    let mut notes: Vec<String> = steps
        .map(|step| step.text(field::NOTE).to_owned())
        .collect();
    notes.sort();
    notes
}

fn scope_of(record: Option<Record>) -> Option<ScopeId> {
    record.map(|record| record.scope)
}

#[tokio::test]
async fn an_issue_and_its_history_go_where_the_firm_goes() {
    let server = server().await;
    let (li, zhao) = (
        server.officer("limin", PARK).await,
        server.officer("zhaolei", OTHER_PARK).await,
    );
    let county = Grant::open(Role::Manager, ScopeId::county("330802"));
    let chen = server.person("chen", "陈主任", &[county]).await;
    let (first, other, manager) = (
        Phone::new(&server, &li, 1).await,
        Phone::new(&server, &zhao, 2).await,
        Phone::new(&server, &chen, 3).await,
    );
    first.sync().await;
    let firm = first.add_firm("华友新材料").await;
    let issue = raises(&first, firm).await;
    first.sync().await;
    manager.sync().await;
    assert_eq!(history(&manager, issue), ["企业反映"]);
    // The manager moves the firm; at the same moment an issue is written down for it where it was.
    let moved = FieldChange {
        old: Some(ScopeId::park(PARK).as_str().into()),
        new: Some(ScopeId::park(OTHER_PARK).as_str().into()),
    };
    let known = manager.record(firm).unwrap();
    let mut moving = edit(firm, Operation::Move, known.version, &[]);
    moving.fields.insert(field::SCOPE.to_owned(), moved);
    let late = raises(&manager, firm).await;
    let stays = raises(&first, firm).await;
    let elsewhere = Phone::new(&server, &chen, 4).await;
    elsewhere.sync().await;
    elsewhere.engine.act(one(moving)).await.unwrap();
    for phone in [&elsewhere, &manager, &first, &other, &manager] {
        phone.sync().await;
    }
    let there = Some(ScopeId::park(OTHER_PARK));
    for id in [issue, late] {
        assert_eq!(scope_of(other.record(id)), there, "seen where the firm is");
        assert_eq!(history(&other, id), ["企业反映"]);
        assert!(first.record(id).is_none(), "gone with its firm");
    }
    // Who may not write there keeps what they wrote, as a visit would be kept.
    assert_eq!(scope_of(first.record(stays)), Some(ScopeId::park(PARK)));
    assert!(other.record(stays).is_none());
}

#[tokio::test]
async fn two_steps_at_once_are_both_in_the_history_and_the_status_is_asked_about() {
    let server = server().await;
    let (li, wang) = (
        server.officer("limin", PARK).await,
        server.officer("wangqiang", PARK).await,
    );
    let (first, second) = (
        Phone::new(&server, &li, 1).await,
        Phone::new(&server, &wang, 2).await,
    );
    first.sync().await;
    let firm = first.add_firm("华友新材料").await;
    let issue = raises(&first, firm).await;
    takes(&first, issue, Step::Assigned, "请一周内答复").await;
    first.sync().await;
    second.sync().await;

    takes(&first, issue, Step::Handling, "已联系评估机构").await;
    takes(&second, issue, Step::Closed, "企业已自行解决").await;
    for phone in [&first, &second, &first] {
        phone.sync().await;
    }
    for phone in [&first, &second] {
        let expected = [
            "企业反映",
            "企业已自行解决",
            "已联系评估机构",
            "请一周内答复",
        ];
        assert_eq!(history(phone, issue), expected);
        let record = phone.record(issue).unwrap();
        let status = IssueStatus::of_record(&record.fields);
        assert_eq!(status, IssueStatus::Handling, "who came first stands");
        let conflicts = phone.open_conflicts();
        assert_eq!(conflicts.len(), 1);
        let text = |name: &str| conflicts[0].text(name).to_owned();
        assert_eq!(text(field::CONFLICT_FIELD), field::STATUS);
        assert_eq!(text(field::CONFLICT_INCOMING), "closed");
    }
    // The same step by both is no question.
    let other = raises(&first, firm).await;
    first.sync().await;
    second.sync().await;
    takes(&first, other, Step::Handling, "甲").await;
    takes(&second, other, Step::Handling, "乙").await;
    for phone in [&first, &second, &first] {
        phone.sync().await;
    }
    assert_eq!(history(&first, other), ["乙", "企业反映", "甲"]);
    assert_eq!(first.open_conflicts().len(), 1);
}

#[tokio::test]
async fn what_was_done_is_not_rewritten() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("华友新材料").await;
    let issue = raises(&phone, firm).await;
    phone.sync().await;
    let written = {
        let state = phone.engine.state();
        let mut steps = state.view().children(issue);
        Record::clone(steps.next().unwrap())
    };
    let other_words = |op: Operation, values: Fields| Edit {
        op,
        base: written.version,
        ..created(RecordKind::IssueStep, written.id, Some(issue), values)
    };
    let mut again = written.fields.clone();
    again.insert(field::NOTE.to_owned(), FieldValue::from("另一句话"));
    for rewriting in [
        other_words(Operation::Update, fields(&[(field::NOTE, "另一句话")])),
        other_words(Operation::Create, again),
        edit_of(&written, Operation::Delete),
    ] {
        phone.engine.act(one(rewriting)).await.unwrap();
        phone.sync().await;
        let mid = phone.queued()[0];
        let refused = phone.engine.state().outbox().next().cloned().unwrap();
        assert_eq!(refused.reason(), Some(&Reason::NotAllowed));
        phone.engine.discard(mid).await.unwrap();
        phone.sync().await;
        assert_eq!(history(&phone, issue), ["企业反映"]);
    }
}

fn edit_of(record: &Record, op: Operation) -> Edit {
    Edit {
        root: Some(record.root),
        kind: record.kind.clone(),
        ..edit(record.id, op, record.version, &[])
    }
}
