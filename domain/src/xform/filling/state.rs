//! How a place stands, for screens: asked or not, what is wrong, what has changed.

use super::{
    super::{NodeKind, plan::Aspect},
    At, Filling, Role,
    kinds::fits,
    spot::flag,
};
use crate::RecordId;

/// That something about a place has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The place.
    pub at: At,
    aspects: u8,
}

impl Change {
    const fn has(self, aspect: Aspect) -> bool {
        self.aspects & aspect.bit() != 0
    }

    /// Whether its answer has, as it is read.
    pub const fn value(self) -> bool {
        self.has(Aspect::Value)
    }

    /// Whether it is asked now and was not, or the other way round.
    pub const fn relevance(self) -> bool {
        self.has(Aspect::Relevant)
    }

    /// Whether what is wrong with it may have.
    pub const fn validity(self) -> bool {
        self.aspects
            & (Aspect::Value.bit()
                | Aspect::Relevant.bit()
                | Aspect::Required.bit()
                | Aspect::Constraint.bit())
            != 0
    }

    /// Whether an answer is needed now and was not, or the other way round.
    pub const fn required(self) -> bool {
        self.has(Aspect::Required)
    }

    /// Whether it can be written now and could not, or the other way round.
    pub const fn readonly(self) -> bool {
        self.has(Aspect::Readonly)
    }

    /// Whether other choices are on offer.
    pub const fn choices(self) -> bool {
        self.has(Aspect::Choices)
    }

    /// Whether a repeat has other instances.
    pub const fn instances(self) -> bool {
        self.has(Aspect::Count)
    }

    /// Whether its texts have.
    pub const fn texts(self) -> bool {
        self.has(Aspect::Texts)
    }
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is missing.
    Required,
    /// It is not of its question's kind.
    Kind,
    /// Its constraint does not hold.
    Constraint,
}

impl Filling {
    /// What a place is.
    pub fn role(&self, at: At) -> Role {
        self.spot(at).role
    }

    /// What is in a place, in order: of a group or an instance its questions, groups and repeats, of a repeat the
    /// instances that are there.
    pub fn contents(&self, at: At) -> Vec<At> {
        let mut children = Vec::new();
        self.inside_with_repeats(at, &mut children);
        children
    }

    /// What a place is in.
    pub fn parent(&self, at: At) -> Option<At> {
        (at != At::FORM).then(|| self.spot(at).parent)
    }

    /// The id of an instance.
    pub fn id(&self, instance: At) -> Option<RecordId> {
        self.spot(instance).more.as_ref().and_then(|more| more.id)
    }

    /// Which of its repeat's instances one is, from 1.
    pub fn position(&self, instance: At) -> usize {
        let mut living = self.living(self.spot(instance).parent);
        living.position(|at| at == instance).map_or(0, |at| at + 1)
    }

    /// An answer as expressions read it: blank where it is not relevant.
    pub fn value(&self, at: At) -> &str {
        self.spot(at).shown()
    }

    /// An answer as it is kept.
    pub fn kept(&self, at: At) -> &str {
        &self.spot(at).text
    }

    /// Whether it is asked, with all that it is in.
    pub fn is_relevant(&self, at: At) -> bool {
        self.spot(at).has(flag::RELEVANT)
    }

    /// Whether an answer is needed.
    pub fn is_required(&self, at: At) -> bool {
        self.spot(at).has(flag::REQUIRED)
    }

    /// Whether it can only be read, or something that it is in.
    pub fn is_readonly(&self, mut at: At) -> bool {
        while !self.spot(at).has(flag::READONLY) && at != At::FORM {
            at = self.spot(at).parent;
        }
        self.spot(at).has(flag::READONLY)
    }

    /// What is wrong with the answer of a place, if anything is.
    pub fn problem(&self, at: At) -> Option<Problem> {
        let spot = self.spot(at);
        if spot.role != Role::Question || !spot.has(flag::RELEVANT) {
            return None;
        }
        let text = spot.shown();
        if text.trim().is_empty() {
            let asks = self.node(at).kind != NodeKind::Note;
            return (asks && spot.has(flag::REQUIRED)).then_some(Problem::Required);
        }
        let node = self.node(at);
        let elsewhere = self.fixed && node.kind.has_choices() && self.on_offer(at).is_some();
        if elsewhere || !fits(node, text, self.surroundings.offset_minutes) {
            return Some(Problem::Kind);
        }
        spot.has(flag::BROKEN).then_some(Problem::Constraint)
    }

    /// All that is wrong, in order.
    pub fn problems(&self) -> Vec<(At, Problem)> {
        let all = self.living_below(At::FORM).into_iter();
        all.filter_map(|at| Some((at, self.problem(at)?))).collect()
    }

    /// The questions whose answers are kept but will not be handed in, in order: not relevant, or not on offer.
    pub fn left_out(&self) -> Vec<At> {
        let mut all = self.living_below(At::FORM);
        all.retain(|at| {
            let spot = self.spot(*at);
            self.node(*at).kind.is_asked() && !spot.text.is_empty() && spot.shown().is_empty()
        });
        all
    }

    /// All places in one, itself first, in the order of the document.
    pub(super) fn living_below(&self, top: At) -> Vec<At> {
        let (mut below, mut next) = (Vec::new(), vec![top]);
        let mut inside = Vec::new();
        while let Some(at) = next.pop() {
            below.push(at);
            self.inside_with_repeats(at, &mut inside);
            while let Some(at) = inside.pop() {
                next.push(at);
            }
        }
        below
    }

    /// The place of a path such as `/data/people[2]/age`; a repeat without a number is the repeat as a whole.
    pub fn find(&self, path: &str) -> Option<At> {
        let mut names = path.strip_prefix('/')?.split('/');
        if names.next()? != self.node(At::FORM).name {
            return None;
        }
        let mut at = At::FORM;
        for step in names {
            let (name, number) = match step.strip_suffix(']') {
                Some(step) => {
                    let (name, number) = step.split_once('[')?;
                    (name, Some(number.parse::<usize>().ok()?))
                }
                None => (step, None),
            };
            let spot = self.spot(at);
            let outline = &self.plan.outline;
            let child = outline.named(&self.form, spot.node, name)?;
            if matches!(spot.role, Role::Question | Role::Repeat) {
                return None;
            }
            at = At(spot.first + outline.slot(child) as u32);
            if let Some(number) = number {
                at = self.living(at).nth(number.checked_sub(1)?)?;
            }
        }
        Some(at)
    }

    pub(super) fn change(&mut self, at: At, aspect: Aspect) {
        let spot = self.spot_mut(at);
        let before = spot.changed;
        spot.changed |= aspect.bit();
        if before == 0 {
            self.changed.push(at);
        }
    }

    pub(super) fn change_below(&mut self, top: At, aspect: Aspect) {
        for at in self.living_below(top) {
            self.change(at, aspect);
        }
    }

    /// What has changed since this was called last.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let changed = std::mem::take(&mut self.changed);
        let changes = changed.into_iter().map(|at| Change {
            at,
            aspects: std::mem::take(&mut self.spot_mut(at).changed),
        });
        changes.collect()
    }
}
