//! The local log in a real browser: IndexedDB must do what the memory store does. And the addresses of the screens.
//!
//! Natively this is an empty test: `cargo xtask test` runs it in Chromium.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "../../domain/tests/expressions/outline.rs"]
mod outline;
#[path = "../../domain/tests/xform/play.rs"]
mod play;
#[path = "../../domain/tests/xform/sheet.rs"]
mod sheet;

use indexed_db_futures::database::Database;
use ruyuan_client::{
    routes::{self, Screen},
    storage::{BrowserEnvironment, IndexedDbStore},
};
use ruyuan_domain::{Mid, RecordId};
use ruyuan_sync::{
    environment::Environment,
    store::{Batch, ChunkKey, Durability, LocalStore, StoreError, Write, conformance},
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
        one.read(None).await.map(|contents| contents.outbox.len()),
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

#[wasm_bindgen_test]
async fn a_database_of_an_older_app_is_brought_up_to_date_with_all_it_holds() {
    for version in [1, 2] {
        an_older_database_is_brought_up_to_date(version).await;
    }
}

async fn an_older_database_is_brought_up_to_date(version: u8) {
    use indexed_db_futures::prelude::*;
    let name = fresh_name();
    // The stores of that version, and an edit that waits in them.
    let older = Database::open(name.as_str())
        .with_version(version)
        .with_on_upgrade_needed(move |_, database| {
            database
                .create_object_store("journal")
                .with_auto_increment(true)
                .build()?;
            for store in ["outbox", "acked", "drafts", "meta"] {
                database.create_object_store(store).build()?;
            }
            if version > 1 {
                database.create_object_store("snapshot").build()?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let stores = ["outbox", "meta"];
    let transaction = older
        .transaction(stores)
        .with_mode(indexed_db_futures::transaction::TransactionMode::Readwrite)
        .build()
        .unwrap();
    let value: wasm_bindgen::JsValue = js_sys::Uint8Array::from(&b"words"[..]).into();
    let outbox = transaction.object_store("outbox").unwrap();
    outbox
        .put(value)
        .with_key(1.0_f64)
        .primitive()
        .unwrap()
        .await
        .unwrap();
    let meta = transaction.object_store("meta").unwrap();
    meta.put(3.0_f64)
        .with_key("rev")
        .primitive()
        .unwrap()
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    older.close();

    let store = open(&name).await;
    let contents = store.read(None).await.unwrap();
    assert_eq!(
        (contents.rev, contents.outbox),
        (3, vec![(Mid(1), b"words".to_vec())])
    );
    let photo = RecordId::new(BrowserEnvironment.id_seed());
    let key = ChunkKey {
        generation: 1,
        n: 0,
    };
    let batch = Batch {
        expected_rev: 3,
        durability: Durability::Relaxed,
        requires_draft: None,
        writes: vec![
            Write::PutChunk(key, vec![7]),
            Write::PutBlobHead(photo, vec![8]),
            Write::PutBlobChunk(photo, 0, vec![9]),
        ],
    };
    store.commit(batch).await.unwrap();
    let contents = store.read(None).await.unwrap();
    assert_eq!(contents.chunks, [(key, vec![7])]);
    assert_eq!(contents.blobs, [(photo, vec![8])]);
    assert_eq!(store.blob_chunk(photo, 0).await, Ok(Some(vec![9])));
}

#[wasm_bindgen_test]
fn every_address_that_is_made_leads_to_its_screen() {
    let id = RecordId::new(BrowserEnvironment.id_seed());
    let made = [
        (routes::visit(id), Screen::Visit(id)),
        (routes::fill(id), Screen::VisitFill(id)),
        (routes::review(id), Screen::VisitReview(id)),
        (routes::enterprise(id), Screen::Enterprise(id)),
        (routes::enterprise_edit(id), Screen::EnterpriseEdit(id)),
        (routes::conflict(id), Screen::Conflict(id)),
        (routes::VISIT_NEW.to_owned(), Screen::VisitNew),
        (routes::ENTERPRISE_NEW.to_owned(), Screen::EnterpriseNew),
        (routes::TODAY.to_owned(), Screen::Today),
        (format!("{}/", routes::VISITS), Screen::Visits),
        (format!("{}/", routes::visit(id)), Screen::Visit(id)),
    ];
    for (path, screen) in made {
        assert_eq!(Screen::at(&path), screen, "{path}");
    }
}

#[wasm_bindgen_test]
fn an_address_that_nothing_makes_is_unknown() {
    for path in ["/visits/x", "/no", "//", "", "/visits/new/fill"] {
        assert_eq!(Screen::at(path), Screen::Unknown, "{path}");
    }
}

#[wasm_bindgen_test]
fn expressions_come_to_the_same_here_as_on_a_server() {
    assert_eq!(outline::wrong(), Vec::<String>::new());
}

#[wasm_bindgen_test]
fn forms_are_filled_as_the_list_says() {
    assert_eq!(play::wrong(), Vec::<String>::new());
}
