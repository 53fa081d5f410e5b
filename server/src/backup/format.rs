//! The file of a backup: lines of JSON, compressed with gzip, so that any tool reads it in ten years.
//!
//! A line is an array (a row), a text (a piece of an attachment in Base64) or an object ([`Line`]). The last one holds
//! the SHA-256 of everything before it. Tables come in the order in which they can be filled.

use super::Contents;
use crate::{clock::Clock, store::portable::Layout};
use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use futures::{Stream, StreamExt};
use ruyuan_domain::RecordId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
};

/// What the first line calls the file.
pub const NAME: &str = "ruyuan-backup";

/// Counted up when an older reader would understand the file wrongly. New tables and columns need no new number.
pub const VERSION: u32 = 1;

/// Bytes of an attachment in one line.
const PIECE: usize = 48 * 1024;

/// What the file is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    /// [`NAME`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// When it was made.
    pub made_at: String,
    /// By which version of the program.
    pub program: String,
    /// The life of the database that it was made of. For people to read: a restore begins a new one.
    pub epoch: String,
}

impl Header {
    /// Of a backup that is made now.
    pub fn now(clock: &dyn Clock, epoch: String) -> Self {
        Self {
            format: NAME.to_owned(),
            version: VERSION,
            made_at: clock.now().to_string(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            epoch,
        }
    }
}

/// Every line that is neither a row nor a piece of an attachment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first.
    Backup(Header),
    /// Rows of this table follow, with these columns.
    Table {
        /// Its name.
        name: String,
        /// The columns of each row.
        columns: Vec<String>,
    },
    /// So many rows came.
    EndOfTable {
        /// How many.
        rows: u64,
    },
    /// Pieces of this attachment follow.
    Blob {
        /// Of its record.
        id: RecordId,
    },
    /// That was all of it.
    EndOfBlob {
        /// How long it is.
        bytes: u64,
        /// Of its bytes.
        sha256: String,
    },
    /// The last.
    End {
        /// Of all lines before this one.
        sha256: String,
    },
}

/// Writes a file of this format and counts what went in.
pub struct Writer {
    out: GzEncoder<BufWriter<File>>,
    sum: Sha256,
    line: Vec<u8>,
    rows: u64,
    contents: Contents,
}

impl Writer {
    /// Into this file, which is empty.
    pub fn new(file: File) -> io::Result<Self> {
        Ok(Self {
            out: GzEncoder::new(BufWriter::new(file), Compression::default()),
            sum: Sha256::new(),
            line: Vec::new(),
            rows: 0,
            contents: Contents::default(),
        })
    }

    fn put(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)?;
        self.line.push(b'\n');
        self.sum.update(&self.line);
        self.out.write_all(&self.line)
    }

    /// The first line.
    pub fn header(&mut self, header: &Header) -> io::Result<()> {
        self.put(&Line::Backup(header.clone()))
    }

    /// Rows of this layout follow.
    pub fn table(&mut self, layout: &Layout) -> io::Result<()> {
        self.rows = 0;
        self.put(&Line::Table {
            name: layout.table.name.to_owned(),
            columns: layout.names().into_iter().map(str::to_owned).collect(),
        })
    }

    /// A row.
    pub fn row(&mut self, layout: &Layout, row: &[Value]) -> io::Result<()> {
        self.contents.saw(layout, row);
        self.rows += 1;
        self.put(&row)
    }

    /// No more rows of this layout.
    pub fn end_of_table(&mut self, _: &Layout) -> io::Result<()> {
        self.put(&Line::EndOfTable { rows: self.rows })
    }

    /// The bytes of an attachment.
    pub async fn blob(
        &mut self,
        id: RecordId,
        mut bytes: impl Stream<Item = io::Result<Bytes>> + Unpin,
    ) -> io::Result<()> {
        self.put(&Line::Blob { id })?;
        let (mut sum, mut length) = (Sha256::new(), 0);
        while let Some(piece) = bytes.next().await {
            for piece in piece?.chunks(PIECE) {
                length += piece.len() as u64;
                sum.update(piece);
                self.put(&STANDARD.encode(piece))?;
            }
        }
        self.contents.blobs += 1;
        self.contents.blob_bytes += length;
        self.put(&Line::EndOfBlob {
            bytes: length,
            sha256: hex(sum),
        })
    }

    /// Ends the file and waits until it is on disk.
    pub fn finish(mut self) -> io::Result<Contents> {
        let sha256 = hex(self.sum.clone());
        self.put(&Line::End { sha256 })?;
        let file = self.out.finish()?.into_inner().map_err(io::Error::from)?;
        file.sync_all()?;
        Ok(self.contents)
    }
}

/// A finished SHA-256 as hexadecimal text.
pub fn hex(sum: Sha256) -> String {
    sum.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
