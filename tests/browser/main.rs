//! The local log in a real browser: IndexedDB must do what the memory store does.
//!
//! Natively this is an empty test: `cargo xtask test` runs it in Chromium.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::panic, clippy::unwrap_used)]

use indexed_db_futures::database::Database;
use ruyuan_client::storage::{BrowserEnvironment, IndexedDbStore};
use ruyuan_domain::{Mid, RecordId};
use ruyuan_sync::{
    environment::Environment,
    store::{Batch, Durability, LocalStore, StoreError, Write, conformance},
};
use std::cell::RefCell;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A name that no other test, and no earlier run in this profile, has used.
fn fresh_name() -> String {
    format!("test-{}", RecordId::new(BrowserEnvironment.id_seed()))
}

async fn open(name: &str) -> IndexedDbStore {
    match IndexedDbStore::open(name).await {
        Ok(store) => store,
        Err(error) => panic!("{name} did not open: {error}"),
    }
}

#[wasm_bindgen_test]
async fn indexeddb_does_what_every_local_store_must() {
    let last = RefCell::new(String::new());
    conformance::run(
        async || {
            let name = fresh_name();
            last.replace(name.clone());
            open(&name).await
        },
        async || {
            let name = last.borrow().clone();
            open(&name).await
        },
    )
    .await;
}

#[wasm_bindgen_test]
async fn two_tabs_that_write_at_once_do_not_both_succeed() {
    let name = fresh_name();
    let (one, other) = (open(&name).await, open(&name).await);
    let batch = |mid| Batch {
        expected_rev: 0,
        durability: Durability::Strict,
        requires_draft: None,
        writes: vec![Write::PutOutbox(Mid(mid), vec![1])],
    };
    let (first, second) = futures::join!(one.commit(batch(1)), other.commit(batch(2)));
    let stale = [&first, &second]
        .into_iter()
        .filter(|result| **result == Err(StoreError::Stale))
        .count();
    assert_eq!(stale, 1, "{first:?} {second:?}");
    assert_eq!(
        one.read(0).await.map(|contents| contents.outbox.len()),
        Ok(1)
    );
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_app_is_left_alone_and_said_so() {
    let name = fresh_name();
    // Opened by an app of later days, with a store that this one does not know.
    let newer = Database::open(name.as_str())
        .with_version(99_u8)
        .with_on_upgrade_needed(|_, database| {
            use indexed_db_futures::prelude::*;
            database.create_object_store("hologram").build()?;
            Ok(())
        })
        .await;
    match newer {
        Ok(database) => database.close(),
        Err(error) => panic!("{error}"),
    }
    let refused = IndexedDbStore::open(&name).await.err();
    assert_eq!(refused, Some(StoreError::Newer));
}

/// `{name}` gaps of every text, by key.
fn gaps(texts: &serde_json::Value, key: &str, into: &mut Vec<(String, Vec<String>)>) {
    match texts {
        serde_json::Value::Object(inner) => {
            inner
                .iter()
                .for_each(|(name, value)| gaps(value, &format!("{key}.{name}"), into));
        }
        serde_json::Value::String(text) => {
            let mut found: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}'))
                .map(|(gap, _)| gap.to_owned())
                .collect();
            found.sort();
            into.push((key.to_owned(), found));
        }
        _ => panic!("{key} is no text"),
    }
}

#[wasm_bindgen_test]
fn texts_of_both_languages_have_the_same_gaps() {
    let of = |file: &str| {
        let mut found = Vec::new();
        gaps(&serde_json::from_str(file).unwrap(), "", &mut found);
        found.sort();
        found
    };
    let chinese = of(include_str!("../../locales/zh-CN.json"));
    assert_eq!(chinese, of(include_str!("../../locales/en.json")));
    assert!(chinese.iter().any(|(_, gaps)| !gaps.is_empty()));
}
