//! Ids that are fresh in every run and the same for the same seed, without a system call for each.

use model::Entropy;
use uuid::Uuid;

/// The golden ratio's share of 2^64: steps that visit every place before one twice.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A sequence of message ids: the id of a number can be found again.
#[derive(Clone, Copy, Debug)]
pub struct Ids(u64, u64);

impl Ids {
    /// A sequence that no run had before.
    pub fn fresh(entropy: &dyn Entropy) -> Self {
        let (high, low) = model::entropy::uuid_v4(entropy).as_u64_pair();
        Self(high, low)
    }

    /// The sequence that belongs to a seed.
    pub fn seeded(seed: u64) -> Self {
        Self(mix(seed), mix(seed ^ STEP))
    }

    /// The id with this number: a random UUID in shape.
    pub fn id(&self, number: u64) -> Uuid {
        let (high, low) = self.bits(number, 0);
        uuid::Builder::from_random_bytes(join(high, low)).into_uuid()
    }

    /// 128 bits that belong to a number and a place in its message.
    pub(crate) fn bits(&self, number: u64, place: u64) -> (u64, u64) {
        let at = number.wrapping_mul(STEP).wrapping_add(place);
        (
            mix(self.0.wrapping_add(at)),
            mix(self.1.wrapping_sub(at).rotate_left(17)),
        )
    }
}

fn join(high: u64, low: u64) -> [u8; 16] {
    ((u128::from(high) << 64) | u128::from(low)).to_be_bytes()
}

/// The last step of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_are_alike_and_the_same_seed_gives_the_same() {
        let ids = Ids::seeded(7);
        let made: HashSet<_> = (0..100_000).map(|n| ids.id(n)).collect();
        assert_eq!(made.len(), 100_000);
        assert_eq!(ids.id(5), Ids::seeded(7).id(5));
        assert_ne!(ids.id(5), Ids::seeded(8).id(5));
        assert_eq!(ids.id(5).get_version_num(), 4);
    }
}
