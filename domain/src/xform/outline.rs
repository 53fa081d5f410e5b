//! A form's nodes by what they are in, found without going through the whole form.

use super::{Form, NodeId};
use crate::order::sorted_by;

/// What is in what.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    /// The nodes, those of one parent side by side, in order.
    children: Vec<NodeId>,
    /// The same, those of one parent by name.
    by_name: Vec<NodeId>,
    /// Where each node's children begin in both; one more at the end.
    begins: Vec<usize>,
    /// Which of its parent's children each node is.
    slots: Vec<u32>,
}

impl Outline {
    pub fn new(form: &Form) -> Self {
        let mut begins = vec![0; form.nodes.len() + 1];
        let parents: Vec<Option<NodeId>> = (0..)
            .zip(&form.nodes)
            .map(|(id, _)| form.parent(id))
            .collect();
        let parent_of = |id: &NodeId| parents.get(*id as usize).copied().flatten();
        for parent in parents.iter().flatten() {
            if let Some(count) = begins.get_mut(*parent as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for begin in &mut begins {
            sum += *begin;
            *begin = sum;
        }
        let all: Vec<NodeId> = (0..).zip(&parents).map(|(id, _)| id).collect();
        let below: Vec<NodeId> = all
            .into_iter()
            .filter(|id| parent_of(id).is_some())
            .collect();
        let children = sorted_by(below, |one, other| parent_of(one).cmp(&parent_of(other)));
        let name = |id: &NodeId| form.node(*id).map(|node| &node.name);
        let by_name = sorted_by(children.clone(), |one, other| {
            parent_of(one)
                .cmp(&parent_of(other))
                .then_with(|| name(one).cmp(&name(other)))
        });
        let mut slots = vec![0; form.nodes.len()];
        for (place, id) in children.iter().enumerate() {
            let begin = parent_of(id).and_then(|parent| begins.get(parent as usize));
            if let (Some(slot), Some(begin)) = (slots.get_mut(*id as usize), begin) {
                *slot = (place - begin) as u32;
            }
        }
        Self {
            children,
            by_name,
            begins,
            slots,
        }
    }

    fn part<'o>(&self, of: NodeId, all: &'o [NodeId]) -> &'o [NodeId] {
        let of = of as usize;
        match (self.begins.get(of), self.begins.get(of + 1)) {
            (Some(begin), Some(end)) => all.get(*begin..*end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// What is directly in a node, in order.
    pub fn children(&self, of: NodeId) -> &[NodeId] {
        self.part(of, &self.children)
    }

    /// What of this name is directly in a node.
    pub fn named(&self, form: &Form, of: NodeId, name: &str) -> Option<NodeId> {
        let children = self.part(of, &self.by_name);
        let found = children.binary_search_by(|id| {
            let known = form.node(*id).map_or("", |node| &node.name);
            known.cmp(name)
        });
        found.ok().and_then(|at| children.get(at)).copied()
    }

    /// Which of its parent's children a node is.
    pub fn slot(&self, of: NodeId) -> usize {
        self.slots.get(of as usize).map_or(0, |slot| *slot as usize)
    }

    /// All that is in a node, each after what it is in.
    pub fn below(&self, of: NodeId) -> Vec<NodeId> {
        let mut below = self.children(of).to_vec();
        let mut done = 0;
        while let Some(next) = below.get(done) {
            below.extend_from_slice(self.children(*next));
            done += 1;
        }
        below
    }
}
