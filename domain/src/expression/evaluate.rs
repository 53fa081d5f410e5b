//! Evaluates expressions.

use super::{
    Function, Moment, Value,
    syntax::{Axis, Expression, Operator, Start, Step, Test},
    tree::Tree,
    value,
};
use crate::Language;
use std::cell::Cell;
use thiserror::Error;

/// So much work, and no more, goes into one evaluation: a node that is looked at or a byte that is put together.
const MOST_WORK: u64 = 5_000_000;

/// What an expression depends on besides the answers. Submitting a form freezes it; a correction keeps it.
#[derive(Debug)]
pub struct Surroundings {
    /// The instant that `now()` says, in milliseconds since 1970.
    pub now_ms: i64,
    /// The person's distance from UTC, in minutes.
    pub offset_minutes: i32,
    /// The language of months and weekdays.
    pub language: Language,
    /// Where chance begins; it goes on with each use.
    pub chance: Cell<u64>,
}

impl Surroundings {
    /// The next whole number of chance (SplitMix64).
    pub(super) fn draw(&self) -> u64 {
        let next = self.chance.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.chance.set(next);
        let mixed = (next ^ (next >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// The number that a text says; a date says its days.
    pub(super) fn number_in(&self, text: &str) -> f64 {
        self.date_in(text).unwrap_or_else(|| value::read(text))
    }

    /// The days of a text that is a date.
    pub(super) fn date_in(&self, text: &str) -> Option<f64> {
        // Most texts are none, and this is asked of every row of a list.
        if text.trim_start().as_bytes().get(4) != Some(&b'-') {
            return None;
        }
        match Moment::read(text.trim(), self.offset_minutes) {
            moment @ Moment::At(_) => Some(moment.days()),
            Moment::Blank | Moment::Invalid => None,
        }
    }
}

/// Why an expression that was understood has no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// It goes on for too long.
    #[error("the expression takes too long to evaluate")]
    TooLong,
    /// What must be nodes is something else.
    #[error("{0:?} takes nodes")]
    NotNodes(Function),
    /// There is no such list.
    #[error("there is no instance {0}")]
    NoInstance(String),
    /// A date format has a letter that means nothing.
    #[error("no part of a date is called %{0}")]
    Format(String),
    /// A pattern is no regular expression.
    #[error("{0} is no regular expression")]
    Pattern(String),
    /// A token is to have a length that is no number.
    #[error("the length of a token is a number")]
    Length,
    /// A shuffle is begun with something else than a whole number.
    #[error("a shuffle begins with a whole number")]
    Seed,
}

/// What an expression comes to at this node.
///
/// # Errors
/// A [`Fault`], which publication cannot foresee in every case.
pub fn evaluate<T: Tree>(
    expression: &Expression,
    tree: &T,
    node: T::Node,
    surroundings: &Surroundings,
) -> Result<Value<T::Node>, Fault> {
    let evaluation = Evaluation {
        tree,
        surroundings,
        current: node,
        work: Cell::new(0),
    };
    let here = Here {
        node,
        position: 1,
        size: 1,
    };
    evaluation.value(expression, here)
}

/// One evaluation.
pub(super) struct Evaluation<'a, T: Tree> {
    pub tree: &'a T,
    pub surroundings: &'a Surroundings,
    /// What `current()` is.
    pub current: T::Node,
    work: Cell<u64>,
}

/// Where a part of an expression is evaluated.
#[derive(Clone, Copy)]
pub(super) struct Here<N> {
    pub node: N,
    pub position: usize,
    pub size: usize,
}

impl<T: Tree> Evaluation<'_, T> {
    pub fn work(&self, work: usize) -> Result<(), Fault> {
        let done = self.work.get() + work as u64;
        self.work.set(done);
        if done > MOST_WORK {
            return Err(Fault::TooLong);
        }
        Ok(())
    }

