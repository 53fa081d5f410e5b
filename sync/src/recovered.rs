//! 找回: a row that a device still had when the server was set back to a time before it. It waits in its scope, as a
//! record of its own, for who manages the scope to restore it or to give it up.

use crate::engine::{Act, Edit, State};
use ruyuan_domain::{
    FieldChange, FieldValue, Fields, Gather, Map, Operation, Record, RecordId, RecordKind, Stamp,
    consts, consts::field, order::sorted_by_key,
};

/// What the head of an edit takes of the limit of one mutation, at most.
const HEAD_BYTES: usize = 1024;

/// A row that was found again.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovered {
    /// What carries it: a record, or several where it is too large for one.
    pub rows: Vec<Record>,
    /// The record as the device had it.
    pub was: Record,
    /// Whether all of it has come.
    pub whole: bool,
}

/// Whether a row that was found again can be made a record again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It can.
    Restorable,
    /// The record is there, and another version of it.
    Newer,
    /// It was deleted then.
    Deleted,
    /// What it belongs to is not there.
    Orphaned,
    /// Other parts of it have not come yet.
    Partial,
    /// It is of a kind that no person writes, or of a later version of the app.
    Unwritable,
    /// It is more than one act carries.
    TooLarge,
}

/// Everything that was found again and nobody has seen to, in the order in which it was found.
pub fn all(state: &State) -> Vec<Recovered> {
    let mut found: Vec<Recovered> = Vec::new();
    for row in state.view().of_kind(&RecordKind::Recovered) {
        let part = row.integer(field::RECOVERED_PARTS).is_some();
        let known = found.iter_mut().filter(|_| part);
        match known.into_iter().find(|known| known.is_carried_by(row)) {
            Some(known) => known.rows.push(Record::clone(row)),
            None => found.push(Recovered::by(row)),
        }
    }
    found.into_iter().map(Recovered::put_together).collect()
}

impl Recovered {
    fn by(row: &Record) -> Self {
        let text = |name| row.text(name);
        let id = text(field::RECOVERED_RECORD).parse().unwrap_or(row.id);
        let version = row.integer(field::RECOVERED_VERSION);
        let deleted = row.fields.get(field::RECOVERED_DELETED);
        let was = Record {
            id,
            root: text(field::RECOVERED_ROOT).parse().unwrap_or(id),
            kind: RecordKind::from(text(field::RECOVERED_KIND).to_owned()),
            scope: row.scope.clone(),
            seq: Default::default(),
            version: version.map_or(0, |version| version.try_into().unwrap_or(0)),
            fields: Fields::new(),
            deleted: deleted.is_some_and(FieldValue::is_true),
            by: text(field::RECOVERED_BY).parse().unwrap_or(row.by),
            at: Stamp::parse(text(field::RECOVERED_AT)).unwrap_or(row.at),
            unknown: Map::new(),
        };
        Self {
            rows: vec![row.clone()],
            was,
            whole: false,
        }
    }

    /// Whether this row carries another part of it.
    fn is_carried_by(&self, row: &Record) -> bool {
        let same = |first: &Record| {
            let names = [
                field::RECOVERED_RECORD,
                field::RECOVERED_VERSION,
                field::RECOVERED_BY,
                field::RECOVERED_AT,
                field::RECOVERED_PARTS,
            ];
            first.scope == row.scope
                && names
                    .iter()
                    .all(|name| first.fields.get(*name) == row.fields.get(*name))
        };
        self.rows.first().is_some_and(same)
    }

    /// Reads the record's fields from what carries them.
    fn put_together(mut self) -> Self {
        let part = |row: &Record| row.integer(field::RECOVERED_PART).unwrap_or_default();
        self.rows = sorted_by_key(self.rows, |row| part(row));
        let Some(first) = self.rows.first() else {
            return self;
        };
        let Some(count) = first.integer(field::RECOVERED_PARTS) else {
            let named = first.fields.iter().filter_map(|(name, value)| {
                let name = name.strip_prefix(field::RECOVERED_FIELD)?;
                Some((name.to_owned(), value.clone()))
            });
            self.was.fields = named.gathered();
            self.whole = true;
            return self;
        };
        let mut text = String::new();
        let mut next = 1;
        for row in &self.rows {
            if part(row) == next {
                text.push_str(row.text(field::RECOVERED_TEXT));
                next += 1;
            }
        }
        if next - 1 == count
            && let Ok(fields) = serde_json::from_slice(text.as_bytes())
        {
            self.was.fields = fields;
            self.whole = true;
        }
        self
    }

