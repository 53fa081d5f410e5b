//! The bytes of attachments: taken in chunks, whole or not at all, for whoever may see their record.

use crate::devices::{Device, PARK, record, with};
use axum::{body::Body, http::Request};
use ruyuan_domain::{
    FieldValue, Mutation, Operation, RecordId, RecordKind, ScopeId,
    consts::BLOB_CHUNK_BYTES,
    wire::{Problem, Role},
};
use ruyuan_server::{
    store::Grant,
    testing::{Answer, Caller, TestApp, s3::FakeS3},
};
use ruyuan_sync::attachment::Attachment;
use serde_json::{Value, json};

/// Each of these with the attachments in a folder, and in a bucket of S3.
macro_rules! in_a_folder_and_in_a_bucket {
    ($($test:ident),+ $(,)?) => {
        mod in_a_folder {
            $(#[tokio::test]
            async fn $test() {
                super::$test(ruyuan_server::testing::TestApp::new().await).await;
            })+
        }

        mod in_a_bucket {
            $(#[tokio::test]
            async fn $test() {
                super::$test(ruyuan_server::testing::TestApp::in_a_bucket().await).await;
            })+
        }
    };
}

pub(crate) use in_a_folder_and_in_a_bucket;

in_a_folder_and_in_a_bucket!(
    an_upload_goes_on_where_it_was_cut_off,
    bytes_that_are_not_those_of_the_record_are_dropped_and_sent_anew,
    a_chunk_has_its_length_or_is_not_taken,
    who_sees_the_record_has_the_bytes_and_who_made_it_sends_them,
    a_deleted_attachment_is_nobodys_until_it_is_restored,
    who_has_left_the_park_still_sends_what_they_made_and_sees_nothing,
    a_part_is_a_part_of_the_same_bytes,
    a_record_of_more_than_may_be_or_of_nothing_is_not_taken,
    two_that_complete_at_once_make_one,
);

pub const FIRM: u128 = 1;
pub const PHOTO: u128 = 7;

/// Bytes of which no two chunks are alike.
pub fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at / 1000 + at % 251) as u8).collect()
}

pub fn picture(bytes: &[u8]) -> Attachment {
    Attachment::picture("image/jpeg", bytes, 640, 480)
}

/// The record of an attachment of the firm.
pub fn attached(device: &mut Device<'_>, id: RecordId, about: &Attachment) -> Mutation {
    let fields = about.fields(record(FIRM), "site_photo");
    let changes: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), None, Some(value.clone())))
        .collect();
    let mut created = with(device.edit(Operation::Create, id, 0), &changes);
    created.kind = RecordKind::Attachment;
    created.root = Some(record(FIRM));
    created
}

/// A firm with one attachment that says this of itself.
pub async fn with_photo<'a>(app: &'a TestApp, about: &Attachment) -> Device<'a> {
    let mut mine = Device::new(app, &app.officer("limin", PARK).await, 1);
    let edits = [
        mine.firm(record(FIRM), "甲"),
        attached(&mut mine, record(PHOTO), about),
    ];
    let answer = mine.push(&edits).await;
    assert_eq!(crate::devices::told(&answer), ["1 applied", "2 applied"]);
    mine
}

fn path(id: RecordId, rest: &str) -> String {
    format!("/api/sync/blobs/{id}{rest}")
}

pub async fn begin(app: &TestApp, caller: &Caller, id: RecordId) -> Answer {
    app.post("/api/sync/blobs", Some(caller), &json!({"id": id}))
        .await
}

pub async fn put(app: &TestApp, caller: &Caller, id: RecordId, n: u32, chunk: &[u8]) -> Answer {
    let request = Request::put(path(id, &format!("/{n}")))
        .header("cookie", caller.cookie())
        .header("content-type", "application/octet-stream")
        .body(Body::from(chunk.to_vec()))
        .unwrap();
    app.send(request).await
}

pub async fn complete(app: &TestApp, caller: &Caller, id: RecordId) -> Answer {
    app.post(&path(id, "/complete"), Some(caller), &json!({}))
        .await
}

pub async fn get(app: &TestApp, caller: &Caller, id: RecordId, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path(id, "")).header("cookie", caller.cookie());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

