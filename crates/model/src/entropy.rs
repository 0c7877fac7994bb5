//! Chance as an argument, and the identifiers and secrets made from it.

use jiff::Timestamp;
use uuid::Uuid;

/// Where unpredictable bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills `buf` with bytes that nobody can predict.
    fn fill(&self, buf: &mut [u8]);
}

/// `N` unpredictable bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut buf = [0; N];
    entropy.fill(&mut buf);
    buf
}

/// A random UUID: 122 unpredictable bits.
pub fn uuid_v4(entropy: &dyn Entropy) -> Uuid {
    uuid::Builder::from_random_bytes(bytes(entropy)).into_uuid()
}

/// A UUID that sorts by the time it was made, so that an index on it grows at one end.
pub fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes(entropy)).into_uuid()
}

/// `len` characters drawn evenly from `alphabet`, which has 1 to 256 of them.
pub fn text(entropy: &dyn Entropy, alphabet: &[u8], len: usize) -> String {
    let count = alphabet.len().clamp(1, 256);
    // Bytes above the largest multiple of `count` would favour the first letters.
    let fair = 256 - 256 % count;
    let mut out = String::with_capacity(len);
    while out.len() < len {
        for byte in bytes::<32>(entropy) {
            if usize::from(byte) < fair
                && out.len() < len
                && let Some(letter) = alphabet.get(usize::from(byte) % count)
            {
                out.push(char::from(*letter));
            }
        }
    }
    out
}

/// Entropy that repeats itself from a seed: for tests and simulations only.
#[derive(Debug)]
pub struct SeededEntropy(std::sync::atomic::AtomicU64);

impl SeededEntropy {
    /// Starts the sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(std::sync::atomic::AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            // SplitMix64: each call takes the next place of the sequence.
            let step = 0x9E37_79B9_7F4A_7C15_u64;
            let mut z = self
                .0
                .fetch_add(step, std::sync::atomic::Ordering::SeqCst)
                .wrapping_add(step);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            for (to, from) in chunk.iter_mut().zip(z.to_le_bytes()) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_uses_only_its_alphabet_and_all_of_it() {
        let made = text(&SeededEntropy::new(1), b"ABC", 300);
        assert_eq!(made.len(), 300);
        assert!(made.chars().all(|c| "ABC".contains(c)));
        assert!("ABC".chars().all(|c| made.contains(c)));
    }

    #[test]
    fn version_7_sorts_by_time() {
        let entropy = SeededEntropy::new(2);
        let early = uuid_v7(Timestamp::from_second(1_000).unwrap(), &entropy);
        let late = uuid_v7(Timestamp::from_second(1_001).unwrap(), &entropy);
        assert!(early < late);
    }
}
