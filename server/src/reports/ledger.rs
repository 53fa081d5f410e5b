//! A workbook in the form of an office: title, unit, what is counted, until when and by whom, then the table, on A4
//! lying, its header on every page.

use super::{Head, days::Day};
use crate::clock::CHINA_MINUTES;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};
use ruyuan_domain::Stamp;

/// The row of the columns' names; above it stands the head.
const HEADER: u32 = 4;
/// The table's rows begin here.
const FIRST: u32 = HEADER + 1;
/// 万元 in 分.
const TEN_THOUSAND_YUAN: i64 = 1_000_000;
/// A4.
const A4: u8 = 9;
/// Points of the text, and from line to line of it.
const TEXT: f64 = 10.5;
const LINE: f64 = 14.5;
/// Points of a row of one line.
const ROW: f64 = 21.0;
/// A row is no taller in any program.
const TALLEST: f64 = 409.0;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Words,
    /// A word or a code, in the middle.
    Word,
    /// A whole number.
    Count,
    /// An amount in 万元.
    Amount,
    /// A day.
    Day,
    /// A day and a time.
    Instant,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, with the unit of its numbers.
    pub name: &'static str,
    /// Its width in characters.
    pub width: u16,
    /// What it holds.
    pub kind: Kind,
}

/// A column of this name and width.
pub const fn column(name: &'static str, width: u16, kind: Kind) -> Column {
    Column { name, width, kind }
}

/// What stands in a cell.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Nothing is known.
    Empty,
    /// Words. They are never a formula, whatever they begin with.
    Text(String),
    /// A whole number.
    Count(i64),
    /// An amount in 分.
    Amount(i64),
    /// A day.
    Day(Day),
    /// An instant, shown as China's clocks had it.
    Instant(Stamp),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A cell of what may be unknown.
    pub fn some<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }
}

/// A ledger to be drawn.
pub struct Ledger<'a> {
    /// What it is called.
    pub title: &'static str,
    /// What stands above it.
    pub head: &'a Head,
    /// 统计口径: what is counted, in a sentence.
    pub rule: &'a str,
    /// Its columns.
    pub columns: &'a [Column],
    /// What is said instead of rows if there are none.
    pub none: String,
    /// How many decimals amounts have.
    pub decimals: usize,
}

/// How many decimals amounts in 万元 need to be shown exactly: none, two, or more.
pub fn decimals(amounts: impl Iterator<Item = i64>) -> usize {
    let exact = |amount: i64| {
        let rest = format!("{:06}", (amount % TEN_THOUSAND_YUAN).abs());
        rest.trim_end_matches('0').len()
    };
    match amounts.map(exact).max().unwrap_or_default() {
        0 => 0,
        more => more.max(2),
    }
}

struct Formats {
    title: Format,
    facts: Format,
    right: Format,
    rule: Format,
    header: Format,
    words: Format,
    word: Format,
    count: Format,
    amount: Format,
    day: Format,
    instant: Format,
}

impl Formats {
    fn new(decimals: usize) -> Self {
        let song = || Format::new().set_font_name("宋体").set_font_size(TEXT);
        let bold = || Format::new().set_font_name("黑体");
        let middle = |format: Format| format.set_align(FormatAlign::VerticalCenter);
        let cell = || middle(song()).set_border(FormatBorder::Thin);
        let centre = |format: Format| format.set_align(FormatAlign::Center);
        let right = |format: Format| format.set_align(FormatAlign::Right);
        let point = match decimals {
            0 => String::new(),
            n => format!(".{}", "0".repeat(n)),
        };
        Self {
            title: centre(middle(bold().set_font_size(20))),
            facts: middle(song()).set_align(FormatAlign::Left),
            right: right(middle(song())),
            rule: middle(song()).set_align(FormatAlign::Left).set_text_wrap(),
            header: centre(middle(bold().set_font_size(TEXT)))
                .set_border(FormatBorder::Thin)
                .set_background_color(Color::RGB(0xEC_EE_EF))
                .set_text_wrap(),
            words: cell().set_align(FormatAlign::Left).set_text_wrap(),
            word: centre(cell()).set_text_wrap(),
            count: right(cell()).set_num_format("0").set_indent(1),
            amount: right(cell())
                .set_num_format(format!("#,##0{point}"))
                .set_indent(1),
            day: centre(cell()).set_num_format("yyyy-mm-dd"),
            instant: centre(cell())
                .set_num_format("yyyy-mm-dd hh:mm")
                .set_text_wrap(),
        }
    }

