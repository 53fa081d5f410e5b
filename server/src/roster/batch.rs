//! What a preview has shown, written as one batch of mutations, and taken back as another.
//!
//! A batch is a device of its own that sends once: its mutations stand in the audit trail under the name of who took
//! them in, merge with what others have written meanwhile, and say by themselves how they are undone.

use super::{
    Desk,
    assign::{self, Because, Step},
    compare::{Judged, Verdict},
};
use crate::{
    apply::{self, Base},
    auth::Access,
    clock::Clock,
    forms::Forms,
    problem::ApiError,
    secret::{self, NoRandomness},
    store::{ReadTx, Store, StoreError, StoredMutation},
};
use ruyuan_domain::{
    DeviceId, FieldChange, FieldValue, Map, Mid, Mutation, MutationId, Operation, Record, RecordId,
    RecordKind, ScopeId,
    consts::{PUSH_LIMIT, SCHEMA, field},
    roster::BatchView,
    wire::{MutationStatus, PushRequest},
};
use ruyuan_sync::engine::Edit;
use serde_json::value::RawValue;
use std::{collections::BTreeSet, fmt, sync::Arc};

/// Why a batch was not written, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// There is no such batch of this person's.
    #[error(
        "there is no batch {0} that this person took in; import says its number when it writes one"
    )]
    NoBatch(String),
    /// The database failed in the middle.
    #[error(
        "{error}; {done} rows are written as batch {batch}: take them back with --undo {batch}, or import again"
    )]
    Cut {
        /// The batch.
        batch: DeviceId,
        /// How many rows are written.
        done: usize,
        /// Why.
        error: ApiError,
    },
    /// The database failed.
    #[error("{0}; nothing is written, try again")]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A kept mutation or one of ours cannot be written as JSON.
    #[error("an edit cannot be read or written: {0}")]
    Json(#[from] serde_json::Error),
}

/// What was written.
#[derive(Debug)]
pub struct Batch {
    /// Its number, under which it is taken back.
    pub id: DeviceId,
    /// Whether it takes another one back.
    pub undoes: bool,
    /// Firms that were made, or deleted again.
    pub firms: usize,
    /// Firms that were changed, or changed back.
    pub changed: usize,
    /// Times that somebody was given a firm, or that was taken back.
    pub assigned: usize,
    /// Edits that the rules refused, with why; they are kept in the audit trail.
    pub refused: Vec<String>,
    /// What was left as it is because somebody has worked on it since.
    pub left: Vec<String>,
}

impl Batch {
    /// As the desk sees it.
    pub fn view(&self) -> BatchView {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        BatchView {
            id: self.id,
            firms: count(self.firms),
            changed: count(self.changed),
            assigned: count(self.assigned),
            left: self.left.iter().chain(&self.refused).cloned().collect(),
        }
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            firms,
            changed,
            assigned,
            ..
        } = self;
        match self.undoes {
            false => write!(
                f,
                "已导入：新增 {firms} 家，更新 {changed} 家，分配 {assigned} 次。批次 {id}，撤销用 --undo {id}"
            )?,
            true => write!(
                f,
                "已撤销：删除 {firms} 家，恢复 {changed} 家，撤回分配 {assigned} 次。批次 {id}"
            )?,
        }
        for left in &self.left {
            write!(f, "\n保留：{left}")?;
        }
        for refused in &self.refused {
            write!(f, "\n未写入：{refused}")?;
        }
        Ok(())
    }
}

/// Mutations of one batch on their way.
struct Sending<'a> {
    desk: Desk<'a>,
    access: &'a Access,
    batch: Batch,
    mid: Mid,
    waiting: Vec<(Mutation, Box<RawValue>)>,
    bytes: usize,
    done: usize,
}

impl Batch {
    /// Writes the new and the changed rows.
    ///
    /// # Errors
    /// The database failed; the error says how many rows are written.
    pub async fn apply(
        store: &Arc<dyn Store>,
        clock: &dyn Clock,
        access: &Access,
        judged: &[Judged],
    ) -> Result<Self, BatchError> {
        let mut sending = Sending::new(store, clock, access, false)?;
        let because = Because::now(access, clock, String::new());
        for judged in judged {
            let (firm, scope, steps) = match &judged.verdict {
                Verdict::New {
                    of,
                    scope,
                    fields,
                    steps,
                } => {
                    let firm = RecordId::new(secret::id_seed(clock)?);
                    let all = |(name, value): (&String, &FieldValue)| {
                        let new = Some(value.clone());
                        (name.clone(), FieldChange { old: None, new })
                    };
                    let fields = fields.iter().map(all).collect();
                    let made = written(firm, *of, scope, Operation::Create, 0, fields);
                    sending.edit(made).await?;
                    (firm, scope, steps)
                }
                Verdict::Update {
                    of,
                    record,
                    version,
                    scope,
                    changes,
                    steps,
                } => {
                    if !changes.is_empty() {
                        let changes = changes.clone();
                        let op = Operation::Update;
                        let changed = written(*record, *of, scope, op, *version, changes);
                        sending.edit(changed).await?;
                    }
                    (*record, scope, steps)
                }
                Verdict::Same | Verdict::Suspect(_) | Verdict::Wrong(_) => continue,
            };
            sending.assign(firm, scope, steps, &because).await?;
        }
        sending.finish().await
    }

