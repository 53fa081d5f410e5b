//! One mutation: may its author do this, does it wait for another, are its values right, and what does it change.

use super::{Push, act::Surroundings, envelope::Entry};
use crate::{problem::ApiError, secret, store::Outcome};
use ruyuan_domain::{
    FieldError, FieldProblem, FieldValue, Fields, Map, Mid, Mutation, Operation, Record, RecordId,
    RecordKind,
    consts::{MUTATION_LIMIT, field},
    validate::{check_record, path_of, pinned_form},
    wire::{MutationStatus, Reason},
};
use ruyuan_sync::merge::{self, Author, DELETED, Known, OPEN, Person, RESOLVED, SUPERSEDED};
use std::collections::BTreeSet;

/// Where a mutation stands among the device's others.
pub struct Place {
    /// Quarantined mutations below this number come before it.
    pub mid: Mid,
    /// It says that it mends one, and there is none of this person.
    pub mends_nothing_known: bool,
}

type Judged<T> = Result<Result<T, Reason>, ApiError>;

fn malformed<T>(detail: impl Into<String>) -> Result<T, Reason> {
    Err(Reason::Malformed {
        detail: detail.into(),
    })
}

impl Push<'_> {
    /// Applies one mutation, or says why not. The caller undoes what was written if the act is refused.
    pub async fn judge(
        &mut self,
        entry: &Entry,
        place: Place,
        around: &Surroundings,
    ) -> Judged<Outcome> {
        let mutation = match read(entry) {
            Ok(mutation) => mutation,
            Err(reason) => return Ok(Err(reason)),
        };
        if place.mends_nothing_known {
            return Ok(malformed("`mends` names no mutation of this person"));
        }
        if mutation.op == Operation::Discard {
            return self.discard(entry).await;
        }
        if !allowed_kind(&mutation) || !self.access.writable.contains(&mutation.scope) {
            return Ok(Err(Reason::NotAllowed));
        }
        if let Some(mid) = blocker(&mutation, place.mid, around) {
            return Ok(Err(Reason::WaitsFor { mid }));
        }
        let current = self.tx.record(mutation.record).await?;
        match &current {
            Some(current) => self.change(&mutation, current).await,
            None if mutation.op == Operation::Create => self.create(mutation).await,
            None => Ok(Err(Reason::UnknownRecord)),
        }
    }

    async fn change(&mut self, mutation: &Mutation, current: &Record) -> Judged<Outcome> {
        // The scope in a mutation may be stale; the record's own decides.
        if !self.access.writable.contains(&current.scope) {
            return Ok(Err(Reason::NotAllowed));
        }
        if current.kind != mutation.kind {
            return Ok(malformed(format!("the record is of kind {}", current.kind)));
        }
        if mutation.root.is_some_and(|root| root != current.root) {
            return Ok(malformed("the record belongs to another root"));
        }
        if mutation.op == Operation::Resolve {
            return self.resolve(mutation, current).await.map(Ok);
        }
        let root = match current.root == current.id {
            true => None,
            false => self.tx.record(current.root).await?,
        };
        let errors = self.errors(mutation, Some(current), root.as_ref()).await?;
        if !errors.is_empty() {
            return Ok(Err(Reason::Invalid { errors }));
        }
        self.merge(mutation, Some(current)).await.map(Ok)
    }

    async fn create(&mut self, mut mutation: Mutation) -> Judged<Outcome> {
        let root = match mutation.root.filter(|root| *root != mutation.record) {
            None => None,
            Some(id) => match self.tx.record(id).await? {
                None => return Ok(Err(Reason::UnknownRecord)),
                Some(root) if root.root != root.id => {
                    return Ok(malformed("the root is itself a child"));
                }
                Some(root) if !self.access.writable.contains(&root.scope) => {
                    return Ok(Err(Reason::NotAllowed));
                }
                Some(root) => Some(root),
            },
        };
        if let Some(root) = &root {
            // A child goes where its root is, also when the author did not know of a move.
            mutation.scope = root.scope.clone();
        }
        let errors = self.errors(&mutation, None, root.as_ref()).await?;
        if !errors.is_empty() {
            return Ok(Err(Reason::Invalid { errors }));
        }
        self.merge(&mutation, None).await.map(Ok)
    }

    /// What is wrong with the author's view. On a record that is there, only what this edit touches counts: a
    /// breach that others' edits made together must not stop this one.
    async fn errors(
        &mut self,
        mutation: &Mutation,
        current: Option<&Record>,
        root: Option<&Record>,
    ) -> Result<Vec<FieldError>, ApiError> {
        if !matches!(mutation.op, Operation::Create | Operation::Update) {
            return Ok(Vec::new());
        }
        let view = mutation.applied_to(
            current
                .map(|current| current.fields.clone())
                .unwrap_or_default(),
        );
        let pinned = match mutation.kind {
            RecordKind::Visit => pinned_form(&view),
            RecordKind::RepeatInstance => root.and_then(|root| pinned_form(&root.fields)),
            _ => None,
        };
        let form = match pinned {
            Some((form, version)) => self.forms.get(self.tx.as_mut(), form, version).await?,
            None => None,
        };
        // The phone checked against its own clock; with the same instant the two ends agree.
        let mut errors = check_record(&mutation.kind, &view, form.as_deref(), mutation.at);
        if current.is_some() {
            let touched: BTreeSet<&str> = mutation
                .fields
                .keys()
                .flat_map(|name| [name.as_str(), path_of(name)])
                .collect();
            // Under another form, version or group every answer means something else.
            let read_anew = [field::FORM, field::FORM_VERSION, field::REPEAT];
            let anew = mutation.kind != RecordKind::Enterprise
                && read_anew
                    .iter()
                    .any(|name| mutation.fields.contains_key(*name));
            errors.retain(|error| anew || is_about(&error.path, &touched));
        }
        Ok(errors)
    }

    async fn merge(
        &mut self,
        mutation: &Mutation,
        current: Option<&Record>,
    ) -> Result<Outcome, ApiError> {
        let person = Person {
            user: self.access.user,
            name: self.access.display_name.clone(),
        };
        let author = Author {
            person,
            device: self.device,
        };
        let mut writers = Map::new();
        let mut open = Vec::new();
        let mut others_changed = false;
        if let Some(current) = current {
            writers = self.writers(mutation, current).await?;
            open = self.tx.conflicts_under(current.root).await?;
            open.retain(|conflict| {
                conflict.text(field::CONFLICT_RECORD) == current.id.to_string()
                    && conflict.text(field::CONFLICT_STATUS) == OPEN
            });
            others_changed = self
                .tx
                .changed_elsewhere(current.id, mutation.base, self.device)
                .await?;
        }
        let known = Known {
            current,
            others_changed,
            writers: &writers,
            open_conflicts: &open,
        };
        let merged = merge::merge(&known, &author, mutation);

        let mut seq = current.map(|current| current.seq);
        let mut version = None;
        let (root, scope) = match current {
            Some(current) => (current.root, current.scope.clone()),
            None => (mutation.root(), mutation.scope.clone()),
        };
        if let Some(mut record) = merged.record {
            record.seq = self.tx.next_seq(&scope).await?;
            self.tx.put_record(&record).await?;
            self.tx
                .put_writers(record.id, &written(current, &record), self.access.user)
                .await?;
            seq = Some(record.seq);
            version = Some(record.version);
        }
        for fields in merged.conflicts {
            let record = self.conflict(mutation, root, &scope, fields)?;
            seq = Some(self.put(record).await?);
        }
        for mut conflict in open
            .into_iter()
            .filter(|conflict| merged.superseded.contains(&conflict.id))
        {
            conflict
                .fields
                .insert(field::CONFLICT_STATUS.to_owned(), SUPERSEDED.into());
            seq = Some(self.put(self.again(conflict, mutation)).await?);
        }
        Ok(Outcome {
            status: merged.status,
            reason: None,
            scope: Some(scope),
            seq,
            version,
        })
    }

    /// Closes a conflict; one that is closed already stays as it is.
    async fn resolve(
        &mut self,
        mutation: &Mutation,
        current: &Record,
    ) -> Result<Outcome, ApiError> {
        let open = current.text(field::CONFLICT_STATUS) == OPEN;
        let mut outcome = Outcome {
            status: MutationStatus::Applied,
            reason: None,
            scope: Some(current.scope.clone()),
            seq: Some(current.seq),
            version: None,
        };
        if open {
            let mut closed = current.clone();
            closed
                .fields
                .insert(field::CONFLICT_STATUS.to_owned(), RESOLVED.into());
            outcome.version = Some(current.version + 1);
            outcome.seq = Some(self.put(self.again(closed, mutation)).await?);
        }
        Ok(outcome)
    }

    fn conflict(
        &self,
        mutation: &Mutation,
        root: RecordId,
        scope: &ruyuan_domain::ScopeId,
        fields: Fields,
    ) -> Result<Record, ApiError> {
        Ok(Record {
            id: RecordId::new(secret::id_seed(self.clock)?),
            root,
            kind: RecordKind::Conflict,
            scope: scope.clone(),
            seq: Default::default(),
            version: 1,
            fields,
            deleted: false,
            by: self.access.user,
            at: mutation.at,
            unknown: Map::new(),
        })
    }

    /// The next version of a row that this author changes.
    fn again(&self, mut record: Record, mutation: &Mutation) -> Record {
        record.version += 1;
        record.by = self.access.user;
        record.at = mutation.at;
        record
    }

    async fn put(&mut self, mut record: Record) -> Result<ruyuan_domain::Seq, ApiError> {
        record.seq = self.tx.next_seq(&record.scope).await?;
        self.tx.put_record(&record).await?;
        Ok(record.seq)
    }

    /// Who wrote the fields that this edit touches. A field that nobody edited is its record's author's.
    async fn writers(
        &mut self,
        mutation: &Mutation,
        current: &Record,
    ) -> Result<Map<String, Person>, ApiError> {
        let mut writers = self.tx.writers(current.id).await?;
        let touched = mutation.fields.keys().map(String::as_str).chain([DELETED]);
        let missing: Vec<&str> = touched
            .filter(|name| !writers.contains_key(*name))
            .collect();
        if !missing.is_empty() {
            let name = self.tx.display_name(current.by).await?.unwrap_or_default();
            let person = Person {
                user: current.by,
                name,
            };
            writers.extend(
                missing
                    .into_iter()
                    .map(|field| (field.to_owned(), person.clone())),
            );
        }
        Ok(writers)
    }
}

