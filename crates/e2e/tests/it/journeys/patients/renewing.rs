//! Tokens that run out, sessions that end, answers that get lost.

use super::world;
use crate::world::patients::of;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn a_token_that_is_over_is_renewed_exactly_once_however_many_read() {
    let (world, listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let amy = product.new_patient().await;
    product.link(&amy, &world.pkb, gill).await;
    assert_eq!(world.pkb.count("refreshed").await, 0);
    for round in 1..=2 {
        world.advance("11m").await;
        let readings = (0..40).map(|_| product.read(&amy, "json/users/self"));
        for answer in join_all(readings).await {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        assert_eq!(world.pkb.count("refreshed").await, round);
    }
    assert_eq!(world.pkb.count("reused").await, 0);
    // Half a year of nothing but keeping alive would end with the session; two days do not.
    world.advance("48h").await;
    assert_eq!(product.read(&amy, "json/users/self").await.status, 200);
    assert_eq!(world.pkb.count("reused").await, 0);
    let told = listener.told_of_patient(&amy);
    assert!(!told.iter().any(|told| told.contains("needs")), "{told:?}");
}

#[tokio::test]
async fn an_answer_that_is_lost_costs_the_session_and_no_second_use() {
    let (world, listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let amy = product.new_patient().await;
    product.link(&amy, &world.pkb, gill).await;
    world.baton.json(&["sandbox", "pkb", "lost"]).await;
    world.advance("11m").await;
    let answers = join_all((0..10).map(|_| product.read(&amy, "json/users/self"))).await;
    for answer in answers {
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (409, "link-needed")
        );
    }
    let patient = product.patient(&amy).await;
    assert_eq!(patient["link"]["state"], "needs-reauthorisation");
    assert_eq!(patient["link"]["reason"], "answer-lost", "{patient}");
    assert!(patient["demographics"]["readAt"].is_string(), "{patient}");
    let lapsed = "patient.needs-reauthorisation / answer-lost";
    listener.until_patient(&amy, lapsed).await;
    // Time and readings bring no second try.
    world.advance("1h").await;
    assert_eq!(product.read(&amy, "json/users/self").await.status, 409);
    assert_eq!(world.pkb.count("reused").await, 0);
    product.link(&amy, &world.pkb, gill).await;
    assert_eq!(product.read(&amy, "json/users/self").await.status, 200);
    let again = "patient.linked";
    crate::world::wait::until("it is told again", async || {
        listener.told_of_patient(&amy).last().map(String::as_str) == Some(again)
    })
    .await;
    let told = listener.told_of_patient(&amy);
    let begun = "patient.pending";
    // The state does not change when a patient who has to authorise again begins.
    assert_eq!(told, [begun, again, lapsed, again], "each once");
    assert_eq!(product.patient(&amy).await["link"]["reason"], json!(null));
}

#[tokio::test]
async fn a_session_that_pkb_ended_is_told_at_the_next_reading() {
    let (world, listener) = world().await;
    let product = &world.product;
    for (how, name) in [("expired", "sukhdeep"), ("invalid", "aoife")] {
        let person = world.pkb.person(name);
        let id = product.new_patient().await;
        product.link(&id, &world.pkb, person).await;
        world.pkb.end_sessions(person, how).await;
        let answer = product.read(&id, "json/users/self").await;
        assert_eq!(answer.status, 409, "{how}: {answer:?}");
        let lapsed = "patient.needs-reauthorisation / session-over";
        listener.until_patient(&id, lapsed).await;
        product.link(&id, &world.pkb, person).await;
        assert_eq!(product.link_state(&id).await, "linked");
    }
}

#[tokio::test]
async fn a_link_whose_last_token_came_is_told_to_be_at_risk_before_it_is_lost() {
    let (world, listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let amy = product.new_patient().await;
    world.pkb.change(json!({ "omitRefreshToken": 1 })).await;
    product.link(&amy, &world.pkb, gill).await;
    listener
        .until_patient(&amy, "patient.at-risk / last-token")
        .await;
    let patient = product.patient(&amy).await;
    let risk = &patient["link"]["atRisk"];
    assert_eq!(risk["reason"], "last-token", "{patient}");
    assert!(risk["endsAt"].is_string(), "{patient}");
    assert_eq!(product.read(&amy, "json/users/self").await.status, 200);
    world.advance("11m").await;
    assert_eq!(product.read(&amy, "json/users/self").await.status, 409);
    let lapsed = "patient.needs-reauthorisation / token-over";
    listener.until_patient(&amy, lapsed).await;
    assert_eq!(world.pkb.count("refreshed").await, 0);
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_and_kept_though_the_reader_went_away() {
    let (world, _listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let amy = product.new_patient().await;
    product.link(&amy, &world.pkb, gill).await;
    world.pkb.change(json!({ "slowMillis": 1500 })).await;
    world.advance("11m").await;
    let path = format!("{}/pkb/json/users/self", of(&amy));
    let impatient = product.call(reqwest::Method::GET, &path);
    let impatient = impatient.timeout(std::time::Duration::from_millis(300));
    assert!(impatient.send().await.is_err());
    let answer = product.read(&amy, "json/users/self").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(world.pkb.count("refreshed").await, 1);
    assert_eq!(world.pkb.count("reused").await, 0);
}
