//! Published form definitions, parsed once: a published version never changes.

use crate::{
    content,
    store::{ReadTx, StoreResult},
};
use ruyuan_domain::{RecordKind, consts::field, forms::FormDefinition};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Definitions by form id and version.
#[derive(Default)]
pub struct Forms {
    parsed: Mutex<HashMap<(String, i64), Arc<FormDefinition>>>,
}

impl Forms {
    /// The definition of a published version; `None` if it is not published here.
    ///
    /// # Errors
    /// The database failed.
    pub async fn get(
        &self,
        tx: &mut dyn ReadTx,
        form: &str,
        version: i64,
    ) -> StoreResult<Option<Arc<FormDefinition>>> {
        let key = (form.to_owned(), version);
        if let Some(known) = self
            .parsed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Ok(Some(Arc::clone(known)));
        }
        let record = tx.record(content::form_record_id(form, version)).await?;
        let record = record.filter(|record| record.kind == RecordKind::Form && !record.deleted);
        let definition =
            record.and_then(|record| serde_json::from_str(record.text(field::DEFINITION)).ok());
        let Some(definition) = definition.map(Arc::new) else {
            return Ok(None);
        };
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.insert(key, Arc::clone(&definition));
        Ok(Some(definition))
    }
}
