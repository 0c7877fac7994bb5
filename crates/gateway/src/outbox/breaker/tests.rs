//! The breaker by hand, and by many random histories.

use super::*;
use proptest::prelude::*;

const FIRST: SignedDuration = SignedDuration::from_secs(1);
const LONGEST: SignedDuration = SignedDuration::from_secs(60);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_795_000_000_000 + millis).unwrap()
}

fn opened(now: Timestamp) -> Breaker {
    let mut breaker = Breaker::new(FIRST, LONGEST);
    for _ in 0..THRESHOLD {
        assert_eq!(breaker.may(now), May::Go);
        breaker.heard(now, Heard::Failed);
    }
    breaker
}

#[test]
fn five_failures_in_a_row_open_it_and_one_probe_is_let_through() {
    let mut breaker = opened(at(0));
    assert_eq!(breaker.may(at(0)), May::Wait(at(1_000)));
    assert_eq!(breaker.may(at(1_000)), May::Probe);
    assert_eq!(breaker.may(at(1_000)), May::Wait(at(61_000)));
    breaker.probed(at(1_500), true);
    assert_eq!(breaker.may(at(1_500)), May::Go);
}

#[test]
fn an_answer_between_failures_starts_the_count_anew() {
    let mut breaker = Breaker::new(FIRST, LONGEST);
    for _ in 0..3 {
        for _ in 1..THRESHOLD {
            breaker.heard(at(0), Heard::Failed);
        }
        breaker.heard(at(0), Heard::Good);
    }
    assert_eq!(breaker.may(at(0)), May::Go);
}

#[test]
fn it_rests_twice_as_long_each_time_up_to_the_longest() {
    let mut breaker = opened(at(0));
    let mut now = at(0);
    let mut rests = Vec::new();
    for _ in 0..9 {
        let May::Wait(until) = breaker.may(now) else {
            panic!("not resting");
        };
        rests.push(until.duration_since(now).as_secs());
        now = until;
        assert_eq!(breaker.may(now), May::Probe);
        breaker.probed(now, false);
    }
    assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[test]
fn after_a_good_probe_one_failure_opens_it_again_for_longer() {
    let mut breaker = opened(at(0));
    assert_eq!(breaker.may(at(1_000)), May::Probe);
    breaker.probed(at(1_000), true);
    breaker.heard(at(1_000), Heard::Failed);
    assert_eq!(breaker.may(at(1_000)), May::Wait(at(3_000)));
    assert_eq!(breaker.may(at(3_000)), May::Probe);
    breaker.probed(at(3_000), true);
    breaker.heard(at(3_000), Heard::Good);
    let mut again = breaker.clone();
    again.heard(at(3_000), Heard::Failed);
    assert_eq!(again.may(at(3_000)), May::Go);
}

#[test]
fn a_wrong_key_opens_it_at_once() {
    let mut breaker = Breaker::new(FIRST, LONGEST);
    breaker.heard(at(0), Heard::Misconfigured);
    assert_eq!(breaker.may(at(0)), May::Wait(at(1_000)));
}

#[test]
fn a_busy_platform_is_left_alone_for_as_long_as_it_asks() {
    let mut breaker = Breaker::new(FIRST, LONGEST);
    breaker.heard(at(0), Heard::Busy(SignedDuration::from_secs(30)));
    breaker.heard(at(0), Heard::Busy(SignedDuration::from_secs(10)));
    assert_eq!(breaker.may(at(0)), May::Wait(at(30_000)));
    assert_eq!(breaker.may(at(30_000)), May::Go);
    breaker.heard(at(0), Heard::Busy(SignedDuration::from_hours(1_000)));
    assert_eq!(breaker.may(at(0)), May::Wait(at(24 * 3_600_000)));
}

#[test]
fn a_clock_that_was_set_back_does_not_keep_it_open() {
    let mut breaker = opened(at(0));
    assert_eq!(breaker.may(at(-3_600_000)), May::Probe);
}

#[derive(Clone, Debug)]
enum Act {
    Pass(i64),
    Heard(Heard),
    Ask,
    Probed(bool),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_i64..90_000).prop_map(Act::Pass),
        prop_oneof![
            Just(Heard::Good),
            Just(Heard::Nothing),
            Just(Heard::Misconfigured),
            Just(Heard::Failed),
            (0_i64..200).prop_map(|secs| Heard::Busy(SignedDuration::from_secs(secs))),
        ]
        .prop_map(Act::Heard),
        Just(Act::Ask),
        any::<bool>().prop_map(Act::Probed),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_one_probe_at_a_time_and_never_a_wait_without_end(
        acts in proptest::collection::vec(act(), 0..200),
    ) {
        let mut breaker = Breaker::new(FIRST, LONGEST);
        let mut now = at(0);
        let mut probe: Option<Timestamp> = None;
        for act in acts {
            match act {
                Act::Pass(millis) => now += SignedDuration::from_millis(millis),
                Act::Heard(what) => {
                    breaker.heard(now, what);
                    if what == Heard::Good {
                        probe = None;
                    }
                }
                Act::Probed(good) => {
                    breaker.probed(now, good);
                    probe = None;
                }
                Act::Ask => match breaker.may(now) {
                    May::Go => prop_assert!(breaker.is_closed()),
                    May::Probe => {
                        prop_assert!(probe.is_none_or(|since| now.duration_since(since) >= PROBE_LOST));
                        probe = Some(now);
                    }
                    May::Wait(until) => {
                        prop_assert!(until > now);
                        prop_assert!(until <= now + SignedDuration::from_secs(200));
                    }
                },
            }
        }
        // Left alone long enough, it lets somebody through.
        now += SignedDuration::from_secs(400);
        prop_assert!(!matches!(breaker.may(now), May::Wait(_)));
    }
}
