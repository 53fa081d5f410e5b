//! A table of past pledges: each row belongs to a firm of the list, and is known again by its registration.

use super::{
    columns::{Columns, label},
    compare::{Index, Judged, Verdict, cell_of, changes, each_row, read_row},
    sheet::Sheet,
};
use ruyuan_domain::{
    Fields, Record, RecordId, RecordKind, Stamp,
    consts::field,
    pledge::{PLEDGE_FIELDS, is_same},
};
use std::collections::BTreeMap;

/// What rows are compared with.
pub struct KnownPledges<'a> {
    /// The firms of the scopes that the person may write to.
    pub firms: &'a [Record],
    /// Their pledges.
    pub pledges: &'a BTreeMap<RecordId, Vec<Record>>,
    /// Now.
    pub now: Stamp,
}

/// What offices call what is pledged, by a word that stands in it.
const KINDS: [(&str, &str); 6] = [
    ("专利", "patent"),
    ("商标", "trademark"),
    ("著作", "copyright"),
    ("软著", "copyright"),
    ("布图", "layout"),
    ("混合", "mixed"),
];

/// What a cell says was pledged; two kinds together are mixed.
fn right_kind(cell: &str) -> Option<&'static str> {
    let mut named = KINDS
        .iter()
        .filter(|(word, _)| cell.contains(word))
        .map(|(_, kind)| *kind);
    let first = named.next()?;
    match named.all(|kind| kind == first) {
        true => Some(first),
        false => Some("mixed"),
    }
}

/// Judges every row of a table of pledges.
pub fn judge(sheet: &Sheet, columns: &Columns, known: &KnownPledges<'_>) -> Vec<Judged> {
    let index = Index::new(known.firms);
    let mut seen: Vec<(RecordId, Fields, usize)> = Vec::new();
    each_row(sheet, columns, |at| {
        let verdict = judge_row(sheet, columns, at, known, &index);
        let Ok((firm, fields)) = verdict else {
            return verdict.err().unwrap_or(Verdict::Same);
        };
        let again = seen
            .iter()
            .find(|(of, known, _)| *of == firm.id && is_same(known, &fields));
        if let Some((_, _, first)) = again {
            return Verdict::Wrong(vec![format!("与第 {first} 行重复")]);
        }
        seen.push((firm.id, fields.clone(), at + 1));
        let pledges = known.pledges.get(&firm.id).into_iter().flatten();
        let mut pledges = pledges.filter(|pledge| !pledge.deleted);
        match pledges.find(|pledge| is_same(&pledge.fields, &fields)) {
            Some(pledge) => {
                let changes = changes(pledge, fields);
                match changes.is_empty() {
                    true => Verdict::Same,
                    false => Verdict::Update {
                        of: Some(firm.id),
                        record: pledge.id,
                        version: pledge.version,
                        scope: pledge.scope.clone(),
                        changes,
                        steps: Vec::new(),
                    },
                }
            }
            None => Verdict::New {
                of: Some(firm.id),
                scope: firm.scope.clone(),
                fields,
                steps: Vec::new(),
            },
        }
    })
}

/// The firm of a row and what it says of the pledge; or what becomes of a row that says neither.
fn judge_row<'a>(
    sheet: &Sheet,
    columns: &Columns,
    at: usize,
    known: &KnownPledges<'a>,
    index: &Index<'a>,
) -> Result<(&'a Record, Fields), Verdict> {
    let kind_cell = cell_of(sheet, columns, at, field::RIGHT_KIND);
    let kind = right_kind(kind_cell);
    // The cell says it in the office's words; what is checked and kept is ours.
    let mut said = columns.clone();
    said.fields.retain(|(_, name)| *name != field::RIGHT_KIND);
    let pledge = RecordKind::Pledge;
    let (mut fields, mut wrong) = read_row(sheet, &said, at, &PLEDGE_FIELDS, &pledge, known.now);
    wrong.retain(|line| !line.starts_with(label(field::RIGHT_KIND)));
    match kind {
        Some(kind) => drop(fields.insert(field::RIGHT_KIND.to_owned(), kind.into())),
        None => wrong.push(format!(
            "{}“{kind_cell}”：请写专利、商标、著作权、布图设计或混合",
            label(field::RIGHT_KIND)
        )),
    }
    let name = cell_of(sheet, columns, at, field::NAME);
    let code = cell_of(sheet, columns, at, field::CREDIT_CODE);
    let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let firm = index.find(name, &code.to_ascii_uppercase());
    match firm {
        Ok(Some(firm)) if wrong.is_empty() => Ok((firm, fields)),
        Ok(Some(_)) => Err(Verdict::Wrong(wrong)),
        Ok(None) => {
            wrong.push(format!("名单里没有企业“{name}”，请先导入企业名单"));
            Err(Verdict::Wrong(wrong))
        }
        Err(why) if wrong.is_empty() => Err(Verdict::Suspect(why)),
        Err(_) => Err(Verdict::Wrong(wrong)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_offices_call_a_right_is_one_of_ours() {
        for (cell, kind) in [
            ("发明专利", Some("patent")),
            ("注册商标专用权", Some("trademark")),
            ("软件著作权", Some("copyright")),
            ("集成电路布图设计专有权", Some("layout")),
            ("专利+商标", Some("mixed")),
            ("混合质押", Some("mixed")),
            ("厂房", None),
            ("", None),
        ] {
            assert_eq!(right_kind(cell), kind, "{cell}");
        }
    }
}
