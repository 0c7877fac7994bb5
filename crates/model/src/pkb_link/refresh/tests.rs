//! Renewing tokens, rule by rule.

use super::*;
use proptest::prelude::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

#[test]
fn the_documented_lives_end_thirty_seconds_early_and_short_ones_a_tenth() {
    assert_eq!(good_until(at(0), 1800), at(1770));
    assert_eq!(good_until(at(0), 600), at(570));
    assert_eq!(good_until(at(0), 100), at(90));
    assert_eq!(good_until(at(0), 0), at(0));
    assert!(good_until(at(0), u64::MAX) > at(0));
}

#[test]
fn what_is_used_is_renewed_early_and_what_is_not_once_a_day() {
    let (from, until) = (at(0), at(600));
    assert_eq!(due(from, until, true, true, 0), at(420));
    assert_eq!(due(from, until, true, true, 150), at(510));
    assert_eq!(due(from, until, true, false, 100), at(24 * 3600));
    assert_eq!(due(from, until, false, true, 0), until);
    assert_eq!(due(from, until, false, false, 0), until);
    // A week's token is not renewed every day.
    let week = at(7 * 24 * 3600);
    assert!(due(from, week, true, false, 0) > at(4 * 24 * 3600));
}

#[test]
fn whatever_may_have_spent_the_token_is_a_lost_answer() {
    let answered = |status, error| verdict(NoTokens::Answered { status, error });
    let lost = Verdict::Lapsed(Lapse::AnswerLost);
    assert_eq!(verdict(NoTokens::Lost), lost);
    for status in [200, 201, 299, 499, 502, 504, 509, 520, 522, 524, 598, 599] {
        assert_eq!(answered(status, None), lost, "{status}");
    }
    assert_eq!(verdict(NoTokens::NotSent), Verdict::NotSpent);
    for status in [
        301, 302, 307, 400, 401, 403, 404, 405, 408, 429, 500, 501, 503, 505, 511,
    ] {
        assert_eq!(answered(status, None), Verdict::NotSpent, "{status}");
    }
    let grant = answered(400, Some("invalid_grant"));
    assert_eq!(grant, Verdict::Lapsed(Lapse::SessionOver));
    for error in [
        "invalid_client",
        "invalid_request",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    ] {
        assert_eq!(answered(400, Some(error)), Verdict::NotSpent, "{error}");
        assert_eq!(answered(401, Some(error)), Verdict::NotSpent, "{error}");
    }
}

#[test]
fn a_link_is_at_risk_without_a_refresh_token_and_before_a_known_end() {
    let day = SignedDuration::from_hours(24);
    assert_eq!(
        risk(at(0), at(600), false, at(0), None),
        Some((Risk::LastToken, at(600)))
    );
    assert_eq!(risk(at(0), at(600), true, at(0), None), None);
    let session = Some(day * 90);
    let days = |n: i64| at(n * 24 * 3600);
    assert_eq!(risk(days(80), days(81), true, at(0), session), None);
    assert_eq!(
        risk(days(82), days(83), true, at(0), session),
        Some((Risk::SessionEnding, days(90)))
    );
}

#[test]
fn an_idle_link_is_looked_at_when_its_session_is_told_to_be_ending_and_when_it_ends() {
    let hour = SignedDuration::from_hours(1);
    let idle = at(24 * 3600);
    let over = at(12 * 3600 + 30);
    // The last tenth of twelve hours.
    let told_from = at(12 * 3600 - 4320);
    let due = |now| due_in_session(idle, now, at(0), Some(hour * 12));
    assert_eq!(due(at(0)), told_from);
    assert!(risk(told_from, idle, true, at(0), Some(hour * 12)).is_some());
    assert_eq!(due(told_from), over, "it was told, and ends");
    assert_eq!(due(over), idle, "it has not ended");
    assert_eq!(due_in_session(idle, at(0), at(0), None), idle);
    assert_eq!(due_in_session(at(5), at(0), at(0), Some(hour)), at(5));
    assert_eq!(due_in_session(at(5), over, at(0), Some(hour)), at(5));
}

proptest! {
    #[test]
    fn a_token_is_renewed_between_its_birth_and_its_end(life in 1_u64..1_000_000, chance: u64) {
        let until = good_until(at(0), life);
        let due = due(at(0), until, true, true, chance);
        prop_assert!(due >= at(0) && due <= until);
    }

    #[test]
    fn waits_grow_stay_bounded_and_obey_the_server(failures in 0_u32..100, chance: u64, asked in 0_i64..200_000) {
        let free = wait(failures, chance, None);
        prop_assert!(free >= FIRST_WAIT / 2 && free <= LONGEST_WAIT);
        let asked = SignedDuration::from_secs(asked);
        let told = wait(failures, chance, Some(asked));
        prop_assert!(told >= asked.min(LONGEST_ASKED) && told >= free.min(LONGEST_ASKED));
    }
}
