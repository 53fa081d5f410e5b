//! The ways out of the queue: put right in whatever form, and taken back before it has left the phone.

use super::{Fault, MOBILE, PARK, Phone, TestEngine, edit, one, server};
use ruyuan_domain::{
    FieldChange, MutationId, Operation, RecordId, RecordKind, ScopeId,
    consts::field,
    wire::{Reason, Role},
};
use ruyuan_server::store::Grant;
use ruyuan_sync::{
    engine::{Act, Edit, EngineError},
    environment::{Environment, Unsealed},
};

/// The ids of what waits or was refused, in order.
fn ids(engine: &TestEngine) -> Vec<MutationId> {
    let state = engine.state();
    state.outbox().map(|entry| entry.mutation.id).collect()
}

/// Takes back, knowing of everything that goes along.
async fn takes_back(engine: &TestEngine, id: MutationId) -> bool {
    let told = engine.state().taken_back_with(id);
    engine.take_back(id, &told).await.unwrap()
}

async fn addressed(phone: &Phone<'_>, firm: RecordId, old: Option<&str>, new: &str) {
    let typed = edit(firm, Operation::Update, 1, &[("address", old, Some(new))]);
    phone.engine.act(one(typed)).await.unwrap();
}

#[tokio::test]
async fn a_refused_edit_is_put_right_by_changing_its_field_again() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("柯城新材料").await;
    phone.sync().await;
    let both = [(MOBILE, None, Some("1")), ("address", None, Some("柯城区"))];
    let typed = edit(firm, Operation::Update, 1, &both);
    phone.engine.act(one(typed)).await.unwrap();
    phone.sync().await;
    let refused = ids(&phone.engine);
    assert_eq!(refused.len(), 1);
    // Another field waits behind it, the wrong one takes its place.
    let typed = edit(
        firm,
        Operation::Update,
        1,
        &[("industry", None, Some("氟硅"))],
    );
    phone.engine.act(one(typed)).await.unwrap();
    phone.set_mobile(firm, "13857000001").await;
    {
        let state = phone.engine.state();
        let mends: Vec<_> = state
            .outbox()
            .filter_map(|entry| entry.mutation.mends)
            .collect();
        assert_eq!(mends, refused);
    }
    phone.sync().await;
    assert_eq!(phone.queued(), []);
    let base = phone.engine.state().view().base(firm).cloned().unwrap();
    assert_eq!(
        [MOBILE, "address", "industry"].map(|name| base.text(name).to_owned()),
        ["13857000001", "柯城区", "氟硅"]
    );
}

#[tokio::test]
async fn a_refused_act_is_sent_whole_again_when_one_of_its_records_is_put_right() {
    let server = server().await;
    let park = Grant::open(Role::Manager, ScopeId::park(PARK));
    let chen = server.person("chen", "陈主任", &[park]).await;
    let phone = Phone::new(&server, &chen, 1).await;
    phone.sync().await;
    let new_id = || RecordId::new(phone.environment.id_seed());
    let made = |id, root, kind, values: &[(&str, &str)]| Edit {
        root,
        kind,
        fields: values
            .iter()
            .map(|(name, new)| {
                let new = Some((*new).into());
                ((*name).to_owned(), FieldChange { old: None, new })
            })
            .collect(),
        ..edit(id, Operation::Create, 0, &[])
    };
    let (meeting, item, issue) = (new_id(), new_id(), new_id());
    let mut edits = vec![
        made(
            meeting,
            None,
            RecordKind::Meeting,
            &[
                (field::TITLE, "例会"),
                (field::HELD_ON, "昨天"),
                (field::OFFICER, "陈主任"),
            ],
        ),
        made(
            item,
            Some(meeting),
            RecordKind::MeetingItem,
            &[(field::ISSUE, &issue.to_string())],
        ),
    ];
    edits[1].fields.insert(
        field::POSITION.to_owned(),
        FieldChange {
            old: None,
            new: Some(1.into()),
        },
    );
    let submits = None;
    phone.engine.act(Act { edits, submits }).await.unwrap();
    phone.sync().await;
    {
        let state = phone.engine.state();
        let reasons: Vec<_> = state.outbox().filter_map(|entry| entry.reason()).collect();
        assert!(
            matches!(
                reasons[..],
                [Reason::Invalid { .. }, Reason::GroupRefused { .. }]
            ),
            "{reasons:?}"
        );
    }
    let right = FieldChange {
        old: Some("昨天".into()),
        new: Some("2026-11-23".into()),
    };
    let mends = Edit {
        kind: RecordKind::Meeting,
        fields: [(field::HELD_ON.to_owned(), right)].into(),
        ..edit(meeting, Operation::Update, 0, &[])
    };
    phone.engine.act(one(mends)).await.unwrap();
    phone.sync().await;
    let state = phone.engine.state();
    let reasons: Vec<_> = state.outbox().filter_map(|entry| entry.reason()).collect();
    assert!(reasons.is_empty(), "{reasons:?}");
    assert_eq!(
        state.view().base(meeting).unwrap().text(field::HELD_ON),
        "2026-11-23"
    );
    assert!(state.view().base(item).is_some());
}