    pub fn value(
        &self,
        expression: &Expression,
        here: Here<T::Node>,
    ) -> Result<Value<T::Node>, Fault> {
        self.work(1)?;
        Ok(match expression {
            Expression::Number(number) => Value::Number(*number),
            Expression::Text(text) => Value::text(text),
            Expression::Negative(of) => {
                let of = self.value(of, here)?;
                Value::Number(-self.number(&of))
            }
            Expression::Chain(first, rest) => self.chain(first, rest, here)?,
            Expression::Call(function, arguments) => self.call(*function, arguments, here)?,
            Expression::Path(start, steps) => Value::Nodes(self.path(start, steps, here)?),
            Expression::Filter(of, predicates) => {
                let mut nodes = self.nodes_of(of, here)?;
                for predicate in predicates {
                    nodes = self.those(nodes, predicate)?;
                }
                Value::Nodes(nodes)
            }
        })
    }

    fn chain(
        &self,
        first: &Expression,
        rest: &[(Operator, Expression)],
        here: Here<T::Node>,
    ) -> Result<Value<T::Node>, Fault> {
        let mut left = self.value(first, here)?;
        for (operator, right) in rest {
            left = match operator {
                Operator::Or if self.boolean(&left) => Value::Boolean(true),
                Operator::And if !self.boolean(&left) => Value::Boolean(false),
                Operator::Or | Operator::And => {
                    Value::Boolean(self.boolean(&self.value(right, here)?))
                }
                Operator::Union => {
                    let Value::Nodes(mut nodes) = left else {
                        return Err(Fault::NotNodes(Function::Count));
                    };
                    nodes.extend(self.nodes_of(right, here)?);
                    nodes.sort_unstable();
                    nodes.dedup();
                    Value::Nodes(nodes)
                }
                _ => self.operate(*operator, &left, &self.value(right, here)?),
            };
        }
        Ok(left)
    }

    fn operate(
        &self,
        operator: Operator,
        left: &Value<T::Node>,
        right: &Value<T::Node>,
    ) -> Value<T::Node> {
        let numbers = |operate: fn(f64, f64) -> f64| {
            Value::Number(operate(self.number(left), self.number(right)))
        };
        match operator {
            Operator::Plus => numbers(|left, right| left + right),
            Operator::Minus => numbers(|left, right| left - right),
            Operator::Times => numbers(|left, right| left * right),
            Operator::Divide => numbers(|left, right| left / right),
            Operator::Modulo => numbers(|left, right| left % right),
            _ => Value::Boolean(self.compares(operator, left, right)),
        }
    }

