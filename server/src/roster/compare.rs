//! Row by row against the firms that there are: new, to be changed, perhaps one that is there already, or wrong.

use super::{
    assign::{Step, Wanted, steps},
    cells::{sentence, value},
    columns::{Columns, LEAD, PARK, SUPPORT, label},
    people::{Nobody, People, Who},
    sheet::Sheet,
};
use ruyuan_domain::{
    FieldChange, Fields, Map, Record, RecordId, RecordKind, ScopeId, Stamp,
    alias::{merged_into, survivor},
    catalogue::{ENTERPRISE_FIELDS, RecordField},
    consts::field,
    names::plain,
    roster::RowResult,
    validate::check_record,
};
use std::collections::BTreeMap;

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// 新增: no such firm is known.
    New {
        /// The firm that it belongs to, unless it is one.
        of: Option<RecordId>,
        /// Where it goes.
        scope: ScopeId,
        /// What is said of it.
        fields: Fields,
        /// Who is to look after it.
        steps: Vec<Step>,
    },
    /// 更新: a known firm of which the row says something else.
    Update {
        /// The firm that it belongs to, unless it is one.
        of: Option<RecordId>,
        /// The record.
        record: RecordId,
        /// The version it was compared with.
        version: u64,
        /// The park it is in.
        scope: ScopeId,
        /// What changes.
        changes: Map<String, FieldChange>,
        /// Who begins and who ends looking after it.
        steps: Vec<Step>,
    },
    /// A known firm of which the row says nothing new.
    Same,
    /// 疑似重复: perhaps a known firm; a person must say.
    Suspect(String),
    /// Everything that is wrong with it.
    Wrong(Vec<String>),
}

impl Verdict {
    /// In one word.
    pub const fn result(&self) -> RowResult {
        match self {
            Self::New { .. } => RowResult::New,
            Self::Update { .. } => RowResult::Update,
            Self::Same => RowResult::Same,
            Self::Suspect(_) => RowResult::Suspect,
            Self::Wrong(_) => RowResult::Wrong,
        }
    }

    /// Why, or what changes.
    pub fn why(&self) -> String {
        match self {
            Self::New { .. } | Self::Same => String::new(),
            Self::Update { changes, steps, .. } => {
                let mut names: Vec<_> = changes.keys().map(|name| label(name)).collect();
                names.extend((!steps.is_empty()).then_some("负责人"));
                names.join("、")
            }
            Self::Suspect(why) => why.clone(),
            Self::Wrong(errors) => errors.join("；"),
        }
    }
}

/// One row of the table and what becomes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Its number as the table shows it, from 1.
    pub row: usize,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// What rows are compared with.
pub struct Known<'a> {
    /// The firms of the scopes that the person may write to.
    pub firms: &'a [Record],
    /// Who looks after them, by firm.
    pub assignments: &'a BTreeMap<RecordId, Vec<Record>>,
    /// Who may.
    pub people: &'a People,
    /// Parks by name and by code.
    pub parks: &'a BTreeMap<String, ScopeId>,
    /// Where a firm goes whose row names no park.
    pub default_park: Option<&'a ScopeId>,
    /// Now.
    pub now: Stamp,
}

pub(super) struct Index<'a> {
    by_code: BTreeMap<&'a str, &'a Record>,
    by_name: BTreeMap<String, &'a Record>,
    by_core: BTreeMap<String, &'a Record>,
}

impl<'a> Index<'a> {
    pub fn new(firms: &'a [Record]) -> Self {
        let mut index = Self {
            by_code: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_core: BTreeMap::new(),
        };
        let by_id: BTreeMap<_, _> = firms.iter().map(|firm| (firm.id, firm)).collect();
        let next = |id| {
            let into = merged_into(&by_id.get(&id)?.fields)?;
            by_id.contains_key(&into).then_some(into)
        };
        // A name or code of a merged record means the firm that stands for it, unless that or another says it itself.
        let (merged, standing): (Vec<&Record>, Vec<&Record>) =
            firms.iter().partition(|firm| next(firm.id).is_some());
        for firm in merged.into_iter().chain(standing) {
            let stands = by_id.get(&survivor(firm.id, next)).copied().unwrap_or(firm);
            let code = firm.text(field::CREDIT_CODE);
            if !code.is_empty() {
                index.by_code.insert(code, stands);
            }
            index.by_name.insert(plain(firm.text(field::NAME)), stands);
            index.by_core.insert(core(firm.text(field::NAME)), stands);
        }
        index
    }

