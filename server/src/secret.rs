//! Random bytes: tokens that open something, and the ids of what the server makes.

use crate::clock::Clock;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ruyuan_domain::ids::IdSeed;
use sha2::{Digest, Sha256};

/// The machine gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct NoRandomness(getrandom::Error);

fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}

/// A token of 256 random bits. It is shown once; the database keeps its hash.
pub struct Token(String);

impl Token {
    /// Draws one.
    ///
    /// # Errors
    /// The machine gave no random bytes.
    pub fn draw() -> Result<Self, NoRandomness> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random::<32>()?)))
    }

    /// The token as its owner holds it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What the database keeps of it.
    pub fn hash(&self) -> String {
        hash_token(&self.0)
    }
}

/// What the database keeps of a token: without a password's slowness, because 256 random bits need none.
pub fn hash_token(token: &str) -> String {
    hex(token.as_bytes())
}

/// SHA-256 as hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What a new UUIDv7 is made of.
///
/// # Errors
/// The machine gave no random bytes.
pub fn id_seed(clock: &dyn Clock) -> Result<IdSeed, NoRandomness> {
    Ok(IdSeed {
        unix_ms: u64::try_from(clock.unix_ms()).unwrap_or_default(),
        random: random()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_its_hash_says_nothing_of_it() {
        let token = Token::draw().unwrap();
        assert_eq!(token.text().len(), 43);
        assert_eq!(token.hash().len(), 64);
        assert_ne!(token.text(), Token::draw().unwrap().text());
        assert_eq!(token.hash(), hash_token(token.text()));
    }
}
