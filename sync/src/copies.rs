//! How a half-filled form stands with its copies: the one that the server keeps for the other devices of its person,
//! and what one of those made of it meanwhile.

use crate::draft::Draft;
use ruyuan_domain::{DeviceId, ScopeId, read_from_members, wire::DraftEnd};
use serde::Serialize;

/// What the engine knows of a form's copies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copies {
    /// Counts its changes on this device: two of them may fall into one tick of the clock.
    pub changes: u64,
    /// The last version on the server that this device has seen, and has taken into account; 0 for none.
    #[serde(skip_serializing_if = "is_zero")]
    pub seen: u64,
    /// In a copy: the device whose words these are, and `changes` counts there. So an answer that was lost is not taken
    /// for another device's doing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<DeviceId>,
    /// How many changes of this device that version holds; none after words of this device that it lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<u64>,
    /// The version that last took the place of what was here. An editor that began before it has other words, and
    /// neither goes.
    #[serde(skip_serializing_if = "is_zero")]
    pub taken: u64,
    /// What another device made of it, of which this device has words of its own: its person chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Box<Elsewhere>>,
}

/// A form as another device left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    /// Its version on the server.
    pub version: u64,
    /// The form.
    pub draft: Draft,
}

/// A half-filled form of this device that is one no more, as long as the server has not heard of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndedDraft {
    /// The last version that this device has seen.
    pub seen: u64,
    /// The scope that its record was to be in.
    pub scope: ScopeId,
    /// How.
    pub how: DraftEnd,
}

const fn is_zero(version: &u64) -> bool {
    *version == 0
}

read_from_members!(Copies { changes } { seen, by, holds, taken, elsewhere });
read_from_members!(Elsewhere { version, draft });
read_from_members!(EndedDraft { seen, scope, how });

impl Copies {
    /// Whether there is nothing to know yet.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the server's version holds every word of this device.
    pub fn are_alike(&self) -> bool {
        self.holds == Some(self.changes)
    }

    /// Of a form that came from the server in this version.
    pub(crate) fn of_version(&self, version: u64) -> Self {
        Self {
            changes: self.changes + 1,
            seen: version,
            by: None,
            holds: Some(self.changes + 1),
            taken: version,
            elsewhere: None,
        }
    }

    /// After another change on this device.
    pub(crate) fn changed(&self) -> Self {
        Self {
            changes: self.changes + 1,
            ..self.clone()
        }
    }

    /// How its end is told to the server, if the server has it.
    pub(crate) fn ended(&self, scope: &ScopeId, how: DraftEnd) -> Option<EndedDraft> {
        (self.seen > 0).then(|| EndedDraft {
            seen: self.seen,
            scope: scope.clone(),
            how,
        })
    }
}

impl Draft {
    /// Whether two versions hold the same words, whatever page each was left on.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        let other = Self {
            page: self.page,
            saved_at: self.saved_at,
            copies: self.copies.clone(),
            ..other.clone()
        };
        *self == other
    }

    /// As it is copied: without what only this device needs to know of it.
    pub(crate) fn copied_by(&self, device: DeviceId) -> Self {
        let copies = Copies {
            changes: self.copies.changes,
            by: Some(device),
            ..Copies::default()
        };
        Self {
            copies,
            ..self.clone()
        }
    }
}
