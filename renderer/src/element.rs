//! Elements: one type, whatever their tag.

use crate::{
    attribute::IntoAttributeValue,
    content::{AnyView, IntoView},
    dom::{self, Kind, Place},
    node_ref::NodeRef,
};
use std::marker::PhantomData;
use upstream::{
    reactive::{
        owner::{Owner, StoredValue, on_cleanup},
        traits::WithValue,
    },
    tachys::html::event::EventDescriptor,
};
use wasm_bindgen::{JsCast, closure::Closure};

/// An element being put together.
#[derive(Debug)]
pub struct Element(web_sys::Element);

/// What is called at an event. A trait of its own: the three closure traits would bring three entries for each.
trait Handle {
    fn handle(&mut self, event: web_sys::Event);
}

/// A handler of events of one type.
struct Typed<F, E>(F, PhantomData<E>);

impl<F: FnMut(E), E: JsCast> Handle for Typed<F, E> {
    fn handle(&mut self, event: web_sys::Event) {
        (self.0)(event.unchecked_into());
    }
}

impl Element {
    /// Adds a child at the end.
    pub fn child(self, child: impl IntoView) -> Self {
        self.with_child(child.into_any())
    }

    fn with_child(self, child: AnyView) -> Self {
        child.place(&Place::at_end_of(&self.0));
        self
    }

    fn set(self, kind: Kind, name: &'static str, value: impl IntoAttributeValue) -> Self {
        value.fill(&self.0, kind, name);
        self
    }

    /// An attribute.
    pub fn attr(self, name: &'static str, value: impl IntoAttributeValue) -> Self {
        self.set(Kind::Attribute, name, value)
    }

    /// A property: what an input holds now, where the attribute says what it held at first.
    pub fn prop(self, name: &'static str, value: impl IntoAttributeValue) -> Self {
        self.set(Kind::Property, name, value)
    }

    /// All classes as one text, or one class with the condition under which it is worn.
    pub fn class(self, class: impl Class) -> Self {
        class.wear(self)
    }

