//! Works out what waits, in the order of the plan.

use super::{
    super::plan::{Aspect, Dependent},
    At, Filling, Place, Role,
    kinds::stored,
    spot::flag,
};
use crate::expression::{Expression, Value, evaluate};
use std::cmp::Reverse;

impl Filling {
    /// What an expression comes to at a place; nothing where it has no value.
    pub(super) fn worth(&self, expression: &Expression, at: At) -> Option<Value<Place>> {
        // Chance at a place is always the same: an answer does not change because another was worked out before it.
        self.surroundings.chance.set(self.mixed(at, u64::MAX));
        evaluate(expression, self, self.place(at), &self.surroundings).ok()
    }

    /// Whether a condition holds at a place; `without` if there is none, or it has no value.
    pub(super) fn holds(&self, condition: Option<&Expression>, at: At, without: bool) -> bool {
        let worth = condition.and_then(|condition| self.worth(condition, at));
        worth.map_or(without, |value| value.as_boolean())
    }

    /// A number of chance for a place; another one for each `salt`.
    pub(super) fn mixed(&self, at: At, salt: u64) -> u64 {
        let mut mixed = self.inputs.seed ^ salt;
        let mut next = Some(at);
        while let Some(at) = next {
            let spot = self.spot(at);
            let id = spot.more.as_ref().and_then(|more| more.id);
            let id = id.map_or(0, |id| (id.as_u128() >> 64) as u64 ^ id.as_u128() as u64);
            mixed = (mixed ^ id ^ u64::from(spot.node)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed ^= mixed >> 29;
            next = (at != At::FORM).then_some(spot.parent);
        }
        mixed
    }

    /// Something is to be worked out.
    pub(super) fn wait(&mut self, at: At, aspect: Aspect) {
        let rank = self.plan.rank_of(self.spot(at).node, aspect);
        let spot = self.spot_mut(at);
        if spot.waiting & aspect.bit() == 0 {
            spot.waiting |= aspect.bit();
            let key = u64::from(rank) << 35 | (aspect as u64) << 32 | u64::from(at.0);
            self.waiting.push(Reverse(key));
        }
    }

    /// All about a place and what is in it is to be worked out.
    pub(super) fn wait_below(&mut self, top: At) {
        let mut next = vec![top];
        while let Some(at) = next.pop() {
            let aspects = self.plan.aspects(self.spot(at).node);
            for aspect in Aspect::ALL {
                if aspects & aspect.bit() != 0 {
                    self.wait(at, aspect);
                }
            }
            self.inside_with_repeats(at, &mut next);
        }
    }

    /// What is directly in a place, repeats as a whole and their instances too.
    pub(super) fn inside_with_repeats(&self, at: At, into: &mut Vec<At>) {
        let spot = self.spot(at);
        match spot.role {
            Role::Question => {}
            Role::Repeat => into.extend(self.living(at)),
            Role::Group | Role::Instance => {
                let count = self.plan.outline.children(spot.node).len() as u32;
                into.extend((spot.first..spot.first + count).map(At));
            }
        }
    }

    /// What hangs on a place is to be worked out.
    pub(super) fn spread(&mut self, from: At) {
        let node = self.spot(from).node;
        self.spread_from(from, node);
        if self.opening || self.spot(from).role != Role::Question {
            return;
        }
        for triggered in self.plan.triggered(node).to_vec() {
            let shared = self.form.upwards(node).find(|above| {
                self.form.is_repeat(*above) && self.form.is_within(triggered, *above)
            });
            let dependent = Dependent {
                node: triggered,
                aspect: Aspect::Value,
                within: shared.unwrap_or_default(),
            };
            for at in self.targets(dependent, from) {
                if !self.triggered.contains(&at) && !self.fired.contains(&at) {
                    self.triggered.push(at);
                }
            }
        }
    }

    /// What hangs on a node, or on the instant or the language, is to be worked out as far as this place matters.
    pub(super) fn spread_from(&mut self, from: At, node: super::super::NodeId) {
        for index in 0..self.plan.dependents(node).len() {
            let Some(dependent) = self.plan.dependents(node).get(index).copied() else {
                return;
            };
            for at in self.targets(dependent, from) {
                self.wait(at, dependent.aspect);
            }
        }
    }

    /// The places of a dependent that share with a place the instance that it says.
    pub(super) fn targets(&self, dependent: Dependent, from: At) -> Vec<At> {
        let Dependent { node, within, .. } = dependent;
        let mut top = from;
        while top != At::FORM {
            let spot = self.spot(top);
            if spot.node == within && spot.role == Role::Instance {
                break;
            }
            top = spot.parent;
        }
        let mut way: Vec<_> = self.form.upwards(node).collect();
        way.truncate(way.iter().position(|id| *id == within).unwrap_or(way.len()));
        let mut reached = vec![top];
        while let Some(next) = way.pop() {
            let slot = self.plan.outline.slot(next) as u32;
            let mut further = Vec::with_capacity(reached.len());
            for at in reached {
                let child = At(self.spot(at).first + slot);
                let repeat = self.spot(child).role == Role::Repeat;
                if repeat {
                    further.extend(self.living(child));
                }
                if !repeat || way.is_empty() {
                    further.push(child);
                }
            }
            reached = further;
        }
        reached
    }

    /// Works out all that waits, and what that brings about.
    pub(super) fn settle(&mut self) {
        loop {
            if !self.ordered {
                self.put_in_order();
            }
            if let Some(Reverse(key)) = self.waiting.pop() {
                let at = At(key as u32);
                if let Some(aspect) = Aspect::ALL.get((key >> 32 & 7) as usize) {
                    self.spot_mut(at).waiting &= !aspect.bit();
                    self.work_out(at, *aspect);
                }
            } else if let Some(at) = self.next_beginning() {
                let opening = std::mem::replace(&mut self.opening, true);
                let default = self.form.clone();
                let default = default.node(self.spot(at).node);
                let default = default.and_then(|node| node.default.as_ref());
                self.calculate(at, default);
                self.opening = opening;
            } else if !self.triggered.is_empty() {
                let at = self.triggered.remove(0);
                self.fired.push(at);
                let form = self.form.clone();
                let node = form.node(self.spot(at).node);
                self.calculate(at, node.and_then(|node| node.calculation.as_ref()));
            } else {
                self.fired.clear();
                return;
            }
        }
    }

    /// The first in the document that begins with something worked out.
    fn next_beginning(&mut self) -> Option<At> {
        let orders = self.beginning.iter().enumerate();
        let (index, _) = orders.min_by_key(|(_, at)| self.spot(**at).order)?;
        Some(self.beginning.swap_remove(index))
    }

    fn work_out(&mut self, at: At, aspect: Aspect) {
        let form = self.form.clone();
        let Some(node) = form.node(self.spot(at).node) else {
            return;
        };
        let role = self.spot(at).role;
        let mark = |filling: &mut Self, flag: u8, to: bool| {
            if filling.spot_mut(at).set(flag, to) {
                filling.change(at, aspect);
            }
        };
        match aspect {
            Aspect::Relevant => self.work_out_relevance(at, node.relevant.as_ref()),
            Aspect::Count if role == Role::Repeat && !self.fixed => {
                if let Some(count) = &node.count {
                    self.work_out_count(at, count);
                }
            }
            // They are worked out when a screen asks for them, or when something is chosen that may not be on offer.
            Aspect::Choices => {
                self.change(at, aspect);
                self.wait(at, Aspect::Value);
            }
            Aspect::Value if role == Role::Question => match &node.calculation {
                Some(calculation)
                    if node.trigger.is_empty() && self.is_relevant(at) && !self.fixed =>
                {
                    self.calculate(at, Some(calculation));
                }
                _ => self.show(at, None),
            },
            Aspect::Required => {
                let required = self.holds(node.required.as_ref(), at, false);
                mark(self, flag::REQUIRED, required);
            }
            Aspect::Readonly => {
                let readonly = self.holds(node.readonly.as_ref(), at, false);
                if self.spot_mut(at).set(flag::READONLY, readonly) {
                    self.change_below(at, aspect);
                }
            }
            Aspect::Constraint => {
                let holds = self.holds(node.constraint.as_ref(), at, true);
                mark(self, flag::BROKEN, !holds);
            }
            Aspect::Texts => {
                let sum = self.sum_of_texts(at);
                if std::mem::replace(&mut self.spot_mut(at).more().texts, sum) != sum {
                    self.change(at, aspect);
                }
            }
            Aspect::Count | Aspect::Value => {}
        }
    }

    fn work_out_relevance(&mut self, at: At, condition: Option<&Expression>) {
        // What has no value is asked: a person sees it, and nothing is lost.
        let asked = self.holds(condition, at, true);
        let above = at == At::FORM || self.is_relevant(self.container(at));
        let spot = self.spot_mut(at);
        spot.set(flag::ASKED, asked);
        if !spot.set(flag::RELEVANT, asked && above) {
            return;
        }
        self.change(at, Aspect::Relevant);
        if self.spot(at).role == Role::Question {
            self.wait(at, Aspect::Value);
            return;
        }
        let mut inside = Vec::new();
        if self.spot(at).role != Role::Repeat {
            self.inside_with_repeats(at, &mut inside);
        }
        while let Some(at) = inside.pop() {
            self.wait(at, Aspect::Relevant);
            if self.spot(at).role == Role::Repeat {
                inside.extend(self.living(at));
            }
        }
    }

    fn work_out_count(&mut self, at: At, count: &Expression) {
        let worth = self.worth(count, at);
        let number = worth.map_or(f64::NAN, |value| value.as_number(self, &self.surroundings));
        let more = self.spot_mut(at).more();
        let before = more.count;
        // While the number is being typed it is blank for a moment: nothing goes then.
        let count = match before {
            Some(before) if number.is_nan() => before,
            _ => number.clamp(0.0, super::open::MOST_INSTANCES as f64) as usize,
        };
        more.count = Some(count);
        if before != Some(count) {
            self.count_instances(at, count);
        }
    }

    /// Sets an answer to what an expression comes to.
    fn calculate(&mut self, at: At, calculation: Option<&Expression>) {
        let worth = calculation.and_then(|calculation| self.worth(calculation, at));
        let kind = self.node(at).kind;
        let text = worth.map(|value| stored(kind, &value, self, &self.surroundings));
        self.show(at, Some(text.unwrap_or_default()));
    }

    /// Shows an answer, or another in its place, as far as it is relevant and on offer.
    pub(super) fn show(&mut self, at: At, text: Option<String>) {
        let before = self.spot(at).shown().to_owned();
        let relevant = self.is_relevant(at);
        let spot = self.spot_mut(at);
        if let Some(text) = text {
            spot.text = text;
        }
        spot.set(flag::SHOWN, relevant);
        if self.node(at).kind.has_choices() && !self.fixed {
            let kept = self.on_offer(at);
            let spot = self.spot_mut(at);
            if kept.is_some() || spot.more.is_some() {
                spot.more().kept = kept;
            }
        }
        if self.spot(at).shown() != before {
            self.change(at, Aspect::Value);
            self.spread(at);
        }
    }
}
