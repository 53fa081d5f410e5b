//! What can be saved when the local log cannot be used: its raw values, as a file the person keeps.

use super::IndexedDbStore;
use ruyuan_domain::consts::QUEUE_FORMAT;
use ruyuan_sync::store::LocalStore;
use serde_json::value::RawValue;
use wasm_bindgen::{JsCast, JsValue};

/// Beyond every key of the journal, and still a number that a browser counts exactly.
const MOST: u64 = 1 << 53;

/// The unsent part of a local log as JSON, decoded as far as it can be; `None` if not even raw values can be read.
///
/// It does not need the engine: this is for the day when the engine cannot start.
pub async fn rescue_file(database: &str) -> Option<String> {
    let store = IndexedDbStore::open(database).await.ok()?;
    let contents = store.read(Some(MOST)).await.ok()?;
    let outbox = contents.outbox.iter().map(|(_, bytes)| value(bytes));
    let drafts = contents.drafts.iter().map(|(_, bytes)| value(bytes));
    let meta = contents.meta.as_deref().map(value);
    Some(format!(
        r#"{{"format":"{QUEUE_FORMAT}","meta":{},"outbox":[{}],"drafts":[{}]}}"#,
        meta.as_deref().unwrap_or("null"),
        outbox.collect::<Vec<_>>().join(","),
        drafts.collect::<Vec<_>>().join(","),
    ))
}

/// A stored value as JSON: as it is where it is JSON, else as a text that says so.
fn value(bytes: &[u8]) -> String {
    let whole = serde_json::from_slice::<&RawValue>(bytes);
    whole.map_or_else(
        |_| {
            let text = String::from_utf8_lossy(bytes);
            let text = serde_json::to_vec(text.as_ref()).unwrap_or_default();
            format!(r#"{{"unreadable":{}}}"#, String::from_utf8_lossy(&text))
        },
        |whole| whole.get().to_owned(),
    )
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
