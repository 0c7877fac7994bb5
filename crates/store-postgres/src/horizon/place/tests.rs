//! Numbers of transactions across the end of their 32 bits.

use super::{PART, place_of, whole};

const ROUND: i64 = 1 << 32;

#[test]
fn a_short_number_is_made_whole() {
    for next in [1_000, ROUND - 2, ROUND + 2, 7 * ROUND, 7 * ROUND + 5] {
        for away in [-2_000_000_000, -3, -1, 0, 1, 3, 2_000_000_000] {
            let number: i64 = next + away;
            if number >= 0 {
                assert_eq!(whole(next, number % ROUND), number, "{next} {away}");
            }
        }
    }
}

#[test]
fn places_of_a_later_transaction_are_higher() {
    assert!(place_of(0, 5) + (1 << 20) <= place_of(0, 6));
    assert!(place_of(1_000, 5) > place_of(0, 900));
    assert_eq!(place_of(0, 1 << 22) >> PART, 1);
    assert_eq!(place_of(0, (1 << 22) - 1) >> PART, 0);
}
