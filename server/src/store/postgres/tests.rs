//! What only PostgreSQL has to show: several who write at once, and processes that hear one another.

use super::{Address, PostgresStore};
use crate::{
    secret,
    store::{
        Account, AccountStore, Hint, Outcome, Store, StoreError, StoreResult, StoredMutation,
        WriteTx,
    },
    testing::{open_postgres, postgres},
};
use ruyuan_domain::{
    DeviceId, Mid, MutationId, Record, RecordId, RecordKind, ScopeId, Seq, Stamp, UserId,
};
use sqlx::Row;
use std::{sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};

const USER: UserId = UserId::from_u128(11);

async fn store() -> Option<(Arc<PostgresStore>, String)> {
    let url = postgres::database()?;
    let store = open_postgres(&url).await;
    let account = Account {
        user: USER,
        user_name: "limin".to_owned(),
        display_name: "李敏".to_owned(),
        password_hash: "-".to_owned(),
    };
    store.insert_account(&account, &[], 0).await.unwrap();
    Some((Arc::new(store), url))
}

fn park(number: usize) -> ScopeId {
    ScopeId::park(&format!("330802-{number:02}"))
}

fn firm(bits: u128, scope: &ScopeId, seq: Seq) -> Record {
    Record {
        id: RecordId::from_u128(bits),
        root: RecordId::from_u128(bits),
        kind: RecordKind::Enterprise,
        scope: scope.clone(),
        seq,
        version: 1,
        fields: [("name".to_owned(), "甲".into())].into(),
        deleted: false,
        by: USER,
        at: Stamp::parse("2026-11-23T14:05:00.123+08:00").unwrap(),
        unknown: Default::default(),
    }
}

/// Begins to write from a device, with a scope locked.
async fn begin(store: &PostgresStore, device: u128, scope: &ScopeId) -> Box<dyn WriteTx> {
    let mut tx = store.begin_write().await.unwrap();
    tx.lock_device(DeviceId::from_u128(device), USER, 0)
        .await
        .unwrap();
    tx.lock_scopes(std::slice::from_ref(scope)).await.unwrap();
    tx
}

async fn put(tx: &mut dyn WriteTx, bits: u128, scope: &ScopeId) -> StoreResult<()> {
    let seq = tx.next_seq(scope).await?;
    tx.put_record(None, &firm(bits, scope, seq)).await
}

fn mutation(device: u128) -> StoredMutation {
    StoredMutation {
        device: DeviceId::from_u128(device),
        mid: Mid(1),
        id: MutationId::from_u128(7),
        user: USER,
        record: None,
        root: None,
        group: None,
        origin: None,
        raw: "{}".to_owned(),
        outcome: Outcome::done(),
        at_ms: 0,
    }
}

