//! Plays the list's cases: a form, then step by step what a person does and what is to be seen.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::sheet;
use ruyuan_domain::{
    Language, RecordId, Stamp,
    xform::{Answers, At, Choice, Clock, Filling, Inputs, Problem, Records, Refused},
};
use std::sync::Arc;

const CASES: &str = include_str!("cases.txt");

pub fn clock(text: &str) -> Clock {
    Clock {
        now_ms: Stamp::parse(text).unwrap().unix_ms(),
        offset_minutes: 480,
    }
}

pub fn inputs() -> Inputs {
    Inputs {
        clock: clock("2026-04-26T09:30:00+08:00"),
        device_id: "phone-1".to_owned(),
        user_name: "officer".to_owned(),
        seed: 7,
        ..Inputs::default()
    }
}

struct Player {
    filling: Filling,
    removed: Vec<At>,
    added: u128,
}

impl Player {
    fn at(&self, path: &str) -> At {
        let found = self.filling.find(&format!("/data/{path}"));
        found.unwrap_or_else(|| panic!("no {path}"))
    }

    fn path(&self, at: At) -> String {
        let mut path = String::new();
        let mut next = Some(at);
        while let Some(at) = next.filter(|at| *at != At::FORM) {
            let parent = self.filling.parent(at).unwrap();
            let name = &self.filling.node(at).name;
            let step = if self.filling.id(at).is_some() {
                next = self.filling.parent(parent);
                format!("{name}[{}]", self.filling.position(at))
            } else {
                next = Some(parent);
                name.clone()
            };
            path = if path.is_empty() {
                step
            } else {
                format!("{step}/{path}")
            };
        }
        path
    }

    fn state(&self, at: At, word: &str) -> bool {
        let filling = &self.filling;
        match word {
            "relevant" => filling.is_relevant(at),
            "irrelevant" => !filling.is_relevant(at),
            "required" => filling.is_required(at),
            "optional" => !filling.is_required(at),
            "readonly" => filling.is_readonly(at),
            "writable" => !filling.is_readonly(at),
            "right" => filling.problem(at).is_none(),
            "missing" => filling.problem(at) == Some(Problem::Required),
            "broken" => filling.problem(at) == Some(Problem::Constraint),
            "no-such-kind" => filling.problem(at) == Some(Problem::Kind),
            _ => panic!("no state {word}"),
        }
    }