    const fn of(&self, kind: Kind) -> &Format {
        match kind {
            Kind::Words => &self.words,
            Kind::Word => &self.word,
            Kind::Count => &self.count,
            Kind::Amount => &self.amount,
            Kind::Day => &self.day,
            Kind::Instant => &self.instant,
        }
    }
}

impl Ledger<'_> {
    /// The workbook of these rows, with a last one of sums if there is one.
    ///
    /// # Errors
    /// It is too large for one.
    pub fn workbook(
        &self,
        rows: impl Iterator<Item = Vec<Cell>>,
        sums: Option<Vec<Cell>>,
    ) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let (year, month, day) = self.head.as_of.date();
        let (hour, minute) = self.head.as_of.time();
        let made = ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(1970), month, day)?;
        let made = made.and_hms(u16::from(hour), minute, 0)?;
        book.set_properties(
            &DocProperties::new()
                .set_title(self.title)
                .set_author(&self.head.maker)
                .set_company(&self.head.unit)
                .set_creation_datetime(&made),
        );
        let formats = Formats::new(self.decimals);
        let page = book.add_worksheet();
        page.set_name(self.title)?;
        self.set_up(page)?;
        self.draw_head(page, &formats)?;
        let mut line = FIRST;
        for cells in rows {
            self.draw_row(page, line, &cells, &formats)?;
            line += 1;
        }
        let last = self.last_column();
        if line == FIRST {
            page.merge_range(line, 0, line, last, &self.none, &formats.word)?;
            page.set_row_height(line, 30)?;
        } else {
            page.autofilter(HEADER, 0, line - 1, last)?;
            if let Some(sums) = sums {
                self.draw_row(page, line, &sums, &formats)?;
            }
        }
        book.save_to_buffer()
    }

    fn last_column(&self) -> u16 {
        u16::try_from(self.columns.len().saturating_sub(1)).unwrap_or(u16::MAX)
    }

    fn set_up(&self, page: &mut Worksheet) -> Result<(), XlsxError> {
        page.set_landscape();
        page.set_paper_size(A4);
        page.set_margins(0.5, 0.5, 0.6, 0.7, 0.3, 0.35);
        page.set_print_fit_to_pages(1, 0);
        page.set_print_center_horizontally(true);
        page.set_repeat_rows(HEADER, HEADER)?;
        page.set_footer("&C第 &P 页，共 &N 页");
        page.set_freeze_panes(FIRST, 0)?;
        for (at, column) in (0_u16..).zip(self.columns) {
            page.set_column_width(at, column.width)?;
        }
        Ok(())
    }

    fn draw_head(&self, page: &mut Worksheet, formats: &Formats) -> Result<(), XlsxError> {
        let last = self.last_column();
        let half = self.columns.len() as u16 / 2;
        let head = self.head;
        page.merge_range(0, 0, 0, last, self.title, &formats.title)?;
        page.set_row_height(0, 34)?;
        let as_of = head.as_of.at_offset(CHINA_MINUTES);
        let (hour, minute) = as_of.time();
        let as_of = format!("{} {hour:02}:{minute:02}", Day::of(as_of).said());
        let facts = [
            (
                format!("单位：{}", head.unit),
                format!("统计时间：{}", head.days.said()),
            ),
            (
                format!("制表人：{}", head.maker),
                format!("截至时间：{as_of}"),
            ),
        ];
        for (row, (left, right)) in (1_u32..).zip(&facts) {
            page.merge_range(row, 0, row, half, left, &formats.facts)?;
            page.merge_range(row, half + 1, row, last, right, &formats.right)?;
            page.set_row_height(row, LINE + 4.0)?;
        }
        let rule = format!("统计口径：{}", self.rule);
        page.merge_range(3, 0, 3, last, &rule, &formats.rule)?;
        // Merged cells do not grow by themselves.
        let width: u16 = self.columns.iter().map(|column| column.width).sum();
        page.set_row_height(3, LINE * lines(&rule, width) as f64 + 6.0)?;
        for (at, column) in (0_u16..).zip(self.columns) {
            page.write_string_with_format(HEADER, at, column.name, &formats.header)?;
        }
        page.set_row_height(HEADER, LINE * 2.0 + 6.0)?;
        Ok(())
    }

    fn draw_row(
        &self,
        page: &mut Worksheet,
        line: u32,
        cells: &[Cell],
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        // Not every program makes room for a text of several lines by itself.
        let texts = self
            .columns
            .iter()
            .zip(cells)
            .map(|(column, cell)| match cell {
                Cell::Text(text) => lines(text, column.width),
                _ => 1,
            });
        let most = texts.max().unwrap_or(1) as f64;
        let height = (LINE * most + 6.0).clamp(ROW, TALLEST);
        page.set_row_height(line, height)?;
        for ((at, column), cell) in (0_u16..).zip(self.columns).zip(cells) {
            let format = formats.of(column.kind);
            match cell {
                Cell::Empty => page.write_blank(line, at, format)?,
                Cell::Text(text) => page.write_string_with_format(line, at, text, format)?,
                Cell::Count(count) => {
                    page.write_number_with_format(line, at, *count as f64, format)?
                }
                Cell::Amount(amount) => {
                    let amount = *amount as f64 / TEN_THOUSAND_YUAN as f64;
                    page.write_number_with_format(line, at, amount, format)?
                }
                Cell::Day(day) => match excel(*day, 0, 0) {
                    Some(day) => page.write_datetime_with_format(line, at, &day, format)?,
                    None => page.write_string_with_format(line, at, day.said(), format)?,
                },
                Cell::Instant(instant) => {
                    let there = instant.at_offset(CHINA_MINUTES);
                    let (hour, minute) = there.time();
                    let day = Day::of(there);
                    match excel(day, hour, minute) {
                        Some(instant) => {
                            page.write_datetime_with_format(line, at, &instant, format)?
                        }
                        None => page.write_string_with_format(line, at, day.said(), format)?,
                    }
                }
            };
        }
        Ok(())
    }
}

