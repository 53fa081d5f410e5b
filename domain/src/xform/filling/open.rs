//! Opens a form: new, or with the answers of a draft.

use super::{
    super::{Choice, Flaw, Form, NodeKind, Records, outline::Outline, plan::Plan},
    Answers, At, Filling, Role,
    kinds::{date_of, written},
    spot::{Spot, flag},
};
use crate::{
    Language, Map, RecordId,
    expression::{Expression, Surroundings},
    ids::IdSeed,
};
use std::{cell::Cell, collections::BinaryHeap, sync::Arc};

/// A repeat has at most so many instances.
pub(super) const MOST_INSTANCES: usize = 1_000;
/// And an answer at most so many places.
const MOST_PLACES: usize = 100_000;

/// The instant, and where the person is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// In milliseconds since 1970.
    pub now_ms: i64,
    /// From UTC, in minutes.
    pub offset_minutes: i32,
}

/// What a new answer begins with, besides the form. Submitting freezes it; a correction keeps it.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The instant.
    pub clock: Clock,
    /// The form's language, by tag; the first of the form's if it has no such one.
    pub language: String,
    /// The language of months and weekdays.
    pub words: Language,
    /// For questions of the kind.
    pub device_id: String,
    /// For questions of the kind.
    pub user_name: String,
    /// Where chance begins.
    pub seed: u64,
    /// Answers that are known, by path: `/data/group/question`. They stand in place of defaults.
    pub prefill: Map<String, String>,
    /// The records that the phone holds, for lists of them.
    pub records: Vec<(Records, Vec<Choice>)>,
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            clock: Clock::default(),
            language: String::new(),
            words: Language::Chinese,
            device_id: String::new(),
            user_name: String::new(),
            seed: 0,
            prefill: Map::new(),
            records: Vec::new(),
        }
    }
}

/// Why a form is not opened.
#[derive(Debug)]
pub struct NotOpened(pub Vec<Flaw>);

impl Filling {
    /// Begins a new answer.
    ///
    /// # Errors
    /// What is so wrong with the form that nobody can fill it.
    pub fn begin(form: Arc<Form>, inputs: Inputs) -> Result<Self, NotOpened> {
        let mut filling = Self::empty(form, inputs)?;
        filling.grow(At::FORM, true);
        filling.start();
        Ok(filling)
    }

    /// Goes on with an answer. Nothing begins anew: defaults, the start and the day stay what they were.
    ///
    /// # Errors
    /// What is so wrong with the form that nobody can fill it.
    pub fn restore(form: Arc<Form>, inputs: Inputs, answers: &Answers) -> Result<Self, NotOpened> {
        let mut filling = Self::empty(form, inputs)?;
        filling.grow(At::FORM, false);
        filling.take_answers(At::FORM, answers);
        filling.start();
        Ok(filling)
    }

    /// What was handed in, as it is: to be asked for its [`problems`](Self::problems). Calculations and counts stay what
    /// they were, and of choices only those are wrong that no list has: what was on offer only the phone knew.
    ///
    /// # Errors
    /// What is so wrong with the form that nobody can fill it.
    pub fn judge(form: Arc<Form>, inputs: Inputs, answers: &Answers) -> Result<Self, NotOpened> {
        let mut filling = Self::empty(form, inputs)?;
        filling.fixed = true;
        filling.grow(At::FORM, false);
        filling.take_answers(At::FORM, answers);
        filling.start();
        Ok(filling)
    }

    fn empty(form: Arc<Form>, mut inputs: Inputs) -> Result<Self, NotOpened> {
        let flaws = form.bounds();
        if !flaws.is_empty() {
            return Err(NotOpened(flaws));
        }
        let plan = Plan::new(&form, Outline::new(&form)).map_err(NotOpened)?;
        let held = form.lists.iter().map(|list| {
            let mut known = inputs.records.iter_mut();
            let records = known.find(|(records, _)| Some(*records) == list.records);
            records.map(|(_, choices)| choices.clone())
        });
        let held = held.collect();
        inputs.records.clear();
        let mut language = inputs.language.clone();
        if !form.languages.contains(&language) {
            language = form.languages.first().cloned().unwrap_or_default();
        }
        let surroundings = Surroundings {
            now_ms: inputs.clock.now_ms,
            offset_minutes: inputs.clock.offset_minutes,
            language: inputs.words,
            chance: Cell::new(0),
        };
        let mut filling = Self {
            form,
            plan,
            inputs,
            surroundings,
            language,
            held,
            spots: Vec::new(),
            ordered: false,
            waiting: BinaryHeap::new(),
            beginning: Vec::new(),
            triggered: Vec::new(),
            fired: Vec::new(),
            opening: true,
            fixed: false,
            changed: Vec::new(),
        };
        filling.put(0, At::FORM, Role::Group);
        Ok(filling)
    }

