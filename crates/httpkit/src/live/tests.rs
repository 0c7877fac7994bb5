//! How long streams wait, and where they begin.

use super::{Extent, Start, last_event_id, streams::spread};
use axum::http::HeaderMap;
use std::time::Duration;

#[test]
fn streams_look_at_different_times_near_the_one_asked_for() {
    let poll = Duration::from_secs(2);
    assert_eq!(spread(poll, 0), Duration::from_millis(1500));
    assert_eq!(spread(poll, 128), poll);
    let longest = spread(poll, u8::MAX);
    assert!(longest < Duration::from_millis(2500), "{longest:?}");
}

#[test]
fn a_stream_begins_where_its_listener_was_or_tells_of_a_gap() {
    let extent = Extent {
        latest: 70,
        forgotten: 20,
        newest: 90,
    };
    for (after, place, gap) in [
        (None, 70, false),
        (Some(20), 20, false),
        (Some(50), 50, false),
        (Some(90), 90, false),
        (Some(19), 20, true),
        (Some(91), 70, true),
    ] {
        assert_eq!(Start::of(after, extent), Start { place, gap }, "{after:?}");
    }
}

#[test]
fn a_place_that_cannot_be_read_is_a_gap() {
    let extent = Extent {
        latest: 70,
        forgotten: 20,
        newest: 90,
    };
    for (given, place, gap) in [
        (None, 70, false),
        (Some(""), 70, false),
        (Some(" 50 "), 50, false),
        (Some("foo"), 70, true),
        (Some("-1"), 70, true),
        (Some("99999999999999999999999"), 70, true),
    ] {
        let mut headers = HeaderMap::new();
        if let Some(given) = given {
            headers.insert("last-event-id", given.parse().unwrap());
        }
        let start = Start::of(last_event_id(&headers), extent);
        assert_eq!(start, Start { place, gap }, "{given:?}");
    }
}
