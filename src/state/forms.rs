//! Published forms as this device holds them.

use super::store::Store;
use ruyuan_domain::{Record, RecordKind, consts::field, forms::FormDefinition};

/// Id of the form that a visit is recorded with.
pub const VISIT_FORM: &str = "visit";

/// The newest version of a form, if it has been downloaded.
pub fn newest(store: Store, form_id: &str) -> Option<FormDefinition> {
    store.read_untracked(|state| {
        let forms = state
            .view()
            .of_kind(&RecordKind::Form)
            .filter(|record| record.text("form_id") == form_id);
        forms
            .max_by_key(|record| record.integer("version"))
            .and_then(|record| parse(record))
    })
}

/// One version of a form: what a draft or a visit pins.
pub fn version(store: Store, form_id: &str, version: i64) -> Option<FormDefinition> {
    store.read_untracked(|state| {
        state
            .view()
            .of_kind(&RecordKind::Form)
            .find(|record| {
                record.text("form_id") == form_id && record.integer("version") == Some(version)
            })
            .and_then(|record| parse(record))
    })
}

fn parse(record: &Record) -> Option<FormDefinition> {
    // As bytes, like everything else that is read: one copy of the reading code in the download.
    serde_json::from_slice(record.text(field::DEFINITION).as_bytes()).ok()
}
