//! The few things asked of the browser's page.
//!
//! Bound here and not taken from `web-sys`, where each call brings a way back for an error: the names below are this
//! program's own and valid, so the browser has nothing to refuse.

use crate::attribute::Plain;
use js_sys::Reflect;
use upstream::leptos_dom::helpers::document;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{Element, Node};

#[wasm_bindgen]
extern "C" {
    /// Makes an element of HTML.
    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    pub fn create_element(tag: &str) -> Element;

    #[wasm_bindgen(js_namespace = document, js_name = createElementNS)]
    fn create_element_in(namespace: &str, tag: &str) -> Element;

    #[wasm_bindgen(js_namespace = document, js_name = createTextNode)]
    fn create_text(words: &str) -> web_sys::Text;

    #[wasm_bindgen(extends = js_sys::Object)]
    type Attributed;
    #[wasm_bindgen(method, js_name = setAttribute)]
    fn set_attribute(this: &Attributed, name: &str, value: &str);
    #[wasm_bindgen(method, js_name = removeAttribute)]
    fn remove_attribute(this: &Attributed, name: &str);
    #[wasm_bindgen(method, js_name = insertBefore)]
    fn insert_before(this: &Attributed, node: &Node, before: Option<&Node>);
}

/// Makes an element of SVG.
pub fn create_svg_element(tag: &str) -> Element {
    create_element_in("http://www.w3.org/2000/svg", tag)
}

/// Words.
pub fn text(words: &str) -> web_sys::Text {
    create_text(words)
}

/// A mark that nobody sees.
pub fn mark() -> Node {
    document().create_comment("").into()
}

/// A place in the page: before a node of a parent, or at the parent's end.
#[derive(Clone, Debug)]
pub struct Place {
    parent: Node,
    before: Option<Node>,
}

impl Place {
    /// At the end of a parent.
    pub fn at_end_of(parent: &Node) -> Self {
        Self {
            parent: parent.clone(),
            before: None,
        }
    }

    /// Before a node; `None` once that is out of the page.
    pub fn before(node: &Node) -> Option<Self> {
        Some(Self {
            parent: node.parent_node()?,
            before: Some(node.clone()),
        })
    }

    /// Puts a node there, taking it from where it stood.
    pub fn put(&self, node: &Node) {
        put(&self.parent, node, self.before.as_ref());
    }
}

/// Puts a node into a parent, before another or at the end.
pub fn put(parent: &Node, node: &Node, before: Option<&Node>) {
    parent
        .unchecked_ref::<Attributed>()
        .insert_before(node, before);
}

/// The nodes from one to another, both included.
pub fn nodes_between(from: &Node, to: &Node) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut next = Some(from.clone());
    while let Some(node) = next {
        next = if node == *to {
            None
        } else {
            node.next_sibling()
        };
        nodes.push(node);
    }
    nodes
}

/// Takes a node out of the page.
pub fn remove(node: &Node) {
    if let Some(parent) = node.parent_node() {
        // It is there: its parent was just asked for.
        let _ = parent.remove_child(node);
    }
}

/// What of an element is set.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// An attribute.
    Attribute,
    /// A property: what an input holds now, where the attribute says what it held at first.
    Property,
    /// One class, worn or not.
    Class,
    /// One property of its style.
    Style,
    /// Its content, as markup of this program's own: never text from elsewhere.
    Markup,
}

/// A thing of an element that is set again and again.
#[derive(Debug)]
pub struct KeptSlot {
    /// The element.
    pub node: Element,
    /// What of it.
    pub kind: Kind,
    /// What it is called.
    pub name: &'static str,
}

/// Sets a thing of an element to a text.
pub fn set_text(node: &Element, kind: Kind, name: &'static str, text: &str) {
    match kind {
        Kind::Attribute => node.unchecked_ref::<Attributed>().set_attribute(name, text),
        Kind::Property => set_property(node, name, &JsValue::from_str(text)),
        Kind::Class => wear(node, name, true),
        Kind::Style => {
            let style = node.unchecked_ref::<web_sys::HtmlElement>().style();
            // A value that the browser does not know changes nothing.
            let _ = style.set_property(name, text);
        }
        Kind::Markup => node.set_inner_html(text),
    }
}

/// Sets a thing of an element.
pub fn set(node: &Element, kind: Kind, name: &'static str, plain: &Plain) {
    let present = match plain {
        Plain::Text(text) => return set_text(node, kind, name, text),
        Plain::Present => true,
        Plain::Absent => false,
    };
    match kind {
        Kind::Property => set_property(node, name, &JsValue::from_bool(present)),
        Kind::Class => wear(node, name, present),
        Kind::Attribute if !present => node.unchecked_ref::<Attributed>().remove_attribute(name),
        Kind::Attribute | Kind::Style | Kind::Markup => set_text(node, kind, name, ""),
    }
}

fn set_property(node: &Element, name: &str, value: &JsValue) {
    // Only a frozen object refuses.
    let _ = Reflect::set(node, &JsValue::from_str(name), value);
}

fn wear(node: &Element, name: &str, worn: bool) {
    // A class name from this program is a valid one.
    let _ = node.class_list().toggle_with_force(name, worn);
}