pub async fn upload(app: &TestApp, caller: &Caller, id: RecordId, bytes: &[u8]) -> Answer {
    for (n, chunk) in bytes.chunks(BLOB_CHUNK_BYTES).enumerate() {
        let answer = put(app, caller, id, n as u32, chunk).await;
        assert_eq!(answer.status, 204);
    }
    complete(app, caller, id).await
}

/// What the problem is called.
pub fn problem(answer: &Answer) -> String {
    let problem: Problem = answer.json();
    let kind = problem.kind.rsplit(':').next().unwrap_or_default();
    let kind = kind.rsplit('/').next().unwrap_or_default();
    format!("{} {kind}", answer.status.as_u16())
}

pub fn have(answer: &Answer) -> Value {
    answer.json::<Value>()["have"].clone()
}

async fn an_upload_goes_on_where_it_was_cut_off(app: TestApp) {
    let bytes = bytes(2 * BLOB_CHUNK_BYTES + 5);
    let mine = with_photo(&app, &picture(&bytes)).await;
    let (caller, id) = (&mine.caller, record(PHOTO));
    let standing: Value = begin(&app, caller, id).await.json();
    let expected = json!({"id": id, "size": bytes.len(), "chunk_bytes": BLOB_CHUNK_BYTES, "have": [], "complete": false});
    assert_eq!(standing, expected);
    let chunk = |n: usize| bytes.chunks(BLOB_CHUNK_BYTES).nth(n).unwrap();
    assert_eq!(put(&app, caller, id, 2, chunk(2)).await.status, 204);
    assert_eq!(put(&app, caller, id, 0, chunk(0)).await.status, 204);
    let answer = complete(&app, caller, id).await;
    assert_eq!(problem(&answer), "409 chunks-missing");
    assert_eq!(have(&begin(&app, caller, id).await), json!([0, 2]));
    // Nobody has it before it is whole.
    let answer = get(&app, caller, id, &[]).await;
    assert_eq!(problem(&answer), "404 not-uploaded");
    assert_eq!(put(&app, caller, id, 1, chunk(1)).await.status, 204);
    assert_eq!(complete(&app, caller, id).await.status, 204);
    // The answer may have been lost: once more, and a chunk that comes late changes nothing.
    assert_eq!(complete(&app, caller, id).await.status, 204);
    assert_eq!(put(&app, caller, id, 1, chunk(1)).await.status, 204);
    let standing: Value = begin(&app, caller, id).await.json();
    assert_eq!(standing["have"], json!([0, 1, 2]));
    assert_eq!(standing["complete"], json!(true));
    let answer = get(&app, caller, id, &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, bytes);
    let parts = format!("blobs/parts/{id}");
    assert!(!app.folder().join(parts).exists());
    let keys = app.bucket().map(FakeS3::keys).unwrap_or_default();
    assert!(!keys.iter().any(|key| key.contains("parts/")), "{keys:?}");
}

async fn bytes_that_are_not_those_of_the_record_are_dropped_and_sent_anew(app: TestApp) {
    let bytes = bytes(BLOB_CHUNK_BYTES + 9);
    let mine = with_photo(&app, &picture(&bytes)).await;
    let (caller, id) = (&mine.caller, record(PHOTO));
    let mut wrong = bytes.clone();
    wrong[3] ^= 1;
    let answer = upload(&app, caller, id, &wrong).await;
    assert_eq!(problem(&answer), "422 hash-differs");
    assert_eq!(have(&begin(&app, caller, id).await), json!([]));
    assert_eq!(upload(&app, caller, id, &bytes).await.status, 204);
    assert_eq!(get(&app, caller, id, &[]).await.body, bytes);
}

async fn a_chunk_has_its_length_or_is_not_taken(app: TestApp) {
    let bytes = bytes(BLOB_CHUNK_BYTES + 9);
    let mine = with_photo(&app, &picture(&bytes)).await;
    let (caller, id) = (&mine.caller, record(PHOTO));
    for (n, length, expected) in [
        (0, BLOB_CHUNK_BYTES - 1, "422 wrong-chunk"),
        (0, 0, "422 wrong-chunk"),
        (1, 8, "422 wrong-chunk"),
        (1, 10, "422 wrong-chunk"),
        (2, 9, "422 wrong-chunk"),
        (u32::MAX, 9, "422 wrong-chunk"),
        (0, BLOB_CHUNK_BYTES + 1, "413 too-large"),
    ] {
        let answer = put(&app, caller, id, n, &vec![1; length]).await;
        assert_eq!(problem(&answer), expected, "{n}: {length}");
    }
    assert_eq!(have(&begin(&app, caller, id).await), json!([]));
}

