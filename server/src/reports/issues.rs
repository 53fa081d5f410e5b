//! 问题清单: the issues that firms have raised and what becomes of them.

use super::{
    Head, Report,
    days::{Day, Days},
    gather::Gathered,
    ledger::{Cell, Column, Kind, Ledger, column},
    plain,
};
use rust_xlsxwriter::XlsxError;
use ruyuan_domain::{
    Language, Record, RecordId, ScopeId,
    consts::field,
    ledger::{IssueStatus, PainPoint},
};

/// What reports are written in.
const CHINESE: Language = Language::Chinese;

const COLUMNS: [Column; 14] = [
    column("序号", 5, Kind::Count),
    column("提出日期", 12, Kind::Day),
    column("园区", 13, Kind::Words),
    column("企业名称", 18, Kind::Words),
    column("问题", 20, Kind::Words),
    column("类别", 9, Kind::Word),
    column("具体情况", 28, Kind::Words),
    column("记录人", 8, Kind::Word),
    column("责任人", 8, Kind::Word),
    column("责任单位", 15, Kind::Words),
    column("办结期限", 12, Kind::Day),
    column("状态", 8, Kind::Word),
    column("是否逾期", 6, Kind::Word),
    column("销号日期", 12, Kind::Day),
];

/// An issue, as far as reports show it.
#[derive(Clone, Debug)]
pub struct Issue {
    /// Its record.
    pub id: RecordId,
    /// The firm that it is counted for.
    pub firm: Option<RecordId>,
    /// Where.
    pub scope: ScopeId,
    /// When it was raised.
    pub raised_on: Day,
    /// What it is, in a line.
    pub title: String,
    /// What it is about.
    pub category: String,
    /// Who answers for it: a person, a unit, or both.
    pub responsible: (String, String),
    /// Until when.
    pub due_on: Option<Day>,
    /// When it was done with; `None` while it is open.
    pub closed: Option<Option<Day>>,
    status: String,
    details: String,
    officer: String,
}

impl Issue {
    /// From its record; `None` if it does not say when it was raised.
    pub fn of(record: &Record) -> Option<Self> {
        let text = |name: &str| plain(record.text(name));
        let day = |name: &str| Day::parse(record.text(name));
        let status = IssueStatus::of_record(&record.fields);
        Some(Self {
            id: record.id,
            firm: record.text(field::ENTERPRISE).parse().ok(),
            scope: record.scope.clone(),
            raised_on: day(field::RAISED_ON)?,
            title: text(field::TITLE),
            category: called(record.text(field::CATEGORY), |name| {
                Some(PainPoint::of(name)?.label(CHINESE))
            }),
            responsible: (text(field::RESPONSIBLE_NAME), text(field::RESPONSIBLE_UNIT)),
            due_on: day(field::DUE_ON),
            closed: (status == IssueStatus::Closed).then(|| day(field::CLOSED_ON)),
            status: called(record.text(field::STATUS), |name| {
                Some(IssueStatus::of(name)?.label(CHINESE))
            }),
            details: text(field::DETAILS),
            officer: text(field::OFFICER),
        })
    }

    /// Whether it belongs to these days: raised in them, or raised before and still open at their end.
    pub fn is_of(&self, days: Days) -> bool {
        days.hold(self.raised_on) || self.is_open_at(days.to)
    }

    /// Whether it was open when this day ended.
    pub fn is_open_at(&self, day: Day) -> bool {
        let open = match self.closed {
            None => true,
            Some(closed_on) => closed_on.is_some_and(|closed_on| closed_on > day),
        };
        self.raised_on <= day && open
    }

    /// Whether it is open now and should not be any more.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.closed.is_none() && self.due_on.is_some_and(|due_on| due_on < today)
    }
}

/// What a person reads for an entry of a list; one that a later version brought by its own name.
fn called(stored: &str, known: impl Fn(&str) -> Option<&'static str>) -> String {
    known(stored).map_or_else(|| plain(stored), str::to_owned)
}

/// The workbook.
///
/// # Errors
/// It is too large for one.
pub fn workbook(head: &Head, gathered: &Gathered) -> Result<Vec<u8>, XlsxError> {
    let issues = &gathered.issues;
    let today = Day::of(head.as_of);
    let overdue = issues.iter().filter(|issue| issue.is_overdue(today));
    let rule = format!(
        "统计时间内提出的问题，以及此前提出、到统计时间结束仍未销号的问题，每个问题一行；\
         共 {} 件，其中逾期未销号 {} 件。状态和逾期按截至时间计，已反馈未销号的仍计为未销号。",
        issues.len(),
        overdue.count()
    );
    let ledger = Ledger {
        title: Report::Issues.title(),
        head,
        rule: &rule,
        columns: &COLUMNS,
        none: format!("{}无问题记录", head.days.name(today)),
        decimals: 0,
    };
    let rows = issues.iter().zip(1..).map(|(issue, number)| {
        let (name, unit) = &issue.responsible;
        vec![
            Cell::Count(number),
            Cell::Day(issue.raised_on),
            Cell::text(gathered.place(&issue.scope)),
            Cell::text(gathered.firm_name(issue.firm, "")),
            Cell::text(issue.title.as_str()),
            Cell::text(issue.category.as_str()),
            Cell::text(issue.details.as_str()),
            Cell::text(issue.officer.as_str()),
            Cell::text(name.as_str()),
            Cell::text(unit.as_str()),
            Cell::some(issue.due_on, Cell::Day),
            Cell::text(issue.status.as_str()),
            Cell::text(if issue.is_overdue(today) {
                "是"
            } else {
                "否"
            }),
            Cell::some(issue.closed.flatten(), Cell::Day),
        ]
    });
    ledger.workbook(rows, None)
}
