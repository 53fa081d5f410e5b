//! What phones give back after the server was set back, in the hands of who manages the park: of whatever kind it is and
//! however large, it is restored as it was, or kept as a file.

use crate::{
    backup::{restore, take},
    blobs::{self, picture},
    devices::{PARK, record},
    restored::Phone,
};
use ruyuan_domain::{
    FieldChange, FieldValue, Fields, Operation, Record, RecordId, RecordKind, ScopeId,
    consts::{MUTATION_LIMIT, field},
    wire::Role,
};
use ruyuan_server::{
    store::Grant,
    testing::{TestApp, write_content},
};
use ruyuan_sync::{
    engine::{Act, Edit},
    recovered::{self, Recovered, Standing},
};
use std::{collections::BTreeMap, fs, path::PathBuf};
use tempfile::TempDir;

const FIRM: u128 = 1;
const VISIT: u128 = 2;
const ISSUE: u128 = 7;
const MEETING: u128 = 9;
pub const PHOTO: u128 = 11;

/// A server with three officers and a manager, and a backup of it from before anybody did anything.
pub struct Town {
    pub app: TestApp,
    file: PathBuf,
}

impl Town {
    pub async fn new(app: TestApp) -> Self {
        let park = ScopeId::park(PARK);
        for (name, role) in [
            ("limin", Role::Manager),
            ("chen", Role::Manager),
            ("wangqiang", Role::Officer),
        ] {
            let grants = [Grant::open(role, park.clone())];
            app.person(name, name, &grants).await;
        }
        app.officer("zhaolei", "330802-02").await;
        let file = app.folder().join("one.backup");
        take(&app, &file).await.unwrap();
        Self { app, file }
    }

    pub async fn set_back(&self) -> TestApp {
        let folder = TempDir::new().unwrap();
        restore(&self.file, folder.path(), None, false)
            .await
            .unwrap();
        TestApp::on_what_is_there(folder, None).await
    }
}

pub fn fields(said: &[(&str, &str)]) -> Fields {
    let owned = said
        .iter()
        .map(|(name, value)| ((*name).to_owned(), FieldValue::from(*value)));
    owned.collect()
}

pub fn edit(id: u128, root: Option<u128>, kind: RecordKind, fields: Fields) -> Edit {
    let change = |value| FieldChange {
        old: None,
        new: Some(value),
    };
    Edit {
        record: record(id),
        root: root.map(record),
        kind,
        scope: ScopeId::park(PARK),
        op: Operation::Create,
        base: 0,
        fields: fields
            .into_iter()
            .map(|(name, value)| (name, change(value)))
            .collect(),
        mends: None,
    }
}

pub async fn makes(phone: &Phone, edits: Vec<Edit>) {
    for edit in edits {
        let act = Act {
            edits: vec![edit],
            submits: None,
        };
        phone.engine.act(act).await.unwrap();
    }
}

fn visit_of(form: &str) -> Fields {
    let firm = record(FIRM).to_string();
    let mut fields = fields(&[
        (field::ENTERPRISE, &firm),
        (field::FORM, form),
        (field::OFFICER, "李敏"),
        (field::STARTED_AT, "2026-11-23T08:00:00+08:00"),
        (field::SUBMITTED_AT, "2026-11-23T09:00:00+08:00"),
    ]);
    fields.insert(field::FORM_VERSION.to_owned(), 1.into());
    fields
}

