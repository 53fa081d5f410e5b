//! A filled form as expressions read it, and the lists beside it.

use super::{
    super::{Choice, Piece, Wording},
    At, Filling, Role,
};
use crate::expression::Tree;
use std::borrow::Cow;

/// A node that an expression reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// What the answer stands in.
    Top,
    /// A place of the answer, by its rank in the document.
    Answer {
        #[allow(missing_docs)]
        order: u32,
        #[allow(missing_docs)]
        at: At,
    },
    /// The top of a list.
    List(u32),
    /// The list in it.
    Root(u32),
    /// A row of it.
    Item(u32, u32),
    /// A column of a row.
    Cell(u32, u32, u32),
}

impl Filling {
    pub(super) fn place(&self, at: At) -> Place {
        let order = self.spot(at).order;
        Place::Answer { order, at }
    }

    /// The choices of a list.
    pub(super) fn rows(&self, list: u32) -> &[Choice] {
        let held = self.held.get(list as usize).and_then(Option::as_ref);
        match (held, self.form.lists.get(list as usize)) {
            (Some(held), _) => held,
            (None, Some(list)) => &list.choices,
            (None, None) => &[],
        }
    }

    pub(super) fn row(&self, list: u32, row: u32) -> Option<&Choice> {
        self.rows(list).get(row as usize)
    }

    /// A text in the language, else in the one that the form begins in.
    pub(super) fn pieces<'w>(&self, wording: &'w Wording) -> &'w [Piece] {
        let first = self.form.languages.first().map_or("", String::as_str);
        wording.pieces(&self.language, first)
    }

    /// The words of a text, without the values in it.
    pub(super) fn words<'a>(&'a self, wording: &'a Wording) -> Cow<'a, str> {
        match self.pieces(wording) {
            [] => Cow::Borrowed(""),
            [one] => Cow::Borrowed(&one.words),
            several => several.iter().map(|piece| piece.words.as_str()).collect(),
        }
    }

    /// What stands in a place of the document: in place of a repeat its instances.
    pub(super) fn inside(&self, at: At) -> Vec<At> {
        let spot = self.spot(at);
        if !matches!(spot.role, Role::Group | Role::Instance) {
            return Vec::new();
        }
        let count = self.plan.outline.children(spot.node).len() as u32;
        let mut inside = Vec::with_capacity(count as usize);
        for at in (spot.first..spot.first + count).map(At) {
            match self.spot(at).role {
                Role::Repeat => inside.extend(self.living(at)),
                _ => inside.push(at),
            }
        }
        inside
    }

    /// The instances of a repeat that are there.
    pub(super) fn living(&self, repeat: At) -> impl Iterator<Item = At> + '_ {
        let all = self.spot(repeat).instances().iter().copied();
        all.filter(|at| self.spot(*at).is_living())
    }

    /// The group or instance that a place is in.
    pub(super) fn container(&self, at: At) -> At {
        let parent = self.spot(at).parent;
        match self.spot(parent).role {
            Role::Repeat => self.spot(parent).parent,
            _ => parent,
        }
    }
}

impl Tree for Filling {
    type Node = Place;

    fn parent(&self, node: Place) -> Option<Place> {
        match node {
            Place::Top | Place::List(_) => None,
            Place::Answer { at: At::FORM, .. } => Some(Place::Top),
            Place::Answer { at, .. } => Some(self.place(self.container(at))),
            Place::Root(list) => Some(Place::List(list)),
            Place::Item(list, _) => Some(Place::Root(list)),
            Place::Cell(list, row, _) => Some(Place::Item(list, row)),
        }
    }

    fn children(&self, node: Place) -> Vec<Place> {
        match node {
            Place::Top => vec![self.place(At::FORM)],
            Place::Answer { at, .. } => {
                let inside = self.inside(at);
                inside.into_iter().map(|at| self.place(at)).collect()
            }
            Place::List(list) => vec![Place::Root(list)],
            Place::Root(list) => {
                let rows = self.rows(list).len() as u32;
                (0..rows).map(|row| Place::Item(list, row)).collect()
            }
            Place::Item(list, row) => {
                let more = self.row(list, row).map_or(0, |choice| choice.more.len());
                let columns = 2 + more as u32;
                (0..columns)
                    .map(|column| Place::Cell(list, row, column))
                    .collect()
            }
            Place::Cell(..) => Vec::new(),
        }
    }

    fn children_named(&self, node: Place, name: &str) -> Vec<Place> {
        match node {
            Place::Answer { at, .. } => {
                let spot = self.spot(at);
                let named = self.plan.outline.named(&self.form, spot.node, name);
                let Some(child) = named.filter(|_| spot.role != Role::Repeat) else {
                    return Vec::new();
                };
                let child = At(spot.first + self.plan.outline.slot(child) as u32);
                match self.spot(child).role {
                    Role::Repeat => self.living(child).map(|at| self.place(at)).collect(),
                    _ => vec![self.place(child)],
                }
            }
            Place::Item(list, row) => {
                let column = match name {
                    "name" => Some(0),
                    "label" => Some(1),
                    _ => self.row(list, row).and_then(|choice| {
                        let found = choice.more.find_index(name).ok()?;
                        Some(found as u32 + 2)
                    }),
                };
                let cell = column.map(|column| Place::Cell(list, row, column));
                cell.into_iter().collect()
            }
            Place::Top if self.node(At::FORM).name == name => vec![self.place(At::FORM)],
            _ => {
                let mut children = self.children(node);
                children.retain(|child| self.name(*child) == name);
                children
            }
        }
    }

    fn name(&self, node: Place) -> &str {
        match node {
            Place::Top | Place::List(_) => "",
            Place::Answer { at, .. } => &self.node(at).name,
            Place::Root(_) => "root",
            Place::Item(..) => "item",
            Place::Cell(_, _, 0) => "name",
            Place::Cell(_, _, 1) => "label",
            Place::Cell(list, row, column) => {
                let choice = self.row(list, row);
                let name = choice.and_then(|choice| choice.more.get_indexed(column as usize - 2));
                name.map_or("", |(name, _)| name)
            }
        }
    }

    fn text(&self, node: Place) -> Cow<'_, str> {
        match node {
            Place::Answer { at, .. } if self.spot(at).role == Role::Question => {
                Cow::Borrowed(self.spot(at).shown())
            }
            Place::Cell(list, row, column) => match (self.row(list, row), column) {
                (None, _) => Cow::Borrowed(""),
                (Some(choice), 0) => Cow::Borrowed(&choice.name),
                (Some(choice), 1) => self.words(&choice.label),
                (Some(choice), _) => {
                    let text = choice.more.get_indexed(column as usize - 2);
                    Cow::Borrowed(text.map_or("", |(_, text)| text))
                }
            },
            _ => {
                let mut all = String::new();
                for child in self.children(node) {
                    all.push_str(&self.text(child));
                }
                Cow::Owned(all)
            }
        }
    }

    fn instance(&self, name: &str) -> Option<Place> {
        self.form.list_named(name).map(Place::List)
    }

    fn choice_label(&self, question: Place, choice: &str) -> String {
        let Place::Answer { at, .. } = question else {
            return String::new();
        };
        self.choice_label_at(at, choice)
    }
}
