//! What follows the signals it reads.

use crate::{
    content::{AnyView, IntoView},
    dom::{self, Place},
};
use upstream::reactive::{effect::RenderEffect, owner::on_cleanup};

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

/// Runs now, and again when something it read has changed, as long as what is drawn around it stands.
pub fn follow(mut run: Box<dyn FnMut()>) {
    let effect = RenderEffect::new(move |_| run());
    on_cleanup(move || drop(effect));
}

/// The part of a page that a closure draws, between two marks.
pub fn region(mut draw: Box<dyn FnMut() -> AnyView>, place: &Place) {
    let (start, end) = (dom::mark(), dom::mark());
    place.put(&start);
    place.put(&end);
    let mut words = None::<web_sys::Text>;
    follow(Box::new(move || {
        let view = draw();
        if let (Some(node), AnyView::Text(text)) = (&words, &view) {
            node.set_data(text);
            return;
        }
        for node in dom::nodes_between(&start, &end) {
            if node != start && node != end {
                dom::remove(&node);
            }
        }
        let place = Place::before(&end);
        words = match (view, place) {
            (AnyView::Text(text), Some(place)) => {
                let node = dom::text(&text);
                place.put(&node);
                Some(node)
            }
            (view, Some(place)) => {
                view.place(&place);
                None
            }
            (_, None) => None,
        };
    }));
}
