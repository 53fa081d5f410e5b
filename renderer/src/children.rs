//! What stands between a component's tags.

use crate::content::{AnyView, IntoView};
use std::rc::Rc;

/// Children that are drawn once.
pub type Children = Box<dyn FnOnce() -> AnyView>;

/// Children that may be drawn again.
pub type ChildrenFn = Rc<dyn Fn() -> AnyView>;

/// Makes children of what the `view!` macro has.
pub trait ToChildren<F> {
    /// The children.
    fn to_children(from: F) -> Self;
}

impl<F, V> ToChildren<F> for Children
where
    F: FnOnce() -> V + 'static,
    V: IntoView,
{
    fn to_children(draw: F) -> Self {
        Box::new(move || draw().into_any())
    }
}

impl<F, V> ToChildren<F> for ChildrenFn
where
    F: Fn() -> V + 'static,
    V: IntoView,
{
    fn to_children(draw: F) -> Self {
        Rc::new(move || draw().into_any())
    }
}

/// A single text between the tags, which the macro hands over without a closure.
#[doc(hidden)]
pub struct ChildrenOptContainer<T>(pub T);

impl<T: IntoView + 'static> ToChildren<ChildrenOptContainer<T>> for Children {
    fn to_children(from: ChildrenOptContainer<T>) -> Self {
        Box::new(move || from.0.into_any())
    }
}

impl<T: IntoView + Clone + 'static> ToChildren<ChildrenOptContainer<T>> for ChildrenFn {
    fn to_children(from: ChildrenOptContainer<T>) -> Self {
        Rc::new(move || from.0.clone().into_any())
    }
}

/// A part of a view handed to a component by name; nothing, unless given.
#[derive(Clone)]
pub struct ViewFn(Rc<dyn Fn() -> AnyView>);

impl ViewFn {
    /// Draws it.
    pub fn run(&self) -> AnyView {
        (self.0)()
    }
}

impl Default for ViewFn {
    fn default() -> Self {
        Self(Rc::new(AnyView::default))
    }
}

impl<F, V> From<F> for ViewFn
where
    F: Fn() -> V + 'static,
    V: IntoView,
{
    fn from(draw: F) -> Self {
        Self(Rc::new(move || draw().into_any()))
    }
}
