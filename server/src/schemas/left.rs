//! What people left behind.

use super::Operation;
use utoipa::ToSchema;

/// What was left in the scopes that the caller manages.
#[derive(ToSchema)]
pub struct LeftWork {
    /// The oldest first, fifty at most.
    items: Vec<LeftItem>,
    /// Whether there is more, once some of these are seen to.
    more: bool,
}

/// An act or a half-filled form that its author could not finish.
#[derive(ToSchema)]
pub struct LeftItem {
    /// Of an act the id of its first mutation, of a half-filled form that of the record to be.
    #[schema(format = "uuid")]
    id: String,
    /// Its author.
    #[schema(format = "uuid")]
    user: String,
    /// How colleagues knew them.
    #[schema(example = "李敏")]
    by: String,
    /// When the author's device says it was made, or the server was given the form.
    #[schema(format = DateTime)]
    at: String,
    #[schema(example = "park:330802-01")]
    scope: String,
    #[schema(format = "uuid")]
    record: String,
    #[schema(format = "uuid")]
    root: String,
    #[schema(example = "visit")]
    kind: String,
    op: Operation,
    /// The firm that it names, if it names one.
    #[schema(format = "uuid", nullable = false)]
    enterprise: Option<String>,
    /// The name that it gives, where it is a new firm or names itself otherwise.
    #[schema(required = false)]
    title: String,
    /// Of how many edits it consists; 0 for a half-filled form.
    edits: u32,
    /// Why it was not applied: a word, or an object of one word and its particulars.
    #[schema(value_type = Option<serde_json::Value>, nullable = false)]
    reason: Option<String>,
    /// A queue file: a device that takes it in sends it, or goes on with it, as its own.
    queue: String,
}