    /// The firm that a row means; none if it is new. `Err` says why a person must look.
    pub fn find(&self, name: &str, code: &str) -> Result<Option<&'a Record>, String> {
        let code_of = |firm: &Record| firm.text(field::CREDIT_CODE).to_owned();
        let same_code = Some(code)
            .filter(|code| !code.is_empty())
            .and_then(|code| self.by_code.get(code));
        let firm = match (same_code, self.by_name.get(&plain(name))) {
            (Some(firm), _) => Some(*firm),
            (None, Some(firm)) if !code.is_empty() && !code_of(firm).is_empty() => {
                return Err(format!("已有同名企业，信用代码不同：{}", code_of(firm)));
            }
            (None, firm) => firm.copied(),
        };
        if firm.is_some() {
            return Ok(firm);
        }
        match self.by_core.get(&core(name)) {
            Some(like) if code.is_empty() || code_of(like).is_empty() => {
                Err(format!("名称相近：{}", like.text(field::NAME)))
            }
            _ => Ok(None),
        }
    }
}

/// Judges every row of a table of firms.
pub fn judge(sheet: &Sheet, columns: &Columns, known: &Known<'_>) -> Vec<Judged> {
    let index = Index::new(known.firms);
    // The first row of a firm, by code and by name.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    each_row(sheet, columns, |at| {
        judge_row(sheet, columns, at, known, &index, &mut seen)
    })
}

/// Every row below the names of the columns. Blank rows are no rows.
pub(super) fn each_row(
    sheet: &Sheet,
    columns: &Columns,
    mut judge: impl FnMut(usize) -> Verdict,
) -> Vec<Judged> {
    let mut judged = Vec::new();
    for at in columns.header + 1..sheet.rows.len() {
        let blank = columns
            .fields
            .iter()
            .all(|(column, _)| sheet.cell(at, *column).is_empty());
        if !blank && !is_total(sheet, columns, at) {
            let verdict = judge(at);
            judged.push(Judged {
                row: at + 1,
                verdict,
            });
        }
    }
    judged
}

/// What a row says of some fields, and what of it cannot be read.
pub(super) fn read_row(
    sheet: &Sheet,
    columns: &Columns,
    at: usize,
    rules: &[RecordField],
    kind: &RecordKind,
    now: Stamp,
) -> (Fields, Vec<String>) {
    let mut wrong = Vec::new();
    let mut fields = Fields::new();
    for (column, name) in &columns.fields {
        let Some(rule) = rules.iter().find(|rule| rule.name == *name) else {
            continue;
        };
        let cell = sheet.cell(at, *column);
        let header = sheet.cell(columns.header, *column);
        let in_yuan = header.contains('元') && !header.contains("万元");
        match value(rule, cell, in_yuan) {
            Ok(Some(value)) => drop(fields.insert((*name).to_owned(), value)),
            Ok(None) => {}
            Err(error) => wrong.push(sentence(label(name), cell, &error.problem)),
        }
    }
    for error in check_record(kind, &fields, None, now) {
        let cell = columns
            .fields
            .iter()
            .find(|(_, field)| *field == error.path);
        let cell = cell.map_or("", |(column, _)| sheet.cell(at, *column));
        wrong.push(sentence(label(&error.path), cell, &error.problem));
    }
    (fields, wrong)
}

/// What one column holds in a row; empty where there is no such column.
pub(super) fn cell_of<'a>(sheet: &'a Sheet, columns: &Columns, at: usize, field: &str) -> &'a str {
    let column = columns.fields.iter().find(|(_, name)| *name == field);
    column.map_or("", |(column, _)| sheet.cell(at, *column))
}

/// `合计` and the like below a table.
fn is_total(sheet: &Sheet, columns: &Columns, at: usize) -> bool {
    let first = sheet
        .rows
        .get(at)
        .and_then(|row| row.iter().find(|cell| !cell.is_empty()));
    let name = columns
        .fields
        .iter()
        .find(|(_, field)| *field == field::NAME);
    let unnamed = name.is_some_and(|(column, _)| {
        let name = sheet.cell(at, *column);
        name.is_empty() || Some(name) == first.map(String::as_str)
    });
    let words = ["合计", "总计", "小计", "备注", "说明", "注"];
    let starts = |cell: &String| {
        words
            .iter()
            .any(|word| cell.replace(' ', "").starts_with(word))
    };
    unnamed && first.is_some_and(starts)
}

