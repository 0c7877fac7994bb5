//! Five hundred readers of one record at once, about the moment when its token ends: one renewal, and all are answered.

use super::pair::{Pair, Template};
use crate::world::linking::Patient;
use httpkit::clock::SystemClock;
use jiff::{SignedDuration, Timestamp};
use model::Clock as _;
use serde_json::json;
use std::time::{Duration, Instant};

const READERS: usize = 500;
/// The life of a token in whole seconds, as PKB counts.
const LIFE: Duration = Duration::from_secs(2);
/// When the readers come, and how long they are on their way to PKB, in milliseconds; from when the token was made. The
/// gateway takes it for over at 1800, PKB at 2000: who comes between them, or is late, may be refused there.
const ARRIVALS: [(i64, u64); 7] = [
    // All of them are refused at PKB, with a token that was good when they set out.
    (1300, 1000),
    (3000, 0),
    (1780, 0),
    (1800, 0),
    (1950, 0),
    (2000, 0),
    (2020, 0),
];

#[test]
fn five_hundred_readers_of_a_token_that_is_over_are_answered_after_one_renewal() {
    super::walk::block_on(async {
        let template = Template::make(&[], &[], &[]).await;
        let pair = Pair::of(&template, None).await;
        for (number, (arrival, late)) in ARRIVALS.into_iter().enumerate() {
            let patient = pair.patient(number);
            pair.pkb
                .people
                .change(json!({ "accessTokenSeconds": LIFE.as_secs() }))
                .await;
            pair.app.connect(&pair.pkb, &patient).await;
            // The new one lasts; slow, so that all of them are there while it is asked for.
            let slow = if number % 2 == 0 { 300 } else { 0 };
            pair.pkb
                .people
                .change(json!({ "accessTokenSeconds": 600, "slowMillis": slow }))
                .await;
            pair.tap.delay(Duration::from_millis(late));
            wait_until(obtained(&pair).await + SignedDuration::from_millis(arrival)).await;
            let began = Instant::now();
            let answered = read_at_once(&pair, &patient).await;
            let renewed = pair.renewed(&patient).await;
            println!(
                "{READERS} readers {arrival} ms after the token, on their way for {late} ms: {answered} answered, {renewed} renewal, in {:.1?}",
                began.elapsed()
            );
            assert_eq!((answered, renewed), (READERS, 1));
            pair.tap.delay(Duration::ZERO);
            pair.pkb.people.change(json!({ "slowMillis": 0 })).await;
        }
        assert_eq!(pair.reused().await, 0);
        let log = pair.pkb.log().await;
        assert_eq!(log.count("refreshed"), ARRIVALS.len() as u64);
        // Every one of them has read at PKB, and each link once before when it was made.
        assert!(log.count("read") >= (READERS * ARRIVALS.len()) as u64);
        let seen = pair.tap.seen();
        assert_eq!(seen.refreshes.len(), ARRIVALS.len());
    });
}

/// When PKB gave the newest token.
async fn obtained(pair: &Pair) -> Timestamp {
    let log = pair.pkb.log().await;
    let newest = log.events("code-exchanged").next().unwrap();
    newest["at"].as_str().unwrap().parse().unwrap()
}

async fn wait_until(time: Timestamp) {
    let left = time.duration_since(SystemClock.now());
    assert!(left.is_positive(), "this machine is too busy for that");
    tokio::time::sleep(left.unsigned_abs()).await;
}

async fn read_at_once(pair: &Pair, patient: &Patient) -> usize {
    let readers = (0..READERS).map(|_| {
        let (app, patient) = (pair.app.clone(), patient.clone());
        tokio::spawn(async move { app.read(&patient).await })
    });
    let readers: Vec<_> = readers.collect();
    let mut answered = 0;
    for reader in readers {
        match reader.await.unwrap() {
            Some((200, _)) => answered += 1,
            other => println!("answered {other:?}"),
        }
    }
    answered
}