    fn start(&mut self) {
        self.wait_below(At::FORM);
        self.settle();
        self.opening = false;
        self.take_changes();
    }

    fn put(&mut self, node: super::super::NodeId, parent: At, role: Role) -> At {
        let at = At(self.spots.len() as u32);
        let above = self.spots.get(parent.index());
        let relevant = above.is_none_or(|above| above.has(flag::RELEVANT));
        let mut spot = Spot {
            node,
            role,
            flags: 0,
            waiting: 0,
            changed: 0,
            parent,
            first: 0,
            order: 0,
            text: String::new(),
            more: None,
        };
        spot.set(flag::ASKED, true);
        spot.set(flag::RELEVANT, relevant);
        spot.set(flag::SHOWN, relevant);
        self.spots.push(spot);
        at
    }

    /// Makes the places in a group or an instance. In a `fresh` one repeats that count nothing begin with one instance,
    /// and questions with what they begin with.
    pub(super) fn grow(&mut self, top: At, fresh: bool) {
        let form = self.form.clone();
        self.ordered = false;
        let mut next = vec![top];
        while let Some(at) = next.pop() {
            let children = self.plan.outline.children(self.spot(at).node).to_vec();
            self.spot_mut(at).first = self.spots.len() as u32;
            for child in children.iter().copied() {
                let role = match form.node(child).map(|node| node.kind) {
                    Some(NodeKind::Repeat) => Role::Repeat,
                    Some(NodeKind::Group) => Role::Group,
                    _ => Role::Question,
                };
                self.put(child, at, role);
            }
            let first = self.spot(at).first;
            for at in (first..self.spots.len() as u32).map(At) {
                match self.spot(at).role {
                    Role::Group => next.push(at),
                    Role::Repeat if fresh && self.node(at).count.is_none() => {
                        let id = self.own_id(at);
                        next.extend(self.put_instance(at, id));
                    }
                    Role::Question if fresh => self.begin_question(at),
                    _ => {}
                }
            }
        }
    }

    /// Makes an instance without what is in it; none if there are too many.
    pub(super) fn put_instance(&mut self, repeat: At, id: RecordId) -> Option<At> {
        if self.spot(repeat).instances().len() >= MOST_INSTANCES || self.spots.len() > MOST_PLACES {
            return None;
        }
        let at = self.put(self.spot(repeat).node, repeat, Role::Instance);
        let relevant = self.is_relevant(self.container(repeat));
        let spot = self.spot_mut(at);
        spot.set(flag::RELEVANT, relevant);
        spot.more().id = Some(id);
        self.spot_mut(repeat).more().instances.push(at);
        self.ordered = false;
        Some(at)
    }

    /// The id of the next instance that nobody adds by hand: the same wherever the answer is filled.
    pub(super) fn own_id(&self, repeat: At) -> RecordId {
        let count = self.spot(repeat).instances().len() as u64;
        let one = self.mixed(repeat, count * 2);
        let other = self.mixed(repeat, count * 2 + 1);
        let mut random = [0; 10];
        for (to, from) in random
            .iter_mut()
            .zip(one.to_be_bytes().into_iter().chain(other.to_be_bytes()))
        {
            *to = from;
        }
        RecordId::new(IdSeed {
            unix_ms: self.inputs.clock.now_ms.max(0) as u64,
            random,
        })
    }

    fn begin_question(&mut self, at: At) {
        let form = self.form.clone();
        let id = self.spot(at).node;
        let Some(node) = form.node(id) else {
            return;
        };
        let known = if self.inputs.prefill.is_empty() {
            None
        } else {
            self.inputs.prefill.get(&form.path(id)).cloned()
        };
        let now = self.surroundings.now_ms;
        let offset = self.surroundings.offset_minutes;
        let text = match (known, node.kind) {
            (Some(known), _) => known,
            (_, NodeKind::Start) => written(now, offset),
            (_, NodeKind::Today) => date_of(&written(now, offset)),
            (_, NodeKind::DeviceId) => self.inputs.device_id.clone(),
            (_, NodeKind::UserName) => self.inputs.user_name.clone(),
            _ => match &node.default {
                Some(Expression::Text(text)) => text.clone(),
                Some(_) => {
                    self.beginning.push(at);
                    return;
                }
                None => return,
            },
        };
        self.spot_mut(at).text = text;
    }

    /// Numbers the places in the order of the document.
    pub(super) fn put_in_order(&mut self) {
        let mut order = 0;
        let mut next = vec![At::FORM];
        let mut inside = Vec::new();
        while let Some(at) = next.pop() {
            self.spot_mut(at).order = order;
            order += 1;
            self.inside_with_repeats(at, &mut inside);
            while let Some(at) = inside.pop() {
                next.push(at);
            }
        }
        self.ordered = true;
    }
}
