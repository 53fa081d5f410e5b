//! Cuts the text of an expression into tokens, and says what is wrong with it.

use super::Operator;
use crate::Language;

/// Longer ones are refused: no person has written them.
const LONGEST: usize = 32 * 1024;

/// Where and why an expression cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// At which of its characters, from 0.
    pub at: usize,
    /// What is wrong there.
    pub why: Why,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is nothing.
    Empty,
    /// It is longer than any expression may be.
    TooLong,
    /// Brackets or functions stand too deep in one another.
    TooDeep,
    /// A quotation does not end.
    OpenText,
    /// No token begins like this.
    Unreadable(char),
    /// Something is missing: an operand, mostly.
    Missing,
    /// This stands where nothing like it can.
    Misplaced(String),
    /// A bracket is not closed.
    OpenBracket(char),
    /// There is no such function.
    NoFunction(String),
    /// A function of another count of arguments.
    Arguments {
        /// Its name.
        function: String,
        /// How many it takes at least.
        least: usize,
        /// And at most, if that is bounded.
        most: Option<usize>,
        /// How many there are.
        given: usize,
    },
    /// A function takes nodes, as of a question or a group, and something else is given.
    NotNodes(String),
    /// A part of XPath that forms do not have: attributes, variables, prefixes.
    NotHere(String),
    /// No question or group of the form has this name.
    NoQuestion(String),
    /// Several have it, so that it says nothing.
    SeveralQuestions(String),
}

impl Why {
    /// What is wrong, in a sentence.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Chinese => self.chinese(),
            Language::English => self.english(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Empty => "表达式是空的".to_owned(),
            Self::TooLong => format!("表达式超过 {LONGEST} 个字节，请拆成几个计算题"),
            Self::TooDeep => "括号或函数嵌套太深，请拆成几个计算题".to_owned(),
            Self::OpenText => "引号没有配对".to_owned(),
            Self::Unreadable(found) => format!("不认识的字符 {found}"),
            Self::Missing => "这里缺少内容".to_owned(),
            Self::Misplaced(found) => format!("{found} 不能写在这里"),
            Self::OpenBracket(open) => format!("括号 {open} 没有配对"),
            Self::NoFunction(name) => format!("没有函数 {name}()"),
            Self::Arguments {
                function,
                least,
                most,
                given,
            } => {
                let takes = match most {
                    Some(most) if most == least => format!("{least}"),
                    Some(most) => format!("{least} 到 {most}"),
                    None => format!("至少 {least}"),
                };
                format!("函数 {function}() 需要 {takes} 个参数，这里有 {given} 个")
            }
            Self::NotNodes(function) => {
                format!("函数 {function}() 只能用于题目或题组，如 ${{题目}}")
            }
            Self::NotHere(found) => format!("表单不支持 {found}"),
            Self::NoQuestion(name) => format!("没有名为 {name} 的题目"),
            Self::SeveralQuestions(name) => format!("有几个题目都名为 {name}，请改成不同的名称"),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Empty => "the expression is empty".to_owned(),
            Self::TooLong => {
                format!("the expression is longer than {LONGEST} bytes: make several calculations of it")
            }
            Self::TooDeep => {
                "brackets or functions stand too deep in one another: make several calculations of it"
                    .to_owned()
            }
            Self::OpenText => "a quotation mark is not closed".to_owned(),
            Self::Unreadable(found) => format!("{found} means nothing here"),
            Self::Missing => "something is missing here".to_owned(),
            Self::Misplaced(found) => format!("{found} cannot stand here"),
            Self::OpenBracket(open) => format!("the bracket {open} is not closed"),
            Self::NoFunction(name) => format!("there is no function {name}()"),
            Self::Arguments {
                function,
                least,
                most,
                given,
            } => {
                let takes = match most {
                    Some(most) if most == least => format!("{least}"),
                    Some(most) => format!("{least} to {most}"),
                    None => format!("at least {least}"),
                };
                format!("{function}() takes {takes} arguments, and {given} are given")
            }
            Self::NotNodes(function) => {
                format!("{function}() takes a question or a group, as ${{question}}")
            }
            Self::NotHere(found) => format!("forms have no {found}"),
            Self::NoQuestion(name) => format!("no question is named {name}"),
            Self::SeveralQuestions(name) => {
                format!("several questions are named {name}: give each a name of its own")
            }
        }
    }
}

