//! A form as it is published: everything that an XLSForm workbook says, checked, with its expressions parsed.
//!
//! Its nodes stand in one list, each before what is in it, so that reading a form takes no stack and a node is a number.
//! Some things of a workbook are written here as others: a choice called other as a choice and a text that is relevant
//! with it, choices in chance's order as `randomize()` of them, external lists as lists. Expressions are about the node
//! that they stand at, as XForms lays it down; only a repeat's count is about what the repeat is in.

use crate::{
    Map, blank_is_default, expression::Expression, json::Blank, read_from_members, read_from_names,
};
use serde::Serialize;

/// The version of forms that this program fills. A form that needs a later one is not opened.
pub const ENGINE: u32 = 1;

/// A node of a form, by its place in the list. Number 0 is the form itself.
pub type NodeId = u32;

/// A form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Form {
    /// The form's id, the same over its versions.
    pub form_id: String,
    /// This version, as its author calls it.
    pub version: String,
    /// The [`ENGINE`] that it needs.
    pub engine: u32,
    /// Its languages by tag, the one it begins in first; none for a form that names none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Its title.
    pub title: Wording,
    /// Its nodes: the form itself, a group named as the top of an answer is, then each before what is in it.
    pub nodes: Vec<Node>,
    /// The lists of choices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<List>,
    /// What a filled form is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_name: Option<Expression>,
    /// What its answers make of records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// What else its settings say, for screens.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub settings: Map<String, String>,
}

/// A question, a group, a repeat, or the form itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Node {
    /// Its name, unique among its siblings.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// What it is in; the form itself is in itself.
    #[serde(skip_serializing_if = "is_zero")]
    pub parent: NodeId,
    /// What is asked.
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub label: Wording,
    /// A line of help.
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub hint: Wording,
    /// More help, folded away.
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub guidance: Wording,
    /// Pictures and sounds beside the label, by their kind.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub media: Map<String, Wording>,
    /// When it is asked; always if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevant: Option<Expression>,
    /// When an answer is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Expression>,
    /// What is said when it is missing.
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub required_message: Wording,
    /// What an answer must fulfil.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<Expression>,
    /// What is said when it does not.
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub constraint_message: Wording,
    /// What its answer is calculated from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Expression>,
    /// What it begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Expression>,
    /// When it can only be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readonly: Option<Expression>,
    /// The questions whose changes calculate it; if there are any, nothing else does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trigger: Vec<NodeId>,
    /// Of a repeat: how many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Expression>,
    /// Of a repeat: what one of its instances is called.
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub title: Wording,
    /// Its list of choices, by its place among the form's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<u32>,
    /// Which choices are offered: rows of their list, or answers, each a choice of its own; all of its list if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Expression>,
    /// How it is to look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub appearance: Vec<String>,
    /// What its kind is told besides.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, String>,
    /// The field of a record that its answer goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save_to: Option<SaveTo>,
}

/// Where an answer goes besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SaveTo {
    /// Into which of the form's entities, by its place among them.
    pub entity: u32,
    /// Into which of its fields.
    pub property: String,
}

/// A record that a filled form makes or changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Entity {
    /// The list of records that it belongs to.
    pub list: String,
    /// One of them for the form, or for each instance of this repeat.
    #[serde(skip_serializing_if = "is_zero")]
    pub at: NodeId,
    /// Which record it changes; it makes one if this is absent or blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Expression>,
    /// When it makes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_if: Option<Expression>,
    /// When it changes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_if: Option<Expression>,
    /// What the record is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Expression>,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_zero(node: &NodeId) -> bool {
    *node == 0
}

/// What a node is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum NodeKind {
    #[default]
    Group,
    Repeat,
    Text,
    Integer,
    Decimal,
    Range,
    SelectOne,
    SelectMultiple,
    Rank,
    Note,
    Date,
    Time,
    DateTime,
    Calculate,
    Hidden,
    Acknowledge,
    Geopoint,
    Image,
    Audio,
    File,
    Signature,
    Barcode,
    Start,
    End,
    Today,
    DeviceId,
    UserName,
}

impl NodeKind {
    /// Whether other nodes stand in it.
    pub const fn holds_others(self) -> bool {
        matches!(self, Self::Group | Self::Repeat)
    }

    /// Whether it is answered by choices.
    pub const fn has_choices(self) -> bool {
        matches!(self, Self::SelectOne | Self::SelectMultiple | Self::Rank)
    }

    /// Whether a person fills it.
    pub const fn is_asked(self) -> bool {
        !matches!(
            self,
            Self::Group
                | Self::Repeat
                | Self::Note
                | Self::Calculate
                | Self::Hidden
                | Self::Start
                | Self::End
                | Self::Today
                | Self::DeviceId
                | Self::UserName
        )
    }
}

