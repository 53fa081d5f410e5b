//! What the reports count: which visits, which needs, which issues, and what is said of them.

use crate::{
    devices::{PARK, record},
    reports::{
        New, WEEK, cells, fields, firm, issue, need, nothing, paragraphs, part, put, quick, report,
        shipped, table, visit_at,
    },
};
use ruyuan_domain::{
    FieldValue, RecordKind, ScopeId,
    wire::{Problem, Role},
};
use ruyuan_server::store::Grant;

#[tokio::test]
async fn the_days_begin_and_end_at_midnight_in_china() {
    let app = shipped().await;
    let limin = app.officer("limin", PARK).await;
    let park = "park:330802-01";
    let mut all = vec![firm(1, park, "甲公司")];
    for (at, bits) in [
        "2026-11-22T23:59:59.999+08:00",
        "2026-11-23T00:00:00+08:00",
        "2026-11-22T16:00:00Z",
        "2026-11-29T23:59:59+08:00",
        "2026-11-29T16:00:00Z",
        "2026-11-30T00:00:00+08:00",
    ]
    .iter()
    .zip(10..)
    {
        all.push(quick(bits, park, 1, at, &nothing()));
    }
    put(&app, all).await;
    let rows = table(&app, &limin, &visit_at(WEEK)).await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    // From Monday until today, if nothing is said: the clock stands on a Monday.
    let today = report(&app, &limin, "visits.xlsx").await;
    let name = today.header("content-disposition");
    assert!(name.contains("visits_20261123-20261123.xlsx"), "{name}");
    assert_eq!(table(&app, &limin, "visits.xlsx").await.len(), 2);
}

#[tokio::test]
async fn a_firm_has_one_need_and_a_merged_firm_is_its_survivor() {
    let app = shipped().await;
    let limin = app.officer("limin", PARK).await;
    let park = "park:330802-01";
    let mut merged = firm(2, park, "甲公司（重复）");
    merged
        .3
        .push(("merged_into".to_owned(), record(1).to_string().into()));
    let day = |day: u8| format!("2026-11-{day}T10:00:00+08:00");
    let only_said: &[(&str, FieldValue)] = &[("next_step", "visit".into())];
    put(
        &app,
        vec![
            firm(1, park, "甲公司"),
            merged,
            firm(3, park, "乙公司"),
            firm(4, park, "丙公司"),
            quick(11, park, 1, &day(23), &need(100_000_000)),
            quick(12, park, 2, &day(24), &need(250_000_000)),
            // Says nothing of a need, so that what was said before stands.
            quick(13, park, 1, &day(25), only_said),
            quick(14, park, 3, &day(23), &need(50_000_000)),
            quick(15, park, 3, &day(26), &nothing()),
            quick(16, park, 4, &day(27), &need(80_000_000)),
        ],
    )
    .await;
    let path = format!("needs.xlsx?{WEEK}");
    let rows = table(&app, &limin, &path).await;
    let short: Vec<String> = rows
        .iter()
        .map(|row| row.split('|').take(7).collect::<Vec<_>>().join("|"))
        .collect();
    let where_ = "衢州高新技术产业开发区";
    assert_eq!(
        short,
        [
            format!("1|甲公司|{where_}|250||流动资金、购置设备|2026-12-20"),
            format!("2|丙公司|{where_}|80||流动资金、购置设备|2026-12-20"),
            "|合计 2 家||330|||".to_owned(),
        ]
    );
    let visits = cells(&app, &limin, &visit_at(WEEK)).await;
    assert!(visits[3][0].to_string().contains("共走访 6 次，企业 3 家"));
}

#[tokio::test]
async fn issues_are_those_of_the_days_and_those_still_open_at_their_end() {
    let app = shipped().await;
    let limin = app.officer("limin", PARK).await;
    let park = "park:330802-01";
    let closed = |on: &'static str| [("status", "closed"), ("closed_on", on)];
    let with = |bits, title: &'static str, raised, more: &[(&'static str, &'static str)]| {
        let mut all = vec![("title", title), ("raised_on", raised)];
        all.extend(more);
        issue(bits, park, 1, &all)
    };
    put(
        &app,
        vec![
            firm(1, park, "甲公司"),
            with(11, "本周提出", "2026-11-23", &[]),
            with(12, "本周提出并销号", "2026-11-24", &closed("2026-11-25")),
            with(
                13,
                "早先逾期",
                "2026-10-01",
                &[
                    ("status", "handling"),
                    ("due_on", "2026-11-20"),
                    ("responsible_unit", "某处"),
                ],
            ),
            with(14, "早先已销号", "2026-10-01", &closed("2026-11-01")),
            with(15, "下周才销号", "2026-10-02", &closed("2026-12-01")),
            with(16, "下周才提出", "2026-11-30", &[]),
        ],
    )
    .await;
    let rows = table(&app, &limin, &format!("issues.xlsx?{WEEK}")).await;
    let short: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split('|').collect();
            [cells[4], cells[10], cells[11], cells[12], cells[13]].join("|")
        })
        .collect();
    assert_eq!(
        short,
        [
            "早先逾期|2026-11-20|办理中|是|",
            "下周才销号||已销号|否|2026-12-01",
            "本周提出||待交办|否|",
            "本周提出并销号||已销号|否|2026-11-25",
        ]
    );
}

