//! The bytes of a photo whose record came back after the server was set back: any phone that brought it back may have
//! them.

use crate::{
    blobs,
    devices::{PARK, record},
    recovered::{PHOTO, Town, edit, fields, makes, one_of_each, restores_all, syncs},
    restored::{Line, Phone},
};
use ruyuan_domain::{
    RecordKind, ScopeId,
    consts::{BLOB_CHUNK_BYTES, field},
};
use ruyuan_server::testing::TestApp;
use ruyuan_sync::{
    attachment::BlobState,
    engine::{Edit, Fetched},
};
use std::collections::BTreeMap;

/// The bytes of the photo, if this phone has or can fetch them.
async fn photo_on(phone: &Phone, server: &TestApp) -> Option<Vec<u8>> {
    let line = phone.line(server).await;
    let fetched = phone
        .engine
        .fetch_attachment(&line, record(PHOTO), |_| true)
        .await;
    if fetched != Ok(Fetched::Whole) {
        return None;
    }
    let mut bytes = Vec::new();
    let here = phone
        .engine
        .read_attachment(record(PHOTO), |chunk| bytes.extend_from_slice(chunk))
        .await;
    here.unwrap().then_some(bytes)
}

/// The photo's author is gone, and so are the bytes on the server; `holder` has looked at it.
async fn bytes_come_back(holder: &'static str) {
    let town = Town::new(TestApp::new().await).await;
    let gone = Phone::of(&town.app, "limin", 1).await;
    let photo = blobs::bytes(BLOB_CHUNK_BYTES + 9);
    let user = gone.engine.state().meta().user.to_string();
    makes(&gone, one_of_each(&user, &photo)).await;
    syncs(&gone, &town.app).await;
    let Line(_, author) = gone.line(&town.app).await;
    let answer = blobs::upload(&town.app, &author, record(PHOTO), &photo).await;
    assert_eq!(answer.status, 204);
    let mut phones = BTreeMap::new();
    for (name, salt) in [("chen", 2), ("wangqiang", 3)] {
        let phone = Phone::of(&town.app, name, salt).await;
        syncs(&phone, &town.app).await;
        phones.insert(name, phone);
    }
    let holding = photo_on(&phones[holder], &town.app).await;
    assert_eq!(holding.as_ref(), Some(&photo));

    let server = town.set_back().await;
    for phone in phones.values() {
        syncs(phone, &server).await;
    }
    // What may be the only bytes stays, also when the app is opened again, and holds nothing up meanwhile.
    let phone = phones.remove(holder).unwrap().reopened().await;
    syncs(&phone, &server).await;
    let state = |phone: &Phone| {
        let state = phone.engine.state();
        state.blob(record(PHOTO)).map(|head| head.state)
    };
    assert_eq!(state(&phone), Some(BlobState::Waiting));
    assert_eq!(phone.engine.upload_trouble(), None);
    phones.insert(holder, phone);
    restores_all(&phones["chen"]).await;
    for name in ["chen", "wangqiang"] {
        syncs(&phones[name], &server).await;
    }
    assert_eq!(state(&phones[holder]), Some(BlobState::Sent));
    let fresh = Phone::of(&server, "limin", 5).await;
    syncs(&fresh, &server).await;
    assert_eq!(photo_on(&fresh, &server).await, Some(photo));
}

#[tokio::test]
async fn a_restored_photo_has_its_bytes_from_the_managers_own_phone() {
    bytes_come_back("chen").await;
}

#[tokio::test]
async fn a_restored_photo_has_its_bytes_from_a_colleagues_phone() {
    bytes_come_back("wangqiang").await;
}

#[tokio::test]
async fn who_says_in_another_park_that_they_had_it_may_not_send_its_bytes() {
    let town = Town::new(TestApp::new().await).await;
    let app = &town.app;
    let li = Phone::of(app, "limin", 1).await;
    let photo = blobs::bytes(100);
    let user = li.engine.state().meta().user.to_string();
    makes(&li, one_of_each(&user, &photo)).await;
    syncs(&li, app).await;
    let claim = |scope: &str| {
        let said = fields(&[
            (field::RECOVERED_RECORD, &record(PHOTO).to_string()),
            (field::RECOVERED_KIND, "attachment"),
            (field::RECOVERED_BY, &user),
            (field::RECOVERED_AT, "2026-11-23T09:00:00+08:00"),
        ]);
        Edit {
            scope: ScopeId::park(scope),
            ..edit(900, None, RecordKind::Recovered, said)
        }
    };
    let zhao = Phone::of(app, "zhaolei", 2).await;
    makes(&zhao, vec![claim("330802-02")]).await;
    syncs(&zhao, app).await;
    let mut abroad = claim(PARK);
    abroad.record = record(901);
    makes(&zhao, vec![abroad]).await;
    zhao.sync(app).await;
    let Line(_, stranger) = zhao.line(app).await;
    let answer = blobs::begin(app, &stranger, record(PHOTO)).await;
    assert_eq!(blobs::problem(&answer), "404 no-such-attachment");
    let wang = Phone::of(app, "wangqiang", 3).await;
    let mut here = claim(PARK);
    here.record = record(902);
    makes(&wang, vec![here]).await;
    syncs(&wang, app).await;
    let Line(_, colleague) = wang.line(app).await;
    let answer = blobs::begin(app, &colleague, record(PHOTO)).await;
    assert_eq!(answer.status, 200);
}
