//! From the text of an expression to its tree. Forms are parsed once, when they are published.

use super::{
    Function,
    syntax::{Axis, Expression, Operator, Start, Step, Test},
    token::{Mistake, Token, Why, tokens},
};

/// How deep brackets and functions may stand in one another.
const DEEPEST: usize = 60;

/// The operators by rank, loosest first.
const RANKS: [&[Operator]; 7] = [
    &[Operator::Or],
    &[Operator::And],
    &[Operator::Equal, Operator::Unequal],
    &[
        Operator::Less,
        Operator::AtMost,
        Operator::Greater,
        Operator::AtLeast,
    ],
    &[Operator::Plus, Operator::Minus],
    &[Operator::Times, Operator::Divide, Operator::Modulo],
    &[Operator::Union],
];
/// A minus binds closer than these, and looser than a union.
const UNION: usize = 6;

/// Reads an expression.
///
/// # Errors
/// The first [`Mistake`] in it.
pub fn parse(text: &str) -> Result<Expression, Mistake> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(Mistake {
            at: 0,
            why: Why::Empty,
        });
    }
    let mut parser = Parser {
        end: text.chars().count(),
        tokens: &tokens,
        at: 0,
        depth: 0,
    };
    let expression = parser.expression()?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.misplaced()),
    }
}

struct Parser<'t> {
    tokens: &'t [(usize, Token<'t>)],
    at: usize,
    /// Where the text ends, for what is missing there.
    end: usize,
    depth: usize,
}

