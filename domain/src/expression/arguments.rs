//! The arguments of a call.

use super::{
    Fault, Value,
    evaluate::{Evaluation, Here},
    syntax::Expression,
    tree::Tree,
};

/// The arguments of a call, evaluated only where they are asked for.
pub(super) struct Arguments<'a, 'e, T: Tree> {
    pub evaluation: &'a Evaluation<'a, T>,
    pub given: &'e [Expression],
    pub here: Here<T::Node>,
}

impl<T: Tree> Arguments<'_, '_, T> {
    pub fn value(&self, which: usize) -> Result<Value<T::Node>, Fault> {
        match self.given.get(which) {
            Some(expression) => self.evaluation.value(expression, self.here),
            // Functions that may be called without one are about the node that they stand at.
            None => Ok(Value::Nodes(vec![self.here.node])),
        }
    }

    pub fn text(&self, which: usize) -> Result<String, Fault> {
        Ok(self.evaluation.text(&self.value(which)?))
    }

    pub fn number(&self, which: usize) -> Result<f64, Fault> {
        Ok(self.evaluation.number(&self.value(which)?))
    }

    pub fn boolean(&self, which: usize) -> Result<bool, Fault> {
        Ok(self.evaluation.boolean(&self.value(which)?))
    }

    pub fn nodes(&self, which: usize) -> Result<Vec<T::Node>, Fault> {
        match self.given.get(which) {
            Some(expression) => self.evaluation.nodes_of(expression, self.here),
            None => Ok(vec![self.here.node]),
        }
    }

    /// The values from this argument on, with each node of a set as one of its own.
    pub fn spread(&self, from: usize) -> Result<Vec<Value<T::Node>>, Fault> {
        let mut spread = Vec::new();
        for which in from..self.given.len() {
            match self.value(which)? {
                Value::Nodes(nodes) => {
                    spread.extend(nodes.into_iter().map(|node| Value::Nodes(vec![node])));
                }
                other => spread.push(other),
            }
        }
        Ok(spread)
    }

    pub fn texts(&self, from: usize) -> Result<Vec<String>, Fault> {
        let spread = self.spread(from)?;
        Ok(spread
            .iter()
            .map(|value| self.evaluation.text(value))
            .collect())
    }

    pub fn numbers(&self, from: usize) -> Result<Vec<f64>, Fault> {
        let spread = self.spread(from)?;
        Ok(spread
            .iter()
            .map(|value| self.evaluation.number(value))
            .collect())
    }
}
