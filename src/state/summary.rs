//! What a day or a week of one person came to, in the words that go into the group chat.

use super::{
    firms::firm_of,
    plan,
    store::Store,
    visits::{enterprise_name, is_by},
};
use crate::i18n::{I18n, t_filled, t_string};
use ruyuan_domain::{
    Language, Record, RecordId, RecordKind, Stamp,
    consts::{ANSWER, field},
    forms::{FormDefinition, QuestionKind, Unit},
    order::sorted_by_key,
};
use std::rc::Rc;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How much time a summary looks back on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Today.
    Day,
    /// This week, from Monday.
    Week,
}

/// The first day of the span that a day ends.
pub fn first_day(span: Span, today: Stamp) -> String {
    let back = match span {
        Span::Day => 0,
        Span::Week => today.weekday(),
    };
    let first = Stamp::from_unix_ms(today.unix_ms() - back * DAY_MS, today.offset_minutes());
    first.iso_date()
}

fn answer<'a>(visit: &'a Record, question: &str) -> &'a str {
    visit.text(&format!("{ANSWER}{question}"))
}

/// The labels of a question's choices, by name, from whichever form asks it.
fn label(forms: &[FormDefinition], question: &str, choice: &str, language: Language) -> String {
    let groups = forms.iter().flat_map(|form| &form.groups);
    let asked = groups.flat_map(|group| &group.questions);
    let mut choices = asked
        .filter(|asked| asked.name == question)
        .flat_map(|asked| match &asked.kind {
            QuestionKind::SelectOne { choices } | QuestionKind::SelectMultiple { choices } => {
                choices.as_slice()
            }
            _ => &[],
        });
    choices.find(|known| known.name == choice).map_or_else(
        || choice.to_owned(),
        |known| known.label.get(language).to_owned(),
    )
}

/// The summary as text: counts, needs, problems and what comes next; firms by name, no telephone numbers.
pub fn text(store: Store, i18n: I18n, span: Span) -> String {
    let language = i18n.language();
    let now = store.now();
    let (first, last) = (first_day(span, now), now.iso_date());
    let forms = super::forms::all(store);
    let visits = own_visits(store, &first, &last);
    let mut lines = vec![match span {
        Span::Day => t_filled!(i18n, summary.day, date = last),
        Span::Week => t_filled!(i18n, summary.week, first = first, last = last),
    }];
    // A firm that was visited twice has one need: what it said last.
    let mut firms: Vec<Option<RecordId>> = Vec::new();
    let mut needs: Vec<&Rc<Record>> = Vec::new();
    for visit in visits.iter().rev() {
        let firm = store.read(|state| firm_of(state, visit));
        if !firms.contains(&firm) && answer(visit, "has_financing_need") == "yes" {
            needs.push(visit);
        }
        firms.push(firm);
    }
    let amount: i64 = needs
        .iter()
        .filter_map(|visit| visit.integer(&format!("{ANSWER}financing_amount")))
        .sum();
    lines.push(t_filled!(i18n, summary.visits, n = visits.len()));
    lines.push(match needs.len() {
        0 => t_string!(i18n, summary.no_needs).to_owned(),
        n => t_filled!(
            i18n,
            summary.needs,
            n = n,
            amount = Unit::TenThousandYuan.format(amount)
        ),
    });
    let problems = counted(&visits, "issue_kinds", |choice| {
        label(&forms, "issue_kinds", choice, language)
    });
    if !problems.is_empty() {
        lines.push(t_filled!(
            i18n,
            summary.problems,
            list = problems.join("、")
        ));
    }
    for (visit, n) in visits.iter().zip(1..) {
        let firm = visit.text(field::ENTERPRISE).parse().ok();
        let name = firm.map(|firm| store.read(|state| enterprise_name(state, firm)));
        let name = name.filter(|name| !name.is_empty());
        let mut facts = Vec::new();
        if let Some(amount) = visit.integer(&format!("{ANSWER}financing_amount")) {
            let amount = Unit::TenThousandYuan.format(amount);
            facts.push(t_filled!(i18n, summary.need, amount = amount));
        }
        let step = answer(visit, "next_step");
        if !step.is_empty() && step != "none" {
            let step = label(&forms, "next_step", step, language);
            facts.push(t_filled!(i18n, summary.next, step = step));
        }
        let facts = match facts.is_empty() {
            true => String::new(),
            false => format!("：{}", facts.join("，")),
        };
        let name = name.unwrap_or_else(|| t_string!(i18n, visit.unknown_firm).to_owned());
        lines.push(format!("{n}. {name}{facts}"));
    }
    let open: Vec<String> = match span {
        Span::Day => plan::of_day(store, &last)
            .into_iter()
            .filter(|stop| stop.visit.is_none() && !stop.name.is_empty())
            .map(|stop| stop.name)
            .collect(),
        Span::Week => Vec::new(),
    };
    if !open.is_empty() {
        lines.push(t_filled!(i18n, summary.open, names = open.join("、")));
    }
    lines.join("\n")
}

/// The person's own visits between two days, both included, in the order they were made.
fn own_visits(store: Store, first: &str, last: &str) -> Vec<Rc<Record>> {
    let visits = store.read(|state| {
        let user = state.meta().user;
        let all = state.view().of_kind(&RecordKind::Visit);
        let mut own = Vec::new();
        for visit in all.filter(|visit| is_by(visit, user)) {
            let day = Stamp::parse(visit.text(field::STARTED_AT)).map(Stamp::iso_date);
            if day.is_some_and(|day| first <= day.as_str() && day.as_str() <= last) {
                own.push(Rc::clone(visit));
            }
        }
        own
    });
    sorted_by_key(visits, |visit: &Rc<Record>| {
        Stamp::parse(visit.text(field::STARTED_AT)).map(Stamp::unix_ms)
    })
}

/// `担保不足 2、利率偏高 1`: how often each choice of a question was ticked, most often first.
fn counted(visits: &[Rc<Record>], question: &str, label: impl Fn(&str) -> String) -> Vec<String> {
    let mut counts: Vec<(&str, i64)> = Vec::new();
    for choice in visits
        .iter()
        .flat_map(|visit| answer(visit, question).split(' '))
        .filter(|choice| !choice.is_empty() && *choice != "none")
    {
        match counts.iter_mut().find(|(known, _)| *known == choice) {
            Some((_, count)) => *count += 1,
            None => counts.push((choice, 1)),
        }
    }
    let counts = sorted_by_key(counts, |(_, count)| -count);
    let said = counts
        .iter()
        .map(|(choice, count)| format!("{} {count}", label(choice)));
    said.collect()
}
