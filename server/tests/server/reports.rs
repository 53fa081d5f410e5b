//! The reports that leaders ask for, read back as a leader's programs read them.

use crate::devices::{Device, PARK, record, told, with};
use calamine::{Data, Reader, Xlsx};
use ruyuan_domain::{
    FieldValue, Fields, Operation, Record, RecordId, RecordKind, ScopeId, Seq, UserId,
    wire::{Problem, Role},
};
use ruyuan_server::{
    store::Grant,
    testing::{Answer, Caller, TestApp},
};
use std::{
    io::{Cursor, Read},
    path::PathBuf,
};

/// The rows above the table, and the one of its columns' names.
pub const HEAD: usize = 5;

/// A server with the forms and parks that ship.
pub async fn shipped() -> TestApp {
    let content = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../content");
    TestApp::with_content(&content).await
}

/// A record to be.
pub type New = (
    RecordKind,
    RecordId,
    &'static str,
    Vec<(String, FieldValue)>,
);

/// Writes records as they stand after all that judges them.
pub async fn put(app: &TestApp, records: Vec<New>) {
    let mut tx = app.state.store.begin_write().await.unwrap();
    let mut scopes: Vec<ScopeId> = records
        .iter()
        .map(|(_, _, scope, _)| scope.parse().unwrap())
        .collect();
    scopes.sort();
    scopes.dedup();
    tx.lock_scopes(&scopes).await.unwrap();
    for (kind, id, scope, fields) in records {
        let scope: ScopeId = scope.parse().unwrap();
        let seq = tx.next_seq(&scope).await.unwrap();
        let record = Record {
            id,
            root: id,
            kind,
            scope,
            seq: Seq(seq.0),
            version: 1,
            fields: fields.into_iter().collect::<Fields>(),
            deleted: false,
            by: UserId::from_u128(7),
            at: app.state.clock.now(),
            unknown: Default::default(),
        };
        tx.put_record(None, &record).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub fn fields(pairs: &[(&str, FieldValue)]) -> Vec<(String, FieldValue)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// A firm.
pub fn firm(bits: u128, scope: &'static str, name: &str) -> New {
    let code = format!("91330800MA{bits:08}");
    let fields = fields(&[("name", name.into()), ("credit_code", code.into())]);
    (RecordKind::Enterprise, record(bits), scope, fields)
}

/// The version of the quick record that is shipped.
pub fn quick_version() -> i64 {
    let form = include_str!("../../../content/forms/quick_visit.json");
    let form: ruyuan_domain::forms::FormDefinition = serde_json::from_str(form).unwrap();
    form.version
}

/// A quick record of a visit to a firm, submitted at an instant.
pub fn quick(
    bits: u128,
    scope: &'static str,
    firm: u128,
    at: &str,
    answers: &[(&str, FieldValue)],
) -> New {
    let mut all = fields(&[
        ("enterprise", record(firm).to_string().into()),
        ("form", "quick_visit".into()),
        ("form_version", quick_version().into()),
        ("officer_name", "李敏".into()),
        ("started_at", at.into()),
        ("submitted_at", at.into()),
    ]);
    for (name, value) in answers {
        all.push((format!("answer.{name}"), value.clone()));
    }
    (RecordKind::Visit, record(bits), scope, all)
}

/// Answers that say what a firm needs.
pub fn need(amount: i64) -> Vec<(&'static str, FieldValue)> {
    vec![
        ("has_financing_need", "yes".into()),
        ("financing_amount", amount.into()),
        ("financing_purpose", "working_capital equipment".into()),
        ("funds_needed_on", "2026-12-20".into()),
        ("issue_kinds", "guarantee interest_rate".into()),
        ("next_step", "bank".into()),
    ]
}

/// Answers that say that a firm needs nothing.
pub fn nothing() -> Vec<(&'static str, FieldValue)> {
    vec![
        ("has_financing_need", "no".into()),
        ("issue_kinds", "none".into()),
        ("next_step", "none".into()),
    ]
}

/// An issue.
pub fn issue(bits: u128, scope: &'static str, firm: u128, more: &[(&str, &str)]) -> New {
    let mut all = fields(&[
        ("title", "评估费用高".into()),
        ("details", "评估机构报价差别大，企业希望有参考价。".into()),
        ("category", "valuation".into()),
        ("enterprise", record(firm).to_string().into()),
        ("raised_on", "2026-11-24".into()),
        ("officer_name", "李敏".into()),
        ("status", "reported".into()),
    ]);
    for (name, value) in more {
        all.retain(|(known, _)| known != name);
        all.push(((*name).to_owned(), (*value).into()));
    }
    (
        RecordKind::from("issue".to_owned()),
        record(bits),
        scope,
        all,
    )
}

/// A report as it is answered.
pub async fn report(app: &TestApp, caller: &Caller, path: &str) -> Answer {
    let answer = app.get(&format!("/api/reports/{path}"), Some(caller)).await;
    let said = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, 200, "{said}");
    answer
}

pub async fn cells(app: &TestApp, caller: &Caller, path: &str) -> Vec<Vec<Data>> {
    let bytes = report(app, caller, path).await.body;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

/// A cell as text, a day as its date: only what is a date for the program that reads it.
pub fn said(cell: &Data) -> String {
    match cell {
        Data::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    }
}

/// The table below its names, each cell as text.
pub async fn table(app: &TestApp, caller: &Caller, path: &str) -> Vec<String> {
    let rows = cells(app, caller, path).await;
    let rows = rows.into_iter().skip(HEAD);
    rows.map(|row| {
        let cells: Vec<String> = row.iter().map(said).collect();
        cells.join("|")
    })
    .collect()
}

/// The paragraphs of a document.
pub fn paragraphs(docx: &[u8]) -> Vec<String> {
    let text = part(docx, "word/document.xml");
    text.split("</w:p>")
        .map(|paragraph| {
            let runs = paragraph.split("<w:t ").skip(1);
            runs.filter_map(|run| run.split_once('>')?.1.split_once("</w:t>"))
                .map(|(text, _)| text)
                .collect()
        })
        .filter(|paragraph: &String| !paragraph.is_empty())
        .collect()
}

pub fn part(docx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut text = String::new();
    let mut part = archive.by_name(name).unwrap();
    part.read_to_string(&mut text).unwrap();
    text
}

/// The week of the tests.
pub const WEEK: &str = "from=2026-11-23&to=2026-11-29";

/// The ledger of visits of some days.
pub fn visit_at(week: &str) -> String {
    format!("visits.xlsx?{week}")
}

#[tokio::test]
async fn the_ledger_of_visits_has_its_head_its_types_and_its_name() {
    let app = shipped().await;
    let grants = [Grant::open(Role::Officer, ScopeId::park(PARK))];
    let limin = app.person("limin", "李敏", &grants).await;
    let mut phone = Device::new(&app, &limin, 1);
    let about = |visit, due: Option<FieldValue>| {
        with(
            visit,
            &[
                ("enterprise", None, Some(record(1).to_string().into())),
                ("form", None, Some("quick_visit".into())),
                ("form_version", None, Some(quick_version().into())),
                ("supplement_due", None, due),
            ],
        )
    };
    // One whole, one submitted in a hurry; the first is corrected, the second has its rest sent later.
    let firm = phone.firm(record(1), "衢州甲𠮷电子有限公司");
    let whole = phone.visit(record(2), &need(300_000_000));
    let whole = about(whole, None);
    let hurried = phone.visit(record(3), &[("has_financing_need", "no".into())]);
    let hurried = about(hurried, Some(true.into()));
    let third = phone.visit(record(4), &[]);
    let third = about(third, Some(true.into()));
    let told = told(&phone.push(&[firm, whole, hurried, third]).await);
    assert_eq!(told, ["1 applied", "2 applied", "3 applied", "4 applied"]);
    let amount = "answer.financing_amount";
    let corrected = with(
        phone.edit(Operation::Update, record(2), 1),
        &[(amount, Some(300_000_000.into()), Some(350_500_000.into()))],
    );
    let mut corrected = corrected;
    corrected.kind = RecordKind::Visit;
    let rest = with(
        phone.edit(Operation::Update, record(3), 1),
        &[
            ("supplement_due", Some(true.into()), None),
            ("answer.issue_kinds", None, Some("procedure".into())),
            ("answer.next_step", None, Some("visit".into())),
        ],
    );
    let mut rest = rest;
    rest.kind = RecordKind::Visit;
    let told = crate::devices::told(&phone.push(&[corrected, rest]).await);
    assert_eq!(told, ["5 applied", "6 applied"]);

    let answer = report(&app, &limin, &visit_at(WEEK)).await;
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"visits_20261123-20261129.xlsx\"; filename*=UTF-8''%E8%B5%B0%E8%AE%BF%E5%8F%B0%E8%B4%A6_20261123-20261129.xlsx"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let rows = cells(&app, &limin, &visit_at(WEEK)).await;
    let said: Vec<String> = rows[..4]
        .iter()
        .map(|row| {
            let row: Vec<String> = row.iter().map(ToString::to_string).collect();
            row.concat()
        })
        .collect();
    assert_eq!(said[0], "走访台账");
    assert_eq!(
        said[1],
        "单位：衢州高新技术产业开发区统计时间：2026年11月23日至11月29日"
    );
    assert_eq!(said[2], "制表人：李敏截至时间：2026年11月23日 09:00");
    assert!(said[3].starts_with("统计口径：按走访提交时间统计"));
    assert!(said[3].contains("共走访 3 次，企业 1 家"), "{}", said[3]);
    assert_eq!(rows[4][8], Data::String("需求金额\n（万元）".to_owned()));
    let first = &rows[HEAD];
    assert_eq!(first[0], Data::Float(1.0));
    let Data::DateTime(at) = &first[1] else {
        panic!("{first:?}");
    };
    assert_eq!(
        at.to_ymd_hms_milli(),
        (2026, 11, 23, 8, 0, 0, 0),
        "as the clock on the wall had it"
    );
    assert_eq!(first[3], Data::String("衢州甲𠮷电子有限公司".to_owned()));
    assert_eq!(first[8], Data::Float(350.5));
    let texts: Vec<String> = rows[HEAD..]
        .iter()
        .map(|row| {
            let row: Vec<String> = row[7..].iter().map(ToString::to_string).collect();
            row.join("|")
        })
        .collect();
    assert_eq!(
        texts,
        [
            "有|350.5|担保不足、利率偏高|推荐产品、对接银行|否",
            "无||手续多、时间长|再次走访|否",
            "||||是",
        ]
    );
}

#[tokio::test]
async fn what_people_wrote_is_never_a_formula() {
    let app = shipped().await;
    let limin = app.officer("limin", PARK).await;
    let evil = [
        "=1+1",
        "+1",
        "-1+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1+1",
        "=HYPERLINK(\"http://evil.example\",\"点我\")",
        "_x003D_1",
        "\u{1}\u{b}坏<&>\u{ffff}",
    ];
    let mut all = Vec::new();
    for (text, bits) in evil.iter().zip(1_u128..) {
        let park = "park:330802-01";
        all.push(firm(bits, park, text));
        let mut answers = need(10_000);
        answers.push(("issue_description", (*text).into()));
        answers.push(("intended_banks", (*text).into()));
        answers.push(("next_step", (*text).into()));
        let at = format!("2026-11-23T08:{bits:02}:00+08:00");
        all.push(quick(100 + bits, park, bits, &at, &answers));
        let mut issue = issue(
            200 + bits,
            park,
            bits,
            &[("title", text), ("details", text)],
        );
        issue
            .3
            .push(("responsible_unit".to_owned(), (*text).into()));
        all.push(issue);
    }
    put(&app, all).await;
    for (name, column) in [("visits", 3), ("needs", 1), ("issues", 4)] {
        let path = format!("{name}.xlsx?{WEEK}");
        let bytes = report(&app, &limin, &path).await.body;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(&bytes)).unwrap();
        let sheet = book.sheet_names()[0].clone();
        let formulas = book.worksheet_formula(&sheet).unwrap();
        assert!(formulas.used_cells().next().is_none(), "{name}");
        let xml = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(
            !xml.contains("<f>") && !xml.contains("<hyperlink"),
            "{name}"
        );
        let rows = cells(&app, &limin, &path).await;
        let read: Vec<String> = rows[HEAD..HEAD + evil.len()]
            .iter()
            .map(|row| match &row[column] {
                Data::String(text) => text.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        let expected = [
            "=1+1",
            "+1",
            "-1+cmd|' /C calc'!A0",
            "@SUM(A1)",
            "=1+1",
            "=HYPERLINK(\"http://evil.example\",\"点我\")",
            "_x003D_1",
            "坏<&>",
        ];
        assert_eq!(read, expected, "{name}");
    }
    let summary = report(&app, &limin, &format!("summary.docx?{WEEK}")).await;
    assert!(paragraphs(&summary.body).len() > 8);
}

#[tokio::test]
async fn nobody_is_told_of_what_they_may_not_see() {
    let app = shipped().await;
    let (own, other, far) = ("park:330802-01", "park:330802-02", "park:330803-01");
    let mut all = Vec::new();
    for (park, bits, name) in [(own, 1, "本园"), (other, 2, "邻园秘"), (far, 3, "外县秘")] {
        all.push(firm(bits, park, &format!("{name}公司")));
        let mut answers = need(1_000_000);
        answers.push(("issue_description", format!("{name}问题").into()));
        let at = "2026-11-23T08:00:00+08:00";
        all.push(quick(10 + bits, park, bits, at, &answers));
        all.push(issue(20 + bits, park, bits, &[("title", name)]));
        all.push((
            RecordKind::PlannedVisit,
            record(30 + bits),
            park,
            fields(&[
                ("enterprise", record(bits).to_string().into()),
                ("planned_on", "2026-11-30".into()),
                ("officer_name", format!("{name}员").into()),
            ]),
        ));
    }
    // A firm of the own park that became one of another: its new name is not told either.
    let mut merged = firm(4, own, "并入邻园前");
    merged
        .3
        .push(("merged_into".to_owned(), record(2).to_string().into()));
    all.push(merged);
    all.push(quick(14, own, 4, "2026-11-23T07:30:00+08:00", &nothing()));
    put(&app, all).await;

    let limin = app.officer("limin", PARK).await;
    let county = [Grant::open(Role::Manager, ScopeId::county("330802"))];
    let chen = app.person("chen", "陈主任", &county).await;
    let admin = [Grant::open(Role::Admin, ScopeId::city())];
    let admin = app.person("admin", "管理员", &admin).await;
    let ended = Grant {
        valid_to_ms: Some(app.state.clock.unix_ms()),
        ..Grant::open(Role::Officer, ScopeId::park(PARK))
    };
    let gone = app.person("gone", "离任", &[ended]).await;
    for (caller, scope, seen) in [
        (&limin, "", [true, false, false]),
        (&limin, "&scope=park:330802-01", [true, false, false]),
        (&chen, "", [true, true, false]),
        (&chen, "&scope=county:330802", [true, true, false]),
        (&chen, "&scope=park:330802-02", [false, true, false]),
        (&admin, "", [true, true, true]),
        (&admin, "&scope=city", [true, true, true]),
        (&admin, "&scope=county:330803", [false, false, true]),
        (&gone, "", [false, false, false]),
    ] {
        for name in ["visits.xlsx", "needs.xlsx", "issues.xlsx", "summary.docx"] {
            let path = format!("{name}?{WEEK}{scope}");
            let bytes = report(&app, caller, &path).await.body;
            let text = unpacked(&bytes);
            for (canary, expected) in ["本园", "邻园秘", "外县秘"].iter().zip(seen) {
                // The survivor's name stands for the merged firm where both may be seen.
                let through = *canary == "邻园秘" && seen[0] && caller.user != limin.user;
                let found = text.contains(canary);
                assert!(
                    found == expected || (found && through),
                    "{path} {canary} {found}"
                );
            }
        }
    }
    for (caller, scope) in [
        (&limin, "park:330802-02"),
        (&limin, "county:330802"),
        (&limin, "city"),
        (&limin, "public"),
        (&chen, "city"),
        (&gone, "park:330802-01"),
        (&limin, "nonsense"),
    ] {
        let path = format!("/api/reports/visits.xlsx?scope={scope}");
        let refused = app.get(&path, Some(caller)).await;
        assert_eq!(refused.status, 422, "{scope}");
        let problem: Problem = refused.json();
        assert_eq!(problem.errors[0].path, "scope");
    }
}

/// Everything in an archive as one text.
fn unpacked(bytes: &[u8]) -> String {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    names.iter().map(|name| part(bytes, name)).collect()
}
