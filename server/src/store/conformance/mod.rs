//! What every store must do. Each implementation runs this whole suite.

mod accounts;
mod devices;
mod mutations;

use accounts::accounts_sessions_and_links;
use devices::{
    a_device_that_took_another_id_is_one_device,
    an_order_to_wipe_stands_until_it_is_taken_back_or_obeyed,
    nobody_speaks_for_the_device_of_another, open_conflicts_and_recovered_rows_are_found_among_all,
    what_a_device_said_last_is_listed_with_its_person,
};
use mutations::{
    a_device_stays_its_first_persons, a_half_filled_form_comes_back_in_its_last_version,
    a_mutation_is_found_by_number_by_id_and_where_it_came_again,
    every_mutation_of_a_record_is_found, half_filled_forms_are_listed_until_they_end,
    the_last_writer_of_a_field_is_known_by_name,
    the_maker_of_a_record_is_whose_mutation_gave_it_its_first_version,
    what_is_held_is_listed_until_it_ends, what_is_known_of_many_is_asked_at_once,
    what_is_refused_is_listed_by_scope_until_it_ends,
};

use crate::testing;

use super::{Account, Hint, ScopeHead, Store, WriteTx, memory::MemoryStore, sqlite::SqliteStore};
use ruyuan_domain::{
    DeviceId, Digest, Epoch, Record, RecordId, RecordKind, ScopeId, Seq, Stamp, UserId,
    ids::IdSeed, wire::Exit,
};
use std::{future::Future, path::Path, sync::Arc};

const DEVICE: DeviceId = DeviceId::from_u128(1);
const LIMIN: UserId = UserId::from_u128(11);
const WANG: UserId = UserId::from_u128(12);

fn park() -> ScopeId {
    ScopeId::park("330802-01")
}

fn row(bits: u128, seq: u64, name: &str) -> Record {
    Record {
        id: RecordId::from_u128(bits),
        root: RecordId::from_u128(bits),
        kind: RecordKind::Enterprise,
        scope: park(),
        seq: Seq(seq),
        version: 1,
        fields: [
            ("name".to_owned(), name.into()),
            ("open".to_owned(), true.into()),
            ("count".to_owned(), (-7).into()),
        ]
        .into(),
        deleted: false,
        by: LIMIN,
        at: Stamp::parse("2026-11-23T14:05:00.123+08:00").unwrap(),
        unknown: Default::default(),
    }
}

fn account(user: UserId, user_name: &str) -> Account {
    Account {
        user,
        user_name: user_name.to_owned(),
        display_name: "李敏".to_owned(),
        password_hash: "$".to_owned(),
    }
}

/// People and a device, as everything else needs them.
async fn begin(store: &dyn Store) -> Box<dyn WriteTx> {
    for (user, name) in [(LIMIN, "limin"), (WANG, "wangqiang")] {
        store
            .insert_account(&account(user, name), &[], 0)
            .await
            .unwrap();
    }
    let mut tx = store.begin_write().await.unwrap();
    tx.lock_device(DEVICE, LIMIN, 0).await.unwrap();
    tx.lock_scopes(&[park()]).await.unwrap();
    tx
}

async fn put(tx: &mut dyn WriteTx, bits: u128, name: &str) -> Seq {
    let seq = tx.next_seq(&park()).await.unwrap();
    tx.put_record(None, &row(bits, seq.0, name)).await.unwrap();
    seq
}

async fn a_row_comes_back_as_it_was_written(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let seq = put(tx.as_mut(), 100, "甲𠮷").await;
    assert_eq!(
        tx.record(RecordId::from_u128(100)).await.unwrap(),
        Some(row(100, seq.0, "甲𠮷"))
    );
    let mut changed = row(100, tx.next_seq(&park()).await.unwrap().0, "乙");
    changed.deleted = true;
    changed.version = 2;
    let before = row(100, seq.0, "甲𠮷");
    tx.put_record(Some(&before), &changed).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin_read().await.unwrap();
    assert_eq!(tx.rows_after(&park(), Seq(0), 10).await.unwrap(), [changed]);
    assert_eq!(tx.scope(&park()).await.unwrap().seq, Seq(2));
    assert_eq!(
        tx.scope(&ScopeId::city()).await.unwrap(),
        ScopeHead::default()
    );
}

