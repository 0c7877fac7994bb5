//! A platform that fails, a gateway that dies: nothing is lost, and nothing arrives twice.

use crate::fake::Fault;
use crate::world::{Node, World};
use jiff::SignedDuration;
use model::ClientMessageId;
use model::outbox::{Bucket, LEASE, State};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::gateway::AttemptOutcome;

/// Enters `count` messages about `patients` patients, in turn.
async fn enter_many(world: &World, count: u32, patients: u32) -> Vec<ClientMessageId> {
    let mut ids = Vec::new();
    for number in 0..count {
        let draft = world.draft().about(number % patients);
        ids.push(draft.enter(world).await);
    }
    ids
}

/// Lets time go by until all are accepted.
async fn until_accepted(world: &World, count: usize, step: SignedDuration) {
    world
        .until("all are accepted", async || {
            world.pass(step);
            let counts = world.store.outbox.counts().await.unwrap();
            counts.contains(&(Bucket::Pending, count as u64))
        })
        .await;
}

/// Every message came once, and those of each patient in the order of entry.
fn each_came_once_and_in_order(world: &World, ids: &[ClientMessageId]) {
    let came = world.fake.accepted();
    let unique: BTreeSet<_> = came.iter().map(|came| came.id).collect();
    assert_eq!(came.len(), ids.len(), "not each once");
    assert_eq!(unique, ids.iter().copied().collect());
    let place: BTreeMap<_, _> = ids.iter().zip(0..).collect();
    let mut last: BTreeMap<String, i32> = BTreeMap::new();
    for came in came {
        let place = place[&came.id];
        let before = last.insert(came.message.subject.id.value, place);
        assert!(before.is_none_or(|before| before < place), "out of order");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_without_the_platform_loses_nothing_and_sends_nothing_twice() {
    let world = World::new().await;
    world.fake.set(Some(Fault::Down));
    let node = world.start();
    let ids = enter_many(&world, 300, 40).await;
    for _ in 0..360 {
        world.pass(SignedDuration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(6)).await;
    }
    assert!(world.fake.accepted().is_empty());
    // It was left alone: some sends before it was noticed, then a probe a minute at most.
    let (sends, probes) = (world.fake.sends(), world.fake.tests());
    assert!(sends < 40, "{sends} sends in vain");
    assert!((20..=80).contains(&probes), "{probes} probes");
    world.fake.set(None);
    until_accepted(&world, ids.len(), SignedDuration::from_secs(5)).await;
    each_came_once_and_in_order(&world, &ids);
    assert_eq!(world.fake.repeats(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_platform_is_left_alone_for_as_long_as_it_asks() {
    let world = World::new().await;
    world.fake.next([Fault::Says(429, Some(120)); 8]);
    let ids = enter_many(&world, 30, 30).await;
    let node = world.start();
    world
        .until("the first 429", async || world.fake.sends() > 0)
        .await;
    world.a_moment().await;
    let sends = world.fake.sends();
    assert!(sends <= 8, "{sends} sends before it was understood");
    world.pass(SignedDuration::from_secs(119));
    world.a_moment().await;
    assert_eq!(world.fake.sends(), sends);
    until_accepted(&world, ids.len(), SignedDuration::from_secs(1)).await;
    each_came_once_and_in_order(&world, &ids);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_platform_may_name_a_moment() {
    let world = World::new().await;
    let (now, until) = (
        "Sat, 21 Nov 2026 11:00:00 GMT",
        "Sat, 21 Nov 2026 11:10:00 GMT",
    );
    world.fake.next([Fault::Busy(now, until)]);
    let id = world.enter().await;
    let node = world.start();
    world
        .until("the 429", async || world.fake.sends() == 1)
        .await;
    world.a_moment().await;
    world.pass(SignedDuration::from_mins(9));
    world.a_moment().await;
    assert_eq!(world.fake.sends(), 1);
    world.pass(SignedDuration::from_mins(2));
    world.until_state(id, State::Accepted).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_wrong_key_nothing_is_refused_and_all_goes_out_when_it_is_right() {
    let world = World::new().await;
    let node = world.start_with(|config| {
        config.platform_key = model::Secret::new("bak_wrong_key".to_owned());
    });
    let ids = enter_many(&world, 20, 20).await;
    world
        .until("a probe", async || {
            world.pass(SignedDuration::from_secs(1));
            world.fake.tests() > 3
        })
        .await;
    assert!(world.fake.sends() <= 8);
    let counts = world.store.outbox.counts().await.unwrap();
    assert!(counts.contains(&(Bucket::Queued, 20)), "{counts:?}");
    node.stop().await;
    let node = world.start();
    until_accepted(&world, ids.len(), SignedDuration::from_secs(5)).await;
    each_came_once_and_in_order(&world, &ids);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_platform_is_probed_by_one_call_and_not_by_messages() {
    let world = World::new().await;
    world.fake.set(Some(Fault::Says(503, None)));
    let node = world.start();
    enter_many(&world, 40, 40).await;
    world.until("a send", async || world.fake.sends() > 0).await;
    // Then it is left alone, be it for these sends or for what others asked it.
    world.a_moment().await;
    let (sends, tests) = (world.fake.sends(), world.fake.tests());
    world.pass(SignedDuration::from_secs(2));
    world
        .until("a probe", async || world.fake.tests() > tests)
        .await;
    world.a_moment().await;
    assert_eq!((world.fake.sends(), world.fake.tests()), (sends, tests + 1));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_answers_cost_a_retry_and_no_second_message() {
    let world = World::new().await;
    world.fake.next([Fault::Lost; 4]);
    let ids = enter_many(&world, 30, 10).await;
    let node = world.start();
    until_accepted(&world, ids.len(), SignedDuration::from_secs(2)).await;
    each_came_once_and_in_order(&world, &ids);
    assert_eq!(world.fake.repeats(), 4);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_all_kinds_of_trouble_ends_with_each_message_once() {
    let world = World::new().await;
    let troubles = [
        Fault::Lost,
        Fault::Says(503, None),
        Fault::Down,
        Fault::Says(429, Some(3)),
        Fault::Slow(Duration::from_millis(20)),
        Fault::Says(500, None),
        Fault::Says(408, None),
    ];
    world.fake.next(troubles.into_iter().cycle().take(140));
    let ids = enter_many(&world, 200, 25).await;
    let node = world.start();
    until_accepted(&world, ids.len(), SignedDuration::from_secs(10)).await;
    each_came_once_and_in_order(&world, &ids);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_dies_while_it_sends_goes_on_after_the_lease() {
    let world = World::new().await;
    world.fake.set(Some(Fault::Slow(Duration::from_millis(40))));
    let ids = enter_many(&world, 60, 20).await;
    for _ in 0..3 {
        let node = world.start();
        let before = world.fake.accepted().len();
        world
            .until("something is sent", async || {
                world.fake.accepted().len() > before
            })
            .await;
        node.die().await;
        // What it held is not sent by anybody else before the lease has ended.
        world.pass(LEASE);
    }
    world.fake.set(None);
    let node = world.start();
    until_accepted(&world, ids.len(), SignedDuration::from_secs(5)).await;
    each_came_once_and_in_order(&world, &ids);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_ends_in_order_finishes_or_gives_back_what_it_holds() {
    let world = World::new().await;
    let quick = Duration::from_millis(50);
    world.fake.next([Fault::Slow(quick)]);
    let id = world.enter().await;
    let node = world.start();
    world
        .until("it is being sent", async || world.fake.sends() == 1)
        .await;
    node.stop().await;
    assert_eq!(world.stored(id).await.state, State::Accepted);

    world.fake.next([Fault::Slow(Duration::from_secs(60))]);
    let slow = world.enter().await;
    let node = world.start();
    world
        .until("it is being sent", async || world.fake.sends() == 2)
        .await;
    node.stop().await;
    let stored = world.stored(slow).await;
    assert_eq!(stored.state, State::Queued);
    let attempts = world.store.outbox.attempts(slow).await.unwrap();
    let why = AttemptOutcome::Nothing("stopped".to_owned());
    assert_eq!(attempts[0].outcome, Some(why));
    // No time has to go by before another node sends it.
    let node = world.start();
    world.until_state(slow, State::Accepted).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_on_one_store_share_the_work_and_send_nothing_twice() {
    let world = World::new().await;
    world.fake.set(Some(Fault::Slow(Duration::from_millis(10))));
    let ids = enter_many(&world, 120, 60).await;
    let nodes: Vec<Node> = (0..2)
        .map(|_| world.start_with(|config| config.senders = 4))
        .collect();
    until_accepted(&world, ids.len(), SignedDuration::ZERO).await;
    each_came_once_and_in_order(&world, &ids);
    assert_eq!(world.fake.repeats(), 0);
    assert!(world.fake.most_at_once() > 4, "only one of them worked");
    for node in nodes {
        node.stop().await;
    }
}
