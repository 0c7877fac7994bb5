//! The life cycle: its table by example, its promises by property.

use super::*;
use crate::SessionId;
use jiff::SignedDuration;
use proptest::prelude::*;
use uuid::Uuid;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

const EXPIRES: i64 = 86_400;

fn settle(stage: &Stage, expires_at: Timestamp, now: Timestamp) -> Vec<Step> {
    super::settle(stage, Timestamp::MIN, expires_at, now)
}

#[test]
fn what_a_lease_held_off_takes_effect_when_the_claim_ended() {
    let claimed = [(86_390, claim(ClaimMode::Review))];
    let (held, _) = play(Stage::new(None), &claimed);
    let given_back = step(&held, &Event::Release { fence: Fence(1) }, at(86_420)).unwrap();
    let steps = super::settle(&given_back, at(86_420), at(EXPIRES), at(86_430));
    assert_eq!(
        steps,
        [Step {
            stage: Stage::Expired,
            at: at(86_420)
        }]
    );
}

#[test]
fn a_lease_that_a_clock_set_back_put_into_the_future_is_shown_as_over() {
    let (held, _) = play(instant(), &[(500, claim(ClaimMode::Automatic))]);
    let steps = super::settle(&held, at(500), at(EXPIRES), at(-3_100));
    let [back] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    assert_eq!(back.at, at(500), "no history goes back");
    assert!(matches!(
        back.stage,
        Stage::Waiting {
            last_fence: Fence(1),
            ..
        }
    ));
    // A minute's difference is no reason.
    assert_eq!(super::settle(&held, at(500), at(EXPIRES), at(450)), []);
}

#[test]
fn whoever_holds_a_message_when_the_clock_is_set_back_keeps_it_for_one_lease() {
    let (held, _) = play(instant(), &[(500, claim(ClaimMode::Automatic))]);
    // An hour back, somebody else wants it.
    let steps = settle_to_write(&held, at(500), at(EXPIRES), at(-3_100));
    let [
        Step {
            stage: cut,
            at: when,
        },
    ] = steps.as_slice()
    else {
        panic!("{steps:?}");
    };
    assert_eq!(*when, at(500), "no history goes back");
    let wanted = step(cut, &claim(ClaimMode::Review), at(-3_100));
    assert_eq!(wanted, Err(Refused::Held));
    let imported = step(cut, &Event::Imported { fence: Fence(1) }, at(-3_041));
    assert_eq!(names(&imported.unwrap()).0, "COMPLETED");
    // Cut once: asking again does not prolong it.
    let again = settle_to_write(cut, at(500), at(EXPIRES), at(-3_070));
    assert_eq!(again, []);
    let over = settle_to_write(cut, at(500), at(EXPIRES), at(-3_040));
    let [Step { stage: waits, .. }] = over.as_slice() else {
        panic!("{over:?}");
    };
    assert!(step(waits, &claim(ClaimMode::Automatic), at(-3_040)).is_ok());
    // A minute's difference is no reason.
    assert_eq!(settle_to_write(&held, at(500), at(EXPIRES), at(450)), []);
}

#[test]
fn a_message_that_is_held_past_its_time_is_not_shown_as_expired_by_a_clock_set_back() {
    let (held, _) = play(Stage::new(None), &[(500, claim(ClaimMode::Review))]);
    let steps = super::settle(&held, at(0), at(50), at(100));
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!(!steps[0].stage.is_terminal());
}

fn holder() -> SessionId {
    SessionId(Uuid::nil())
}

fn claim(mode: ClaimMode) -> Event {
    Event::Claim {
        holder: holder(),
        mode,
        lease: LEASE,
    }
}

fn instant() -> Stage {
    Stage::new(Some(at(600)))
}

fn names(stage: &Stage) -> (&'static str, &'static str) {
    let (status, sub, _) = show(stage);
    (status.as_str(), sub.map_or("", SubStatus::as_str))
}

/// Plays events at their times, settling first, as a store does.
fn play(start: Stage, events: &[(i64, Event)]) -> (Stage, Vec<Result<(), Refused>>) {
    let mut stage = start;
    let mut answers = Vec::new();
    for (second, event) in events {
        if let Some(last) = settle(&stage, at(EXPIRES), at(*second)).pop() {
            stage = last.stage;
        }
        answers.push(step(&stage, event, at(*second)).map(|next| stage = next));
    }
    (stage, answers)
}

