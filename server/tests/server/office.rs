//! The reports as an office program prints them. What it makes is left in `target/tmp/office`, to be looked at.

use crate::{
    devices::record,
    reports::{firm, issue, need, nothing, put, quick, report, shipped},
};
use ruyuan_domain::{FieldValue, RecordKind, ScopeId, wire::Role};
use ruyuan_server::store::Grant;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The program that prints them; the step `office` sets it.
const OFFICE: &str = "RUYUAN_OFFICE";

const LONG: &str = "企业反映评估机构报价差别大，同一项发明专利三家报价相差两倍以上；希望有参考价，也希望园区组织银行、\
                    担保公司和评估机构一次到场，减少往返。现有设备已抵押，可质押的专利两项，年费已缴到 2027 年。";

fn ran(program: &str, folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(program);
    let done = command.current_dir(folder).args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program}: {said}");
}

/// The text of each page of a file, as it is printed.
fn printed(office: &str, folder: &Path, name: &str, extension: &str) -> Vec<String> {
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.join("profile").display()
    );
    let file = format!("{name}.{extension}");
    let arguments = [&profile, "--headless", "--convert-to", "pdf", &file];
    ran(office, folder, &arguments);
    let (pdf, text) = (format!("{name}.pdf"), format!("{name}.txt"));
    ran("pdftotext", folder, &["-layout", &pdf, &text]);
    ran(
        "pdftoppm",
        folder,
        &["-r", "60", "-l", "3", "-png", &pdf, name],
    );
    let text = std::fs::read_to_string(folder.join(text)).unwrap();
    let pages = text.split('\u{c}').map(|page| page.replace(' ', ""));
    pages.filter(|page| !page.trim().is_empty()).collect()
}

/// Three hundred visits, wide and long texts, letters of four bytes.
async fn full() -> (
    ruyuan_server::testing::TestApp,
    ruyuan_server::testing::Caller,
) {
    let app = shipped().await;
    let grants = [Grant::open(Role::Manager, ScopeId::county("330802"))];
    let chen = app.person("chen", "陈主任", &grants).await;
    let parks = ["park:330802-01", "park:330802-02"];
    let mut all = Vec::new();
    for at in 0..300_u128 {
        let park = parks[usize::from(at % 3 == 0)];
        let name = match at % 7 {
            0 => format!("衢州𠮷祥第{at}号特种纸业与集成电路材料循环经济产业园区开发股份有限公司"),
            1 => format!("GreatWallAdvancedSemiconductorMaterials{at}(Quzhou)Co.,Ltd."),
            _ => format!("衢州第{at}号科技有限公司"),
        };
        all.push(firm(1_000 + at, park, &name));
        let (day, hour, minute) = (23 + at % 5, 8 + at % 9, at % 60);
        let stamp = format!("2026-11-{day}T{hour:02}:{minute:02}:00+08:00");
        let mut answers: Vec<(&str, FieldValue)> = match at % 3 {
            0 => nothing(),
            _ => need(1_000_000 * (50 + at as i64 * 7) + if at == 4 { 500_000 } else { 0 }),
        };
        if at % 11 == 1 {
            answers.push(("issue_description", LONG.into()));
            answers.push((
                "intended_banks",
                "工商银行、泰隆银行、衢州农村商业银行".into(),
            ));
        }
        all.push(quick(2_000 + at, park, 1_000 + at, &stamp, &answers));
        if at % 6 == 0 {
            let due = [
                ("details", LONG),
                ("due_on", "2026-11-20"),
                ("raised_on", "2026-11-03"),
                ("status", "handling"),
                ("responsible_name", "王强"),
                ("responsible_unit", "市市场监督管理局知识产权促进处"),
            ];
            let more = if at % 12 == 0 { &due[..] } else { &due[..1] };
            all.push(issue(3_000 + at, park, 1_000 + at, more));
        }
        if at % 20 == 0 {
            let day = 30;
            let fields = vec![
                (
                    "enterprise".to_owned(),
                    record(1_000 + at).to_string().into(),
                ),
                ("planned_on".to_owned(), format!("2026-11-{day}").into()),
            ];
            all.push((RecordKind::PlannedVisit, record(4_000 + at), park, fields));
        }
    }
    put(&app, all).await;
    (app, chen)
}

#[tokio::test]
#[ignore = "needs LibreOffice: cargo xtask test --only office"]
async fn an_office_prints_every_report_with_its_header_and_number_on_each_page() {
    let office = std::env::var(OFFICE).expect("RUYUAN_OFFICE names LibreOffice's program");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("office");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let (app, chen) = full().await;
    for (name, extension, header, least) in [
        ("visits", "xlsx", "企业名称", 9),
        ("needs", "xlsx", "意向银行", 5),
        ("issues", "xlsx", "责任单位", 3),
        ("summary", "docx", "", 2),
    ] {
        let path = format!("{name}.{extension}?from=2026-11-23&to=2026-11-29");
        let bytes = report(&app, &chen, &path).await.body;
        std::fs::write(folder.join(format!("{name}.{extension}")), bytes).unwrap();
        let pages = printed(&office, &folder, name, extension);
        let count = pages.len();
        assert!((least..60).contains(&count), "{name}: {count} pages");
        for (page, number) in pages.iter().zip(1..) {
            // Narrow columns break their names.
            let page: String = page.split_whitespace().collect();
            let foot = match extension {
                "docx" => format!("—{number}—"),
                _ => format!("第{number}页，共{count}页"),
            };
            assert!(page.contains(&foot), "{name}, page {number}: {page}");
            assert!(page.contains(header), "{name}, page {number}: {page}");
        }
        assert!(pages[0].contains("柯城区"), "{name}: {}", pages[0]);
    }
    let empty = report(&app, &chen, "visits.xlsx?from=2026-01-05&to=2026-01-11").await;
    std::fs::write(folder.join("empty.xlsx"), empty.body).unwrap();
    let pages = printed(&office, &folder, "empty", "xlsx");
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains("本期无走访记录"), "{}", pages[0]);
}

/// How much a hundred thousand visits take. Only to be told: `cargo test --release … -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "measures"]
async fn a_hundred_thousand_visits() {
    let app = shipped().await;
    let limin = app.officer("limin", "330802-01").await;
    for part in 0..100_u128 {
        let visits = (0..1_000_u128).map(|at| {
            let id = part * 1_000 + at;
            let mut answers = need(1_000_000 * (50 + id as i64 % 977));
            answers.push(("issue_description", LONG.into()));
            let stamp = format!("2026-11-23T08:{:02}:00+08:00", id % 60);
            quick(
                1_000_000 + id,
                "park:330802-01",
                1 + id % 5_000,
                &stamp,
                &answers,
            )
        });
        put(&app, visits.collect()).await;
    }
    let firms = (0..5_000).map(|at| firm(1 + at, "park:330802-01", &format!("第{at}号公司")));
    put(&app, firms.collect()).await;
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        line.unwrap_or_default().to_owned()
    };
    println!("before: {}", peak());
    for name in ["visits.xlsx", "needs.xlsx", "summary.docx"] {
        let began = std::time::Instant::now();
        let bytes = report(
            &app,
            &limin,
            &format!("{name}?from=2026-11-23&to=2026-11-29"),
        )
        .await;
        println!(
            "{name}: {:?}, {} bytes, {}",
            began.elapsed(),
            bytes.body.len(),
            peak()
        );
    }
}
