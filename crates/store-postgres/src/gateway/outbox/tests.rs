//! Which day a moment is on.

use super::enter::day_of;

#[test]
fn a_day_is_counted_from_1970() {
    let day = |at: &str| day_of(at.parse().unwrap());
    assert_eq!(day("1970-01-01T23:59:59Z"), 0);
    assert_eq!(day("1969-12-31T23:59:59Z"), -1);
    assert_eq!(day("2026-11-21T00:00:00Z"), 20_778);
}
