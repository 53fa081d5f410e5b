//! Comparisons: of sets of nodes with anything, one of them is enough; dates compare as instants, however written.

use super::{evaluate::Evaluation, syntax::Operator, tree::Tree, value::Value};

impl<T: Tree> Evaluation<'_, T> {
    pub(super) fn compares(
        &self,
        operator: Operator,
        left: &Value<T::Node>,
        right: &Value<T::Node>,
    ) -> bool {
        let equality = matches!(operator, Operator::Equal | Operator::Unequal);
        let boolean = matches!(left, Value::Boolean(_)) || matches!(right, Value::Boolean(_));
        match (left, right) {
            _ if equality && boolean => {
                (self.boolean(left) == self.boolean(right)) == (operator == Operator::Equal)
            }
            (Value::Nodes(left), Value::Nodes(right)) => left.iter().any(|left| {
                right.iter().any(|right| {
                    let (left, right) = (self.tree.text(*left), self.tree.text(*right));
                    self.texts(operator, &left, &right)
                })
            }),
            (Value::Nodes(nodes), other) => nodes
                .iter()
                .any(|node| self.text_with(operator, &self.tree.text(*node), other, false)),
            (other, Value::Nodes(nodes)) => nodes
                .iter()
                .any(|node| self.text_with(operator, &self.tree.text(*node), other, true)),
            (Value::Text(left), other) => self.text_with(operator, left, other, false),
            (other, Value::Text(right)) => self.text_with(operator, right, other, true),
            _ => holds(operator, self.number(left), self.number(right)),
        }
    }

    /// A text beside a value that is no set of nodes; `swapped` if the text stands on the right.
    fn text_with(
        &self,
        operator: Operator,
        text: &str,
        other: &Value<T::Node>,
        swapped: bool,
    ) -> bool {
        if let Value::Text(other) = other {
            return if swapped {
                self.texts(operator, other, text)
            } else {
                self.texts(operator, text, other)
            };
        }
        let (text, other) = (self.number_in(text), self.number(other));
        if swapped {
            holds(operator, other, text)
        } else {
            holds(operator, text, other)
        }
    }

    fn texts(&self, operator: Operator, left: &str, right: &str) -> bool {
        if !matches!(operator, Operator::Equal | Operator::Unequal) {
            return holds(operator, self.number_in(left), self.number_in(right));
        }
        match (self.date_in(left), self.date_in(right)) {
            (Some(left), Some(right)) => holds(operator, left, right),
            _ => (left == right) == (operator == Operator::Equal),
        }
    }
}

fn holds(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::Unequal => left != right,
        Operator::Less => left < right,
        Operator::AtMost => left <= right,
        Operator::Greater => left > right,
        Operator::AtLeast => left >= right,
        _ => false,
    }
}
