//! The rows that came by pull, and what they add up to.

use crate::by_id::ById;
use ruyuan_domain::{
    Digest, Map, Record, RecordId, ScopeId,
    chunk::{self, RowHead},
    order::sorted_by_key,
    wire::Exit,
};
use std::{cell::OnceCell, ops::Range, rc::Rc};

/// The rows of a device, the newest version of each.
#[derive(Debug, Default)]
pub struct Base {
    rows: ById<Row>,
    digests: Map<ScopeId, Digest>,
}

/// One row. Of a snapshot's rows only the head is read until someone wants more.
#[derive(Debug)]
enum Row {
    Whole(Rc<Record>),
    Text {
        head: RowHead,
        scope: Rc<ScopeId>,
        chunk: Rc<Vec<u8>>,
        json: Range<usize>,
        read: OnceCell<Option<Rc<Record>>>,
    },
}

impl Row {
    fn record(&self) -> Option<&Rc<Record>> {
        match self {
            Self::Whole(record) => Some(record),
            Self::Text {
                chunk, json, read, ..
            } => read
                .get_or_init(|| {
                    let json = chunk.get(json.clone())?;
                    serde_json::from_slice(json).ok().map(Rc::new)
                })
                .as_ref(),
        }
    }

    fn version(&self) -> u64 {
        match self {
            Self::Whole(record) => record.version,
            Self::Text { head, .. } => head.version,
        }
    }

    fn scope(&self) -> &ScopeId {
        match self {
            Self::Whole(record) => &record.scope,
            Self::Text { scope, .. } => scope,
        }
    }

    fn is_deleted(&self) -> bool {
        matches!(self, Self::Whole(record) if record.deleted)
    }
}

impl Base {
    /// A row, deleted or not.
    pub fn get(&self, id: RecordId) -> Option<&Rc<Record>> {
        self.rows.get(&id).and_then(Row::record)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// What stands in a scope.
    pub fn digest(&self, scope: &ScopeId) -> Digest {
        self.digests.get(scope).copied().unwrap_or_default()
    }

    /// Every row of a scope, deleted ones too.
    pub fn of_scope<'a>(&'a self, scope: &'a ScopeId) -> impl Iterator<Item = &'a Rc<Record>> {
        self.rows
            .values()
            .filter(move |row| row.scope() == scope)
            .filter_map(Row::record)
    }

    /// The undeleted rows of a scope as chunks, in order of their ids.
    pub fn chunks(&self, scope: &ScopeId) -> Vec<Vec<u8>> {
        let mut ids: Vec<RecordId> = Vec::new();
        for (id, row) in &self.rows {
            if row.scope() == scope && !row.is_deleted() {
                ids.push(*id);
            }
        }
        let ids = sorted_by_key(ids, |id| *id);
        let mut chunks: Vec<Vec<u8>> = Vec::new();
        let mut writer = chunk::Writer::default();
        for row in ids.iter().filter_map(|id| self.rows.get(id)) {
            let full = match row {
                Row::Text {
                    head, chunk, json, ..
                } => writer.push(head, chunk.get(json.clone()).unwrap_or_default()),
                Row::Whole(record) => {
                    let json = serde_json::to_vec(record.as_ref()).unwrap_or_default();
                    writer.push(&RowHead::of(record), &json)
                }
            };
            chunks.extend(full);
        }
        chunks.extend(writer.finish());
        chunks
    }

    /// Takes a chunk's rows and gives their heads.
    pub fn take_chunk(&mut self, scope: &Rc<ScopeId>, chunk: &Rc<Vec<u8>>) -> Vec<RowHead> {
        let mut heads = Vec::new();
        // A line that cannot be read is missing from the digest, which has the scope loaded anew.
        for (head, json) in chunk::rows(chunk).flatten() {
            heads.push(head.clone());
            self.put(
                head.id,
                Row::Text {
                    head,
                    scope: Rc::clone(scope),
                    chunk: Rc::clone(chunk),
                    json,
                    read: OnceCell::new(),
                },
            );
        }
        heads
    }

    /// Takes a row of a page.
    pub fn take_row(&mut self, row: Record) {
        self.put(row.id, Row::Whole(Rc::new(row)));
    }

    /// A record left a scope: its row goes, unless it is another scope's by now or came back since.
    pub fn take_exit(&mut self, scope: &ScopeId, exit: Exit) {
        let leaves = self
            .rows
            .get(&exit.record)
            .is_some_and(|row| row.scope() == scope && row.version() < exit.version);
        if leaves {
            self.remove(exit.record);
        }
    }

    /// Takes every row of a scope out and names them.
    pub fn drop_scope(&mut self, scope: &ScopeId) -> Vec<RecordId> {
        let mut ids = Vec::new();
        for (id, row) in &self.rows {
            if row.scope() == scope {
                ids.push(*id);
            }
        }
        for id in &ids {
            self.remove(*id);
        }
        ids
    }

    /// Pages of different scopes come in any order: an older version of a row, from the scope that it left, must not
    /// take the place of the newer one.
    fn put(&mut self, id: RecordId, row: Row) {
        let known = self.rows.get(&id).map(Row::version);
        if known.is_none_or(|known| known < row.version()) {
            self.count(&row, Digest::add_row);
            if let Some(before) = self.rows.insert(id, row) {
                self.count(&before, Digest::take_out_row);
            }
        }
    }

    fn remove(&mut self, id: RecordId) {
        if let Some(row) = self.rows.remove(&id) {
            self.count(&row, Digest::take_out_row);
        }
    }

    fn count(&mut self, row: &Row, how: fn(&mut Digest, RecordId, u64)) {
        let (id, version) = match row {
            Row::Whole(record) if record.deleted => return,
            Row::Whole(record) => (record.id, record.version),
            Row::Text { head, .. } => (head.id, head.version),
        };
        let scope = row.scope();
        if self.digests.get(scope).is_none() {
            self.digests.insert(scope.clone(), Digest::default());
        }
        if let Some(digest) = self.digests.get_mut(scope) {
            how(digest, id, version);
        }
    }
}