#[test]
fn an_approved_message_goes_into_the_record_by_itself() {
    let (stage, _) = play(
        instant(),
        &[
            (1, claim(ClaimMode::Automatic)),
            (2, Event::Imported { fence: Fence(1) }),
        ],
    );
    assert_eq!(names(&stage), ("COMPLETED", "Imported automatically"));
}

#[test]
fn a_standard_message_is_imported_after_review_or_rejected_with_a_reason() {
    let (stage, _) = play(
        Stage::new(None),
        &[
            (1, claim(ClaimMode::Review)),
            (2, Event::Imported { fence: Fence(1) }),
        ],
    );
    assert_eq!(names(&stage), ("COMPLETED", "Imported after review"));
    let rejected = Event::Rejected {
        fence: Fence(1),
        reason: "not ours".to_owned(),
    };
    let (stage, _) = play(
        Stage::new(None),
        &[(1, claim(ClaimMode::Review)), (2, rejected)],
    );
    assert_eq!(show(&stage), (Status::Rejected, None, Some("not ours")));
}

#[test]
fn nobody_took_it_so_it_becomes_a_standard_message_and_expires_at_last() {
    let steps = settle(&instant(), at(EXPIRES), at(EXPIRES + 5));
    let seen: Vec<_> = steps.iter().map(|s| (s.at, names(&s.stage).0)).collect();
    assert_eq!(seen, [(at(600), "PENDING"), (at(EXPIRES), "EXPIRED")]);
    assert_eq!(names(&steps[0].stage).1, "Instant message timed out");
}

#[test]
fn a_message_whose_time_ends_before_the_conversion_just_expires() {
    let steps = settle(&instant(), at(300), at(700));
    assert_eq!(
        steps,
        [Step {
            stage: Stage::Expired,
            at: at(300)
        }]
    );
}

#[test]
fn a_failed_import_waits_for_review_with_its_reason() {
    let failed = Event::ImportFailed {
        fence: Fence(1),
        reason: "no such patient".to_owned(),
    };
    let (stage, _) = play(instant(), &[(1, claim(ClaimMode::Automatic)), (2, failed)]);
    assert_eq!(names(&stage), ("PENDING", "Failed instant message import"));
    assert_eq!(show(&stage).2, Some("no such patient"));
}

#[test]
fn withdrawal_reaches_a_waiting_message_at_once_and_a_claimed_one_when_it_comes_back() {
    let (stage, _) = play(instant(), &[(1, Event::Withdrawn)]);
    assert_eq!(names(&stage).1, "Authorisation withdrawn");
    let events = [
        (1, claim(ClaimMode::Automatic)),
        (2, Event::Withdrawn),
        (3, Event::Release { fence: Fence(1) }),
    ];
    assert_eq!(
        names(&play(instant(), &events).0).1,
        "Authorisation withdrawn"
    );
    let events = [
        (1, claim(ClaimMode::Automatic)),
        (2, Event::Withdrawn),
        (3, Event::Imported { fence: Fence(1) }),
    ];
    assert_eq!(
        names(&play(instant(), &events).0).0,
        "COMPLETED",
        "it is in the record: say so"
    );
}

#[test]
fn a_lease_that_outlives_the_conversion_period_is_still_honoured() {
    let events = [
        (599, claim(ClaimMode::Automatic)),
        (610, Event::Imported { fence: Fence(1) }),
    ];
    assert_eq!(
        names(&play(instant(), &events).0),
        ("COMPLETED", "Imported automatically")
    );
    let steps = settle(&play(instant(), &events[..1]).0, at(EXPIRES), at(700));
    assert_eq!(names(&steps[0].stage).1, "Instant message timed out");
    assert_eq!((steps.len(), steps[0].at), (1, at(659)));
}

#[test]
fn a_lost_lease_cannot_complete() {
    let events = [
        (1, claim(ClaimMode::Automatic)),
        (62, Event::Imported { fence: Fence(1) }),
        (63, claim(ClaimMode::Automatic)),
        (64, Event::Imported { fence: Fence(1) }),
        (65, Event::Imported { fence: Fence(2) }),
    ];
    let (stage, answers) = play(instant(), &events);
    assert_eq!(
        answers,
        [
            Ok(()),
            Err(Refused::LeaseLost),
            Ok(()),
            Err(Refused::LeaseLost),
            Ok(())
        ]
    );
    assert_eq!(names(&stage).0, "COMPLETED");
}

