//! What can be saved when the local log cannot be used: its raw values, as a file the person keeps.

use super::IndexedDbStore;
use ruyuan_sync::store::LocalStore;
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};

/// The unsent part of a local log as JSON, decoded as far as it can be; `None` if not even raw values can be read.
///
/// It does not need the engine: this is for the day when the engine cannot start.
pub async fn rescue_file(database: &str) -> Option<String> {
    let store = IndexedDbStore::open(database).await.ok()?;
    let contents = store.read(u64::MAX).await.ok()?;
    let value = |bytes: &[u8]| match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(value) => value,
        Err(_) => json!({ "unreadable": String::from_utf8_lossy(bytes) }),
    };
    let outbox: Vec<_> = contents
        .outbox
        .iter()
        .map(|(_, bytes)| value(bytes))
        .collect();
    let drafts: Vec<_> = contents
        .drafts
        .iter()
        .map(|(_, bytes)| value(bytes))
        .collect();
    let meta = contents.meta.as_deref().map(value);
    let file =
        json!({ "format": "ruyuan-queue-1", "meta": meta, "outbox": outbox, "drafts": drafts });
    serde_json::to_string_pretty(&file).ok()
}

/// Offers a text to the person as a file to keep.
///
/// # Errors
/// A browser that does not allow downloads, as some inside other apps do not.
pub fn save_as_file(name: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/json");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let address = web_sys::Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window()
        .and_then(|window| window.document())
        .ok_or(JsValue::NULL)?;
    let link: web_sys::HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&address)
}
