//! One mutation: may its author do this, does it wait for another, are its values right, and what does it change.

use super::{
    Push,
    act::Surroundings,
    allowed::{allowed_kind, checked, malformed, may},
    envelope::{Entry, enterprise},
    writers::written,
};
use crate::{problem::ApiError, secret, store::Outcome};
use ruyuan_domain::{
    FieldError, Fields, Map, Mid, Mutation, Operation, Record, RecordId, RecordKind, ScopeId, Seq,
    Stamp,
    consts::field,
    validate::{check_record, path_of, pinned_form},
    wire::{MutationStatus, Reason},
};
use ruyuan_sync::merge::{self, Author, Known, OPEN, Person, RESOLVED, SUPERSEDED};
use std::collections::BTreeSet;

/// Where a mutation stands among the device's others.
pub struct Place {
    /// Quarantined mutations below this number come before it.
    pub mid: Mid,
    /// It says that it mends one, and there is none of this person.
    pub mends_nothing_known: bool,
}

type Judged<T> = Result<Result<T, Reason>, ApiError>;

impl Push<'_> {
    /// Applies one mutation, or says why not. The caller undoes what was written if the act is refused.
    pub async fn judge(
        &mut self,
        entry: &Entry,
        place: Place,
        around: &Surroundings,
    ) -> Judged<Outcome> {
        let mutation = match checked(entry) {
            Ok(mutation) => mutation,
            Err(reason) => return Ok(Err(reason)),
        };
        if place.mends_nothing_known {
            return Ok(malformed("`mends` names no mutation of this person"));
        }
        if mutation.op == Operation::Discard {
            return self.discard(entry).await;
        }
        if !allowed_kind(mutation) {
            return Ok(Err(Reason::NotAllowed));
        }
        if let Some(mid) = blocker(mutation, place.mid, around) {
            return Ok(Err(Reason::WaitsFor { mid }));
        }
        if mutation.kind == RecordKind::Recovered && mutation.op == Operation::Create {
            return self.recover(mutation).await;
        }
        let current = self.tx.record(mutation.record).await?;
        match &current {
            Some(current) => self.change(mutation, current).await,
            None if mutation.op == Operation::Create => self.create(mutation).await,
            None => Ok(Err(self.unknown(mutation))),
        }
    }

    /// A row that a device had before this database was restored. Whoever may see the scope may bring it back, for
    /// its manager to look at; if its last writer has sent that edit again, nothing was lost, and one row is enough
    /// for all devices that still had it.
    async fn recover(&mut self, mutation: &Mutation) -> Judged<Outcome> {
        let public = mutation.scope == ScopeId::public();
        if public || !self.access.scopes.contains(&mutation.scope) {
            return Ok(Err(Reason::NotAllowed));
        }
        let text = |name: &str| {
            let change = mutation.fields.get(name);
            change.and_then(|change| change.new.as_ref()?.as_text())
        };
        let record = text(field::RECOVERED_RECORD).and_then(|id| id.parse().ok());
        let (Some(record), Some(by), Some(at)) = (
            record,
            text(field::RECOVERED_BY),
            text(field::RECOVERED_AT).and_then(Stamp::parse),
        ) else {
            return Ok(malformed(
                "a recovered row names its record, who wrote it and when",
            ));
        };
        let history = self.tx.mutations_of(record).await?;
        let known = history.iter().any(|stored| {
            let sent: Option<Mutation> = serde_json::from_str(&stored.raw).ok();
            stored.user.to_string() == by && sent.is_some_and(|sent| sent.at == at)
        });
        if known || self.tx.record(mutation.record).await?.is_some() {
            return Ok(Ok(Outcome::done()));
        }
        self.merge(mutation, None).await.map(Ok)
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
        if !may(self.access, mutation, Some(current), &current.scope) {
            return Ok(Err(Reason::NotAllowed));
        }
        // The same step told again is nothing new; other words would be another history.
        if mutation.kind == RecordKind::IssueStep
            && mutation.applied_to(current.fields.clone()) != current.fields
        {
            return Ok(Err(Reason::NotAllowed));
        }
        if mutation.op == Operation::Resolve {
            return self.resolve(mutation, current).await.map(Ok);
        }
        if mutation.op == Operation::Move {
            if current.root != current.id {
                return Ok(malformed("a record moves with its root"));
            }
            match mutation.destination() {
                None => return Ok(malformed("a move names a scope to go to")),
                Some(to) if !self.access.writable.contains(&to) => {
                    return Ok(Err(Reason::NotAllowed));
                }
                Some(_) => {}
            }
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

    /// What is not there: to who may not write there, it is not even said that it is not.
    fn unknown(&self, mutation: &Mutation) -> Reason {
        if self.access.writable.contains(&mutation.scope) {
            Reason::UnknownRecord
        } else {
            Reason::NotAllowed
        }
    }

    async fn create(&mut self, mutation: &Mutation) -> Judged<Outcome> {
        let root = match mutation.root.filter(|root| *root != mutation.record) {
            None => None,
            Some(id) => match self.tx.record(id).await? {
                None => return Ok(Err(self.unknown(mutation))),
                root => root,
            },
        };
        // A child goes where its root is, and what names a firm where that is, also when the author did not know of a move.
        let home = match &root {
            Some(root) => Some(root.scope.clone()),
            None => self.home(mutation).await?,
        };
        let elsewhere = home.filter(|home| *home != mutation.scope);
        let moved = elsewhere.map(|scope| Mutation {
            scope,
            ..mutation.clone()
        });
        let mutation = moved.as_ref().unwrap_or(mutation);
        if !self.access.writable.contains(&mutation.scope) {
            return Ok(Err(Reason::NotAllowed));
        }
        if !may(self.access, mutation, None, &mutation.scope) {
            return Ok(Err(Reason::NotAllowed));
        }
        if root.as_ref().is_some_and(|root| root.root != root.id) {
            return Ok(malformed("the root is itself a child"));
        }
        let of_firm = root.as_ref().map(|root| &root.kind) == Some(&RecordKind::Enterprise);
        let needs_firm = matches!(mutation.kind, RecordKind::Assignment | RecordKind::Pledge);
        if needs_firm && !of_firm {
            return Ok(malformed(format!(
                "kind {} belongs to a firm",
                mutation.kind
            )));
        }
        let errors = self.errors(mutation, None, root.as_ref()).await?;
        if !errors.is_empty() {
            return Ok(Err(Reason::Invalid { errors }));
        }
        self.merge(mutation, None).await.map(Ok)
    }

    /// The scope of the firm that a visit, a plan or an issue names, if its author may write there: a visit of a firm
    /// that has gone elsewhere stays with who made it.
    async fn home(&mut self, mutation: &Mutation) -> Result<Option<ScopeId>, ApiError> {
        let named = match mutation.kind {
            RecordKind::Visit | RecordKind::PlannedVisit | RecordKind::Issue => {
                enterprise(&mutation.fields)
            }
            _ => None,
        };
        let Some(id) = named else {
            return Ok(None);
        };
        let firm = self.tx.record(id).await?;
        Ok(firm
            .filter(|firm| firm.kind == RecordKind::Enterprise)
            .map(|firm| firm.scope)
            .filter(|scope| self.access.writable.contains(scope)))
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
            // Under another form, version or group every answer means something else; what was to come is due.
            let read_anew = [
                field::FORM,
                field::FORM_VERSION,
                field::REPEAT,
                field::SUPPLEMENT_DUE,
            ];
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
        let mut place = match current {
            Some(current) => (current.root, current.scope.clone()),
            None => (mutation.root(), mutation.scope.clone()),
        };
        if let Some(record) = merged.record {
            version = Some(record.version);
            place.1 = record.scope.clone();
            // Who made a record wrote all of it: the mutation says that already, and a form has hundreds of fields.
            let written = current.map(|current| written(current, &record));
            let id = record.id;
            seq = Some(self.replace(current, record).await?);
            if let Some(written) = written {
                self.tx.put_writers(id, &written, self.access.user).await?;
            }
        }
        let (root, scope) = place;
        for mut fields in merged.conflicts {
            if let Some(current) = current {
                self.say_when(&mut fields, mutation, current).await?;
            }
            let record = self.conflict(mutation, root, &scope, fields)?;
            seq = Some(self.replace(None, record).await?);
        }
        for conflict in open
            .into_iter()
            .filter(|conflict| merged.superseded.contains(&conflict.id))
        {
            seq = Some(self.set_status(&conflict, SUPERSEDED, mutation).await?);
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
        let mut outcome = Outcome {
            status: MutationStatus::Applied,
            reason: None,
            scope: Some(current.scope.clone()),
            seq: Some(current.seq),
            version: None,
        };
        if current.text(field::CONFLICT_STATUS) == OPEN {
            outcome.version = Some(current.version + 1);
            outcome.seq = Some(self.set_status(current, RESOLVED, mutation).await?);
        }
        Ok(outcome)
    }

    fn conflict(
        &self,
        mutation: &Mutation,
        root: RecordId,
        scope: &ScopeId,
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

    /// The next version of a conflict, which this author closes.
    async fn set_status(
        &mut self,
        conflict: &Record,
        status: &str,
        mutation: &Mutation,
    ) -> Result<Seq, ApiError> {
        let mut closed = Record {
            version: conflict.version + 1,
            by: self.access.user,
            at: mutation.at,
            ..conflict.clone()
        };
        closed
            .fields
            .insert(field::CONFLICT_STATUS.to_owned(), status.into());
        self.replace(Some(conflict), closed).await
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
