//! A table as people keep it, read with bounds: what is too large or no table is refused before it can do harm.

use calamine::{DataRef, Reader, Xlsx};
use std::io::{self, Cursor, Read};

/// Largest file.
pub const MOST_BYTES: usize = 50 * 1024 * 1024;
/// Most bytes of everything in a workbook once it is unpacked.
const MOST_UNPACKED: u64 = 200 * 1024 * 1024;
/// Most files in a workbook.
const MOST_PARTS: usize = 2_000;
/// Most rows.
pub const MOST_ROWS: usize = 50_000;
/// Most columns; what stands further to the right is ignored.
const MOST_COLUMNS: usize = 200;
/// Most characters of a cell.
const MOST_CHARACTERS: usize = 2_000;

/// Why a file is no table that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Too large a file.
    #[error("the file has more than {} MB; split it", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    /// A small file that becomes a large one.
    #[error("the workbook unpacks to more than {} MB; save it again without pictures", MOST_UNPACKED / 1024 / 1024)]
    TooLargeUnpacked,
    /// Too many rows.
    #[error("the sheet has more than {MOST_ROWS} rows; split it")]
    TooManyRows,
    /// The format of Excel 97.
    #[error("this is the .xls format of Excel 97; open it in Excel or WPS and save it as .xlsx")]
    Old,
    /// A workbook that is locked with a password.
    #[error("the workbook is locked with a password; save it without one")]
    Locked,
    /// Neither a workbook nor text.
    #[error("this is no .xlsx workbook and no text in UTF-8 or GB18030: {0}")]
    Unreadable(String),
    /// No sheet of this name, or none at all.
    #[error("there is no sheet {0}")]
    NoSheet(String),
}

impl SheetError {
    /// What happened and what to do, in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::TooLarge => format!("文件超过 {} MB，请拆分后再导入", MOST_BYTES / 1024 / 1024),
            Self::TooLargeUnpacked => "表格解压后过大，请去掉图片另存后再导入".to_owned(),
            Self::TooManyRows => format!("超过 {MOST_ROWS} 行，请拆分后再导入"),
            Self::Old => "这是旧版 .xls 格式，请用 Excel 或 WPS 另存为 .xlsx".to_owned(),
            Self::Locked => "表格设有密码，请去掉密码后再导入".to_owned(),
            Self::Unreadable(_) => "无法识别这个文件，请用 .xlsx 表格，或逗号分隔的文本".to_owned(),
            Self::NoSheet(_) => "没有这个工作表".to_owned(),
        }
    }
}

/// A table: rows of texts, each as long as it needs to be. Row 0 is the sheet's row 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The sheet's name.
    pub name: String,
    /// What stands in its cells, trimmed.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// What stands in a cell; nothing beyond the edge.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let row = self.rows.get(row);
        row.and_then(|row| row.get(column))
            .map_or("", String::as_str)
    }
}

/// Reads a sheet of a workbook, the first if none is named, or a text with commas or tabs.
///
/// # Errors
/// A file that is too large, locked, or nothing of these.
pub fn read(bytes: &[u8], sheet: Option<&str>) -> Result<Sheet, SheetError> {
    if bytes.len() > MOST_BYTES {
        return Err(SheetError::TooLarge);
    }
    if bytes.starts_with(b"PK") {
        return workbook(bytes, sheet);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        // A locked .xlsx has the same envelope as an old .xls, and names its lock in UTF-16.
        let lock: Vec<u8> = "EncryptedPackage"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let locked = bytes.windows(lock.len()).any(|window| window == lock);
        return Err(if locked {
            SheetError::Locked
        } else {
            SheetError::Old
        });
    }
    text(bytes)
}

