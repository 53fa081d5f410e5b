//! The functions, by name and count of arguments.

use super::token::Why;

/// A function that expressions may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Function {
    // XPath 1.0.
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    False,
    Floor,
    Last,
    NormalizeSpace,
    Not,
    Number,
    Position,
    Round,
    StartsWith,
    String,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Translate,
    True,
    // XForms and ODK.
    Abs,
    Acos,
    Area,
    Asin,
    Atan,
    Atan2,
    BooleanFromString,
    Checklist,
    ChoiceName,
    Coalesce,
    Cos,
    CountNonEmpty,
    CountSelected,
    Current,
    Date,
    DecimalDateTime,
    DecimalTime,
    Distance,
    EndsWith,
    Exp,
    Exp10,
    FormatDate,
    If,
    IndexedRepeat,
    Instance,
    Int,
    Join,
    Log,
    Log10,
    Max,
    Min,
    Now,
    Once,
    Pi,
    Pow,
    PullData,
    Random,
    Randomize,
    Regex,
    Selected,
    SelectedAt,
    Sin,
    Sqrt,
    Substr,
    Tan,
    Today,
    Uuid,
    WeightedChecklist,
}

/// Any number of arguments.
const MANY: usize = usize::MAX;

/// Each with its name and how many arguments it takes.
const FUNCTIONS: [(&str, Function, usize, usize); 72] = [
    ("boolean", Function::Boolean, 1, 1),
    ("ceiling", Function::Ceiling, 1, 1),
    ("concat", Function::Concat, 0, MANY),
    ("contains", Function::Contains, 2, 2),
    ("count", Function::Count, 1, 1),
    ("false", Function::False, 0, 0),
    ("floor", Function::Floor, 1, 1),
    ("last", Function::Last, 0, 0),
    ("normalize-space", Function::NormalizeSpace, 0, 1),
    ("not", Function::Not, 1, 1),
    ("number", Function::Number, 0, 1),
    ("position", Function::Position, 0, 1),
    ("round", Function::Round, 1, 2),
    ("starts-with", Function::StartsWith, 2, 2),
    ("string", Function::String, 0, 1),
    ("string-length", Function::StringLength, 0, 1),
    ("substring", Function::Substring, 2, 3),
    ("substring-after", Function::SubstringAfter, 2, 2),
    ("substring-before", Function::SubstringBefore, 2, 2),
    ("sum", Function::Sum, 1, 1),
    ("translate", Function::Translate, 3, 3),
    ("true", Function::True, 0, 0),
    ("abs", Function::Abs, 1, 1),
    ("acos", Function::Acos, 1, 1),
    ("area", Function::Area, 1, 1),
    ("asin", Function::Asin, 1, 1),
    ("atan", Function::Atan, 1, 1),
    ("atan2", Function::Atan2, 2, 2),
    ("boolean-from-string", Function::BooleanFromString, 1, 1),
    ("checklist", Function::Checklist, 2, MANY),
    ("coalesce", Function::Coalesce, 2, 2),
    ("jr:choice-name", Function::ChoiceName, 2, 2),
    ("cos", Function::Cos, 1, 1),
    ("count-non-empty", Function::CountNonEmpty, 1, 1),
    ("count-selected", Function::CountSelected, 1, 1),
    ("current", Function::Current, 0, 0),
    ("date", Function::Date, 1, 1),
    ("date-time", Function::Date, 1, 1),
    ("decimal-date-time", Function::DecimalDateTime, 1, 1),
    ("decimal-time", Function::DecimalTime, 1, 1),
    ("distance", Function::Distance, 1, MANY),
    ("ends-with", Function::EndsWith, 2, 2),
    ("exp", Function::Exp, 1, 1),
    ("exp10", Function::Exp10, 1, 1),
    ("format-date", Function::FormatDate, 2, 2),
    ("format-date-time", Function::FormatDate, 2, 2),
    ("if", Function::If, 3, 3),
    ("indexed-repeat", Function::IndexedRepeat, 3, 7),
    ("instance", Function::Instance, 1, 1),
    ("int", Function::Int, 1, 1),
    ("join", Function::Join, 1, MANY),
    ("log", Function::Log, 1, 1),
    ("log10", Function::Log10, 1, 1),
    ("max", Function::Max, 1, MANY),
    ("min", Function::Min, 1, MANY),
    ("now", Function::Now, 0, 0),
    ("once", Function::Once, 1, 1),
    ("pi", Function::Pi, 0, 0),
    ("pow", Function::Pow, 2, 2),
    ("pulldata", Function::PullData, 4, 4),
    ("random", Function::Random, 0, 0),
    ("randomize", Function::Randomize, 1, 2),
    ("regex", Function::Regex, 2, 2),
    ("selected", Function::Selected, 2, 2),
    ("selected-at", Function::SelectedAt, 2, 2),
    ("sin", Function::Sin, 1, 1),
    ("sqrt", Function::Sqrt, 1, 1),
    ("substr", Function::Substr, 2, 3),
    ("tan", Function::Tan, 1, 1),
    ("today", Function::Today, 0, 0),
    ("uuid", Function::Uuid, 0, 1),
    ("weighted-checklist", Function::WeightedChecklist, 2, MANY),
];

impl Function {
    /// The function of this name, if it takes so many arguments.
    pub(super) fn named(name: &str, given: usize) -> Result<Self, Why> {
        let Some((name, function, least, most)) =
            FUNCTIONS.iter().find(|(known, ..)| *known == name)
        else {
            return Err(Why::NoFunction(name.to_owned()));
        };
        if given < *least || given > *most {
            return Err(Why::Arguments {
                function: (*name).to_owned(),
                least: *least,
                most: (*most != MANY).then_some(*most),
                given,
            });
        }
        Ok(*function)
    }

    /// A name of it.
    pub(super) fn name(self) -> &'static str {
        let found = FUNCTIONS.iter().find(|(_, known, ..)| *known == self);
        found.map_or("", |(name, ..)| name)
    }

    /// The argument that must be nodes, if one must.
    pub(super) const fn nodes_only(self) -> Option<usize> {
        match self {
            Self::Count
            | Self::CountNonEmpty
            | Self::IndexedRepeat
            | Self::Position
            | Self::Randomize
            | Self::Sum => Some(0),
            _ => None,
        }
    }

    /// Whether its value is a set of nodes.
    pub const fn gives_nodes(self) -> bool {
        matches!(
            self,
            Self::Current | Self::IndexedRepeat | Self::Instance | Self::Randomize
        )
    }
}
