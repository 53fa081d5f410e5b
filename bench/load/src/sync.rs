//! Devices that load everything: each pulls page by page as the client does, unpacks and reads every answer.

use crate::{
    line::{Line, Server},
    usage::processor_seconds,
};
use anyhow::{Context, Result, bail};
use ruyuan_domain::{DeviceId, ids::IdSeed};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::{
    collections::BTreeMap,
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

#[derive(Deserialize)]
struct Answer {
    scopes: Vec<Page>,
}

#[derive(Deserialize)]
struct Page {
    scope: String,
    rows: Vec<IgnoredAny>,
    next: u64,
    more: bool,
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
    let mut line = Line::open(server).await?;
    let mut cursors: BTreeMap<String, u64> = BTreeMap::new();
    let mut contents = DefaultHasher::new();
    let (mut rows, mut bytes, mut requests) = (0, 0, 0);
    loop {
        let request = serde_json::json!({"device": device, "cursors": cursors, "limit": LIMIT});
        let answer = line
            .post("/api/sync/pull", serde_json::to_vec(&request)?)
            .await?;
        requests += 1;
        bytes += answer.travelled;
        contents.write(&answer.body);
        let read: Answer =
            serde_json::from_slice(&answer.body).context("an answer that cannot be read")?;
        let more = read.scopes.iter().any(|page| page.more);
        for page in read.scopes {
            if page.scope == scope {
                rows += page.rows.len();
            }
            cursors.insert(page.scope, page.next);
        }
        if !more {
            break;
        }
    }
    Ok(Got {
        rows,
        contents: contents.finish(),
        bytes,
        requests,
    })
}
