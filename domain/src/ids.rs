//! Newtypes for everything that is told apart by an id or a number.

use crate::{blank_is_default, json::Blank};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Milliseconds since 1970-01-01T00:00:00Z and ten random bytes: what a UUIDv7 is made of.
///
/// The caller brings both, because this crate has neither clock nor randomness.
#[derive(Clone, Copy, Debug)]
pub struct IdSeed {
    /// Milliseconds since the Unix epoch.
    pub unix_ms: u64,
    /// Ten bytes from a cryptographic source.
    pub random: [u8; 10],
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a UUIDv7: ids sort by the time at which they were made.
            pub fn new(seed: IdSeed) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(seed.unix_ms, &seed.random).into_uuid())
            }

            /// The id's 128 bits, for stores that keep it as bytes.
            pub const fn as_u128(self) -> u128 {
                self.0.as_u128()
            }

            /// An id of fixed bits; for content that must keep the same id on every server.
            pub const fn from_u128(bits: u128) -> Self {
                Self(Uuid::from_u128(bits))
            }
        }

        impl Blank for $name {
            fn blank() -> Self {
                Self(Uuid::nil())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }
        }
    };
}

/// The text is not a UUID.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a UUID")]
pub struct NotAnId;

uuid_id!(
    /// A record: one firm, one visit, one conflict.
    RecordId
);
uuid_id!(
    /// One mutation, whichever device it travels under. Retrying it is recognised by this id.
    MutationId
);
uuid_id!(
    /// One installed client for one person. A fork or a restored server gives it a new one.
    DeviceId
);

impl DeviceId {
    /// An id for what is no phone: a table that was taken in as one batch. Of the version of UUIDs that is free for
    /// such use, so that it can be told from a phone's.
    pub fn batch(seed: IdSeed) -> Self {
        let phone = Self::new(seed).as_u128();
        Self::from_u128(phone & !(0xf << 76) | (8 << 76))
    }

    /// Whether it is a batch's.
    pub const fn is_batch(self) -> bool {
        (self.as_u128() >> 76) & 0xf == 8
    }
}

uuid_id!(
    /// The mutations of one act, applied or refused together.
    GroupId
);
uuid_id!(
    /// A person with an account.
    UserId
);
uuid_id!(
    /// One life of a server's database; a restored backup begins a new one.
    Epoch
);

/// Number of a mutation on its device, from 1 without a gap.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Mid(pub u64);

impl Mid {
    /// The number after this one. The last one there is comes after itself: whoever sends it must not stop the other.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Place of a row in its scope's order. The server counts it; clocks have no part in it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

blank_is_default!(Mid, Seq);

/// Who may see a record: `public`, `city`, `county:330825`, `park:<code>`, `org:<bank>`,
/// `enterprise:<id>` or `user:<id>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScopeId(String);

/// The text names no scope.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a scope: expected public, city or county:|park:|org:|enterprise:|user: and a code")]
pub struct NotAScope;

impl Blank for ScopeId {
    fn blank() -> Self {
        Self(String::new())
    }
}

impl ScopeId {
    const PREFIXES: [&'static str; 5] = ["county", "park", "org", "enterprise", "user"];

    /// What everybody may see, signed in or not.
    pub fn public() -> Self {
        Self("public".to_owned())
    }

    /// What everybody of the city may see.
    pub fn city() -> Self {
        Self("city".to_owned())
    }

    /// A county by its six-digit division code (GB/T 2260).
    pub fn county(code: &str) -> Self {
        Self(format!("county:{code}"))
    }

    /// A park by the code in `content/parks.json`.
    pub fn park(code: &str) -> Self {
        Self(format!("park:{code}"))
    }

    /// One person's own records.
    pub fn user(id: UserId) -> Self {
        Self(format!("user:{id}"))
    }

    /// The scope as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of the park, if this is a park's scope.
    pub fn park_code(&self) -> Option<&str> {
        self.0.strip_prefix("park:")
    }

    /// The code of the county, if this is a county's scope.
    pub fn county_code(&self) -> Option<&str> {
        self.0.strip_prefix("county:")
    }
}

impl fmt::Display for ScopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ScopeId {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for ScopeId {
    type Error = NotAScope;

    fn try_from(text: String) -> Result<Self, NotAScope> {
        let known = match text.split_once(':') {
            None => text == "public" || text == "city",
            Some((prefix, code)) => {
                Self::PREFIXES.contains(&prefix)
                    && !code.is_empty()
                    && code.len() <= 64
                    && code
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            }
        };
        if known {
            Ok(Self(text))
        } else {
            Err(NotAScope)
        }
    }
}

impl From<ScopeId> for String {
    fn from(scope: ScopeId) -> Self {
        scope.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let early = RecordId::new(IdSeed {
            unix_ms: 1_700_000_000_000,
            random: [0xff; 10],
        });
        let late = RecordId::new(IdSeed {
            unix_ms: 1_700_000_000_001,
            random: [0; 10],
        });
        assert!(early < late);
        assert_eq!(early.to_string().parse(), Ok(early));
    }

    #[test]
    fn a_scope_is_one_of_the_known_shapes() {
        for good in [
            "public",
            "city",
            "county:330825",
            "park:330802-01",
            "org:bank_1",
        ] {
            assert_eq!(
                good.parse::<ScopeId>().map(|scope| scope.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "",
            "Public",
            "park:",
            "park:a b",
            "galaxy:1",
            "county",
            "park:\u{0}",
        ] {
            assert_eq!(bad.parse::<ScopeId>(), Err(NotAScope), "{bad:?}");
        }
    }
}
