//! Devices that submit visits: each has a connection and a numbered outbox of its own, and sends one visit at a time.
//!
//! At a fixed rate, the time of a visit counts from the instant at which it was due, not from when its device got
//! round to it: a server that stalls must not look quick because nobody asked meanwhile.

use crate::{
    line::{Line, Server},
    usage::processor_seconds,
};
use anyhow::{Result, anyhow, bail};
use ruyuan_domain::{DeviceId, MutationId, RecordId, ids::IdSeed};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::Barrier,
    time::{sleep, sleep_until},
};

/// How much longer than planned a device goes on with what was due. A server that is slower than what is offered must
/// not hold the benchmark for minutes.
const GRACE: Duration = Duration::from_secs(15);

/// Before the same visit is sent again to a server that was busy.
const AGAIN: Duration = Duration::from_millis(500);

/// Made-up instants of the ids: they only have to differ.
const EPOCH_MS: u64 = 1_764_000_000_000;

/// What is to be sent.
pub struct Plan {
    /// How many devices.
    pub devices: u32,
    /// For how long.
    pub seconds: u32,
    /// Visits a second together; 0 for as many as possible.
    pub rate: u32,
    /// The fields of a visit, `@@` where it says which one it is.
    pub fields: String,
    /// The scope.
    pub scope: String,
    /// Tells runs apart.
    pub salt: u8,
}

/// What was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    devices: u32,
    offered_per_second: u32,
    visits: usize,
    seconds: f64,
    per_second: f64,
    milliseconds_p50: f64,
    milliseconds_p95: f64,
    milliseconds_p99: f64,
    milliseconds_longest: f64,
    bytes_each: usize,
    generator_processor_seconds: f64,
    verified: usize,
    errors: Vec<String>,
}

/// One device's ids, different in every one and the same in no other run.
#[derive(Clone, Copy)]
struct Names {
    device: u32,
    salt: u8,
}

impl Names {
    fn seed(self, what: u8, number: u64) -> IdSeed {
        let mut random = [self.salt; 10];
        random[1] = what;
        random[2..6].copy_from_slice(&self.device.to_be_bytes());
        IdSeed {
            unix_ms: EPOCH_MS + number,
            random,
        }
    }

    fn record(self, number: u64) -> RecordId {
        RecordId::new(self.seed(1, number))
    }

    fn label(self, number: u64) -> String {
        format!("{}-{}-{number}", self.salt, self.device)
    }
}

#[derive(Deserialize)]
struct Pushed {
    results: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    status: String,
}

/// What a device did.
#[derive(Default)]
struct Done {
    milliseconds: Vec<f64>,
    errors: Vec<String>,
}