fn judge_row(
    sheet: &Sheet,
    columns: &Columns,
    at: usize,
    known: &Known<'_>,
    index: &Index<'_>,
    seen: &mut BTreeMap<String, usize>,
) -> Verdict {
    let kind = RecordKind::Enterprise;
    let (fields, mut wrong) = read_row(sheet, columns, at, &ENTERPRISE_FIELDS, &kind, known.now);
    let cell = |field| cell_of(sheet, columns, at, field);
    let park = known.parks.get(&plain(cell(PARK)));
    if park.is_none() && !cell(PARK).is_empty() {
        let park = cell(PARK);
        wrong.push(format!("园区“{park}”：没有这个园区，或没有它的权限"));
    }
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(|value| value.as_text())
            .unwrap_or_default()
    };
    let (name, code) = (text(field::NAME), text(field::CREDIT_CODE));
    for key in [plain(name), code.to_owned()] {
        if key.is_empty() {
            continue;
        }
        match seen.get(&key) {
            Some(first) => {
                wrong.push(format!("与第 {first} 行重复"));
                break;
            }
            None => drop(seen.insert(key, at + 1)),
        }
    }
    if !wrong.is_empty() {
        return Verdict::Wrong(wrong);
    }
    let firm = match index.find(name, code) {
        Ok(firm) => firm,
        Err(why) => return Verdict::Suspect(why),
    };
    if let Some(firm) = firm {
        let key = firm.id.to_string();
        if let Some(first) = seen.get(&key) {
            return Verdict::Wrong(vec![format!("与第 {first} 行是同一家企业")]);
        }
        seen.insert(key, at + 1);
    }
    let scope = firm.map(|firm| &firm.scope).or(park).or(known.default_park);
    let Some(scope) = scope else {
        return Verdict::Wrong(vec!["没有写明园区，请增加“所在园区”一列".to_owned()]);
    };
    let wanted = match wanted(known.people, scope, cell(LEAD), cell(SUPPORT)) {
        Ok(wanted) => wanted,
        Err(wrong) => return Verdict::Wrong(wrong),
    };
    let assigned = firm.and_then(|firm| known.assignments.get(&firm.id));
    let steps = steps(assigned.map(Vec::as_slice).unwrap_or_default(), &wanted);
    match firm {
        Some(firm) => update(firm, fields, steps),
        None => Verdict::New {
            of: None,
            scope: scope.clone(),
            fields,
            steps,
        },
    }
}

/// Whom a row names to look after its firm.
fn wanted(
    people: &People,
    scope: &ScopeId,
    lead: &str,
    support: &str,
) -> Result<Wanted, Vec<String>> {
    let mut wrong = Vec::new();
    let mut who = |column: &str, name: &str| -> Option<Who> {
        let column = label(column);
        match people.named(name, scope) {
            Ok(who) if people.may_give(&who, scope) => Some(who),
            Ok(_) => {
                wrong.push(format!("{column}“{name}”：只有园区的管理者可以分配给他人"));
                None
            }
            Err(Nobody::Unknown) => {
                wrong.push(format!(
                    "{column}“{name}”：没有这位联络员，或不负责这个园区"
                ));
                None
            }
            Err(Nobody::Several(number)) => {
                wrong.push(format!(
                    "{column}“{name}”：有 {number} 位同名，请写登录用户名"
                ));
                None
            }
        }
    };
    let wanted = Wanted {
        lead: (!lead.is_empty()).then(|| who(LEAD, lead)).flatten(),
        supports: (!support.is_empty()).then(|| {
            let names = support.split(['、', '，', ',', '；', ';', '/']);
            let names = names.map(str::trim).filter(|name| !name.is_empty());
            names.filter_map(|name| who(SUPPORT, name)).collect()
        }),
    };
    match wrong.is_empty() {
        true => Ok(wanted),
        false => Err(wrong),
    }
}

/// What a row changes of a firm. A blank cell takes nothing away.
fn update(firm: &Record, fields: Fields, steps: Vec<Step>) -> Verdict {
    let changes = changes(firm, fields);
    match changes.is_empty() && steps.is_empty() {
        true => Verdict::Same,
        false => Verdict::Update {
            of: None,
            record: firm.id,
            version: firm.version,
            scope: firm.scope.clone(),
            changes,
            steps,
        },
    }
}

/// What a row says otherwise than a record.
pub(super) fn changes(record: &Record, fields: Fields) -> Map<String, FieldChange> {
    let mut changes: Map<String, FieldChange> = Map::new();
    for (name, new) in fields {
        let old = record.fields.get(&name).cloned();
        if old.as_ref() != Some(&new) {
            changes.insert(
                name,
                FieldChange {
                    old,
                    new: Some(new),
                },
            );
        }
    }
    changes
}

/// What is left of a name without what most names share.
fn core(name: &str) -> String {
    const SHARED: [&str; 20] = [
        "有限责任公司",
        "股份有限公司",
        "有限公司",
        "公司",
        "集团",
        "股份",
        "浙江省",
        "浙江",
        "衢州市",
        "衢州",
        "柯城区",
        "衢江区",
        "龙游县",
        "常山县",
        "开化县",
        "江山市",
        "(",
        ")",
        "·",
        "-",
    ];
    let mut left = plain(name);
    for shared in SHARED {
        left = left.replace(shared, "");
    }
    // Nothing but what all share: then the whole name is what it is.
    if left.chars().count() < 2 {
        plain(name)
    } else {
        left
    }
}
