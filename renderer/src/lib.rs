//! Leptos with a renderer of its own.
//!
//! The client names this crate `leptos`. Everything it takes from there is Leptos itself, the `view!` and
//! `#[component]` macros included, except for what those macros build: Leptos draws each element and each closure of
//! a view as a type of its own, with its own compiled code for drawing, redrawing and removing; here all of them are
//! one [`AnyView`]. A screen then costs what it says and little more, which is what keeps the download small on a
//! phone; `docs/adr/0007-one-type-of-view.md` has the figures.
//!
//! Differences from Leptos that a screen can notice:
//! - An element is made when `view!` runs, not when its view is mounted.
//! - A closure in a view that runs again replaces what it drew before (a text keeps its node); it does not compare.
//!   What must keep its elements, as an input being typed into, stands outside the closure or in a [`prelude::For`].
//! - Drawing for a server, hydration, suspense and spread attributes are not there.
#![allow(clippy::module_name_repetitions)]

// The macros name what they need by `::leptos::…`; so does this crate for its own component.
extern crate self as leptos;

mod attribute;
pub mod children;
mod content;
mod dom;
mod element;
mod follow;
mod keyed;
pub mod mount;
mod node_ref;
mod signal;

pub use content::{AnyView, CollectView, IntoView};
pub use dom::Kind;
pub use follow::Followed;
pub use upstream::{
    callback, component, component::*, ev, html, leptos_dom, reactive, task, typed_builder,
    typed_builder_macro, view,
};

/// What a screen needs in scope.
pub mod prelude {
    pub use crate::{
        attribute::IntoAttributeValue,
        children::{Children, ChildrenFn, ToChildren, ViewFn},
        content::{AnyView, CollectView, IntoMaybeErased, IntoRender, IntoView, View},
        element::Element,
        keyed::{For, ForProps},
        node_ref::NodeRef,
        signal::{Effect, Memo, RwSignal, Signal},
    };
    pub use upstream::{
        callback::*,
        component,
        leptos_dom::helpers::*,
        prelude::IntoReactiveValue,
        reactive::{
            graph::untrack,
            owner::*,
            traits::{GetValue, SetValue, UpdateValue, WithValue},
        },
        view,
    };
}

/// A closure that stands in a view, as the `view!` macro hands it over.
#[doc(hidden)]
pub fn __as_shared_reactive_fn<F>(closure: F) -> Followed<F> {
    Followed(closure)
}

/// The paths under which the macros look for elements, events and lists of children.
#[doc(hidden)]
pub mod tachys {
    /// Elements of HTML.
    pub mod html {
        pub use crate::element::InertElement;
        pub use upstream::tachys::html::event;

        /// One function for each element.
        pub mod element {
            pub use crate::element::html::*;
        }
    }

    /// Elements of SVG.
    pub mod svg {
        pub use crate::element::{InertSvgElement as InertElement, svg::*};
    }

    /// Lists of children.
    pub mod view {
        /// Lists of children.
        pub mod iterators {
            pub use crate::content::StaticVec;
        }
    }
}
