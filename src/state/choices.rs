//! Names for codes: parks and divisions as this device holds them.

use super::{session::Session, store::Store};
use ruyuan_domain::{RecordKind, ScopeId, consts::field};

/// The names of the parks that a person may write to.
pub fn own_parks(store: Store, session: Session) -> String {
    let scopes = session.view().map(|view| view.writable).unwrap_or_default();
    let parks = scopes.iter().filter(|scope| scope.park_code().is_some());
    let names: Vec<_> = parks.map(|park| park_name(store, park)).collect();
    names.join("、")
}

/// The park's name, or the county's, or its code while its record has not been downloaded.
pub fn park_name(store: Store, scope: &ScopeId) -> String {
    let (kind, code) = match (scope.park_code(), scope.county_code()) {
        (Some(code), _) => (RecordKind::Park, code),
        (_, Some(code)) => (RecordKind::Division, code),
        _ => return scope.to_string(),
    };
    store
        .read(|state| {
            let mut places = state.view().of_kind(&kind);
            places
                .find(|place| place.text(field::CODE) == code)
                .map(|place| place.text(field::NAME).to_owned())
        })
        .unwrap_or_else(|| code.to_owned())
}
