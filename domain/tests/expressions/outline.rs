//! A small document and what expressions come to in it: the same list natively and in a browser.
#![allow(clippy::unwrap_used)]

use ruyuan_domain::{
    Language,
    expression::{Surroundings, Tree, Value, evaluate, parse},
};
use std::{borrow::Cow, cell::Cell};

/// By depth: a name, and after it a text.
const DOCUMENT: &str = "\
data
  name 甲公司
  staff 12
  blank
  uses equipment rent  research
  founded 2024-05-01
  member
    age 30
    role 工程师
    skill
      level 3
  member
    age
    role 会计
    skill
      level 1
  member
    age 25
    role 工程师
    skill
      level 2
";
const LIST: &str = "\
root
  item
    code 330802
    label 柯城区
    city 衢州
  item
    code 330803
    label 衢江区
    city 衢州
  item
    code 330102
    label 上城区
    city 杭州
";
const CASES: &str = include_str!("cases.txt");

/// 2026-04-26T09:30:00 in China.
const NOW_MS: i64 = 1_777_167_000_000;
const CHINA: i32 = 480;

struct Outline {
    /// Depth, name, text; both documents one after the other, each under a top without a name.
    lines: Vec<(usize, &'static str, &'static str)>,
    list: usize,
}

impl Outline {
    fn new() -> Self {
        let mut lines = Vec::new();
        let mut add = |text: &'static str| {
            let top = lines.len();
            lines.push((0, "", ""));
            for line in text.lines() {
                let words = line.trim_start();
                let depth = (line.len() - words.len()) / 2 + 1;
                let (name, text) = words.split_once(' ').unwrap_or((words, ""));
                lines.push((depth, name, text));
            }
            top
        };
        add(DOCUMENT);
        let list = add(LIST);
        Self { lines, list }
    }

    fn find(&self, name: &str) -> usize {
        self.lines
            .iter()
            .position(|(_, found, _)| *found == name)
            .unwrap()
    }

    fn below(&self, node: usize) -> impl Iterator<Item = usize> {
        let depth = self.lines[node].0;
        let deeper = self.lines[node + 1..]
            .iter()
            .take_while(|line| line.0 > depth)
            .count();
        node + 1..node + 1 + deeper
    }
}

impl Tree for Outline {
    type Node = usize;

    fn parent(&self, node: usize) -> Option<usize> {
        let depth = self.lines[node].0;
        (0..node)
            .rev()
            .find(|before| self.lines[*before].0 < depth)
            .filter(|_| depth > 0)
    }

    fn children(&self, node: usize) -> Vec<usize> {
        let depth = self.lines[node].0 + 1;
        self.below(node)
            .filter(|below| self.lines[*below].0 == depth)
            .collect()
    }

    fn name(&self, node: usize) -> &str {
        self.lines[node].1
    }

    fn text(&self, node: usize) -> Cow<'_, str> {
        let mut text = self.lines[node].2.to_owned();
        text.extend(self.below(node).map(|below| self.lines[below].2));
        Cow::Owned(text)
    }

    fn instance(&self, name: &str) -> Option<usize> {
        (name == "counties").then_some(self.list)
    }
}

fn surroundings() -> Surroundings {
    Surroundings {
        now_ms: NOW_MS,
        offset_minutes: CHINA,
        language: Language::Chinese,
        chance: Cell::new(7),
    }
}

/// What an expression comes to at the form's first question, or in the second member if it begins with `@`.
pub fn outcome(expression: &str) -> String {
    let document = Outline::new();
    let (node, expression) = match expression.strip_prefix('@') {
        None => (document.find("name"), expression),
        Some(inner) => {
            let members = document.children(document.find("data"));
            let members = members
                .into_iter()
                .filter(|node| document.name(*node) == "member");
            let second = members.clone().nth(1).unwrap();
            (document.children(second)[0], inner)
        }
    };
    let parsed = match parse(expression) {
        Ok(parsed) => parsed,
        Err(mistake) => {
            let sentence = mistake.why.sentence(Language::Chinese);
            return format!("{}: {sentence}", mistake.at);
        }
    };
    let surroundings = surroundings();
    match evaluate(&parsed, &document, node, &surroundings) {
        Ok(Value::Text(text)) => format!("'{text}'"),
        Ok(Value::Nodes(nodes)) => {
            let texts: Vec<_> = nodes.iter().map(|node| document.text(*node)).collect();
            format!("[{}]", texts.join("|"))
        }
        Ok(value) => value.as_text(&document, &surroundings),
        Err(fault) => format!("fault: {fault}"),
    }
}

/// Each line of the list that is not as it says.
pub fn wrong() -> Vec<String> {
    let cases = CASES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    cases
        .filter_map(|line| {
            let (expression, expected) = line.split_once(" => ").unwrap();
            let found = outcome(expression.trim_end());
            (found != expected).then(|| format!("{expression} => {found}, not {expected}"))
        })
        .collect()
}
