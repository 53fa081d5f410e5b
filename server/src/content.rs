//! What ships: divisions, parks, industry chains and forms, imported from `content/` at every start.
//!
//! The import is idempotent: a row takes a new number only where its fields differ, so that a start without news
//! costs no device a byte. A published version of a form never changes, because visits are pinned to it.

use crate::{
    clock::Clock,
    store::{Store, StoreError, WriteTx},
};
use ruyuan_domain::{
    FieldValue, Fields, Language, Map, Record, RecordId, RecordKind, ScopeId, Seq, UserId,
    consts::field, forms::FormDefinition,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Author of everything that ships.
pub const SYSTEM: UserId = UserId::from_u128(0);

const LISTS: [(&str, RecordKind); 3] = [
    ("divisions.json", RecordKind::Division),
    ("parks.json", RecordKind::Park),
    ("industry_chains.json", RecordKind::IndustryChain),
];

/// Field of a form's record: its id, the same over its versions.
const FORM_ID: &str = "form_id";
/// Field of a form's record: its version.
const VERSION: &str = "version";
/// Field of a form's record: its Chinese title.
const TITLE: &str = "title";

/// Why the content cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A file or the folder cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file says something else than it should.
    #[error("{}: {what}", path.display())]
    Faulty {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A published form was changed under its old version.
    #[error("form {form} version {version} is published with another content; bump the version")]
    ChangedForm {
        /// The form.
        form: String,
        /// The version.
        version: i64,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One record to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    id: RecordId,
    kind: RecordKind,
    fields: Fields,
}

/// The id of a published form's record.
pub fn form_record_id(form: &str, version: i64) -> RecordId {
    RecordId::from_u128(stable_bits(&format!("form:{form}:{version}")))
}

/// The bits of a UUIDv8 made from what a thing is, so that every server gives it the same id.
pub fn stable_bits(what: &str) -> u128 {
    let digest = Sha256::digest(what.as_bytes());
    let bits = digest
        .iter()
        .take(16)
        .fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    // Version 8 (the maker's own) and the variant of RFC 9562.
    let versioned = bits & !(0xf << 76) | 0x8 << 76;
    versioned & !(0x3 << 62) | 0x2 << 62
}

/// Reads and checks the whole folder.
///
/// # Errors
/// The folder is missing, or a file in it is not what it should be.
pub fn read(folder: &Path) -> Result<Vec<Item>, ContentError> {
    // Asked first, so that a missing folder is named itself and not by the first file in it.
    fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let mut items = Vec::new();
    for (name, kind) in LISTS {
        let path = folder.join(name);
        if path.exists() {
            items.extend(read_list(&path, &kind)?);
        }
    }
    let forms = folder.join("forms");
    if forms.exists() {
        for path in json_files(&forms)? {
            items.push(read_form(&path)?);
        }
    }
    Ok(items)
}

fn unreadable(path: &Path, error: io::Error) -> ContentError {
    ContentError::Unreadable {
        path: path.to_owned(),
        error,
    }
}

fn faulty(path: &Path, what: impl Into<String>) -> ContentError {
    ContentError::Faulty {
        path: path.to_owned(),
        what: what.into(),
    }
}

/// Sorted, so that an import gives the same numbers on every machine.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, ContentError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read_list(path: &Path, kind: &RecordKind) -> Result<Vec<Item>, ContentError> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
    let entries: Vec<serde_json::Map<String, Value>> =
        serde_json::from_str(&text).map_err(|error| faulty(path, error.to_string()))?;
    entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            item(entry, kind).map_err(|what| faulty(path, format!("entry {index}: {what}")))
        })
        .collect()
}

fn item(entry: &serde_json::Map<String, Value>, kind: &RecordKind) -> Result<Item, String> {
    let id = entry.get("id").and_then(Value::as_str).ok_or("no id")?;
    let id: RecordId = id.parse().map_err(|_| format!("{id:?} is not a UUID"))?;
    let mut fields = Fields::new();
    for (name, value) in entry.iter().filter(|(name, _)| *name != "id") {
        if let Some(value) = scalar(value).map_err(|what| format!("{name}: {what}"))? {
            fields.insert(name.clone(), value);
        }
    }
    Ok(Item {
        id,
        kind: kind.clone(),
        fields,
    })
}

/// A record's fields are scalars: a list of texts is joined as a person would write it.
fn scalar(value: &Value) -> Result<Option<FieldValue>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(truth) => Ok(Some((*truth).into())),
        Value::String(text) => Ok(Some(text.as_str().into())),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Ok(Some(whole.into())),
            None => Err(format!("{number} is not a whole number; write it as text")),
        },
        Value::Array(parts) => {
            let texts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
            texts
                .map(|texts| Some(texts.join("、").into()))
                .ok_or_else(|| "a list of other than texts".to_owned())
        }
        Value::Object(_) => Err("an object; a field is a single value".to_owned()),
    }
}

fn read_form(path: &Path) -> Result<Item, ContentError> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, error))?;
    let form: FormDefinition =
        serde_json::from_str(&text).map_err(|error| faulty(path, error.to_string()))?;
    let faults = form.faults();
    if !faults.is_empty() {
        return Err(faulty(path, faults.join("; ")));
    }
    let definition =
        serde_json::to_string(&form).map_err(|error| faulty(path, error.to_string()))?;
    let fields = Fields::from([
        (FORM_ID.to_owned(), form.form_id.as_str().into()),
        (VERSION.to_owned(), form.version.into()),
        (TITLE.to_owned(), form.title.get(Language::Chinese).into()),
        (field::DEFINITION.to_owned(), definition.into()),
    ]);
    Ok(Item {
        id: form_record_id(&form.form_id, form.version),
        kind: RecordKind::Form,
        fields,
    })
}

/// Writes what differs into the scope `public`; tells how many rows that were.
///
/// # Errors
/// A published form was changed, or the database failed; then nothing is written.
pub async fn import(
    store: &dyn Store,
    clock: &dyn Clock,
    items: &[Item],
) -> Result<usize, ContentError> {
    let scope = ScopeId::public();
    let mut tx = store.begin_write().await?;
    tx.lock_scopes(std::slice::from_ref(&scope)).await?;
    let mut written = 0;
    for item in items {
        if write(tx.as_mut(), clock, &scope, item).await? {
            written += 1;
        }
    }
    tx.commit().await?;
    Ok(written)
}

async fn write(
    tx: &mut dyn WriteTx,
    clock: &dyn Clock,
    scope: &ScopeId,
    item: &Item,
) -> Result<bool, ContentError> {
    let known = tx.record(item.id).await?;
    if let Some(known) = &known {
        if known.fields == item.fields {
            return Ok(false);
        }
        let definition = |fields: &Fields| fields.get(field::DEFINITION).cloned();
        if item.kind == RecordKind::Form && definition(&known.fields) != definition(&item.fields) {
            return Err(ContentError::ChangedForm {
                form: known.text(FORM_ID).to_owned(),
                version: known.integer(VERSION).unwrap_or_default(),
            });
        }
    }
    let seq: Seq = tx.next_seq(scope).await?;
    let record = Record {
        id: item.id,
        root: item.id,
        kind: item.kind.clone(),
        scope: scope.clone(),
        seq,
        version: known.as_ref().map_or(0, |known| known.version) + 1,
        fields: item.fields.clone(),
        deleted: false,
        by: SYSTEM,
        at: clock.now(),
        unknown: Map::new(),
    };
    tx.put_record(known.as_ref(), &record).await?;
    Ok(true)
}
