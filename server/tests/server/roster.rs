//! A table of firms as an office keeps it: looked over, taken in beside a server that runs, and taken back.

use crate::devices::{Device, PARK, told};
use axum::{body::Body, http::Request};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use ruyuan_domain::{
    FieldValue, Record, RecordKind, ScopeId,
    identifiers::credit_code_check_digit,
    roster::{BatchView, BatchesView, ImportView, RowResult},
    wire::{Problem, Role},
};
use ruyuan_server::{
    config::ImportOptions,
    roster::{RosterError, columns::What, import},
    store::Grant,
    testing::{Answer, Caller, TestApp},
};
use std::path::{Path, PathBuf};

/// A valid made-up code.
fn code(number: usize) -> String {
    let start = format!("91330802MA{number:07}");
    let digit = credit_code_check_digit(&start).unwrap();
    format!("{start}{digit}")
}

fn options(app: &TestApp, file: &Path) -> ImportOptions {
    ImportOptions {
        user: "limin".to_owned(),
        what: What::Firms,
        file: Some(file.to_owned()),
        sheet: None,
        park: None,
        column: Vec::new(),
        report: None,
        apply: false,
        undo: None,
        data: app.folder().to_owned(),
        database: app.database(),
    }
}

/// What the command prints.
async fn said(app: &TestApp, options: &ImportOptions) -> Result<String, RosterError> {
    let done = import(options, app.clock.as_ref()).await?;
    Ok(done.to_string())
}

/// Names in a table of its own titles and columns, as many rows as wanted, in every way that people write them.
fn messy(file: &Path, rows: usize) {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy/m/d");
    page.write(0, 0, "2026年园区企业名单").unwrap();
    page.write(1, 0, "填报单位：高新区").unwrap();
    let names = [
        "序号",
        "单位名称",
        "统一社会信用代码",
        "注册资本（万元）",
        "成立日期",
        "联系电话",
        "联系人",
        "网格",
        "备注",
    ];
    for (column, name) in (0..).zip(names) {
        page.write(2, column, name).unwrap();
    }
    for row in 0..rows {
        let line = row as u32 + 3;
        page.write(line, 0, row as u32 + 1).unwrap();
        page.write(line, 1, format!(" 衢州 第{row}号\n科技有限公司"))
            .unwrap();
        let code = code(row);
        let code = if row % 2 == 0 {
            code.to_lowercase()
        } else {
            format!("{code} ")
        };
        page.write(line, 2, code).unwrap();
        match row % 3 {
            0 => page.write(line, 3, 500).unwrap(),
            1 => page.write(line, 3, "1,200万元").unwrap(),
            _ => page.write(line, 3, "").unwrap(),
        };
        match row % 4 {
            0 => page.write(line, 4, "2019年3月5日").unwrap(),
            1 => page.write(line, 4, "20190305").unwrap(),
            2 => page.write(line, 4, "/").unwrap(),
            _ => {
                let date = ExcelDateTime::from_ymd(2019, 3, 5).unwrap();
                page.write_with_format(line, 4, &date, &day).unwrap()
            }
        };
        // As a number: Excel takes it for one.
        page.write(line, 5, 13_800_000_000_u64 + row as u64)
            .unwrap();
        page.write(line, 6, "张 三").unwrap();
        page.write(line, 7, "第一网格").unwrap();
    }
    page.write(rows as u32 + 3, 0, "合计").unwrap();
    page.write(rows as u32 + 3, 3, 99_999).unwrap();
    book.save(file).unwrap();
}

/// A table of text.
fn csv(app: &TestApp, name: &str, lines: &[&str]) -> PathBuf {
    let file = app.folder().join(name);
    std::fs::write(&file, lines.join("\n")).unwrap();
    file
}

fn firms(rows: &[Record]) -> Vec<&Record> {
    let firm = |row: &&Record| row.kind == RecordKind::Enterprise && !row.deleted;
    rows.iter().filter(firm).collect()
}

/// The firms of the park as the server has them, deleted ones too.
async fn stored(app: &TestApp) -> Vec<Record> {
    let mut tx = app.state.store.begin_read().await.unwrap();
    let park = ScopeId::park(PARK);
    let firms = tx.records_of_kind(&park, &RecordKind::Enterprise).await;
    firms.unwrap()
}

