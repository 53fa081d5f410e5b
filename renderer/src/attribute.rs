//! Values of attributes, properties, classes and styles: one type, whatever they come from.

use crate::follow::{Followed, follow};
use std::borrow::Cow;
use upstream::reactive::{
    computed::Memo,
    signal::{ReadSignal, RwSignal},
    traits::Get,
    wrappers::read::Signal,
};
use wasm_bindgen::JsValue;

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

impl Plain {
    /// Whether it holds: a class that is worn, a box that is ticked.
    pub(crate) fn holds(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The attribute's text; `None` where it is absent.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Absent => None,
            Self::Present => Some(""),
            Self::Text(text) => Some(text),
        }
    }

    /// The property's value.
    pub(crate) fn js(&self) -> JsValue {
        match self {
            Self::Absent => JsValue::FALSE,
            Self::Present => JsValue::TRUE,
            Self::Text(text) => JsValue::from_str(text),
        }
    }
}

/// What an attribute says, now or as it changes.
pub enum Value {
    /// For good.
    Fixed(Plain),
    /// What a closure says, again whenever something it read has changed.
    Followed(Box<dyn FnMut() -> Plain>),
}

impl Value {
    /// Hands it to `set`, again at every change.
    pub(crate) fn each(self, mut set: Box<dyn FnMut(Plain)>) {
        match self {
            Self::Fixed(plain) => set(plain),
            Self::Followed(mut read) => follow(Box::new(move || set(read()))),
        }
    }
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

/// What can be the value of an attribute: what [`IntoPlain`] takes, a closure or a signal of it.
pub trait IntoAttributeValue {
    /// The value.
    fn into_attribute_value(self) -> Value;
}

impl IntoAttributeValue for Value {
    fn into_attribute_value(self) -> Value {
        self
    }
}

macro_rules! plain_values {
    ($($kind:ty),+) => {$(
        impl IntoAttributeValue for $kind {
            fn into_attribute_value(self) -> Value {
                Value::Fixed(self.into_plain())
            }
        }
    )+};
}

plain_values!(bool, &'static str, String);

impl<T: IntoPlain> IntoAttributeValue for Option<T> {
    fn into_attribute_value(self) -> Value {
        Value::Fixed(self.into_plain())
    }
}

impl<F, T> IntoAttributeValue for F
where
    F: FnMut() -> T + 'static,
    T: IntoPlain,
{
    fn into_attribute_value(mut self) -> Value {
        Value::Followed(Box::new(move || self().into_plain()))
    }
}

impl<F, T> IntoAttributeValue for Followed<F>
where
    F: FnMut() -> T + 'static,
    T: IntoPlain,
{
    fn into_attribute_value(self) -> Value {
        self.0.into_attribute_value()
    }
}

macro_rules! signals_are_values {
    ($($signal:ident),+) => {$(
        impl<T> IntoAttributeValue for $signal<T>
        where
            T: IntoPlain + Clone + Send + Sync + 'static,
            Self: Get<Value = T>,
        {
            fn into_attribute_value(self) -> Value {
                Value::Followed(Box::new(move || self.get().into_plain()))
            }
        }
    )+};
}

signals_are_values!(Memo, ReadSignal, RwSignal, Signal);
