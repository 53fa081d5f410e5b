//! A form that is being filled.
//!
//! Each place of the answer has a state; what a change touches is worked out anew, in the order of the form's plan, and
//! nothing else. [`Filling::take_changes`] says which places a screen has to draw again.

mod answers;
mod edit;
mod entities;
mod kinds;
mod open;
mod spot;
mod state;
mod texts;
mod tree;
mod work;
mod xml;

pub use answers::{Answers, Instance};
pub use edit::Refused;
pub use entities::EntityWrite;
pub use open::{Clock, Inputs, NotOpened};
pub use spot::{At, Role};
pub use state::{Change, Problem};
pub use texts::Offer;
pub use tree::Place;

use super::{Choice, Form, Node, plan::Plan};
use crate::expression::Surroundings;
use spot::Spot;
use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

/// A form that is being filled.
#[derive(Debug)]
pub struct Filling {
    form: Arc<Form>,
    plan: Plan,
    inputs: Inputs,
    surroundings: Surroundings,
    language: String,
    /// For each list the records that stand in it.
    held: Vec<Option<Vec<Choice>>>,
    spots: Vec<Spot>,
    /// Whether the places have their ranks in the document.
    ordered: bool,
    /// What waits to be worked out, first by its turn.
    waiting: BinaryHeap<Reverse<u64>>,
    /// Places that begin with something worked out, and have not yet.
    beginning: Vec<At>,
    /// Places whose trigger has changed.
    triggered: Vec<At>,
    /// Which have been triggered by this change already.
    fired: Vec<At>,
    /// While it opens nothing is triggered.
    opening: bool,
    /// Whether it is only looked at: then nothing is worked out anew that only the phone could.
    fixed: bool,
    changed: Vec<At>,
}

impl Filling {
    /// The form that is filled.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The question, group or repeat at a place.
    pub fn node(&self, at: At) -> &Node {
        let node = self.spot(at).node;
        // There is a node for each place; the form itself is the first.
        self.form.node(node).unwrap_or(&self.form.nodes[0])
    }

    fn spot(&self, at: At) -> &Spot {
        // A handle from another answer leads nowhere in this one: the form itself is always there.
        self.spots.get(at.index()).unwrap_or(&self.spots[0])
    }

    fn spot_mut(&mut self, at: At) -> &mut Spot {
        let index = if at.index() < self.spots.len() {
            at.index()
        } else {
            0
        };
        &mut self.spots[index]
    }
}
