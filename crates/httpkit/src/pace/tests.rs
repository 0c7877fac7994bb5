//! Waiting adds up, and what was moved earns more of it.

use super::*;
use std::future::poll_fn;

const SECOND: Duration = Duration::from_secs(1);

fn meter() -> Meter {
    Meter::new(Pace {
        silence: 10 * SECOND,
        grace: 20 * SECOND,
        bytes_per_second: 100,
    })
}

/// Waits so long for the other side; whether patience lasted.
async fn waits(meter: &mut Meter, time: Duration) -> bool {
    let patience = poll_fn(|context| meter.poll_patience(context));
    tokio::time::timeout(time, patience).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn silence_ends_it() {
    let mut meter = meter();
    assert!(waits(&mut meter, 9 * SECOND).await);
    meter.moved(1);
    assert!(waits(&mut meter, 9 * SECOND).await);
    assert!(!waits(&mut meter, 2 * SECOND).await, "eleven seconds");
}

#[tokio::test(start_paused = true)]
async fn a_byte_now_and_then_does_not_hold_on() {
    let mut meter = meter();
    for _ in 0..2 {
        assert!(waits(&mut meter, 9 * SECOND).await);
        meter.moved(1);
    }
    assert!(!waits(&mut meter, 9 * SECOND).await, "27 of 20 seconds");
}

#[tokio::test(start_paused = true)]
async fn at_the_rate_it_goes_on_for_ever() {
    let mut meter = meter();
    for _ in 0..1_000 {
        assert!(waits(&mut meter, 5 * SECOND).await);
        meter.moved(500);
    }
}

#[tokio::test(start_paused = true)]
async fn time_in_which_nobody_asks_is_the_servers_own() {
    let mut meter = meter();
    for _ in 0..100 {
        assert!(waits(&mut meter, SECOND / 10).await);
        meter.moved(0);
        tokio::time::sleep(60 * SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_over_may_be_taken_at_the_lowest_rate() {
    let mut meter = meter();
    let begun = Instant::now();
    // Ten seconds of silence, and five for itself.
    assert_eq!(meter.handed(500), begun + 15 * SECOND);
    // 15 of 20 and 5 seconds are used up.
    tokio::time::advance(15 * SECOND).await;
    assert_eq!(meter.handed(0), Instant::now() + 10 * SECOND);
    tokio::time::advance(4 * SECOND).await;
    assert_eq!(meter.handed(0), Instant::now() + 6 * SECOND);
    // Nobody is waited for.
    meter.moved(0);
    tokio::time::advance(100 * SECOND).await;
    assert_eq!(meter.handed(0), Instant::now() + 6 * SECOND);
}
