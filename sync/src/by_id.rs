//! Maps by record id.

use ruyuan_domain::RecordId;
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A map by record id: a phone puts ten thousand rows into one at every start.
pub type ById<V> = HashMap<RecordId, V, BuildHasherDefault<IdHasher>>;

/// Ids are made of chance already, so their own bits are hash enough; the library's keyed hash of them was a tenth of a
/// start. Whoever makes ids that collide slows down their own park's phones, whose records they may write anyway.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..byte.len()].copy_from_slice(byte);
            self.0 = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    /// The length of an id says nothing.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        // The map takes its places from the low bits and its tags from the high ones.
        self.0 ^ (self.0 >> 32)
    }
}
