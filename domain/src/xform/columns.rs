//! What a row says, column by column.

use super::{Column, Form, List, Node, NodeId, Piece, Wording};
use crate::expression::Expression;

impl Node {
    /// Its expressions, each with its column.
    pub fn expressions(&self) -> impl Iterator<Item = (Column, &Expression)> {
        let all = [
            (Column::Relevant, &self.relevant),
            (Column::Required, &self.required),
            (Column::Constraint, &self.constraint),
            (Column::Calculation, &self.calculation),
            (Column::Default, &self.default),
            (Column::Readonly, &self.readonly),
            (Column::RepeatCount, &self.count),
            (Column::ChoiceFilter, &self.choices),
        ];
        all.into_iter()
            .filter_map(|(column, expression)| Some((column, expression.as_ref()?)))
    }

    /// Its texts, each with its column.
    pub fn wordings(&self) -> impl Iterator<Item = (Column, &Wording)> {
        let all = [
            (Column::Label, &self.label),
            (Column::Hint, &self.hint),
            (Column::Guidance, &self.guidance),
            (Column::RequiredMessage, &self.required_message),
            (Column::ConstraintMessage, &self.constraint_message),
            (Column::Title, &self.title),
        ];
        let media = self.media.values().map(|wording| (Column::Media, wording));
        all.into_iter().chain(media)
    }
}

impl Wording {
    /// The values in it, in whichever language.
    pub fn values(&self) -> impl Iterator<Item = &Expression> {
        let pieces = self.0.values().flatten();
        pieces.filter_map(|piece: &Piece| piece.value.as_ref())
    }
}

impl List {
    /// The values in its choices' texts.
    pub fn values(&self) -> impl Iterator<Item = &Expression> {
        self.choices.iter().flat_map(|choice| {
            let media = choice.media.values().flat_map(Wording::values);
            choice.label.values().chain(media)
        })
    }

    /// Whether its choices have a column of this name.
    pub fn has_column(&self, name: &str) -> bool {
        matches!(name, "name" | "label")
            || self.records.is_some()
            || self
                .choices
                .iter()
                .any(|choice| choice.more.contains_key(name))
    }
}

impl Form {
    /// Where the expression of a column is evaluated: at its node, but a repeat's count at what the repeat is in.
    pub fn stands_at(&self, node: NodeId, column: Column) -> NodeId {
        match column {
            Column::RepeatCount => self.parent(node).unwrap_or(node),
            _ => node,
        }
    }

    /// The list that a node's choices come from.
    pub fn list_of(&self, node: &Node) -> Option<&List> {
        self.lists.get(node.list? as usize)
    }
}