fn workbook(bytes: &[u8], sheet: Option<&str>) -> Result<Sheet, SheetError> {
    unpacks(bytes)?;
    let unreadable = |error: calamine::XlsxError| SheetError::Unreadable(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let names = book.sheet_names();
    let name = match sheet {
        Some(wanted) => names.iter().find(|name| *name == wanted),
        None => names.first(),
    };
    let name = name.cloned();
    let name = name.ok_or_else(|| SheetError::NoSheet(sheet.unwrap_or_default().to_owned()))?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        let text = text_of(cell.get_value());
        if text.is_empty() || column >= MOST_COLUMNS {
            continue;
        }
        if row >= MOST_ROWS {
            return Err(SheetError::TooManyRows);
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        if let Some(row) = rows.get_mut(row) {
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            if let Some(cell) = row.get_mut(column) {
                *cell = text;
            }
        }
    }
    Ok(Sheet { name, rows })
}

/// Unpacks everything and keeps nothing: what a file says of its own size may be a lie.
fn unpacks(bytes: &[u8]) -> Result<(), SheetError> {
    let unreadable = |error: zip::result::ZipError| SheetError::Unreadable(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > MOST_PARTS {
        return Err(SheetError::TooLargeUnpacked);
    }
    let mut left = MOST_UNPACKED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(unreadable)?;
        let size = io::copy(&mut part.take(left + 1), &mut io::sink());
        let size = size.map_err(|error| SheetError::Unreadable(error.to_string()))?;
        left = left.checked_sub(size).ok_or(SheetError::TooLargeUnpacked)?;
    }
    Ok(())
}

fn text_of(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Int(number) => number.to_string(),
        // A telephone number or a code that Excel took for a number.
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number:.0}")
        }
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        // `#REF!` and its like say nothing of a firm.
        DataRef::Error(_) | DataRef::Empty => String::new(),
    };
    clean(&text)
}

/// Without what cannot be seen, cut where nobody types any more.
fn clean(text: &str) -> String {
    let invisible = |c: char| matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\0');
    let text: String = text
        .chars()
        .filter(|c| !invisible(*c))
        .take(MOST_CHARACTERS)
        .collect();
    text.trim().to_owned()
}

/// Text with commas, or with tabs as it is copied out of a table; quotes as RFC 4180 has them.
fn text(bytes: &[u8]) -> Result<Sheet, SheetError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let (text, _, wrong) = encoding_rs::GB18030.decode(bytes);
            if wrong {
                return Err(SheetError::Unreadable("unknown characters".to_owned()));
            }
            text.into_owned()
        }
    };
    if text.chars().any(|c| c == '\0') {
        return Err(SheetError::Unreadable("it is not text".to_owned()));
    }
    let first = text.lines().next().unwrap_or_default();
    let comma = if first.contains('\t') { '\t' } else { ',' };
    let mut rows = vec![Vec::new()];
    let (mut cell, mut quoted) = (String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            '\n' if !quoted => {
                end_cell(&mut rows, &mut cell);
                if rows.len() > MOST_ROWS {
                    return Err(SheetError::TooManyRows);
                }
                rows.push(Vec::new());
            }
            c if c == comma && !quoted => end_cell(&mut rows, &mut cell),
            c => cell.push(c),
        }
    }
    end_cell(&mut rows, &mut cell);
    Ok(Sheet {
        name: String::new(),
        rows,
    })
}

fn end_cell(rows: &mut [Vec<String>], cell: &mut String) {
    if let Some(row) = rows.last_mut()
        && row.len() < MOST_COLUMNS
    {
        row.push(clean(cell));
    }
    cell.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        for piece in bytes.chunks(1 << 20) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_text_keeps_its_quotes_lines_and_code_page() {
        let csv = "\u{feff}企业名称,地址\r\n\"甲,乙\",\"东港\"\"一\"\"路\n2号\"\r\n丙,\r\n";
        let rows = [
            vec!["企业名称", "地址"],
            vec!["甲,乙", "东港\"一\"路\n2号"],
            vec!["丙", ""],
            vec![""],
        ];
        assert_eq!(read(csv.as_bytes(), None).unwrap().rows, rows);
        let (gb, ..) = encoding_rs::GB18030.encode("名称\t地址\n甲\t衢州");
        assert_eq!(
            read(&gb, None).unwrap().rows,
            [["名称", "地址"], ["甲", "衢州"]]
        );
    }

    #[test]
    fn what_is_no_table_is_refused_in_words() {
        let bomb = zipped("xl/worksheets/sheet1.xml", &vec![b' '; 201 << 20]);
        assert!(bomb.len() < 1 << 20);
        assert_eq!(read(&bomb, None), Err(SheetError::TooLargeUnpacked));
        assert_eq!(
            read(&vec![b'a'; MOST_BYTES + 1], None),
            Err(SheetError::TooLarge)
        );
        let lines = "甲\n".repeat(MOST_ROWS + 1);
        assert_eq!(read(lines.as_bytes(), None), Err(SheetError::TooManyRows));
        let mut old = vec![0xd0, 0xcf, 0x11, 0xe0];
        assert_eq!(read(&old, None), Err(SheetError::Old));
        old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(read(&old, None), Err(SheetError::Locked));
        for other in [
            &b"PK\x03\x04"[..],
            &zipped("a.txt", b"b"),
            &[0xff, 0x00, 0xfe],
        ] {
            assert!(
                matches!(read(other, None), Err(SheetError::Unreadable(_))),
                "{other:?}"
            );
        }
    }
}
