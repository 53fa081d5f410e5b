//! Attachments in a bucket of S3: what a bucket in trouble does to requests and to a start, and a backup of it. What
//! holds in a folder as well is in `blobs` and `blobs_kept`.

use crate::{
    blobs::{PHOTO, begin, bytes, complete, get, have, picture, problem, put, upload, with_photo},
    devices::record,
    start::{Folders, stop},
};
use ruyuan_domain::consts::BLOB_CHUNK_BYTES;
use ruyuan_server::testing::{
    TestApp,
    s3::{FakeS3, Trouble},
};
use serde_json::json;
use std::net::TcpListener;

const PLACE: &str = "s3://photos/ruyuan";

const TROUBLES: [Trouble; 3] = [Trouble::Forbidden, Trouble::Failing, Trouble::Garbage];

#[tokio::test]
async fn a_bucket_in_trouble_is_asked_again_later_and_nothing_is_lost() {
    let app = TestApp::in_a_bucket().await;
    let s3 = app.bucket().unwrap();
    let bytes = bytes(2 * BLOB_CHUNK_BYTES + 5);
    let mine = with_photo(&app, &picture(&bytes)).await;
    let (caller, id) = (&mine.caller, record(PHOTO));
    let chunks: Vec<&[u8]> = bytes.chunks(BLOB_CHUNK_BYTES).collect();
    assert_eq!(put(&app, caller, id, 0, chunks[0]).await.status, 204);
    for trouble in TROUBLES {
        s3.has(Some(trouble));
        let answers = [
            put(&app, caller, id, 1, chunks[1]).await,
            complete(&app, caller, id).await,
            begin(&app, caller, id).await,
        ];
        let told = answers.each_ref().map(|answer| answer.status.as_u16());
        let expected = match trouble {
            // A page can be read as a listing of nothing; then it all begins again, and does not get far.
            Trouble::Garbage => [503, 409, 200],
            Trouble::Forbidden | Trouble::Failing => [503; 3],
        };
        assert_eq!(told, expected, "{trouble:?}");
        let retry = answers[0].header("retry-after");
        assert!(!retry.is_empty(), "{trouble:?}");
        s3.has(None);
        assert_eq!(have(&begin(&app, caller, id).await), json!([0]));
    }
    assert_eq!(upload(&app, caller, id, &bytes).await.status, 204);
    for trouble in TROUBLES {
        s3.has(Some(trouble));
        let answer = get(&app, caller, id, &[]).await;
        // Never a page of something else as if it were the photo.
        let expected = match trouble {
            Trouble::Garbage => 404,
            Trouble::Forbidden | Trouble::Failing => 503,
        };
        assert_eq!(answer.status, expected, "{trouble:?}");
    }
    s3.has(None);
    assert_eq!(get(&app, caller, id, &[]).await.body, bytes);
}

#[tokio::test]
async fn a_document_goes_there_in_parts_and_one_that_is_refused_leaves_none() {
    let app = TestApp::in_a_bucket().await;
    let s3 = app.bucket().unwrap();
    let bytes = bytes(6 * 1024 * 1024);
    let mine = with_photo(&app, &picture(&bytes)).await;
    let (caller, id) = (&mine.caller, record(PHOTO));
    let mut wrong = bytes.clone();
    wrong[5_900_000] ^= 1;
    let answer = upload(&app, caller, id, &wrong).await;
    assert_eq!(problem(&answer), "422 hash-differs");
    assert_eq!(s3.uploads(), (1, 0), "aborted, where it would be paid for");
    assert!(s3.keys().is_empty());
    assert_eq!(upload(&app, caller, id, &bytes).await.status, 204);
    assert_eq!(s3.uploads(), (2, 0));
    assert_eq!(s3.keys(), [format!("of/tests/whole/{id}")]);
    let range = [("range", "bytes=5242870-5242889")];
    let part = get(&app, caller, id, &range).await;
    assert_eq!(part.body, bytes[5_242_870..5_242_890]);
}

#[tokio::test]
async fn one_that_was_cut_short_counts_as_missing_and_comes_again() {
    let app = TestApp::in_a_bucket().await;
    let s3 = app.bucket().unwrap();
    let bytes = bytes(100);
    let mine = with_photo(&app, &picture(&bytes)).await;
    let (caller, id) = (&mine.caller, record(PHOTO));
    let key = format!("of/tests/whole/{id}");
    s3.put(&key, bytes[..99].to_vec());
    let answer = get(&app, caller, id, &[]).await;
    assert_eq!(problem(&answer), "404 not-uploaded");
    assert_eq!(have(&begin(&app, caller, id).await), json!([]));
    assert_eq!(upload(&app, caller, id, &bytes).await.status, 204);
    assert_eq!(s3.object(&key), Some(bytes));
}