    /// Gives firms to people: for each, what changes of it. `left` is said of what could not be given.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub async fn assign(
        store: &Arc<dyn Store>,
        clock: &dyn Clock,
        access: &Access,
        firms: &[(Record, Vec<Step>)],
        because: &Because,
        left: Vec<String>,
    ) -> Result<Self, BatchError> {
        let mut sending = Sending::new(store, clock, access, false)?;
        sending.batch.left = left;
        for (firm, steps) in firms {
            sending.assign(firm.id, &firm.scope, steps, because).await?;
        }
        sending.finish().await
    }

    /// Takes a batch back: what it made is deleted, what it changed is changed back; what somebody has worked on since
    /// is left as it is, and said.
    ///
    /// # Errors
    /// No such batch, or the database failed.
    pub async fn undo(
        store: &Arc<dyn Store>,
        clock: &dyn Clock,
        access: &Access,
        id: &str,
    ) -> Result<Self, BatchError> {
        let unknown = || BatchError::NoBatch(id.to_owned());
        let device: DeviceId = id
            .parse()
            .ok()
            .filter(|id: &DeviceId| id.is_batch())
            .ok_or_else(unknown)?;
        let mut tx = store.begin_read().await?;
        let mut written = Vec::new();
        let mut mid = Mid(1);
        while let Some(stored) = tx.mutation_numbered(device, mid).await? {
            written.push(stored);
            mid = mid.next();
        }
        if written.is_empty() || written.iter().any(|stored| stored.user != access.user) {
            return Err(unknown());
        }
        let mut sending = Sending::new(store, clock, access, true)?;
        let own: BTreeSet<_> = written.iter().filter_map(|stored| stored.record).collect();
        // The last first, as one goes back.
        for stored in written.iter().rev() {
            if stored.outcome.status == MutationStatus::Quarantined {
                continue;
            }
            let mutation: Mutation = serde_json::from_str(&stored.raw)?;
            let Some(record) = tx.record(mutation.record).await? else {
                continue;
            };
            sending
                .undo(tx.as_mut(), stored, mutation, record, &own)
                .await?;
        }
        drop(tx);
        sending.finish().await
    }
}

impl<'a> Sending<'a> {
    fn new(
        store: &'a Arc<dyn Store>,
        clock: &'a dyn Clock,
        access: &'a Access,
        undoes: bool,
    ) -> Result<Self, BatchError> {
        Ok(Self {
            desk: Desk {
                store,
                clock,
                forms: Forms::default(),
            },
            access,
            batch: Batch {
                id: DeviceId::batch(secret::id_seed(clock)?),
                undoes,
                firms: 0,
                changed: 0,
                assigned: 0,
                refused: Vec::new(),
                left: Vec::new(),
            },
            mid: Mid(1),
            waiting: Vec::new(),
            bytes: 0,
            done: 0,
        })
    }

    /// What one firm's steps are, as edits.
    async fn assign(
        &mut self,
        firm: RecordId,
        scope: &ScopeId,
        steps: &[Step],
        because: &Because,
    ) -> Result<(), BatchError> {
        for step in steps {
            let new = RecordId::new(secret::id_seed(self.desk.clock)?);
            let edit = assign::edit(step, firm, scope, because, new);
            self.edit(edit).await?;
        }
        Ok(())
    }

