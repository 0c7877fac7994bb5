//! Who waits for whom, in made-up time.

use super::*;
use axum::body::Body;
use futures_util::stream;
use std::convert::Infallible;
use tokio::sync::mpsc;
use tokio::task::yield_now;

const SECOND: Duration = Duration::from_secs(1);
const LARGE: Option<u64> = Some(SMALL + 1);

fn budget(at_once: usize) -> Budget {
    let limits = LargeBodies {
        at_once,
        ..LargeBodies::default()
    };
    Budget::new(limits, &Metrics::default())
}

impl Budget {
    fn counts(&self) -> (i64, i64, u64) {
        let shared = &self.0;
        (
            shared.in_use.get(),
            shared.pausing.get(),
            shared.refused.get(),
        )
    }
}

/// A body and the hand that sends it; dropped, the body ends.
fn sent_by_hand() -> (mpsc::Sender<usize>, BodyDataStream) {
    let (hand, pieces) = mpsc::channel(100);
    let pieces = stream::unfold(pieces, async |mut pieces: mpsc::Receiver<usize>| {
        let size = pieces.recv().await?;
        Some((Ok::<_, Infallible>(vec![b'x'; size]), pieces))
    });
    (hand, Body::from_stream(pieces).into_data_stream())
}

fn is_busy(refusal: &Refusal) -> bool {
    refusal.kind() == ProblemType::Unavailable && format!("{refusal:?}").contains("Some(5)")
}

#[tokio::test(start_paused = true)]
async fn a_small_body_waits_for_nobody() {
    let budget = budget(1);
    let _all = budget.admit(LARGE).await.unwrap();
    for declared in [Some(0), Some(SMALL), None] {
        let begun = Instant::now();
        let mut turn = budget.admit(declared).await.unwrap();
        let (hand, mut pieces) = sent_by_hand();
        hand.send(60_000).await.unwrap();
        drop(hand);
        assert_eq!(turn.next(&mut pieces).await.unwrap().unwrap().len(), 60_000);
        assert_eq!(turn.next(&mut pieces).await.unwrap(), None);
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn beyond_the_budget_a_large_one_waits_a_little_and_is_refused() {
    let budget = budget(2);
    let one = budget.admit(LARGE).await.unwrap();
    let _two = budget.admit(LARGE).await.unwrap();
    assert_eq!(budget.counts(), (2, 0, 0));
    let begun = Instant::now();
    assert!(is_busy(&budget.admit(LARGE).await.err().unwrap()));
    assert_eq!(begun.elapsed(), 5 * SECOND);
    assert_eq!(budget.counts(), (2, 0, 1));
    // One that did not say how long it is, is refused when it turns out.
    let mut turn = budget.admit(None).await.unwrap();
    let (hand, mut pieces) = sent_by_hand();
    hand.send(60_000).await.unwrap();
    hand.send(60_000).await.unwrap();
    assert!(turn.next(&mut pieces).await.unwrap().is_some());
    assert!(is_busy(&turn.next(&mut pieces).await.err().unwrap()));
    drop(one);
    assert!(budget.admit(LARGE).await.is_ok());
    assert_eq!(budget.counts(), (1, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn who_stops_sending_gives_its_place_back_until_it_goes_on() {
    let budget = budget(1);
    let mut turn = budget.admit(LARGE).await.unwrap();
    let (hand, mut pieces) = sent_by_hand();
    hand.send(100).await.unwrap();
    assert!(turn.next(&mut pieces).await.unwrap().is_some());
    let stopped = tokio::spawn(async move {
        let next = turn.next(&mut pieces).await;
        (next.map(|piece| piece.map(|bytes| bytes.len())), turn)
    });
    let begun = Instant::now();
    let other = budget.admit(LARGE).await.unwrap();
    assert_eq!(begun.elapsed(), SECOND);
    assert_eq!(budget.counts(), (1, 1, 0));
    // It goes on, but not before the other one made room.
    hand.send(7).await.unwrap();
    tokio::time::sleep(SECOND).await;
    assert!(!stopped.is_finished());
    drop(other);
    let (next, _turn) = stopped.await.unwrap();
    assert_eq!(next.unwrap(), Some(7));
    assert_eq!(budget.counts(), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_waits_to_go_on_is_refused_in_the_end() {
    let budget = budget(1);
    let mut turn = budget.admit(LARGE).await.unwrap();
    let (hand, mut pieces) = sent_by_hand();
    let stopped = tokio::spawn(async move { turn.next(&mut pieces).await });
    let _other = budget.admit(LARGE).await.unwrap();
    hand.send(7).await.unwrap();
    let begun = Instant::now();
    assert!(is_busy(&stopped.await.unwrap().err().unwrap()));
    assert_eq!(begun.elapsed(), 30 * SECOND);
    assert_eq!(budget.counts(), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn when_too_many_pause_the_next_to_pause_goes_and_newcomers_do_not_notice() {
    let budget = budget(1);
    let mut hands = Vec::new();
    let mut stopped = Vec::new();
    for _ in 0..=PAUSED_PER_PLACE {
        let mut turn = budget.admit(LARGE).await.unwrap();
        let (hand, mut pieces) = sent_by_hand();
        hands.push(hand);
        stopped.push(tokio::spawn(async move { turn.next(&mut pieces).await }));
    }
    let last = stopped.pop().unwrap();
    assert!(is_busy(&last.await.unwrap().err().unwrap()));
    assert_eq!(budget.counts(), (0, 8, 1));
    assert!(budget.admit(LARGE).await.is_ok());
    drop(hands);
    for one in stopped {
        assert_eq!(one.await.unwrap().unwrap(), None, "they ended");
    }
    assert_eq!(budget.counts(), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_long_body_lets_others_have_a_turn() {
    let budget = budget(1);
    let mut turn = budget.admit(LARGE).await.unwrap();
    let (hand, mut pieces) = sent_by_hand();
    let reading = tokio::spawn(async move {
        let mut read = 0;
        while let Some(piece) = turn.next(&mut pieces).await.unwrap() {
            read += piece.len();
        }
        read
    });
    let sending = tokio::spawn(async move {
        for _ in 0..100 {
            tokio::time::sleep(SECOND / 10).await;
            hand.send(1_000).await.unwrap();
        }
    });
    let begun = Instant::now();
    for _ in 0..3 {
        let other = budget.admit(LARGE).await.expect("a turn");
        tokio::time::sleep(SECOND / 2).await;
        drop(other);
        yield_now().await;
    }
    assert!(begun.elapsed() < 9 * SECOND, "{:?}", begun.elapsed());
    sending.await.unwrap();
    assert_eq!(reading.await.unwrap(), 100_000);
    assert_eq!(budget.counts(), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn unwanted_bodies_are_read_only_as_far_as_there_is_room() {
    let budget = budget(1);
    let (hand, mut pieces) = sent_by_hand();
    let first = {
        let budget = budget.clone();
        tokio::spawn(async move { budget.discard(&mut pieces, u64::MAX).await })
    };
    for _ in 0..3 {
        hand.send(50_000).await.unwrap();
    }
    yield_now().await;
    // The second is left alone once it turns out to be large.
    let (other, mut pieces) = sent_by_hand();
    for _ in 0..3 {
        other.send(50_000).await.unwrap();
    }
    budget.discard(&mut pieces, u64::MAX).await;
    assert!(pieces.next().await.is_some(), "not read to its end");
    assert!(!first.is_finished());
    drop(hand);
    first.await.unwrap();
    // And reading is not held up by either.
    assert!(budget.admit(LARGE).await.is_ok());
}