#[tokio::test]
async fn the_summary_says_what_the_days_came_to() {
    let app = shipped().await;
    let county = [Grant::open(Role::Manager, ScopeId::county("330802"))];
    let chen = app.person("chen", "陈主任", &county).await;
    let empty = report(&app, &chen, &format!("summary.docx?{WEEK}")).await;
    let said = paragraphs(&empty.body);
    assert_eq!(
        said[..11],
        [
            "柯城区",
            "走访工作小结",
            "（2026年11月23日至11月29日）",
            "一、走访情况",
            "本周无走访记录。",
            "二、需求情况",
            "本周未收集到融资需求。",
            "三、问题与诉求",
            "本周无问题与诉求。",
            "四、下一步安排",
            "下周暂无走访计划。",
        ]
    );
    let (first, second) = ("park:330802-01", "park:330802-02");
    let at = "2026-11-23T08:00:00+08:00";
    let plan = |bits, firm| -> New {
        let fields = fields(&[
            ("enterprise", record(firm).to_string().into()),
            ("planned_on", "2026-12-01".into()),
        ]);
        (RecordKind::PlannedVisit, record(bits), first, fields)
    };
    let late = [
        ("due_on", "2026-11-20"),
        ("raised_on", "2026-11-02"),
        ("responsible_unit", "知识产权科"),
    ];
    put(
        &app,
        vec![
            firm(1, first, "甲公司"),
            firm(2, second, "乙公司"),
            quick(11, first, 1, at, &need(123_450_000)),
            quick(
                12,
                first,
                1,
                "2026-11-24T08:00:00+08:00",
                &need(200_500_000),
            ),
            quick(13, second, 2, at, &nothing()),
            issue(21, first, 1, &late),
            plan(31, 1),
            plan(32, 2),
        ],
    )
    .await;
    let full = report(&app, &chen, &format!("summary.docx?{WEEK}")).await;
    let said = paragraphs(&full.body);
    for sentence in [
        "本周共走访企业 2 家、3 次。",
        "分园区：衢州高新技术产业开发区 1 家、2 次；衢州经济技术开发区 1 家、1 次。",
        "本周有融资需求的企业 1 家，需求金额合计 200.5 万元。金额由企业提出，不是评估值、登记担保债权、授信或放款。",
        "资金用途主要为流动资金 1 家、购置设备 1 家（一家企业可有多项用途）。",
        "走访中企业反映：利率偏高 1 家、担保不足 1 家（一家企业可反映多项）。",
        "问题清单本周新增 0 件，期末未销号 1 件，其中截至目前逾期 1 件。",
        "逾期1：甲公司，评估费用高（知识产权科，期限11月20日）。",
        "下周计划走访企业 2 家：",
        "12月1日（周二）：甲公司、乙公司。",
        "制表人：陈主任",
        "2026年11月23日",
    ] {
        assert!(
            said.iter().any(|said| said == sentence),
            "{sentence}: {said:?}"
        );
    }
    let styles = part(&full.body, "word/styles.xml");
    for font in ["方正小标宋简体", "仿宋_GB2312", "黑体"] {
        assert!(styles.contains(font), "{font}");
    }
    let text = part(&full.body, "word/document.xml");
    assert!(text.contains(r#"w:top="2097""#) && text.contains(r#"w:left="1587""#));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_with_every_reason() {
    let app = shipped().await;
    let limin = app.officer("limin", PARK).await;
    for (query, paths) in [
        ("from=2026-02-30&to=morgen&scope=city", "from to scope"),
        ("from=2026-11-24&to=2026-11-23", "to"),
        ("from=2026-11-24", "to"),
        ("to=2026-11-24", "from"),
    ] {
        let path = format!("/api/reports/summary.docx?{query}");
        let refused = app.get(&path, Some(&limin)).await;
        assert_eq!(refused.status, 422, "{query}");
        assert_eq!(refused.header("content-type"), "application/problem+json");
        let problem: Problem = refused.json();
        let told: Vec<&str> = problem.errors.iter().map(|error| &*error.path).collect();
        assert_eq!(told.join(" "), paths, "{query}");
        for error in problem.errors {
            assert!(error.message.chars().count() <= 40, "{}", error.message);
        }
    }
    let none = app.get("/api/reports/people.xlsx", Some(&limin)).await;
    assert_eq!(none.status, 404);
    let nobody = app.get("/api/reports/visits.xlsx", None).await;
    assert_eq!(nobody.status, 401);
}
