//! The reports that leaders ask for: ledgers as workbooks and a summary as a document, made from what the person may
//! see today.
//!
//! `days` reads for which days, `gather` reads what a report is about from the store and keeps little of it, `ledger`
//! draws a workbook in the form of an office, `visits`, `needs` and `issues` say what stands in its rows, `summary`
//! says in sentences what the days came to, and `paper` sets them as an official document.

pub mod days;
pub mod firms;
pub mod gather;
pub mod issues;
pub mod ledger;
pub mod needs;
pub mod paper;
pub mod places;
pub mod summary;
pub mod visits;

use crate::problem::ApiError;
use days::Days;
use gather::Gathered;
use ruyuan_domain::Stamp;

/// Most rows of a report. A workbook has room for a million; a person has not.
pub const MOST_LINES: usize = 200_000;

/// Most characters of a cell; a workbook takes 32,767.
const MOST_CHARACTERS: usize = 8_000;

/// A report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// 走访台账: every visit.
    Visits,
    /// 需求清单: what firms need.
    Needs,
    /// 问题清单: the ledger of issues.
    Issues,
    /// 走访工作小结: all of it in sentences.
    Summary,
}

impl Report {
    /// From the file's name in an address.
    pub fn named(file: &str) -> Option<Self> {
        Some(match file {
            "visits.xlsx" => Self::Visits,
            "needs.xlsx" => Self::Needs,
            "issues.xlsx" => Self::Issues,
            "summary.docx" => Self::Summary,
            _ => return None,
        })
    }

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Visits => "走访台账",
            Self::Needs => "需求清单",
            Self::Issues => "问题清单",
            Self::Summary => "走访工作小结",
        }
    }

    /// What its file ends in.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Summary => "docx",
            _ => "xlsx",
        }
    }
}

/// What stands above every report.
#[derive(Clone, Debug)]
pub struct Head {
    /// 单位: whose it is.
    pub unit: String,
    /// For which days.
    pub days: Days,
    /// 截至时间: when the data was read.
    pub as_of: Stamp,
    /// 制表人: who made it, as colleagues see them.
    pub maker: String,
}

/// The bytes of a report. Takes seconds for a large one: not on a thread that answers others.
///
/// # Errors
/// It cannot be written, which is a fault of ours.
pub fn file(report: Report, head: &Head, gathered: &Gathered) -> Result<Vec<u8>, ApiError> {
    let failed = |error: rust_xlsxwriter::XlsxError| ApiError::Internal(error.to_string());
    match report {
        Report::Visits => visits::workbook(head, gathered).map_err(failed),
        Report::Needs => needs::workbook(head, gathered).map_err(failed),
        Report::Issues => issues::workbook(head, gathered).map_err(failed),
        Report::Summary => paper::document(head, &summary::parts(head, gathered)),
    }
}

/// A text that any program can open: without control characters, which XML cannot hold, and no longer than a cell.
pub(crate) fn plain(text: &str) -> String {
    let mut kept: String = text
        .trim()
        .chars()
        .filter(|c| *c == '\n' || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')))
        .take(MOST_CHARACTERS + 1)
        .collect();
    if let Some((cut, _)) = kept.char_indices().nth(MOST_CHARACTERS) {
        kept.truncate(cut);
        kept.push('…');
    }
    kept
}
