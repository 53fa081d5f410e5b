//! What a person sees: the base that came by pull, overlaid with their own edits that it does not show yet.

use crate::{base::Base, by_id::ById};
use ruyuan_domain::{
    Digest, Fields, Map, Mutation, Operation, Record, RecordId, RecordKind, ScopeId, Seq, UserId,
    wire::ScopePage,
};
use std::{collections::BTreeSet, rc::Rc};

/// Records by id, kind and root.
#[derive(Debug, Default)]
pub struct View {
    base: Base,
    /// Records with own edits on them, as their author sees them.
    overlaid: ById<Rc<Record>>,
    /// A record's kind and root never change, so what stands here once may stay: [`Self::get`] says what is there.
    by_kind: Map<RecordKind, BTreeSet<RecordId>>,
    by_root: ById<BTreeSet<RecordId>>,
}

impl View {
    /// The record as its user sees it; none if it is deleted.
    pub fn get(&self, id: RecordId) -> Option<&Rc<Record>> {
        self.overlaid
            .get(&id)
            .or_else(|| self.base.get(id))
            .filter(|record| !record.deleted)
    }

    /// The record as the server last sent it, deleted or not.
    pub fn base(&self, id: RecordId) -> Option<&Rc<Record>> {
        self.base.get(id)
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

    /// What the base holds of a scope.
    pub fn digest(&self, scope: &ScopeId) -> Digest {
        self.base.digest(scope)
    }

    /// The rows that came by pull.
    pub(crate) const fn rows(&self) -> &Base {
        &self.base
    }

    /// Takes a chunk of a snapshot into the base. Overlays are not looked at here.
    pub(crate) fn take_chunk(&mut self, scope: &Rc<ScopeId>, chunk: Rc<Vec<u8>>) {
        for head in self.base.take_chunk(scope, &chunk) {
            self.index(head.id, head.root, &head.kind);
        }
    }

    /// Takes a page into the base and names the records it touched. Overlays are not looked at here.
    pub(crate) fn take_page(&mut self, page: ScopePage, touched: &mut BTreeSet<RecordId>) {
        for row in page.rows {
            touched.insert(row.id);
            self.index(row.id, row.root, &row.kind);
            self.base.take_row(row);
        }
        for exit in page.exits {
            touched.insert(exit.record);
            self.base.take_exit(&page.scope, exit);
        }
    }

    /// Takes a scope out of the base and names the records it held.
    pub(crate) fn drop_scope(&mut self, scope: &ScopeId, touched: &mut BTreeSet<RecordId>) {
        touched.extend(self.base.drop_scope(scope));
    }

    /// Derives these records anew: base, then each overlay in order.
    pub(crate) fn derive(
        &mut self,
        records: &BTreeSet<RecordId>,
        overlays: &Map<RecordId, Vec<&Mutation>>,
        author: UserId,
    ) {
        for id in records {
            let mutations = overlays.get(id).map(Vec::as_slice).unwrap_or_default();
            let seen = match mutations {
                [] => None,
                mutations => overlaid(self.base.get(*id).map(Rc::as_ref), mutations, author),
            };
            match seen {
                Some(record) => {
                    self.index(record.id, record.root, &record.kind);
                    self.overlaid.insert(*id, Rc::new(record));
                }
                None => drop(self.overlaid.remove(id)),
            }
        }
    }

    fn index(&mut self, id: RecordId, root: RecordId, kind: &RecordKind) {
        match self.by_kind.get_mut(kind) {
            Some(ids) => drop(ids.insert(id)),
            None => drop(self.by_kind.insert(kind.clone(), BTreeSet::from([id]))),
        }
        if root != id {
            self.by_root.entry(root).or_default().insert(id);
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
            Operation::Move => {
                if let Some(to) = mutation.destination() {
                    row.scope = to;
                }
            }
            _ => {}
        }
    }
    record
}
