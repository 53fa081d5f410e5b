//! Small things kept beside the local log: who is signed in, language, text size. Known before the log is open.

use gloo::storage::{LocalStorage, Storage};
use serde::{Serialize, de::DeserializeOwned};

/// What is kept under this name; `None` if there is nothing, or it cannot be read.
pub fn kept<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = LocalStorage::raw().get_item(name).ok()??;
    serde_json::from_slice(text.as_bytes()).ok()
}

/// Keeps a value. A browser without storage forgets it with the page; the app works all the same.
pub fn keep<T: Serialize>(name: &str, value: &T) {
    let Some(text) = serde_json::to_vec(value)
        .ok()
        .and_then(|text| String::from_utf8(text).ok())
    else {
        return;
    };
    let _ = LocalStorage::raw().set_item(name, &text);
}

/// Forgets what is kept under this name.
pub fn forget(name: &str) {
    LocalStorage::delete(name);
}
