//! What follows the signals it reads. Whatever it does, it is one compiled effect.

use crate::{
    attribute::Read,
    content::{AnyView, Draw, IntoView},
    dom::{self, KeptSlot, Place},
    keyed::List,
};
use upstream::reactive::{effect::RenderEffect, owner::on_cleanup};
use web_sys::Node;

/// A closure that stands in a view.
#[doc(hidden)]
pub struct Followed<F>(pub(crate) F);

impl<F, T> IntoView for Followed<F>
where
    F: FnMut() -> T + 'static,
    T: IntoView,
{
    fn into_any(self) -> AnyView {
        self.0.into_any()
    }
}

/// Something that is done now, and again when a signal it read has changed.
pub enum Job {
    /// Sets something of an element.
    Attribute(KeptSlot, Box<dyn Read>),
    /// Draws a part of the page.
    Region(Region),
    /// Draws a list.
    List(List),
}

/// Does it now, and again when something it read has changed, as long as what is drawn around it stands.
pub fn follow(mut job: Job) {
    let effect = RenderEffect::new(move |_| match &mut job {
        Job::Attribute(slot, read) => dom::set(&slot.node, slot.kind, slot.name, &read.read()),
        Job::Region(region) => region.draw(),
        Job::List(list) => list.draw(),
    });
    on_cleanup(move || drop(effect));
}

/// The part of a page that a closure draws, between two marks.
pub struct Region {
    start: Node,
    end: Node,
    /// Where it is nothing but words: their node.
    words: Option<web_sys::Text>,
    draw: Box<dyn Draw>,
}

impl Region {
    /// A part of the page at this place, not yet drawn.
    pub fn at(place: &Place, draw: Box<dyn Draw>) -> Self {
        let (start, end) = (dom::mark(), dom::mark());
        place.put(&start);
        place.put(&end);
        Self {
            start,
            end,
            words: None,
            draw,
        }
    }

    fn draw(&mut self) {
        let view = self.draw.draw();
        if let (Some(node), AnyView::Text(text)) = (&self.words, &view) {
            node.set_data(text);
            return;
        }
        for node in dom::nodes_between(&self.start, &self.end) {
            if node != self.start && node != self.end {
                dom::remove(&node);
            }
        }
        self.words = None;
        let Some(place) = Place::before(&self.end) else {
            return;
        };
        if let AnyView::Text(text) = view {
            let node = dom::text(&text);
            place.put(&node);
            self.words = Some(node);
        } else {
            view.place(&place);
        }
    }
}