/// The mutation itself, or why it is none.
fn read(entry: &Entry) -> Result<Mutation, Reason> {
    if entry.raw.len() > MUTATION_LIMIT {
        return Err(Reason::TooLarge {
            limit: MUTATION_LIMIT as u64,
        });
    }
    let mutation: Mutation =
        serde_json::from_str(&entry.raw).or_else(|error| malformed(error.to_string()))?;
    let nul = |value: &Option<FieldValue>| {
        value
            .as_ref()
            .and_then(FieldValue::as_text)
            .is_some_and(|text| text.contains('\0'))
    };
    let errors: Vec<FieldError> = mutation
        .fields
        .iter()
        .filter(|(name, change)| name.contains('\0') || nul(&change.old) || nul(&change.new))
        .map(|(name, _)| FieldError::new(path_of(name), FieldProblem::ForbiddenCharacter))
        .collect();
    if !errors.is_empty() {
        return Err(Reason::Invalid { errors });
    }
    match (&mutation.kind, mutation.op) {
        (RecordKind::Conflict, _) | (_, Operation::Discard) => Ok(mutation),
        (_, Operation::Resolve) => malformed("only a conflict is resolved"),
        // Values are judged, merged and shown as edits; here they would be none of that, or be lost.
        (_, Operation::Delete | Operation::Restore) if !mutation.fields.is_empty() => {
            malformed("a deletion or its undoing changes no fields")
        }
        _ => Ok(mutation),
    }
}

