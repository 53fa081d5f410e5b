//! What a person sees: the base that came by pull, overlaid with their own edits that it does not show yet.

use ruyuan_domain::{
    Fields, Map, Mutation, Operation, Record, RecordId, RecordKind, ScopeId, Seq, UserId,
    wire::ScopePage,
};
use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

/// Records by id, kind and root.
#[derive(Debug, Default)]
pub struct View {
    base: HashMap<RecordId, Rc<Record>>,
    current: HashMap<RecordId, Rc<Record>>,
    by_kind: Map<RecordKind, BTreeSet<RecordId>>,
    by_root: HashMap<RecordId, BTreeSet<RecordId>>,
}

impl View {
    /// The record as its user sees it; none if it is deleted.
    pub fn get(&self, id: RecordId) -> Option<&Rc<Record>> {
        self.current.get(&id).filter(|record| !record.deleted)
    }

    /// The record as the server last sent it, deleted or not.
    pub fn base(&self, id: RecordId) -> Option<&Rc<Record>> {
        self.base.get(&id)
    }

    /// Every record of a kind that is not deleted, oldest id first.
    pub fn of_kind<'a>(
        &'a self,
        kind: &RecordKind,
    ) -> impl DoubleEndedIterator<Item = &'a Rc<Record>> + use<'a> {
        self.by_kind
            .get(kind)
            .into_iter()
            .flatten()
            .filter_map(|id| self.get(*id))
    }

    /// The records under a root that are not deleted, the root itself left out.
    pub fn children(&self, root: RecordId) -> impl Iterator<Item = &Rc<Record>> {
        self.by_root
            .get(&root)
            .into_iter()
            .flatten()
            .filter_map(|id| self.get(*id))
    }

    /// How many rows the base holds, deleted ones too.
    pub fn base_len(&self) -> usize {
        self.base.len()
    }

    /// Takes a page into the base and names the records it touched. Overlays are not looked at here.
    pub(crate) fn take_page(&mut self, page: ScopePage, touched: &mut BTreeSet<RecordId>) {
        for row in page.rows {
            touched.insert(row.id);
            self.base.insert(row.id, Rc::new(row));
        }
        for exit in page.exits {
            let leaves = self
                .base
                .get(&exit.record)
                .is_some_and(|row| row.scope == page.scope && row.version < exit.version);
            if leaves {
                touched.insert(exit.record);
                self.base.remove(&exit.record);
            }
        }
    }

    /// Derives these records anew: base, then each overlay in order.
    pub(crate) fn derive(
        &mut self,
        records: &BTreeSet<RecordId>,
        overlays: &Map<RecordId, Vec<&Mutation>>,
        author: UserId,
    ) {
        for id in records {
            let base = self.base.get(id);
            let derived = match overlays.get(id) {
                None => base.cloned(),
                Some(mutations) => overlaid(base.map(Rc::as_ref), mutations, author).map(Rc::new),
            };
            match derived {
                Some(record) => self.put(record),
                None => self.remove(*id),
            }
        }
    }

    fn put(&mut self, record: Rc<Record>) {
        let before = self
            .current
            .get(&record.id)
            .map(|old| (old.kind.clone(), old.root));
        if before.as_ref() != Some(&(record.kind.clone(), record.root)) {
            self.remove(record.id);
            self.by_kind
                .entry(record.kind.clone())
                .or_default()
                .insert(record.id);
            if record.root != record.id {
                self.by_root
                    .entry(record.root)
                    .or_default()
                    .insert(record.id);
            }
        }
        self.current.insert(record.id, record);
    }

    fn remove(&mut self, id: RecordId) {
        if let Some(old) = self.current.remove(&id) {
            if let Some(ids) = self.by_kind.get_mut(&old.kind) {
                ids.remove(&id);
            }
            if let Some(ids) = self.by_root.get_mut(&old.root) {
                ids.remove(&id);
            }
        }
    }
}

/// The record after these mutations, as their author sees it.
fn overlaid(base: Option<&Record>, mutations: &[&Mutation], author: UserId) -> Option<Record> {
    let mut record = base.cloned();
    for mutation in mutations {
        let row = match (&mut record, mutation.op) {
            (Some(row), _) => row,
            (empty, Operation::Create) => empty.insert(Record {
                id: mutation.record,
                root: mutation.root(),
                kind: mutation.kind.clone(),
                scope: mutation.scope.clone(),
                seq: Seq(0),
                version: 0,
                fields: Fields::new(),
                deleted: false,
                by: author,
                at: mutation.at,
                unknown: Map::new(),
            }),
            // An edit of a record that this device no longer has: nothing to show it on.
            (None, _) => continue,
        };
        row.fields = mutation.applied_to(std::mem::take(&mut row.fields));
        row.at = mutation.at;
        row.by = author;
        match mutation.op {
            Operation::Delete => row.deleted = true,
            Operation::Restore => row.deleted = false,
            _ => {}
        }
    }
    record
}

/// Whether an acknowledged mutation is still to be overlaid: its scope is pulled, but not up to its effect.
pub(crate) fn unseen(cursors: &Map<ScopeId, Seq>, scope: &ScopeId, seq: Seq) -> bool {
    cursors.get(scope).is_some_and(|cursor| *cursor < seq)
}