    /// Whether it can be made a record again.
    pub fn standing(&self, state: &State) -> Standing {
        let stands = |id: RecordId| state.view().get(id).is_some();
        let was = &self.was;
        // A kind that comes new must say here whether a person may write it.
        let writable = match was.kind {
            RecordKind::Enterprise
            | RecordKind::Visit
            | RecordKind::PlannedVisit
            | RecordKind::Assignment
            | RecordKind::Pledge
            | RecordKind::Issue
            | RecordKind::IssueStep
            | RecordKind::Meeting
            | RecordKind::MeetingItem
            | RecordKind::RepeatInstance
            | RecordKind::Attachment => true,
            RecordKind::Conflict
            | RecordKind::Recovered
            | RecordKind::Form
            | RecordKind::Division
            | RecordKind::Park
            | RecordKind::IndustryChain
            | RecordKind::Unknown(_) => false,
        };
        if !self.whole {
            Standing::Partial
        } else if stands(was.id) {
            Standing::Newer
        } else if was.deleted {
            Standing::Deleted
        } else if !writable {
            Standing::Unwritable
        } else if was.root != was.id && !stands(was.root) {
            Standing::Orphaned
        } else if self.lots().is_none() {
            Standing::TooLarge
        } else {
            Standing::Restorable
        }
    }

    /// The act that makes the record anew, under its own id, and closes what carried it.
    pub fn restored(&self) -> Act {
        let mut edits = Vec::new();
        for fields in self.lots().unwrap_or_default() {
            // What one edit does not carry is changed by the next.
            let op = match edits.is_empty() {
                true => Operation::Create,
                false => Operation::Update,
            };
            edits.push(edit(&self.was, op, 0, fields));
        }
        edits.extend(self.given_up().edits);
        Act {
            edits,
            submits: None,
        }
    }

    /// The act that closes what carried it, and no more.
    pub fn given_up(&self) -> Act {
        let close = |row: &Record| edit(row, Operation::Delete, row.version, Map::new());
        Act {
            edits: self.rows.iter().map(close).collect(),
            submits: None,
        }
    }

    /// Its fields in as many lots as edits take, the smallest values first: what a record must have is short. `None`
    /// if no act carries them.
    fn lots(&self) -> Option<Vec<Map<String, FieldChange>>> {
        let mut sized = Vec::new();
        for (name, value) in self.was.fields.iter() {
            let change = FieldChange {
                old: None,
                new: Some(value.clone()),
            };
            let alone: Map<String, FieldChange> = [(name.clone(), change)].into();
            sized.push((serde_json::to_vec(&alone).ok()?.len(), alone));
        }
        let sized = sorted_by_key(sized, |(bytes, _)| *bytes);
        let mut lots = vec![Map::new()];
        let (mut lot_bytes, mut act_bytes) = (HEAD_BYTES, HEAD_BYTES * (1 + self.rows.len()));
        for (bytes, alone) in sized {
            if lot_bytes + bytes > consts::MUTATION_LIMIT {
                lots.push(Map::new());
                act_bytes += HEAD_BYTES;
                lot_bytes = HEAD_BYTES;
            }
            lot_bytes += bytes;
            act_bytes += bytes;
            if lot_bytes > consts::MUTATION_LIMIT {
                return None;
            }
            lots.last_mut()?.extend(alone);
        }
        (act_bytes <= consts::PUSH_LIMIT).then_some(lots)
    }

    /// Its fields as lines, for a person to keep.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.was.fields.iter() {
            let value = match value {
                FieldValue::Text(text) => text.clone(),
                FieldValue::Integer(number) => number.to_string(),
                FieldValue::Bool(truth) => truth.to_string(),
            };
            text.push_str(&format!("{name}: {value}\n"));
        }
        // Of what has not come whole, what there is.
        for row in self.rows.iter().filter(|_| !self.whole) {
            text.push_str(row.text(field::RECOVERED_TEXT));
        }
        text
    }
}

fn edit(row: &Record, op: Operation, base: u64, fields: Map<String, FieldChange>) -> Edit {
    Edit {
        record: row.id,
        root: Some(row.root).filter(|root| *root != row.id),
        kind: row.kind.clone(),
        scope: row.scope.clone(),
        op,
        base,
        fields,
        mends: None,
    }
}

/// The fields of a record that carries `old`, or of it a piece of its fields' JSON: the piece's number from 1, how many
/// there are, the piece.
pub(crate) fn fields_of(old: &Record, piece: Option<(u32, u32, &str)>) -> Fields {
    let text = |value: String| FieldValue::from(value);
    let version = i64::try_from(old.version).unwrap_or(i64::MAX);
    let mut fields = Fields::new();
    fields.extend([
        (field::RECOVERED_RECORD.to_owned(), text(old.id.to_string())),
        (field::RECOVERED_KIND.to_owned(), text(old.kind.to_string())),
        (field::RECOVERED_ROOT.to_owned(), text(old.root.to_string())),
        (field::RECOVERED_VERSION.to_owned(), version.into()),
        (field::RECOVERED_DELETED.to_owned(), old.deleted.into()),
        (field::RECOVERED_BY.to_owned(), text(old.by.to_string())),
        (field::RECOVERED_AT.to_owned(), text(old.at.to_string())),
    ]);
    match piece {
        Some((n, count, piece)) => fields.extend([
            (field::RECOVERED_PART.to_owned(), i64::from(n).into()),
            (field::RECOVERED_PARTS.to_owned(), i64::from(count).into()),
            (field::RECOVERED_TEXT.to_owned(), piece.into()),
        ]),
        None => {
            for (name, value) in old.fields.iter() {
                fields.insert(format!("{}{name}", field::RECOVERED_FIELD), value.clone());
            }
        }
    }
    fields
}

