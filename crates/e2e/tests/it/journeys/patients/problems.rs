//! Each problem that the documentation names.

use super::world;
use crate::world::World;
use crate::world::partner::Answer;
use crate::world::patients::{Brought, of};
use reqwest::Method;
use serde_json::{Value, json};

fn is(answer: &Answer, status: u16, problem: &str) {
    let told = (answer.status, answer.problem());
    assert_eq!(told, (status, problem.to_owned()), "{answer:?}");
}

#[tokio::test]
async fn calls_about_nobody_or_without_a_key_are_refused() {
    let world = World::start().await;
    let product = &world.product;
    let nobody = of("nobody-we-know");
    let link = format!("{nobody}/link");
    let begin = json!({ "returnUrl": "http://localhost:3000/back" });
    let confirm = json!({ "result": "made-up-result" });
    for answer in [
        product.get(&nobody).await,
        product.post(&link, &begin).await,
        product.post(&format!("{link}/confirm"), &confirm).await,
        product
            .post(&format!("{link}/refresh-details"), &json!({}))
            .await,
        product.read("nobody-we-know", "json/users/self").await,
    ] {
        is(&answer, 404, "not-found");
    }
    for path in [&nobody, &link] {
        let gone = product.call(Method::DELETE, path).send().await.unwrap();
        is(&Answer::of(gone).await, 404, "not-found");
    }
    let amy = product.new_patient().await;
    let stranger = product.with_key("bgk_0123456789ab_not-a-key-of-anybody-at-all");
    for answer in [
        stranger.get("/v1/patients").await,
        stranger.get(&of(&amy)).await,
        stranger.post(&format!("{}/link", of(&amy)), &begin).await,
        stranger.read(&amy, "json/users/self").await,
    ] {
        assert_eq!(answer.status, 401, "{answer:?}");
        answer.problem();
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_by_name() {
    let world = World::start().await;
    let product = &world.product;
    let amy = product.new_patient().await;
    let put = product.call(Method::PUT, &of("%20amy")).send().await;
    assert_eq!(Answer::of(put.unwrap()).await.faults(), ["appUserId"]);
    let link = format!("{}/link", of(&amy));
    for bad in [
        "",
        "javascript:alert(1)",
        "http://product.example/back",
        "/back",
    ] {
        let begin = json!({ "returnUrl": bad });
        let answer = product.post(&link, &begin).await;
        assert_eq!(answer.faults(), ["returnUrl"], "{bad}");
    }
    for query in ["?state=married", "?limit=0", "?limit=many", "?after=%20"] {
        let answer = product.get(&format!("/v1/patients{query}")).await;
        assert_eq!(answer.faults().len(), 1, "{query}");
    }
    product
        .link(&amy, &world.pkb, world.pkb.person("sukhdeep"))
        .await;
    for path in [
        "apiToken.action",
        "sandbox/v1/pkb/log",
        "fhir/",
        "json/..%2f..%2fapiToken.action",
        "fhir/%2e%2e/x",
    ] {
        let answer = product.read(&amy, path).await;
        assert_eq!(answer.faults(), ["path"], "{path}");
    }
    assert_eq!(product.link_state(&amy).await, "linked");
}

#[tokio::test]
async fn a_reading_without_a_link_says_where_it_stands() {
    let (world, listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let amy = product.new_patient().await;
    let says = async |words: &str| {
        let answer = product.read(&amy, "json/users/self").await;
        is(&answer, 409, "link-needed");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(words), "{detail}");
        let details = format!("{}/link/refresh-details", of(&amy));
        is(
            &product.post(&details, &json!({})).await,
            409,
            "link-needed",
        );
    };
    says("has not connected").await;
    let grant = product.begin(&amy).await;
    says("has not finished").await;
    let location = world.pkb.approve(&grant, gill).await;
    let Brought::Result(result) = product.come_back(&location).await else {
        panic!("it was not approved");
    };
    says("has not finished").await;
    assert_eq!(product.confirm(&amy, &result).await.status, 200);
    world.pkb.end_sessions(gill, "invalid").await;
    says("connect the PKB record again").await;
    // Attempts end with the link.
    product.begin(&amy).await;
    product.unlink(&amy).await;
    says("has disconnected").await;
    product.begin(&amy).await;
    product.unlink(&amy).await;
    says("has disconnected").await;
    let cancelled = "patient.link-failed / cancelled";
    listener.until_patient(&amy, cancelled).await;
}

#[tokio::test]
async fn pkb_that_does_not_answer_is_told_as_such_and_costs_no_link() {
    let (world, _listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let (amy, ben) = (product.new_patient().await, product.new_patient().await);
    product.link(&amy, &world.pkb, gill).await;
    // What PKB itself answers to a reading is passed on.
    let answers = json!({ "answers": { "status": 500, "on": "data", "times": 1 } });
    world.pkb.change(answers).await;
    assert_eq!(product.read(&amy, "json/users/self").await.status, 500);
    assert_eq!(product.read(&amy, "json/users/self").await.status, 200);
    // A code that cannot be exchanged makes no link.
    let answers = json!({ "answers": { "status": 503, "on": "token", "times": 1 } });
    world.pkb.change(answers).await;
    let location = world
        .pkb
        .approve(&product.begin(&ben).await, world.pkb.person("aoife"))
        .await;
    let brought = product.come_back(&location).await;
    assert_eq!(brought, Brought::Error("failed".to_owned()));
    // A token that cannot be renewed: later.
    let answers = json!({ "answers": { "status": 503, "on": "token", "times": 1000 } });
    world.pkb.change(answers).await;
    world.advance("11m").await;
    let answer = product.read(&amy, "json/users/self").await;
    is(&answer, 503, "unavailable");
    assert!(answer.retry_after.is_some(), "{answer:?}");
    assert_eq!(product.link_state(&amy).await, "linked");
    world.pkb.as_usual().await;
    crate::world::wait::until("it is renewed", async || {
        world.advance("1m").await;
        product.read(&amy, "json/users/self").await.status == 200
    })
    .await;
    assert_eq!(world.pkb.count("reused").await, 0);
}

#[tokio::test]
async fn a_record_that_pkb_has_frozen_is_not_linked() {
    let (world, listener) = world().await;
    let product = &world.product;
    let everybody = world.ready["pkb"]["patients"].as_array().unwrap();
    let is_frozen = |who: &&Value| {
        let note = who["note"].as_str().unwrap_or_default();
        note.to_lowercase().contains("frozen")
    };
    let frozen = everybody.iter().find(is_frozen).expect("one is frozen");
    let frozen = world.pkb.person(frozen["email"].as_str().unwrap());
    let amy = product.new_patient().await;
    let location = world.pkb.approve(&product.begin(&amy).await, frozen).await;
    let brought = product.come_back(&location).await;
    assert_eq!(brought, Brought::Error("failed".to_owned()));
    let failed = "patient.link-failed / frozen";
    listener.until_patient(&amy, failed).await;
    assert_eq!(product.link_state(&amy).await, "none");
}