async fn who_sees_the_record_has_the_bytes_and_who_made_it_sends_them(app: TestApp) {
    let bytes = bytes(100);
    let mine = with_photo(&app, &picture(&bytes)).await;
    let id = record(PHOTO);
    let colleague = app.officer("wangqiang", PARK).await;
    let stranger = app.officer("zhaolei", "330802-02").await;
    // Neither the colleague nor the stranger made it; nor does it matter that they know its hash.
    for other in [&colleague, &stranger] {
        for answer in [
            begin(&app, other, id).await,
            put(&app, other, id, 0, &bytes).await,
            complete(&app, other, id).await,
        ] {
            assert_eq!(problem(&answer), "404 no-such-attachment");
        }
    }
    assert_eq!(upload(&app, &mine.caller, id, &bytes).await.status, 204);
    assert_eq!(get(&app, &colleague, id, &[]).await.body, bytes);
    let unknown = get(&app, &stranger, record(99), &[]).await;
    let hidden = get(&app, &stranger, id, &[]).await;
    assert_eq!(
        (hidden.status, &hidden.body),
        (unknown.status, &unknown.body)
    );
    // A firm's id is no attachment's.
    let answer = begin(&app, &mine.caller, record(FIRM)).await;
    assert_eq!(problem(&answer), "404 no-such-attachment");
}

async fn a_deleted_attachment_is_nobodys_until_it_is_restored(app: TestApp) {
    let bytes = bytes(100);
    let mut mine = with_photo(&app, &picture(&bytes)).await;
    let id = record(PHOTO);
    assert_eq!(upload(&app, &mine.caller, id, &bytes).await.status, 204);
    for (op, base, status) in [(Operation::Delete, 1, 404), (Operation::Restore, 2, 200)] {
        let mut edit = mine.edit(op, id, base);
        edit.kind = RecordKind::Attachment;
        edit.root = Some(record(FIRM));
        mine.push(&[edit]).await;
        let answer = get(&app, &mine.caller, id, &[]).await;
        assert_eq!(answer.status, status);
        // Its author is told what became of it, nobody else.
        let told = begin(&app, &mine.caller, id).await.status;
        assert_eq!(told, if status == 404 { 410 } else { 200 });
    }
}

async fn who_has_left_the_park_still_sends_what_they_made_and_sees_nothing(app: TestApp) {
    let bytes = bytes(BLOB_CHUNK_BYTES + 9);
    let grant = Grant {
        valid_to_ms: Some(app.state.clock.unix_ms() + 1),
        ..Grant::open(Role::Officer, ScopeId::park(PARK))
    };
    let caller = app.person("limin", "李敏", &[grant]).await;
    let mut mine = Device::new(&app, &caller, 1);
    let id = record(PHOTO);
    let edits = [
        mine.firm(record(FIRM), "甲"),
        attached(&mut mine, id, &picture(&bytes)),
    ];
    mine.push(&edits).await;
    app.clock.advance(2);
    assert_eq!(upload(&app, &caller, id, &bytes).await.status, 204);
    assert_eq!(get(&app, &caller, id, &[]).await.status, 404);
    let colleague = app.officer("wangqiang", PARK).await;
    assert_eq!(get(&app, &colleague, id, &[]).await.body, bytes);
}