type Parsed<T> = Result<T, Mistake>;

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(found)) if *found == sign)
    }

    /// Goes past the sign if it is there.
    fn takes(&mut self, sign: &str) -> bool {
        let is = self.is_sign(sign);
        self.at += usize::from(is);
        is
    }

    fn mistake(&self, why: Why) -> Mistake {
        let at = self.tokens.get(self.at).map_or(self.end, |(at, _)| *at);
        Mistake { at, why }
    }

    fn misplaced(&self) -> Mistake {
        let found = match self.peek() {
            None => return self.mistake(Why::Missing),
            Some(Token::Number(number)) => number.to_string(),
            Some(Token::Text(text)) => format!("'{text}'"),
            Some(Token::Name { name, .. }) => (*name).to_owned(),
            Some(Token::Sign(sign)) => (*sign).to_owned(),
            Some(Token::Operator(operator)) => sign_of(*operator).to_owned(),
        };
        self.mistake(Why::Misplaced(found))
    }

    /// Goes past the closing bracket of one that began at `open`.
    fn close(&mut self, open: usize, bracket: char) -> Parsed<()> {
        let sign = if bracket == '(' { ")" } else { "]" };
        if self.takes(sign) {
            return Ok(());
        }
        if self.peek().is_some() {
            return Err(self.misplaced());
        }
        let at = self.tokens.get(open).map_or(0, |(at, _)| *at);
        Err(Mistake {
            at,
            why: Why::OpenBracket(bracket),
        })
    }

    fn expression(&mut self) -> Parsed<Expression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.mistake(Why::TooDeep));
        }
        let expression = self.ranked(0);
        self.depth -= 1;
        expression
    }

    fn ranked(&mut self, rank: usize) -> Parsed<Expression> {
        let Some(operators) = RANKS.get(rank) else {
            return self.path();
        };
        if rank == UNION {
            return self.negated();
        }
        self.chain(operators, |parser| parser.ranked(rank + 1))
    }

    fn chain(
        &mut self,
        operators: &[Operator],
        operand: impl Fn(&mut Self) -> Parsed<Expression>,
    ) -> Parsed<Expression> {
        let first = operand(self)?;
        let mut rest = Vec::new();
        while let Some(Token::Operator(operator)) = self.peek()
            && operators.contains(operator)
        {
            self.at += 1;
            let at = self.at;
            let next = operand(self)?;
            let nodes = *operator != Operator::Union || (next.is_nodes() && first.is_nodes());
            if !nodes {
                self.at = at;
                return Err(self.mistake(Why::NotNodes("|".to_owned())));
            }
            rest.push((*operator, next));
        }
        Ok(if rest.is_empty() {
            first
        } else {
            Expression::Chain(Box::new(first), rest)
        })
    }

    fn negated(&mut self) -> Parsed<Expression> {
        let mut minuses = 0_usize;
        while let Some(Token::Operator(Operator::Minus)) = self.peek() {
            self.at += 1;
            minuses += 1;
        }
        let operand = self.chain(&[Operator::Union], Self::path)?;
        // Two of them make a number of a text, and change nothing else.
        let minuses = if minuses > 2 {
            2 - minuses % 2
        } else {
            minuses
        };
        Ok((0..minuses).fold(operand, |operand, _| {
            Expression::Negative(Box::new(operand))
        }))
    }

    /// A path, or anything that one may begin with.
    fn path(&mut self) -> Parsed<Expression> {
        if self.takes("//") {
            let mut steps = vec![descend()];
            self.steps(&mut steps)?;
            return Ok(Expression::Path(Start::Top, steps));
        }
        if self.takes("/") {
            let mut steps = Vec::new();
            if self.begins_step() {
                self.steps(&mut steps)?;
            }
            return Ok(Expression::Path(Start::Top, steps));
        }
        let begin = self.at;
        let Some(primary) = self.primary()? else {
            let mut steps = Vec::new();
            self.steps(&mut steps)?;
            return Ok(Expression::Path(Start::Here, steps));
        };
        let mut expression = primary;
        let filtered = self.predicates()?;
        let on = self.is_sign("/") || self.is_sign("//");
        if (on || !filtered.is_empty()) && !expression.is_nodes() {
            self.at = begin;
            return Err(self.misplaced());
        }
        if !filtered.is_empty() {
            expression = Expression::Filter(Box::new(expression), filtered);
        }
        if !on {
            return Ok(expression);
        }
        let mut steps = Vec::new();
        if self.takes("//") {
            steps.push(descend());
        } else {
            self.at += 1;
        }
        self.steps(&mut steps)?;
        Ok(Expression::Path(Start::Of(Box::new(expression)), steps))
    }

    /// A number, a text, a function or something in brackets, if that comes next.
    fn primary(&mut self) -> Parsed<Option<Expression>> {
        let begin = self.at;
        let expression = match self.peek() {
            Some(Token::Number(number)) => Expression::Number(*number),
            Some(Token::Text(text)) => Expression::Text((*text).to_owned()),
            Some(Token::Sign("(")) => {
                self.at += 1;
                let inside = self.expression()?;
                self.close(begin, '(')?;
                return Ok(Some(inside));
            }
            Some(Token::Name {
                name, call: true, ..
            }) if *name != "node" => {
                self.at += 1;
                return self.call(name, begin).map(Some);
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(expression))
    }

    fn call(&mut self, name: &str, begin: usize) -> Parsed<Expression> {
        let open = self.at;
        self.at += 1;
        let mut arguments = Vec::new();
        let mut places = Vec::new();
        while !self.is_sign(")") {
            if !arguments.is_empty() && !self.takes(",") {
                break;
            }
            places.push(self.at);
            arguments.push(self.expression()?);
        }
        self.close(open, '(')?;
        let after = self.at;
        let wrong = |parser: &mut Self, at: usize, why: Why| {
            parser.at = at;
            Err(parser.mistake(why))
        };
        let function = match Function::named(name, arguments.len()) {
            Ok(function) => function,
            Err(why) => return wrong(self, begin, why),
        };
        if let Some(which) = function.nodes_only()
            && let Some(argument) = arguments.get(which)
            && !argument.is_nodes()
        {
            let at = places.get(which).copied().unwrap_or(begin);
            return wrong(self, at, Why::NotNodes(name.to_owned()));
        }
        self.at = after;
        Ok(Expression::Call(function, arguments))
    }

    fn predicates(&mut self) -> Parsed<Vec<Expression>> {
        let mut predicates = Vec::new();
        while self.is_sign("[") {
            let open = self.at;
            self.at += 1;
            predicates.push(self.expression()?);
            self.close(open, '[')?;
        }
        Ok(predicates)
    }

    fn begins_step(&self) -> bool {
        match self.peek() {
            Some(Token::Name { .. }) => true,
            Some(Token::Sign(sign)) => matches!(*sign, "." | ".." | "*" | "@"),
            _ => false,
        }
    }

    fn steps(&mut self, steps: &mut Vec<Step>) -> Parsed<()> {
        loop {
            steps.push(self.step()?);
            if self.takes("//") {
                steps.push(descend());
            } else if !self.takes("/") {
                return Ok(());
            }
        }
    }

    fn step(&mut self) -> Parsed<Step> {
        let short = |axis| Step {
            axis,
            test: Test::Any,
            predicates: Vec::new(),
        };
        if self.takes(".") {
            return Ok(short(Axis::Myself));
        }
        if self.takes("..") {
            return Ok(short(Axis::Parent));
        }
        if self.is_sign("@") {
            return Err(self.mistake(Why::NotHere("@".to_owned())));
        }
        let mut axis = Axis::Child;
        if let Some(Token::Name {
            name, axis: true, ..
        }) = self.peek()
        {
            axis =
                Axis::named(name).ok_or_else(|| self.mistake(Why::NotHere(format!("{name}::"))))?;
            self.at += 2;
        }
        let test = match self.peek() {
            Some(Token::Sign("*")) => Test::Named,
            Some(Token::Name {
                name: "node",
                call: true,
                ..
            }) => {
                let open = self.at + 1;
                self.at += 2;
                self.close(open, '(')?;
                self.at -= 1;
                Test::Any
            }
            Some(Token::Name { name, call, .. }) => {
                if *call {
                    return Err(self.misplaced());
                }
                if name.contains(':') {
                    return Err(self.mistake(Why::NotHere((*name).to_owned())));
                }
                Test::Name((*name).to_owned())
            }
            _ => return Err(self.misplaced()),
        };
        self.at += 1;
        Ok(Step {
            axis,
            test,
            predicates: self.predicates()?,
        })
    }
}

/// What `//` stands for.
fn descend() -> Step {
    Step {
        axis: Axis::DescendantOrSelf,
        test: Test::Any,
        predicates: Vec::new(),
    }
}

fn sign_of(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Equal => "=",
        Operator::Unequal => "!=",
        Operator::Less => "<",
        Operator::AtMost => "<=",
        Operator::Greater => ">",
        Operator::AtLeast => ">=",
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Times => "*",
        Operator::Divide => "div",
        Operator::Modulo => "mod",
        Operator::Union => "|",
    }
}
