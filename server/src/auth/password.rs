//! Passwords: argon2id, off the threads that answer requests.

use crate::problem::ApiError;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        phc::{Output, ParamsString, PasswordHash, Salt},
        try_generate_salt,
    },
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        OnceLock,
        mpsc::{Sender, channel},
    },
    thread,
};
use tokio::sync::oneshot;

/// OWASP's password storage cheat sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of a hash.
const HASH_BYTES: usize = 32;

/// Most bytes of a password, so that a huge one is no way to keep a core busy.
pub const MAX_PASSWORD: usize = 1024;

/// Fewest characters of a new password (NIST SP 800-63B asks for eight).
pub const MIN_PASSWORD: usize = 8;

/// Hashes and verifies, one at a time.
pub struct Passwords {
    jobs: Sender<Job>,
}

type Job = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

/// Leads to the thread that hashes. One for the process, with memory that it keeps: given back after each hash, 19 MiB
/// stay with the allocator six times over for every thread that ever made one. A hash takes a core for a fiftieth of
/// a second.
static JOBS: OnceLock<Sender<Job>> = OnceLock::new();

/// Verified where there is no account, so that the answer takes as long as for one. Made before anything is asked.
static DUMMY: OnceLock<String> = OnceLock::new();

fn begin_hashing() -> Sender<Job> {
    let (jobs, waiting) = channel::<Job>();
    thread::spawn(move || {
        let mut blocks = Vec::new();
        for job in waiting {
            // Whoever waits for it is told by the answer that does not come.
            let _ = catch_unwind(AssertUnwindSafe(|| job(&mut blocks)));
        }
    });
    // Should this fail, the machine gave no random bytes, and nobody can sign in anyway.
    let _ = jobs.send(Box::new(|blocks| {
        if let Ok(made) = hash_now("no one's password", blocks) {
            DUMMY.get_or_init(|| made);
        }
    }));
    jobs
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            jobs: JOBS.get_or_init(begin_hashing).clone(),
        }
    }
}

impl Passwords {
    /// The hash to store for a new password.
    ///
    /// # Errors
    /// The machine gave no random bytes.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        self.done(move |blocks| hash_now(&password, blocks)).await?
    }

    /// Whether this is the password of that hash; without a hash it takes as long and is wrong.
    ///
    /// # Errors
    /// The thread that hashes failed.
    pub async fn verify(&self, password: String, hash: Option<&str>) -> Result<bool, ApiError> {
        let hash = hash.map(str::to_owned);
        self.done(move |blocks| {
            let kept = hash.as_deref().or(DUMMY.get().map(String::as_str));
            let right = kept.is_some_and(|kept| is_password_of(&password, kept, blocks));
            right && hash.is_some()
        })
        .await
    }

    async fn done<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |blocks: &mut Vec<Block>| drop(answer.send(work(blocks))));
        self.jobs.send(job).map_err(internal)?;
        answered.await.map_err(internal)
    }
}

fn internal(error: impl std::fmt::Display) -> ApiError {
    ApiError::Internal(error.to_string())
}

fn hash_now(password: &str, blocks: &mut Vec<Block>) -> Result<String, ApiError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).map_err(internal)?;
    let salt = Salt::new(&try_generate_salt().map_err(internal)?).map_err(internal)?;
    let output = output(password, &salt, &params, Version::V0x13, blocks)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(internal)?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

fn is_password_of(password: &str, kept: &str, blocks: &mut Vec<Block>) -> bool {
    let mut computed = || {
        let kept = PasswordHash::new(kept).ok()?;
        let params = Params::try_from(&kept).ok()?;
        let version = Version::try_from(kept.version?).ok()?;
        let computed = output(password, kept.salt.as_ref()?, &params, version, blocks).ok()?;
        // Outputs are compared in constant time.
        Some(kept.algorithm == Algorithm::Argon2id.ident() && kept.hash? == computed)
    };
    computed().unwrap_or(false)
}

fn output(
    password: &str,
    salt: &Salt,
    params: &Params,
    version: Version,
    blocks: &mut Vec<Block>,
) -> Result<Output, ApiError> {
    if blocks.len() < params.block_count() {
        blocks.resize(params.block_count(), Block::default());
    }
    let mut bytes = [0; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(HASH_BYTES);
    let out = bytes
        .get_mut(..length)
        .ok_or_else(|| internal("a hash too long"))?;
    Argon2::new(Algorithm::Argon2id, version, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, out, blocks.as_mut_slice())
        .map_err(internal)?;
    Output::new(out).map_err(internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_the_library_itself_would_keep() {
        use argon2::{PasswordHasher, PasswordVerifier};
        let mut blocks = Vec::new();
        let ours = hash_now("入园-demo", &mut blocks).unwrap();
        let ours = PasswordHash::new(&ours).unwrap();
        let library = Argon2::default();
        assert!(
            library
                .verify_password("入园-demo".as_bytes(), &ours)
                .is_ok()
        );
        let theirs = library.hash_password("入园-demo".as_bytes()).unwrap();
        let theirs: PasswordHash = theirs;
        assert!(is_password_of(
            "入园-demo",
            &theirs.to_string(),
            &mut blocks
        ));
        assert!(!is_password_of(
            "入园-dem0",
            &theirs.to_string(),
            &mut blocks
        ));
        assert!(!is_password_of("", "not a hash", &mut blocks));
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = Passwords::default();
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