/// A record of every kind that a person writes.
pub fn one_of_each(user: &str, photo: &[u8]) -> Vec<Edit> {
    let (firm, issue) = (record(FIRM).to_string(), record(ISSUE).to_string());
    let day = "2026-11-23";
    let placed = |said: &[(&str, &str)]| {
        let mut fields = fields(said);
        fields.insert(field::POSITION.to_owned(), 1.into());
        fields
    };
    let mut visit = visit_of("visit");
    visit.extend(fields(&[
        ("answer.remark", "𠮷"),
        ("answer.has_need", "no"),
    ]));
    let mut pledge = fields(&[(field::RIGHT_KIND, "patent"), ("registered_on", day)]);
    pledge.insert("secured_claim".to_owned(), 100.into());
    vec![
        edit(
            FIRM,
            None,
            RecordKind::Enterprise,
            fields(&[(field::NAME, "甲"), ("contact_mobile", "13857000001")]),
        ),
        edit(VISIT, None, RecordKind::Visit, visit),
        edit(
            3,
            Some(VISIT),
            RecordKind::RepeatInstance,
            placed(&[(field::REPEAT, "rights"), ("answer.right_name", "专利")]),
        ),
        edit(
            4,
            None,
            RecordKind::PlannedVisit,
            placed(&[
                (field::ENTERPRISE, &firm),
                (field::PLANNED_ON, day),
                (field::PLANNED_FOR, user),
                (field::OFFICER, "李敏"),
            ]),
        ),
        edit(
            5,
            Some(FIRM),
            RecordKind::Assignment,
            fields(&[
                (field::ASSIGNED_TO, user),
                (field::OFFICER, "李敏"),
                (field::PART, "lead"),
                (field::ASSIGNED_ON, day),
            ]),
        ),
        edit(6, Some(FIRM), RecordKind::Pledge, pledge),
        edit(
            ISSUE,
            None,
            RecordKind::Issue,
            fields(&[
                (field::TITLE, "评估难"),
                (field::CATEGORY, "valuation"),
                (field::ENTERPRISE, &firm),
                (field::RAISED_ON, day),
                (field::RAISED_BY, user),
                (field::OFFICER, "李敏"),
                (field::STATUS, "reported"),
            ]),
        ),
        edit(
            8,
            Some(ISSUE),
            RecordKind::IssueStep,
            fields(&[
                (field::STEP, "handling"),
                (field::OFFICER, "李敏"),
                (field::STEPPED_AT, "2026-11-23T09:00:00+08:00"),
            ]),
        ),
        edit(
            MEETING,
            None,
            RecordKind::Meeting,
            fields(&[
                (field::TITLE, "例会"),
                (field::HELD_ON, day),
                (field::OFFICER, "李敏"),
            ]),
        ),
        edit(
            10,
            Some(MEETING),
            RecordKind::MeetingItem,
            placed(&[(field::ISSUE, &issue)]),
        ),
        edit(
            PHOTO,
            Some(VISIT),
            RecordKind::Attachment,
            picture(photo).fields(record(VISIT), "pictures"),
        ),
    ]
}

fn found(phone: &Phone) -> Vec<Recovered> {
    recovered::all(&phone.engine.state())
}

fn standing(phone: &Phone, found: &Recovered) -> Standing {
    found.standing(&phone.engine.state())
}

/// Restores whatever can be, until nothing can: a child comes after its root.
pub async fn restores_all(phone: &Phone) {
    loop {
        let ready = found(phone);
        let ready = ready
            .iter()
            .find(|found| standing(phone, found) == Standing::Restorable);
        let Some(found) = ready else {
            return;
        };
        phone.engine.act(found.restored()).await.unwrap();
    }
}

pub async fn syncs(phone: &Phone, server: &TestApp) {
    for _ in 0..3 {
        phone.sync(server).await;
    }
    let state = phone.engine.state();
    let left: Vec<_> = state.outbox().collect();
    assert!(left.is_empty(), "{left:?}");
}

fn shown(phone: &Phone, ids: impl Iterator<Item = u128>) -> BTreeMap<RecordId, Fields> {
    let state = phone.engine.state();
    let of = |id| {
        let row: &Record = state.view().get(record(id))?;
        Some((row.id, row.fields.clone()))
    };
    ids.filter_map(of).collect()
}

#[tokio::test]
async fn every_kind_that_a_person_writes_is_restored_as_it_was() {
    let town = Town::new(TestApp::new().await).await;
    let gone = Phone::of(&town.app, "limin", 1).await;
    let user = gone.engine.state().meta().user.to_string();
    let all = one_of_each(&user, &blobs::bytes(100));
    let count = all.len();
    makes(&gone, all).await;
    syncs(&gone, &town.app).await;
    let chen = Phone::of(&town.app, "chen", 2).await;
    let wang = Phone::of(&town.app, "wangqiang", 3).await;
    for phone in [&chen, &wang] {
        syncs(phone, &town.app).await;
    }
    // Two of them call the firm by other numbers: a conflict, which no person writes.
    gone.set_mobile(record(FIRM), "13857000002").await;
    wang.set_mobile(record(FIRM), "13857000003").await;
    for phone in [&gone, &wang, &chen] {
        syncs(phone, &town.app).await;
    }
    let before = shown(&chen, 1..100);
    assert_eq!(before.len(), count);

    let server = town.set_back().await;
    syncs(&chen, &server).await;
    assert_eq!(shown(&chen, 1..100).len(), 0);
    assert_eq!(found(&chen).len(), count + 1);
    let orphans = found(&chen);
    let orphans = orphans
        .iter()
        .filter(|found| standing(&chen, found) == Standing::Orphaned);
    assert_eq!(orphans.count(), 6, "children wait for their roots");
    restores_all(&chen).await;
    syncs(&chen, &server).await;
    assert_eq!(shown(&chen, 1..100), before);
    let [conflict] = &found(&chen)[..] else {
        panic!("{:?}", found(&chen));
    };
    assert_eq!(conflict.was.kind, RecordKind::Conflict);
    assert_eq!(standing(&chen, conflict), Standing::Unwritable);
    // What it was about is there to be kept as a file.
    assert!(
        conflict.text().contains("13857000003"),
        "{}",
        conflict.text()
    );
    let wang = Phone::of(&server, "wangqiang", 4).await;
    syncs(&wang, &server).await;
    assert_eq!(shown(&wang, 1..100), before);
    chen.engine.act(conflict.given_up()).await.unwrap();
    syncs(&chen, &server).await;
    assert_eq!(found(&chen), []);
}