/// Cuts a text into pieces that have at most so many bytes each as JSON, and a character at least.
pub(crate) fn cut(text: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, sign) in text.char_indices() {
        let size = match sign {
            '"' | '\\' => 2,
            '\0'..='\u{1f}' => 6,
            sign => sign.len_utf8(),
        };
        if bytes + size > room && at > from {
            pieces.extend(text.get(from..at));
            (from, bytes) = (at, 0);
        }
        bytes += size;
    }
    pieces.extend(text.get(from..).filter(|rest| !rest.is_empty()));
    pieces
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ruyuan_domain::{ScopeId, UserId};

    fn row(fields: Fields) -> Record {
        Record {
            id: RecordId::from_u128(7),
            root: RecordId::from_u128(5),
            kind: RecordKind::Visit,
            scope: ScopeId::park("330802-01"),
            seq: Default::default(),
            version: 3,
            fields,
            deleted: false,
            by: UserId::from_u128(9),
            at: Stamp::from_unix_ms(1_795_395_600_000, 480),
            unknown: Map::new(),
        }
    }

    fn carried(old: &Record, room: usize) -> Vec<Record> {
        let text = serde_json::to_string(&old.fields).unwrap_or_default();
        let pieces = cut(&text, room);
        let count = pieces.len() as u32;
        let carriers = pieces.into_iter().zip(1..).map(|(piece, n)| Record {
            id: RecordId::from_u128(u128::from(u32::MAX - n)),
            kind: RecordKind::Recovered,
            ..row(fields_of(old, Some((n, count, piece))))
        });
        carriers.collect()
    }

    fn put_together(rows: &[Record]) -> Recovered {
        let mut found = Recovered::by(&rows[0]);
        for row in &rows[1..] {
            assert!(found.is_carried_by(row));
            found.rows.push(row.clone());
        }
        found.put_together()
    }

    proptest! {
        #[test]
        fn whatever_it_is_cut_into_it_is_put_together_again(
            values in prop::collection::vec((".{0,8}", ".{0,80}"), 0..9),
            room in 0_usize..60,
        ) {
            let values = values.into_iter().map(|(name, value)| (name, value.into()));
            let old = row(values.collect());
            let mut rows = carried(&old, room);
            for row in &rows {
                let piece = row.text(field::RECOVERED_TEXT);
                let json = serde_json::to_string(piece).unwrap();
                prop_assert!(json.len() - 2 <= room || piece.chars().count() == 1);
            }
            // In whatever order they came.
            rows.reverse();
            let found = put_together(&rows);
            prop_assert!(found.whole);
            prop_assert_eq!(&found.was, &old);
            if rows.len() > 1 {
                rows.remove(rows.len() / 2);
                prop_assert!(!put_together(&rows).whole);
            }
        }
    }

    #[test]
    fn what_one_edit_does_not_carry_is_changed_by_the_next() {
        let long = |n: usize| FieldValue::from("长".repeat(n));
        let small = [("name", FieldValue::from("甲"))];
        let large = ["a", "b", "c"].map(|name| (name, long(60_000)));
        let fields = small.into_iter().chain(large);
        let named = fields.map(|(name, value)| (name.to_owned(), value));
        let old = row(named.collect());
        let found = put_together(&carried(&old, 200_000));
        let lots = found.lots().unwrap();
        assert_eq!(lots.len(), 3);
        assert!(
            lots[0].contains_key("name"),
            "what it must have comes first"
        );
        let edits = found.restored().edits;
        let ops: Vec<Operation> = edits.iter().map(|edit| edit.op).collect();
        let (create, update, delete) = (Operation::Create, Operation::Update, Operation::Delete);
        assert_eq!(ops, [create, update, update, delete, delete, delete]);
        for lot in lots {
            let bytes = serde_json::to_vec(&lot).unwrap().len();
            assert!(bytes + HEAD_BYTES <= consts::MUTATION_LIMIT);
        }
        // One value that no edit carries, and more than an act does.
        let huge = row([("a".to_owned(), long(100_000))].into());
        assert_eq!(put_together(&carried(&huge, 200_000)).lots(), None);
        let many = (0..9).map(|n| (n.to_string(), long(60_000)));
        let many = row(many.collect());
        assert_eq!(put_together(&carried(&many, 200_000)).lots(), None);
    }
}
