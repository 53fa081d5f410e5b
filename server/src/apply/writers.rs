//! Who wrote what: a conflict names the person whose value stands.
//!
//! Who makes a record wrote all of it, and the mutation that made it says so already; a form has hundreds of fields,
//! and a row for each would be most of what a submission writes. So only what is written later is noted, field by
//! field.

use super::Push;
use crate::problem::ApiError;
use ruyuan_domain::{Map, Mutation, Record, consts::field};
use ruyuan_sync::merge::{DELETED, Person};
use std::collections::BTreeSet;

impl Push<'_> {
    /// Who wrote the fields that this edit touches. One that was not written since its record was made is its maker's;
    /// where no mutation made the record, or it never had the field, whoever wrote the record last stands for them.
    pub async fn writers(
        &mut self,
        mutation: &Mutation,
        current: &Record,
    ) -> Result<Map<String, Person>, ApiError> {
        let mut writers = self.tx.writers(current.id).await?;
        let touched = mutation.fields.keys().map(String::as_str).chain([DELETED]);
        let missing: BTreeSet<&str> = touched
            .filter(|name| !writers.contains_key(*name))
            .collect();
        if missing.is_empty() {
            return Ok(writers);
        }
        let maker = self.tx.maker(current.id).await?;
        let last = match &maker {
            Some(maker) if maker.user == current.by => maker.clone(),
            _ => Person {
                user: current.by,
                name: self.tx.display_name(current.by).await?.unwrap_or_default(),
            },
        };
        let maker = maker.unwrap_or_else(|| last.clone());
        writers.extend(missing.into_iter().map(|name| {
            let had = current.fields.contains_key(name);
            (name.to_owned(), if had { &maker } else { &last }.clone())
        }));
        Ok(writers)
    }
}

/// Names of what differs between two states of a record.
pub fn written(before: &Record, after: &Record) -> Vec<String> {
    let names: BTreeSet<&String> = before.fields.keys().chain(after.fields.keys()).collect();
    let mut names: Vec<String> = names
        .into_iter()
        .filter(|name| before.fields.get(*name) != after.fields.get(*name))
        .cloned()
        .collect();
    if before.deleted != after.deleted {
        names.push(DELETED.to_owned());
    }
    if before.scope != after.scope {
        names.push(field::SCOPE.to_owned());
    }
    names
}
