//! What an expression is made of.

use super::Function;

/// An expression, parsed and checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// The number's opposite.
    Negative(Box<Expression>),
    /// Operators of one rank, worked off from the left: a sum of a thousand parts is not a thousand deep.
    Chain(Box<Expression>, Vec<(Operator, Expression)>),
    /// A function with as many arguments as it takes.
    Call(Function, Vec<Expression>),
    /// Nodes.
    Path(Start, Vec<Step>),
    /// Of the nodes, counted in the document's order, those for which all of these hold.
    Filter(Box<Expression>, Vec<Expression>),
}

/// What stands between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    /// Nodes of both.
    Union,
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// At the node that the expression is evaluated for.
    Here,
    /// At the top of what the node that the expression is evaluated for stands in.
    Top,
    /// At the nodes of an expression.
    Of(Box<Expression>),
}

/// From each node to others.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// In which direction.
    pub axis: Axis,
    /// To which of the nodes there.
    pub test: Test,
    /// Of those, to which; counted along the axis.
    pub predicates: Vec<Expression>,
}

/// A direction in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Axis {
    Child,
    Descendant,
    DescendantOrSelf,
    Myself,
    Parent,
    Ancestor,
    AncestorOrSelf,
    FollowingSibling,
    PrecedingSibling,
}

impl Axis {
    /// Whether the first node is the last in the document's order.
    pub const fn goes_back(self) -> bool {
        matches!(
            self,
            Self::Ancestor | Self::AncestorOrSelf | Self::PrecedingSibling
        )
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "child" => Self::Child,
            "descendant" => Self::Descendant,
            "descendant-or-self" => Self::DescendantOrSelf,
            "self" => Self::Myself,
            "parent" => Self::Parent,
            "ancestor" => Self::Ancestor,
            "ancestor-or-self" => Self::AncestorOrSelf,
            "following-sibling" => Self::FollowingSibling,
            "preceding-sibling" => Self::PrecedingSibling,
            _ => return None,
        })
    }
}

/// Which nodes of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `node()`.
    Any,
    /// `*`.
    Named,
    /// Those of this name.
    Name(String),
}

impl Expression {
    /// Whether its value is a set of nodes, which functions such as `count` take nothing else than.
    pub fn is_nodes(&self) -> bool {
        match self {
            Self::Path(..) | Self::Filter(..) => true,
            Self::Call(Function::If, arguments) => arguments.iter().skip(1).all(Self::is_nodes),
            Self::Call(function, _) => function.gives_nodes(),
            Self::Chain(_, rest) => rest
                .first()
                .is_some_and(|(operator, _)| *operator == Operator::Union),
            Self::Number(_) | Self::Text(_) | Self::Negative(_) => false,
        }
    }
}
