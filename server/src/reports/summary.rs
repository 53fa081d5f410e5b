//! 走访工作小结: what the days came to, in the sentences of an official document. It counts and names; it ranks nobody
//! and promises nothing.

use super::{
    Head,
    days::{Day, Days},
    gather::{Gathered, Visit},
    needs::{amount, needs},
    visits::counted,
};
use ruyuan_domain::{ScopeId, forms::Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Most purposes that are named.
const MOST_PURPOSES: usize = 3;
/// Most issues that are named.
const MOST_ISSUES: usize = 10;
/// Most firms that are named for a day.
const MOST_FIRMS: usize = 10;
/// The days of a week.
const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// A part of the summary: its heading, and its paragraphs.
pub type Part = (&'static str, Vec<String>);

/// The parts.
pub fn parts(head: &Head, gathered: &Gathered) -> Vec<Part> {
    let today = Day::of(head.as_of);
    let name = head.days.name(today);
    vec![
        ("一、走访情况", visited(gathered, name)),
        ("二、需求情况", needed(gathered, name)),
        ("三、问题与诉求", raised(gathered, head.days, today, name)),
        ("四、下一步安排", planned(gathered, head.days, today)),
    ]
}

fn firms<'a>(visits: impl Iterator<Item = &'a Visit>) -> usize {
    visits.map(counted).collect::<BTreeSet<_>>().len()
}

fn visited(gathered: &Gathered, name: &str) -> Vec<String> {
    let visits = &gathered.visits;
    if visits.is_empty() {
        return vec![format!("{name}无走访记录。")];
    }
    let due = visits.iter().filter(|visit| visit.due).count();
    let due = match due {
        0 => String::new(),
        n => format!("，其中 {n} 次先行提交、待补充"),
    };
    let mut said = vec![format!(
        "{name}共走访企业 {} 家、{} 次{due}。",
        firms(visits.iter()),
        visits.len()
    )];
    let mut by_place: BTreeMap<&ScopeId, Vec<&Visit>> = BTreeMap::new();
    for visit in visits {
        by_place.entry(&visit.scope).or_default().push(visit);
    }
    if by_place.len() > 1 {
        let places = by_place.iter().map(|(scope, visits)| {
            let firms = firms(visits.iter().copied());
            format!("{} {firms} 家、{} 次", gathered.place(scope), visits.len())
        });
        let places: Vec<String> = places.collect();
        said.push(format!("分园区：{}。", places.join("；")));
    }
    said
}

fn needed(gathered: &Gathered, name: &str) -> Vec<String> {
    let needs = needs(gathered);
    if needs.is_empty() {
        return vec![format!("{name}未收集到融资需求。")];
    }
    let mut said = vec![format!(
        "{name}有融资需求的企业 {} 家，需求金额合计 {} 万元。金额由企业提出，不是评估值、登记担保债权、授信或放款。",
        needs.len(),
        Unit::TenThousandYuan.format(amount(&needs))
    )];
    let purposes = tally(needs.iter().flat_map(|visit| &visit.need.purposes));
    if !purposes.is_empty() {
        let more = purposes.len() > MOST_PURPOSES;
        let named = list(purposes.into_iter().take(MOST_PURPOSES), "家");
        let more = if more { "等" } else { "" };
        said.push(format!(
            "资金用途主要为{named}{more}（一家企业可有多项用途）。"
        ));
    }
    said
}

fn raised(gathered: &Gathered, days: Days, today: Day, name: &str) -> Vec<String> {
    let mut said = Vec::new();
    // A firm that names a kind at each of its visits has it once.
    let kinds: BTreeSet<_> = gathered
        .visits
        .iter()
        .flat_map(|visit| visit.problems.iter().map(|kind| (counted(visit), kind)))
        .collect();
    let kinds = tally(kinds.iter().map(|(_, kind)| *kind));
    if !kinds.is_empty() {
        said.push(format!(
            "走访中企业反映：{}（一家企业可反映多项）。",
            list(kinds.into_iter(), "家")
        ));
    }
    let issues = &gathered.issues;
    let new = issues.iter().filter(|issue| days.hold(issue.raised_on));
    let open: Vec<_> = issues
        .iter()
        .filter(|issue| issue.is_open_at(days.to))
        .collect();
    let overdue: Vec<_> = issues
        .iter()
        .filter(|issue| issue.is_overdue(today))
        .collect();
    if !issues.is_empty() {
        said.push(format!(
            "问题清单{name}新增 {} 件，期末未销号 {} 件，其中截至目前逾期 {} 件。",
            new.count(),
            open.len(),
            overdue.len()
        ));
    }
    if !open.is_empty() {
        let kinds = tally(open.iter().map(|issue| &issue.category));
        said.push(format!(
            "未销号问题按类别：{}。",
            list(kinds.into_iter(), "件")
        ));
    }
    for (issue, n) in overdue.iter().take(MOST_ISSUES).zip(1..) {
        let (person, unit) = &issue.responsible;
        let who = [unit.as_str(), person].join(" ");
        let who = match who.trim() {
            "" => "责任人未明确",
            who => who,
        };
        let until = issue.due_on.map(month_day).unwrap_or_default();
        let firm = line(gathered.firm_name(issue.firm, "企业"));
        said.push(format!(
            "逾期{n}：{firm}，{}（{}，期限{until}）。",
            line(&issue.title),
            line(who)
        ));
    }
    if overdue.len() > MOST_ISSUES {
        said.push(format!("其余逾期问题见问题清单，共 {} 件。", overdue.len()));
    }
    if said.is_empty() {
        said.push(format!("{name}无问题与诉求。"));
    }
    said
}

fn planned(gathered: &Gathered, days: Days, today: Day) -> Vec<String> {
    let next = days.to.monday().after(7);
    let name = match next == today.monday().after(7) {
        true => "下周".to_owned(),
        false => Days {
            from: next,
            to: next.after(6),
        }
        .said(),
    };
    let plans = &gathered.plans;
    if plans.is_empty() {
        return vec![format!("{name}暂无走访计划。")];
    }
    let firms: BTreeSet<_> = plans.iter().map(|plan| plan.firm).collect();
    let mut said = vec![format!("{name}计划走访企业 {} 家：", firms.len())];
    let mut by_day: BTreeMap<Day, Vec<&str>> = BTreeMap::new();
    for plan in plans {
        let firm = gathered.firm_name(Some(plan.firm), "企业");
        by_day.entry(plan.on).or_default().push(firm);
    }
    for (day, firms) in by_day {
        let weekday = usize::try_from(day.weekday()).ok();
        let weekday = weekday.and_then(|day| WEEKDAYS.get(day)).unwrap_or(&"");
        let names: Vec<String> = firms
            .iter()
            .take(MOST_FIRMS)
            .map(|name| line(name))
            .collect();
        let more = match firms.len() > MOST_FIRMS {
            true => format!("等 {} 家", firms.len()),
            false => String::new(),
        };
        said.push(format!(
            "{}（周{weekday}）：{}{more}。",
            month_day(day),
            names.join("、")
        ));
    }
    said
}

fn month_day(day: Day) -> String {
    let (_, month, day) = day.ymd();
    format!("{month}月{day}日")
}

/// On one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How often each stands there, most often first; of those that are as frequent, in the order of their words.
fn tally<'a>(words: impl Iterator<Item = &'a String>) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// `流动资金 2 家、研发 1 家`
fn list<'a>(counts: impl Iterator<Item = (&'a str, usize)>, of: &str) -> String {
    let said: Vec<String> = counts
        .map(|(word, count)| format!("{} {count} {of}", line(word)))
        .collect();
    said.join("、")
}
