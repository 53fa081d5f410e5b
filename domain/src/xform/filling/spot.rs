//! The places of an answer: one for each question, group and instance, and one for each repeat as a whole.

use super::super::NodeId;
use crate::RecordId;

/// A place of an answer. It stays the same as long as the answer is filled, whatever is added or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(pub(super) u32);

impl At {
    /// The form itself.
    pub const FORM: Self = Self(0);

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A question, or something calculated.
    Question,
    /// A group, or the form itself.
    Group,
    /// A repeat as a whole.
    Repeat,
    /// One instance of a repeat.
    Instance,
}

/// A yes or no about a place.
pub(super) mod flag {
    /// Its own condition holds.
    pub const ASKED: u8 = 1;
    /// And those of all that it is in.
    pub const RELEVANT: u8 = 1 << 1;
    /// Its answer is read; follows the one before when its turn comes.
    pub const SHOWN: u8 = 1 << 2;
    pub const REQUIRED: u8 = 1 << 3;
    pub const READONLY: u8 = 1 << 4;
    /// Its constraint does not hold.
    pub const BROKEN: u8 = 1 << 5;
    /// An instance that was removed.
    pub const GONE: u8 = 1 << 6;
    /// An instance beyond the count of its repeat.
    pub const BEYOND: u8 = 1 << 7;
}

#[derive(Debug)]
pub(super) struct Spot {
    pub node: NodeId,
    pub role: Role,
    pub flags: u8,
    /// Which aspects wait to be worked out.
    pub waiting: u8,
    /// What has changed since it was last asked for.
    pub changed: u8,
    /// What it is in: of an instance its repeat.
    pub parent: At,
    /// The first of the places in it; they stand side by side, one for each node.
    pub first: u32,
    /// Its place in the document.
    pub order: u32,
    /// The answer, relevant or not.
    pub text: String,
    pub more: Option<Box<More>>,
}

/// What few places have.
#[derive(Debug, Default)]
pub(super) struct More {
    /// Of a repeat: its instances, also those that are not there now.
    pub instances: Vec<At>,
    /// Of an instance.
    pub id: Option<RecordId>,
    /// Of a repeat that counts: how many.
    pub count: Option<usize>,
    /// What of the answer is on offer, if not all of it.
    pub kept: Option<String>,
    /// The sum of its texts, to see whether they change.
    pub texts: u64,
}

impl Spot {
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Sets or clears a flag, and says whether it was otherwise.
    pub const fn set(&mut self, flag: u8, to: bool) -> bool {
        let before = self.has(flag);
        if to {
            self.flags |= flag;
        } else {
            self.flags &= !flag;
        }
        before != to
    }

    /// Whether it is there: neither removed nor beyond the count.
    pub const fn is_living(&self) -> bool {
        self.flags & (flag::GONE | flag::BEYOND) == 0
    }

    pub fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    pub fn instances(&self) -> &[At] {
        self.more.as_ref().map_or(&[], |more| &more.instances)
    }

    /// The answer as expressions read it.
    pub fn shown(&self) -> &str {
        if !self.has(flag::SHOWN) {
            return "";
        }
        let kept = self.more.as_ref().and_then(|more| more.kept.as_deref());
        kept.unwrap_or(&self.text)
    }
}
