//! Parses and evaluates one expression over a tree that a page has copied out of its document.
#![allow(missing_docs)]

use ruyuan_domain::{
    Language,
    expression::{Surroundings, Tree, Value, evaluate, parse},
};
use serde::Deserialize;
use std::{borrow::Cow, cell::Cell};
use wasm_bindgen::prelude::*;

/// The document, node by node in its order.
#[derive(Deserialize)]
struct Page {
    /// What each is in; the top is in nothing.
    parents: Vec<Option<usize>>,
    /// Empty for what has no name.
    names: Vec<String>,
    texts: Vec<String>,
}

impl Tree for Page {
    type Node = usize;

    fn parent(&self, node: usize) -> Option<usize> {
        self.parents.get(node).copied().flatten()
    }

    fn children(&self, node: usize) -> Vec<usize> {
        let nodes = self.parents.iter().enumerate();
        nodes
            .filter(|(_, parent)| **parent == Some(node))
            .map(|(child, _)| child)
            .collect()
    }

    fn name(&self, node: usize) -> &str {
        self.names.get(node).map_or("", String::as_str)
    }

    fn text(&self, node: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.texts.get(node).map_or("", String::as_str))
    }

    fn instance(&self, _: &str) -> Option<usize> {
        None
    }
}

/// What an expression came to, in each of the ways in which a caller may want it.
#[wasm_bindgen(getter_with_clone)]
pub struct Outcome {
    pub nodes: Option<Vec<usize>>,
    pub kind: String,
    pub text: String,
    pub number: f64,
    pub boolean: bool,
}

/// Evaluates an expression at a node.
///
/// # Errors
/// What is wrong with it, in a sentence.
#[wasm_bindgen]
pub fn outcome(
    page: &str,
    node: usize,
    expression: &str,
    now_ms: f64,
    offset_minutes: i32,
    chance: f64,
) -> Result<Outcome, JsError> {
    let page: Page = serde_json::from_str(page)?;
    let surroundings = Surroundings {
        now_ms: now_ms as i64,
        offset_minutes,
        language: Language::English,
        chance: Cell::new(chance.to_bits()),
    };
    let parsed = parse(expression).map_err(|mistake| {
        let sentence = mistake.why.sentence(Language::English);
        JsError::new(&format!("{sentence}, at {}", mistake.at))
    })?;
    let value = evaluate(&parsed, &page, node, &surroundings)?;
    let kind = match &value {
        Value::Nodes(_) => "nodes",
        Value::Number(_) => "number",
        Value::Boolean(_) => "boolean",
        Value::Text(_) | Value::Moment(_) => "text",
    };
    Ok(Outcome {
        kind: kind.to_owned(),
        text: value.as_text(&page, &surroundings),
        number: value.as_number(&page, &surroundings),
        boolean: value.as_boolean(),
        nodes: match value {
            Value::Nodes(nodes) => Some(nodes),
            _ => None,
        },
    })
}
