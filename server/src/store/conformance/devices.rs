//! What devices say of themselves, and the order to wipe them.

use super::{DEVICE, LIMIN, WANG, begin, park};
use crate::store::{Store, WipeOrder, WriteTx};
use ruyuan_domain::{DeviceId, Record, RecordId, RecordKind, Stamp, UserId, consts::field};
use std::sync::Arc;

const OTHER: DeviceId = DeviceId::from_u128(2);

fn order(at_ms: i64) -> WipeOrder {
    WipeOrder {
        at_ms,
        by: WANG,
        reason: "遗失𠮷".to_owned(),
    }
}

pub async fn what_a_device_said_last_is_listed_with_its_person(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    // A device that has never pushed may speak of itself.
    tx.note_report(OTHER, WANG, 7, "{\"app\":\"\\u0000\"}", &[])
        .await
        .unwrap();
    tx.note_report(OTHER, WANG, 9, "{\"app\":\"0.1.0\"}", &[])
        .await
        .unwrap();
    let listed = tx.devices(None).await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|device| {
            let report = device.device.report.as_deref();
            (
                device.id,
                device.user_name.as_str(),
                device.device.seen_at_ms,
                report,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (DEVICE, "limin", 0, None),
            (OTHER, "wangqiang", 9, Some("{\"app\":\"0.1.0\"}")),
        ]
    );
    let only = tx.devices(Some(OTHER)).await.unwrap();
    assert_eq!(only, listed[1..]);
    assert_eq!(
        tx.device(OTHER).await.unwrap().as_ref(),
        Some(&only[0].device)
    );
    assert_eq!(tx.devices(Some(DeviceId::from_u128(3))).await.unwrap(), []);
}

pub async fn nobody_speaks_for_the_device_of_another(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    tx.note_report(DEVICE, WANG, 9, "{}", &[]).await.unwrap();
    tx.order_wipe(DEVICE, Some(&order(1))).await.unwrap();
    tx.note_wiped(DEVICE, WANG, 9).await.unwrap();
    let listed = tx.devices(Some(DEVICE)).await.unwrap();
    assert_eq!(listed[0].device.user, LIMIN);
    assert_eq!(listed[0].device.report, None);
    assert_eq!(listed[0].wiped_at_ms, None);
}

pub async fn a_device_that_took_another_id_is_one_device(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    tx.lock_device(OTHER, WANG, 0).await.unwrap();
    let ids = [3, 4, 5].map(DeviceId::from_u128);
    tx.note_report(ids[0], LIMIN, 1, "{}", &[]).await.unwrap();
    tx.order_wipe(ids[0], Some(&order(1))).await.unwrap();
    // Its own former id goes; another person's, one ordered wiped and an unknown one are not touched.
    tx.note_report(
        ids[1],
        LIMIN,
        2,
        "{}",
        &[DEVICE, OTHER, ids[0], ids[1], ids[2]],
    )
    .await
    .unwrap();
    let listed = async |tx: &mut dyn WriteTx| -> Vec<DeviceId> {
        let all = tx.devices(None).await.unwrap();
        all.iter().map(|device| device.id).collect()
    };
    assert_eq!(listed(tx.as_mut()).await, [OTHER, ids[0], ids[1]]);
    // One that speaks again under its own name is there again.
    tx.note_report(DEVICE, LIMIN, 3, "{}", &[]).await.unwrap();
    assert_eq!(listed(tx.as_mut()).await, [DEVICE, OTHER, ids[0], ids[1]]);
}

