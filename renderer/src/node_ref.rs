//! A reference to an element, filled when the element is made.

use crate::signal::RwSignal;
use std::{fmt, marker::PhantomData};
use upstream::html::ElementType;
use wasm_bindgen::JsCast;

/// A reference to an element of this type.
pub struct NodeRef<E> {
    node: RwSignal<Option<web_sys::Element>>,
    of: PhantomData<fn() -> E>,
}

impl<E> Clone for NodeRef<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for NodeRef<E> {}

impl<E> fmt::Debug for NodeRef<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeRef")
    }
}

impl<E> Default for NodeRef<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> NodeRef<E> {
    /// A reference to no element yet.
    pub fn new() -> Self {
        Self {
            node: RwSignal::new(None),
            of: PhantomData,
        }
    }

    pub(crate) fn load(self, node: &web_sys::Element) {
        self.node.set(Some(node.clone()));
    }
}

impl<E: ElementType<Output: JsCast>> NodeRef<E> {
    /// The element, once it is made; is told when it is.
    pub fn get(self) -> Option<E::Output> {
        self.node.get().map(JsCast::unchecked_into)
    }

    /// The element, if it is made.
    pub fn get_untracked(self) -> Option<E::Output> {
        self.node.get_untracked().map(JsCast::unchecked_into)
    }
}
