//! The bytes of an attachment, under its record's id: how they are cut into chunks, and what both ends say of them.

use crate::{
    RecordId,
    consts::{BLOB_CHUNK_BYTES, MATERIAL_LIMIT, PHOTO_LIMIT},
    read_from_members,
};
use serde::Serialize;

/// How far the server has a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlobStanding {
    /// The blob.
    pub id: RecordId,
    /// How many bytes it has.
    pub size: u64,
    /// How many bytes its chunks have, but the last.
    pub chunk_bytes: u64,
    /// Numbers of the chunks that it has.
    pub have: Vec<u32>,
    /// Whether it has all of it, checked.
    pub complete: bool,
}

read_from_members!(BlobStanding {
    id,
    size,
    chunk_bytes,
    have,
    complete
});

/// How many chunks this many bytes are cut into.
pub fn chunks_of(size: u64) -> u32 {
    u32::try_from(size.div_ceil(BLOB_CHUNK_BYTES as u64)).unwrap_or(u32::MAX)
}

/// How long the chunk of this number is: all but the last are alike. `None` behind the last.
pub fn chunk_length(size: u64, n: u32) -> Option<usize> {
    let from = u64::from(n) * BLOB_CHUNK_BYTES as u64;
    let left = size.checked_sub(from).filter(|left| *left > 0)?;
    Some(usize::try_from(left).map_or(BLOB_CHUNK_BYTES, |left| left.min(BLOB_CHUNK_BYTES)))
}

/// Whether this is one of the types of pictures that every phone shows.
pub fn is_picture(media_type: &str) -> bool {
    ["image/jpeg", "image/png", "image/webp"].contains(&media_type)
}

/// Whether this is a media type without parameters: it becomes a header of an answer.
pub fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        !part.is_empty() && part.bytes().all(plain)
    };
    let parts = text.split_once('/').filter(|_| text.len() <= 100);
    parts.is_some_and(|(kind, rest)| token(kind) && token(rest))
}

/// How many bytes a file of this type may have.
pub fn limit_of(media_type: &str) -> u64 {
    if is_picture(media_type) {
        PHOTO_LIMIT
    } else {
        MATERIAL_LIMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_add_up_to_the_whole() {
        let whole = BLOB_CHUNK_BYTES as u64;
        for size in [1, whole - 1, whole, whole + 1, 7 * whole, 7 * whole + 5] {
            let lengths: Vec<_> = (0..chunks_of(size))
                .map(|n| chunk_length(size, n).unwrap())
                .collect();
            assert_eq!(lengths.iter().sum::<usize>() as u64, size);
            assert!(
                lengths
                    .iter()
                    .rev()
                    .skip(1)
                    .all(|length| *length == BLOB_CHUNK_BYTES)
            );
            assert_eq!(chunk_length(size, chunks_of(size)), None);
        }
        assert_eq!((chunks_of(0), chunk_length(0, 0)), (0, None));
        assert_eq!(chunk_length(u64::MAX, u32::MAX), Some(BLOB_CHUNK_BYTES));
    }

    #[test]
    fn photos_and_other_materials_have_limits_of_their_own() {
        assert_eq!(limit_of("image/jpeg"), 20 * 1024 * 1024);
        assert_eq!(limit_of("application/pdf"), 200 * 1024 * 1024);
        assert_eq!(limit_of("image/svg+xml"), 200 * 1024 * 1024);
    }
}