async fn limin(app: &TestApp) -> Caller {
    app.officer("limin", PARK).await
}

#[tokio::test]
async fn five_thousand_messy_rows_are_taken_in_and_taken_back_without_a_trace() {
    let app = TestApp::new().await;
    limin(&app).await;
    let file = app.folder().join("firms.xlsx");
    messy(&file, 5_000);
    let mut options = options(&app, &file);
    let preview = said(&app, &options).await.unwrap();
    assert!(
        preview.starts_with("5000 行：新增 5000，更新 0，无变化 0，疑似重复 0，有误 0"),
        "{preview}"
    );
    assert!(preview.contains("未识别的列（不导入）：网格"), "{preview}");
    assert!(
        firms(&stored(&app).await).is_empty(),
        "a preview writes nothing"
    );

    options.apply = true;
    let done = said(&app, &options).await.unwrap();
    assert!(done.contains("已导入：新增 5000 家，更新 0 家"), "{done}");
    let rows = stored(&app).await;
    let all = firms(&rows);
    assert_eq!(all.len(), 5_000);
    let third = all
        .iter()
        .find(|firm| firm.text("name") == "衢州第3号科技有限公司")
        .unwrap();
    assert_eq!(third.text("credit_code"), code(3));
    assert_eq!(third.text("established_on"), "2019-03-05");
    assert_eq!(third.text("contact_mobile"), "13800000003");
    assert_eq!(
        third.fields.get("registered_capital"),
        Some(&FieldValue::Integer(500_000_000))
    );

    // Again it is nothing new.
    let again = said(&app, &options).await.unwrap();
    assert!(again.contains("新增 0，更新 0，无变化 5000"), "{again}");

    let batch = done.split("--undo ").nth(1).unwrap().trim().to_owned();
    options.undo = Some(batch);
    let undone = said(&app, &options).await.unwrap();
    assert!(
        undone.contains("已撤销：删除 5000 家，恢复 0 家"),
        "{undone}"
    );
    assert!(firms(&stored(&app).await).is_empty());
    // An administrator's list of phones knows nothing of the two batches.
    let admin = Grant::open(Role::Admin, ScopeId::city());
    let admin = app.person("admin", "管", &[admin]).await;
    let devices: serde_json::Value = app.get("/api/admin/devices", Some(&admin)).await.json();
    assert_eq!(devices["total"], 0, "{devices}");
}

