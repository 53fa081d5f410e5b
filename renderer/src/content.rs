//! What a view is made of: one type, whatever it shows.

use crate::signal::{Memo, RwSignal, Signal};
use crate::{
    dom::{self, Place},
    follow::{Job, Region, follow},
    keyed::{List, Wanted},
};
use std::borrow::Cow;

/// A view, drawn or to be drawn where it is put.
#[derive(Default)]
pub enum AnyView {
    /// Nothing to see.
    #[default]
    Nothing,
    /// Words.
    Text(Cow<'static, str>),
    /// An element with all that is in it.
    Node(web_sys::Node),
    /// Several, one after the other.
    Many(Vec<AnyView>),
    /// What a closure draws, again whenever something it read has changed.
    Followed(Box<dyn Draw>),
    /// A list whose rows are kept.
    List(Box<dyn Wanted>),
}

impl AnyView {
    /// What the `view!` macro of a debug build tells of where it stands; nobody asks.
    #[doc(hidden)]
    #[must_use]
    pub fn with_view_marker(self, _: &'static str) -> Self {
        self
    }

    /// Puts it into the page.
    pub(crate) fn place(self, place: &Place) {
        match self {
            Self::Nothing => {}
            Self::Text(text) => place.put(&dom::text(&text)),
            Self::Node(node) => place.put(&node),
            Self::Many(views) => views.into_iter().for_each(|view| view.place(place)),
            Self::Followed(draw) => follow(Job::Region(Region::at(place, draw))),
            Self::List(wanted) => follow(Job::List(List::at(place, wanted))),
        }
    }
}

/// A closure that draws. A trait of its own: the three closure traits would bring three entries for each.
pub trait Draw {
    /// Draws.
    fn draw(&mut self) -> AnyView;
}

impl<F, T> Draw for F
where
    F: FnMut() -> T,
    T: IntoView,
{
    fn draw(&mut self) -> AnyView {
        self().into_any()
    }
}

/// What can stand in a view.
pub trait IntoView: Sized {
    /// The view it is.
    fn into_any(self) -> AnyView;
}

impl IntoView for AnyView {
    fn into_any(self) -> AnyView {
        self
    }
}

impl IntoView for () {
    fn into_any(self) -> AnyView {
        AnyView::Nothing
    }
}

impl IntoView for &'static str {
    fn into_any(self) -> AnyView {
        AnyView::Text(Cow::Borrowed(self))
    }
}

impl IntoView for String {
    fn into_any(self) -> AnyView {
        AnyView::Text(Cow::Owned(self))
    }
}

impl<T: IntoView> IntoView for Option<T> {
    fn into_any(self) -> AnyView {
        self.map_or(AnyView::Nothing, T::into_any)
    }
}

impl<T: IntoView> IntoView for Vec<T> {
    fn into_any(self) -> AnyView {
        AnyView::Many(self.into_iter().map(T::into_any).collect())
    }
}

impl<F, T> IntoView for F
where
    F: FnMut() -> T + 'static,
    T: IntoView,
{
    fn into_any(self) -> AnyView {
        AnyView::Followed(Box::new(self))
    }
}

macro_rules! signals_are_views {
    ($($signal:ident),+) => {$(
        impl<T> IntoView for $signal<T>
        where
            T: IntoView + Clone + 'static,
        {
            fn into_any(self) -> AnyView {
                AnyView::Followed(Box::new(move || self.get()))
            }
        }
    )+};
}

signals_are_views!(Memo, RwSignal, Signal);

/// An iterator of views, as one.
pub trait CollectView {
    /// The views, one after the other.
    fn collect_view(self) -> AnyView;
}

impl<I> CollectView for I
where
    I: IntoIterator,
    I::Item: IntoView,
{
    fn collect_view(self) -> AnyView {
        AnyView::Many(self.into_iter().map(IntoView::into_any).collect())
    }
}

/// Children of an element, as the `view!` macro lists them.
#[doc(hidden)]
pub struct StaticVec(Vec<AnyView>);

impl From<Vec<AnyView>> for StaticVec {
    fn from(views: Vec<AnyView>) -> Self {
        Self(views)
    }
}

impl IntoView for StaticVec {
    fn into_any(self) -> AnyView {
        AnyView::Many(self.0)
    }
}

/// What the `view!` macro wraps the outermost view in.
#[doc(hidden)]
pub struct View;

impl View {
    /// The view itself: there is nothing to wrap.
    #[expect(clippy::new_ret_no_self, reason = "the macro's name for it")]
    pub fn new(view: impl IntoView) -> AnyView {
        view.into_any()
    }
}

/// What the `view!` macro calls on a child in braces.
#[doc(hidden)]
pub trait IntoRender {
    /// The child as a view.
    fn into_render(self) -> AnyView;
}

impl<T: IntoView> IntoRender for T {
    fn into_render(self) -> AnyView {
        self.into_any()
    }
}

/// What the macros call on each child of several, and on what a component returns.
#[doc(hidden)]
pub trait IntoMaybeErased {
    /// The child as a view.
    fn into_maybe_erased(self) -> AnyView;
}

impl<T: IntoView> IntoMaybeErased for T {
    fn into_maybe_erased(self) -> AnyView {
        self.into_any()
    }
}
