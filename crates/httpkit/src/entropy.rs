//! The operating system's random numbers.

use model::Entropy;

/// Bytes from the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(
        clippy::expect_used,
        reason = "without random bytes no secret can be made: stopping is right"
    )]
    fn fill(&self, buf: &mut [u8]) {
        getrandom::fill(buf).expect("the operating system gives random bytes");
    }
}
