//! Devices that load everything as the client does: each takes the snapshot it is offered, chunk by chunk, and pulls
//! what came after it. Every answer is unpacked, every row's head is read, and the rows are counted against what was
//! promised.

use crate::{
    line::{Answer, Line, Server},
    usage::processor_seconds,
};
use anyhow::{Context, Result, bail};
use ruyuan_domain::{
    DeviceId, Epoch, Map, RecordId, ScopeId, chunk,
    ids::IdSeed,
    wire::{PullRequest, PullResponse, SnapshotOffer},
};
use serde::Serialize;
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hasher},
    sync::Arc,
    time::Instant,
};

/// As many rows as the client asks for.
const LIMIT: u32 = ruyuan_domain::consts::PULL_LIMIT;

/// What was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    devices: u32,
    rows_each: usize,
    seconds_first: f64,
    seconds_median: f64,
    seconds_last: f64,
    bytes_each: usize,
    requests_each: usize,
    generator_processor_seconds: f64,
    errors: Vec<String>,
}

/// What one device got. The contents are the same for all, so one number compares them.
#[derive(Debug, PartialEq, Eq)]
struct Got {
    rows: usize,
    contents: u64,
    bytes: usize,
    requests: usize,
}

/// A device that is loading.
struct Loading<'a> {
    line: Line<'a>,
    /// Which records of the scope it has.
    held: HashSet<RecordId>,
    contents: DefaultHasher,
    bytes: usize,
    requests: usize,
}

/// Lets this many devices load everything at once.
pub async fn run(server: &Server, scope: &str, devices: u32, rows: usize) -> Result<Report> {
    let server = Arc::new(Server {
        address: server.address,
        cookie: server.cookie.clone(),
    });
    // One alone first: what it gets is what everybody must get.
    let expected = load(&server, scope, device(0)).await?;
    if expected.rows != rows {
        bail!("a device gets {} rows instead of {rows}", expected.rows);
    }
    let before = processor_seconds();
    let start = Instant::now();
    let mut loading = Vec::new();
    for number in 1..=devices {
        let (server, scope) = (Arc::clone(&server), scope.to_owned());
        loading.push(tokio::spawn(async move {
            let got = load(&server, &scope, device(number)).await;
            (got, start.elapsed().as_secs_f64())
        }));
    }
    let mut times = Vec::new();
    let mut errors = Vec::new();
    for device in loading {
        match device.await? {
            (Ok(got), seconds)
                if got.rows == expected.rows && got.contents == expected.contents =>
            {
                times.push(seconds);
            }
            (Ok(got), _) => errors.push(format!("a device got other contents: {} rows", got.rows)),
            (Err(error), _) => errors.push(format!("{error:#}")),
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(Report {
        devices,
        rows_each: rows,
        seconds_first: times.first().copied().unwrap_or_default(),
        seconds_median: times.get(times.len() / 2).copied().unwrap_or_default(),
        seconds_last: times.last().copied().unwrap_or_default(),
        bytes_each: expected.bytes,
        requests_each: expected.requests,
        generator_processor_seconds: processor_seconds() - before,
        errors,
    })
}

fn device(number: u32) -> DeviceId {
    let mut random = [0x5e; 10];
    random[6..].copy_from_slice(&number.to_be_bytes());
    DeviceId::new(IdSeed {
        unix_ms: 1_764_000_000_000,
        random,
    })
}

async fn load(server: &Server, scope: &str, device: DeviceId) -> Result<Got> {
    let mut loading = Loading {
        line: Line::open(server).await?,
        held: HashSet::new(),
        contents: DefaultHasher::new(),
        bytes: 0,
        requests: 0,
    };
    let scope: ScopeId = scope.parse().context("no scope")?;
    let mut request = PullRequest {
        device,
        epoch: None,
        cursors: Map::new(),
        limit: LIMIT,
        report: None,
        wiped: None,
        check: false,
    };
    loop {
        let body = serde_json::to_vec(&request)?;
        let answer = loading.line.post("/api/sync/pull", body).await?;
        let pulled: PullResponse = serde_json::from_slice(&loading.note(answer))
            .context("an answer that cannot be read")?;
        request.epoch = Some(pulled.epoch);
        let more = pulled.scopes.iter().any(|page| page.more);
        for page in pulled.scopes {
            let wanted = page.scope == scope;
            let mut next = page.next;
            if let Some(offer) = &page.snapshot {
                next = offer.seq;
                loading
                    .take(pulled.epoch, &page.scope, offer, wanted)
                    .await?;
            }
            for row in page.rows.iter().filter(|_| wanted) {
                match row.deleted {
                    true => loading.held.remove(&row.id),
                    false => loading.held.insert(row.id),
                };
            }
            request.cursors.insert(page.scope, next);
        }
        if !more {
            break;
        }
    }
    Ok(Got {
        rows: loading.held.len(),
        contents: loading.contents.finish(),
        bytes: loading.bytes,
        requests: loading.requests,
    })
}

impl Loading<'_> {
    /// Counts an answer and gives its body.
    fn note(&mut self, answer: Answer) -> Vec<u8> {
        self.requests += 1;
        self.bytes += answer.travelled;
        self.contents.write(&answer.body);
        answer.body
    }

    /// Takes every chunk of a snapshot.
    async fn take(
        &mut self,
        epoch: Epoch,
        scope: &ScopeId,
        offer: &SnapshotOffer,
        wanted: bool,
    ) -> Result<()> {
        let (mut rows, mut bytes) = (0, 0);
        for hash in &offer.chunks {
            let path = format!("/api/sync/snapshots/{epoch}/{scope}/{}/{hash}", offer.seq.0);
            let answer = self.line.get(&path).await?;
            let body = self.note(answer);
            bytes += body.len() as u64;
            for row in chunk::rows(&body) {
                let (head, _) = row.context("a row without its head")?;
                rows += 1;
                if wanted {
                    self.held.insert(head.id);
                }
            }
        }
        if (rows, bytes) != (offer.rows, offer.bytes) {
            bail!("a snapshot has {rows} rows and {bytes} bytes, not what was promised: {offer:?}");
        }
        Ok(())
    }
}
