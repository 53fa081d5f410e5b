//! What an expression reads.

use std::borrow::Cow;

/// A tree of named nodes with texts: a form's answers, and lists beside them.
pub trait Tree {
    /// A node; they are ordered as in the document.
    type Node: Copy + Ord;

    /// What it is in; none for the top, which has no name itself.
    fn parent(&self, node: Self::Node) -> Option<Self::Node>;

    /// What is directly in it, in order.
    fn children(&self, node: Self::Node) -> Vec<Self::Node>;

    /// Those of this name directly in it, in order.
    fn children_named(&self, node: Self::Node, name: &str) -> Vec<Self::Node> {
        let mut children = self.children(node);
        children.retain(|child| self.name(*child) == name);
        children
    }

    /// Its name; empty for the top and for what has none.
    fn name(&self, node: Self::Node) -> &str;

    /// Its text, with the texts of all that is in it.
    fn text(&self, node: Self::Node) -> Cow<'_, str>;

    /// The top of the list of this name, as `instance()` and `pulldata()` look it up.
    fn instance(&self, name: &str) -> Option<Self::Node>;

    /// What the choice of this name is called where a question offers it; nothing where it does not.
    fn choice_label(&self, _question: Self::Node, _choice: &str) -> String {
        String::new()
    }
}