/// A piece of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'t> {
    Number(f64),
    Text(&'t str),
    /// A name, with a prefix perhaps, or `${name}`; `call` if a bracket follows, `axis` if two colons do.
    Name {
        name: &'t str,
        call: bool,
        axis: bool,
    },
    Operator(Operator),
    /// One of `( ) [ ] , / . @ * :: ..`, and `//`.
    Sign(&'static str),
}

const SIGNS: [&str; 12] = [
    "//", "/", "..", ".", "(", ")", "[", "]", ",", "@", "::", "*",
];

const OPERATORS: [(&str, Operator); 9] = [
    ("!=", Operator::Unequal),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("+", Operator::Plus),
    ("-", Operator::Minus),
    ("|", Operator::Union),
];

/// Names that are operators after an operand, also where no blank follows.
const WORDS: [(&str, Operator); 5] = [
    ("and", Operator::And),
    ("or", Operator::Or),
    ("mod", Operator::Modulo),
    ("div", Operator::Divide),
    ("*", Operator::Times),
];

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn goes_on_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The tokens of a text, each with where it begins.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, Mistake> {
    let mut found: Vec<(usize, Token<'_>)> = Vec::new();
    let at = |offset: usize| {
        text.get(..offset)
            .map_or(0, |before| before.chars().count())
    };
    if text.len() > LONGEST {
        return Err(Mistake {
            at: 0,
            why: Why::TooLong,
        });
    }
    let mut offset = 0;
    loop {
        let rest = text.get(offset..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        offset += blank;
        let rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return Ok(found);
        };
        let after_operand = matches!(
            found.last(),
            Some((
                _,
                Token::Number(_)
                    | Token::Text(_)
                    | Token::Name {
                        call: false,
                        axis: false,
                        ..
                    }
                    | Token::Sign(")" | "]" | "." | ".." | "*")
            ))
        );
        let (length, token) = match token(rest, first, after_operand) {
            Ok(read) => read,
            Err(why) => {
                return Err(Mistake {
                    at: at(offset),
                    why,
                });
            }
        };
        found.push((at(offset), token));
        offset += length;
    }
}

/// The token at the beginning of a text, and how many bytes it has.
fn token(rest: &str, first: char, after_operand: bool) -> Result<(usize, Token<'_>), Why> {
    if after_operand
        && let Some((word, operator)) = WORDS.iter().find(|(word, _)| rest.starts_with(word))
    {
        return Ok((word.len(), Token::Operator(*operator)));
    }
    if matches!(first, '"' | '\'') {
        let inside = &rest[1..];
        let end = inside.find(first).ok_or(Why::OpenText)?;
        return Ok((end + 2, Token::Text(&inside[..end])));
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let fraction = rest[whole..].strip_prefix('.').map(digits);
    if whole > 0 || fraction.is_some_and(|fraction| fraction > 0) {
        let mut length = whole + fraction.map_or(0, |fraction| fraction + 1);
        let mantissa = rest[..length].trim_end_matches('.');
        // XPath has no exponents; spreadsheets write small numbers with one.
        let exponent = exponent(&rest[length..]);
        length += exponent.len();
        let number = format!("{mantissa}{exponent}");
        return Ok((length, Token::Number(number.parse().unwrap_or(f64::NAN))));
    }
    if starts_name(first) {
        return Ok(name(rest));
    }
    if rest.starts_with("${") {
        let end = rest.find('}').ok_or(Why::OpenBracket('{'))?;
        let token = Token::Name {
            name: &rest[..=end],
            call: false,
            axis: false,
        };
        return Ok((end + 1, token));
    }
    if let Some((sign, operator)) = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) {
        return Ok((sign.len(), Token::Operator(*operator)));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((sign.len(), Token::Sign(sign))),
        None if first == '$' => Err(Why::NotHere("$".to_owned())),
        None => Err(Why::Unreadable(first)),
    }
}

/// `e-12` at the beginning of a text, or nothing.
fn exponent(rest: &str) -> &str {
    let Some(after) = rest.strip_prefix(['e', 'E']) else {
        return "";
    };
    let signed = after.strip_prefix(['-', '+']).unwrap_or(after);
    let digits = signed.bytes().take_while(u8::is_ascii_digit).count();
    let length = rest.len() - signed.len() + digits;
    if digits == 0 { "" } else { &rest[..length] }
}

fn name(rest: &str) -> (usize, Token<'_>) {
    let simple = |text: &str| text.find(|c| !goes_on_name(c)).unwrap_or(text.len());
    let mut length = simple(rest);
    // A prefix, but not an axis.
    if let Some(local) = rest[length..].strip_prefix(':')
        && local.starts_with(starts_name)
    {
        length += 1 + simple(local);
    }
    let after = rest[length..].trim_start();
    let token = Token::Name {
        name: &rest[..length],
        call: after.starts_with('('),
        axis: after.starts_with("::"),
    };
    (length, token)
}