    /// One property of its style.
    pub fn style(self, (name, value): (&'static str, impl IntoAttributeValue)) -> Self {
        self.set(Kind::Style, name, value)
    }

    /// Markup of this program's own: never text from elsewhere.
    pub fn inner_html(self, markup: impl IntoAttributeValue) -> Self {
        self.set(Kind::Markup, "", markup)
    }

    /// Hands the element to a reference.
    pub fn node_ref<E>(self, reference: NodeRef<E>) -> Self {
        reference.load(&self.0);
        self
    }

    /// Calls `handler` at each event.
    pub fn on<E>(self, event: E, handler: impl FnMut(E::EventType) + 'static) -> Self
    where
        E: EventDescriptor,
        E::EventType: JsCast + 'static,
    {
        self.listen(&event.name(), Box::new(Typed(handler, PhantomData)))
    }

    fn listen(self, name: &str, mut handler: Box<dyn Handle>) -> Self {
        // What the handler makes or looks for, it finds where the element was made.
        let owner = Owner::current().unwrap_or_default();
        let heard = Closure::<dyn FnMut(web_sys::Event)>::new(move |event| {
            owner.with(|| handler.handle(event));
        });
        let function: &js_sys::Function = heard.as_ref().unchecked_ref();
        // A name from this program is a valid one.
        let _ = self.0.add_event_listener_with_callback(name, function);
        // An element on its way out may still tell of a lost focus: nobody is there to hear it.
        let held = StoredValue::new_local((self.0.clone(), name.to_owned(), heard));
        on_cleanup(move || {
            let _ = held.try_with_value(|(node, name, heard)| {
                let function: &js_sys::Function = heard.as_ref().unchecked_ref();
                node.remove_event_listener_with_callback(name, function)
            });
        });
        self
    }
}

impl IntoView for Element {
    fn into_any(self) -> AnyView {
        AnyView::Node(self.0.into())
    }
}

/// What can say which classes an element wears.
pub trait Class {
    /// Puts them on.
    fn wear(self, element: Element) -> Element;
}

impl<T: IntoAttributeValue> Class for T {
    fn wear(self, element: Element) -> Element {
        element.attr("class", self)
    }
}

impl<T: IntoAttributeValue> Class for (&'static str, T) {
    fn wear(self, element: Element) -> Element {
        element.set(Kind::Class, self.0, self.1)
    }
}

/// Markup without anything that changes, which the `view!` macro writes out as one text.
#[doc(hidden)]
pub struct InertElement;

impl InertElement {
    /// The elements of the markup.
    #[expect(clippy::new_ret_no_self, reason = "the macro's name for it")]
    pub fn new(markup: &'static str) -> AnyView {
        AnyView::Node(template_of(markup).into())
    }
}

/// The same within a picture, whose elements have a namespace that the reader of markup gives by what is around.
#[doc(hidden)]
pub struct InertSvgElement;

impl InertSvgElement {
    /// The element of the markup.
    #[expect(clippy::new_ret_no_self, reason = "the macro's name for it")]
    pub fn new(markup: &'static str) -> AnyView {
        let picture = template_of(&format!("<svg>{markup}</svg>")).first_child();
        picture
            .and_then(|picture| picture.first_child())
            .map_or(AnyView::Nothing, AnyView::Node)
    }
}

fn template_of(markup: &str) -> web_sys::DocumentFragment {
    let template = dom::create_element("template");
    template.set_inner_html(markup);
    template
        .unchecked_into::<web_sys::HtmlTemplateElement>()
        .content()
}

macro_rules! attributes {
    ($($method:ident $name:literal)+) => {
        impl Element {$(
            #[doc = concat!("The attribute `", $name, "`.")]
            pub fn $method(self, value: impl IntoAttributeValue) -> Self {
                self.attr($name, value)
            }
        )+}
    };
}

attributes! {
    accept "accept" action "action" alt "alt" autocapitalize "autocapitalize" autocomplete "autocomplete"
    autofocus "autofocus" capture "capture" checked "checked" cols "cols" colspan "colspan" controls "controls"
    datetime "datetime" dir "dir" disabled "disabled" download "download" draggable "draggable"
    enterkeyhint "enterkeyhint" r#for "for" form "form" headers "headers" height "height" hidden "hidden"
    href "href" id "id" inert "inert" inputmode "inputmode" lang "lang" list "list" loading "loading" max "max"
    maxlength "maxlength" method "method" min "min" minlength "minlength" multiple "multiple" name "name"
    novalidate "novalidate" open "open" pattern "pattern" placeholder "placeholder" poster "poster"
    readonly "readonly" rel "rel" required "required" role "role" rows "rows" rowspan "rowspan" scope "scope"
    selected "selected" size "size" spellcheck "spellcheck" src "src" step "step" tabindex "tabindex"
    target "target" title "title" r#type "type" value "value" width "width" wrap "wrap"
    aria_atomic "aria-atomic" aria_busy "aria-busy" aria_checked "aria-checked" aria_controls "aria-controls"
    aria_current "aria-current" aria_describedby "aria-describedby" aria_disabled "aria-disabled"
    aria_expanded "aria-expanded" aria_haspopup "aria-haspopup" aria_hidden "aria-hidden"
    aria_invalid "aria-invalid" aria_label "aria-label" aria_labelledby "aria-labelledby" aria_live "aria-live"
    aria_modal "aria-modal" aria_owns "aria-owns" aria_posinset "aria-posinset" aria_pressed "aria-pressed"
    aria_required "aria-required" aria_selected "aria-selected" aria_setsize "aria-setsize"
    aria_valuemax "aria-valuemax" aria_valuemin "aria-valuemin" aria_valuenow "aria-valuenow"
    aria_valuetext "aria-valuetext"
}

macro_rules! elements {
    ($make:ident: $($tag:ident)+) => {$(
        #[doc = concat!("An element `", stringify!($tag), "`.")]
        pub fn $tag() -> super::Element {
            super::Element(crate::dom::$make(stringify!($tag)))
        }
    )+};
}

/// One function for each element of HTML.
pub mod html {
    elements! {
        create_element: a abbr address article aside audio b blockquote br button canvas caption cite code col colgroup
        data datalist dd del details dfn dialog div dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5
        h6 header hr i iframe img input ins kbd label legend li main mark menu meter nav ol optgroup option output
        p picture pre progress q s samp search section select small source span strong sub summary sup table tbody
        td template textarea tfoot th thead time tr u ul var video wbr
    }

    /// An element with a name of its own.
    pub fn custom(tag: &'static str) -> super::Element {
        super::Element(crate::dom::create_element(tag))
    }
}

/// One function for each element of SVG.
pub mod svg {
    elements! {
        create_svg_element: circle defs desc ellipse g line path polygon polyline rect svg text tspan
    }
}
