//! Access codes: what a practitioner reads aloud so that a client system may send for them.

use crate::{Entropy, entropy};
use jiff::SignedDuration;

/// A code is good for so long (contract C).
pub const LIFETIME: SignedDuration = SignedDuration::from_secs(60);
/// So many wrong codes from one client system within [`GUESS_WINDOW`] stop its exchange.
pub const MAX_WRONG: u32 = 5;
/// The window in which wrong codes are counted.
pub const GUESS_WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Upper-case letters and digits without the look-alikes 0, O, 1, I and L.
pub const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Characters in a code.
pub const LENGTH: usize = 8;

/// An access code in the clear. It prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessCode(String);

impl AccessCode {
    /// Makes a new code: about 39.6 bits.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(entropy::text(entropy, ALPHABET, LENGTH))
    }

    /// Reads what a client system sends: any 8 ASCII letters and digits, case folded; the documented
    /// samples hold O and 1, which ours never do. `None` for any other shape.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_ascii_uppercase()))
    }

    /// The code itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for AccessCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn made_codes_avoid_look_alikes_and_parse() {
        let entropy = SeededEntropy::new(7);
        for _ in 0..500 {
            let code = AccessCode::generate(&entropy);
            assert!(!code.reveal().contains(['0', 'O', '1', 'I', 'L']));
            assert_eq!(AccessCode::parse(code.reveal()), Some(code));
        }
    }

    #[test]
    fn documented_samples_have_the_right_shape() {
        assert!(AccessCode::parse("JH23MA1Z").is_some());
        assert!(AccessCode::parse("OMO7UAHG").is_some());
        assert!(AccessCode::parse("OMO7UAH").is_none());
        assert!(AccessCode::parse("OMO7 AHG").is_none());
    }
}
