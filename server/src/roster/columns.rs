//! Which column holds what: by the names that offices give them, or as somebody has said.

use super::sheet::Sheet;
use clap::ValueEnum;
use ruyuan_domain::consts::field;

/// The park's column, which is no field of a firm.
pub const PARK: &str = "park";

/// The columns of who looks after a firm, which are no fields of it either.
pub const LEAD: &str = "lead";
/// Several names, with `、` or a comma between them.
pub const SUPPORT: &str = "support";

/// How far down the line of names may stand: above it are titles and who made the table.
const MOST_TITLE_ROWS: usize = 10;

/// What a table is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Firms.
    #[default]
    Firms,
    /// What firms have pledged.
    Pledges,
}

impl What {
    const fn names(self) -> &'static [Name] {
        match self {
            Self::Firms => &NAMES,
            Self::Pledges => &PLEDGE_NAMES,
        }
    }
}

/// A field, and what offices call it, without spaces, brackets and what stands in them.
type Name = (&'static str, &'static [&'static str]);

/// Of a pledge, with the firm's name and code.
const PLEDGE_NAMES: [Name; 14] = [
    (field::NAME, FIRM_NAMES),
    (field::CREDIT_CODE, FIRM_CODES),
    (
        field::RIGHT_KIND,
        &[
            "质押类型",
            "质押物类型",
            "权利类型",
            "知识产权类型",
            "类型",
            "质物类型",
        ],
    ),
    (
        "registered_on",
        &[
            "登记日期",
            "质押登记日期",
            "登记时间",
            "登记生效日",
            "质押日期",
        ],
    ),
    (
        "registration_number",
        &["登记号", "质押登记号", "登记证号", "质权登记号", "登记编号"],
    ),
    (
        "right_numbers",
        &[
            "权利号",
            "专利号",
            "商标注册号",
            "权利证书号",
            "专利号/商标注册号",
            "质押物编号",
        ],
    ),
    ("right_count", &["件数", "质押件数", "数量", "专利件数"]),
    (
        "pledgee",
        &["质权人", "质权人名称", "银行", "贷款银行", "金融机构"],
    ),
    ("valuation", &["评估值", "评估价值", "评估金额", "评估价"]),
    (
        "secured_claim",
        &[
            "登记担保债权",
            "担保债权",
            "债权数额",
            "担保债权数额",
            "质押金额",
            "登记金额",
        ],
    ),
    ("credit_granted", &["授信金额", "授信", "授信额度"]),
    ("loan_paid", &["放款金额", "放款", "实际放款", "贷款金额"]),
    (
        "ends_on",
        &["到期日", "到期日期", "债务到期日", "质押到期日"],
    ),
    (
        "released_on",
        &["注销日期", "解除日期", "注销时间", "解押日期"],
    ),
];

const FIRM_NAMES: &[&str] = &[
    "企业名称",
    "单位名称",
    "公司名称",
    "企业",
    "名称",
    "企业全称",
    "单位",
    "公司",
    "出质人",
    "出质人名称",
];

const FIRM_CODES: &[&str] = &[
    "统一社会信用代码",
    "社会信用代码",
    "信用代码",
    "统一信用代码",
    "税号",
    "纳税人识别号",
];

/// Of a firm.
const NAMES: [Name; 16] = [
    (field::NAME, FIRM_NAMES),
    (field::CREDIT_CODE, FIRM_CODES),
    (
        "legal_representative",
        &["法定代表人", "法人代表", "法人", "负责人"],
    ),
    (
        "established_on",
        &["成立日期", "注册日期", "成立时间", "注册时间", "设立日期"],
    ),
    ("registered_capital", &["注册资本", "注册资金"]),
    (
        "address",
        &[
            "地址",
            "经营地址",
            "企业地址",
            "注册地址",
            "住所",
            "详细地址",
            "办公地址",
        ],
    ),
    ("industry", &["所属行业", "行业", "行业类别", "主营业务"]),
    ("industry_chain", &["产业链", "所属产业链", "产业链名称"]),
    ("size_class", &["企业规模", "规模", "企业类型", "划型"]),
    (
        "qualifications",
        &["资质", "企业资质", "资质荣誉", "荣誉资质", "企业荣誉"],
    ),
    (
        "contact_name",
        &["联系人", "联系人姓名", "对接人", "企业联系人"],
    ),
    ("contact_title", &["联系人职务", "职务", "职位"]),
    (
        "contact_mobile",
        &[
            "联系人手机",
            "联系电话",
            "手机",
            "手机号",
            "手机号码",
            "联系方式",
            "电话",
            "联系人电话",
        ],
    ),
    (PARK, &["所在园区", "园区", "所属园区", "园区名称"]),
    (
        LEAD,
        &[
            "主办",
            "主办人",
            "主办联络员",
            "联络员",
            "包联人",
            "服务专员",
        ],
    ),
    (SUPPORT, &["协办", "协办人", "协办联络员"]),
];

/// What a field is called here; its own name if it has none.
pub fn label(field: &str) -> &'static str {
    let mut all = NAMES.iter().chain(&PLEDGE_NAMES);
    let known = all.find(|(known, _)| *known == field);
    known
        .and_then(|(_, names)| names.first())
        .copied()
        .unwrap_or("其他")
}

impl Columns {
    /// Whether it is known where the firms' names stand.
    pub fn name_firms(&self) -> Result<(), ColumnsError> {
        let named = self.fields.iter().any(|(_, field)| *field == field::NAME);
        named.then_some(()).ok_or(ColumnsError::NoNames)
    }
}

impl ColumnsError {
    /// What happened and what to do, in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::NoNames => {
                "表中没有找到“企业名称”一列，请把这一列的列名改为“企业名称”".to_owned()
            }
            Self::NoField(field, _) => format!("没有“{field}”这一项"),
        }
    }
}

