//! Values of attributes, properties, classes and styles. However a value comes, it goes through one compiled setter.

use crate::signal::{Memo, RwSignal, Signal};
use crate::{
    dom::{self, KeptSlot, Kind},
    follow::{Followed, Job, follow},
};
use std::borrow::Cow;
use web_sys::Element;

/// What an attribute says now.
#[derive(Clone, Debug)]
pub enum Plain {
    /// It is not there.
    Absent,
    /// It is there, without a value.
    Present,
    /// It has a value.
    Text(Cow<'static, str>),
}

/// What an attribute can be made of.
pub trait IntoPlain {
    /// What it says.
    fn into_plain(self) -> Plain;
}

impl IntoPlain for bool {
    fn into_plain(self) -> Plain {
        if self { Plain::Present } else { Plain::Absent }
    }
}

impl IntoPlain for &'static str {
    fn into_plain(self) -> Plain {
        Plain::Text(Cow::Borrowed(self))
    }
}

impl IntoPlain for String {
    fn into_plain(self) -> Plain {
        Plain::Text(Cow::Owned(self))
    }
}

impl<T: IntoPlain> IntoPlain for Option<T> {
    fn into_plain(self) -> Plain {
        self.map_or(Plain::Absent, T::into_plain)
    }
}

/// A closure that is read anew. A trait of its own: the three closure traits would bring three entries for each.
pub trait Read {
    /// What it says now.
    fn read(&mut self) -> Plain;
}

impl<F, T> Read for F
where
    F: FnMut() -> T,
    T: IntoPlain,
{
    fn read(&mut self) -> Plain {
        self().into_plain()
    }
}

/// What can be the value of an attribute: what [`IntoPlain`] takes, a closure or a signal of it.
pub trait IntoAttributeValue: Sized {
    /// The value: itself, since every value knows how to set itself.
    fn into_attribute_value(self) -> Self {
        self
    }

    /// Sets this thing of an element to it, again at every change.
    // Three plain parameters and no struct of them: this is called hundreds of times.
    #[doc(hidden)]
    fn fill(self, node: &Element, kind: Kind, name: &'static str);
}

impl IntoAttributeValue for &'static str {
    fn fill(self, node: &Element, kind: Kind, name: &'static str) {
        dom::set_text(node, kind, name, self);
    }
}

impl IntoAttributeValue for String {
    fn fill(self, node: &Element, kind: Kind, name: &'static str) {
        dom::set_text(node, kind, name, &self);
    }
}

impl IntoAttributeValue for bool {
    fn fill(self, node: &Element, kind: Kind, name: &'static str) {
        dom::set(node, kind, name, &self.into_plain());
    }
}

impl<T: IntoPlain> IntoAttributeValue for Option<T> {
    fn fill(self, node: &Element, kind: Kind, name: &'static str) {
        dom::set(node, kind, name, &self.into_plain());
    }
}

impl<F, T> IntoAttributeValue for F
where
    F: FnMut() -> T + 'static,
    T: IntoPlain,
{
    fn fill(self, node: &Element, kind: Kind, name: &'static str) {
        follow_attribute(node, kind, name, Box::new(self));
    }
}

impl<F, T> IntoAttributeValue for Followed<F>
where
    F: FnMut() -> T + 'static,
    T: IntoPlain,
{
    fn fill(self, node: &Element, kind: Kind, name: &'static str) {
        follow_attribute(node, kind, name, Box::new(self.0));
    }
}

fn follow_attribute(node: &Element, kind: Kind, name: &'static str, read: Box<dyn Read>) {
    let node = node.clone();
    follow(Job::Attribute(KeptSlot { node, kind, name }, read));
}

macro_rules! signals_are_values {
    ($($signal:ident),+) => {$(
        impl<T> IntoAttributeValue for $signal<T>
        where
            T: IntoPlain + Clone + 'static,
        {
            fn fill(self, node: &Element, kind: Kind, name: &'static str) {
                follow_attribute(node, kind, name, Box::new(move || self.get()));
            }
        }
    )+};
}

signals_are_values!(Memo, RwSignal, Signal);
