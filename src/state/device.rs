//! What this browser says of the device, for those who look after all of them.

use super::store::BrowserEngine;
use leptos::task::spawn_local;
use ruyuan_domain::device::{DeviceReport, browser_name};
use std::rc::Rc;
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageEstimate;

/// Tells the engine what its pulls are to say: version and browser at once, the room as soon as the browser has
/// counted it.
pub fn describe(engine: &Rc<BrowserEngine>) {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else {
        return;
    };
    let mut around = DeviceReport {
        app: env!("CARGO_PKG_VERSION").to_owned(),
        browser: browser_name(&navigator.user_agent().unwrap_or_default()),
        ..DeviceReport::default()
    };
    engine.describe(around.clone());
    let storage = navigator.storage();
    let (Ok(estimating), Ok(asking)) = (storage.estimate(), storage.persisted()) else {
        return;
    };
    let engine = Rc::clone(engine);
    spawn_local(async move {
        if let Ok(estimate) = JsFuture::from(estimating).await {
            let estimate: StorageEstimate = wasm_bindgen::JsCast::unchecked_into(estimate);
            let megabytes = |bytes: f64| (bytes / 1_048_576.0) as u32;
            // In tens, so that every record stored is no news to the server.
            around.used_mb = estimate.get_usage().map(|used| megabytes(used) / 10 * 10);
            around.quota_mb = estimate.get_quota().map(megabytes);
        }
        if let Ok(answer) = JsFuture::from(asking).await {
            around.persisted = answer.as_bool();
        }
        engine.describe(around);
    });
}
