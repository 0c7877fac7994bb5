//! How long streams wait.

use super::spread;
use std::time::Duration;

#[test]
fn streams_look_at_different_times_near_the_one_asked_for() {
    let poll = Duration::from_secs(2);
    assert_eq!(spread(poll, 0), Duration::from_millis(1500));
    assert_eq!(spread(poll, 128), poll);
    let longest = spread(poll, u8::MAX);
    assert!(longest < Duration::from_millis(2500), "{longest:?}");
}
