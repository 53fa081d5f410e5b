//! 走访台账: every visit that was submitted in the days, a row each.

use super::{
    Head, Report,
    gather::{Gathered, Visit},
    ledger::{Cell, Column, Kind, Ledger, column, decimals},
};
use rust_xlsxwriter::XlsxError;
use std::collections::BTreeSet;

const COLUMNS: [Column; 12] = [
    column("序号", 5, Kind::Count),
    column("走访时间", 17, Kind::Instant),
    column("园区", 15, Kind::Words),
    column("企业名称", 23, Kind::Words),
    column("统一社会信用代码", 21, Kind::Word),
    column("走访方式", 7, Kind::Word),
    column("走访人", 8, Kind::Word),
    column("有无需求", 7, Kind::Word),
    column("需求金额\n（万元）", 11, Kind::Amount),
    column("问题", 27, Kind::Words),
    column("下一步", 13, Kind::Words),
    column("是否待补充", 8, Kind::Word),
];

/// A firm as it is counted: one that is not known counts by the name that its form gives.
pub(super) fn counted(visit: &Visit) -> (Option<ruyuan_domain::RecordId>, &str) {
    match visit.firm {
        Some(firm) => (Some(firm), ""),
        None => (None, &visit.name),
    }
}

/// The workbook.
///
/// # Errors
/// It is too large for one.
pub fn workbook(head: &Head, gathered: &Gathered) -> Result<Vec<u8>, XlsxError> {
    let visits = &gathered.visits;
    let firms: BTreeSet<_> = visits.iter().map(counted).collect();
    let rule = format!(
        "按走访提交时间统计，含先提交后补充的走访，每次走访一行；共走访 {} 次，企业 {} 家（同一企业只计一家）。\
         需求金额由企业提出，不是评估值、登记担保债权、授信或放款；同一企业多次走访的金额不可相加。\
         快速记录不填走访方式。",
        visits.len(),
        firms.len()
    );
    let ledger = Ledger {
        title: Report::Visits.title(),
        head,
        rule: &rule,
        columns: &COLUMNS,
        none: format!(
            "{}无走访记录",
            head.days.name(super::days::Day::of(head.as_of))
        ),
        decimals: decimals(visits.iter().filter_map(|visit| visit.need.amount)),
    };
    let rows = visits.iter().zip(1..).map(|(visit, number)| {
        let name = gathered.firm_name(visit.firm, &visit.name);
        vec![
            Cell::Count(number),
            Cell::Instant(visit.at),
            Cell::text(gathered.place(&visit.scope)),
            Cell::text(name),
            Cell::text(gathered.firm_code(visit.firm, &visit.code)),
            Cell::text(visit.method.as_str()),
            Cell::text(visit.officer.as_str()),
            Cell::text(match visit.has_need {
                Some(true) => "有",
                Some(false) => "无",
                None => "",
            }),
            Cell::some(visit.need.amount, Cell::Amount),
            Cell::text(problems(visit)),
            Cell::text(visit.next_step.as_str()),
            Cell::text(if visit.due { "是" } else { "否" }),
        ]
    });
    ledger.workbook(rows, None)
}

/// The problems of a visit: their kinds, and what was said of them.
fn problems(visit: &Visit) -> String {
    let kinds = visit.problems.join("、");
    match (kinds.is_empty(), visit.remark.is_empty()) {
        (false, false) => format!("{kinds}：{}", visit.remark),
        (false, true) => kinds,
        (true, _) => visit.remark.clone(),
    }
}