/// Lets the devices submit, then reads everything back and compares.
pub async fn run(server: &Server, plan: &Plan) -> Result<Report> {
    let shared = Arc::new((
        Server {
            address: server.address,
            cookie: server.cookie.clone(),
        },
        body_frame(plan),
    ));
    let ready = Arc::new(Barrier::new(plan.devices as usize + 1));
    let mut working = Vec::new();
    for device in 0..plan.devices {
        let names = Names {
            device,
            salt: plan.salt,
        };
        let (shared, ready) = (Arc::clone(&shared), Arc::clone(&ready));
        let (seconds, rate, devices) = (plan.seconds, plan.rate, plan.devices);
        working.push(tokio::spawn(async move {
            let (server, frame) = shared.as_ref();
            let line = Line::open(server).await;
            ready.wait().await;
            let pace = Pace::new(device, devices, rate, seconds);
            match line {
                Ok(line) => submit(line, frame, names, pace).await,
                Err(error) => Done {
                    errors: vec![format!("{error:#}")],
                    ..Done::default()
                },
            }
        }));
    }
    ready.wait().await;
    let (start, before) = (Instant::now(), processor_seconds());
    let (mut milliseconds, mut errors, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for device in working {
        let done = device.await?;
        counts.push(done.milliseconds.len() as u64);
        milliseconds.extend(done.milliseconds);
        errors.extend(done.errors);
    }
    let seconds = start.elapsed().as_secs_f64();
    let used = processor_seconds() - before;
    let verified = verify(server, plan, &counts).await?;
    milliseconds.sort_by(f64::total_cmp);
    let share = |share: f64| {
        let rank = (share * milliseconds.len() as f64).ceil() as usize;
        milliseconds
            .get(rank.saturating_sub(1))
            .copied()
            .unwrap_or_default()
    };
    Ok(Report {
        devices: plan.devices,
        offered_per_second: plan.rate,
        visits: milliseconds.len(),
        seconds,
        per_second: milliseconds.len() as f64 / seconds,
        milliseconds_p50: share(0.5),
        milliseconds_p95: share(0.95),
        milliseconds_p99: share(0.99),
        milliseconds_longest: share(1.0),
        bytes_each: shared.1.len(),
        generator_processor_seconds: used,
        verified,
        errors,
    })
}

/// When a device sends.
struct Pace {
    /// When its first visit is due.
    first: Instant,
    /// Between two; none if it sends as soon as the last was answered.
    period: Option<Duration>,
    end: Instant,
}

impl Pace {
    fn new(device: u32, devices: u32, rate: u32, seconds: u32) -> Self {
        let now = Instant::now();
        let period = (rate > 0).then(|| Duration::from_secs(1) * devices / rate);
        Self {
            // Spread evenly over the first period.
            first: period.map_or(now, |period| now + period * device / devices),
            period,
            end: now + Duration::from_secs(u64::from(seconds)),
        }
    }
}

async fn submit(mut line: Line<'_>, frame: &str, names: Names, pace: Pace) -> Done {
    let mut done = Done::default();
    let mut due = pace.first;
    let mut number = 1;
    while due < pace.end {
        sleep_until(due.into()).await;
        if Instant::now() >= pace.end + GRACE {
            done.errors
                .push("a visit was due and not sent in time".to_owned());
            break;
        }
        match send(&mut line, frame, names, number).await {
            Ok(()) => {
                done.milliseconds
                    .push(due.elapsed().as_secs_f64() * 1_000.0);
                due = pace.period.map_or_else(Instant::now, |period| due + period);
                number += 1;
            }
            // The same visit once more, as a phone would: its number must not be left out.
            Err(error) => {
                done.errors.push(format!("{error:#}"));
                sleep(AGAIN).await;
            }
        }
    }
    done
}

async fn send(line: &mut Line<'_>, frame: &str, names: Names, number: u64) -> Result<()> {
    let device = DeviceId::new(names.seed(0, 0));
    let body = frame
        .replace("@device", &device.to_string())
        .replace("@mid", &number.to_string())
        .replace("@id", &MutationId::new(names.seed(2, number)).to_string())
        .replace("@record", &names.record(number).to_string())
        .replace("@@", &names.label(number));
    let answer = line.post("/api/sync/push", body).await?;
    let pushed: Pushed = serde_json::from_slice(&answer.body)?;
    match pushed.results.as_slice() {
        // A duplicate was taken by an earlier try whose answer said otherwise.
        [Judged { status }] if status == "applied" || status == "duplicate" => Ok(()),
        _ => Err(anyhow!(
            "not applied: {}",
            String::from_utf8_lossy(&answer.body)
        )),
    }
}

/// A push of one visit with places for what differs.
fn body_frame(plan: &Plan) -> String {
    format!(
        r#"{{"device":"@device","schema":1,"mutations":[{{"mid":@mid,"id":"@id","record":"@record","kind":"visit","scope":"{}","op":"create","base":0,"fields":{},"at":"2026-11-25T09:00:00+08:00"}}]}}"#,
        plan.scope, plan.fields
    )
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    scopes: Vec<Page<'a>>,
}

#[derive(Deserialize)]
struct Page<'a> {
    scope: String,
    #[serde(borrow)]
    rows: Vec<Row<'a>>,
    next: u64,
    more: bool,
}

#[derive(Deserialize)]
struct Row<'a> {
    id: RecordId,
    #[serde(borrow)]
    fields: HashMap<String, &'a RawValue>,
}

#[derive(Deserialize)]
struct Sent<'a> {
    #[serde(borrow)]
    new: &'a RawValue,
}

/// Reads the scope anew, as another device, and compares every field of every visit that was confirmed.
async fn verify(server: &Server, plan: &Plan, counts: &[u64]) -> Result<usize> {
    let mut wanted: HashMap<RecordId, String> = HashMap::new();
    for (device, count) in (0_u32..).zip(counts) {
        let names = Names {
            device,
            salt: plan.salt,
        };
        wanted.extend((1..=*count).map(|number| (names.record(number), names.label(number))));
    }
    let fields: HashMap<String, Sent<'_>> = serde_json::from_str(&plan.fields)?;
    let mut line = Line::open(server).await?;
    let reader = DeviceId::new(
        Names {
            device: u32::MAX,
            salt: plan.salt,
        }
        .seed(0, 1),
    );
    // From the very beginning, row by row: a snapshot would leave the rest to another reader.
    let mut cursors: HashMap<String, u64> = HashMap::from([(plan.scope.clone(), 0)]);
    let mut verified = 0;
    loop {
        let request = serde_json::json!({"device": reader, "cursors": cursors, "limit": 2_000});
        let answer = line
            .post("/api/sync/pull", serde_json::to_vec(&request)?)
            .await?;
        let read: Answer<'_> = serde_json::from_slice(&answer.body)?;
        let more = read.scopes.iter().any(|page| page.more);
        for page in &read.scopes {
            cursors.insert(page.scope.clone(), page.next);
            for row in &page.rows {
                let Some(label) = wanted.remove(&row.id) else {
                    continue;
                };
                let same = row.fields.len() == fields.len()
                    && fields.iter().all(|(name, sent)| {
                        let sent = sent.new.get().replace("@@", &label);
                        row.fields.get(name).is_some_and(|held| held.get() == sent)
                    });
                if !same {
                    bail!("visit {label} is not as it was sent");
                }
                verified += 1;
            }
        }
        if !more {
            break;
        }
    }
    if !wanted.is_empty() {
        bail!("{} confirmed visits are not there", wanted.len());
    }
    Ok(verified)
}