/// Lets two do the same at once, the second while the first is not committed: it is told to come again.
async fn second_comes_again(
    first: Box<dyn WriteTx>,
    second: tokio::task::JoinHandle<StoreResult<()>>,
) {
    sleep(Duration::from_millis(100)).await;
    assert!(!second.is_finished(), "it waits for the first");
    first.commit().await.unwrap();
    assert!(matches!(second.await.unwrap(), Err(StoreError::Busy)));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_mutation_from_two_devices_at_once_is_kept_once() {
    let Some((store, _)) = store().await else {
        return;
    };
    let mut first = begin(&store, 1, &park(1)).await;
    first.insert_mutation(&mutation(1)).await.unwrap();
    let mut second = begin(&store, 2, &park(2)).await;
    let late = tokio::spawn(async move { second.insert_mutation(&mutation(2)).await });
    second_comes_again(first, late).await;
    let kept = store.begin_read().await.unwrap();
    let kept = { kept }.mutation(MutationId::from_u128(7)).await.unwrap();
    assert_eq!(kept, Some(mutation(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_record_made_in_two_scopes_at_once_stands_where_it_came_first() {
    let Some((store, _)) = store().await else {
        return;
    };
    let mut first = begin(&store, 1, &park(1)).await;
    put(first.as_mut(), 100, &park(1)).await.unwrap();
    let mut second = begin(&store, 2, &park(2)).await;
    let late = tokio::spawn(async move { put(second.as_mut(), 100, &park(2)).await });
    second_comes_again(first, late).await;
    let mut tx = store.begin_read().await.unwrap();
    let stands = tx.record(RecordId::from_u128(100)).await.unwrap().unwrap();
    assert_eq!(stands.scope, park(1));
    assert_eq!(tx.scope(&park(2)).await.unwrap().seq, Seq(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_not_where_it_was_read_is_not_overwritten() {
    let Some((store, _)) = store().await else {
        return;
    };
    let mut tx = begin(&store, 1, &park(1)).await;
    put(tx.as_mut(), 100, &park(1)).await.unwrap();
    let stale = firm(100, &park(1), Seq(9));
    let after = firm(100, &park(1), Seq(2));
    let outcome = tx.put_record(Some(&stale), &after).await;
    assert!(matches!(outcome, Err(StoreError::Busy)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waited_for_a_lock_reads_what_was_written_meanwhile() {
    let Some((store, _)) = store().await else {
        return;
    };
    let mut first = begin(&store, 1, &park(1)).await;
    let mut second = store.begin_write().await.unwrap();
    let id = RecordId::from_u128(100);
    assert_eq!(second.record(id).await.unwrap(), None);
    let waits = tokio::spawn(async move {
        let others_may_have_written = second.lock_scopes(&[park(1)]).await.unwrap();
        assert!(others_may_have_written);
        assert!(second.record(id).await.unwrap().is_some());
        second.next_seq(&park(1)).await.unwrap()
    });
    put(first.as_mut(), 100, &park(1)).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    first.commit().await.unwrap();
    assert_eq!(waits.await.unwrap(), Seq(2));
}

/// Also where the scopes are new, so that making them is the lock.
#[tokio::test(flavor = "multi_thread")]
async fn scopes_locked_by_many_at_once_never_wait_in_a_ring() {
    let Some((store, _)) = store().await else {
        return;
    };
    let tasks: Vec<_> = (1..=8_usize)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for round in 0..12 {
                    let mut scopes: Vec<ScopeId> = (1..=3)
                        .map(|step| park((task * step * 7 + round * 3) % 40))
                        .collect();
                    scopes.sort();
                    scopes.dedup();
                    let mut tx = store.begin_write().await.unwrap();
                    tx.lock_scopes(&scopes).await.unwrap();
                    for scope in &scopes {
                        tx.next_seq(scope).await.unwrap();
                    }
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_heard_of_in_another_process_and_after_a_lost_connection() {
    let Some((store, url)) = store().await else {
        return;
    };
    let other = open_postgres(&url).await;
    let mut hints = other.hints();
    let mut tx = begin(&store, 1, &park(1)).await;
    put(tx.as_mut(), 100, &park(1)).await.unwrap();
    tx.commit().await.unwrap();
    let hint = timeout(Duration::from_secs(10), hints.recv()).await;
    let expected = Hint {
        scope: park(1),
        head: Seq(1),
    };
    assert_eq!(hint.unwrap().unwrap(), expected);

    sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    .execute(&store.writers)
    .await
    .unwrap();
    // What is said before it listens again stays unheard, so it is said until it is heard.
    for bits in 200.. {
        let mut tx = begin(&store, 1, &park(2)).await;
        put(tx.as_mut(), bits, &park(2)).await.unwrap();
        tx.commit().await.unwrap();
        if let Ok(hint) = timeout(Duration::from_millis(200), hints.recv()).await {
            assert_eq!(hint.unwrap().scope, park(2));
            return;
        }
        assert!(bits < 300, "never heard again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_means_what_it_acknowledges() {
    let Some((store, url)) = store().await else {
        return;
    };
    for (set, expected) in [
        ("off", "on"),
        ("local", "on"),
        ("remote_apply", "remote_apply"),
    ] {
        let name = url.rsplit('/').next().unwrap();
        let alter = format!("ALTER DATABASE {name} SET synchronous_commit = {set}");
        sqlx::query(sqlx::AssertSqlSafe(alter))
            .execute(&store.writers)
            .await
            .unwrap();
        let opened = open_postgres(&url).await;
        for pool in [&opened.writers, &opened.readers] {
            let row = sqlx::query(
                "SELECT current_setting('synchronous_commit'), current_setting('lock_timeout')",
            )
            .fetch_one(pool)
            .await
            .unwrap();
            assert_eq!(row.get::<&str, _>(0), expected);
            assert_eq!(row.get::<&str, _>(1), "5s");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_pass_is_told_from_what_will_not() {
    let Some((store, _)) = store().await else {
        return;
    };
    let mut got = Vec::new();
    let codes = [
        "40001", "40P01", "55P03", "57014", "25P03", "57P01", "57P03", "53300", "53200", "53100",
        "58030", "25006", "08006", "23505", "22021", "42501",
    ];
    for code in codes {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$");
        let failed = sqlx::raw_sql(sqlx::AssertSqlSafe(raise))
            .execute(&store.writers)
            .await;
        got.push(match StoreError::from(failed.unwrap_err()) {
            StoreError::Busy => 'b',
            StoreError::Unwritable(_) => 'u',
            StoreError::Other(_) => 'o',
            other => panic!("{code}: {other}"),
        });
    }
    assert_eq!(got.iter().collect::<String>(), "bbbbbbbbbuuuuooo");
    // A server that is shut down ends its connections; the next one has to be made.
    sqlx::query("SELECT pg_terminate_backend(pg_backend_pid())")
        .execute(&store.writers)
        .await
        .map_err(StoreError::from)
        .map_err(|error| assert!(error.may_pass(), "{error}"))
        .unwrap_err();
    store.begin_write().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_left_alone_and_the_epoch_stays() {
    let Some((store, url)) = store().await else {
        return;
    };
    let epoch = store.begin_read().await.unwrap().epoch().await.unwrap();
    let again = open_postgres(&url).await;
    let read = again.begin_read().await.unwrap().epoch().await.unwrap();
    assert_eq!(epoch, read);
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'newer', TRUE, '', 0)",
    )
    .execute(&store.writers)
    .await
    .unwrap();
    let address: Address = url.parse().unwrap();
    let seed = secret::id_seed(&crate::clock::SystemClock).unwrap();
    let opened = PostgresStore::open(&address, seed).await;
    assert!(matches!(opened.err(), Some(StoreError::Newer(9999))));
}
