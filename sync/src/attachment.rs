//! 附件: a photo or a document that belongs to a record, as a half-filled form carries it and as it stands on this
//! device.

use ruyuan_domain::{
    FieldValue, Fields, Record, RecordId, Stamp, blob::chunks_of, consts, consts::field,
    read_from_members, read_from_names,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What is known of an attachment beside its bytes: what its record will say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its media type (`image/jpeg`).
    pub media_type: String,
    /// How many bytes it has.
    pub size: u64,
    /// SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The file's own name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Width of a picture in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of a picture in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

read_from_members!(Attachment { media_type, size, sha256 } { name, width, height });

impl Attachment {
    /// A picture of these bytes.
    pub fn picture(media_type: &str, bytes: &[u8], width: u32, height: u32) -> Self {
        Self {
            media_type: media_type.to_owned(),
            size: bytes.len() as u64,
            sha256: sha256_of([bytes]),
            name: None,
            width: Some(width),
            height: Some(height),
        }
    }

    /// As a record says it; `None` for a record that is no attachment.
    pub fn of_fields(fields: &Fields) -> Option<Self> {
        let text = |name: &str| Some(fields.get(name)?.as_text()?.to_owned());
        let number = |name: &str| fields.get(name).and_then(FieldValue::as_integer);
        let pixels = |name: &str| number(name).and_then(|pixels| u32::try_from(pixels).ok());
        Some(Self {
            media_type: text(field::MEDIA_TYPE)?,
            size: u64::try_from(number(field::SIZE)?).ok()?,
            sha256: text(field::SHA256)?,
            name: text(field::NAME),
            width: pixels(field::WIDTH),
            height: pixels(field::HEIGHT),
        })
    }

    /// The fields of its record, which belongs to `parent` and answers `question`.
    pub fn fields(&self, parent: RecordId, question: &str) -> Fields {
        let mut fields = Fields::new();
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        fields.extend([
            (field::PARENT.to_owned(), parent.to_string().into()),
            (field::QUESTION.to_owned(), question.into()),
            (
                field::MEDIA_TYPE.to_owned(),
                self.media_type.as_str().into(),
            ),
            (field::SIZE.to_owned(), size.into()),
            (field::SHA256.to_owned(), self.sha256.as_str().into()),
        ]);
        if let Some(name) = &self.name {
            fields.insert(field::NAME.to_owned(), name.as_str().into());
        }
        for (name, pixels) in [(field::WIDTH, self.width), (field::HEIGHT, self.height)] {
            if let Some(pixels) = pixels {
                fields.insert(name.to_owned(), i64::from(pixels).into());
            }
        }
        fields
    }

    /// How many chunks its bytes are cut into.
    pub fn chunks(&self) -> u32 {
        chunks_of(self.size)
    }
}

/// The SHA-256 of bytes that come piece by piece.
#[derive(Debug, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Some more of them.
    pub fn take(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// Those were all: 64 lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        let mut digits = String::with_capacity(64);
        for byte in self.0.finalize() {
            // Writing to a string does not fail.
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }
}

/// SHA-256 of these pieces one after the other, as hexadecimal digits.
pub(crate) fn sha256_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Hasher::default();
    for piece in pieces {
        hasher.take(piece);
    }
    hasher.finish()
}

/// Where an attachment's bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobState {
    /// Only here, as far as this device knows.
    #[default]
    Waiting,
    /// Only here, and the server will not have them: they need their author.
    Refused,
    /// Here and on the server, which has confirmed it.
    Sent,
    /// On their way here from the server; there are the first `chunks`.
    Fetching,
    /// On the server, and here for as long as they are looked at.
    Fetched,
}

read_from_names!(BlobState {
    "waiting" => Waiting,
    "refused" => Refused,
    "sent" => Sent,
    "fetching" => Fetching,
    "fetched" => Fetched,
});

/// How an attachment stands on this device. Of one that is not here there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BlobHead {
    /// Where its bytes are.
    pub state: BlobState,
    /// How many bytes it has.
    pub size: u64,
    /// How many of its chunks the other end is known to have, or have come from there.
    pub chunks: u32,
    /// When it came here, was confirmed or was seen last.
    pub at: Option<Stamp>,
    /// Why it was refused, as the server says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

read_from_members!(BlobHead { state, size } { chunks, at, reason });

impl BlobHead {
    /// Whether all of its bytes are here.
    pub const fn is_here(&self) -> bool {
        !matches!(self.state, BlobState::Fetching)
    }

    /// Whether its bytes are nowhere else.
    pub const fn is_unsent(&self) -> bool {
        matches!(self.state, BlobState::Waiting | BlobState::Refused)
    }

    /// As one that waits to be sent, whatever the other end had of it.
    pub fn to_send_again(&self) -> Self {
        Self {
            state: BlobState::Waiting,
            chunks: 0,
            ..self.clone()
        }
    }

    /// How many of its bytes the other end has, or have come from there.
    pub fn moved(&self) -> u64 {
        (u64::from(self.chunks) * consts::BLOB_CHUNK_BYTES as u64).min(self.size)
    }
}

/// The attachment that a record is of.
pub fn attachment_of(record: &Record) -> Option<Attachment> {
    Attachment::of_fields(&record.fields)
}
