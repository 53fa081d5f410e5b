//! In which order a form's expressions are worked out, and which of them hang on which answers. Made once, when the form
//! is opened.

use super::{
    Column, Flaw, Form, FormFault, NodeId,
    outline::Outline,
    reads::{CLOCK, LANGUAGE, Read, reads},
};
use crate::expression::Expression;

/// What is worked out about a node. The first four others depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Aspect {
    Relevant,
    /// Of a repeat: how many instances it has.
    Count,
    /// Which choices are offered.
    Choices,
    Value,
    Required,
    Readonly,
    Constraint,
    Texts,
}

impl Aspect {
    pub const ALL: [Self; 8] = [
        Self::Relevant,
        Self::Count,
        Self::Choices,
        Self::Value,
        Self::Required,
        Self::Readonly,
        Self::Constraint,
        Self::Texts,
    ];

    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    const fn column(self) -> Column {
        match self {
            Self::Relevant => Column::Relevant,
            Self::Count => Column::RepeatCount,
            Self::Choices => Column::ChoiceFilter,
            Self::Value => Column::Calculation,
            Self::Required => Column::Required,
            Self::Readonly => Column::Readonly,
            Self::Constraint => Column::Constraint,
            Self::Texts => Column::Label,
        }
    }
}

/// The aspects that others depend on.
const ORDERED: usize = 4;

/// Something to work out anew when what it hangs on has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dependent {
    pub node: NodeId,
    pub aspect: Aspect,
    /// Only in the same instance of this repeat.
    pub within: NodeId,
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub outline: Outline,
    /// For each node and each of the ordered aspects, when it comes.
    ranks: Vec<u32>,
    /// For each node what hangs on it, then what hangs on the instant and on the language.
    dependents: Vec<Vec<Dependent>>,
    /// For each node the aspects of it that have to be worked out.
    aspects: Vec<u8>,
    /// For each node which ones it triggers.
    triggers: Vec<Vec<NodeId>>,
}

impl Plan {
    /// The plan of a form.
    ///
    /// # Errors
    /// What depends on itself.
    pub fn new(form: &Form, outline: Outline) -> Result<Self, Vec<Flaw>> {
        let count = form.nodes.len();
        let mut plan = Self {
            outline,
            ranks: vec![0; count * ORDERED],
            dependents: vec![Vec::new(); count + 2],
            aspects: vec![0; count],
            triggers: vec![Vec::new(); count],
        };
        let mut before = vec![Vec::new(); count * ORDERED];
        for (id, node) in (0..).zip(&form.nodes) {
            plan.inherit(form, id, &mut before);
            for (column, expression) in node.expressions() {
                let aspect = match column {
                    Column::Relevant => Aspect::Relevant,
                    Column::RepeatCount => Aspect::Count,
                    Column::ChoiceFilter => Aspect::Choices,
                    Column::Calculation if node.trigger.is_empty() => Aspect::Value,
                    Column::Required => Aspect::Required,
                    Column::Readonly => Aspect::Readonly,
                    Column::Constraint => Aspect::Constraint,
                    // Of a triggered calculation and of a default nothing changes later.
                    _ => continue,
                };
                let at = form.stands_at(id, column);
                plan.put_aspect(id, aspect);
                plan.add(form, (id, aspect), at, expression, &mut before);
            }
            if node.kind.has_choices() {
                // What is chosen may not be on offer.
                plan.put_aspect(id, Aspect::Value);
            }
            let texts = node.wordings().flat_map(|(_, texts)| texts.values());
            let choices = form.list_of(node).into_iter();
            for value in texts.chain(choices.flat_map(super::List::values)) {
                plan.put_aspect(id, Aspect::Texts);
                plan.add(form, (id, Aspect::Texts), id, value, &mut before);
            }
            for trigger in &node.trigger {
                if let Some(triggered) = plan.triggers.get_mut(*trigger as usize) {
                    triggered.push(id);
                }
            }
        }
        let flaws = plan.rank(form, &before);
        if flaws.is_empty() {
            Ok(plan)
        } else {
            Err(flaws)
        }
    }

    fn put_aspect(&mut self, of: NodeId, aspect: Aspect) {
        if let Some(aspects) = self.aspects.get_mut(of as usize) {
            *aspects |= aspect.bit();
        }
    }

    /// The aspects of a node that have to be worked out, by their bits.
    pub fn aspects(&self, of: NodeId) -> u8 {
        self.aspects.get(of as usize).copied().unwrap_or_default()
    }

    /// What comes before what whatever the expressions say.
    fn inherit(&self, form: &Form, id: NodeId, before: &mut [Vec<usize>]) {
        let mut put = |aspect, first| {
            if let Some(before) = before.get_mut(vertex(id, aspect)) {
                before.push(first);
            }
        };
        if let Some(parent) = form.parent(id) {
            put(Aspect::Relevant, vertex(parent, Aspect::Relevant));
        }
        if form.is_repeat(id) {
            put(Aspect::Relevant, vertex(id, Aspect::Count));
        }
        put(Aspect::Choices, vertex(id, Aspect::Relevant));
        put(Aspect::Value, vertex(id, Aspect::Choices));
    }

