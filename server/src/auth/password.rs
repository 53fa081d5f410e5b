//! Passwords: argon2id, off the threads that answer requests.

use crate::problem::ApiError;
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use std::sync::{Arc, OnceLock};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at once; each takes a core for a while and 19 MiB.
const AT_ONCE: usize = 2;

/// Most bytes of a password, so that a huge one is no way to keep a core busy.
pub const MAX_PASSWORD: usize = 1024;

/// Fewest characters of a new password (NIST SP 800-63B asks for eight).
pub const MIN_PASSWORD: usize = 8;

/// Hashes and verifies, a few at a time.
pub struct Passwords {
    slots: Arc<Semaphore>,
    /// Verified where there is no account, so that the answer takes as long as for one.
    dummy: &'static str,
}

/// Made once a process: a simulator starts a thousand servers.
static DUMMY: OnceLock<String> = OnceLock::new();

impl Passwords {
    /// Prepares the hash that stands in for accounts that do not exist.
    ///
    /// # Errors
    /// The machine gave no random bytes.
    pub fn new() -> Result<Self, ApiError> {
        let dummy = match DUMMY.get() {
            Some(dummy) => dummy,
            None => {
                let made = hash_now("no one's password")?;
                DUMMY.get_or_init(|| made)
            }
        };
        Ok(Self {
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            dummy,
        })
    }

    /// The hash to store for a new password.
    ///
    /// # Errors
    /// The machine gave no random bytes.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        let _slot = self.slots.acquire().await.map_err(internal)?;
        spawn_blocking(move || hash_now(&password))
            .await
            .map_err(internal)?
    }

    /// Whether this is the password of that hash; without a hash it takes as long and is wrong.
    ///
    /// # Errors
    /// The worker thread failed.
    pub async fn verify(&self, password: String, hash: Option<&str>) -> Result<bool, ApiError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(self.dummy).to_owned();
        let _slot = self.slots.acquire().await.map_err(internal)?;
        let right = spawn_blocking(move || {
            let parsed = PasswordHash::new(&hash);
            parsed.is_ok_and(|parsed| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &parsed)
                    .is_ok()
            })
        })
        .await
        .map_err(internal)?;
        Ok(known && right)
    }
}

fn internal(error: impl std::fmt::Display) -> ApiError {
    ApiError::Internal(error.to_string())
}

fn hash_now(password: &str) -> Result<String, ApiError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(internal)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash("入园-demo".to_owned()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(
            passwords
                .verify("入园-demo".to_owned(), Some(&hash))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("入园-dem0".to_owned(), Some(&hash))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("no one's password".to_owned(), None)
                .await
                .unwrap()
        );
    }
}
