//! What an expression reads, found without any answers: it goes the same ways through the form as through an answer.

use super::{Form, FormFault, NodeId, outline::Outline};
use crate::{
    expression::{Axis, Expression, Function, Operator, Start, Step, Test},
    order::sorted_by_key,
};

/// Something read that is no node: the instant.
pub(super) const CLOCK: NodeId = NodeId::MAX;
/// The language.
pub(super) const LANGUAGE: NodeId = NodeId::MAX - 1;

/// An expression of a form in which everything leads everywhere is not followed further.
const MOST_WORK: usize = 2_000_000;

/// That an expression reads a node: the answers of a question, or how many instances a repeat has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Read {
    /// What is read.
    pub of: NodeId,
    /// The innermost repeat that the way there does not leave: only the same instance of it is read.
    pub within: NodeId,
}

/// Where a way through the form has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Here {
    place: Place,
    /// The outermost node that it has been at.
    apex: NodeId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Top,
    Node(NodeId),
    /// The top of a list, and what is below it.
    List(u32),
    Root(u32),
    Item(u32),
    Cell,
}

/// What an expression at a node reads, and the names in it that lead nowhere.
pub(super) fn reads(
    form: &Form,
    outline: &Outline,
    at: NodeId,
    expression: &Expression,
) -> (Vec<Read>, Vec<FormFault>) {
    let mut finder = Finder {
        form,
        outline,
        at: Here {
            place: Place::Node(at),
            apex: at,
        },
        reads: Vec::new(),
        faults: Vec::new(),
        work: 0,
    };
    finder.value(expression, &[finder.at]);
    let mut reads = sorted_by_key(finder.reads, |read| *read);
    reads.dedup();
    (reads, finder.faults)
}

struct Finder<'f> {
    form: &'f Form,
    outline: &'f Outline,
    at: Here,
    reads: Vec<Read>,
    faults: Vec<FormFault>,
    work: usize,
}

