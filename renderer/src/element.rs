//! Elements: one type, whatever their tag.

use crate::{
    attribute::IntoAttributeValue,
    content::{AnyView, IntoView},
    dom::Place,
};
use js_sys::Reflect;
use upstream::{
    html::ElementType,
    leptos_dom::helpers::document,
    reactive::{
        owner::{Owner, StoredValue, on_cleanup},
        traits::WithValue,
    },
    tachys::html::{event::EventDescriptor, node_ref::NodeRefContainer},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// Where SVG's elements live.
const SVG: &str = "http://www.w3.org/2000/svg";

/// An element being put together.
#[derive(Debug)]
pub struct Element {
    /// `None` where the browser refused to make it: then there is nothing to put together.
    node: Option<web_sys::Element>,
}

impl Element {
    fn html(tag: &str) -> Self {
        Self {
            node: document().create_element(tag).ok(),
        }
    }

    fn svg(tag: &str) -> Self {
        Self {
            node: document().create_element_ns(Some(SVG), tag).ok(),
        }
    }

    fn with(self, change: impl FnOnce(&web_sys::Element)) -> Self {
        if let Some(node) = &self.node {
            change(node);
        }
        self
    }

    /// Adds a child at the end.
    pub fn child(self, child: impl IntoView) -> Self {
        self.with_child(child.into_any())
    }

    fn with_child(self, child: AnyView) -> Self {
        self.with(|node| child.place(&Place::at_end_of(node)))
    }

    /// An attribute.
    pub fn attr(self, name: &'static str, value: impl IntoAttributeValue) -> Self {
        let value = value.into_attribute_value();
        self.with(|node| {
            let node = node.clone();
            value.each(Box::new(move |plain| {
                // A name from this program is a valid one.
                let _ = match plain.text() {
                    Some(text) => node.set_attribute(name, text),
                    None => node.remove_attribute(name),
                };
            }));
        })
    }

    /// A property: what an input holds now, where the attribute says what it held at first.
    pub fn prop(self, name: &'static str, value: impl IntoAttributeValue) -> Self {
        let value = value.into_attribute_value();
        self.with(|node| {
            let node = node.clone();
            value.each(Box::new(move |plain| {
                let _ = Reflect::set(&node, &JsValue::from_str(name), &plain.js());
            }));
        })
    }

    /// All classes as one text, or one class with the condition under which it is worn.
    pub fn class(self, class: impl Class) -> Self {
        class.wear(self)
    }

    fn wear(self, name: &'static str, value: impl IntoAttributeValue) -> Self {
        let value = value.into_attribute_value();
        self.with(|node| {
            let classes = node.class_list();
            value.each(Box::new(move |plain| {
                let _ = if plain.holds() {
                    classes.add_1(name)
                } else {
                    classes.remove_1(name)
                };
            }));
        })
    }

    /// One property of its style.
    pub fn style(self, (name, value): (&'static str, impl IntoAttributeValue)) -> Self {
        let value = value.into_attribute_value();
        self.with(|node| {
            let Some(style) = node.dyn_ref().map(web_sys::HtmlElement::style) else {
                return;
            };
            value.each(Box::new(move |plain| {
                let _ = style.set_property(name, plain.text().unwrap_or_default());
            }));
        })
    }

    /// Markup of this program's own: never text from elsewhere.
    pub fn inner_html(self, markup: impl IntoAttributeValue) -> Self {
        let markup = markup.into_attribute_value();
        self.with(|node| {
            let node = node.clone();
            markup.each(Box::new(move |plain| {
                node.set_inner_html(plain.text().unwrap_or_default());
            }));
        })
    }

    /// Hands the element to a reference.
    pub fn node_ref<E: ElementType>(self, reference: impl NodeRefContainer<E>) -> Self {
        self.with(|node| reference.load(node))
    }

    /// Calls `handler` at each event.
    pub fn on<E>(self, event: E, mut handler: impl FnMut(E::EventType) + 'static) -> Self
    where
        E: EventDescriptor,
        E::EventType: JsCast,
    {
        let heard = Box::new(move |event: web_sys::Event| handler(event.unchecked_into()));
        self.listen(&event.name(), heard)
    }

    fn listen(self, name: &str, mut handler: Box<dyn FnMut(web_sys::Event)>) -> Self {
        self.with(|node| {
            // What the handler makes or looks for, it finds where the element was made.
            let owner = Owner::current().unwrap_or_default();
            let heard = Closure::<dyn FnMut(web_sys::Event)>::new(move |event| {
                owner.with(|| handler(event));
            });
            let function: &js_sys::Function = heard.as_ref().unchecked_ref();
            let _ = node.add_event_listener_with_callback(name, function);
            // An element on its way out may still tell of a lost focus: nobody is there to hear it.
            let held = StoredValue::new_local((node.clone(), name.to_owned(), heard));
            on_cleanup(move || {
                let _ = held.try_with_value(|(node, name, heard)| {
                    let function: &js_sys::Function = heard.as_ref().unchecked_ref();
                    node.remove_event_listener_with_callback(name, function)
                });
            });
        })
    }
}

impl IntoView for Element {
    fn into_any(self) -> AnyView {
        self.node
            .map_or(AnyView::Nothing, |node| AnyView::Node(node.into()))
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
        element.wear(self.0, self.1)
    }
}

/// Markup without anything that changes, which the `view!` macro writes out as one text.
#[doc(hidden)]
pub struct InertElement;

impl InertElement {
    /// The elements of the markup.
    #[expect(clippy::new_ret_no_self, reason = "the macro's name for it")]
    pub fn new(markup: &'static str) -> AnyView {
        let template = document().create_element("template").ok();
        let template = template.and_then(|node| node.dyn_into::<web_sys::HtmlTemplateElement>().ok());
        template.map_or(AnyView::Nothing, |template| {
            template.set_inner_html(markup);
            AnyView::Node(template.content().into())
        })
    }
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
            super::Element::$make(stringify!($tag))
        }
    )+};
}

/// One function for each element of HTML.
pub mod html {
    elements! {
        html: a abbr address article aside audio b blockquote br button canvas caption cite code col colgroup
        data datalist dd del details dfn dialog div dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5
        h6 header hr i iframe img input ins kbd label legend li main mark menu meter nav ol optgroup option output
        p picture pre progress q s samp search section select small source span strong sub summary sup table tbody
        td template textarea tfoot th thead time tr u ul var video wbr
    }

    /// An element with a name of its own.
    pub fn custom(tag: &'static str) -> super::Element {
        super::Element::html(tag)
    }
}

/// One function for each element of SVG.
pub mod svg {
    elements! {
        svg: circle defs desc ellipse g line path polygon polyline rect svg text tspan
    }
}