#[tokio::test]
async fn what_never_left_the_phone_is_taken_back_with_what_stands_on_it() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let kept = phone.add_firm("柯城新材料").await;
    let gone = phone.add_firm("写错了的企业").await;
    addressed(&phone, gone, None, "柯城").await;
    addressed(&phone, kept, None, "龙游").await;
    let all = ids(&phone.engine);
    assert_eq!(phone.engine.state().taken_back_with(all[1]), all[1..3]);
    assert!(takes_back(&phone.engine, all[1]).await);
    // It was here never, for a second tab and after a reload too.
    for engine in [&phone.engine, &phone.tab().await] {
        assert_eq!(ids(engine), [all[0], all[3]]);
        assert!(engine.state().view().get(gone).is_none());
    }
    // Nobody misses the numbers of what is gone.
    let later = phone.add_firm("衢江智造").await;
    phone.sync().await;
    assert_eq!(phone.queued(), []);
    let state = phone.engine.state();
    let base = |id| state.view().base(id);
    assert_eq!(base(kept).unwrap().text("address"), "龙游");
    assert!(base(later).is_some());
    assert!(base(gone).is_none());
}

#[tokio::test]
async fn taking_back_what_puts_right_leaves_what_was_refused_and_what_waits_for_it() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("柯城新材料").await;
    phone.sync().await;
    phone.set_mobile(firm, "1").await;
    addressed(&phone, firm, None, "柯城").await;
    phone.sync().await;
    let refused = (ids(&phone.engine), phone.queued());
    assert_eq!(refused.0.len(), 2);
    // Put right, and then it was not right either.
    phone.set_mobile(firm, "13857000001").await;
    let mend = ids(&phone.engine)[2];
    assert_eq!(phone.engine.state().taken_back_with(mend), [mend]);
    assert!(takes_back(&phone.engine, mend).await);
    assert_eq!((ids(&phone.engine), phone.queued()), refused);
    assert_eq!(phone.record(firm).unwrap().text(MOBILE), "1");
    phone.set_mobile(firm, "13857000002").await;
    phone.sync().await;
    assert_eq!(phone.queued(), []);
    let base = phone.engine.state().view().base(firm).cloned().unwrap();
    assert_eq!(
        [MOBILE, "address"].map(|name| base.text(name).to_owned()),
        ["13857000002", "柯城"]
    );
}

#[tokio::test]
async fn what_was_typed_since_its_person_was_told_is_not_taken_along() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("柯城新材料").await;
    let first = ids(&phone.engine)[0];
    let told = phone.engine.state().taken_back_with(first);
    addressed(&phone, firm, None, "柯城").await;
    assert!(!phone.engine.take_back(first, &told).await.unwrap());
    assert_eq!(ids(&phone.engine).len(), 2);
    assert!(takes_back(&phone.engine, first).await);
    assert_eq!(phone.queued(), []);
}

#[tokio::test]
async fn what_may_have_arrived_is_not_taken_back() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("柯城新材料").await;
    for fault in [Fault::AnswerLost, Fault::RequestLost] {
        phone.line.faults.borrow_mut().push_back(fault);
        let ended = phone.engine.sync(&phone.line).await;
        assert!(matches!(ended, Err(EngineError::Transport(_))));
        let [only] = ids(&phone.engine)[..] else {
            panic!("it still waits");
        };
        assert!(phone.engine.state().taken_back_with(only).is_empty());
        assert!(!takes_back(&phone.engine, only).await);
        // Nor by a tab that is opened later.
        assert!(!takes_back(&phone.tab().await, only).await);
    }
    // What comes after it has not left, though it stands on it.
    addressed(&phone, firm, None, "柯城").await;
    let second = ids(&phone.engine)[1];
    assert!(takes_back(&phone.engine, second).await);
    phone.sync().await;
    assert_eq!(phone.queued(), []);
    let base = phone.engine.state().view().base(firm).cloned().unwrap();
    assert_eq!(base.text("address"), "");
}

#[tokio::test]
async fn a_tab_that_begins_to_send_is_not_outrun_by_one_that_takes_back() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    let firm = phone.add_firm("柯城新材料").await;
    let id = ids(&phone.engine)[0];
    // The other tab has read the log before anything was sent.
    let other = phone.tab().await;
    phone.line.faults.borrow_mut().push_back(Fault::AnswerLost);
    let ended = phone.engine.sync(&phone.line).await;
    assert!(ended.is_err());
    assert!(!other.state().taken_back_with(id).is_empty());
    assert!(!takes_back(&other, id).await);
    phone.sync().await;
    assert!(phone.engine.state().view().base(firm).is_some());
}

#[tokio::test]
async fn under_a_new_number_nothing_is_taken_back_that_the_old_one_sent() {
    let server = server().await;
    let li = server.officer("limin", PARK).await;
    let phone = Phone::new(&server, &li, 1).await;
    phone.sync().await;
    // A copy of the phone, made before both of them go on.
    let copy_store = phone.store.copied();
    let first = phone.add_firm("柯城新材料").await;
    phone.sync().await;
    let environment = super::Counted {
        salt: 9,
        ..phone.environment.clone()
    };
    let copy = ruyuan_sync::engine::Engine::open(copy_store, environment, Unsealed, li.user)
        .await
        .unwrap();
    let second = RecordId::from_u128(77);
    let named = [(field::NAME, None, Some("衢江智造"))];
    let typed = edit(second, Operation::Create, 0, &named);
    copy.act(one(typed)).await.unwrap();
    // The server sees that they are two; the answer to what is sent under the new number is lost.
    let faults = [Fault::Delivered, Fault::AnswerLost];
    phone.line.faults.borrow_mut().extend(faults);
    assert!(copy.sync(&phone.line).await.is_err());
    let waiting = ids(&copy)[0];
    assert!(!takes_back(&copy, waiting).await);
    copy.sync(&phone.line).await.unwrap();
    assert!(copy.state().view().base(second).is_some());
    assert!(copy.state().view().base(first).is_some());
}