impl Finder<'_> {
    fn read(&mut self, of: NodeId, apex: NodeId) {
        let within = self.form.repeat_of(apex);
        self.reads.push(Read { of, within });
    }

    /// The texts of these are read.
    fn read_texts(&mut self, nodes: &[Here]) {
        for here in nodes {
            if let Place::Node(id) = here.place {
                self.read(id, here.apex);
                for below in self.outline.below(id) {
                    self.work += 1;
                    self.read(below, here.apex);
                }
            }
        }
    }

    fn value(&mut self, expression: &Expression, here: &[Here]) {
        match expression {
            Expression::Number(_) | Expression::Text(_) => {}
            Expression::Negative(of) => self.value(of, here),
            Expression::Chain(first, rest)
                if rest.iter().all(|(known, _)| *known != Operator::Union) =>
            {
                self.value(first, here);
                for (_, operand) in rest {
                    self.value(operand, here);
                }
            }
            Expression::Call(function, arguments) if !expression.is_nodes() => {
                self.call(*function, arguments, here);
            }
            _ => {
                let nodes = self.nodes(expression, here);
                self.read_texts(&nodes);
            }
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expression], here: &[Here]) {
        let mut values = arguments;
        match function {
            Function::Now | Function::Today => self.reads.push(Read {
                of: CLOCK,
                within: 0,
            }),
            Function::FormatDate | Function::ChoiceName => self.reads.push(Read {
                of: LANGUAGE,
                within: 0,
            }),
            Function::Count | Function::Position => {
                for argument in arguments {
                    let nodes = self.nodes(argument, here);
                    self.read_ranks(&nodes);
                }
                return;
            }
            Function::PullData => {
                if let Some(Expression::Text(name)) = arguments.first() {
                    let list = self.list(name);
                    for column in arguments.get(1..3).unwrap_or_default() {
                        if let (Expression::Text(column), Some(list)) = (column, list) {
                            self.column(list, column);
                        }
                    }
                }
            }
            Function::Number
            | Function::String
            | Function::StringLength
            | Function::NormalizeSpace
                if arguments.is_empty() =>
            {
                self.read_texts(here);
            }
            _ => {}
        }
        if function == Function::ChoiceName {
            // The question is asked for its choices, not for its answer.
            if let Some(question) = arguments.get(1) {
                self.nodes(question, here);
            }
            values = arguments.get(..1).unwrap_or_default();
        }
        for argument in values {
            self.value(argument, here);
        }
    }

    /// Which instance of a repeat each of these is, or how many there are.
    fn read_ranks(&mut self, nodes: &[Here]) {
        for here in nodes {
            if let Place::Node(id) = here.place
                && self.form.is_repeat(id)
            {
                self.read(id, self.form.parent(id).unwrap_or_default());
            }
        }
    }

    fn list(&mut self, name: &str) -> Option<u32> {
        let list = self.form.list_named(name);
        if list.is_none() {
            self.faults.push(FormFault::NoList(name.to_owned()));
        }
        list
    }

    fn column(&mut self, list: u32, name: &str) {
        let list = self.form.lists.get(list as usize);
        if !list.is_some_and(|list| list.has_column(name)) {
            self.faults.push(FormFault::NoColumn(name.to_owned()));
        }
    }

    /// The nodes that an expression comes to.
    fn nodes(&mut self, expression: &Expression, here: &[Here]) -> Vec<Here> {
        match expression {
            Expression::Path(start, steps) => {
                let mut nodes = match start {
                    Start::Here => here.to_vec(),
                    Start::Top => vec![Here {
                        place: Place::Top,
                        apex: 0,
                    }],
                    Start::Of(of) => self.nodes(of, here),
                };
                for step in steps {
                    nodes = self.step(step, nodes);
                }
                nodes
            }
            Expression::Filter(of, predicates) => {
                let nodes = self.nodes(of, here);
                for predicate in predicates {
                    self.value(predicate, &nodes);
                }
                nodes
            }
            Expression::Chain(first, rest) => {
                let mut nodes = self.nodes(first, here);
                for (_, operand) in rest {
                    nodes.extend(self.nodes(operand, here));
                }
                nodes
            }
            Expression::Call(function, arguments) => self.called(*function, arguments, here),
            _ => {
                self.value(expression, here);
                Vec::new()
            }
        }
    }

    fn called(&mut self, function: Function, arguments: &[Expression], here: &[Here]) -> Vec<Here> {
        let (first, rest) = match arguments.split_first() {
            Some((first, rest)) => (first, rest),
            None => return vec![self.at],
        };
        match (function, first) {
            (Function::Instance, Expression::Text(name)) => {
                let list = self.list(name);
                list.map(|list| Here {
                    place: Place::List(list),
                    apex: 0,
                })
                .into_iter()
                .collect()
            }
            (Function::If, _) => {
                self.value(first, here);
                let both = rest.iter().map(|of| self.nodes(of, here));
                both.collect::<Vec<_>>().concat()
            }
            (Function::IndexedRepeat, _) => {
                for (index, argument) in rest.iter().enumerate() {
                    if index % 2 == 0 {
                        self.nodes(argument, here);
                    } else {
                        self.value(argument, here);
                    }
                }
                self.nodes(first, here)
            }
            _ => {
                for argument in rest {
                    self.value(argument, here);
                }
                self.nodes(first, here)
            }
        }
    }

    fn step(&mut self, step: &Step, nodes: Vec<Here>) -> Vec<Here> {
        let mut reached = Vec::new();
        let before = nodes.len();
        for here in nodes {
            if self.work < MOST_WORK {
                self.along(step, here, &mut reached);
            }
            self.work += 1 + reached.len();
        }
        if reached.is_empty()
            && before > 0
            && let Test::Name(name) = &step.test
        {
            self.faults.push(FormFault::NoNode(name.clone()));
        }
        let mut reached = sorted_by_key(reached, |here| *here);
        reached.dedup();
        for predicate in &step.predicates {
            self.value(predicate, &reached);
        }
        reached
    }

    fn along(&mut self, step: &Step, here: Here, reached: &mut Vec<Here>) {
        match step.axis {
            Axis::Myself => self.reach(step, here, reached),
            Axis::Child => self.children(step, here, reached),
            Axis::Parent => {
                if let Some(parent) = self.parent(here) {
                    self.reach(step, parent, reached);
                }
            }
            Axis::Ancestor | Axis::AncestorOrSelf => {
                if step.axis == Axis::AncestorOrSelf {
                    self.reach(step, here, reached);
                }
                let mut above = self.parent(here);
                while let Some(here) = above {
                    self.reach(step, here, reached);
                    above = self.parent(here);
                }
            }
            Axis::FollowingSibling | Axis::PrecedingSibling => {
                if let Some(parent) = self.parent(here) {
                    self.children(step, parent, reached);
                }
            }
            Axis::Descendant | Axis::DescendantOrSelf => {
                if step.axis == Axis::DescendantOrSelf {
                    self.reach(step, here, reached);
                }
                let any = Step {
                    axis: Axis::Child,
                    test: Test::Any,
                    predicates: Vec::new(),
                };
                let mut next = Vec::new();
                self.children(&any, here, &mut next);
                while let Some(here) = next.pop() {
                    self.work += 1;
                    self.reach(step, here, reached);
                    self.children(&any, here, &mut next);
                }
            }
        }
    }

    /// What is directly in a place. Who goes into a repeat reads how many instances it has.
    fn children(&mut self, step: &Step, here: Here, reached: &mut Vec<Here>) {
        let outline = self.outline;
        let there = |place| Here { place, ..here };
        match here.place {
            Place::Top => self.reach(step, there(Place::Node(0)), reached),
            Place::Node(id) => {
                let named = match &step.test {
                    Test::Name(name) => outline.named(self.form, id, name),
                    _ => None,
                };
                let children = match &step.test {
                    Test::Name(_) => named.as_slice(),
                    _ => outline.children(id),
                };
                for child in children {
                    if self.form.is_repeat(*child) {
                        self.read(*child, here.apex);
                    }
                    reached.push(there(Place::Node(*child)));
                }
            }
            Place::List(list) => self.reach(step, there(Place::Root(list)), reached),
            Place::Root(list) => self.reach(step, there(Place::Item(list)), reached),
            Place::Item(list) => {
                if let Test::Name(name) = &step.test {
                    self.column(list, name);
                }
                reached.push(there(Place::Cell));
            }
            Place::Cell => {}
        }
    }

    fn parent(&self, here: Here) -> Option<Here> {
        let Here { place, apex } = here;
        let (place, apex) = match place {
            Place::Top | Place::List(_) | Place::Cell => return None,
            Place::Root(list) => (Place::List(list), apex),
            Place::Item(list) => (Place::Root(list), apex),
            Place::Node(id) => match self.form.parent(id) {
                Some(parent) if id == apex => (Place::Node(parent), parent),
                Some(parent) => (Place::Node(parent), apex),
                None => (Place::Top, 0),
            },
        };
        Some(Here { place, apex })
    }

    fn reach(&self, step: &Step, here: Here, reached: &mut Vec<Here>) {
        let name = match here.place {
            Place::Top | Place::List(_) => "",
            Place::Node(id) => self.form.node(id).map_or("", |node| &node.name),
            Place::Root(_) => "root",
            Place::Item(_) => "item",
            // Which column it is has been checked on the way here.
            Place::Cell => return reached.push(here),
        };
        let fits = match &step.test {
            Test::Any => true,
            Test::Named => !name.is_empty(),
            Test::Name(wanted) => wanted == name,
        };
        if fits {
            reached.push(here);
        }
    }
}
