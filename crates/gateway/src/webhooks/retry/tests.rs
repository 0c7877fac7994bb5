//! What answers mean, and how long is waited.

use super::*;
use proptest::prelude::*;

fn status(tries: u32, code: u16) -> Verdict {
    verdict(tries, &Answer::Status(code), None, 0)
}

#[test]
fn what_answers_mean() {
    for code in [200, 201, 202, 204, 299] {
        assert_eq!(status(1, code), Verdict::Delivered, "{code}");
    }
    assert_eq!(status(1, 410), Verdict::Disable);
    // Even a 410 that comes last says more than that the time is up.
    assert_eq!(status(10, 410), Verdict::Disable);
    let again = Verdict::Again(SignedDuration::from_secs(5));
    for code in [100, 301, 302, 303, 307, 308, 400, 401, 404, 429, 500, 503] {
        assert_eq!(status(1, code), again, "{code}");
        assert_eq!(status(10, code), Verdict::Failed, "{code}");
    }
    for silence in [
        Silence::Unreachable,
        Silence::TimedOut,
        Silence::RefusedAddress,
        Silence::Tls,
        Silence::NoSecret,
    ] {
        assert_eq!(verdict(1, &silence.into(), None, 0), again);
    }
}

#[test]
fn ten_tries_take_a_little_over_three_days() {
    let mut waited = SignedDuration::ZERO;
    let mut tries = 1;
    while let Verdict::Again(wait) = status(tries, 500) {
        waited += wait;
        tries += 1;
    }
    assert_eq!(tries, 10);
    let hours = waited.as_hours();
    assert!((72..80).contains(&hours), "{hours}");
}

#[test]
fn an_endpoint_may_ask_for_more_time_but_not_for_less() {
    let busy = Answer::Status(429);
    let asking =
        |tries, seconds| verdict(tries, &busy, Some(SignedDuration::from_secs(seconds)), 0);
    let again = |seconds| Verdict::Again(SignedDuration::from_secs(seconds));
    assert_eq!(asking(1, 60), again(60));
    assert_eq!(asking(1, 0), again(5));
    assert_eq!(asking(2, 60), again(300));
    assert_eq!(asking(10, 60), Verdict::Failed);
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let seconds = |value| retry_after(value, now).map(|asked| asked.as_secs());
    assert_eq!(seconds("120"), Some(120));
    assert_eq!(seconds(" 0 "), Some(0));
    assert_eq!(seconds("Sat, 21 Nov 2026 12:05:00 GMT"), Some(300));
    assert_eq!(seconds("Sat, 21 Nov 2026 11:00:00 GMT"), Some(0));
    assert_eq!(seconds("4000000000"), Some(24 * 60 * 60));
    for bad in ["", "soon", "-1", "1.5", "99999999999999999999"] {
        assert_eq!(seconds(bad), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn a_wait_is_longer_by_at_most_a_tenth(tries in 1_u32..10, chance: u64) {
        let Verdict::Again(wait) = verdict(tries, &Answer::Status(500), None, chance) else {
            return Err(TestCaseError::fail("no wait"));
        };
        let plain = WAITS[usize::try_from(tries).unwrap() - 1];
        prop_assert!(wait >= plain && wait <= plain + plain / 10);
    }
}
