//! What can be saved when the local log cannot be used: its raw values, as a file the person keeps.

use super::IndexedDbStore;
use js_sys::{Array, Uint8Array};
use ruyuan_domain::{RecordId, blob::chunks_of, consts::QUEUE_FORMAT};
use ruyuan_sync::{attachment::BlobHead, engine::QueuedBlob, store::LocalStore};
use serde_json::value::RawValue;
use wasm_bindgen::{JsCast, JsValue};

/// Beyond every key of the journal, and still a number that a browser counts exactly.
const MOST: u64 = 1 << 53;

/// Offers the unsent part of a local log as a file to keep, decoded as far as it can be; says whether it could.
///
/// It does not need the engine: this is for the day when the engine cannot start.
pub async fn rescue(database: &str) -> bool {
    match parts_of(database).await {
        Some(parts) => save_parts("ruyuan-queue.json", &parts).is_ok(),
        None => false,
    }
}

/// The file: one line of text, and behind its end the bytes of the attachments that it names. `None` if not even raw
/// values can be read.
async fn parts_of(database: &str) -> Option<Array> {
    let store = IndexedDbStore::open(database).await.ok()?;
    let contents = store.read(Some(MOST)).await.ok()?;
    let (parts, mut named) = (Array::new(), Vec::new());
    for (id, head) in &contents.blobs {
        if let Some(pieces) = unsent_bytes(&store, *id, head).await {
            let size = pieces.iter().map(|piece| piece.len() as u64).sum();
            named.push(QueuedBlob { id: *id, size });
            for piece in &pieces {
                parts.push(&Uint8Array::from(piece.as_slice()));
            }
        }
    }
    let outbox = contents.outbox.iter().map(|(_, bytes)| value(bytes));
    let drafts = contents.drafts.iter().map(|(_, bytes)| value(bytes));
    let meta = contents.meta.as_deref().map(value);
    let mut text = format!(
        r#"{{"format":"{QUEUE_FORMAT}","meta":{},"outbox":[{}],"drafts":[{}],"attachments":{}}}"#,
        meta.as_deref().unwrap_or("null"),
        outbox.collect::<Vec<_>>().join(","),
        drafts.collect::<Vec<_>>().join(","),
        serde_json::to_string(&named).ok()?,
    );
    if !named.is_empty() {
        text.push('\n');
    }
    parts.unshift(&JsValue::from_str(&text));
    Some(parts)
}

/// The chunks of an attachment that may be nowhere else, if all of them are here. Of one whose head cannot be read
/// there are as many as are found.
async fn unsent_bytes(store: &IndexedDbStore, id: RecordId, head: &[u8]) -> Option<Vec<Vec<u8>>> {
    let head: Option<BlobHead> = serde_json::from_slice(head).ok();
    if head.as_ref().is_some_and(|head| !head.is_unsent()) {
        return None;
    }
    let count = head.as_ref().map(|head| chunks_of(head.size));
    let mut pieces = Vec::new();
    while count.is_none_or(|count| (pieces.len() as u32) < count) {
        match store.blob_chunk(id, pieces.len() as u32).await.ok()? {
            Some(piece) => pieces.push(piece),
            None if count.is_none() && !pieces.is_empty() => break,
            None => return None,
        }
    }
    Some(pieces)
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
    save_parts(name, &Array::of1(&JsValue::from_str(text)))
}

/// Offers bytes as a file to keep.
///
/// # Errors
/// As [`save_as_file`].
pub fn save_bytes(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    save_parts(name, &Array::of1(&Uint8Array::from(bytes)))
}

/// Offers texts and bytes, one after the other, as a file to keep.
///
/// # Errors
/// As [`save_as_file`].
pub fn save_parts(name: &str, parts: &Array) -> Result<(), JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/json");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(parts, &options)?;
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
