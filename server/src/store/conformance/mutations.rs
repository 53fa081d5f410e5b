//! Devices, their mutations, and who wrote what.

use super::{DEVICE, LIMIN, WANG, begin, park, put};
use crate::store::{
    DRAFT_VERSIONS, DraftStanding, Ending, Held, Outcome, Store, StoredDraft, StoredMutation,
};
use ruyuan_domain::{
    DeviceId, GroupId, Mid, MutationId, RecordId, ScopeId, Seq, UserId,
    wire::{DraftEnd, MutationStatus, Reason},
};
use std::sync::Arc;

const OTHER: DeviceId = DeviceId::from_u128(2);

fn mutation(mid: u64, bits: u128, outcome: Outcome) -> StoredMutation {
    StoredMutation {
        device: DEVICE,
        mid: Mid(mid),
        id: MutationId::from_u128(bits),
        user: LIMIN,
        record: Some(RecordId::from_u128(100)),
        root: None,
        group: Some(GroupId::from_u128(5)),
        origin: None,
        raw: "{\"name\":\"𠮷\\u0000\"}".to_owned(),
        outcome,
        at_ms: 1,
    }
}

pub async fn a_device_stays_its_first_persons(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    tx.set_last_mid(DEVICE, Mid(7)).await.unwrap();
    let device = tx.lock_device(DEVICE, WANG, 9).await.unwrap();
    assert_eq!((device.user, device.last_mid), (LIMIN, Mid(7)));
    assert_eq!(tx.device(DEVICE).await.unwrap(), Some(device));
    assert_eq!(tx.device(OTHER).await.unwrap(), None);
}

pub async fn a_mutation_is_found_by_number_by_id_and_where_it_came_again(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let applied = Outcome {
        status: MutationStatus::Merged,
        reason: None,
        scope: Some(park()),
        seq: Some(Seq(3)),
        version: Some(4),
    };
    let stored = mutation(1, 21, applied);
    tx.insert_mutation(&stored).await.unwrap();
    tx.lock_device(OTHER, LIMIN, 0).await.unwrap();
    tx.insert_repeat(OTHER, Mid(9), stored.id, None)
        .await
        .unwrap();
    for found in [
        tx.mutation_numbered(DEVICE, Mid(1)).await.unwrap(),
        tx.mutation_numbered(OTHER, Mid(9)).await.unwrap(),
        tx.mutation(stored.id).await.unwrap(),
    ] {
        assert_eq!(found.as_ref(), Some(&stored));
    }
    assert_eq!(tx.mutation_numbered(DEVICE, Mid(2)).await.unwrap(), None);
    let record = RecordId::from_u128(100);
    assert!(tx.changed_elsewhere(record, 3, OTHER).await.unwrap());
    assert!(!tx.changed_elsewhere(record, 4, OTHER).await.unwrap());
    assert!(!tx.changed_elsewhere(record, 3, DEVICE).await.unwrap());
}

pub async fn what_is_held_is_listed_until_it_ends(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let waits = || Outcome::refused(Reason::WaitsFor { mid: Mid(1) });
    tx.insert_mutation(&mutation(1, 21, Outcome::refused(Reason::NotAllowed)))
        .await
        .unwrap();
    tx.insert_mutation(&mutation(2, 22, waits())).await.unwrap();
    let mut mend = mutation(3, 23, Outcome::refused(Reason::NotAllowed));
    mend.origin = Some(MutationId::from_u128(21));
    tx.insert_mutation(&mend).await.unwrap();
    tx.insert_mutation(&mutation(4, 24, Outcome::done()))
        .await
        .unwrap();
    tx.lock_device(OTHER, LIMIN, 0).await.unwrap();
    tx.insert_repeat(OTHER, Mid(8), MutationId::from_u128(22), None)
        .await
        .unwrap();

    let mids = |held: Vec<Held>| -> Vec<u64> { held.iter().map(|held| held.mid.0).collect() };
    assert_eq!(mids(tx.held(DEVICE).await.unwrap()), [1, 2, 3]);
    assert_eq!(
        mids(tx.held(OTHER).await.unwrap()),
        [8],
        "under the number it has there"
    );
    let family = [MutationId::from_u128(21), MutationId::from_u128(23)];
    assert_eq!(tx.family(MutationId::from_u128(21)).await.unwrap(), family);

    tx.amend_mutation(MutationId::from_u128(22), &Outcome::done())
        .await
        .unwrap();
    tx.settle_mutation(family[0], Ending::Mended).await.unwrap();
    tx.settle_mutation(family[1], Ending::Discarded)
        .await
        .unwrap();
    assert_eq!(tx.held(DEVICE).await.unwrap(), []);
    assert_eq!(tx.family(family[0]).await.unwrap(), []);
    let kept = tx.mutation(family[0]).await.unwrap().unwrap();
    assert_eq!(kept.raw, mend.raw, "what was sent is kept for ever");
}