    /// Takes in what an expression reads.
    fn add(
        &mut self,
        form: &Form,
        (node, aspect): (NodeId, Aspect),
        at: NodeId,
        expression: &Expression,
        before: &mut [Vec<usize>],
    ) {
        let (reads, _) = reads(form, &self.outline, at, expression);
        for Read { of, within } in reads {
            let source = match of {
                CLOCK => form.nodes.len(),
                LANGUAGE => form.nodes.len() + 1,
                of => of as usize,
            };
            let dependent = Dependent {
                node,
                aspect,
                within,
            };
            if let Some(dependents) = self.dependents.get_mut(source)
                && dependents.last() != Some(&dependent)
            {
                dependents.push(dependent);
            }
            let other = if form.is_repeat(of) {
                Aspect::Count
            } else {
                Aspect::Value
            };
            // Which choices are offered may hang on those that are chosen.
            let own = of == node && aspect == Aspect::Choices;
            if !own
                && form.node(of).is_some()
                && (aspect as usize) < ORDERED
                && let Some(before) = before.get_mut(vertex(node, aspect))
            {
                before.push(vertex(of, other));
            }
        }
    }

    /// Numbers everything so that each comes after what it hangs on; what cannot be is a flaw.
    fn rank(&mut self, form: &Form, before: &[Vec<usize>]) -> Vec<Flaw> {
        let mut flaws: Vec<Flaw> = Vec::new();
        // Not seen; on the way, which is the stack below; numbered.
        let mut seen = vec![0_u8; before.len()];
        let mut next_rank = 0;
        for first in 0..before.len() {
            let mut stack = vec![(first, 0)];
            while let Some((at, done)) = stack.pop() {
                if done == 0 && seen.get(at) != Some(&0) {
                    continue;
                }
                set(&mut seen, at, 1);
                let others = before.get(at).map_or(&[][..], Vec::as_slice);
                let Some(other) = others.get(done) else {
                    set(&mut seen, at, 2);
                    set(&mut self.ranks, at, next_rank);
                    next_rank += 1;
                    continue;
                };
                stack.push((at, done + 1));
                match seen.get(*other) {
                    Some(0) => stack.push((*other, 0)),
                    Some(1) => {
                        let ring = stack.iter().map(|(at, _)| *at);
                        let ring: Vec<usize> = ring.skip_while(|at| at != other).collect();
                        if let Some(ring) = ring_of(form, &ring) {
                            // One cell, one ring: the longer says more.
                            let same =
                                |flaw: &Flaw| (flaw.node, flaw.column) == (ring.node, ring.column);
                            match flaws.iter_mut().find(|flaw| same(flaw)) {
                                Some(known) if known.length() < ring.length() => *known = ring,
                                Some(_) => {}
                                None => flaws.push(ring),
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        flaws
    }

    /// When something is worked out: a lower number first.
    pub fn rank_of(&self, node: NodeId, aspect: Aspect) -> u32 {
        match self.ranks.get(vertex(node, aspect)) {
            Some(rank) if (aspect as usize) < ORDERED => *rank,
            _ => self.ranks.len() as u32,
        }
    }

    /// What hangs on a node, on [`CLOCK`] or on [`LANGUAGE`].
    pub fn dependents(&self, of: NodeId) -> &[Dependent] {
        let place = match of {
            CLOCK => self.triggers.len(),
            LANGUAGE => self.triggers.len() + 1,
            of => of as usize,
        };
        self.dependents.get(place).map_or(&[], Vec::as_slice)
    }

    /// Whether what is on offer hangs on what is chosen of it.
    pub fn chooses_by_itself(&self, of: NodeId) -> bool {
        let mut dependents = self.dependents(of).iter();
        dependents.any(|dependent| dependent.node == of && dependent.aspect == Aspect::Choices)
    }

    /// Which nodes a node's change triggers.
    pub fn triggered(&self, by: NodeId) -> &[NodeId] {
        self.triggers.get(by as usize).map_or(&[], Vec::as_slice)
    }
}

const fn vertex(node: NodeId, aspect: Aspect) -> usize {
    node as usize * ORDERED + aspect as usize
}

fn set<T>(all: &mut [T], at: usize, value: T) {
    if let Some(place) = all.get_mut(at) {
        *place = value;
    }
}

/// A ring, said at the first of its nodes that a person has written an expression for.
fn ring_of(form: &Form, ring: &[usize]) -> Option<Flaw> {
    let mut names: Vec<String> = Vec::new();
    let mut place = None;
    for at in ring {
        let id = (at / ORDERED) as NodeId;
        let node = form.node(id)?;
        if names.last() != Some(&node.name) {
            names.push(node.name.clone());
        }
        let column = Aspect::ALL.get(at % ORDERED)?.column();
        let written = node.expressions().any(|(known, _)| known == column);
        if place.is_none() && written {
            place = Some((id, column));
        }
    }
    if names.len() > 1 && names.first() == names.last() {
        names.pop();
    }
    // Where it closes.
    names.push(names.first()?.clone());
    let (node, column) = place?;
    Some(Flaw {
        node,
        column,
        why: FormFault::Ring(names),
    })
}