#[tokio::test]
async fn each_row_is_new_changed_perhaps_known_or_wrong_and_all_of_it_is_said() {
    let app = TestApp::new().await;
    let mut phone = Device::new(&app, &limin(&app).await, 1);
    let known = phone.firm(crate::devices::record(1), "衢州甲电子有限公司");
    let other = phone.firm(crate::devices::record(2), "乙（衢州）有限公司");
    phone.push(&[known, other]).await;
    let (first, second) = (code(1), code(2));
    let file = csv(
        &app,
        "firms.csv",
        &[
            "企业名称,信用代码,电话,成立日期,园区",
            &format!("衢州甲电子有限公司,{first},13800000001,,"),
            "衢州丙机械有限公司,,0570-3012345,2019-2-30,",
            &format!("浙江甲电子股份有限公司,{second},,,"),
            "丁公司,,,,不存在的园区",
            "戊公司,,13800000005,,330802-01",
            "戊公司,,13800000006,,",
            ",,13800000007,,",
        ],
    );
    let mut options = options(&app, &file);
    let report = app.folder().join("report.xlsx");
    options.report = Some(report.clone());
    options.apply = true;
    let done = said(&app, &options).await.unwrap();
    assert!(
        done.starts_with("7 行：新增 1，更新 1，无变化 0，疑似重复 1，有误 4"),
        "{done}"
    );
    let read = ruyuan_server::roster::sheet::read(&std::fs::read(&report).unwrap(), None).unwrap();
    let results: Vec<String> = read
        .rows
        .iter()
        .skip(1)
        .map(|row| row[..3].join("|"))
        .collect();
    assert_eq!(
        results,
        [
            "3|有误|联系人手机“0570-3012345”：手机号应为 11 位数字，请核对；成立日期“2019-2-30”：请填写日期，如 2026-04-26",
            "5|有误|园区“不存在的园区”：没有这个园区，或没有它的权限",
            "7|有误|与第 6 行重复",
            "8|有误|企业名称：请填写这一项",
            "4|疑似重复|名称相近：衢州甲电子有限公司",
            "2|更新|联系人手机、统一社会信用代码",
            "6|新增|",
        ]
    );

    // What a colleague has worked on since is left; the rest goes back to what it was.
    let rows = phone.rows().await;
    let of = |name: &str| {
        let all = firms(&rows);
        let firm = all.iter().find(|firm| firm.text("name") == name);
        firm.map(|firm| (firm.id, firm.version)).unwrap()
    };
    let (fifth, version) = of("戊公司");
    let rename = phone.rename(fifth, version, "戊公司", "戊有限公司");
    assert_eq!(told(&phone.push(&[rename]).await), ["3 applied"]);
    options.undo = done.split("--undo ").nth(1).map(|id| id.trim().to_owned());
    let undone = said(&app, &options).await.unwrap();
    assert!(undone.contains("已撤销：删除 0 家，恢复 1 家"), "{undone}");
    assert!(
        undone.contains("保留：戊有限公司（导入后有人修改、走访或记录问题）"),
        "{undone}"
    );
    let rows = phone.rows().await;
    let mut names: Vec<_> = firms(&rows)
        .iter()
        .map(|firm| firm.text("name").to_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["乙（衢州）有限公司", "戊有限公司", "衢州甲电子有限公司"]
    );
    let first = rows
        .iter()
        .find(|row| row.id == crate::devices::record(1))
        .unwrap();
    assert_eq!(first.text("credit_code"), "");

    // Nobody takes back what another person has taken in, nor what is no batch.
    let wang = app.officer("wangqiang", PARK).await;
    options.user = "wangqiang".to_owned();
    assert!(matches!(
        said(&app, &options).await,
        Err(RosterError::Batch(_))
    ));
    options.undo = Some(Device::new(&app, &wang, 9).id.to_string());
    assert!(matches!(
        said(&app, &options).await,
        Err(RosterError::Batch(_))
    ));
}