pub async fn the_last_writer_of_a_field_is_known_by_name(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    put(tx.as_mut(), 100, "甲").await;
    let record = RecordId::from_u128(100);
    tx.put_writers(record, &["name".to_owned(), "open".to_owned()], LIMIN)
        .await
        .unwrap();
    tx.put_writers(record, &["name".to_owned()], WANG)
        .await
        .unwrap();
    let writers = tx.writers(record).await.unwrap();
    assert_eq!(
        (
            writers.get("name").unwrap().user,
            writers.get("open").unwrap().user
        ),
        (WANG, LIMIN)
    );
    assert_eq!(writers.get("open").unwrap().name, "李敏");
    assert_eq!(
        tx.display_name(WANG).await.unwrap().as_deref(),
        Some("李敏")
    );
}

pub async fn the_maker_of_a_record_is_whose_mutation_gave_it_its_first_version(
    store: Arc<dyn Store>,
) {
    let mut tx = begin(store.as_ref()).await;
    let version = |version| Outcome {
        version: Some(version),
        ..Outcome::done()
    };
    tx.lock_device(OTHER, WANG, 0).await.unwrap();
    let later = StoredMutation {
        device: OTHER,
        user: WANG,
        ..mutation(1, 22, version(2))
    };
    tx.insert_mutation(&later).await.unwrap();
    let record = RecordId::from_u128(100);
    assert_eq!(tx.maker(record).await.unwrap(), None);
    tx.insert_mutation(&mutation(1, 21, version(1)))
        .await
        .unwrap();
    let maker = tx.maker(record).await.unwrap().unwrap();
    assert_eq!((maker.user, maker.name.as_str()), (LIMIN, "李敏"));
    assert_eq!(tx.maker(RecordId::from_u128(99)).await.unwrap(), None);
}

pub async fn what_is_known_of_many_is_asked_at_once(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    put(tx.as_mut(), 100, "甲").await;
    tx.insert_mutation(&mutation(1, 21, Outcome::done()))
        .await
        .unwrap();
    let ids = [21, 22].map(MutationId::from_u128);
    let known = tx.known(&ids).await.unwrap();
    assert_eq!(known.into_iter().collect::<Vec<_>>(), [ids[0]]);
    let records = [100, 101].map(RecordId::from_u128);
    let scopes = tx.scopes_of(&records).await.unwrap();
    assert_eq!(scopes.into_iter().collect::<Vec<_>>(), [park()]);
    assert!(tx.known(&[]).await.unwrap().is_empty());
    assert!(tx.scopes_of(&[]).await.unwrap().is_empty());
}

pub async fn a_half_filled_form_comes_back_in_its_last_version(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let draft = |version, body: &str| StoredDraft {
        id: RecordId::from_u128(100),
        user: LIMIN,
        version,
        scope: park(),
        body: body.to_owned(),
        ended: None,
        at_ms: 7,
    };
    for kept in [draft(1, "{}"), draft(2, "{\"name\":\"𠮷\\u0000\"}")] {
        tx.insert_draft(&kept).await.unwrap();
        let last = tx.draft(kept.id, LIMIN).await.unwrap();
        assert_eq!(last, Some(kept));
    }
    let others = tx.draft(RecordId::from_u128(100), WANG).await.unwrap();
    assert_eq!(others, None);
}

