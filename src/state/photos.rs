//! A photo or a document to be shown: from this device, or fetched from the server while someone looks at it.

use super::store::Store;
use crate::{storage::address_of, transport::HttpTransport};
use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use ruyuan_domain::RecordId;
use ruyuan_sync::engine::Fetched;

/// How a photo stands with who wants to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// On its way from this device's storage.
    Opening,
    /// Its bytes, under an address of this page.
    Here(String),
    /// On its way from the server: how many bytes of how many there are.
    Fetching(u64, u64),
    /// Not on this device, and not to be had now.
    Absent,
    /// Another device of its person has it, and has not sent it yet.
    OnAnother,
    /// There is no such photo any more.
    Gone,
}

/// A photo that is looked at, until the view that asks for it goes.
#[derive(Clone, Copy)]
pub struct Looking {
    store: Store,
    id: RecordId,
    /// How it stands.
    pub sight: RwSignal<Sight>,
    paused: StoredValue<bool>,
}

/// Looks at a photo.
pub fn look(store: Store, id: RecordId) -> Looking {
    looking(store, id, true)
}

/// Looks at a document, which is fetched only when somebody asks for it: it may be large.
pub fn look_at_document(store: Store, id: RecordId) -> Looking {
    looking(store, id, false)
}

fn looking(store: Store, id: RecordId, fetch: bool) -> Looking {
    let looking = Looking {
        store,
        id,
        sight: RwSignal::new(Sight::Opening),
        paused: StoredValue::new(false),
    };
    let sight = looking.sight;
    on_cleanup(move || {
        let _ = sight.try_update(|sight| {
            if let Sight::Here(address) = sight {
                // An address that is not given back goes with the page.
                let _ = web_sys::Url::revoke_object_url(address);
            }
        });
    });
    looking.show(fetch);
    looking
}

impl Looking {
    /// Opens it, fetching it first if it is not here.
    pub fn open(self) {
        self.show(true);
    }

    /// Stops fetching it; what came stays, and the next time goes on after it.
    pub fn pause(self) {
        let _ = self.paused.try_set_value(true);
    }

    fn show(self, fetch: bool) {
        let Self {
            store,
            id,
            sight,
            paused,
        } = self;
        spawn_local(async move {
            let Some(engine) = store.engine_if_open() else {
                return;
            };
            let mut seen = Sight::Absent;
            for fetched in [false, true] {
                // Each piece goes to the browser at once: a large document does not fit twice into this app's memory.
                let pieces = js_sys::Array::new();
                let take = |piece: &[u8]| {
                    pieces.push(&Uint8Array::from(piece));
                };
                if let Ok(true) = engine.read_attachment(id, take).await {
                    let known = engine.state().attachment(id);
                    let media_type = known.map_or_else(String::new, |known| known.media_type);
                    seen = address_of(&pieces, &media_type).map_or(Sight::Absent, Sight::Here);
                    break;
                }
                if fetched || !fetch {
                    break;
                }
                let size = engine.state().attachment(id).map(|known| known.size);
                let Some(size) = size else {
                    let state = engine.state();
                    let mut drafts = state.drafts();
                    seen = match drafts.any(|draft| draft.attachments.contains_key(&id)) {
                        true => Sight::OnAnother,
                        false => Sight::Gone,
                    };
                    break;
                };
                let _ = paused.try_set_value(false);
                let told = |done| {
                    let seen = sight.try_set(Sight::Fetching(done, size)).is_none();
                    seen && paused.try_get_value() == Some(false)
                };
                told(engine.state().blob(id).map_or(0, |head| head.moved()));
                // Whoever turns the page pauses it; the next look goes on.
                match engine.fetch_attachment(&HttpTransport, id, told).await {
                    Ok(Fetched::Whole) => store.changed(),
                    _ => break,
                }
            }
            let revoke = match &seen {
                Sight::Here(address) => Some(address.clone()),
                _ => None,
            };
            // Nobody looks any more.
            if sight.try_set(seen).is_some()
                && let Some(address) = revoke
            {
                let _ = web_sys::Url::revoke_object_url(&address);
            }
        });
    }
}
