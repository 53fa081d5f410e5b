//! What surrounds push and pull: snapshots for who begins, half-filled forms in safe keeping, hints of commits.

use crate::devices::{Device, PARK, record};
use axum::{body::Body, http::Request};
use futures::future::join_all;
use ruyuan_domain::{
    Digest, Record, ScopeId, Seq, chunk,
    wire::{DraftView, PullResponse, ScopePage, SnapshotOffer},
};
use ruyuan_server::testing::{Caller, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

async fn with_many_firms(device: &mut Device<'_>, count: u128) {
    for batch in 0..count.div_ceil(100) {
        let firms: Vec<_> = (batch * 100..((batch + 1) * 100).min(count))
            .map(|bits| device.firm(record(1000 + bits), &format!("企业{bits}")))
            .collect();
        device.push(&firms).await;
    }
}

fn offer(answer: PullResponse) -> (String, SnapshotOffer) {
    let epoch = answer.epoch.to_string();
    let mut offers = answer.scopes.into_iter().filter_map(|page| page.snapshot);
    (epoch, offers.next().unwrap())
}

fn path(epoch: &str, scope: &str, offer: &SnapshotOffer, n: usize) -> String {
    let hash = &offer.chunks[n];
    format!("/api/sync/snapshots/{epoch}/{scope}/{}/{hash}", offer.seq.0)
}

#[tokio::test]
async fn a_new_device_begins_with_a_snapshot_and_goes_on_by_pull() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    with_many_firms(&mut mine, 600).await;
    let gone = mine.edit(ruyuan_domain::Operation::Delete, record(1007), 1);
    mine.push(&[gone]).await;
    let (epoch, offer) = offer(mine.pull(&[], 2000).await);
    assert_eq!((offer.rows, offer.seq), (599, Seq(601)));
    let mut digest = Digest::default();
    let mut bytes = 0;
    for n in 0..offer.chunks.len() {
        let answer = app
            .get(
                &path(&epoch, "park:330802-01", &offer, n),
                Some(&mine.caller),
            )
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("etag"), format!("\"{}\"", offer.chunks[n]));
        assert_eq!(answer.header("cache-control"), "no-store");
        bytes += answer.body.len() as u64;
        for row in chunk::rows(&answer.body) {
            let (head, json) = row.unwrap();
            let row: Record = serde_json::from_slice(&answer.body[json]).unwrap();
            assert_eq!(chunk::RowHead::of(&row), head);
            digest.add(&row);
        }
    }
    assert_eq!(bytes, offer.bytes);
    let late = mine.firm(record(9), "后来");
    mine.push(&[late]).await;
    let tail = mine.pull(&[("park:330802-01", offer.seq.0)], 2000).await;
    let page: &ScopePage = tail
        .scopes
        .iter()
        .find(|page| page.scope == ScopeId::park(PARK))
        .unwrap();
    digest.add(&page.rows[0]);
    assert_eq!((page.rows.len(), page.digest), (1, Some(digest)));
}

#[tokio::test]
async fn a_hundred_devices_at_once_cost_one_build() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    with_many_firms(&mut mine, 600).await;
    let devices: Vec<_> = (0..100)
        .map(|bits| Device::new(&app, &mine.caller, 100 + bits))
        .collect();
    let answers = join_all(devices.iter().map(|device| device.pull(&[], 2000))).await;
    let offers: Vec<_> = answers.into_iter().map(|answer| offer(answer).1).collect();
    assert!(offers.iter().all(|one| *one == offers[0]));
    assert_eq!(app.state.snapshots.built(), 1);
    // A tail of a tenth is not worth another one, a longer one is.
    for (more, seq) in [(60, 600), (1, 661)] {
        for bits in 0..more {
            let firm = mine.firm(record(10_000 * seq as u128 + bits), "新");
            mine.push(&[firm]).await;
        }
        assert_eq!(offer(mine.pull(&[], 2000).await).1.seq, Seq(seq));
    }
    assert_eq!(app.state.snapshots.built(), 2);
}