async fn a_part_is_a_part_of_the_same_bytes(app: TestApp) {
    let bytes = bytes(BLOB_CHUNK_BYTES + 100);
    let about = picture(&bytes);
    let mine = with_photo(&app, &about).await;
    let (caller, id) = (&mine.caller, record(PHOTO));
    assert_eq!(upload(&app, caller, id, &bytes).await.status, 204);
    let tag = format!("\"{}\"", about.sha256);
    let whole = get(&app, caller, id, &[]).await;
    for (name, expected) in [
        ("etag", tag.as_str()),
        ("accept-ranges", "bytes"),
        ("content-type", "image/jpeg"),
        ("content-disposition", "inline"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(whole.header(name), expected, "{name}");
    }
    let part = get(&app, caller, id, &[("range", "bytes=262140-262149")]).await;
    assert_eq!(part.status, 206);
    assert_eq!(part.body, bytes[262_140..262_150]);
    let all = bytes.len();
    assert_eq!(
        part.header("content-range"),
        format!("bytes 262140-262149/{all}")
    );
    let same = [("range", "bytes=-5"), ("if-range", tag.as_str())];
    assert_eq!(get(&app, caller, id, &same).await.body, bytes[all - 5..]);
    let other = [("range", "bytes=-5"), ("if-range", "\"another\"")];
    assert_eq!(get(&app, caller, id, &other).await.body, bytes);
    let beyond = get(&app, caller, id, &[("range", "bytes=999999-")]).await;
    assert_eq!(problem(&beyond), "416 no-such-bytes");
    assert_eq!(beyond.header("content-range"), format!("bytes */{all}"));
    let known = get(&app, caller, id, &[("if-none-match", &tag)]).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
}

async fn a_record_of_more_than_may_be_or_of_nothing_is_not_taken(app: TestApp) {
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let firm = mine.firm(record(FIRM), "甲");
    mine.push(&[firm]).await;
    let good = picture(&bytes(10));
    let size = |size| Attachment {
        size,
        ..good.clone()
    };
    let typed = |media_type: &str| Attachment {
        media_type: media_type.to_owned(),
        ..good.clone()
    };
    let hashed = |sha256: &str| Attachment {
        sha256: sha256.to_owned(),
        ..good.clone()
    };
    let megabytes = 1024 * 1024;
    for (bits, about, taken) in [
        (11, size(20 * megabytes), true),
        (12, size(20 * megabytes + 1), false),
        (13, size(0), false),
        (
            14,
            Attachment {
                size: 200 * megabytes,
                ..typed("application/pdf")
            },
            true,
        ),
        (
            15,
            Attachment {
                size: 200 * megabytes + 1,
                ..typed("application/pdf")
            },
            false,
        ),
        (16, typed("text/html\r\nset-cookie: a=b"), false),
        (17, typed("html"), false),
        (18, hashed("../../etc/passwd"), false),
        (19, hashed(&good.sha256.to_uppercase()), false),
        (
            20,
            Attachment {
                width: Some(0),
                ..good.clone()
            },
            false,
        ),
        (
            21,
            Attachment {
                name: Some("长".repeat(201)),
                ..good.clone()
            },
            false,
        ),
    ] {
        let edit = attached(&mut mine, record(bits), &about);
        let told = crate::devices::told(&mine.push(&[edit]).await);
        assert_eq!(told[0].ends_with("applied"), taken, "{bits}: {told:?}");
        // Never the bytes of what was refused.
        let answer = begin(&app, &mine.caller, record(bits)).await;
        assert_eq!(answer.status == 200, taken, "{bits}");
    }
    // What it says of its bytes it says for good, and it belongs to something.
    let mut change = mine.edit(Operation::Update, record(11), 1);
    change.kind = RecordKind::Attachment;
    change.root = Some(record(FIRM));
    let change = with(
        change,
        &[(
            "size",
            Some(FieldValue::from(20 * 1024 * 1024)),
            Some(1.into()),
        )],
    );
    let mut orphan = attached(&mut mine, record(30), &good);
    orphan.root = None;
    let answer = mine.push(&[change, orphan]).await;
    let told = crate::devices::told(&answer);
    assert!(
        told.iter().all(|told| told.contains("quarantined")),
        "{told:?}"
    );
}

async fn two_that_complete_at_once_make_one(app: TestApp) {
    let bytes = bytes(3 * BLOB_CHUNK_BYTES);
    let mine = with_photo(&app, &picture(&bytes)).await;
    let (caller, id) = (&mine.caller, record(PHOTO));
    for (n, chunk) in bytes.chunks(BLOB_CHUNK_BYTES).enumerate() {
        put(&app, caller, id, n as u32, chunk).await;
    }
    let both = tokio::join!(complete(&app, caller, id), complete(&app, caller, id));
    // One of them may find that the other has taken the chunks: it may ask again.
    let done = |answer: &Answer| [204, 409].contains(&answer.status.as_u16());
    assert!(done(&both.0) && done(&both.1));
    assert_eq!(complete(&app, caller, id).await.status, 204);
    assert_eq!(get(&app, caller, id, &[]).await.body, bytes);
}
