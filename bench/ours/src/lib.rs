//! This project's side of the benchmark: the real engine on the real log over the real transport, and nothing of its
//! own between them. What it shows of the records is for checking that a figure was earned.

use js_sys::Array;
use ruyuan_client::{
    storage::{BrowserEnvironment, IndexedDbStore, database_name},
    transport::HttpTransport,
};
use ruyuan_domain::{
    FieldChange, FieldValue, Map, Operation, Record, RecordId, RecordKind, UserId,
    wire::{PullRequest, PullResponse, PushRequest, PushResponse},
};
use ruyuan_sync::{
    engine::{Act, Edit, Engine},
    environment::Unsealed,
    transport::{ChunkAddress, Transport, TransportError},
};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::prelude::*;

type BrowserEngine = Engine<IndexedDbStore, BrowserEnvironment, Unsealed>;

/// An engine open on this browser's log, as the app holds one.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Device {
    // The page may ask for something while a promise of an earlier call is still open.
    engine: Rc<BrowserEngine>,
}

/// Opens the log of the person with this id.
///
/// # Errors
/// The id is none, or the log cannot be opened.
#[wasm_bindgen]
pub async fn open(user: String) -> Result<Device, JsError> {
    let user: UserId = user.parse()?;
    let log = IndexedDbStore::open(&database_name(user)).await?;
    let engine = Engine::open(log, BrowserEnvironment, Unsealed, user).await?;
    Ok(Device {
        engine: Rc::new(engine),
    })
}

#[wasm_bindgen]
impl Device {
    /// Sends and takes everything; gives how many mutations were confirmed, how many refused, how many rows came, and
    /// how many milliseconds after its start the server had confirmed the last mutation.
    ///
    /// # Errors
    /// The server or the log.
    pub async fn sync(&self) -> Result<Vec<f64>, JsError> {
        let engine = Rc::clone(&self.engine);
        let start = js_sys::Date::now();
        let line = Timed::default();
        let report = engine.sync(&line).await?;
        let confirmed_after = (line.pushed_at.get() - start).max(0.0);
        Ok(vec![
            report.confirmed as f64,
            report.quarantined as f64,
            report.rows as f64,
            confirmed_after,
        ])
    }

    /// Changes one field of one record, durably when it returns.
    ///
    /// # Errors
    /// There is no such record, or the log cannot take it.
    pub async fn edit(&self, id: String, field: String, value: String) -> Result<(), JsError> {
        let id: RecordId = id.parse()?;
        let engine = Rc::clone(&self.engine);
        let edit = engine
            .state()
            .view()
            .get(id)
            .map(|record| update(record, field, value))
            .ok_or_else(|| JsError::new("there is no such record"))?;
        let act = Act {
            edits: vec![edit],
            submits: None,
        };
        Ok(engine.act(act).await?)
    }

    /// Reads every row of a firm once; gives how many there are and how many bytes their texts have.
    pub fn read(&self) -> Vec<f64> {
        let state = self.engine.state();
        let (mut rows, mut bytes) = (0.0, 0.0);
        for record in state.view().of_kind(&RecordKind::Enterprise) {
            rows += 1.0;
            let texts = record.fields.values().filter_map(FieldValue::as_text);
            bytes += texts.map(|text| text.len() as f64).sum::<f64>();
        }
        vec![rows, bytes]
    }

    /// The sum of every row's checksum over these fields: equal to what `data/records.mjs` computes.
    pub fn digest(&self, fields: Vec<String>) -> f64 {
        let state = self.engine.state();
        let rows = state.view().of_kind(&RecordKind::Enterprise);
        rows.map(|record| f64::from(checksum(record, &fields)))
            .sum()
    }

    /// One field of the first rows, to be drawn.
    pub fn first(&self, rows: usize, field: &str) -> Array {
        let state = self.engine.state();
        let firms = state.view().of_kind(&RecordKind::Enterprise).take(rows);
        firms
            .map(|record| JsValue::from_str(record.text(field)))
            .collect()
    }

    /// How many acts wait to be sent and how many were refused.
    pub fn unsent(&self) -> Vec<u32> {
        let (waiting, refused) = self.engine.state().unsent();
        [waiting, refused]
            .into_iter()
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
            .collect()
    }
}

/// The product's transport, which also tells when the last push was answered: a round goes on after that and takes
/// the own edits back.
#[derive(Debug, Default)]
struct Timed {
    pushed_at: Cell<f64>,
}

impl Transport for Timed {
    async fn push(&self, request: &PushRequest) -> Result<PushResponse, TransportError> {
        let response = HttpTransport.push(request).await;
        self.pushed_at.set(js_sys::Date::now());
        response
    }

    async fn pull(&self, request: &PullRequest) -> Result<PullResponse, TransportError> {
        HttpTransport.pull(request).await
    }

    async fn chunk(&self, address: &ChunkAddress) -> Result<Vec<u8>, TransportError> {
        HttpTransport.chunk(address).await
    }
}

fn update(record: &Record, field: String, value: String) -> Edit {
    let change = FieldChange {
        old: record.fields.get(&field).cloned(),
        new: Some(FieldValue::Text(value)),
    };
    let mut fields = Map::new();
    fields.insert(field, change);
    Edit {
        record: record.id,
        root: None,
        kind: record.kind.clone(),
        scope: record.scope.clone(),
        op: Operation::Update,
        base: record.version,
        fields,
        mends: None,
    }
}

/// FNV-1a over the UTF-16 units of the id and the fields, each ended by a unit of its own.
fn checksum(record: &Record, fields: &[String]) -> u32 {
    const END: u16 = 1;
    let mut hash: u32 = 0x811c_9dc5;
    let mut take = |text: &str| {
        for unit in text.encode_utf16().chain([END]) {
            hash = (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193);
        }
    };
    take(&record.id.to_string());
    for field in fields {
        match record.fields.get(field) {
            Some(FieldValue::Text(text)) => take(text),
            Some(FieldValue::Integer(number)) => take(&number.to_string()),
            _ => take(""),
        }
    }
    hash
}