async fn rows_come_in_order_after_a_seq_up_to_a_limit(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    for bits in [5, 3, 9, 1] {
        put(tx.as_mut(), bits, "甲").await;
    }
    let mut seqs = async |after, limit| -> Vec<u64> {
        tx.rows_after(&park(), Seq(after), limit)
            .await
            .unwrap()
            .iter()
            .map(|row| row.seq.0)
            .collect()
    };
    assert_eq!(seqs(0, 10).await, [1, 2, 3, 4]);
    assert_eq!(seqs(1, 2).await, [2, 3]);
    assert_eq!(seqs(u64::MAX, 2).await, [0; 0]);
}

async fn what_is_not_committed_never_was(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    put(tx.as_mut(), 100, "甲").await;
    drop(tx);
    let mut tx = store.begin_read().await.unwrap();
    assert_eq!(tx.record(RecordId::from_u128(100)).await.unwrap(), None);
    assert_eq!(tx.device(DEVICE).await.unwrap(), None);
}

async fn a_part_is_undone_alone(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    put(tx.as_mut(), 1, "前").await;
    tx.savepoint().await.unwrap();
    put(tx.as_mut(), 2, "撤").await;
    tx.undo().await.unwrap();
    tx.savepoint().await.unwrap();
    put(tx.as_mut(), 3, "后").await;
    tx.release().await.unwrap();
    tx.commit().await.unwrap();
    let rows = store
        .begin_read()
        .await
        .unwrap()
        .rows_after(&park(), Seq(0), 10)
        .await
        .unwrap();
    let kept: Vec<(u64, &str)> = rows
        .iter()
        .map(|row| (row.seq.0, row.text("name")))
        .collect();
    assert_eq!(
        kept,
        [(1, "前"), (2, "后")],
        "the number of what was undone is given again"
    );
}

async fn a_reader_sees_one_state_whatever_is_written(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    put(tx.as_mut(), 1, "甲").await;
    tx.commit().await.unwrap();
    let mut reader = store.begin_read().await.unwrap();
    assert_eq!(reader.scope(&park()).await.unwrap().seq, Seq(1));
    let mut tx = store.begin_write().await.unwrap();
    tx.lock_scopes(&[park()]).await.unwrap();
    put(tx.as_mut(), 2, "乙").await;
    tx.commit().await.unwrap();
    assert_eq!(reader.scope(&park()).await.unwrap().seq, Seq(1));
    assert_eq!(
        reader.rows_after(&park(), Seq(0), 10).await.unwrap().len(),
        1
    );
    assert_eq!(
        store
            .begin_read()
            .await
            .unwrap()
            .scope(&park())
            .await
            .unwrap()
            .seq,
        Seq(2)
    );
}

