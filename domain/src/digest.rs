//! What two copies of a scope compare to know that they hold the same rows.

use crate::{Record, RecordId, read_from_members};
use serde::Serialize;

/// How many undeleted rows there are, and the sum of their hashes modulo 2⁶⁴. A sum does not depend on order, and a
/// row is taken out of it as easily as it came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Digest {
    /// How many rows.
    pub rows: u64,
    /// The sum, in the range of a signed number, which is what databases have.
    pub sum: i64,
}

impl Digest {
    /// Counts a row in, unless it is deleted.
    pub fn add(&mut self, record: &Record) {
        if !record.deleted {
            self.add_row(record.id, record.version);
        }
    }

    /// Counts a row out, unless it is deleted and never was in.
    pub fn take_out(&mut self, record: &Record) {
        if !record.deleted {
            self.take_out_row(record.id, record.version);
        }
    }

    /// Counts in an undeleted row of this id and version.
    pub fn add_row(&mut self, id: RecordId, version: u64) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(hash(id, version));
    }

    /// Counts out an undeleted row of this id and version.
    pub fn take_out_row(&mut self, id: RecordId, version: u64) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(hash(id, version));
    }
}

/// A row's share: id and version decide what it holds, so its contents need no hashing. It guards against mistakes,
/// not against attackers.
const fn hash(id: RecordId, version: u64) -> i64 {
    let bits = id.as_u128();
    mixed(mixed(mixed(version) ^ (bits >> 64) as u64) ^ bits as u64).cast_signed()
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit of the output.
const fn mixed(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

read_from_members!(Digest { rows, sum });

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(u128, u64)]) -> Digest {
        let mut digest = Digest::default();
        for (id, version) in rows {
            digest.add_row(RecordId::from_u128(*id), *version);
        }
        digest
    }

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        assert_eq!(of(&[(1, 1), (2, 5)]), of(&[(2, 5), (1, 1)]));
        let sums = [
            of(&[(1, 1), (2, 5)]),
            of(&[(1, 5), (2, 1)]),
            of(&[(1, 2), (2, 4)]),
            of(&[(1 << 64, 1), (2, 5)]),
        ];
        for (index, one) in sums.iter().enumerate() {
            assert!(!sums[index + 1..].contains(one), "{index}");
        }
    }

    /// Every released client and server must agree on this for ever.
    #[test]
    fn the_hash_is_part_of_the_protocol() {
        assert_eq!(of(&[(1, 1)]).sum, hash(RecordId::from_u128(1), 1));
        assert_eq!(mixed(0).cast_signed(), -2_152_535_657_050_944_081);
    }
}