pub async fn an_order_to_wipe_stands_until_it_is_taken_back_or_obeyed(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    assert!(!tx.order_wipe(OTHER, Some(&order(1))).await.unwrap());
    tx.note_wiped(DEVICE, LIMIN, 5).await.unwrap();
    assert_eq!(
        tx.devices(None).await.unwrap()[0].wiped_at_ms,
        None,
        "nobody asked"
    );

    assert!(tx.order_wipe(DEVICE, Some(&order(1))).await.unwrap());
    let locked = tx.lock_device(DEVICE, LIMIN, 6).await.unwrap();
    assert!(locked.wipe);
    let listed = tx.devices(None).await.unwrap().remove(0);
    assert_eq!(listed.order, Some(order(1)));
    assert_eq!(listed.ordered_by, "李敏");
    assert!(tx.order_wipe(DEVICE, None).await.unwrap());
    let listed = tx.devices(None).await.unwrap().remove(0);
    assert_eq!((listed.order, listed.device.wipe), (None, false));

    tx.order_wipe(DEVICE, Some(&order(7))).await.unwrap();
    tx.note_wiped(DEVICE, LIMIN, 8).await.unwrap();
    tx.note_wiped(DEVICE, LIMIN, 9).await.unwrap();
    assert!(!tx.order_wipe(DEVICE, None).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = store.begin_read().await.unwrap();
    let listed = tx.devices(None).await.unwrap().remove(0);
    assert_eq!(
        (listed.wiped_at_ms, listed.order),
        (Some(8), Some(order(7)))
    );
    assert!(tx.device(DEVICE).await.unwrap().unwrap().wipe);
}

async fn put(tx: &mut dyn WriteTx, bits: u128, kind: RecordKind, fields: &[(&str, String)]) {
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone().into()));
    let record = Record {
        id: RecordId::from_u128(bits),
        root: RecordId::from_u128(bits),
        kind,
        scope: park(),
        seq: tx.next_seq(&park()).await.unwrap(),
        version: 1,
        fields: fields.collect(),
        deleted: bits > 900,
        by: LIMIN,
        at: Stamp::parse("2026-11-23T14:05:00+08:00").unwrap(),
        unknown: Default::default(),
    };
    tx.put_record(None, &record).await.unwrap();
}

pub async fn open_conflicts_and_recovered_rows_are_found_among_all(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let sides = |status: &str, kept: UserId, incoming: UserId| {
        [
            (field::CONFLICT_STATUS, status.to_owned()),
            (field::CONFLICT_KEPT_BY, kept.to_string()),
            (field::CONFLICT_INCOMING_BY, incoming.to_string()),
        ]
    };
    let recovered = |bits| {
        [(
            field::RECOVERED_RECORD,
            RecordId::from_u128(bits).to_string(),
        )]
    };
    let tx_mut = tx.as_mut();
    put(tx_mut, 1, RecordKind::Conflict, &sides("open", LIMIN, WANG)).await;
    put(
        tx_mut,
        2,
        RecordKind::Conflict,
        &sides("open", LIMIN, LIMIN),
    )
    .await;
    put(
        tx_mut,
        3,
        RecordKind::Conflict,
        &sides("resolved", LIMIN, WANG),
    )
    .await;
    put(
        tx_mut,
        4,
        RecordKind::Enterprise,
        &sides("open", LIMIN, WANG),
    )
    .await;
    put(tx_mut, 11, RecordKind::Recovered, &recovered(100)).await;
    put(tx_mut, 12, RecordKind::Recovered, &recovered(101)).await;
    put(tx_mut, 13, RecordKind::Enterprise, &recovered(100)).await;
    put(tx_mut, 901, RecordKind::Recovered, &recovered(100)).await;
    let open = tx.open_conflicts().await.unwrap();
    assert_eq!(
        open.into_iter().collect::<Vec<_>>(),
        [(LIMIN, 2), (WANG, 1)]
    );
    let of = [100, 102].map(RecordId::from_u128);
    let found = tx.recovered_of(&of).await.unwrap();
    let found: Vec<_> = found.iter().map(|row| row.id).collect();
    assert_eq!(found, [11, 901].map(RecordId::from_u128));
    assert_eq!(tx.recovered_of(&[]).await.unwrap(), []);
}
