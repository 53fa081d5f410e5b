//! Who wrote what: a conflict names the person whose value stands.
//!
//! Who makes a record wrote all of it, and the mutation that made it says so already; a form has hundreds of fields,
//! and a row for each would be most of what a submission writes. So only what is written later is noted, field by
//! field.

use super::Push;
use crate::problem::ApiError;
use ruyuan_domain::{FieldValue, Fields, Map, Mutation, Operation, Record, consts::field};
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

    /// Says in a conflict when each of the two values was written.
    pub async fn say_when(
        &mut self,
        conflict: &mut Fields,
        mutation: &Mutation,
        current: &Record,
    ) -> Result<(), ApiError> {
        let text = |name: &str| conflict.get(name).and_then(FieldValue::as_text);
        let (name, by) = (text(field::CONFLICT_FIELD), text(field::CONFLICT_KEPT_BY));
        let (Some(name), Some(by)) = (name, by) else {
            return Ok(());
        };
        let writes = |edit: &Mutation| match (edit.op, name) {
            (Operation::Create, _) => true,
            (Operation::Delete | Operation::Restore, DELETED) => true,
            (Operation::Move, field::SCOPE) => true,
            (Operation::Update | Operation::Move, name) => edit.fields.contains_key(name),
            _ => false,
        };
        let history = self.tx.mutations_of(current.id).await?;
        let theirs = history
            .iter()
            // One that was held back wrote nothing.
            .filter(|stored| stored.outcome.version.is_some() && stored.user.to_string() == by)
            .filter_map(|stored| {
                let edit: Mutation = serde_json::from_str(&stored.raw).ok()?;
                writes(&edit).then_some((stored.outcome.version, edit.at))
            });
        let kept_at = theirs.max_by_key(|(version, _)| *version).map(|(_, at)| at);
        // What came with the content, or with a restored row, nobody has sent.
        if let Some(at) = kept_at {
            conflict.insert(field::CONFLICT_KEPT_AT.to_owned(), at.to_string().into());
        }
        let at = mutation.at.to_string();
        conflict.insert(field::CONFLICT_INCOMING_AT.to_owned(), at.into());
        Ok(())
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
