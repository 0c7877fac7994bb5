//! One message of a patient at a time, in the order of entry, whatever goes wrong.

use crate::fake::Fault;
use crate::world::World;
use axum::http::StatusCode;
use jiff::SignedDuration;
use model::outbox::State;
use std::time::Duration;
use store::gateway::Mend;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn later_messages_of_a_patient_wait_for_a_message_that_is_tried_again() {
    let world = World::new().await;
    world.fake.next([Fault::Says(503, Some(60))]);
    let node = world.start();
    let first = world.enter().await;
    world
        .until("the first try", async || world.fake.sends() == 1)
        .await;
    let second = world.enter().await;
    let other = world.draft().about(1).enter(&world).await;
    world.until_state(other, State::Accepted).await;
    world.a_moment().await;
    assert_eq!(world.stored(second).await.state, State::Queued);
    assert!(world.stored(second).await.blocked);
    // No sooner than was asked for.
    world.pass(SignedDuration::from_secs(59));
    world.a_moment().await;
    assert_eq!(world.stored(first).await.state, State::Queued);
    world.pass(SignedDuration::from_mins(16));
    world.until_state(second, State::Accepted).await;
    assert_eq!(world.fake.accepted_ids(), [other, first, second]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_message_holds_nobody_up_and_goes_to_the_end_when_it_is_released() {
    let world = World::new().await;
    world
        .fake
        .next([Fault::Problem(wire::problem::ProblemType::ValidationError)]);
    let first = world.enter().await;
    let second = world.enter().await;
    let node = world.start();
    world.until_state(second, State::Accepted).await;
    assert_eq!(world.stored(first).await.state, State::Refused);

    world.fake.set(Some(Fault::Slow(Duration::from_millis(50))));
    let third = world.enter().await;
    let mend = Mend {
        topic: Some("Referral".to_owned()),
        ..Mend::default()
    };
    let now = model::Clock::now(&*world.clock);
    let outbox = &world.store.outbox;
    outbox
        .release("operator:test", first, &mend, now)
        .await
        .unwrap();
    world.until_state(first, State::Accepted).await;
    assert_eq!(world.fake.accepted_ids(), [second, third, first]);
    let came = world.fake.accepted().pop().unwrap();
    assert_eq!(came.message.topic, "Referral");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_never_gets_an_answer_is_stopped_and_its_patients_next_goes() {
    let world = World::new().await;
    world.fake.next([Fault::Says(500, Some(3600))]);
    let node = world.start();
    let product = crate::entering::product(&world, &node).await;
    let first = world.enter().await;
    world
        .until("the first try", async || {
            let stored = world.stored(first).await;
            stored.tries == 1 && stored.state == State::Queued
        })
        .await;
    let second = world.enter().await;
    assert!(world.stored(second).await.blocked);
    let address = format!("/v1/messages/{first}/stop");
    let stopped = product.post(&address, None).await;
    assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.text);
    assert_eq!(stopped.json()["state"], "refused");
    world.until_state(second, State::Accepted).await;
    let told = product.get(&format!("/v1/messages/{first}")).await.json();
    assert_eq!(
        (&told["state"], &told["problem"]),
        (&"refused".into(), &"stopped".into())
    );
    let again = product.post(&address, None).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("holds nobody up"), "{}", again.text);
    let address = format!("/v1/messages/{second}/stop");
    assert_eq!(
        product.post(&address, None).await.status,
        StatusCode::CONFLICT
    );
    // A person lets it go after all.
    let address = format!("/v1/messages/{first}/release");
    assert_eq!(
        product.post(&address, None).await.status,
        StatusCode::ACCEPTED
    );
    world.until_state(first, State::Accepted).await;
    assert_eq!(world.fake.accepted_ids(), [second, first]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_messages_about_one_patient_keep_their_order_through_lost_answers() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for number in 0..200 {
        ids.push(world.enter().await);
        if number % 20 == 7 {
            world.fake.next([Fault::Lost]);
        }
    }
    let node = world.start();
    let last = ids[199];
    world
        .until("all are accepted", async || {
            world.pass(SignedDuration::from_secs(20));
            world.stored(last).await.state == State::Accepted
        })
        .await;
    assert_eq!(world.fake.accepted_ids(), ids);
    assert_eq!(world.fake.repeats(), 10);
    assert_eq!(world.fake.most_at_once(), 1);
    node.stop().await;
}
