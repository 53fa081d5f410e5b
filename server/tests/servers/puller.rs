//! People who pull all the time, and hold every answer against the rules of the order.

use crate::{
    http::Client,
    load::World,
    writer::{Dice, STILL},
};
use ruyuan_domain::{
    DeviceId, Digest, Record, RecordId, ScopeId, Seq,
    wire::{PullResponse, ScopePage},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

/// What one puller has.
#[derive(Default)]
pub struct Base {
    pub scopes: BTreeMap<ScopeId, Held>,
    pub pulls: u64,
    pub busy: u64,
    pub took: Vec<Duration>,
}

/// What one puller has of a scope.
#[derive(Default)]
pub struct Held {
    pub cursor: Seq,
    pub rows: BTreeMap<RecordId, Record>,
    digest: Digest,
}

/// Pulls until everybody has written and nothing more comes, from whichever server comes next.
pub async fn pull(world: Arc<World>, number: u64, cookie: String) -> Base {
    let mut clients: Vec<Client> = world
        .ports
        .iter()
        .map(|port| Client::new(*port, &cookie))
        .collect();
    let mut dice = Dice::new(number + 1000);
    let device = DeviceId::from_u128(u128::from(number) + 1000);
    let mut base = Base::default();
    loop {
        let done = world.written.load(Ordering::SeqCst);
        let cursors: BTreeMap<String, u64> = base
            .scopes
            .iter()
            .map(|(scope, held)| (scope.to_string(), held.cursor.0))
            .collect();
        let limit = 1 + dice.roll(200);
        let body = json!({"device": device, "cursors": cursors, "limit": limit});
        let client = dice.roll(clients.len());
        let began = Instant::now();
        let (status, answer) = clients[client].post("/api/sync/pull", &body).await;
        match status {
            200 => base.took.push(began.elapsed()),
            503 => {
                base.busy += 1;
                continue;
            }
            other => panic!("pull: {other} {}", String::from_utf8_lossy(&answer)),
        }
        base.pulls += 1;
        let answer: PullResponse = serde_json::from_slice(&answer).unwrap();
        assert!(answer.reset.is_empty() && answer.revoked.is_empty());
        let nothing = answer.scopes.iter().all(|page| !page.more);
        for page in answer.scopes {
            base.scopes
                .entry(page.scope.clone())
                .or_default()
                .take(page);
        }
        if done && nothing {
            return base;
        }
        // A phone pulls when it is told to; here every few milliseconds is often enough.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl Held {
    /// Takes a page in, if it is one: every row and every exit with cursor < seq ≤ next, once and in order.
    fn take(&mut self, page: ScopePage) {
        let scope = page.scope;
        // Whoever has begun with an empty scope is never given one.
        assert!(page.snapshot.is_none(), "{scope}: a snapshot");
        let mut seqs: Vec<Seq> = page.rows.iter().map(|row| row.seq).collect();
        assert!(seqs.is_sorted(), "{scope}: rows out of order");
        seqs.extend(page.exits.iter().map(|exit| exit.seq));
        seqs.sort_unstable();
        let many = seqs.len();
        seqs.dedup();
        assert_eq!(seqs.len(), many, "{scope}: one number twice");
        assert!(
            seqs.first().is_none_or(|first| *first > self.cursor)
                && seqs.last().is_none_or(|last| *last <= page.next),
            "{scope}: {seqs:?} are not within {:?} and {:?}",
            self.cursor,
            page.next
        );
        if scope == ScopeId::park(STILL) {
            // Nothing is written twice there, so no number may be missing.
            assert_eq!(
                many as u64,
                page.next.0 - self.cursor.0,
                "{scope}: a row between {:?} and {:?} was skipped",
                self.cursor,
                page.next
            );
        }
        let mut exits = page.exits.into_iter().peekable();
        for row in page.rows {
            while let Some(exit) = exits.next_if(|exit| exit.seq < row.seq) {
                self.leave(exit.record, exit.version);
            }
            if let Some(before) = self.rows.get(&row.id) {
                assert!(before.version < row.version, "{scope}: an older row");
                self.digest.take_out(before);
            }
            self.digest.add(&row);
            self.rows.insert(row.id, row);
        }
        for exit in exits {
            self.leave(exit.record, exit.version);
        }
        self.cursor = page.next;
        assert_eq!(page.digest.is_some(), !page.more);
        if let Some(digest) = page.digest {
            assert_eq!(self.digest, digest, "{scope} at {:?}", self.cursor);
        }
    }

    fn leave(&mut self, record: RecordId, version: u64) {
        if self
            .rows
            .get(&record)
            .is_some_and(|row| row.version < version)
            && let Some(left) = self.rows.remove(&record)
        {
            self.digest.take_out(&left);
        }
    }
}
