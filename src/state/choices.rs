//! Names for codes: parks and divisions as this device holds them.

use super::store::Store;
use ruyuan_domain::{RecordKind, ScopeId, consts::field};

/// The park's name, or its code while its record has not been downloaded.
pub fn park_name(store: Store, scope: &ScopeId) -> String {
    let Some(code) = scope.park_code() else {
        return scope.to_string();
    };
    store
        .read(|state| {
            let mut parks = state.view().of_kind(&RecordKind::Park);
            parks
                .find(|park| park.text(field::CODE) == code)
                .map(|park| park.text(field::NAME).to_owned())
        })
        .unwrap_or_else(|| code.to_owned())
}
