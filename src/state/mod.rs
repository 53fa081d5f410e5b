//! Reactive views of what this device holds: the session, the local log, drafts, and how sync stands.

pub mod address;
pub mod answers;
pub mod choices;
pub mod conflicts;
pub mod device;
pub mod draft_attachments;
pub mod drafts;
pub mod enterprises;
pub mod firm_editor;
pub mod firm_fields;
pub mod forms;
mod hints;
pub mod keeping;
pub mod once;
pub mod photos;
pub mod places;
pub mod preferences;
pub mod session;
pub mod store;
pub mod sync;
pub mod update;
pub mod visits;
