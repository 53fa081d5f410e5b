//! From what a workbook's cell says to an expression: `${question}` becomes a path to it. Only the server does this.

use super::{Form, NodeId, Piece};
use crate::expression::{Axis, Expression, Function, Mistake, Start, Step, Test, Why, parse};

/// The expression that a cell of this node's row says. A repeat's count is about what the repeat is in: `at` is that.
///
/// # Errors
/// The first mistake in it.
pub fn compile(form: &Form, at: NodeId, text: &str) -> Result<Expression, Mistake> {
    let compiler = Compiler { form, at };
    let mut expression = parse(text)?;
    let resolved = compiler.resolve(&mut expression, None);
    resolved.map_err(|(name, why)| Mistake {
        // The name stands in the text, as it was written.
        at: text
            .find(&name)
            .and_then(|at| text.get(..at))
            .map_or(0, |before| before.chars().count()),
        why,
    })?;
    Ok(expression)
}

/// A text of this node's row, with the values in it.
///
/// # Errors
/// The first mistake in one of the values.
pub fn compile_text(form: &Form, at: NodeId, text: &str) -> Result<Vec<Piece>, Mistake> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut done = 0;
    while let Some(begin) = rest.find("${")
        && let Some(length) = rest.get(begin..).and_then(|rest| rest.find('}'))
    {
        let (words, value) = rest.split_at(begin);
        let (value, after) = value.split_at(length + 1);
        done += words.chars().count();
        let expression = compile(form, at, value).map_err(|mistake| Mistake {
            at: mistake.at + done,
            ..mistake
        })?;
        done += value.chars().count();
        pieces.push(Piece {
            words: words.to_owned(),
            value: Some(expression),
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece {
            words: rest.to_owned(),
            value: None,
        });
    }
    Ok(pieces)
}

/// What is wrong, and the word in the text that it is about.
type Unresolved = (String, Why);

struct Compiler<'f> {
    form: &'f Form,
    at: NodeId,
}

impl Compiler<'_> {
    /// Puts a path in place of each `${name}`. `beyond` is a repeat of which all instances are meant.
    fn resolve(
        &self,
        expression: &mut Expression,
        beyond: Option<NodeId>,
    ) -> Result<(), Unresolved> {
        match expression {
            Expression::Number(_) | Expression::Text(_) => Ok(()),
            Expression::Negative(of) => self.resolve(of, beyond),
            Expression::Chain(first, rest) => {
                self.resolve(first, beyond)?;
                rest.iter_mut()
                    .try_for_each(|(_, operand)| self.resolve(operand, beyond))
            }
            Expression::Call(Function::IndexedRepeat, arguments) => self.indexed(arguments),
            Expression::Call(Function::ChoiceName, arguments) => self.choice_name(arguments),
            Expression::Call(_, arguments) => self.all(arguments),
            Expression::Filter(of, predicates) => {
                self.resolve(of, beyond)?;
                self.all(predicates)
            }
            Expression::Path(start, steps) => {
                if let Start::Of(of) = start {
                    self.resolve(of, beyond)?;
                }
                for step in steps.iter_mut() {
                    self.all(&mut step.predicates)?;
                }
                let named = steps.iter().position(|step| reference(step).is_some());
                match (named, start) {
                    (None, _) => Ok(()),
                    (Some(0), start @ Start::Here) => {
                        let (begin, mut path) = self.path(steps, beyond)?;
                        path.extend(steps.drain(1..));
                        *start = begin;
                        *steps = path;
                        Ok(())
                    }
                    _ => Err(("/".to_owned(), Why::Misplaced("${}".to_owned()))),
                }
            }
        }
    }

    fn all(&self, expressions: &mut [Expression]) -> Result<(), Unresolved> {
        expressions
            .iter_mut()
            .try_for_each(|expression| self.resolve(expression, None))
    }

    /// The first argument and the repeats are meant with all their instances, wherever this stands.
    fn indexed(&self, arguments: &mut [Expression]) -> Result<(), Unresolved> {
        let repeat = match arguments.get(1) {
            Some(Expression::Path(Start::Here, steps)) => {
                let name = steps.first().and_then(reference);
                name.map(|name| self.named(name)).transpose()?
            }
            _ => None,
        };
        for (index, argument) in arguments.iter_mut().enumerate() {
            let nodes = index == 0 || index % 2 == 1;
            self.resolve(argument, repeat.filter(|_| nodes))?;
        }
        Ok(())
    }

    /// The question stands in quotes there.
    fn choice_name(&self, arguments: &mut [Expression]) -> Result<(), Unresolved> {
        if let Some(question) = arguments.get_mut(1)
            && let Expression::Text(text) = question
        {
            *question = parse(text.trim()).map_err(|mistake| (text.clone(), mistake.why))?;
        }
        if let Some(question) = arguments.get(1)
            && !question.is_nodes()
        {
            let name = "jr:choice-name".to_owned();
            return Err((name.clone(), Why::NotNodes(name)));
        }
        self.all(arguments)
    }

    fn named(&self, name: &str) -> Result<NodeId, Unresolved> {
        let inside = name.trim_start_matches("${").trim_end_matches('}').trim();
        let wrong = |why: fn(String) -> Why| Err((name.to_owned(), why(inside.to_owned())));
        let nodes = (0..).zip(&self.form.nodes).skip(1);
        let mut found = nodes.filter(|(_, node)| node.name == inside);
        match (found.next(), found.next()) {
            (Some((id, _)), None) => Ok(id),
            (Some(_), Some(_)) => wrong(Why::SeveralQuestions),
            (None, _) if inside.contains('#') => wrong(Why::NotHere),
            (None, _) => wrong(Why::NoQuestion),
        }
    }

    /// The way to what the first step names: inside a repeat to this instance's, otherwise to all there are.
    fn path(
        &self,
        steps: &[Step],
        beyond: Option<NodeId>,
    ) -> Result<(Start, Vec<Step>), Unresolved> {
        let Some(first) = steps.first() else {
            return Ok((Start::Here, Vec::new()));
        };
        let to = self.named(reference(first).unwrap_or_default())?;
        let above = self.form.upwards(beyond.unwrap_or(to)).skip(1);
        let shared = above
            .filter(|above| self.form.is_repeat(*above))
            .find(|above| self.form.is_within(self.at, *above));
        let mut down: Vec<NodeId> = self.form.upwards(to).collect();
        let (start, mut path) = match shared {
            Some(shared) => {
                down.retain(|id| *id != shared && self.form.is_within(*id, shared));
                let up = self.form.upwards(self.at).take_while(|id| *id != shared);
                let up = up.map(|_| step(Axis::Parent, Test::Any)).collect();
                let current = Expression::Call(Function::Current, Vec::new());
                (Start::Of(Box::new(current)), up)
            }
            None => (Start::Top, Vec::new()),
        };
        for node in down.iter().rev().filter_map(|id| self.form.node(*id)) {
            path.push(step(Axis::Child, Test::Name(node.name.clone())));
        }
        if let Some(last) = path.last_mut() {
            last.predicates.clone_from(&first.predicates);
        }
        Ok((start, path))
    }
}

/// `${name}`, if a step is one.
fn reference(step: &Step) -> Option<&str> {
    match (&step.test, step.axis) {
        (Test::Name(name), Axis::Child) if name.starts_with("${") => Some(name),
        _ => None,
    }
}

const fn step(axis: Axis, test: Test) -> Step {
    Step {
        axis,
        test,
        predicates: Vec::new(),
    }
}
