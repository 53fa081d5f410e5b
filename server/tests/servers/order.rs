//! The order of commits: whoever has pulled up to a number has everything below it, whichever process wrote it and
//! however late it was committed.
//!
//! With numbers from a sequence, or without the lock on the scope, this fails within a second.

use crate::{
    load::{self, Run},
    program,
    writer::{LIVELY, STILL},
};
use ruyuan_domain::{Record, RecordId, RecordKind, ScopeId, Seq};
use ruyuan_server::{
    clock::SystemClock,
    secret,
    store::{Hint, Store, sqlite::SqliteStore},
    testing::{
        cluster::Keep,
        open_postgres,
        postgres::{self},
    },
};
use std::{
    collections::BTreeMap,
    env,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// How long everybody writes, in seconds; `cargo xtask soak` sets it.
const LASTS: &str = "RUYUAN_SOAK_SECONDS";

fn lasts() -> Duration {
    let seconds = env::var(LASTS).ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(10))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_skips_a_row_while_two_servers_write() {
    let Some(cluster) = postgres::start(Keep::Commits) else {
        return;
    };
    cluster.make_database("order").unwrap();
    let url = cluster.url("order");
    // The third process on this database: it makes the people and hears the others' hints.
    let store = open_postgres(&url).await;
    let cookies = load::people(&store).await;
    let heard = Arc::new(Mutex::new(BTreeMap::new()));
    let hearing = tokio::spawn(hear(store.hints(), Arc::clone(&heard)));
    let servers = [(); 2].map(|()| program::start(&["--database", &url]));
    let servers = servers.map(program::Starting::listens);
    let ports = servers.iter().map(|server| server.port).collect();
    let run = load::run(ports, &cookies, lasts()).await;
    println!("two servers on one PostgreSQL: {}", run.figures());
    check(&store, &run).await;
    check_hints(&store, &heard).await;
    hearing.abort();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures what one server on SQLite carries, for docs/scale.md"]
async fn one_server_on_sqlite() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("ruyuan.sqlite3");
    let open = async || {
        let seed = secret::id_seed(&SystemClock).unwrap();
        SqliteStore::open(&file, seed).await.unwrap()
    };
    let store = open().await;
    let cookies = load::people(&store).await;
    store.close().await;
    let server = program::start(&["--data", folder.path().to_str().unwrap()]).listens();
    let run = load::run(vec![server.port], &cookies, lasts()).await;
    println!("one server on SQLite: {}", run.figures());
    check(&open().await, &run).await;
}

/// Everybody has what the table has.
async fn check(store: &dyn Store, run: &Run) {
    let mut tx = store.begin_read().await.unwrap();
    let mut firms = 0;
    for scope in scopes() {
        let head = tx.scope(&scope).await.unwrap();
        let rows = tx.rows_after(&scope, Seq(0), u32::MAX).await.unwrap();
        firms += rows
            .iter()
            .filter(|row| row.kind == RecordKind::Enterprise)
            .count() as u64;
        let rows: BTreeMap<RecordId, Record> = rows.into_iter().map(|row| (row.id, row)).collect();
        for (number, base) in run.pulled.iter().enumerate() {
            let held = &base.scopes[&scope];
            let missing = rows.values().filter(|row| !held.rows.contains_key(&row.id));
            let skipped: Vec<u64> = missing.map(|row| row.seq.0).collect();
            assert!(
                skipped.is_empty(),
                "puller {number} skipped {skipped:?} of {scope}"
            );
            assert!(
                held.rows == rows,
                "puller {number} has other rows of {scope} than the table"
            );
            assert_eq!(held.cursor, head.seq);
        }
    }
    let added: u64 = run.written.iter().map(|tally| tally.added).sum();
    assert_eq!(
        firms, added,
        "every firm that was acknowledged is there, once"
    );
}

fn scopes() -> impl Iterator<Item = ScopeId> {
    LIVELY.into_iter().chain([STILL]).map(ScopeId::park)
}

async fn hear(mut hints: Receiver<Hint>, heard: Arc<Mutex<BTreeMap<ScopeId, Seq>>>) {
    loop {
        match hints.recv().await {
            Ok(hint) => {
                let mut heard = heard.lock().unwrap();
                let head = heard.entry(hint.scope).or_default();
                *head = hint.head.max(*head);
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// This process, which wrote nothing, has heard of every scope's last number.
async fn check_hints(store: &dyn Store, heard: &Mutex<BTreeMap<ScopeId, Seq>>) {
    let mut tx = store.begin_read().await.unwrap();
    for scope in scopes() {
        let head = tx.scope(&scope).await.unwrap().seq;
        let patience = Instant::now() + Duration::from_secs(10);
        while heard.lock().unwrap().get(&scope) != Some(&head) {
            assert!(Instant::now() < patience, "no hint of {scope} at {head:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
