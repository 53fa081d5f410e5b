//! Lists whose rows keep their elements when others come and go.

use crate::{
    content::{AnyView, IntoView},
    dom::{self, Place},
};
use litemap::LiteMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use upstream::{
    component,
    reactive::{graph::untrack, owner::Owner},
};
use web_sys::Node;

/// What a row is known by: 128 bits of its key's hash, so that one compiled list serves all types of key.
type Fingerprint = u128;

/// A row to be: what it is known by, and what draws it.
type Planned = (Fingerprint, Box<dyn FnOnce() -> AnyView>);

/// What says which rows a list is to have.
pub trait Wanted {
    /// The rows, in order.
    fn rows(&mut self) -> Vec<Planned>;
}

impl<F: FnMut() -> Vec<Planned>> Wanted for F {
    fn rows(&mut self) -> Vec<Planned> {
        self()
    }
}

fn fingerprint(key: &impl Hash) -> Fingerprint {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        key.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// Draws each item once, and keeps what it drew as long as an item with its key is in the list.
#[component]
pub fn For<Each, Items, Item, Key, KeyOf, Row, Drawn>(
    /// The items, in order.
    each: Each,
    /// What an item is known by; two items of one list have different keys.
    key: KeyOf,
    /// Draws one.
    children: Row,
) -> impl IntoView
where
    Each: Fn() -> Items + 'static,
    Items: IntoIterator<Item = Item>,
    Item: 'static,
    Key: Hash,
    KeyOf: Fn(&Item) -> Key + 'static,
    Row: Fn(Item) -> Drawn + Clone + 'static,
    Drawn: IntoView + 'static,
{
    let wanted = move || {
        let rows = each().into_iter().map(|item| -> Planned {
            let (known_by, row) = (fingerprint(&key(&item)), children.clone());
            (known_by, Box::new(move || row(item).into_any()))
        });
        rows.collect::<Vec<Planned>>()
    };
    AnyView::List(Box::new(wanted))
}

/// A row in the page, between its two marks.
struct Row {
    start: Node,
    end: Node,
    owner: Owner,
}

impl Row {
    fn nodes(&self) -> Vec<Node> {
        dom::nodes_between(&self.start, &self.end)
    }
}

/// The rows of a list in the page, between its two marks.
pub struct List {
    start: Node,
    /// Rows outlive a run of the effect that draws them, so they belong to who made the list.
    owner: Owner,
    rows: LiteMap<Fingerprint, Row>,
    wanted: Box<dyn Wanted>,
}

impl List {
    /// A list at this place, not yet drawn.
    pub fn at(place: &Place, wanted: Box<dyn Wanted>) -> Self {
        let (start, end) = (dom::mark(), dom::mark());
        place.put(&start);
        place.put(&end);
        Self {
            start,
            owner: Owner::current().unwrap_or_default(),
            rows: LiteMap::new(),
            wanted,
        }
    }

    /// Brings the page in line with what is wanted now.
    pub fn draw(&mut self) {
        let wanted = self.wanted.rows();
        let mut gone = std::mem::take(&mut self.rows);
        for (known_by, _) in &wanted {
            if let Some(row) = gone.remove(known_by) {
                self.rows.insert(*known_by, row);
            }
        }
        for (_, row) in gone.into_tuple_vec() {
            row.owner.cleanup();
            row.nodes().iter().for_each(dom::remove);
        }
        let mut next = self.start.next_sibling();
        for (known_by, draw) in wanted {
            let Some(place) = next.as_ref().and_then(Place::before) else {
                return;
            };
            match self.rows.get(&known_by) {
                Some(row) if next.as_ref() == Some(&row.start) => next = row.end.next_sibling(),
                Some(row) => row.nodes().iter().for_each(|node| place.put(node)),
                None => drop(
                    self.rows
                        .insert(known_by, new_row(&self.owner, draw, &place)),
                ),
            }
        }
    }
}

fn new_row(owner: &Owner, draw: Box<dyn FnOnce() -> AnyView>, place: &Place) -> Row {
    let row = Row {
        start: dom::mark(),
        end: dom::mark(),
        owner: owner.child(),
    };
    place.put(&row.start);
    untrack(|| row.owner.with(|| draw().place(place)));
    place.put(&row.end);
    row
}
