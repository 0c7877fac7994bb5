//! Chance from a printed seed: the same seed makes the same messages and the same plan of kills.

use httpkit::entropy::OsEntropy;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A generator (SplitMix64). Clones draw from the same row of numbers.
#[derive(Clone)]
pub(crate) struct Chance {
    state: Arc<AtomicU64>,
}

impl Chance {
    /// The row that this number begins.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: Arc::new(AtomicU64::new(seed)),
        }
    }

    /// A row of its own for the `n`th of something, however many numbers were drawn before.
    pub(crate) fn of(seed: u64, n: u64) -> Self {
        let row = Self::new(seed ^ n.wrapping_mul(0xA076_1D64_78BD_642F));
        row.next();
        row
    }

    /// The next number.
    pub(crate) fn next(&self) -> u64 {
        let step = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.state.fetch_add(step, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `from` up to, not including, `to`.
    pub(crate) fn within(&self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from)
    }

    /// Whether something happens that happens so many times in a hundred.
    pub(crate) fn percent(&self, times: u64) -> bool {
        self.within(0, 100) < times
    }

    /// One of them.
    pub(crate) fn one_of<'a, T>(&self, these: &'a [T]) -> &'a T {
        let count = these.len() as u64;
        &these[usize::try_from(self.within(0, count)).unwrap()]
    }
}

/// The seed of this run: `BATON_CRASH_SEED`, or a new one.
pub(crate) fn seed() -> u64 {
    number("BATON_CRASH_SEED").unwrap_or_else(|| seed_of_os() % 1_000_000_000)
}

/// A seed that nothing repeats.
pub(crate) fn seed_of_os() -> u64 {
    u64::from_le_bytes(model::entropy::bytes::<8>(&OsEntropy))
}

/// A number of the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    let text = std::env::var_os(name)?;
    let read = text.to_str().and_then(|text| text.parse().ok());
    Some(read.unwrap_or_else(|| panic!("{name} must be a number")))
}
