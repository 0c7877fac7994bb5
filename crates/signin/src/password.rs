//! People's passwords: argon2id with the library's parameters, which are OWASP's.
//!
//! Both directions take tens of milliseconds and 19 MiB: call them where a thread may block.

mod common;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use model::{Entropy, Secret, entropy};

/// The fewest characters of a password.
pub const SHORTEST: usize = 12;
/// The most bytes of a password: what is longer only costs time.
pub const LONGEST: usize = 512;

/// Letters and digits that are not taken for each other.
const ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Fewer characters than [`SHORTEST`].
    Short,
    /// More bytes than [`LONGEST`].
    Long,
    /// Many people use it, or it is easily guessed.
    Common,
    /// It is made from the name that its owner signs in with.
    LikeName,
}

/// What is wrong with a new password of somebody who signs in with this name. Length is asked for and letters, digits
/// or signs are not; what anybody would guess is refused (NIST SP 800-63B, section 3.1.1.2).
#[must_use]
pub fn weakness(password: &Secret, name: &str) -> Option<Weak> {
    let text = password.reveal();
    if text.chars().count() < SHORTEST {
        return Some(Weak::Short);
    }
    if text.len() > LONGEST {
        return Some(Weak::Long);
    }
    if common::is_like(text, name) {
        return Some(Weak::LikeName);
    }
    common::is_common(text).then_some(Weak::Common)
}

/// No hash could be made; the library does not say why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct NotHashed;

/// What is stored instead of a password, in PHC form.
///
/// # Errors
/// [`NotHashed`].
pub fn hash(password: &Secret, entropy: &dyn Entropy) -> Result<String, NotHashed> {
    let salt = SaltString::encode_b64(&entropy::bytes::<16>(entropy)).map_err(|_| NotHashed)?;
    Argon2::default()
        .hash_password(password.reveal().as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| NotHashed)
}

/// Whether this is the password. For a name that nobody has, compare with the hash of another password all the
/// same, so that the time taken says nothing.
#[must_use]
pub fn fits(password: &Secret, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else {
        return false;
    };
    Argon2::default()
        .verify_password(password.reveal().as_bytes(), &stored)
        .is_ok()
}

/// A password that nobody can guess: 20 characters, 100 bits.
pub fn make(entropy: &dyn Entropy) -> Secret {
    let group = || entropy::text(entropy, ALPHABET, 5);
    Secret::new(format!("{}-{}-{}-{}", group(), group(), group(), group()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::entropy::SeededEntropy;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let entropy = SeededEntropy::new(1);
        let password = Secret::new("correct horse battery".to_owned());
        let stored = hash(&password, &entropy).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(fits(&password, &stored));
        assert!(!fits(
            &Secret::new("another one entirely".to_owned()),
            &stored
        ));
        assert!(!fits(&password, "not a hash"));
        assert_ne!(hash(&password, &entropy).unwrap(), stored);
    }
}