#[tokio::test]
async fn a_firm_that_may_be_known_is_left_to_a_person() {
    let app = TestApp::new().await;
    let mut phone = Device::new(&app, &limin(&app).await, 1);
    let known = phone.firm(crate::devices::record(1), "衢州甲电子有限公司");
    phone.push(&[known]).await;
    let file = csv(
        &app,
        "firms.csv",
        &[
            "企业名称,电话",
            "浙江甲电子股份有限公司,13800000001",
            "衢州甲电子有限公司（新）,",
        ],
    );
    let mut options = options(&app, &file);
    options.apply = true;
    let done = said(&app, &options).await.unwrap();
    assert!(
        done.starts_with("2 行：新增 1，更新 0，无变化 0，疑似重复 1，有误 0"),
        "{done}"
    );
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_one_line() {
    let app = TestApp::new().await;
    limin(&app).await;
    let file = csv(&app, "firms.csv", &["客户,电话", "甲公司,13800000001"]);
    let mut options = options(&app, &file);
    assert!(matches!(
        said(&app, &options).await,
        Err(RosterError::Look { .. })
    ));
    options.column = vec![("客户".to_owned(), "name".to_owned())];
    assert!(said(&app, &options).await.unwrap().contains("新增 1"));
    options.park = Some("330825-01".to_owned());
    assert!(matches!(
        said(&app, &options).await,
        Err(RosterError::Look { .. })
    ));
    options.user = "nobody".to_owned();
    assert!(matches!(
        said(&app, &options).await,
        Err(RosterError::NoAccount(_))
    ));
    options.user = "limin".to_owned();
    options.file = Some(app.folder().join("none.xlsx"));
    assert!(matches!(
        said(&app, &options).await,
        Err(RosterError::File { .. })
    ));
    options.file = None;
    assert!(matches!(
        said(&app, &options).await,
        Err(RosterError::Nothing)
    ));
}

async fn posts(app: &TestApp, caller: &Caller, path: &str, body: Vec<u8>) -> Answer {
    let request = Request::post(path)
        .header("cookie", caller.cookie())
        .header("content-type", "application/octet-stream")
        .body(Body::from(body))
        .unwrap();
    app.send(request).await
}

#[tokio::test]
async fn the_desk_looks_over_takes_in_and_takes_back() {
    let app = TestApp::new().await;
    let limin = limin(&app).await;
    let table = "客户,信用代码,网格\n甲公司,,一\n乙公司,12345,二\n丙公司,,三";
    let import = |query: &str| {
        let path = format!("/api/roster/imports?{query}");
        let (app, limin) = (&app, &limin);
        async move { posts(app, limin, &path, table.as_bytes().to_vec()).await }
    };
    // Nobody has said yet where the names stand: that is asked, and nothing can be taken in.
    let unnamed: ImportView = import("").await.json();
    assert_eq!((unnamed.new, unnamed.rows.len()), (0, 0));
    let fields: Vec<_> = unnamed
        .columns
        .iter()
        .map(|column| column.field.as_str())
        .collect();
    assert_eq!(fields, ["", "credit_code", ""]);
    let refused = import("apply=true").await;
    assert_eq!(refused.status, 422);
    let problem: Problem = refused.json();
    assert_eq!(problem.errors[0].path, "columns");
    assert!(
        problem.errors[0].message.contains("企业名称"),
        "{problem:?}"
    );

    // 客户=name
    let said = "column=%E5%AE%A2%E6%88%B7%3Dname";
    let looked: ImportView = import(said).await.json();
    assert_eq!((looked.new, looked.wrong, looked.update), (2, 1, 0));
    assert!(looked.batch.is_none());
    let [row] = looked.rows.as_slice() else {
        panic!("{looked:?}");
    };
    assert_eq!(
        (row.row, row.name.as_str(), row.result),
        (3, "乙公司", RowResult::Wrong)
    );
    let fields: Vec<_> = looked
        .columns
        .iter()
        .map(|column| column.field.as_str())
        .collect();
    assert_eq!(fields, ["name", "credit_code", ""]);
    assert!(firms(&stored(&app).await).is_empty());
    let path = format!("/api/roster/reports?{said}");
    let report = posts(&app, &limin, &path, table.as_bytes().to_vec()).await;
    assert_eq!(report.status, 200);
    assert!(report.body.starts_with(b"PK"));

    // The code's column left out, the second row is right too.
    let left_out = format!("{said}&column=%E4%BF%A1%E7%94%A8%E4%BB%A3%E7%A0%81%3D&apply=true");
    let taken: ImportView = import(&left_out).await.json();
    let batch = taken.batch.unwrap();
    assert_eq!(
        (taken.new, taken.wrong, batch.firms, batch.changed),
        (3, 0, 3, 0)
    );
    assert_eq!(firms(&stored(&app).await).len(), 3);
    let listed: BatchesView = app.get("/api/roster/batches", Some(&limin)).await.json();
    assert_eq!(listed.batches.len(), 1);
    assert_eq!(
        (listed.batches[0].id, listed.batches[0].edits),
        (batch.id, 3)
    );

    // A colleague sees the firms, and not the batch.
    let wang = app.officer("wangqiang", PARK).await;
    let none: BatchesView = app.get("/api/roster/batches", Some(&wang)).await.json();
    assert!(none.batches.is_empty());
    let undo = format!("/api/roster/batches/{}/undo", batch.id);
    assert_eq!(posts(&app, &wang, &undo, Vec::new()).await.status, 404);
    let undone: BatchView = posts(&app, &limin, &undo, Vec::new()).await.json();
    assert_eq!((undone.firms, undone.changed, undone.left.len()), (3, 0, 0));
    assert!(firms(&stored(&app).await).is_empty());
}

#[tokio::test]
async fn a_file_that_is_no_table_is_refused_and_one_that_is_too_large_is_not_read() {
    let app = TestApp::new().await;
    let limin = limin(&app).await;
    let answer = posts(&app, &limin, "/api/roster/imports", vec![0xff, 0, 0xfe]).await;
    assert_eq!(answer.status, 422);
    let problem: Problem = answer.json();
    assert_eq!(problem.errors[0].path, "file");
    let large = vec![b'a'; (50 << 20) + 1];
    let answer = posts(&app, &limin, "/api/roster/imports", large).await;
    assert_eq!(answer.status, 413);
    for path in [
        "/api/roster/imports?park=330825-01",
        "/api/roster/reports?park=nowhere",
    ] {
        let answer = posts(&app, &limin, path, "企业名称\n甲".into()).await;
        assert_eq!(answer.status, 422, "{path}");
    }
}