    /// Takes one edit back, unless somebody has worked on its record since. `own` are the records of the batch.
    async fn undo(
        &mut self,
        tx: &mut dyn ReadTx,
        stored: &StoredMutation,
        mutation: Mutation,
        record: Record,
        own: &BTreeSet<RecordId>,
    ) -> Result<(), BatchError> {
        if record.deleted {
            return Ok(());
        }
        let mut back: Map<String, FieldChange> = Map::new();
        match mutation.op {
            Operation::Create => {
                let mut about = tx.about_enterprise(record.id).await?;
                about.extend(tx.children(record.id).await?);
                let untouched = |about: &Record| own.contains(&about.id) && about.version == 1;
                about.retain(|about| !about.deleted && !untouched(about));
                if stored.outcome.version != Some(record.version) || !about.is_empty() {
                    self.leave(tx, &record, "导入后有人修改、走访或记录问题")
                        .await?;
                    return Ok(());
                }
            }
            Operation::Update => {
                for (name, FieldChange { old, new }) in mutation.fields {
                    if record.fields.get(&name) == new.as_ref() {
                        back.insert(name, FieldChange { old: new, new: old });
                    } else {
                        let label = super::columns::label(&name);
                        let why = format!("{label}在导入后有人修改");
                        self.leave(tx, &record, &why).await?;
                    }
                }
                if back.is_empty() {
                    return Ok(());
                }
            }
            _ => return Ok(()),
        }
        let op = match mutation.op {
            Operation::Create => Operation::Delete,
            _ => Operation::Update,
        };
        self.edit(Edit {
            record: record.id,
            root: Some(record.root).filter(|root| *root != record.id),
            kind: record.kind,
            scope: record.scope,
            op,
            base: record.version,
            fields: back,
            mends: None,
        })
        .await
    }

    /// Says of a record that it is left as it is, and why.
    async fn leave(
        &mut self,
        tx: &mut dyn ReadTx,
        record: &Record,
        why: &str,
    ) -> Result<(), BatchError> {
        let name = match record.kind {
            RecordKind::Assignment | RecordKind::Pledge => {
                let firm = tx.record(record.root).await?;
                let firm = firm.map(|firm| firm.text(field::NAME).to_owned());
                let what = match record.kind {
                    RecordKind::Assignment => format!("负责人{}", record.text(field::OFFICER)),
                    _ => format!("{}的质押登记", record.text("registered_on")),
                };
                format!("{} {what}", firm.unwrap_or_default())
            }
            _ => record.text(field::NAME).to_owned(),
        };
        self.batch.left.push(format!("{name}（{why}）"));
        Ok(())
    }

    async fn edit(&mut self, edit: Edit) -> Result<(), BatchError> {
        let mutation = Mutation {
            mid: self.mid,
            id: MutationId::new(secret::id_seed(self.desk.clock)?),
            group: None,
            record: edit.record,
            root: edit.root,
            kind: edit.kind,
            scope: edit.scope,
            op: edit.op,
            base: edit.base,
            fields: edit.fields,
            mends: edit.mends,
            at: self.desk.clock.now(),
        };
        self.mid = self.mid.next();
        let raw = serde_json::value::to_raw_value(&mutation)?;
        if self.bytes + raw.get().len() > PUSH_LIMIT {
            self.send().await?;
        }
        self.bytes += raw.get().len();
        self.waiting.push((mutation, raw));
        Ok(())
    }

    async fn send(&mut self) -> Result<(), BatchError> {
        let (sent, mutations): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().unzip();
        self.bytes = 0;
        let request = PushRequest {
            device: self.batch.id,
            epoch: None,
            schema: SCHEMA,
            mutations,
        };
        let base = Base {
            store: self.desk.store.as_ref(),
            clock: self.desk.clock,
            forms: &self.desk.forms,
        };
        let answer = apply::push(&base, self.access, request).await;
        let answer = answer.map_err(|error| BatchError::Cut {
            batch: self.batch.id,
            done: self.done,
            error,
        })?;
        for result in answer.results {
            let Some(mutation) = sent
                .iter()
                .find(|mutation: &&Mutation| mutation.mid == result.mid)
            else {
                continue;
            };
            match (result.status, mutation.op) {
                (MutationStatus::Quarantined, _) => {
                    let reason = result
                        .reason
                        .map(|reason| reason.sentence(Default::default()));
                    self.batch.refused.push(reason.unwrap_or_default());
                }
                // An assignment that ends makes way for another: one change for whoever reads the count.
                (_, Operation::Update) if mutation.kind == RecordKind::Assignment => {}
                _ if mutation.kind == RecordKind::Assignment => self.batch.assigned += 1,
                (_, Operation::Update) => self.batch.changed += 1,
                _ => self.batch.firms += 1,
            }
            self.done += 1;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Batch, BatchError> {
        if !self.waiting.is_empty() {
            self.send().await?;
        }
        Ok(self.batch)
    }
}

/// A row as an edit: of a firm, or of what belongs to the firm `of`.
fn written(
    record: RecordId,
    of: Option<RecordId>,
    scope: &ScopeId,
    op: Operation,
    base: u64,
    fields: Map<String, FieldChange>,
) -> Edit {
    Edit {
        record,
        root: of,
        kind: match of {
            None => RecordKind::Enterprise,
            Some(_) => RecordKind::Pledge,
        },
        scope: scope.clone(),
        op,
        base,
        fields,
        mends: None,
    }
}
