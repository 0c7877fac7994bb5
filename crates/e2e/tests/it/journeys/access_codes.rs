//! Access codes: good once, for a minute, for the practice that they come from.

use crate::world::World;
use crate::world::message::small;
use serde_json::json;

#[tokio::test]
async fn a_code_is_good_once() {
    let world = World::start().await;
    let code = world.access_code().await;
    world.integrator.exchange(&code).await;
    let again = world.integrator.try_code(&code).await;
    assert_eq!(again.status, 400);
    assert_eq!(again.faults(), ["accessCode"]);
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let world = World::start().await;
    let code = world.access_code().await;
    world.advance("61s").await;
    let late = world.integrator.try_code(&code).await;
    assert_eq!(late.status, 400);
    assert_eq!(late.faults(), ["accessCode"]);
    world.token().await;
}

#[tokio::test]
async fn five_wrong_codes_stop_the_exchange_and_nothing_else() {
    let world = World::start().await;
    let token = world.token().await;
    for code in ["AAAAAAA2", "AAAAAAA3", "AAAAAAA4", "AAAAAAA5", "AAAAAAA6"] {
        assert_eq!(world.integrator.try_code(code).await.status, 400, "{code}");
    }
    let good = world.access_code().await;
    let stopped = world.integrator.try_code(&good).await;
    assert_eq!(stopped.status, 429, "{stopped:?}");
    assert_eq!(stopped.problem(), "too-many-requests");
    let wait: u64 = stopped.retry_after.unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");

    assert_eq!(world.integrator.get("/api/v1/test").await.status, 200);
    assert_eq!(world.integrator.verify(&token).await.status, 200);
    let id = world
        .integrator
        .sent(&token, &small("marker-after-wrong-codes"))
        .await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    world.advance("61s").await;
    world.token().await;
}

#[tokio::test]
async fn a_message_goes_to_the_practice_of_its_permission_only() {
    let world = World::start().await;
    let token = world.token().await;
    let mut message = small("marker-wrong-practice");
    message["recipient"]["id"]["value"] = json!("GPPRAC002");
    let answer = world.integrator.send(&token, &message).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.faults(), ["recipient"]);

    message["recipient"]["id"]["value"] = json!("GPPRAC999");
    let answer = world.integrator.send(&token, &message).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.faults(), ["recipient"]);
    let fault = &answer.json()["invalidParameters"][0];
    assert_eq!(fault["reason"], "Unknown Recipient");
}

#[tokio::test]
async fn a_token_that_is_none_and_a_key_that_is_none_are_refused() {
    let world = World::start().await;
    let token = world.token().await;
    let stranger = "ad2ae93e-f2e4-4722-8c20-42ba5a71b3ff";
    for wrong in [stranger, "not-a-uuid"] {
        let answer = world
            .integrator
            .send(wrong, &small("marker-wrong-token"))
            .await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (403, "access-token-refused")
        );
    }
    let mut other = world.integrator.clone();
    other.key = "bak_000000000000_wrong".to_owned();
    let answer = other.send(&token, &small("marker-wrong-key")).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (401, "unauthorized")
    );
    assert_eq!(other.get("/api/v1/test").await.status, 401);
}
