//! 需求清单: what firms need, a row for each firm that does.

use super::{
    Head, Report,
    days::Day,
    gather::{Gathered, Visit},
    ledger::{Cell, Column, Kind, Ledger, column, decimals},
    visits::counted,
};
use rust_xlsxwriter::XlsxError;
use std::collections::BTreeMap;

const COLUMNS: [Column; 11] = [
    column("序号", 5, Kind::Count),
    column("企业名称", 25, Kind::Words),
    column("园区", 15, Kind::Words),
    column("需求金额\n（万元）", 11, Kind::Amount),
    column("期限\n（月）", 7, Kind::Count),
    column("用途", 18, Kind::Words),
    column("用款时间", 12, Kind::Day),
    column("意向银行", 16, Kind::Words),
    column("意向产品", 19, Kind::Words),
    column("走访人", 8, Kind::Word),
    column("走访时间", 17, Kind::Instant),
];

/// The visits that say what a firm needs: of each firm the last that says whether it needs anything, if it does.
pub fn needs(gathered: &Gathered) -> Vec<&Visit> {
    let mut last = BTreeMap::new();
    // They are in the order in which they were made.
    for visit in gathered
        .visits
        .iter()
        .filter(|visit| visit.has_need.is_some())
    {
        last.insert(counted(visit), visit);
    }
    let mut needs: Vec<&Visit> = last.into_values().collect();
    needs.retain(|visit| visit.has_need == Some(true));
    needs.sort_by_key(|visit| (visit.at.unix_ms(), visit.id));
    needs
}

/// What all of them ask for, in 分.
pub fn amount(needs: &[&Visit]) -> i64 {
    let amounts = needs.iter().filter_map(|visit| visit.need.amount);
    amounts.fold(0, i64::saturating_add)
}

/// The workbook.
///
/// # Errors
/// It is too large for one.
pub fn workbook(head: &Head, gathered: &Gathered) -> Result<Vec<u8>, XlsxError> {
    let needs = needs(gathered);
    let rule = "按走访提交时间统计有融资需求的企业，每家企业一行，以其最近一次说明有无需求的走访为准。\
                金额为企业提出的需求，不是评估值、登记担保债权、授信或放款；意向银行仅记录企业意向，不代表已向银行提供信息。";
    let ledger = Ledger {
        title: Report::Needs.title(),
        head,
        rule,
        columns: &COLUMNS,
        none: format!("{}未收集到融资需求", head.days.name(Day::of(head.as_of))),
        decimals: decimals(needs.iter().filter_map(|visit| visit.need.amount)),
    };
    let rows = needs.iter().zip(1..).map(|(visit, number)| {
        let need = &visit.need;
        let purposes = need.purposes.join("、");
        vec![
            Cell::Count(number),
            Cell::text(gathered.firm_name(visit.firm, &visit.name)),
            Cell::text(gathered.place(&visit.scope)),
            Cell::some(need.amount, Cell::Amount),
            Cell::some(need.months, Cell::Count),
            Cell::text(match need.other_purpose.as_str() {
                "" => purposes,
                other => format!("{purposes}（{other}）"),
            }),
            Cell::some(need.needed_on, Cell::Day),
            Cell::text(need.banks.as_str()),
            Cell::text(need.products.join("、")),
            Cell::text(visit.officer.as_str()),
            Cell::Instant(visit.at),
        ]
    });
    let mut sums = vec![Cell::Empty; COLUMNS.len()];
    for (at, cell) in [
        (1, Cell::text(format!("合计 {} 家", needs.len()))),
        (3, Cell::Amount(amount(&needs))),
    ] {
        if let Some(sum) = sums.get_mut(at) {
            *sum = cell;
        }
    }
    ledger.workbook(rows, Some(sums))
}