/// How a start with these in its environment ends.
fn refused(environment: &[(String, String)]) -> String {
    let folders = Folders::with(environment.to_vec());
    folders.fails(&["--port", "0", "--blobs", PLACE])
}

#[test]
fn a_bucket_that_cannot_be_used_stops_the_start_and_is_said_in_one_line() {
    let s3 = FakeS3::start();
    let environment = s3.environment();
    for (trouble, why) in [
        (Trouble::Forbidden, "403 Forbidden: AccessDenied"),
        (Trouble::Failing, "500 Internal Server Error: InternalError"),
        (Trouble::Garbage, "ETag Header missing"),
    ] {
        s3.has(Some(trouble));
        let said = refused(&environment);
        let does_not = format!("{PLACE} does not answer");
        assert!(said.contains(&does_not) && said.contains(why), "{said}");
        assert!(said.contains("--blobs"), "{said}");
    }
    s3.has(None);
    let folders = Folders::with(environment.clone());
    let said = folders.fails(&["--port", "0", "--blobs", "s3://another"]);
    assert!(said.contains("NoSuchBucket"), "{said}");
    // Nobody is there any more.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = free.local_addr().unwrap();
    drop(free);
    let without = |names: &[&str]| -> Vec<(String, String)> {
        let kept = environment.iter().cloned();
        kept.filter(|(name, _)| !names.contains(&name.as_str()))
            .collect()
    };
    let at = |endpoint: String| {
        let mut environment = without(&["AWS_ENDPOINT"]);
        environment.push(("AWS_ENDPOINT".to_owned(), endpoint));
        refused(&environment)
    };
    let said = at(format!("http://{nobody}"));
    assert!(said.contains("does not answer"), "{said}");
    for garbage in ["photos.example", "ftp://photos.example", "https://", "人"] {
        let said = at(garbage.to_owned());
        assert!(said.contains("AWS_ENDPOINT is"), "{said}");
        assert!(said.contains("write it as https://"), "{said}");
    }
    let said = refused(&without(&["AWS_ALLOW_HTTP"]));
    assert!(said.contains("AWS_ALLOW_HTTP=true"), "{said}");
    let said = refused(&without(&["AWS_SECRET_ACCESS_KEY"]));
    assert!(said.contains("AWS_SECRET_ACCESS_KEY"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_bucket_is_backed_up_while_the_server_runs_and_restored_into_another_place() {
    let s3 = FakeS3::start();
    let folders = Folders::with(s3.environment());
    let photo = bytes(7 * 1024 * 1024);
    let (large, small) = (record(1), record(2));
    s3.put(&format!("ruyuan/whole/{large}"), photo.clone());
    s3.put(&format!("ruyuan/whole/{small}"), vec![7; 100]);
    s3.put(&format!("ruyuan/parts/{small}/000000"), vec![7; 100]);
    s3.put("another/whole/thing", vec![7; 100]);
    let (running, _) = folders.starts(&["--demo", "--blobs", PLACE]);
    let said = folders.does(&["backup", "--to", "one.backup", "--blobs", PLACE]);
    assert!(said.contains("2 attachments (7340132 bytes)"), "{said}");
    assert!(stop(running).success());
    s3.has(Some(Trouble::Forbidden));
    let said = folders.refuses(&["backup", "--to", "two.backup", "--blobs", PLACE]);
    assert!(
        said.contains("cannot read the attachments in s3://"),
        "{said}"
    );
    assert!(!folders.path().join("two.backup").exists());
    s3.has(None);
    s3.empty();
    s3.put("again/whole/thing", vec![8; 100]);
    let restore = ["restore", "--from", "one.backup", "--data", "new"];
    let there = ["--blobs", "s3://photos/again"];
    folders.does(&[&restore[..], &there].concat());
    assert_eq!(
        s3.keys(),
        [
            format!("again/whole/{large}"),
            format!("again/whole/{small}"),
            "again/whole/thing".to_owned(),
        ]
    );
    assert_eq!(s3.object(&format!("again/whole/{large}")), Some(photo));
    assert_eq!(s3.uploads().1, 0);
    let (running, _) = folders.starts(&[&["--data", "new"][..], &there].concat());
    assert!(stop(running).success());
}
