//! What the functions do.

use super::{
    Fault, Function, Moment, Value,
    arguments::Arguments,
    evaluate::{Evaluation, Here},
    letters::{between, substring, translated},
    moment::clock_of,
    numbers::{most, on_number, round_to},
    place,
    syntax::Expression,
    tree::Tree,
};

/// A day in milliseconds.
const DAY_MS: f64 = 86_400_000.0;

impl<T: Tree> Evaluation<'_, T> {
    pub(super) fn call(
        &self,
        function: Function,
        given: &[Expression],
        here: Here<T::Node>,
    ) -> Result<Value<T::Node>, Fault> {
        let arguments = Arguments {
            evaluation: self,
            given,
            here,
        };
        if let Some(operate) = on_number(function) {
            return Ok(Value::Number(operate(arguments.number(0)?)));
        }
        Ok(match function {
            Function::Boolean => Value::Boolean(arguments.boolean(0)?),
            Function::BooleanFromString => Value::Boolean(self.yes_in(&arguments.value(0)?)),
            Function::Not => Value::Boolean(!arguments.boolean(0)?),
            Function::True => Value::Boolean(true),
            Function::False => Value::Boolean(false),
            Function::Number => Value::Number(arguments.number(0)?),
            Function::Pi => Value::Number(std::f64::consts::PI),
            Function::Atan2 => {
                Value::Number(libm::atan2(arguments.number(0)?, arguments.number(1)?))
            }
            Function::Pow => Value::Number(libm::pow(arguments.number(0)?, arguments.number(1)?)),
            Function::Round => Value::Number(match given.len() {
                1 => libm::round(arguments.number(0)?),
                _ => round_to(arguments.number(0)?, arguments.number(1)?),
            }),
            Function::Max => Value::Number(most(&arguments.numbers(0)?, f64::max)),
            Function::Min => Value::Number(most(&arguments.numbers(0)?, f64::min)),
            Function::Random => {
                Value::Number((self.surroundings.draw() >> 11) as f64 / (1_u64 << 53) as f64)
            }
            Function::If => {
                let which = if arguments.boolean(0)? { 1 } else { 2 };
                arguments.value(which)?
            }
            Function::Coalesce => {
                let first = arguments.text(0)?;
                Value::Text(if first.is_empty() {
                    arguments.text(1)?
                } else {
                    first
                })
            }
            Function::Once => {
                let present = self.tree.text(here.node);
                if present.is_empty() {
                    Value::Text(arguments.text(0)?)
                } else {
                    Value::text(present)
                }
            }
            Function::Checklist => self.checklist(&arguments, false)?,
            Function::WeightedChecklist => self.checklist(&arguments, true)?,
            Function::Area => Value::Number(place::area(&places(arguments.texts(0)?))),
            Function::Distance => Value::Number(place::distance(&places(arguments.texts(0)?))),
            Function::Uuid => Value::Text(self.uuid(match given.len() {
                0 => None,
                _ => Some(arguments.number(0)?),
            })?),
            Function::ChoiceName => {
                let choice = arguments.text(0)?;
                let question = arguments.nodes(1)?;
                Value::Text(match question.first() {
                    Some(question) => self.tree.choice_label(*question, &choice),
                    None => String::new(),
                })
            }
            Function::Position
            | Function::IndexedRepeat
            | Function::Last
            | Function::Count
            | Function::CountNonEmpty
            | Function::Sum
            | Function::Current
            | Function::Instance
            | Function::PullData
            | Function::Randomize => self.call_on_nodes(function, &arguments)?,
            Function::Date
            | Function::DecimalDateTime
            | Function::DecimalTime
            | Function::FormatDate
            | Function::Now
            | Function::Today => self.call_on_time(function, &arguments)?,
            _ => self.call_on_text(function, &arguments)?,
        })
    }

    fn call_on_nodes(
        &self,
        function: Function,
        arguments: &Arguments<'_, '_, T>,
    ) -> Result<Value<T::Node>, Fault> {
        let here = arguments.here;
        let count = |count: usize| Value::Number(count as f64);
        Ok(match function {
            Function::Position if arguments.given.is_empty() => count(here.position),
            Function::Position => {
                let nodes = arguments.nodes(0)?;
                let node = nodes.first().ok_or(Fault::NotNodes(function))?;
                count(self.rank(*node)?)
            }
            Function::Last => count(here.size),
            Function::Count => count(arguments.nodes(0)?.len()),
            Function::CountNonEmpty => {
                let nodes = arguments.nodes(0)?;
                let answered = nodes
                    .iter()
                    .filter(|node| !self.tree.text(**node).is_empty());
                count(answered.count())
            }
            Function::Sum => {
                let nodes = arguments.nodes(0)?;
                let numbers = nodes
                    .iter()
                    .map(|node| self.number_in(&self.tree.text(*node)));
                // From zero on: a sum of nothing is not minus zero.
                Value::Number(numbers.fold(0.0, |sum, number| sum + number))
            }
            Function::Current => Value::Nodes(vec![self.current]),
            Function::IndexedRepeat => Value::Nodes(self.indexed(arguments)?),
            Function::Instance => Value::Nodes(vec![self.instance(&arguments.text(0)?)?]),
            Function::PullData => {
                let top = self.instance(&arguments.text(0)?)?;
                let (column, key) = (arguments.text(1)?, arguments.text(2)?);
                Value::Text(self.pull(top, &column, &key, &arguments.text(3)?)?)
            }
            _ => {
                let seed = match arguments.given.len() {
                    1 => None,
                    _ => Some(arguments.number(1)?),
                };
                Value::Nodes(self.shuffled(arguments.nodes(0)?, seed)?)
            }
        })
    }

    fn call_on_time(
        &self,
        function: Function,
        arguments: &Arguments<'_, '_, T>,
    ) -> Result<Value<T::Node>, Fault> {
        let offset = self.surroundings.offset_minutes;
        let now = Moment::At(self.surroundings.now_ms as f64);
        Ok(match function {
            Function::Now => Value::Moment(now),
            Function::Today => Value::Moment(now.midnight(offset)),
            Function::Date => Value::Moment(self.moment(&arguments.value(0)?)),
            Function::DecimalDateTime => Value::Number(match arguments.value(0)? {
                Value::Number(days) => days,
                other => self.moment(&other).days(),
            }),
            Function::DecimalTime => Value::Number(match arguments.value(0)? {
                Value::Number(_) => f64::NAN,
                other => self.share_of_day(&self.text(&other)),
            }),
            _ => {
                let moment = self.moment(&arguments.value(0)?);
                let text = moment
                    .format(&arguments.text(1)?, offset, self.surroundings.language)
                    .map_err(|letter| {
                        Fault::Format(letter.map(String::from).unwrap_or_default())
                    })?;
                Value::Text(text)
            }
        })
    }

    fn call_on_text(
        &self,
        function: Function,
        arguments: &Arguments<'_, '_, T>,
    ) -> Result<Value<T::Node>, Fault> {
        if function == Function::Concat {
            return Ok(Value::Text(self.joined(&arguments.texts(0)?, "")?));
        }
        let text = arguments.text(0)?;
        self.work(text.len())?;
        Ok(match function {
            Function::String => Value::Text(text),
            Function::StringLength => Value::Number(text.chars().count() as f64),
            Function::NormalizeSpace => {
                let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
                let words = text.split(blank).filter(|word| !word.is_empty());
                Value::Text(words.collect::<Vec<_>>().join(" "))
            }
            Function::Join => Value::Text(self.joined(&arguments.texts(1)?, &text)?),
            Function::Contains => Value::Boolean(text.contains(&arguments.text(1)?)),
            Function::StartsWith => Value::Boolean(text.starts_with(&arguments.text(1)?)),
            Function::EndsWith => Value::Boolean(text.ends_with(&arguments.text(1)?)),
            Function::SubstringBefore => {
                let mark = arguments.text(1)?;
                Value::text(text.split_once(&mark).map_or("", |(before, _)| before))
            }
            Function::SubstringAfter => {
                let mark = arguments.text(1)?;
                Value::text(text.split_once(&mark).map_or("", |(_, after)| after))
            }
            Function::Substring => {
                let length = match arguments.given.len() {
                    2 => None,
                    _ => Some(arguments.number(2)?),
                };
                Value::Text(substring(&text, arguments.number(1)?, length))
            }
            Function::Substr => {
                let end = match arguments.given.len() {
                    2 => None,
                    _ => Some(arguments.number(2)?),
                };
                Value::Text(between(&text, arguments.number(1)?, end))
            }
            Function::Translate => {
                Value::Text(translated(&text, &arguments.text(1)?, &arguments.text(2)?))
            }
            Function::Regex => {
                let pattern = arguments.text(1)?;
                Value::Boolean(self.matches(&text, &pattern)?)
            }
            Function::Selected => {
                let choice = arguments.text(1)?;
                Value::Boolean(text.split(' ').any(|name| name == choice.trim()))
            }
            Function::SelectedAt => {
                let which = libm::trunc(arguments.number(1)?);
                let choices = text.split(' ').enumerate();
                let mut those = choices.filter(|(index, _)| *index as f64 == which);
                Value::text(those.next().map_or("", |(_, name)| name))
            }
            _ => {
                let names = text.split(' ').filter(|name| !name.is_empty());
                Value::Number(names.count() as f64)
            }
        })
    }

    fn yes_in(&self, value: &Value<T::Node>) -> bool {
        match value {
            Value::Number(number) => *number > 0.0 && libm::trunc(*number) == *number,
            other => matches!(self.text(other).as_str(), "1" | "true"),
        }
    }

    fn moment(&self, value: &Value<T::Node>) -> Moment {
        match value {
            Value::Moment(moment) => *moment,
            Value::Boolean(_) => Moment::Invalid,
            Value::Number(days) => Moment::of_days(*days),
            other => {
                let text = self.text(other);
                let days = super::value::read(&text);
                if days.is_nan() {
                    Moment::read(&text, self.surroundings.offset_minutes)
                } else {
                    Moment::of_days(days)
                }
            }
        }
    }

    /// How much of the person's day is over at a time.
    fn share_of_day(&self, text: &str) -> f64 {
        let Some((ms, Some(offset))) = clock_of(text) else {
            return f64::NAN;
        };
        let apart = f64::from(self.surroundings.offset_minutes - offset) * 60_000.0;
        let of_day = (ms + apart) % DAY_MS;
        let of_day = if of_day < 0.0 {
            of_day + DAY_MS
        } else {
            of_day
        };
        of_day / DAY_MS
    }

    fn joined(&self, texts: &[String], between: &str) -> Result<String, Fault> {
        let length: usize = texts.iter().map(|text| text.len() + between.len()).sum();
        self.work(length)?;
        Ok(texts.join(between))
    }

    /// Where a node stands among those of its name.
    fn rank(&self, node: T::Node) -> Result<usize, Fault> {
        let Some(parent) = self.tree.parent(node) else {
            return Ok(1);
        };
        let siblings = self.tree.children_named(parent, self.tree.name(node));
        self.work(siblings.len())?;
        let before = siblings.into_iter().filter(|sibling| *sibling < node);
        Ok(before.count() + 1)
    }

    /// Of the nodes of the first argument those in the instances that the other pairs of a repeat and a number name.
    fn indexed(&self, arguments: &Arguments<'_, '_, T>) -> Result<Vec<T::Node>, Fault> {
        let mut nodes = arguments.nodes(0)?;
        for pair in (1..arguments.given.len().saturating_sub(1)).step_by(2) {
            let instances = arguments.nodes(pair)?;
            let number = arguments.number(pair + 1)?;
            let mut chosen = Vec::new();
            let mut last = (None, 0_usize);
            for instance in instances {
                let parent = self.tree.parent(instance);
                let rank = if last.0 == parent { last.1 + 1 } else { 1 };
                last = (parent, rank);
                if rank as f64 == number {
                    chosen.push(instance);
                }
            }
            let mut kept = Vec::new();
            for node in nodes {
                let mut above = Some(node);
                while let Some(node) = above
                    && !chosen.contains(&node)
                {
                    self.work(chosen.len() + 1)?;
                    above = self.tree.parent(node);
                }
                if above.is_some() {
                    kept.push(node);
                }
            }
            nodes = kept;
        }
        Ok(nodes)
    }

    fn instance(&self, name: &str) -> Result<T::Node, Fault> {
        self.tree
            .instance(name)
            .ok_or_else(|| Fault::NoInstance(name.to_owned()))
    }

    /// The value in a list's column, of the first row whose key is this.
    fn pull(&self, top: T::Node, column: &str, key: &str, is: &str) -> Result<String, Fault> {
        let of = |row: T::Node, name: &str| {
            let cells = self.tree.children(row).into_iter();
            cells.clone().find(|cell| self.tree.name(*cell) == name)
        };
        for root in self.tree.children(top) {
            for row in self.tree.children(root) {
                self.work(1)?;
                let found = of(row, key).is_some_and(|cell| self.tree.text(cell) == is);
                if found {
                    let cell = of(row, column);
                    return Ok(
                        cell.map_or_else(String::new, |cell| self.tree.text(cell).into_owned())
                    );
                }
            }
        }
        Ok(String::new())
    }

    fn matches(&self, text: &str, pattern: &str) -> Result<bool, Fault> {
        self.work(pattern.len().saturating_mul(text.len().max(16)))?;
        let compiled = regex_lite::RegexBuilder::new(pattern)
            .size_limit(1 << 18)
            .build()
            .map_err(|_| Fault::Pattern(pattern.to_owned()))?;
        Ok(compiled.is_match(text))
    }

    /// Whether as many hold as may; each for one, or for its weight.
    fn checklist(
        &self,
        arguments: &Arguments<'_, '_, T>,
        weighted: bool,
    ) -> Result<Value<T::Node>, Fault> {
        let (least, most) = (arguments.number(0)?, arguments.number(1)?);
        let mut sum = 0.0;
        if weighted {
            let mut which = 2;
            while which + 1 < arguments.given.len() {
                let one = |which| -> Result<Vec<Value<T::Node>>, Fault> {
                    Ok(match arguments.value(which)? {
                        Value::Nodes(nodes) => nodes
                            .into_iter()
                            .map(|node| Value::Nodes(vec![node]))
                            .collect(),
                        other => vec![other],
                    })
                };
                for (value, weight) in one(which)?.iter().zip(one(which + 1)?) {
                    if self.is_ticked(value) {
                        sum += self.number(&weight);
                    }
                }
                which += 2;
            }
        } else {
            let values = arguments.spread(2)?;
            sum = values.iter().filter(|value| self.is_ticked(value)).count() as f64;
        }
        Ok(Value::Boolean(
            (least < 0.0 || sum >= least) && (most < 0.0 || sum <= most),
        ))
    }

    /// A question counts if it is answered.
    fn is_ticked(&self, value: &Value<T::Node>) -> bool {
        match value {
            Value::Nodes(_) => !self.text(value).trim().is_empty(),
            other => self.boolean(other),
        }
    }

    /// A random UUID, or so many of its kind of digits.
    fn uuid(&self, length: Option<f64>) -> Result<String, Fault> {
        let Some(length) = length else {
            let bits =
                u128::from(self.surroundings.draw()) << 64 | u128::from(self.surroundings.draw());
            let uuid = uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
            return Ok(uuid.to_string());
        };
        if length.is_nan() {
            return Err(Fault::Length);
        }
        let length = length.clamp(0.0, 1_000.0) as usize;
        let digits = (0..length).map(|_| {
            let digit = (self.surroundings.draw() & 0xf) as u32;
            char::from_digit(digit, 16).unwrap_or('0')
        });
        Ok(digits.collect())
    }

    /// The nodes in another order; with a seed always the same one, as ODK lays it down (Park and Miller's generator,
    /// and an inside-out shuffle).
    fn shuffled(&self, nodes: Vec<T::Node>, seed: Option<f64>) -> Result<Vec<T::Node>, Fault> {
        const MOST: i64 = 2_147_483_647;
        let mut state = match seed {
            Some(seed) if libm::trunc(seed) == seed => {
                let state = seed as i64 % MOST;
                if state <= 0 { state + MOST - 1 } else { state }
            }
            Some(_) => return Err(Fault::Seed),
            None => (self.surroundings.draw() % (MOST as u64 - 1)) as i64 + 1,
        };
        let mut shuffled: Vec<T::Node> = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.into_iter().enumerate() {
            state = state * 16_807 % MOST;
            let share = (state - 1) as f64 / (MOST - 1) as f64;
            let place = libm::floor(share * (index + 1) as f64) as usize;
            shuffled.push(node);
            shuffled.swap(place.min(index), index);
        }
        Ok(shuffled)
    }
}

/// A line of places is written with semicolons.
fn places(texts: Vec<String>) -> Vec<String> {
    match texts.as_slice() {
        [one] => one.split(';').map(str::to_owned).collect(),
        _ => texts,
    }
}
