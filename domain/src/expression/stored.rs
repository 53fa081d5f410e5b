//! Expressions as they travel with a form: parsed on the server, read by the phone without a parser.
//!
//! One flat list of words in the order of their evaluation from the outside in, because reading what stands in one
//! another takes a stack: `["if", "@", "1", ...]`. The first character of a word says what it is.

use super::{
    Function,
    syntax::{Axis, Expression, Operator, Start, Step, Test},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeSeq};

/// How deep parts may stand in one another; the parser allows less.
const DEEPEST: usize = 200;

const OPERATORS: [(&str, Operator); 14] = [
    ("or", Operator::Or),
    ("and", Operator::And),
    ("=", Operator::Equal),
    ("!=", Operator::Unequal),
    ("<", Operator::Less),
    ("<=", Operator::AtMost),
    (">", Operator::Greater),
    (">=", Operator::AtLeast),
    ("+", Operator::Plus),
    ("-", Operator::Minus),
    ("*", Operator::Times),
    ("div", Operator::Divide),
    ("mod", Operator::Modulo),
    ("|", Operator::Union),
];

const AXES: [(&str, Axis); 9] = [
    ("child", Axis::Child),
    ("descendant", Axis::Descendant),
    ("descendant-or-self", Axis::DescendantOrSelf),
    ("self", Axis::Myself),
    ("parent", Axis::Parent),
    ("ancestor", Axis::Ancestor),
    ("ancestor-or-self", Axis::AncestorOrSelf),
    ("following-sibling", Axis::FollowingSibling),
    ("preceding-sibling", Axis::PrecedingSibling),
];

