//! A platform that says not now, for a moment or for an hour; answers that are lost; a gateway that is started anew.

use super::alone::Alone;
use crate::world::proxy::Mood;
use crate::world::{World, message, wait};
use serde_json::json;

/// Lets time go by until all of these have been taken, and no longer, and waits until they are in the record: an
/// instant message has ten minutes to get there.
async fn home(world: &World, ids: &[String]) {
    let product = &world.product;
    for id in ids {
        wait::until(&format!("{id} is accepted"), async || {
            let taken = product.message(id).await["state"] == "accepted";
            if !taken {
                world.advance("20s").await;
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
            taken
        })
        .await;
        product.in_the_record(id).await;
    }
}

#[tokio::test]
async fn a_platform_that_says_not_now_gets_the_message_later_and_once() {
    let world = World::start().await;
    let product = &world.product;
    product.authorise(&world.access_code().await).await;
    for status in [503, 429] {
        let faults = json!({ "platformAnswers": status, "times": 2 });
        world.faults(faults).await;
        let id = product.entered(&product.small("marker-not-now")).await;
        wait::until("it was tried", async || {
            product.message(&id).await["tries"].as_u64() >= Some(1)
        })
        .await;
        home(&world, std::slice::from_ref(&id)).await;
        let found = product.message(&id).await;
        let attempts = found["attempts"].as_array().unwrap();
        assert!(attempts.len() >= 2, "{attempts:?}");
        assert_eq!(attempts[0]["httpStatus"], status, "{attempts:?}");
        assert_eq!(attempts.last().unwrap()["outcome"], "accepted");
        assert_eq!(world.records.documents_of(&id).await.len(), 1);
    }
}

#[tokio::test]
async fn an_hour_without_the_platform_delays_and_nothing_else() {
    let world = World::start().await;
    let product = &world.product;
    let listener = crate::world::listener::Listener::start().await;
    product.be_told(&listener).await;
    product.authorise(&world.access_code().await).await;
    world
        .faults(json!({ "platformAnswers": 503, "times": 100_000 }))
        .await;
    let mut ids = Vec::new();
    for number in 0..4 {
        let small = product.small(&format!("marker-of-hour-{number}"));
        ids.push(product.entered(&small).await);
    }
    for _ in 0..6 {
        world.advance("10m").await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    for (place, id) in ids.iter().enumerate() {
        let found = product.message(id).await;
        assert_eq!(found["state"], "queued", "{found}");
        // One about a patient at a time: the others wait behind the first.
        assert_eq!(found["waitsForEarlier"] == true, place > 0, "{found}");
        assert!(found["overdueSince"].is_string(), "{found}");
    }
    world.no_more_faults().await;
    home(&world, &ids).await;
    for id in &ids {
        assert_eq!(world.records.documents_of(id).await.len(), 1);
        listener.until(id, "message.accepted").await;
    }
    let accepted = listener.posts();
    let accepted = accepted
        .iter()
        .filter(|post| post.event["type"] == "message.accepted")
        .map(|post| post.event["data"]["messageId"].as_str().unwrap().to_owned());
    let mut order: Vec<_> = accepted.collect();
    order.dedup();
    assert_eq!(order, ids, "in the order of their entry");
}

#[tokio::test]
async fn a_gateway_that_is_started_anew_sends_what_it_was_given() {
    let world = World::start().await;
    world.product.authorise(&world.access_code().await).await;
    world
        .faults(json!({ "platformAnswers": 503, "times": 100_000 }))
        .await;
    let message = world.product.small("marker-of-restart");
    let id = world.product.entered(&message).await;
    // The fault is gone with the process; key, user and message stay.
    let world = world.start_again().await;
    assert_eq!(world.product.authorisation().await, "authorised");
    home(&world, std::slice::from_ref(&id)).await;
    assert_eq!(world.records.documents_of(&id).await.len(), 1);
    assert_eq!(
        world.product.enter(&message).await.json()["state"],
        "accepted"
    );
}

#[tokio::test]
async fn answers_that_are_lost_after_the_commit_cost_a_try_and_file_nothing_twice() {
    let world = World::start().await;
    let mut alone = Alone::beside(&world, &[]).await;
    alone.product.authorise(&world.access_code().await).await;
    alone.proxy.be(Mood::LosesAnswers(2));
    let small = alone.product.small("marker-of-lost-answers");
    let id = alone.product.entered(&small).await;
    alone.product.in_the_record(&id).await;
    assert_eq!(alone.proxy.mood(), Mood::LosesAnswers(0));
    assert_eq!(alone.proxy.passed(&id), 3);
    assert_eq!(world.records.documents_of(&id).await.len(), 1);

    // A storm: refused again and again, and killed meanwhile.
    alone.proxy.be(Mood::Answers(429));
    let mut ids = Vec::new();
    for number in 0..3 {
        let small = alone.product.small(&format!("marker-of-storm-{number}"));
        ids.push(alone.product.entered(&small).await);
    }
    wait::until("it was tried", async || {
        alone.product.message(&ids[0]).await["tries"].as_u64() >= Some(1)
    })
    .await;
    alone.kill();
    alone.proxy.be(Mood::Good);
    alone.start();
    for id in &ids {
        alone.product.in_the_record(id).await;
        assert_eq!(world.records.documents_of(id).await.len(), 1);
    }
    let sent = alone.proxy.sent();
    assert_eq!(sent[1..], ids, "in the order of their entry");
}

#[tokio::test]
async fn keys_are_rotated_while_messages_are_sent() {
    let world = World::start().await;
    let alone = Alone::beside(&world, &[]).await;
    alone.product.authorise(&world.access_code().await).await;
    let product = alone.product.clone();
    let sender = tokio::spawn(async move {
        let mut ids = Vec::new();
        for number in 0..30 {
            let mut message = product.small(&format!("marker-of-rotation-{number}"));
            message["nhsNumber"] = json!(patient(number));
            ids.push(product.entered(&message).await);
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
        ids
    });
    for _ in 0..3 {
        let rotated = alone
            .operator
            .json(&["gateway", "keys", "rotate", "--wait"])
            .await;
        assert_eq!(rotated["underOlderKeys"], 0, "{rotated}");
        assert_eq!(rotated["unreadable"], 0, "{rotated}");
    }
    for id in sender.await.unwrap() {
        alone.product.in_the_record(&id).await;
        assert_eq!(world.records.documents_of(&id).await.len(), 1);
    }
    let status = alone.operator.json(&["gateway", "keys", "status"]).await;
    assert_eq!(status["keys"].as_array().unwrap().len(), 4, "{status}");
    assert_eq!(alone.product.authorisation().await, "authorised");
}

/// Patients of the shipped file.
fn patient(number: usize) -> String {
    let file = crate::world::executable::repository().join("sdk-kit/test-pas-patients.json");
    let patients: serde_json::Value =
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let patients = patients["patients"].as_array().unwrap();
    let patient = &patients[number % patients.len()];
    patient["nhsNumber"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_message_whose_time_ran_out_before_it_was_sent_is_refused_and_never_sent() {
    let world = World::start().await;
    let product = &world.product;
    product.authorise(&world.access_code().await).await;
    world
        .faults(json!({ "platformAnswers": 503, "times": 100_000 }))
        .await;
    let mut message = product.small("marker-of-expiry");
    let now = jiff::Timestamp::from_second(world.now().await).unwrap();
    let end = now + jiff::SignedDuration::from_mins(30);
    message["expiryDateTime"] = json!(end.to_string());
    let id = product.entered(&message).await;
    world.advance("31m").await;
    world.no_more_faults().await;
    wait::until("it is refused", async || {
        world.advance("1m").await;
        product.message(&id).await["state"] == "refused"
    })
    .await;
    let answer = world
        .integrator
        .get(&wire::paths::partner::status_of(&id))
        .await;
    assert_eq!(answer.status, 404);
    // With another end it goes on.
    let end = now + jiff::SignedDuration::from_hours(48);
    let mend = json!({ "expiryDateTime": end.to_string() });
    let released = product.release(&id, &mend).await;
    assert_eq!(released.status, 202, "{released:?}");
    product.in_the_record(&id).await;
    let again = product.release(&message::id(&message), &json!({})).await;
    assert_eq!(
        (again.status, again.problem().as_str()),
        (409, "wrong-state")
    );
}
