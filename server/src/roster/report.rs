//! The table again, with what was found beside each row: to be put right where it is wrong, and taken in once more.

use super::{Preview, compare::Verdict};
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, XlsxError};
use ruyuan_domain::roster::RowResult;
use std::path::{Path, PathBuf};

/// The report cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {error}; choose another place with --report", file.display())]
pub struct ReportError {
    file: PathBuf,
    error: XlsxError,
}

/// Writes the report.
///
/// # Errors
/// The file cannot be written.
pub fn write(preview: &Preview, to: &Path) -> Result<(), ReportError> {
    let failed = |error| ReportError {
        file: to.to_owned(),
        error,
    };
    let bytes = workbook(preview).map_err(failed)?;
    std::fs::write(to, bytes).map_err(|error| failed(XlsxError::IoError(error)))
}

/// What a row came to, in a word.
pub const fn word(result: RowResult) -> &'static str {
    match result {
        RowResult::New => "新增",
        RowResult::Update => "更新",
        RowResult::Same => "无变化",
        RowResult::Suspect => "疑似重复",
        RowResult::Wrong => "有误",
    }
}

/// The report as a workbook.
///
/// # Errors
/// It is too large for one.
pub fn workbook(preview: &Preview) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let head = Format::new()
        .set_bold()
        .set_align(FormatAlign::Top)
        .set_text_wrap();
    let wrong = Format::new()
        .set_background_color(Color::RGB(0xFC_EB_EA))
        .set_text_wrap();
    let suspect = Format::new()
        .set_background_color(Color::RGB(0xFF_F3_DC))
        .set_text_wrap();
    let plain = Format::new().set_text_wrap();
    let page = book.add_worksheet();
    page.set_landscape();
    page.set_paper_size(9);
    page.set_name("导入结果")?;
    page.set_freeze_panes(1, 0)?;
    page.set_repeat_rows(0, 0)?;
    page.set_column_width(0, 8)?;
    page.set_column_width(1, 10)?;
    page.set_column_width(2, 48)?;
    for (column, name) in (0..).zip(["原表行号", "结果", "说明"]) {
        page.write_string_with_format(0, column, name, &head)?;
    }
    let names = preview.sheet.rows.get(preview.columns.header);
    for (column, name) in (3..).zip(names.into_iter().flatten()) {
        page.write_string_with_format(0, column, name, &head)?;
        page.set_column_width(column, 18)?;
    }
    // What somebody has to look at comes first.
    let mut judged: Vec<_> = preview.judged.iter().collect();
    judged.sort_by_key(|judged| match judged.verdict {
        Verdict::Wrong(_) => 0,
        Verdict::Suspect(_) => 1,
        _ => 2,
    });
    for (line, judged) in (1_u32..).zip(judged) {
        let format = match judged.verdict {
            Verdict::Wrong(_) => &wrong,
            Verdict::Suspect(_) => &suspect,
            _ => &plain,
        };
        page.write_number_with_format(line, 0, judged.row as f64, format)?;
        page.write_string_with_format(line, 1, word(judged.verdict.result()), format)?;
        page.write_string_with_format(line, 2, judged.verdict.why(), format)?;
        let cells = preview.sheet.rows.get(judged.row - 1);
        for (column, cell) in (3..).zip(cells.into_iter().flatten()) {
            // As text: a code or a number that looks like one stays what it was, and a formula is none.
            page.write_string(line, column, cell)?;
        }
    }
    book.save_to_buffer()
}
