//! A document in the form of GB/T 9704: A4 with its margins, title in 小标宋 of 二号, text in 仿宋 of 三号 with lines of
//! 28 points and two characters indented, headings in 黑体, the number of the page outside at its foot.

use super::{Head, days::Day, summary::Part};
use crate::{clock::CHINA_MINUTES, problem::ApiError};
use docx_rs::{
    AlignmentType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum, Paragraph, Run,
    RunFonts, Style, StyleType,
};
use std::io::Cursor;

/// Twentieths of a point in a millimetre, in hundredths.
const TWIPS: i32 = 5669;

/// 二号, 三号 and 四号, in half points.
const TITLE: usize = 44;
const TEXT: usize = 32;
const SMALL: usize = 28;

/// Twentieths of a point from line to line: 22 lines a page.
const LINE: i32 = 28 * 20;

/// A character of 三号, in twentieths of a point.
const CHARACTER: i32 = 16 * 20;

/// A machine outside an office has neither 小标宋 nor the fonts of GB 2312: each names what stands in for it, and its
/// family where that is missing too.
const FONTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:font w:name="方正小标宋简体"><w:altName w:val="华文中宋"/><w:charset w:val="86"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font><w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/><w:charset w:val="86"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font><w:font w:name="楷体_GB2312"><w:altName w:val="楷体"/><w:charset w:val="86"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font><w:font w:name="黑体"><w:altName w:val="SimHei"/><w:charset w:val="86"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font><w:font w:name="宋体"><w:altName w:val="SimSun"/><w:charset w:val="86"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font></w:fonts>"#;

const fn millimetres(millimetres: i32) -> i32 {
    millimetres * TWIPS / 100
}

fn fonts(chinese: &str) -> RunFonts {
    let western = "Times New Roman";
    RunFonts::new()
        .ascii(western)
        .hi_ansi(western)
        .east_asia(chinese)
}

fn style(id: &str, name: &str, font: &str, size: usize) -> Style {
    Style::new(id, StyleType::Paragraph)
        .name(name)
        .fonts(fonts(font))
        .size(size)
        .line_spacing(
            LineSpacing::new()
                .line_rule(LineSpacingType::Exact)
                .line(LINE),
        )
}

/// Two characters into the line, however large a character is. Left, not to both sides: a long name in Latin letters
/// would pull the line before it apart.
fn indented(style: Style) -> Style {
    let two = docx_rs::SpecialIndentType::FirstLine(2 * CHARACTER);
    style
        .indent(None, Some(two), None, None)
        .first_line_chars(200)
}

fn styled() -> Docx {
    let body = style("Normal", "Normal", "仿宋_GB2312", TEXT).align(AlignmentType::Left);
    let title = style("Title", "Title", "方正小标宋简体", TITLE)
        .line_spacing(
            LineSpacing::new()
                .line_rule(LineSpacingType::Exact)
                .line(LINE * 5 / 4),
        )
        .align(AlignmentType::Center);
    let subtitle = style("Subtitle", "Subtitle", "楷体_GB2312", TEXT).align(AlignmentType::Center);
    let heading = indented(style("Heading1", "heading 1", "黑体", TEXT)).outline_lvl(0);
    let text =
        indented(style("BodyText", "Body Text", "仿宋_GB2312", TEXT)).align(AlignmentType::Left);
    let margin = PageMargin {
        top: millimetres(37),
        bottom: millimetres(35),
        left: millimetres(28),
        right: millimetres(26),
        header: millimetres(15),
        footer: millimetres(26),
        gutter: 0,
    };
    Docx::new()
        .default_fonts(fonts("仿宋_GB2312"))
        .default_size(TEXT)
        .add_style(body)
        .add_style(title)
        .add_style(subtitle)
        .add_style(heading)
        .add_style(text)
        .page_size(11_906, 16_838)
        .page_margin(margin)
        .footer(footer(AlignmentType::Right))
        .even_footer(footer(AlignmentType::Left))
}

/// `— 1 —`, a character from the outer edge.
fn footer(side: AlignmentType) -> Footer {
    let dash = |text: &str| Run::new().add_text(text).fonts(fonts("宋体")).size(SMALL);
    let paragraph = Paragraph::new()
        .add_run(dash("— "))
        .add_page_num(PageNum::new())
        .add_run(dash(" —"))
        .size(SMALL)
        .fonts(fonts("宋体"))
        .align(side)
        .indent(Some(SMALL as i32 * 10), None, Some(SMALL as i32 * 10), None);
    Footer::new().add_paragraph(paragraph)
}

fn paragraph(style: &str, text: &str) -> Paragraph {
    Paragraph::new()
        .style(style)
        .add_run(Run::new().add_text(text))
}

/// The document.
///
/// # Errors
/// It cannot be packed.
pub fn document(head: &Head, parts: &[Part]) -> Result<Vec<u8>, ApiError> {
    let as_of = head.as_of.at_offset(CHINA_MINUTES);
    let (today, (hour, minute)) = (Day::of(as_of), as_of.time());
    let made = as_of.to_string();
    let mut docx = styled()
        .created_at(&made)
        .updated_at(&made)
        .add_paragraph(paragraph("Title", &head.unit))
        .add_paragraph(paragraph("Title", super::Report::Summary.title()))
        .add_paragraph(paragraph("Subtitle", &format!("（{}）", head.days.said())))
        .add_paragraph(paragraph("BodyText", ""));
    for (heading, said) in parts {
        docx = docx.add_paragraph(paragraph("Heading1", heading).keep_next(true));
        for text in said {
            docx = docx.add_paragraph(paragraph("BodyText", text));
        }
    }
    let rule = format!(
        "说明：走访和需求按走访提交时间统计，含先提交后补充的走访，同一企业只计一家；同一企业的需求以最近一次说明\
         有无需求的走访为准。数据截至{} {hour:02}:{minute:02}，仅含制表人有权查看的园区。",
        today.said()
    );
    let signed = |text: &str| {
        let four = Some(4 * CHARACTER);
        paragraph("Normal", text)
            .align(AlignmentType::Right)
            .indent(None, None, four, None)
            .keep_lines(true)
    };
    let docx = docx
        .add_paragraph(paragraph("BodyText", &rule))
        .add_paragraph(paragraph("BodyText", "").keep_next(true))
        .add_paragraph(signed(&format!("制表人：{}", head.maker)).keep_next(true))
        .add_paragraph(signed(&today.said()));
    let mut built = docx.build();
    built.font_table = FONTS.as_bytes().to_vec();
    let mut bytes = Cursor::new(Vec::new());
    let packed = built.pack(&mut bytes);
    packed.map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(bytes.into_inner())
}