pub async fn half_filled_forms_are_listed_until_they_end(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let draft = |id, user, version, ended: Option<DraftEnd>| StoredDraft {
        id: RecordId::from_u128(id),
        user,
        version,
        scope: park(),
        body: "null".to_owned(),
        ended,
        at_ms: 7,
    };
    // More versions than are kept.
    for version in 1..=DRAFT_VERSIONS + 3 {
        tx.insert_draft(&draft(102, LIMIN, version, None))
            .await
            .unwrap();
    }
    for kept in [draft(101, LIMIN, 1, None), draft(101, WANG, 1, None)] {
        tx.insert_draft(&kept).await.unwrap();
    }
    let told = |listed: Vec<DraftStanding>| -> Vec<(u128, UserId, u64)> {
        let each = listed.into_iter();
        each.map(|draft| {
            assert_eq!((draft.scope, draft.at_ms), (park(), 7));
            (draft.id.as_u128(), draft.user, draft.version)
        })
        .collect()
    };
    let (first, long, others) = (
        (101, LIMIN, 1),
        (102, LIMIN, DRAFT_VERSIONS + 3),
        (101, WANG, 1),
    );
    assert_eq!(told(tx.drafts_of(LIMIN).await.unwrap()), [first, long]);
    let mut all = told(tx.drafts_in(&park()).await.unwrap());
    all.sort_by_key(|(id, user, _)| (*id, *user != LIMIN));
    assert_eq!(all, [first, others, long]);
    assert_eq!(tx.drafts_in(&ScopeId::city()).await.unwrap(), []);

    let end = draft(101, LIMIN, 2, Some(DraftEnd::Submitted));
    tx.insert_draft(&end).await.unwrap();
    assert_eq!(told(tx.drafts_of(LIMIN).await.unwrap()), [long]);
    assert_eq!(tx.draft(end.id, LIMIN).await.unwrap(), Some(end));
    // What ended goes on where somebody types again.
    tx.insert_draft(&draft(101, LIMIN, 3, None)).await.unwrap();
    assert_eq!(told(tx.drafts_of(LIMIN).await.unwrap()).len(), 2);
}

pub async fn what_is_refused_is_listed_by_scope_until_it_ends(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let refused = |mid, id| {
        let outcome = Outcome {
            scope: Some(park()),
            ..Outcome::refused(Reason::NotAllowed)
        };
        mutation(mid, id, outcome)
    };
    let all = [refused(1, 21), refused(2, 22), refused(3, 23)];
    for stored in &all {
        tx.insert_mutation(stored).await.unwrap();
    }
    tx.insert_mutation(&mutation(4, 24, Outcome::refused(Reason::NotAllowed)))
        .await
        .unwrap();
    assert_eq!(tx.refused_in(&park()).await.unwrap(), all);
    assert_eq!(tx.refused_in(&ScopeId::city()).await.unwrap(), []);
    tx.settle_mutation(all[0].id, Ending::Discarded)
        .await
        .unwrap();
    tx.amend_mutation(all[1].id, &Outcome::done())
        .await
        .unwrap();
    assert_eq!(tx.refused_in(&park()).await.unwrap(), all[2..]);
}

pub async fn every_mutation_of_a_record_is_found(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let mut other = mutation(3, 23, Outcome::done());
    other.record = None;
    let both = [
        mutation(1, 21, Outcome::done()),
        mutation(2, 22, Outcome::refused(Reason::NotAllowed)),
    ];
    for stored in both.iter().chain([&other]) {
        tx.insert_mutation(stored).await.unwrap();
    }
    let mut found = tx.mutations_of(RecordId::from_u128(100)).await.unwrap();
    found.sort_by_key(|stored| stored.mid);
    assert_eq!(found, both);
}
