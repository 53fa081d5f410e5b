//! Two hundred made-up firms. Names, people and numbers are put together from lists, the same on every machine;
//! the codes are well formed and belong, to our knowledge, to no one.

use crate::content::stable_bits;
use ruyuan_domain::{
    FieldValue, Fields, RecordId, ScopeId, consts::field, identifiers::credit_code_check_digit,
};

/// Firms of the first park; the rest are its neighbour's.
const IN_FIRST_PARK: usize = 120;
const IN_SECOND_PARK: usize = 80;

/// 柯城区, GB/T 2260.
const DIVISION: &str = "330802";

/// One industry chain with what its firms are called and do.
struct Chain {
    name: &'static str,
    trades: [&'static str; 5],
}

const CHAINS: [Chain; 6] = [
    Chain {
        name: "新材料",
        trades: [
            "氟硅新材料",
            "高分子材料",
            "电子化学品",
            "特种橡胶",
            "纳米涂料",
        ],
    },
    Chain {
        name: "新能源",
        trades: ["锂电材料", "光伏科技", "储能科技", "氢能装备", "电池回收"],
    },
    Chain {
        name: "集成电路",
        trades: ["半导体材料", "微电子", "晶圆科技", "封装测试", "电子气体"],
    },
    Chain {
        name: "智能装备",
        trades: [
            "数控机床",
            "轴承制造",
            "机器人科技",
            "空压机械",
            "自动化设备",
        ],
    },
    Chain {
        name: "生命健康",
        trades: ["生物科技", "医疗器械", "药用辅料", "健康食品", "诊断试剂"],
    },
    Chain {
        name: "特种纸",
        trades: ["特种纸业", "装饰原纸", "纸基新材料", "包装科技", "过滤材料"],
    },
];

const BRANDS: [&str; 40] = [
    "瑞衢", "柯诚", "信安", "烂柯", "浙西", "恒昌", "鼎盛", "华屹", "中晟", "金桥", "永拓", "天元",
    "博远", "德润", "佳禾", "同创", "新锐", "启明", "卓立", "宏图", "锦程", "东岳", "南湖", "百川",
    "千屿", "云帆", "海拓", "星火", "晨曦", "立群", "万象", "和光", "清源", "石梁", "航埠", "双港",
    "白云", "荷花", "花园", "信义",
];

const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "郑", "叶",
];

const GIVEN_NAMES: [&str; 24] = [
    "建国", "志强", "晓燕", "丽华", "文斌", "海涛", "雪梅", "永康", "国栋", "春芳", "俊杰", "雅琴",
    "立新", "伟民", "红霞", "光明", "思远", "子涵", "浩然", "佩珍", "振华", "秀英", "家乐", "明辉",
];

const TITLES: [&str; 5] = ["总经理", "财务总监", "知识产权主管", "研发总监", "行政经理"];
const ROADS: [&str; 6] = [
    "东港一路",
    "百灵中路",
    "春城路",
    "念化路",
    "华荫北路",
    "世纪大道",
];
const SIZES: [&str; 4] = ["中型", "小型", "小型", "微型"];
const QUALIFICATIONS: [&str; 4] = [
    "高新技术企业",
    "省科技型中小企业",
    "专精特新企业",
    "知识产权优势企业",
];

/// One firm of the demo.
pub struct Firm {
    /// Its record.
    pub id: RecordId,
    /// Its park.
    pub scope: ScopeId,
    /// Its fields.
    pub fields: Fields,
    /// The demo person who added it.
    pub added_by: &'static str,
}

/// All of them, in the same order with the same values on every machine.
pub fn firms() -> Vec<Firm> {
    (0..IN_FIRST_PARK + IN_SECOND_PARK).map(firm).collect()
}