#[tokio::test]
async fn a_chunk_is_for_who_may_see_its_scope() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let other = app.officer("zhaolei", "330802-02").await;
    with_many_firms(&mut mine, 600).await;
    let (epoch, offer) = offer(mine.pull(&[], 2000).await);
    let good = path(&epoch, "park:330802-01", &offer, 0);
    let status = async |path: &str, caller: Option<&Caller>| app.get(path, caller).await.status;
    assert_eq!(status(&good, None).await, 401);
    assert_eq!(status(&good, Some(&other)).await, 404);
    for bad in [
        good.replace(&offer.chunks[0], &"0".repeat(64)),
        good.replace(&offer.chunks[0], "..%2F..%2Fruyuan.sqlite3"),
        good.replace(&epoch, "0190f3a0-0000-7000-8000-000000000001"),
        good.replace("park:", "field:"),
    ] {
        assert_eq!(status(&bad, Some(&mine.caller)).await, 404, "{bad}");
    }
    let request = |name: &str, value: &str| {
        Request::get(&good)
            .header("cookie", mine.caller.cookie())
            .header(name, value)
            .body(Body::empty())
            .unwrap()
    };
    let known = request("if-none-match", &format!("\"{}\"", offer.chunks[0]));
    assert_eq!(app.send(known).await.status, 304);
    let compressed = app.send(request("accept-encoding", "gzip, br")).await;
    assert_eq!(compressed.header("content-encoding"), "gzip");
    assert_eq!(compressed.body[..2], [0x1f, 0x8b]);
}

async fn keep(app: &TestApp, caller: &Caller, version: u64, text: &str) -> DraftView {
    let body = json!({"version": version, "scope": "park:330802-01", "draft": {"text": text}});
    let request = Request::put(format!("/api/sync/drafts/{}", record(7)))
        .header("cookie", caller.cookie())
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = app.send(request).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[tokio::test]
async fn a_draft_is_kept_for_its_person_and_never_written_over_unseen() {
    let app = TestApp::new().await;
    let limin = app.officer("limin", PARK).await;
    let wang = app.officer("wangqiang", PARK).await;
    let text = |view: &DraftView| {
        let draft: Value = serde_json::from_str(view.draft.get()).unwrap();
        (view.version, draft["text"].as_str().unwrap().to_owned())
    };
    assert_eq!(
        text(&keep(&app, &limin, 0, "甲").await),
        (1, "甲".to_owned())
    );
    assert_eq!(
        text(&keep(&app, &limin, 1, "乙").await),
        (2, "乙".to_owned())
    );
    // Another device that has not seen the second is given it, and nothing is lost.
    assert_eq!(
        text(&keep(&app, &limin, 1, "丙").await),
        (2, "乙".to_owned())
    );
    // Another person's draft of the same id is another draft.
    assert_eq!(
        text(&keep(&app, &wang, 0, "丁").await),
        (1, "丁".to_owned())
    );
    let path = format!("/api/sync/drafts/{}", record(7));
    let view: DraftView = app.get(&path, Some(&limin)).await.json();
    assert_eq!(text(&view), (2, "乙".to_owned()));
    let missing = format!("/api/sync/drafts/{}", record(8));
    for path in [missing.as_str(), "/api/sync/drafts/x"] {
        assert_eq!(app.get(path, Some(&limin)).await.status, 404);
    }
}

#[tokio::test]
async fn a_commit_is_told_to_who_may_see_it_and_to_nobody_else() {
    let app = TestApp::new().await;
    let mut mine = Device::new(&app, &app.officer("limin", PARK).await, 1);
    let near = app.officer("wangqiang", PARK).await;
    let far = app.officer("zhaolei", "330802-02").await;
    let listen = async |caller: &Caller| {
        let request = Request::get("/api/sync/events")
            .header("cookie", caller.cookie())
            .body(Body::empty())
            .unwrap();
        let response = tower::ServiceExt::oneshot(app.router(), request)
            .await
            .unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response.into_body().into_data_stream()
    };
    let (mut heard, mut unheard) = (listen(&near).await, listen(&far).await);
    let firm = mine.firm(record(100), "甲");
    mine.push(&[firm]).await;
    let next = tokio::time::timeout(
        Duration::from_secs(10),
        futures::StreamExt::next(&mut heard),
    );
    let event = next.await.unwrap().unwrap().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&event),
        "data: {\"scope\":\"park:330802-01\",\"head\":1}\n\n"
    );
    // The stop ends both, and the other one has said nothing before.
    app.state.stopping.send_replace(true);
    let rest = tokio::time::timeout(
        Duration::from_secs(10),
        futures::StreamExt::next(&mut unheard),
    );
    assert!(rest.await.unwrap().is_none());
}
