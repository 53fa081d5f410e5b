//! The answers as data: to go on with later, and to be handed in.

use super::{At, Filling, Role};
use crate::{Map, RecordId, json::Blank, read_from_members};
use serde::Serialize;

/// The answers of a form, or of one instance of a repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// By path from the form or the instance on: `group/question`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub values: Map<String, String>,
    /// The instances of each repeat, in order, by its path.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub repeats: Map<String, Vec<Instance>>,
}

/// One instance of a repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Its id.
    pub id: RecordId,
    /// What is answered in it.
    pub answers: Answers,
}

impl Blank for Answers {
    fn blank() -> Self {
        Self::default()
    }
}

read_from_members!(Instance { id, answers });

impl<'de> serde::Deserialize<'de> for Answers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = crate::json::Members::deserialize(deserializer)?;
        let mut answers = Self::default();
        members.fill_if_there("values", &mut answers.values);
        members.fill_if_there("repeats", &mut answers.repeats);
        members.done(answers)
    }
}

impl Filling {
    /// All that is kept, to go on with later: also what is not relevant, and instances beyond their repeat's count.
    pub fn saved(&self) -> Answers {
        self.collect(At::FORM, false)
    }

    /// What is handed in: what is relevant and answered.
    pub fn submission(&self) -> Answers {
        self.collect(At::FORM, true)
    }

    fn collect(&self, top: At, relevant: bool) -> Answers {
        let mut answers = Answers::default();
        let mut next = vec![(top, String::new())];
        while let Some((at, path)) = next.pop() {
            let spot = self.spot(at);
            if relevant && !self.is_relevant(at) && spot.role != Role::Repeat {
                continue;
            }
            match spot.role {
                Role::Question => {
                    let text = if relevant { spot.shown() } else { &spot.text };
                    if !text.is_empty() {
                        answers.values.insert(path, text.to_owned());
                    }
                }
                Role::Repeat => {
                    let all = spot.instances().iter().copied();
                    let there = all.filter(|at| {
                        let instance = self.spot(*at);
                        let gone = instance.has(super::spot::flag::GONE);
                        let there = instance.is_living() && self.is_relevant(*at);
                        if relevant { there } else { !gone }
                    });
                    let instances: Vec<Instance> = there
                        .filter_map(|at| {
                            Some(Instance {
                                id: self.id(at)?,
                                answers: self.collect(at, relevant),
                            })
                        })
                        .collect();
                    if !instances.is_empty() {
                        answers.repeats.insert(path, instances);
                    }
                }
                Role::Group | Role::Instance => {
                    for child in self.contents(at) {
                        let name = &self.node(child).name;
                        let path = if path.is_empty() {
                            name.clone()
                        } else {
                            format!("{path}/{name}")
                        };
                        next.push((child, path));
                    }
                }
            }
        }
        answers
    }

    /// Puts saved answers in their places; what the form has no place for is left.
    pub(super) fn take_answers(&mut self, top: At, answers: &Answers) {
        let mut work = vec![(top, answers)];
        while let Some((top, answers)) = work.pop() {
            for (path, text) in &answers.values {
                if let Some(at) = self.below(top, path)
                    && self.spot(at).role == Role::Question
                {
                    self.spot_mut(at).text.clone_from(text);
                }
            }
            for (path, instances) in &answers.repeats {
                let Some(repeat) = self.below(top, path) else {
                    continue;
                };
                if self.spot(repeat).role != Role::Repeat {
                    continue;
                }
                for instance in instances {
                    if let Some(at) = self.put_instance(repeat, instance.id) {
                        self.grow(at, false);
                        work.push((at, &instance.answers));
                    }
                }
            }
        }
    }

    /// The place of a path from a group or an instance on.
    fn below(&self, top: At, path: &str) -> Option<At> {
        let outline = &self.plan.outline;
        let mut at = top;
        for name in path.split('/') {
            let spot = self.spot(at);
            if !matches!(spot.role, Role::Group) && at != top {
                return None;
            }
            let child = outline.named(&self.form, spot.node, name)?;
            at = At(spot.first + outline.slot(child) as u32);
        }
        Some(at)
    }
}
