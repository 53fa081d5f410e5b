//! Choices read from bytes: the same generator then serves a property test, which shrinks the bytes, and a fuzzer,
//! which learns from what they reach.

use ruyuan_domain::{DeviceId, GroupId, MutationId, RecordId};

/// Bytes as choices. Where they end every choice is the first one, which is the plainest.
pub struct Dice<'a> {
    bytes: &'a [u8],
}

impl<'a> Dice<'a> {
    /// Choices made of these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether no choice is left.
    pub const fn spent(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        usize::from(*first) % end
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of these.
    pub fn pick<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }
}

/// Ids of one run. Runs on one server do not meet, so that what one finds it finds again alone.
#[derive(Clone, Copy, Debug)]
pub struct Salt(pub u64);

impl Salt {
    const fn bits(self, sort: u128, number: usize) -> u128 {
        (self.0 as u128) << 64 | sort << 32 | number as u128
    }

    /// A device.
    pub const fn device(self, number: usize) -> DeviceId {
        DeviceId::from_u128(self.bits(1, number))
    }

    /// A mutation, by its device and its number there.
    pub const fn mutation(self, device: usize, mid: u64) -> MutationId {
        MutationId::from_u128(self.bits(2 + device as u128, mid as usize))
    }

    /// One of a few records that mutations meet on.
    pub const fn record(self, number: usize) -> RecordId {
        RecordId::from_u128(self.bits(31, number))
    }

    /// A record that only one mutation knows.
    pub const fn own_record(self, device: usize, mid: u64) -> RecordId {
        RecordId::from_u128(self.bits(32 + device as u128, mid as usize))
    }

    /// An act.
    pub const fn group(self, number: usize) -> GroupId {
        GroupId::from_u128(self.bits(64, number))
    }
}