#[tokio::test]
async fn what_is_there_or_was_deleted_is_not_put_over_it_and_can_be_kept_as_a_file() {
    let town = Town::new(TestApp::new().await).await;
    let gone = Phone::of(&town.app, "limin", 1).await;
    let (firm, other) = (gone.add("备份前").await, gone.add("删除的").await);
    syncs(&gone, &town.app).await;
    fs::remove_file(&town.file).unwrap();
    take(&town.app, &town.file).await.unwrap();
    gone.set_mobile(firm, "13857000009").await;
    gone.delete(other).await;
    syncs(&gone, &town.app).await;
    let chen = Phone::of(&town.app, "chen", 2).await;
    syncs(&chen, &town.app).await;
    let server = town.set_back().await;
    syncs(&chen, &server).await;
    let rows = found(&chen);
    let of = |id| rows.iter().find(|found| found.was.id == id).unwrap();
    assert_eq!(standing(&chen, of(firm)), Standing::Newer);
    assert!(of(firm).text().contains("contact_mobile: 13857000009"));
    // Set back to before it was deleted, it is there.
    assert_eq!(standing(&chen, of(other)), Standing::Newer);
    assert!(of(other).was.deleted);
    // And once more, with a phone that has only seen it: what nobody has seen to comes back as it is, not as a row
    // about a row.
    let wang = Phone::of(&server, "wangqiang", 3).await;
    syncs(&wang, &server).await;
    let server = town.set_back().await;
    syncs(&wang, &server).await;
    let again: Vec<Record> = found(&wang).into_iter().map(|found| found.was).collect();
    let before: Vec<Record> = rows.into_iter().map(|found| found.was).collect();
    assert_eq!(again, before);
}

/// A form whose every answer fills most of a mutation.
const LONG: &str = r#"{"form_id":"long","version":1,"title":{"zh-CN":"长","en":"Long"},"groups":[
    {"name":"g","label":{"zh-CN":"长"},"questions":[
        {"name":"a","label":{"zh-CN":"一"},"kind":{"text":{"max_length":80000}}},
        {"name":"b","label":{"zh-CN":"二"},"kind":{"text":{"max_length":80000}}},
        {"name":"c","label":{"zh-CN":"三"},"kind":{"text":{"max_length":80000}}}]}]}"#;

#[tokio::test]
async fn a_row_larger_than_a_mutation_comes_back_in_parts_and_is_restored_whole() {
    let content = TempDir::new().unwrap();
    write_content(content.path());
    fs::write(content.path().join("forms/long.json"), LONG).unwrap();
    let town = Town::new(TestApp::with_content(content.path()).await).await;
    let gone = Phone::of(&town.app, "limin", 1).await;
    syncs(&gone, &town.app).await;
    makes(
        &gone,
        vec![edit(VISIT, None, RecordKind::Visit, visit_of("long"))],
    )
    .await;
    for (name, word) in [("a", "长"), ("b", "\"长"), ("c", "文")] {
        let long = word.repeat(70_000 / word.chars().count());
        let mut change = edit(VISIT, None, RecordKind::Visit, Fields::new());
        change.op = Operation::Update;
        let new = FieldChange {
            old: None,
            new: Some(long.into()),
        };
        change.fields.insert(format!("answer.{name}"), new);
        makes(&gone, vec![change]).await;
    }
    syncs(&gone, &town.app).await;
    let (chen, wang) = (
        Phone::of(&town.app, "chen", 2).await,
        Phone::of(&town.app, "wangqiang", 3).await,
    );
    for phone in [&chen, &wang] {
        syncs(phone, &town.app).await;
    }
    let before = shown(&chen, VISIT..=VISIT);
    let bytes = serde_json::to_string(&before).unwrap().len();
    assert!(bytes > 2 * MUTATION_LIMIT, "{bytes}");
    let server = town.set_back().await;
    // Two phones bring it back, and it is there once.
    for phone in [&chen, &wang, &chen] {
        syncs(phone, &server).await;
    }
    let rows = found(&chen);
    let [row] = &rows[..] else {
        panic!("{} rows", rows.len());
    };
    assert!(row.rows.len() > 2, "{}", row.rows.len());
    assert_eq!(row.was.fields, before[&record(VISIT)]);
    assert_eq!(standing(&chen, row), Standing::Restorable);
    restores_all(&chen).await;
    for phone in [&chen, &wang] {
        syncs(phone, &server).await;
        assert_eq!(shown(phone, VISIT..=VISIT), before);
        assert_eq!(found(phone), []);
    }
}