async fn writers_at_once_get_numbers_without_gap_or_double(store: Arc<dyn Store>) {
    begin(store.as_ref()).await.commit().await.unwrap();
    let tasks: Vec<_> = (0..8_u128)
        .map(|bits| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for round in 0..5 {
                    let mut tx = store.begin_write().await.unwrap();
                    tx.lock_scopes(&[park()]).await.unwrap();
                    put(tx.as_mut(), 1 + bits * 10 + round, "甲").await;
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let rows = store
        .begin_read()
        .await
        .unwrap()
        .rows_after(&park(), Seq(0), 100)
        .await
        .unwrap();
    assert!(rows.iter().map(|row| row.seq.0).eq(1..=40));
}

async fn conflicts_and_kinds_are_found_where_they_belong(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    put(tx.as_mut(), 100, "甲").await;
    let mut conflict = row(101, tx.next_seq(&park()).await.unwrap().0, "x");
    conflict.kind = RecordKind::Conflict;
    conflict.root = RecordId::from_u128(100);
    tx.put_record(None, &conflict).await.unwrap();
    let under = tx.conflicts_under(RecordId::from_u128(100)).await.unwrap();
    assert_eq!(under, [conflict]);
    let firms = tx
        .records_of_kind(&park(), &RecordKind::Enterprise)
        .await
        .unwrap();
    assert_eq!(firms.len(), 1);
    assert_eq!(
        tx.records_of_kind(&ScopeId::public(), &RecordKind::Enterprise)
            .await
            .unwrap(),
        []
    );
}

async fn what_names_a_firm_is_found_by_it(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    let firm = RecordId::from_u128(100);
    let seq = put(tx.as_mut(), 100, "甲").await;
    let visit = |bits, seq: Seq, firm: &str| Record {
        kind: RecordKind::Visit,
        fields: [("enterprise".to_owned(), firm.into())].into(),
        ..row(bits, seq.0, "")
    };
    let of = |bits| RecordId::from_u128(bits).to_string();
    let mut rows = Vec::new();
    for (bits, named) in [(203, 100), (201, 100), (202, 101)] {
        let seq = tx.next_seq(&park()).await.unwrap();
        rows.push(visit(bits, seq, &of(named)));
    }
    // A firm that names one is none of its visits.
    let mut naming = visit(204, tx.next_seq(&park()).await.unwrap(), &of(100));
    naming.kind = RecordKind::Enterprise;
    rows.push(naming);
    rows[0].kind = RecordKind::PlannedVisit;
    let mut issue = visit(205, tx.next_seq(&park()).await.unwrap(), &of(100));
    issue.kind = RecordKind::Issue;
    rows.push(issue);
    for row in &rows {
        tx.put_record(None, row).await.unwrap();
    }
    let found = tx.about_enterprise(firm).await.unwrap();
    assert_eq!(found, [rows[1].clone(), rows[0].clone(), rows[4].clone()]);
    // Another firm is named now.
    let mut other = rows[0].clone();
    other.seq = tx.next_seq(&park()).await.unwrap();
    other.fields.insert("enterprise".to_owned(), of(101).into());
    tx.put_record(Some(&rows[0]), &other).await.unwrap();
    let found = tx.about_enterprise(firm).await.unwrap();
    assert_eq!(found, [rows[1].clone(), rows[4].clone()]);
    assert!(seq < other.seq);
}

async fn a_scope_counts_what_stands_in_it_and_remembers_what_left(store: Arc<dyn Store>) {
    let mut tx = begin(store.as_ref()).await;
    tx.lock_scopes(&[ScopeId::city()]).await.unwrap();
    let first = row(100, put(tx.as_mut(), 100, "甲").await.0, "甲");
    put(tx.as_mut(), 101, "乙").await;
    let mut two = Digest::default();
    two.add_row(RecordId::from_u128(100), 1);
    two.add_row(RecordId::from_u128(101), 1);
    assert_eq!(tx.scope(&park()).await.unwrap().digest, two);
    tx.savepoint().await.unwrap();
    let moved = Record {
        scope: ScopeId::city(),
        seq: tx.next_seq(&ScopeId::city()).await.unwrap(),
        version: 2,
        ..first.clone()
    };
    tx.put_record(Some(&first), &moved).await.unwrap();
    tx.undo().await.unwrap();
    assert_eq!(tx.scope(&park()).await.unwrap().digest, two);
    tx.put_record(Some(&first), &moved).await.unwrap();
    let exit = Exit {
        seq: tx.next_seq(&park()).await.unwrap(),
        record: first.id,
        version: 2,
    };
    tx.put_exit(&park(), &exit).await.unwrap();
    tx.set_min_seq(&park(), Seq(2)).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.begin_read().await.unwrap();
    let (left, joined) = (
        tx.scope(&park()).await.unwrap(),
        tx.scope(&ScopeId::city()).await.unwrap(),
    );
    assert_eq!((left.seq, left.min, left.digest.rows), (Seq(3), Seq(2), 1));
    let mut one = Digest::default();
    one.add(&moved);
    assert_eq!(joined.digest, one);
    let rows = tx.rows_after(&park(), Seq(0), 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        tx.rows_after(&ScopeId::city(), Seq(0), 9).await.unwrap(),
        [moved]
    );
    assert_eq!(tx.exits_after(&park(), Seq(2), 10).await.unwrap(), [exit]);
    assert_eq!(tx.exits_after(&park(), Seq(3), 10).await.unwrap(), []);
}

async fn a_commit_is_heard_of(store: Arc<dyn Store>) {
    let mut hints = store.hints();
    let mut tx = begin(store.as_ref()).await;
    put(tx.as_mut(), 100, "甲").await;
    assert!(hints.try_recv().is_err(), "not before it is on disk");
    tx.commit().await.unwrap();
    let heard = tokio::time::timeout(std::time::Duration::from_secs(10), hints.recv());
    let hint = Hint {
        scope: park(),
        head: Seq(1),
    };
    assert_eq!(heard.await.unwrap().unwrap(), hint);
}

async fn the_epoch_and_other_facts_stay(store: Arc<dyn Store>) {
    let epoch = store.begin_read().await.unwrap().epoch().await.unwrap();
    let mut tx = store.begin_write().await.unwrap();
    tx.set_meta("demo", "1").await.unwrap();
    tx.set_meta("demo", "2").await.unwrap();
    assert_eq!(tx.meta("demo").await.unwrap().as_deref(), Some("2"));
    assert_eq!(
        (tx.epoch().await.unwrap(), tx.meta("nothing").await.unwrap()),
        (epoch, None)
    );
}

/// Runs one test of the suite over a database of its own.
async fn on_sqlite<F: Future<Output = ()>>(test: impl Fn(Arc<dyn Store>) -> F) {
    let folder = tempfile::TempDir::new().unwrap();
    test(Arc::new(
        open_sqlite(&folder.path().join("test.sqlite3")).await,
    ))
    .await;
}

async fn on_postgres<F: Future<Output = ()>>(test: impl Fn(Arc<dyn Store>) -> F) {
    if let Some(url) = testing::postgres::database() {
        test(Arc::new(testing::open_postgres(&url).await)).await;
    }
}

async fn in_memory<F: Future<Output = ()>>(test: impl Fn(Arc<dyn Store>) -> F) {
    test(Arc::new(MemoryStore::new(Epoch::from_u128(7)))).await;
}

async fn open_sqlite(file: &Path) -> SqliteStore {
    SqliteStore::open(
        file,
        IdSeed {
            unix_ms: 1,
            random: [7; 10],
        },
    )
    .await
    .unwrap()
}

macro_rules! suite {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::on_sqlite(super::$test).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::on_postgres(super::$test).await;
            })*
        }

        mod memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::in_memory(super::$test).await;
            })*
        }
    };
}

