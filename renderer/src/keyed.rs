//! Lists whose rows keep their elements when others come and go.

use crate::{
    content::{AnyView, IntoView},
    dom::{self, Place},
    follow::follow,
};
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};
use upstream::{
    component,
    reactive::{graph::untrack, owner::Owner},
};
use web_sys::Node;

/// What a row is known by: 128 bits of its key's hash, so that one compiled list serves all types of key.
type Fingerprint = u128;

/// A row to be: what it is known by, and what draws it.
type Wanted = (Fingerprint, Box<dyn FnOnce() -> AnyView>);

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
        let rows = each().into_iter().map(|item| -> Wanted {
            let (known_by, row) = (fingerprint(&key(&item)), children.clone());
            (known_by, Box::new(move || row(item).into_any()))
        });
        rows.collect::<Vec<Wanted>>()
    };
    AnyView::Placed(Box::new(move |place| list(Box::new(wanted), place)))
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

fn list(mut wanted: Box<dyn FnMut() -> Vec<Wanted>>, place: &Place) {
    let end = dom::mark();
    let start = dom::mark();
    place.put(&start);
    place.put(&end);
    // Rows outlive a run of the effect below, so they belong to who made the list.
    let owner = Owner::current().unwrap_or_default();
    let mut rows = BTreeMap::<Fingerprint, Row>::new();
    follow(Box::new(move || {
        let wanted = wanted();
        let mut gone = std::mem::take(&mut rows);
        for (known_by, _) in &wanted {
            if let Some(row) = gone.remove(known_by) {
                rows.insert(*known_by, row);
            }
        }
        for row in gone.into_values() {
            row.owner.cleanup();
            row.nodes().iter().for_each(dom::remove);
        }
        let mut next = start.next_sibling();
        for (known_by, draw) in wanted {
            if let Some(row) = rows.get(&known_by) {
                if next.as_ref() != Some(&row.start) {
                    let place = next.as_ref().and_then(Place::before);
                    for node in row.nodes() {
                        if let Some(place) = &place {
                            place.put(&node);
                        }
                    }
                }
                next = row.end.next_sibling();
                continue;
            }
            let Some(place) = next.as_ref().and_then(Place::before) else {
                continue;
            };
            let row = Row {
                start: dom::mark(),
                end: dom::mark(),
                owner: owner.child(),
            };
            place.put(&row.start);
            untrack(|| row.owner.with(|| draw().place(&place)));
            place.put(&row.end);
            rows.insert(known_by, row);
        }
    }));
}