#[test]
fn two_claims_at_once_give_it_to_the_first() {
    let events = [
        (1, claim(ClaimMode::Review)),
        (2, claim(ClaimMode::Review)),
        (
            30,
            Event::Renew {
                fence: Fence(1),
                lease: LEASE,
            },
        ),
        (80, claim(ClaimMode::Review)),
    ];
    let (_, answers) = play(Stage::new(None), &events);
    assert_eq!(
        answers,
        [Ok(()), Err(Refused::Held), Ok(()), Err(Refused::Held)]
    );
}

#[test]
fn an_automatic_claim_needs_an_instant_message() {
    let (_, answers) = play(Stage::new(None), &[(1, claim(ClaimMode::Automatic))]);
    assert_eq!(answers, [Err(Refused::NotInstant)]);
}

fn any_event() -> impl Strategy<Value = Event> {
    let fence = (0_u64..6).prop_map(Fence);
    let lease = (1_i64..120).prop_map(SignedDuration::from_secs);
    let mode = prop_oneof![Just(ClaimMode::Automatic), Just(ClaimMode::Review)];
    prop_oneof![
        (mode, lease.clone()).prop_map(|(mode, lease)| Event::Claim {
            holder: holder(),
            mode,
            lease
        }),
        (fence.clone(), lease).prop_map(|(fence, lease)| Event::Renew { fence, lease }),
        fence.clone().prop_map(|fence| Event::Release { fence }),
        fence.clone().prop_map(|fence| Event::Imported { fence }),
        fence.clone().prop_map(|fence| Event::ImportFailed {
            fence,
            reason: "x".to_owned()
        }),
        fence.prop_map(|fence| Event::Rejected {
            fence,
            reason: "x".to_owned()
        }),
        Just(Event::Withdrawn),
    ]
}

proptest! {
    #[test]
    fn no_path_leaves_a_terminal_stage(
        instant_message in any::<bool>(),
        expires in 1_i64..4_000,
        events in proptest::collection::vec((0_i64..200, any_event()), 0..40),
    ) {
        let mut stage = Stage::new(instant_message.then(|| at(600)));
        let mut now = 0;
        let mut ended: Option<Stage> = None;
        let mut highest = 0;
        for (wait, event) in events {
            now += wait;
            for settled in settle(&stage, at(expires), at(now)) {
                prop_assert!(!stage.is_terminal());
                prop_assert!(settled.at <= at(now));
                stage = settled.stage;
            }
            let before = stage.clone();
            match step(&stage, &event, at(now)) {
                Ok(next) => {
                    prop_assert!(!before.is_terminal());
                    // Only the holder of the present claim ends a message.
                    if next.is_terminal() {
                        let fence = match &event {
                            Event::Imported { fence } | Event::Rejected { fence, .. } => *fence,
                            other => { prop_assert!(false, "{other:?} ended a message"); Fence(0) }
                        };
                        match &before {
                            Stage::Claimed { lease, .. } => prop_assert!(lease.fence == fence && at(now) < lease.until),
                            _ => prop_assert!(false, "ended without a claim"),
                        }
                    }
                    // Fences only grow.
                    if let (Stage::Waiting { .. }, Stage::Claimed { lease, .. }) = (&before, &next) {
                        prop_assert!(lease.fence.0 > highest);
                        highest = lease.fence.0;
                    }
                    stage = next;
                }
                Err(_) => prop_assert_eq!(&before, &stage),
            }
            if let Some(end) = &ended {
                prop_assert_eq!(end, &stage);
            }
            if stage.is_terminal() {
                ended = Some(stage.clone());
            }
        }
    }

    #[test]
    fn settling_in_two_goes_is_settling_at_once(first in 0_i64..2_000, more in 0_i64..2_000, expires in 1_i64..3_000, claimed_at in 0_i64..590) {
        let (start, _) = play(instant(), &[(claimed_at, claim(ClaimMode::Automatic))]);
        // Nobody looks before the claim.
        let first = claimed_at + first;
        let once = settle(&start, at(expires), at(first + more));
        let mut twice = settle(&start, at(expires), at(first));
        let halfway = twice.last().map_or(start, |s| s.stage.clone());
        twice.extend(settle(&halfway, at(expires), at(first + more)));
        // The clamp to a lease's end needs the earlier step at hand; stages agree in any case.
        let stages = |steps: &[Step]| steps.iter().map(|s| s.stage.clone()).collect::<Vec<_>>();
        prop_assert_eq!(stages(&once), stages(&twice));
    }
}
