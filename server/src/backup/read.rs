//! Reading a backup: everything that is wrong with it is found before anything of it is used.

use super::{
    BackupError, Contents,
    format::{Header, Line, NAME, VERSION, hex},
};
use crate::store::portable::{Layout, Row, TABLES, named};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::bufread::GzDecoder;
use ruyuan_domain::RecordId;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// No line that we write comes near. A file made to fill the memory is stopped here.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Rows and bytes that are handed over at once.
const BATCH_ROWS: usize = 200;
const BATCH_BYTES: usize = 1024 * 1024;

/// A piece of a backup.
#[derive(Debug)]
pub enum Piece {
    /// Some rows of one table.
    Rows(Layout, Vec<Row>),
    /// An attachment begins.
    Blob(RecordId),
    /// Bytes of the attachment that has begun.
    Bytes(Vec<u8>),
    /// The attachment is whole.
    EndOfBlob,
}

/// Reads a backup piece by piece, in bounded memory.
pub struct Reader {
    file: PathBuf,
    input: BufReader<GzDecoder<BufReader<File>>>,
    sum: Sha256,
    contents: Contents,
    /// When it was made.
    pub header: Header,
    table: Option<(Layout, u64)>,
    tables: usize,
    blob: Option<(Sha256, u64)>,
    /// A row that the next batch begins with, or the line after the last row.
    ahead: Option<Vec<u8>>,
    ended: bool,
}

/// Reads all of a file, and nothing else.
///
/// # Errors
/// Whatever is wrong with it.
pub fn verify(file: &Path) -> Result<(Contents, Header), BackupError> {
    let mut reader = Reader::open(file)?;
    while reader.next()?.is_some() {}
    Ok((reader.contents, reader.header))
}

impl Reader {
    /// Opens a file and reads what it is.
    ///
    /// # Errors
    /// It cannot be read, or is no backup that this version knows.
    pub fn open(file: &Path) -> Result<Self, BackupError> {
        let open = File::open(file).map_err(|error| BackupError::CannotOpen {
            file: file.to_owned(),
            error,
        })?;
        let mut reader = Self {
            file: file.to_owned(),
            input: BufReader::new(GzDecoder::new(BufReader::new(open))),
            sum: Sha256::new(),
            contents: Contents::default(),
            header: Header {
                format: String::new(),
                version: 0,
                made_at: String::new(),
                program: String::new(),
                epoch: String::new(),
            },
            table: None,
            tables: 0,
            blob: None,
            ahead: None,
            ended: false,
        };
        let first = reader.line()?;
        match serde_json::from_slice(&first) {
            Ok(Line::Backup(header)) if header.format == NAME => {
                if header.version > VERSION {
                    return Err(reader.newer(format!("format {}", header.version)));
                }
                reader.header = header;
                Ok(reader)
            }
            _ => Err(reader.damaged("it does not begin as a backup of Ruyuan does")),
        }
    }