suite!(
    a_row_comes_back_as_it_was_written,
    rows_come_in_order_after_a_seq_up_to_a_limit,
    what_is_not_committed_never_was,
    a_part_is_undone_alone,
    a_reader_sees_one_state_whatever_is_written,
    writers_at_once_get_numbers_without_gap_or_double,
    a_device_stays_its_first_persons,
    a_mutation_is_found_by_number_by_id_and_where_it_came_again,
    what_is_held_is_listed_until_it_ends,
    a_half_filled_form_comes_back_in_its_last_version,
    half_filled_forms_are_listed_until_they_end,
    what_is_refused_is_listed_by_scope_until_it_ends,
    every_mutation_of_a_record_is_found,
    the_last_writer_of_a_field_is_known_by_name,
    the_maker_of_a_record_is_whose_mutation_gave_it_its_first_version,
    what_is_known_of_many_is_asked_at_once,
    conflicts_and_kinds_are_found_where_they_belong,
    what_names_a_firm_is_found_by_it,
    a_scope_counts_what_stands_in_it_and_remembers_what_left,
    a_commit_is_heard_of,
    the_epoch_and_other_facts_stay,
    accounts_sessions_and_links,
    what_a_device_said_last_is_listed_with_its_person,
    nobody_speaks_for_the_device_of_another,
    a_device_that_took_another_id_is_one_device,
    an_order_to_wipe_stands_until_it_is_taken_back_or_obeyed,
    open_conflicts_and_recovered_rows_are_found_among_all,
);

#[tokio::test]
async fn opening_again_keeps_the_epoch() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("test.sqlite3");
    let mut epochs = Vec::new();
    for random in [[1; 10], [2; 10]] {
        let store = SqliteStore::open(&file, IdSeed { unix_ms: 1, random })
            .await
            .unwrap();
        epochs.push(store.begin_read().await.unwrap().epoch().await.unwrap());
        store.close().await;
    }
    assert_eq!(epochs[0], epochs[1]);
}