    /// The nodes that an expression comes to.
    pub fn nodes_of(
        &self,
        expression: &Expression,
        here: Here<T::Node>,
    ) -> Result<Vec<T::Node>, Fault> {
        match self.value(expression, here)? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Err(Fault::NotNodes(Function::Count)),
        }
    }

    fn path(
        &self,
        start: &Start,
        steps: &[Step],
        here: Here<T::Node>,
    ) -> Result<Vec<T::Node>, Fault> {
        let first = match start {
            Start::Here => here.node,
            Start::Top => self.top()?,
            Start::Of(expression) => {
                let nodes = self.nodes_of(expression, here)?;
                return self.steps(steps, nodes);
            }
        };
        // Most paths go from one node to one other: a row of a list is gone through without a list of one node.
        match steps.split_first() {
            None => Ok(vec![first]),
            Some((step, rest)) => {
                let mut reached = self.step(step, first)?;
                if step.axis.goes_back() {
                    reached.sort_unstable();
                }
                self.steps(rest, reached)
            }
        }
    }

    fn steps(&self, steps: &[Step], mut nodes: Vec<T::Node>) -> Result<Vec<T::Node>, Fault> {
        for step in steps {
            let mut reached = match nodes.as_slice() {
                [one] => self.step(step, *one)?,
                several => {
                    let mut reached = Vec::new();
                    for node in several {
                        reached.extend(self.step(step, *node)?);
                    }
                    reached
                }
            };
            if nodes.len() > 1 || step.axis.goes_back() {
                reached.sort_unstable();
                reached.dedup();
            }
            nodes = reached;
        }
        Ok(nodes)
    }

    /// The top of the answers: also from within a list, whose own top has a name.
    fn top(&self) -> Result<T::Node, Fault> {
        let mut node = self.current;
        while let Some(parent) = self.tree.parent(node) {
            self.work(1)?;
            node = parent;
        }
        Ok(node)
    }

    /// Where a step leads from a node, in the order of its axis.
    fn step(&self, step: &Step, node: T::Node) -> Result<Vec<T::Node>, Fault> {
        let mut reached = match (&step.test, step.axis) {
            // Most steps are of this kind, and a tree may know these without going through all of a large form.
            (Test::Name(name), Axis::Child) => self.tree.children_named(node, name),
            _ => self.along(step.axis, node)?,
        };
        self.work(reached.len())?;
        reached.retain(|node| match &step.test {
            Test::Any => true,
            Test::Named => !self.tree.name(*node).is_empty(),
            Test::Name(_) if step.axis == Axis::Child => true,
            Test::Name(name) => self.tree.name(*node) == name,
        });
        for predicate in &step.predicates {
            reached = self.those(reached, predicate)?;
        }
        Ok(reached)
    }

    fn along(&self, axis: Axis, node: T::Node) -> Result<Vec<T::Node>, Fault> {
        let mut found = Vec::new();
        match axis {
            Axis::Myself => found.push(node),
            Axis::Child => found = self.tree.children(node),
            Axis::Parent => found.extend(self.tree.parent(node)),
            Axis::Descendant => self.below(node, &mut found)?,
            Axis::DescendantOrSelf => {
                found.push(node);
                self.below(node, &mut found)?;
            }
            Axis::Ancestor | Axis::AncestorOrSelf => {
                if axis == Axis::AncestorOrSelf {
                    found.push(node);
                }
                let mut above = self.tree.parent(node);
                while let Some(node) = above {
                    self.work(1)?;
                    found.push(node);
                    above = self.tree.parent(node);
                }
            }
            Axis::FollowingSibling | Axis::PrecedingSibling => {
                let parent = self.tree.parent(node);
                let mut siblings =
                    parent.map_or_else(Vec::new, |parent| self.tree.children(parent));
                self.work(siblings.len())?;
                if axis == Axis::FollowingSibling {
                    siblings.retain(|sibling| *sibling > node);
                } else {
                    siblings.retain(|sibling| *sibling < node);
                    siblings.reverse();
                }
                found = siblings;
            }
        }
        Ok(found)
    }

    /// All that is in a node, in the document's order; however deep, without recursion.
    fn below(&self, node: T::Node, found: &mut Vec<T::Node>) -> Result<(), Fault> {
        let mut next = self.tree.children(node);
        next.reverse();
        while let Some(node) = next.pop() {
            self.work(1)?;
            found.push(node);
            let children = self.tree.children(node);
            next.extend(children.into_iter().rev());
        }
        Ok(())
    }

    /// Those of the nodes for which a predicate holds: a number stands for a place in the row.
    fn those(&self, nodes: Vec<T::Node>, predicate: &Expression) -> Result<Vec<T::Node>, Fault> {
        let size = nodes.len();
        let mut those = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            let here = Here {
                node,
                position: index + 1,
                size,
            };
            let holds = match self.value(predicate, here)? {
                Value::Number(number) => number == here.position as f64,
                other => self.boolean(&other),
            };
            if holds {
                those.push(node);
            }
        }
        Ok(those)
    }

    /// A value as a text.
    pub fn text(&self, value: &Value<T::Node>) -> String {
        value.as_text(self.tree, self.surroundings)
    }

    /// A value as a number.
    pub fn number(&self, value: &Value<T::Node>) -> f64 {
        value.as_number(self.tree, self.surroundings)
    }

    pub fn number_in(&self, text: &str) -> f64 {
        self.surroundings.number_in(text)
    }

    pub fn date_in(&self, text: &str) -> Option<f64> {
        self.surroundings.date_in(text)
    }

    /// Whether a value counts as yes.
    pub fn boolean(&self, value: &Value<T::Node>) -> bool {
        value.as_boolean()
    }
}
