//! A snapshot's chunk: many rows as one text, of which a start reads the heads only.
//!
//! A line for each row: `version id root length kind`, a tab, and the row as JSON of so many bytes, in which neither tab
//! nor line end can stand. A phone that opens with ten thousand rows reads ten thousand heads, goes from one to the next
//! by the length, and reads the JSON of those it shows. Deleted rows are left out: a chunk is a beginning, and there was
//! nothing before it.

use crate::{Record, RecordId, RecordKind};
use std::ops::Range;

/// Most bytes of a chunk, as long as one row is not larger.
pub const CHUNK_LIMIT: usize = 256 * 1024;

/// What is known of a row before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowHead {
    /// Its version.
    pub version: u64,
    /// Which record it is.
    pub id: RecordId,
    /// Its root.
    pub root: RecordId,
    /// What it is.
    pub kind: RecordKind,
}

/// Rows on their way into chunks.
#[derive(Debug, Default)]
pub struct Writer {
    open: Vec<u8>,
}

impl Writer {
    /// Adds a row; gives the chunk before it, if that has no room for it.
    pub fn push(&mut self, head: &RowHead, json: &[u8]) -> Option<Vec<u8>> {
        let before = self.open.len();
        write(&mut self.open, head, json);
        let full = before > 0 && self.open.len() > CHUNK_LIMIT;
        full.then(|| {
            let rest = self.open.split_off(before);
            std::mem::replace(&mut self.open, rest)
        })
    }

    /// The last chunk, if there is anything in it.
    pub fn finish(self) -> Option<Vec<u8>> {
        (!self.open.is_empty()).then_some(self.open)
    }
}

/// Writes a head and the row's JSON, which the caller has.
fn write(chunk: &mut Vec<u8>, head: &RowHead, json: &[u8]) {
    let RowHead {
        version,
        id,
        root,
        kind,
    } = head;
    let text = format!("{version} {id} {root} {} {kind}\t", json.len());
    chunk.extend_from_slice(text.as_bytes());
    chunk.extend_from_slice(json);
    chunk.push(b'\n');
}

impl RowHead {
    /// The head of a row.
    pub fn of(record: &Record) -> Self {
        Self {
            version: record.version,
            id: record.id,
            root: record.root,
            kind: record.kind.clone(),
        }
    }
}

/// The rows of a chunk: each head, and where its JSON stands. `None` for a line that is none, or not whole.
pub fn rows(chunk: &[u8]) -> impl Iterator<Item = Option<(RowHead, Range<usize>)>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let line = chunk.get(at..).filter(|rest| !rest.is_empty())?;
        let found = row(line);
        let start = at;
        at += match &found {
            Some((_, json)) => json.end + 1,
            // What is no row ends where lines end.
            None => line
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(line.len(), |end| end + 1),
        };
        Some(found.map(|(head, json)| (head, start + json.start..start + json.end)))
    })
}

/// The row that begins here.
fn row(text: &[u8]) -> Option<(RowHead, Range<usize>)> {
    let tab = text.iter().position(|byte| *byte == b'\t')?;
    let (head, length) = head(std::str::from_utf8(text.get(..tab)?).ok()?)?;
    let start = tab + 1;
    let end = start.checked_add(length)?;
    (text.get(end) == Some(&b'\n')).then_some((head, start..end))
}

fn head(text: &str) -> Option<(RowHead, usize)> {
    let mut parts = text.splitn(5, ' ');
    let [version, id, root, length, kind] = std::array::from_fn(|_| parts.next());
    let head = RowHead {
        version: version?.parse().ok()?,
        id: id?.parse().ok()?,
        root: root?.parse().ok()?,
        kind: RecordKind::from(kind?.to_owned()),
    };
    Some((head, length?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_head(bits: u128, kind: RecordKind) -> RowHead {
        RowHead {
            version: 7,
            id: RecordId::from_u128(bits),
            root: RecordId::from_u128(1),
            kind,
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let heads = [
            a_head(1, RecordKind::Enterprise),
            a_head(2, RecordKind::Unknown("later kind".to_owned())),
        ];
        let mut chunk = Vec::new();
        for head in &heads {
            write(&mut chunk, head, br#"{"name":"a\tb\n"}"#);
        }
        let read: Vec<_> = rows(&chunk).collect::<Option<_>>().unwrap();
        for ((head, range), expected) in read.into_iter().zip(heads) {
            assert_eq!(head, expected);
            assert_eq!(&chunk[range], br#"{"name":"a\tb\n"}"#);
        }
        assert_eq!(rows(b"").count(), 0);
    }

    #[test]
    fn a_chunk_ends_before_the_row_that_has_no_room() {
        let mut writer = Writer::default();
        let head = a_head(1, RecordKind::Visit);
        let large = vec![b'1'; CHUNK_LIMIT];
        assert_eq!(writer.push(&head, &large), None, "one row always fits");
        let first = writer.push(&head, b"{}").unwrap();
        assert!(first.len() > CHUNK_LIMIT && rows(&first).count() == 1);
        assert_eq!(writer.push(&head, b"{}"), None);
        assert_eq!(rows(&writer.finish().unwrap()).count(), 2);
        assert_eq!(Writer::default().finish(), None);
    }

    #[test]
    fn a_cut_chunk_is_noticed() {
        let mut chunk = Vec::new();
        write(&mut chunk, &a_head(1, RecordKind::Visit), b"{}");
        for cut in 1..chunk.len() {
            assert!(rows(&chunk[..cut]).any(|row| row.is_none()), "{cut}");
        }
    }
}
