//! A client system that comes back too late is told that events are missing.

use super::{follow, practice};
use crate::sample::id;
use jiff::SignedDuration;
use model::Clock as _;

#[tokio::test]
async fn a_client_system_learns_that_events_are_no_longer_there() {
    let practice = practice().await;
    let (world, partner) = (&practice.world, &practice.partner);
    let mut stream = follow(world, partner, None).await;
    practice.send(1).await;
    practice.send(2).await;
    let first = stream.expect("status").await.id;
    let second = stream.expect("status").await.id;
    world.wait(SignedDuration::from_hours(8 * 24));
    practice.send(3).await;
    let week_ago = world.clock.now() - SignedDuration::from_hours(7 * 24);
    assert!(world.store.feed.forget(week_ago, 1_000).await.unwrap() > 0);

    let mut late = follow(world, partner, first).await;
    let gap = late.expect("gap").await;
    assert!(gap.data["detail"].is_string());
    assert!(gap.id >= second);
    assert_eq!(late.expect("status").await.data["messageId"], id(3));
    late.assert_quiet().await;

    // It is told once; and who has read all that was forgotten has missed nothing.
    for after in [gap.id, second] {
        let mut stream = follow(world, partner, after).await;
        assert_eq!(stream.expect("status").await.data["messageId"], id(3));
    }
    // A place of another platform's.
    let mut stream = follow(world, partner, Some(1_000_000)).await;
    let gap = stream.expect("gap").await.id;
    stream.assert_quiet().await;
    let mut stream = follow(world, partner, gap).await;
    stream.assert_quiet().await;
}

#[tokio::test]
async fn a_new_client_system_is_not_told_of_a_gap() {
    let practice = practice().await;
    let mut stream = follow(&practice.world, &practice.partner, None).await;
    practice.send(1).await;
    stream.expect("status").await;
}