/// Where the names of the columns stand, and what each column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The row of names.
    pub header: usize,
    /// A column and its field, each field once.
    pub fields: Vec<(usize, &'static str)>,
    /// Columns with a name that nobody knows: what stands there is left out, and said to be.
    pub unknown: Vec<String>,
}

/// Why there is nothing to map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// No row names a column for the firms' names.
    #[error(
        "no row among the first {MOST_TITLE_ROWS} has a column 企业名称; name it with --column, as --column 客户=name"
    )]
    NoNames,
    /// Somebody said a field that there is not.
    #[error("there is no field {0}; there are {1}")]
    NoField(String, String),
}

/// Finds the row of names and what each column holds. `said` maps names of columns to fields, or to nothing, and comes
/// first.
///
/// # Errors
/// An empty table, or a field that there is not.
pub fn of(sheet: &Sheet, what: What, said: &[(String, String)]) -> Result<Columns, ColumnsError> {
    let names = what.names();
    let mut known: Vec<(String, Option<&'static str>)> = Vec::new();
    for (name, field) in said {
        let named = names.iter().find(|(known, _)| known == field);
        if named.is_none() && !field.is_empty() {
            let all: Vec<&str> = names.iter().map(|(field, _)| *field).collect();
            return Err(ColumnsError::NoField(field.clone(), all.join(", ")));
        }
        known.push((bare(name), named.map(|(field, _)| *field)));
    }
    let field_of = |name: &str| {
        let bare = bare(name);
        let said = known.iter().find(|(name, _)| *name == bare);
        said.map(|(_, field)| *field).unwrap_or_else(|| {
            let mut fields = names.iter();
            let found = fields.find(|(_, names)| names.contains(&bare.as_str()));
            found.map(|(field, _)| *field)
        })
    };
    let found = |row: &&Vec<String>| row.iter().filter_map(|name| field_of(name)).count();
    let titles = sheet.rows.iter().take(MOST_TITLE_ROWS);
    // Of equals the upper one.
    let best = titles
        .enumerate()
        .max_by_key(|(at, row)| (found(row), usize::MAX - at));
    let (header, titles) = best.ok_or(ColumnsError::NoNames)?;
    let mut columns = Columns {
        header,
        fields: Vec::new(),
        unknown: Vec::new(),
    };
    for (column, name) in titles.iter().enumerate() {
        match field_of(name) {
            Some(field) if !columns.fields.iter().any(|(_, taken)| *taken == field) => {
                columns.fields.push((column, field));
            }
            // A number of the row is no loss.
            _ if ["", "序号", "编号", "备注"].contains(&bare(name).as_str()) => {}
            _ => columns.unknown.push(name.clone()),
        }
    }
    Ok(columns)
}

/// `注册资本（万元）` and `注册 资本` are `注册资本`.
fn bare(name: &str) -> String {
    let mut depth = 0_usize;
    name.chars()
        .filter(|c| match c {
            '(' | '（' | '[' | '【' => {
                depth += 1;
                false
            }
            ')' | '）' | ']' | '】' => {
                depth = depth.saturating_sub(1);
                false
            }
            c => depth == 0 && !c.is_whitespace() && !matches!(c, '*' | ':' | '：'),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let texts = |row: &&[&str]| row.iter().map(|text| (*text).to_owned()).collect();
        Sheet {
            name: String::new(),
            rows: rows.iter().map(texts).collect(),
        }
    }

    #[test]
    fn names_are_found_below_titles_and_whatever_they_are_called() {
        let table = sheet(&[
            &["2026年衢州高新片区企业名单"],
            &["填报单位：高新区管委会", "", "制表人：某"],
            &[
                "序号",
                "单位名称*",
                "统一社会信用代码 ",
                "注册资本（万元）",
                "联系 电话",
                "网格员",
            ],
            &["1", "甲公司"],
        ]);
        let columns = of(&table, What::Firms, &[]).unwrap();
        assert_eq!(columns.header, 2);
        let expected = [
            (1, "name"),
            (2, "credit_code"),
            (3, "registered_capital"),
            (4, "contact_mobile"),
        ];
        assert_eq!(columns.fields, expected);
        assert_eq!(columns.unknown, ["网格员"]);
    }

    #[test]
    fn what_somebody_says_comes_first_and_what_is_not_there_is_named() {
        let table = sheet(&[&["客户", "名称"], &["甲", "不是企业名"]]);
        let said = |name: &str, field: &str| vec![(name.to_owned(), field.to_owned())];
        let columns = of(&table, What::Firms, &said("客户", "name")).unwrap();
        assert_eq!(columns.fields, [(0, "name")]);
        assert_eq!(columns.unknown, ["名称"]);
        let refused = of(&table, What::Firms, &said("客户", "nmae")).unwrap_err();
        assert!(matches!(refused, ColumnsError::NoField(field, _) if field == "nmae"));
        let nothing = of(&sheet(&[&["甲"]]), What::Firms, &[]).unwrap();
        assert_eq!(nothing.name_firms(), Err(ColumnsError::NoNames));
        assert_eq!(
            of(&sheet(&[]), What::Firms, &[]),
            Err(ColumnsError::NoNames)
        );
    }
}
