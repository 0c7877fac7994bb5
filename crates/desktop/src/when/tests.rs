//! Moments in words.

use super::{ago, clock, until};
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_moment_is_told_with_no_more_than_is_needed() {
    let now = at("2026-11-21T10:30:00Z");
    let told = |then| clock(now, &TimeZone::UTC, at(then));
    assert_eq!(told("2026-11-21T09:05:00Z"), "09:05");
    assert_eq!(told("2026-11-02T09:05:00Z"), "2 Nov, 09:05");
    assert_eq!(told("2025-11-02T09:05:00Z"), "2 Nov 2025, 09:05");
}

#[test]
fn how_long_ago_and_how_long_until() {
    let now = at("2026-11-21T10:30:00Z");
    assert_eq!(ago(now, at("2026-11-21T10:29:30Z")), "just now");
    assert_eq!(ago(now, at("2026-11-21T10:31:30Z")), "just now");
    assert_eq!(ago(now, at("2026-11-21T10:25:30Z")), "4 min ago");
    assert_eq!(ago(now, at("2026-11-20T10:25:30Z")), "1 day ago");
    assert_eq!(ago(now, at("2026-11-18T10:25:30Z")), "3 days ago");
    assert_eq!(until(now, at("2026-11-21T10:30:12Z")), "in 12 s");
    assert_eq!(until(now, at("2026-11-21T12:30:12Z")), "in 2 h");
    assert_eq!(until(now, at("2026-11-21T10:29:12Z")), "now");
}