/// How many lines a text takes in a column, rather one more than one less: a letter is about as wide as what widths are
/// counted in, a Chinese character twice as wide, and words are not broken.
fn lines(text: &str, width: u16) -> usize {
    let room = usize::from(width).saturating_mul(10).max(40) - 10;
    let wide = |c: char| if c.is_ascii() { 12 } else { 20 };
    let of_line = |line: &str| line.chars().map(wide).sum::<usize>().div_ceil(room).max(1);
    text.split('\n').map(of_line).sum()
}

/// A day as workbooks count them, from 1900.
fn excel(day: Day, hour: u8, minute: u8) -> Option<ExcelDateTime> {
    let (year, month, day) = day.ymd();
    let date = ExcelDateTime::from_ymd(u16::try_from(year).ok()?, month, day).ok()?;
    date.and_hms(u16::from(hour), minute, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_room_for_its_longest_text() {
        for (text, width, expected) in [
            ("", 10, 1),
            ("甲公司", 10, 1),
            ("衢州特种纸业股份", 10, 2),
            ("一\n二\n三", 10, 3),
            ("91330800MA00001000", 24, 1),
            ("𠮷𠮷𠮷𠮷𠮷", 10, 2),
        ] {
            assert_eq!(lines(text, width), expected, "{text}");
        }
    }

    #[test]
    fn amounts_have_as_many_decimals_as_the_most_exact_needs() {
        for (amounts, expected) in [
            (&[300_000_000][..], 0),
            (&[300_000_000, 500_000], 2),
            (&[1_250_000], 2),
            (&[1_234_567], 6),
            (&[-1_000_100], 4),
            (&[], 0),
        ] {
            assert_eq!(decimals(amounts.iter().copied()), expected, "{amounts:?}");
        }
    }
}