/// One of a list, another for each firm. The steps are coprime to the lists, so that what firms have in common varies.
fn pick(list: &[&'static str], index: usize, step: usize) -> &'static str {
    list.get(index * step % list.len())
        .copied()
        .unwrap_or_default()
}

fn firm(index: usize) -> Firm {
    let first = index < IN_FIRST_PARK;
    let chain = &CHAINS[index % CHAINS.len()];
    let brand = BRANDS[index % BRANDS.len()];
    // Forty brands go round five times, each time with the next trade: no name comes twice.
    let trade = chain.trades[index / BRANDS.len() % chain.trades.len()];
    let name = |at: usize| {
        format!(
            "{}{}",
            pick(&SURNAMES, at, 7),
            pick(&GIVEN_NAMES, at / 3 + at, 5)
        )
    };
    let year = 1998 + index * 7 % 27;
    let (month, day) = (1 + index * 5 % 12, 1 + index * 11 % 28);
    // In 万元, stored in 分.
    let capital = [
        100_i64, 300, 500, 800, 1_000, 2_000, 3_000, 5_000, 8_000, 12_000,
    ][index * 3 % 10]
        * 1_000_000;
    let mut fields: Vec<(&str, FieldValue)> = vec![
        (field::NAME, format!("衢州{brand}{trade}有限公司").into()),
        (field::CREDIT_CODE, credit_code(index).into()),
        ("legal_representative", name(index).into()),
        (
            "established_on",
            format!("{year:04}-{month:02}-{day:02}").into(),
        ),
        ("registered_capital", capital.into()),
        (
            "address",
            format!(
                "衢州市柯城区{}{}号",
                pick(&ROADS, index, 5),
                1 + index * 13 % 299
            )
            .into(),
        ),
        ("industry", trade.into()),
        ("industry_chain", chain.name.into()),
        ("size_class", pick(&SIZES, index, 3).into()),
        ("contact_name", name(index + 57).into()),
        ("contact_title", pick(&TITLES, index, 3).into()),
        // 0570 is the city's own area code: readable as made up, shaped like a mobile number.
        (
            "contact_mobile",
            format!("1380570{:04}", index * 37 % 10_000).into(),
        ),
    ];
    if index.is_multiple_of(3) {
        fields.push(("qualifications", pick(&QUALIFICATIONS, index / 3, 1).into()));
    }
    Firm {
        id: RecordId::from_u128(stable_bits(&format!("demo:enterprise:{index}"))),
        scope: ScopeId::park(if first { "330802-01" } else { "330802-02" }),
        fields: fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        added_by: if first { "limin" } else { "zhaolei" },
    }
}

/// 91 (a company) + division + organisation code + check digit, GB 32100-2015.
fn credit_code(index: usize) -> String {
    // X after MA is beyond what is given out today.
    let body = format!("MAX{:05}", 10_007 + index * 313 % 80_000);
    let without_check = format!("91{DIVISION}{body}{}", organisation_check_digit(&body));
    let check = credit_code_check_digit(&without_check).unwrap_or('0');
    format!("{without_check}{check}")
}

/// GB 11714: the ninth character of an organisation code.
fn organisation_check_digit(body: &str) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .chars()
        .zip(WEIGHTS)
        .filter_map(|(letter, weight)| Some(letter.to_digit(36)? * weight))
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruyuan_domain::{
        RecordKind, Stamp,
        identifiers::{CheckDigit, check_credit_code},
        validate::check_record,
    };
    use std::collections::BTreeSet;

    #[test]
    fn every_demo_firm_is_valid_and_no_two_are_alike() {
        let firms = firms();
        assert_eq!(firms.len(), 200);
        let now = Stamp::parse("2026-11-23T12:00:00+08:00").unwrap();
        let mut seen = BTreeSet::new();
        for firm in &firms {
            let name = firm
                .fields
                .get(field::NAME)
                .and_then(FieldValue::as_text)
                .unwrap();
            let code = firm
                .fields
                .get(field::CREDIT_CODE)
                .and_then(FieldValue::as_text)
                .unwrap();
            assert_eq!(
                check_record(&RecordKind::Enterprise, &firm.fields, None, now),
                vec![],
                "{name}"
            );
            assert_eq!(check_credit_code(code), Ok(CheckDigit::Agrees), "{code}");
            assert!(seen.insert(name.to_owned()), "{name} twice");
            assert!(seen.insert(code.to_owned()), "{code} twice");
            assert!(seen.insert(firm.id.to_string()));
        }
        let first = firms
            .iter()
            .filter(|firm| firm.scope == ScopeId::park("330802-01"))
            .count();
        assert_eq!(first, 120);
    }

    #[test]
    fn the_published_organisation_codes_hold() {
        for code in ["000000190", "MA9TE5T12", "123456788"] {
            let (body, check) = code.split_at(8);
            assert_eq!(organisation_check_digit(body).to_string(), check, "{code}");
        }
    }
}
