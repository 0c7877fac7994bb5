//! Where accepted messages stand: asked at a polite pace, and at once when the platform tells.

use crate::fake::Fault;
use crate::world::World;
use jiff::SignedDuration;
use model::ClientMessageId;
use model::message::Status;
use model::outbox::{Bucket, State};
use std::time::Duration;
use store::gateway::Happening;

const COMPLETED: (&str, Option<&str>) = ("COMPLETED", Some("Imported after review"));

/// A message that the platform has, and that is pending.
async fn accepted(world: &World) -> ClientMessageId {
    let id = world.enter().await;
    world.until_state(id, State::Accepted).await;
    id
}

async fn status(world: &World, id: ClientMessageId) -> Option<Status> {
    let standing = world.stored(id).await.standing;
    standing.map(|standing| standing.status)
}

async fn until_status(world: &World, id: ClientMessageId, wanted: Status) {
    world
        .until(wanted.as_str(), async || {
            status(world, id).await == Some(wanted)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_push_a_message_is_asked_about_by_the_clock_until_it_has_ended() {
    let world = World::new().await;
    let node = world.start();
    let id = accepted(&world).await;
    world.a_moment().await;
    assert!(world.fake.looks().is_empty(), "asked too soon");
    world.pass(SignedDuration::from_hours(1));
    until_status(&world, id, Status::Pending).await;
    assert_eq!(world.fake.looks(), [id]);
    world.fake.change(id, COMPLETED.0, COMPLETED.1);
    world.a_moment().await;
    assert_eq!(world.fake.looks(), [id]);
    world.pass(SignedDuration::from_hours(1));
    until_status(&world, id, Status::Completed).await;
    let stored = world.stored(id).await;
    assert_eq!((stored.bucket, stored.look_at), (Bucket::Completed, None));
    assert!(
        stored
            .standing
            .unwrap()
            .answer
            .contains("Imported after review")
    );
    world.pass(SignedDuration::from_hours(48));
    world.a_moment().await;
    assert_eq!(world.fake.looks().len(), 2);
    // Every change was told once.
    let entries = world.store.events.of_message(id).await.unwrap();
    let told: Vec<_> = entries
        .into_iter()
        .filter_map(|entry| match entry.happened.what {
            Happening::Status { status, .. } => Some(status),
            _ => None,
        })
        .collect();
    assert_eq!(told, [Status::Pending, Status::Completed]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_first_day_it_asks_four_times_a_day_at_most() {
    let world = World::new().await;
    let node = world.start();
    let id = accepted(&world).await;
    for _ in 0..24 * 5 {
        world.pass(SignedDuration::from_hours(1));
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    let looks = world.fake.looks().len();
    assert!((20..=24 + 4 * 4 + 1).contains(&looks), "{looks} looks");
    assert_eq!(status(&world, id).await, Some(Status::Pending));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looks_that_are_not_answered_are_repeated_and_a_failing_platform_is_not_bothered() {
    let world = World::new().await;
    let node = world.start();
    let id = accepted(&world).await;
    world.fake.set(Some(Fault::Says(503, None)));
    for _ in 0..120 {
        world.pass(SignedDuration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(6)).await;
    }
    world.fake.change(id, COMPLETED.0, COMPLETED.1);
    world.fake.set(None);
    world
        .until("the word came", async || {
            world.pass(SignedDuration::from_secs(30));
            status(&world, id).await == Some(Status::Completed)
        })
        .await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expiry_that_the_platform_notices_late_is_learnt() {
    let world = World::new().await;
    let node = world.start();
    let id = accepted(&world).await;
    // Over for two days, and still pending there.
    for _ in 0..24 * 32 {
        world.pass(SignedDuration::from_hours(1));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    world.a_moment().await;
    assert!(world.stored(id).await.look_at.is_some());
    world.fake.change_silently(id, "EXPIRED", None);
    world
        .until("the word came", async || {
            world.pass(SignedDuration::from_hours(1));
            status(&world, id).await == Some(Status::Expired)
        })
        .await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_the_platform_does_not_know_any_more_stays_as_it_is() {
    let world = World::new().await;
    let node = world.start();
    let id = accepted(&world).await;
    world.fake.set(Some(Fault::Says(404, None)));
    for _ in 0..24 * 39 {
        world.pass(SignedDuration::from_hours(1));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    world.a_moment().await;
    let stored = world.stored(id).await;
    assert_eq!((stored.state, stored.standing), (State::Accepted, None));
    assert_eq!(stored.look_at, None);
    // It said nothing against the platform.
    world.fake.set(None);
    accepted(&world).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_push_the_end_of_a_message_shows_before_the_next_look() {
    let world = World::new().await;
    world.fake.announce(true);
    let node = world.start();
    let id = accepted(&world).await;
    world
        .until("it listens", async || !world.fake.resumed().is_empty())
        .await;
    // The clock stands still, so no look comes due.
    world.fake.change(id, COMPLETED.0, COMPLETED.1);
    until_status(&world, id, Status::Completed).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_breaks_goes_on_where_it_was() {
    let world = World::new().await;
    world.fake.announce(true);
    let node = world.start();
    let ids = [accepted(&world).await, accepted(&world).await];
    world
        .until("it listens", async || !world.fake.resumed().is_empty())
        .await;
    world.fake.change(ids[0], COMPLETED.0, COMPLETED.1);
    until_status(&world, ids[0], Status::Completed).await;
    // Told while nobody listens, for a moment.
    world.fake.set(Some(Fault::Says(503, None)));
    world.fake.cut_streams();
    world.a_moment().await;
    world.fake.change(ids[1], "REJECTED", None);
    world.fake.set(None);
    world
        .until("it listens again", async || {
            world.pass(SignedDuration::from_secs(1));
            world.fake.resumed().len() > 1
        })
        .await;
    until_status(&world, ids[1], Status::Rejected).await;
    assert_eq!(world.fake.resumed().last(), Some(&Some("1".to_owned())));
    // Another node, later, too.
    node.stop().await;
    let before = world.fake.resumed().len();
    let node = world.start();
    world
        .until("it listens", async || world.fake.resumed().len() > before)
        .await;
    assert_eq!(world.fake.resumed().last(), Some(&Some("2".to_owned())));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_gap_every_pending_message_is_looked_at_within_five_minutes() {
    let world = World::new().await;
    world.fake.announce(true);
    let node = world.start();
    let mut ids = Vec::new();
    for number in 0..10 {
        let id = world.draft().about(number).enter(&world).await;
        world.until_state(id, State::Accepted).await;
        ids.push(id);
    }
    world
        .until("it listens", async || !world.fake.resumed().is_empty())
        .await;
    world.a_moment().await;
    for id in &ids {
        world.fake.change_silently(*id, COMPLETED.0, COMPLETED.1);
    }
    world.fake.tell_gap();
    world.a_moment().await;
    world.pass(SignedDuration::from_mins(5));
    for id in ids {
        until_status(&world, id, Status::Completed).await;
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_announces_no_events_is_asked_again_in_an_hour() {
    let world = World::new().await;
    let node = world.start();
    world.a_moment().await;
    world.fake.announce(true);
    world.pass(SignedDuration::from_mins(59));
    world.a_moment().await;
    assert!(world.fake.resumed().is_empty());
    world.pass(SignedDuration::from_mins(2));
    world
        .until("it listens", async || !world.fake.resumed().is_empty())
        .await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_one_listens_and_the_other_takes_over() {
    let world = World::new().await;
    world.fake.announce(true);
    let one = world.start();
    world
        .until("one listens", async || world.fake.resumed().len() == 1)
        .await;
    let two = world.start();
    world.a_moment().await;
    assert_eq!(world.fake.resumed().len(), 1);
    one.stop().await;
    world
        .until("the other listens", async || {
            world.fake.resumed().len() == 2
        })
        .await;
    let id = accepted(&world).await;
    world.fake.change(id, COMPLETED.0, COMPLETED.1);
    until_status(&world, id, Status::Completed).await;
    two.stop().await;
}
