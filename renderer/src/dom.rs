//! The few things asked of the browser's page. What it refuses is left undone: a screen lacks that piece, no more.

use upstream::leptos_dom::helpers::document;
use web_sys::Node;

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
        let _ = self.parent.insert_before(node, self.before.as_ref());
    }
}

/// A mark that nobody sees.
pub fn mark() -> Node {
    document().create_comment("").into()
}

/// Words.
pub fn text(words: &str) -> web_sys::Text {
    document().create_text_node(words)
}

/// The nodes from one to another, both included.
pub fn nodes_between(from: &Node, to: &Node) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut next = Some(from.clone());
    while let Some(node) = next {
        next = (node != *to).then(|| node.next_sibling()).flatten();
        nodes.push(node);
    }
    nodes
}

/// Takes a node out of the page.
pub fn remove(node: &Node) {
    if let Some(parent) = node.parent_node() {
        let _ = parent.remove_child(node);
    }
}