    /// What is not as a line says; `None` if it is, or tells what to do.
    fn line(&mut self, line: &str) -> Option<String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let differs = |found: String, expected: &str| {
            (found != expected).then(|| format!("{line}: found {found:?}"))
        };
        let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
        let refused = |refused: Result<(), Refused>| match refused {
            Ok(()) => None,
            Err(refused) => Some(format!("{line}: {refused:?}")),
        };
        match word {
            path if first == "=" => differs(self.filling.value(self.at(path)).to_owned(), second),
            path if first == "is" => {
                let at = self.at(path);
                let wrong = second.split(' ').find(|word| !self.state(at, word))?;
                Some(format!("{line}: not {wrong}"))
            }
            "set" => {
                self.filling.take_changes();
                let at = self.at(first);
                // Blanks at the end of a line would not be seen.
                refused(self.filling.set(at, &second.replace('␣', " ")))
            }
            "add" => {
                self.filling.take_changes();
                let at = self.at(first);
                self.added += 1;
                let id = RecordId::from_u128(self.added);
                refused(self.filling.add(at, id).map(drop))
            }
            "remove" => {
                self.filling.take_changes();
                let at = self.at(first);
                self.removed.push(at);
                refused(self.filling.remove(at))
            }
            "undo" => {
                let at = self.removed.pop().unwrap();
                refused(self.filling.bring_back(at))
            }
            "refused" => {
                let found = self.line(second).unwrap_or_default();
                let as_said = found.ends_with(&format!(": {first}"));
                (!as_said).then(|| format!("{line}: found {found:?}"))
            }
            "clock" => {
                self.filling.set_clock(clock(first));
                None
            }
            "finish" => {
                self.filling.finish(clock(first));
                None
            }
            "language" => {
                self.filling.set_language(first, Language::English);
                None
            }
            "hold" => {
                let choices = second.split(' ').map(|name| Choice {
                    name: name.to_owned(),
                    ..Choice::default()
                });
                let choices: Vec<Choice> = choices.collect();
                let records = match first {
                    "parks" => Records::Parks,
                    _ => Records::Enterprises,
                };
                self.filling.set_records(records, &choices);
                None
            }
            "reopen" => {
                let text = serde_json::to_string(&self.filling.saved()).unwrap();
                let answers: Answers = serde_json::from_str(&text).unwrap();
                let form = Arc::new(self.filling.form().clone());
                self.filling = Filling::restore(form, inputs(), &answers).unwrap();
                self.removed.clear();
                None
            }
            "judged" => {
                let form = Arc::new(self.filling.form().clone());
                let answers = self.filling.submission();
                let judged = Filling::judge(form, inputs(), &answers).unwrap();
                let player = Player {
                    filling: judged,
                    removed: Vec::new(),
                    added: 0,
                };
                let all = player.filling.problems().into_iter();
                let all = all.map(|(at, problem)| format!("{} {problem:?}", player.path(at)));
                differs(all.collect::<Vec<_>>().join(", "), rest)
            }
            "changed" => {
                let changes = self.filling.take_changes();
                let mut paths: Vec<_> = changes.iter().map(|change| self.path(change.at)).collect();
                paths.sort();
                differs(paths.join(" "), rest)
            }
            "count" => {
                let found = self.filling.contents(self.at(first)).len();
                differs(found.to_string(), second)
            }
            "choices" => {
                let choices = self.filling.choices(self.at(first));
                let names: Vec<_> = choices.iter().map(|offer| offer.name.as_str()).collect();
                differs(names.join(" "), second)
            }
            "labels" => {
                let choices = self.filling.choices(self.at(first));
                let labels: Vec<_> = choices.iter().map(|offer| offer.label.as_str()).collect();
                differs(labels.join(" "), second)
            }
            "label" => differs(self.filling.label(self.at(first)), second),
            "hint" => differs(self.filling.hint(self.at(first)), second),
            "message" => {
                let at = self.at(first);
                let problem = self.filling.problem(at);
                let found = problem.map(|problem| self.filling.message(at, problem));
                differs(found.unwrap_or_default(), second)
            }
            "name" => differs(self.filling.instance_name(), rest),
            "kept" => differs(self.filling.kept(self.at(first)).to_owned(), second),
            "left" => {
                let left = self.filling.left_out();
                let paths: Vec<_> = left.into_iter().map(|at| self.path(at)).collect();
                differs(paths.join(" "), rest)
            }
            "problems" => {
                let all = self.filling.problems();
                let paths: Vec<_> = all.into_iter().map(|(at, _)| self.path(at)).collect();
                differs(paths.join(" "), rest)
            }
            "xml" => {
                let xml = self.filling.xml();
                let lines: Vec<_> = xml.lines().map(str::trim).collect();
                differs(lines.concat(), rest)
            }
            "submitted" => {
                let text = serde_json::to_string(&self.filling.submission()).unwrap();
                let differ = text != rest;
                differ.then(|| format!("{line}: found {text}"))
            }
            _ => panic!("no step {line}"),
        }
    }
}

/// What is not as a case says.
fn play(case: &str) -> Vec<String> {
    let lines: Vec<&str> = case
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .collect();
    let split = lines.iter().position(|line| *line == "--").unwrap();
    let (form, steps) = lines.split_at(split);
    let (form, mut flaws) = sheet::form(form);
    flaws.extend(sheet::flaws(&form, &form.check()));
    let steps: Vec<&str> = steps.iter().skip(1).copied().collect();
    let expected = steps.iter().filter_map(|step| step.strip_prefix("flaw "));
    let expected: Vec<&str> = expected.collect();
    if !flaws.is_empty() || !expected.is_empty() {
        return if flaws == expected {
            Vec::new()
        } else {
            vec![format!("flaws {flaws:#?}")]
        };
    }
    // What a phone reads is what the server has published.
    let text = serde_json::to_string(&form).unwrap();
    let read = serde_json::from_str(&text).unwrap();
    assert_eq!(form, read);
    let mut player = Player {
        filling: Filling::begin(Arc::new(read), inputs()).unwrap(),
        removed: Vec::new(),
        added: 0,
    };
    steps.iter().filter_map(|step| player.line(step)).collect()
}

/// Everything in the list that is not as it says.
pub fn wrong() -> Vec<String> {
    let cases = CASES.split("\n== ").skip(1);
    let wrong = cases.flat_map(|case| {
        let (title, case) = case.split_once('\n').unwrap();
        play(case)
            .into_iter()
            .map(move |wrong| format!("{title}: {wrong}"))
    });
    wrong.collect()
}
