//! What the engine asks of the world around it: the time, random bytes, locks, and the sealing of what it stores.

use ruyuan_domain::{Stamp, ids::IdSeed};

/// Clock and randomness of a device. Nothing is ordered by the clock; it is shown, and it ages what is kept.
pub trait Environment {
    /// The device's clock with its offset.
    fn now(&self) -> Stamp;

    /// Ten random bytes from a cryptographic source.
    fn random(&self) -> [u8; 10];

    /// What a new id is made of.
    fn id_seed(&self) -> IdSeed {
        IdSeed {
            unix_ms: u64::try_from(self.now().unix_ms()).unwrap_or(0),
            random: self.random(),
        }
    }
}

/// Locks that all tabs of one person on one device see. They save traffic; safety never depends on one (ARCHITECTURE.md,
/// invariant 7), so that a world without any may say that each is free.
#[allow(async_fn_in_trait)]
pub trait Locks {
    /// A lock that is held, until this is dropped.
    type Held;

    /// Takes the lock of this name; `None` while another holds it.
    async fn take(&self, name: &str) -> Option<Self::Held>;

    /// Does something under the lock of this name; `None`, and nothing is done, while another holds it.
    async fn alone<T>(&self, name: &str, work: impl Future<Output = T>) -> Option<T> {
        let _held = self.take(name).await?;
        Some(work.await)
    }
}

/// Why a stored value could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stored value cannot be opened: {0}")]
pub struct SealError(pub String);

/// The seam through which every stored value passes. It is the identity until device protection puts
/// AES-GCM here; nothing else will have to change.
#[allow(async_fn_in_trait)]
pub trait Seal {
    /// Before storing. Runs before the transaction opens, because an IndexedDB transaction does not wait.
    async fn seal(&self, plain: Vec<u8>) -> Result<Vec<u8>, SealError>;

    /// After reading.
    async fn open(&self, sealed: Vec<u8>) -> Result<Vec<u8>, SealError>;
}

/// Stores values as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unsealed;

impl Seal for Unsealed {
    async fn seal(&self, plain: Vec<u8>) -> Result<Vec<u8>, SealError> {
        Ok(plain)
    }

    async fn open(&self, sealed: Vec<u8>) -> Result<Vec<u8>, SealError> {
        Ok(sealed)
    }
}
