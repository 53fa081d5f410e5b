//! What somebody left behind who may no longer write to a park is gone on with by who manages it.

use super::{PARK, Phone, server};
use ruyuan_domain::{
    RecordId, ScopeId,
    consts::field,
    left::{LeftItem, LeftWork},
    wire::{Reason, Role},
};
use ruyuan_server::{
    store::Grant,
    testing::{Caller, TestApp},
};
use ruyuan_sync::{draft::Draft, environment::Environment};

async fn left(server: &TestApp, caller: &Caller) -> Vec<LeftItem> {
    let work: LeftWork = server.get("/api/left-work", Some(caller)).await.json();
    assert!(!work.more);
    work.items
}

async fn manager(server: &TestApp, name: &str, county: &str) -> Caller {
    let grants = [Grant::open(Role::Manager, ScopeId::county(county))];
    server.person(name, "陈主任", &grants).await
}

#[tokio::test]
async fn a_manager_takes_over_what_a_person_who_left_could_not_finish() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let chen = manager(&server, "chen", "330802").await;
    let others = manager(&server, "other", "330825").await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let known = phone.add_firm("已登记的企业").await;
    phone.sync().await;

    // Written without a network, while the park becomes another's.
    let firm = phone.add_firm("没有信号时登记的企业").await;
    phone.set_mobile(firm, "13800000001").await;
    let visit = RecordId::new(phone.environment.id_seed());
    let enterprise = phone.record(known).unwrap();
    let mut draft = Draft::start(
        visit,
        &phone.form(),
        &enterprise,
        "李敏",
        phone.environment.now(),
    );
    drop(draft.answers.insert("companions".to_owned(), "张工".into()));
    phone.engine.save_draft(draft).await.unwrap();
    let now_ms = server.state.clock.unix_ms();
    server
        .state
        .store
        .end_grants(li.user, now_ms)
        .await
        .unwrap();
    phone.sync().await;
    phone.sync().await;
    assert!(phone.engine.state().drafts().next().is_none());
    assert_eq!(phone.queued(), []);

    assert_eq!(left(&server, &others).await, []);
    let found = left(&server, &chen).await;
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found
            .iter()
            .all(|item| item.by == "limin" && item.user == li.user)
    );
    let added = found.iter().find(|item| !item.title.is_empty()).unwrap();
    assert_eq!(added.title, "没有信号时登记的企业");
    assert_eq!(added.reason, Some(Reason::NotAllowed));
    let half_filled = found.iter().find(|item| item.edits == 0).unwrap().clone();
    assert_eq!(half_filled.record, visit);
    assert_eq!(half_filled.enterprise, Some(known));

    let desk = Phone::new(&server, &chen, 2).await;
    desk.sync().await;
    for item in &found {
        let taken = desk.engine.import(&item.queue).await.unwrap();
        assert_eq!((taken.edits + taken.drafts, taken.unreadable), (1, 0));
    }
    desk.sync().await;
    assert_eq!(desk.queued(), []);
    let row = desk.record(firm).unwrap();
    assert_eq!(row.text(field::NAME), "没有信号时登记的企业");
    assert_eq!(row.text(super::MOBILE), "13800000001");
    assert_eq!(row.by, chen.user);
    let draft = desk.engine.state().draft(visit).cloned().unwrap();
    assert_eq!(draft.answers.get("companions"), Some(&"张工".into()));

    // It is offered until whoever took it says so.
    assert_eq!(left(&server, &chen).await.len(), 3);
    for item in found.iter().filter(|item| item.edits > 0) {
        let path = format!("/api/left-work/{}", item.id);
        assert_eq!(server.delete(&path, Some(&chen)).await.status, 204);
    }
    let path = format!("/api/left-work/{}", half_filled.id);
    assert_eq!(server.delete(&path, Some(&others)).await.status, 404);
    assert_eq!(server.delete(&path, Some(&chen)).await.status, 204);
    assert_eq!(server.delete(&path, Some(&chen)).await.status, 404);
    assert_eq!(left(&server, &chen).await, []);
    // Taken in again, nothing is done twice.
    let again = desk.engine.import(&added.queue).await.unwrap();
    assert_eq!((again.edits, again.known), (0, 1));
}

#[tokio::test]
async fn what_nobody_wants_is_dropped_and_what_its_author_can_mend_is_not_shown() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let zhao = server.officer("zhaolei", "330802-02").await;
    let chen = manager(&server, "chen", "330802").await;
    let (phone, other) = (
        Phone::new(&server, &li, 1).await,
        Phone::new(&server, &zhao, 2).await,
    );
    phone.sync().await;
    other.sync().await;
    // A wrong number is its author's to put right.
    let firm = phone.add_firm("号码写错的企业").await;
    phone.sync().await;
    phone.set_mobile(firm, "12").await;
    phone.sync().await;
    assert_eq!(left(&server, &chen).await, []);
    // Of a park that one has no part in.
    other.add_firm("别人园区的企业").await;
    other.sync().await;
    let found = left(&server, &chen).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].by, "zhaolei");

    for caller in [&li, &zhao] {
        assert_eq!(server.get("/api/left-work", Some(caller)).await.status, 403);
    }
    let path = format!("/api/left-work/{}", found[0].id);
    assert_eq!(server.delete(&path, Some(&chen)).await.status, 204);
    assert_eq!(left(&server, &chen).await, []);
}