fn name_of<T: PartialEq>(names: &[(&'static str, T)], of: &T) -> &'static str {
    let found = names.iter().find(|(_, known)| known == of);
    found.map_or("", |(name, _)| name)
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut words = Vec::new();
        write(self, &mut words);
        let mut list = serializer.serialize_seq(Some(words.len()))?;
        for word in &words {
            list.serialize_element(word)?;
        }
        list.end()
    }
}

fn write(expression: &Expression, words: &mut Vec<String>) {
    match expression {
        Expression::Number(number) => words.push(format!("#{number}")),
        Expression::Text(text) => words.push(format!("'{text}")),
        Expression::Negative(of) => {
            words.push("~".to_owned());
            write(of, words);
        }
        Expression::Chain(first, rest) => {
            words.push(format!("+{}", rest.len()));
            write(first, words);
            for (operator, operand) in rest {
                words.push(name_of(&OPERATORS, operator).to_owned());
                write(operand, words);
            }
        }
        Expression::Call(function, arguments) => {
            words.push(format!("({} {}", arguments.len(), function.name()));
            for argument in arguments {
                write(argument, words);
            }
        }
        Expression::Path(start, steps) => {
            let begins = match start {
                Start::Here => '.',
                Start::Top => '/',
                Start::Of(_) => '>',
            };
            words.push(format!("{begins}{}", steps.len()));
            if let Start::Of(of) = start {
                write(of, words);
            }
            for step in steps {
                let test = match &step.test {
                    Test::Any => "?",
                    Test::Named => "*",
                    Test::Name(name) => name,
                };
                let axis = name_of(&AXES, &step.axis);
                words.push(format!("{} {axis} {test}", step.predicates.len()));
                for predicate in &step.predicates {
                    write(predicate, words);
                }
            }
        }
        Expression::Filter(of, predicates) => {
            words.push(format!("[{}", predicates.len()));
            write(of, words);
            for predicate in predicates {
                write(predicate, words);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        let mut reading = Reading {
            words: words.iter(),
            depth: 0,
        };
        let read = reading.expression();
        let read = read.filter(|_| reading.words.next().is_none());
        read.ok_or_else(|| D::Error::custom("this is no expression of this version"))
    }
}

struct Reading<'w> {
    words: std::slice::Iter<'w, String>,
    depth: usize,
}

impl<'w> Reading<'w> {
    fn word(&mut self) -> Option<&'w str> {
        self.words.next().map(String::as_str)
    }

    /// What is announced must still be there: a lie about its length asks for no memory.
    fn count(&self, text: &str) -> Option<usize> {
        let count: usize = text.parse().ok()?;
        (count <= self.words.len()).then_some(count)
    }

    fn several(&mut self, count: usize) -> Option<Vec<Expression>> {
        (0..count).map(|_| self.expression()).collect()
    }

    fn boxed(&mut self) -> Option<Box<Expression>> {
        self.expression().map(Box::new)
    }

    fn expression(&mut self) -> Option<Expression> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let read = self.part();
        self.depth -= 1;
        read
    }

    fn part(&mut self) -> Option<Expression> {
        let word = self.word()?;
        let mut letters = word.chars();
        let kind = letters.next()?;
        let rest = letters.as_str();
        Some(match kind {
            '#' => Expression::Number(rest.parse().ok()?),
            '\'' => Expression::Text(rest.to_owned()),
            '~' => Expression::Negative(self.boxed()?),
            '+' => {
                let count = self.count(rest)?;
                let first = self.boxed()?;
                let mut chain = Vec::new();
                for _ in 0..count {
                    let name = self.word()?;
                    let (_, operator) = OPERATORS.iter().find(|(known, _)| *known == name)?;
                    chain.push((*operator, self.expression()?));
                }
                Expression::Chain(first, chain)
            }
            '(' => {
                let (count, name) = rest.split_once(' ')?;
                let arguments = self.count(count)?;
                let function = Function::named(name, arguments).ok()?;
                Expression::Call(function, self.several(arguments)?)
            }
            '.' | '/' | '>' => {
                let count = self.count(rest)?;
                let start = match kind {
                    '.' => Start::Here,
                    '/' => Start::Top,
                    _ => Start::Of(self.boxed()?),
                };
                let steps = (0..count).map(|_| self.step()).collect::<Option<_>>()?;
                Expression::Path(start, steps)
            }
            '[' => {
                let count = self.count(rest)?;
                Expression::Filter(self.boxed()?, self.several(count)?)
            }
            _ => return None,
        })
    }

    fn step(&mut self) -> Option<Step> {
        let (count, rest) = self.word()?.split_once(' ')?;
        let (axis, test) = rest.split_once(' ')?;
        let (_, axis) = AXES.iter().find(|(known, _)| *known == axis)?;
        let predicates = self.count(count)?;
        Some(Step {
            axis: *axis,
            test: match test {
                "?" => Test::Any,
                "*" => Test::Named,
                name => Test::Name(name.to_owned()),
            },
            predicates: self.several(predicates)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    #[test]
    fn what_is_parsed_is_read_back_as_it_was() {
        for text in [
            "1",
            "-0.1 + 2 * 3 div 4 mod 5",
            "'甲 #1' != \"it's\"",
            "if(../a[. > 1][position() = last()] = //b/*, concat(), node())",
            "(../a | ../b)[1] or not(current()/../x >= today())",
            "instance('list')/root/item[name = current()/../c]/label",
            "following-sibling::x/ancestor-or-self::node()",
            "- - -1",
        ] {
            let parsed = parse(text).expect("it is right");
            let written = serde_json::to_string(&parsed).expect("texts can be written");
            let read: Expression = serde_json::from_str(&written).expect("it was written");
            assert_eq!(read, parsed, "{written}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let deep = format!("[{}\"#1\"]", "\"~\",".repeat(100_000));
        for wrong in [
            "[]",
            r##"["#"]"##,
            r##"["#1", "#2"]"##,
            r#"["+1", "'a", "xor", "'b"]"#,
            r#"["+9999999999", "'a"]"#,
            r#"["(1 nonsense", "'a"]"#,
            r#"["(5 if", "'a"]"#,
            r#"[".1", "0 sideways x"]"#,
            r#"[""]"#,
            "5",
            &deep,
        ] {
            assert!(serde_json::from_str::<Expression>(wrong).is_err());
        }
    }
}