    /// What went by so far.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    fn damaged(&self, why: impl Into<String>) -> BackupError {
        BackupError::Damaged {
            file: self.file.clone(),
            why: why.into(),
        }
    }

    /// What this version does not know is of a newer one, or a letter that has changed: the rest of the file says
    /// which, by gzip's own checksum.
    fn newer(&mut self, why: String) -> BackupError {
        if let Err(error) = io::copy(&mut self.input, &mut io::sink()) {
            return self.damaged(format!("it cannot be read on: {error}"));
        }
        BackupError::NewerBackup {
            file: self.file.clone(),
            why,
        }
    }

    /// The next line, which is counted into the sum unless it is the last one.
    fn line(&mut self) -> Result<Vec<u8>, BackupError> {
        let mut line = Vec::new();
        let read = (&mut self.input).take(LONGEST).read_until(b'\n', &mut line);
        read.map_err(|error| self.damaged(format!("it cannot be read on: {error}")))?;
        if line.pop() != Some(b'\n') {
            return Err(self.damaged("it ends in the middle"));
        }
        if !line.starts_with(br#"{"end":"#) {
            self.sum.update(&line);
            self.sum.update(b"\n");
        }
        Ok(line)
    }

    /// The next piece; `None` after the last, and then all of it was right.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub fn next(&mut self) -> Result<Option<Piece>, BackupError> {
        if self.ended {
            return Ok(None);
        }
        loop {
            let line = match self.ahead.take() {
                Some(line) => line,
                None => self.line()?,
            };
            match line.first() {
                Some(b'[') => return self.rows(line).map(Some),
                Some(b'"') => return self.bytes(&line).map(Some),
                _ => {}
            }
            let line = serde_json::from_slice(&line)
                .map_err(|_| self.damaged("a line of it is none that is known"))?;
            match line {
                Line::Backup(_) => return Err(self.damaged("it begins twice")),
                Line::Table { name, columns } => self.begin_table(&name, &columns)?,
                Line::EndOfTable { rows } => match self.table.take() {
                    Some((_, read)) if read == rows => {}
                    _ => return Err(self.damaged("rows of a table are missing")),
                },
                Line::Blob { id } => return self.begin_blob(id).map(Some),
                Line::EndOfBlob { bytes, sha256 } => {
                    let (sum, read) = self.blob.take().unwrap_or_default();
                    if read != bytes || hex(sum) != sha256 {
                        return Err(self.damaged("an attachment of it is not as it was"));
                    }
                    self.contents.blobs += 1;
                    self.contents.blob_bytes += bytes;
                    return Ok(Some(Piece::EndOfBlob));
                }
                Line::End { sha256 } => {
                    self.end(&sha256)?;
                    return Ok(None);
                }
            }
        }
    }

    fn begin_table(&mut self, name: &str, columns: &[String]) -> Result<(), BackupError> {
        let table = named(name).ok_or_else(|| self.newer(format!("table {name}")))?;
        let layout = Layout::of(table, columns)
            .ok_or_else(|| self.newer(format!("a column of table {name}")))?;
        let at = TABLES.iter().position(|known| known.name == name);
        if self.table.is_some() || at.is_none_or(|at| at < self.tables) {
            return Err(self.damaged("its tables are out of order"));
        }
        self.tables = at.unwrap_or_default() + 1;
        self.table = Some((layout, 0));
        Ok(())
    }

    fn rows(&mut self, first: Vec<u8>) -> Result<Piece, BackupError> {
        let Some((layout, before)) = self.table.take() else {
            return Err(self.damaged("a row of it belongs to no table"));
        };
        let (mut rows, mut bytes, mut line) = (Vec::new(), 0, first);
        while line.first() == Some(&b'[') {
            let row: Row = serde_json::from_slice(&line)
                .ok()
                .filter(|row: &Vec<Value>| layout.fits(row))
                .ok_or_else(|| self.damaged(format!("a row of {}", layout.table.name)))?;
            self.contents.saw(&layout, &row);
            bytes += line.len();
            rows.push(row);
            line = self.line()?;
            if rows.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
                break;
            }
        }
        self.ahead = Some(line);
        self.table = Some((layout.clone(), before + rows.len() as u64));
        Ok(Piece::Rows(layout, rows))
    }

    fn begin_blob(&mut self, id: RecordId) -> Result<Piece, BackupError> {
        if self.blob.is_some() || self.table.is_some() {
            return Err(self.damaged("an attachment begins in the midst of something else"));
        }
        self.blob = Some(Default::default());
        Ok(Piece::Blob(id))
    }

    fn bytes(&mut self, line: &[u8]) -> Result<Piece, BackupError> {
        let bytes = serde_json::from_slice::<&str>(line)
            .ok()
            .and_then(|text| STANDARD.decode(text).ok());
        match (bytes, &mut self.blob) {
            (Some(bytes), Some((sum, read))) => {
                sum.update(&bytes);
                *read += bytes.len() as u64;
                Ok(Piece::Bytes(bytes))
            }
            _ => Err(self.damaged("a piece of an attachment")),
        }
    }

    fn end(&mut self, sha256: &str) -> Result<(), BackupError> {
        if hex(self.sum.clone()) != sha256 {
            return Err(self.damaged("its SHA-256 is another one"));
        }
        // Reading on also lets gzip compare its own checksum.
        let mut more = [0];
        match self.input.read(&mut more) {
            Ok(0) => {}
            Ok(_) => return Err(self.damaged("something stands after its end")),
            Err(error) => return Err(self.damaged(error.to_string())),
        }
        if self.table.is_some() || self.blob.is_some() {
            return Err(self.damaged("it ends in the middle"));
        }
        if let Some(scope) = self.contents.disagrees() {
            return Err(self.damaged(format!("scope {scope} does not hold what it counts")));
        }
        self.ended = true;
        Ok(())
    }
}
