//! Published forms as this device holds them.

use super::store::Store;
use ruyuan_domain::{Record, RecordKind, consts::field, forms::FormDefinition};
use ruyuan_sync::engine::State;

/// Id of the form that asks only what must be asked.
pub const QUICK_FORM: &str = "quick_visit";

/// Id of the form that a visit is recorded with in full.
pub const VISIT_FORM: &str = "visit";

/// Id of the form that a firm signs and seals on paper; nobody fills it on a phone.
pub const AUTHORISATION_FORM: &str = "authorisation";

/// The question that the sealed page of one is photographed for, in whichever form asks it.
pub const SEALED_PAGE: &str = "authorisation_photos";

/// The newest version of a form, if it has been downloaded.
pub fn newest(store: Store, form_id: &str) -> Option<FormDefinition> {
    store.read_untracked(|state| newest_in(state, form_id))
}

/// The same, of a state that is being read.
pub fn newest_in(state: &State, form_id: &str) -> Option<FormDefinition> {
    let forms = state.view().of_kind(&RecordKind::Form);
    let versions = forms.filter(|record| record.text("form_id") == form_id);
    let newest = versions.max_by_key(|record| record.integer("version"));
    newest.and_then(|record| parse(record))
}

/// One version of a form: what a draft or a visit pins.
pub fn version(store: Store, form_id: &str, version: i64) -> Option<FormDefinition> {
    store.read_untracked(|state| in_state(state, form_id, version))
}

/// The same, of a state that is being read.
pub fn in_state(state: &State, form_id: &str, version: i64) -> Option<FormDefinition> {
    let mut forms = state.view().of_kind(&RecordKind::Form);
    let form = forms.find(|record| {
        record.text("form_id") == form_id && record.integer("version") == Some(version)
    });
    form.and_then(|record| parse(record))
}

/// Every version of every form.
pub fn all(store: Store) -> Vec<FormDefinition> {
    store.read(|state| {
        let forms = state.view().of_kind(&RecordKind::Form);
        forms.filter_map(|record| parse(record)).collect()
    })
}

fn parse(record: &Record) -> Option<FormDefinition> {
    // As bytes, like everything else that is read: one copy of the reading code in the download.
    serde_json::from_slice(record.text(field::DEFINITION).as_bytes()).ok()
}
