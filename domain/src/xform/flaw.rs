//! What is wrong with a form, and in which column of which row.

use super::NodeId;
use crate::Language;

/// Something wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The row: the node that it is in.
    pub node: NodeId,
    /// The column.
    pub column: Column,
    /// What is wrong.
    pub why: FormFault,
}

/// A column of a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Column {
    Kind,
    Name,
    Label,
    Hint,
    Guidance,
    Media,
    Relevant,
    Required,
    RequiredMessage,
    Constraint,
    ConstraintMessage,
    Calculation,
    Default,
    Readonly,
    Trigger,
    RepeatCount,
    Title,
    ChoiceFilter,
    SaveTo,
    /// Of the sheet of entities; the flaw's node is the repeat that the entity belongs to, or the form.
    Entity,
    /// Of the settings.
    InstanceName,
    /// Of the sheet of choices: a row of it, by its list's place and its own in that. The flaw's node says nothing.
    Choice {
        list: u32,
        choice: u32,
    },
}

/// What is wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormFault {
    /// It needs a later version of this program.
    TooNew,
    /// There are more questions than a form may have.
    TooMany,
    /// Groups stand too deep in one another.
    TooDeep,
    /// It has no nodes, or one that stands in no group, or before its group.
    Misplaced,
    /// This is no name: letters, digits, `_`, `-` and `.`, and a letter first.
    NotAName(String),
    /// Another in the same group has this name.
    NameTaken(String),
    /// An expression goes to nothing of this name.
    NoNode(String),
    /// There is no list of this name, or none at all.
    NoList(String),
    /// A list has no column of this name.
    NoColumn(String),
    /// A list has two choices of this name.
    ChoiceTaken(String),
    /// This is no name of a choice: it is blank, or has a space where several are chosen.
    NotAChoice(String),
    /// There is no such entity.
    NoEntity,
    /// Their values or when they are asked depend on one another in a ring; by name, each on the next.
    Ring(Vec<String>),
}

impl Flaw {
    /// How many names a ring has.
    pub(super) const fn length(&self) -> usize {
        match &self.why {
            FormFault::Ring(names) => names.len(),
            _ => 0,
        }
    }
}

impl FormFault {
    /// What is wrong, in a sentence.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Chinese => self.chinese(),
            Language::English => self.english(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::TooNew => "表单需要更新版本的程序，请先更新".to_owned(),
            Self::TooMany => "题目太多，请拆成几个表单".to_owned(),
            Self::TooDeep => "题组嵌套太深".to_owned(),
            Self::Misplaced => "题目不在任何题组中".to_owned(),
            Self::NotAName(name) => {
                format!("{name} 不能作名称：以字母开头，只用字母、数字、下划线、连字符和点")
            }
            Self::NameTaken(name) => format!("同一题组中已有名称 {name}"),
            Self::NoNode(name) => format!("路径中的 {name} 不存在"),
            Self::NoList(name) => format!("没有选项列表 {name}"),
            Self::NoColumn(name) => format!("选项列表中没有 {name} 这一列"),
            Self::ChoiceTaken(name) => format!("选项 {name} 重复"),
            Self::NotAChoice(name) => format!("“{name}”不能作选项的名称：不能为空，不能有空格"),
            Self::NoEntity => "entities 表中没有这个实体".to_owned(),
            Self::Ring(names) => format!("互相依赖，无法计算：{}", names.join(" → ")),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::TooNew => {
                "the form needs a later version of the program: update it first".to_owned()
            }
            Self::TooMany => "there are too many questions: make several forms of it".to_owned(),
            Self::TooDeep => "groups stand too deep in one another".to_owned(),
            Self::Misplaced => "the question stands in no group".to_owned(),
            Self::NotAName(name) => format!(
                "{name} is no name: a letter first, then letters, digits, underscores, hyphens and dots"
            ),
            Self::NameTaken(name) => format!("the group already has a {name}"),
            Self::NoNode(name) => format!("there is no {name} where the path goes"),
            Self::NoList(name) => format!("there is no list of choices {name}"),
            Self::NoColumn(name) => format!("the list of choices has no column {name}"),
            Self::ChoiceTaken(name) => format!("the choice {name} is there twice"),
            Self::NotAChoice(name) => {
                format!("\"{name}\" is no name of a choice: neither blank nor with spaces")
            }
            Self::NoEntity => "the sheet of entities has no such entity".to_owned(),
            Self::Ring(names) => {
                format!("these depend on one another: {}", names.join(" → "))
            }
        }
    }
}