/// A text in each language, with values in it. Under no language for a form that names none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Wording(pub Map<String, Vec<Piece>>);

impl Wording {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text in this language, else in the other, else in any.
    pub fn pieces(&self, language: &str, otherwise: &str) -> &[Piece] {
        let named = self.0.get(language).or_else(|| self.0.get(otherwise));
        let found = named.or_else(|| self.0.values().next());
        found.map_or(&[], Vec::as_slice)
    }
}

impl<'de> serde::Deserialize<'de> for Wording {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self)
    }
}

/// A part of a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Piece {
    /// Words as they are.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// What stands behind them, calculated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Expression>,
}

/// A list of choices.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct List {
    /// Its name, under which expressions find it.
    pub name: String,
    /// Where its choices are; in the form itself if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Records>,
    /// Its choices in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// Records that the phone holds, as choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Records {
    /// 企业.
    Enterprises,
    /// 园区.
    Parks,
    /// 产品.
    Products,
}

/// A choice.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Choice {
    /// What is stored.
    pub name: String,
    /// What is read.
    pub label: Wording,
    /// Pictures and sounds beside it, by their kind.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub media: Map<String, Wording>,
    /// Its further columns.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub more: Map<String, String>,
}

impl Form {
    /// A node.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// What a node is in; none for the form itself, and for what stands before what it is in.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.node(id)?.parent;
        (parent < id).then_some(parent)
    }

    /// What is directly in a node.
    pub fn children(&self, of: NodeId) -> impl Iterator<Item = NodeId> {
        let all = (1..).zip(self.nodes.iter().skip(1));
        all.filter(move |(_, node)| node.parent == of)
            .map(|(id, _)| id)
    }

    /// A node and what it is in, from the inside out, with the form itself.
    pub fn upwards(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(id), |id| self.parent(*id))
    }

    /// Whether one node is another, or stands in it.
    pub fn is_within(&self, id: NodeId, whole: NodeId) -> bool {
        self.upwards(id).any(|above| above == whole)
    }

    /// The innermost repeat that a node is or stands in, else the form itself.
    pub fn repeat_of(&self, id: NodeId) -> NodeId {
        self.upwards(id)
            .find(|above| self.is_repeat(*above))
            .unwrap_or_default()
    }

    /// Whether a node is a repeat.
    pub fn is_repeat(&self, id: NodeId) -> bool {
        self.node(id)
            .is_some_and(|node| node.kind == NodeKind::Repeat)
    }

    /// Where a node is, by names: `/data/group/question`.
    pub fn path(&self, id: NodeId) -> String {
        let names = self.upwards(id).filter_map(|id| self.node(id));
        let names: Vec<&str> = names.map(|node| node.name.as_str()).collect();
        let names = names.iter().rev();
        names.fold(String::new(), |path, name| format!("{path}/{name}"))
    }

    /// The list of this name, by its place.
    pub fn list_named(&self, name: &str) -> Option<u32> {
        let mut lists = (0..).zip(&self.lists);
        lists.find(|(_, list)| list.name == name).map(|(id, _)| id)
    }
}

impl Blank for Expression {
    fn blank() -> Self {
        Self::Text(String::new())
    }
}

blank_is_default!(Wording);

read_from_members!(Form { form_id, version, engine, title, nodes } {
    languages, lists, instance_name, entities, settings
});
read_from_members!(Node { name, kind } {
    parent, label, hint, guidance, media, relevant, required, required_message, constraint, constraint_message,
    calculation, default, readonly, trigger, count, title, list, choices, appearance, parameters, save_to
});
read_from_members!(SaveTo { property } { entity });
read_from_members!(Entity { list } { at, id, create_if, update_if, label });
read_from_members!(Piece {} { words, value });
read_from_members!(List { name } { records, choices });
read_from_members!(Choice { name, label } { media, more });
read_from_names!(NodeKind {
    "group" => Group,
    "repeat" => Repeat,
    "text" => Text,
    "integer" => Integer,
    "decimal" => Decimal,
    "range" => Range,
    "select_one" => SelectOne,
    "select_multiple" => SelectMultiple,
    "rank" => Rank,
    "note" => Note,
    "date" => Date,
    "time" => Time,
    "date_time" => DateTime,
    "calculate" => Calculate,
    "hidden" => Hidden,
    "acknowledge" => Acknowledge,
    "geopoint" => Geopoint,
    "image" => Image,
    "audio" => Audio,
    "file" => File,
    "signature" => Signature,
    "barcode" => Barcode,
    "start" => Start,
    "end" => End,
    "today" => Today,
    "device_id" => DeviceId,
    "user_name" => UserName,
});
read_from_names!(Records {
    "enterprises" => Enterprises,
    "parks" => Parks,
    "products" => Products,
});
