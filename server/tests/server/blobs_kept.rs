//! What is kept of attachments and for how long, and requests about them that mean nothing.

use crate::{
    blobs::{
        FIRM, PHOTO, attached, begin, bytes, get, have, in_a_folder_and_in_a_bucket, picture,
        problem, put, upload, with_photo,
    },
    devices::{Device, record},
};
use axum::{body::Body, http::Request};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use ruyuan_domain::{
    Operation, RecordKind,
    blob::{chunk_length, chunks_of},
    consts::BLOB_CHUNK_BYTES,
};
use ruyuan_server::{
    blobs::Blobs,
    testing::{TestApp, s3::FakeS3},
};
use serde_json::json;
use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

in_a_folder_and_in_a_bucket!(what_nothing_names_goes_after_thirty_days_and_not_before);

async fn what_nothing_names_goes_after_thirty_days_and_not_before(app: TestApp) {
    let photo = bytes(100);
    let mut mine = with_photo(&app, &picture(&photo)).await;
    let given_up = attached(&mut mine, record(8), &picture(&bytes(2 * BLOB_CHUNK_BYTES)));
    mine.push(&[given_up]).await;
    let (caller, id) = (mine.caller.clone(), record(PHOTO));
    assert_eq!(upload(&app, &caller, id, &photo).await.status, 204);
    let first = bytes(2 * BLOB_CHUNK_BYTES)[..BLOB_CHUNK_BYTES].to_vec();
    put(&app, &caller, record(8), 0, &first).await;
    let store = app.state.store.as_ref();
    let sweep = async |day: u64| {
        let now = app.state.clock.unix_ms() + (DAY * day as u32).as_millis() as i64;
        app.state.blobs.sweep(store, now).await.unwrap()
    };
    assert_eq!(sweep(0).await, 0);
    // While its record is there it stays, however long; the upload that was given up does not.
    assert_eq!(sweep(29).await, 0);
    assert_eq!(sweep(31).await, 1);
    assert_eq!(have(&begin(&app, &caller, record(8)).await), json!([]));
    assert_eq!(get(&app, &caller, id, &[]).await.body, photo);
    let remove = async |mine: &mut Device<'_>, op, base| {
        let mut edit = mine.edit(op, id, base);
        edit.kind = RecordKind::Attachment;
        edit.root = Some(record(FIRM));
        mine.push(&[edit]).await;
    };
    // Restored within the time, it begins anew when it is deleted again.
    remove(&mut mine, Operation::Delete, 1).await;
    assert_eq!(sweep(32).await, 0);
    remove(&mut mine, Operation::Restore, 2).await;
    assert_eq!(sweep(61).await, 0);
    remove(&mut mine, Operation::Delete, 3).await;
    assert_eq!(sweep(63).await, 0);
    assert_eq!(sweep(92).await, 0);
    assert_eq!(sweep(94).await, 1);
    remove(&mut mine, Operation::Restore, 4).await;
    let answer = get(&app, &caller, id, &[]).await;
    assert_eq!(problem(&answer), "404 not-uploaded");
    // Neither bytes nor notes of either are left, in a bucket at least, where each would cost for ever.
    let keys = app.bucket().map(FakeS3::keys).unwrap_or_default();
    assert!(keys.is_empty(), "{keys:?}");
}

#[tokio::test]
async fn a_file_that_a_killed_write_left_goes_after_a_day() {
    let app = TestApp::new().await;
    let photo = bytes(100);
    let mine = with_photo(&app, &picture(&photo)).await;
    let answer = upload(&app, &mine.caller, record(PHOTO), &photo).await;
    assert_eq!(answer.status, 204);
    let whole = app.folder().join("blobs/whole");
    let now_ms = app.state.clock.unix_ms();
    for (name, age) in [("1#1", DAY * 2), ("2#1", DAY / 2)] {
        let file = File::create(whole.join(format!("{}{name}", record(9)))).unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now_ms.unsigned_abs());
        file.set_modified(now - age).unwrap();
    }
    let store = app.state.store.as_ref();
    assert_eq!(app.state.blobs.sweep(store, now_ms).await.unwrap(), 0);
    assert_eq!(fs::read_dir(&whole).unwrap().count(), 2);
}

#[test]
fn nonsense_is_never_a_failure_of_the_server() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let app = runtime.block_on(TestApp::new());
    let about = picture(&bytes(100));
    let caller = runtime.block_on(with_photo(&app, &about)).caller;
    let id = prop_oneof![Just(record(PHOTO).to_string()), "[^/?#\\s]{0,40}".boxed()];
    let case = (
        id,
        "[0-9]{0,12}|[^/?#\\s]{1,8}",
        "[ -~]{0,30}",
        prop::collection::vec(any::<u8>(), 0..200),
    );
    let config = Config {
        cases: 200,
        ..crate::drawn::config()
    };
    TestRunner::new(config)
        .run(&case, |(id, n, header, body)| {
            let encode = |text: &str| -> String {
                text.bytes().map(|byte| format!("%{byte:02X}")).collect()
            };
            let (id, n) = (encode(&id), encode(&n));
            let requests = [
                Request::put(format!("/api/sync/blobs/{id}/{n}")),
                Request::post(format!("/api/sync/blobs/{id}/complete")),
                Request::post("/api/sync/blobs".to_owned())
                    .header("content-type", "application/json"),
                Request::get(format!("/api/sync/blobs/{id}")),
            ];
            for request in requests {
                let request = request
                    .header("cookie", caller.cookie())
                    .header("range", &header)
                    .header("if-range", &header)
                    .body(Body::from(body.clone()))
                    .unwrap();
                let answer = runtime.block_on(app.send(request));
                prop_assert!(answer.status.as_u16() < 500, "{}", answer.status);
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(
        (chunks_of(about.size), chunk_length(about.size, 0)),
        (1, Some(100))
    );
}

#[tokio::test]
async fn a_place_that_cannot_be_one_is_said_before_anything_is_kept_there() {
    for (place, said) in [
        ("s3://", "it names no bucket"),
        ("s3:///photos", "it names no bucket"),
    ] {
        let error = Blobs::at(place).unwrap_err().to_string();
        assert!(
            error.contains(said) && error.contains("s3://bucket/prefix"),
            "{error}"
        );
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Blobs::at(&file.path().display().to_string()).unwrap_err();
    assert!(error.to_string().contains("--blobs"), "{error}");
}