/// What a push may write. Content is published, and conflicts are the server's to make.
fn allowed_kind(mutation: &Mutation) -> bool {
    match mutation.kind {
        RecordKind::Enterprise | RecordKind::Visit | RecordKind::RepeatInstance => true,
        RecordKind::Conflict => mutation.op == Operation::Resolve,
        _ => false,
    }
}

/// The earliest quarantined mutation that this one must wait for.
fn blocker(mutation: &Mutation, place: Mid, around: &Surroundings) -> Option<Mid> {
    let about = [mutation.record, mutation.root()];
    around
        .held
        .iter()
        .filter(|held| {
            held.mid < place && !around.own.contains(&held.id) && !around.mended.contains(&held.id)
        })
        // A create is what an edit of an unknown record waits for, not the other way round.
        .filter(|held| !(mutation.op == Operation::Create && held.reason == Reason::UnknownRecord))
        .find(|held| held.record.is_some_and(|record| about.contains(&record)))
        .map(|held| held.mid)
}

/// Whether a path names one of these fields: as it is, or as `<group>[<position>].<question>`. What a hostile name
/// makes of the second is looked at from every place where it could begin.
fn is_about(path: &str, touched: &BTreeSet<&str>) -> bool {
    touched.contains(path)
        || path
            .match_indices("].")
            .any(|(at, mark)| touched.contains(&path[at + mark.len()..]))
}

/// Names of what differs between two states of a record.
fn written(before: Option<&Record>, after: &Record) -> Vec<String> {
    let mut names: Vec<String> = match before {
        None => after.fields.keys().cloned().collect(),
        Some(before) => {
            let names: BTreeSet<&String> =
                before.fields.keys().chain(after.fields.keys()).collect();
            names
                .into_iter()
                .filter(|name| before.fields.get(*name) != after.fields.get(*name))
                .cloned()
                .collect()
        }
    };
    if before.is_some_and(|before| before.deleted != after.deleted) {
        names.push(DELETED.to_owned());
    }
    names
}
