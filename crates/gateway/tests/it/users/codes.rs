//! An access code becomes a sealed token, or words that say what to do.

use super::{happened, product, token_of};
use crate::client::Product;
use crate::fake::Fault;
use crate::stubborn::Stubborn;
use crate::world::World;
use axum::http::{StatusCode, header};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::gateway::HappeningKind;
use tokio::sync::Semaphore;
use wire::problem::ProblemType;

const CODE: &str = "/v1/users/ada/authorisation";

/// A world in which `ada` exists.
async fn world_with(change: impl FnOnce(&mut Stubborn)) -> (World, Product, Arc<Stubborn>) {
    let mut world = World::new().await;
    let mut users = Stubborn::new(world.store.users.clone());
    change(&mut users);
    let users = Arc::new(users);
    world.store.users = users.clone();
    let product = product(&world).await;
    product.put("/v1/users/ada").await;
    (world, product, users)
}

#[tokio::test]
async fn a_code_as_people_type_it_becomes_a_sealed_token() {
    let (world, product, _) = world_with(|_| {}).await;
    let answer = product
        .post(CODE, Some(json!({ "accessCode": " omo7-uahg " })))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let authorisation = json!({
        "state": "authorised", "authorisedAt": "2026-11-21T12:00:00Z", "verifiedAt": "2026-11-21T12:00:00Z",
    });
    assert_eq!(answer.json()["authorisation"], authorisation);
    let token = token_of(&world, "ada").await.unwrap();
    assert_eq!(token.reveal(), "token-of-OMO7UAHG");
    assert!(!answer.text.contains("OMO7UAHG"));
    assert_eq!(happened(&world).await, [HappeningKind::Authorised]);
}

#[tokio::test]
async fn a_second_code_takes_the_place_of_the_first() {
    let (world, product, _) = world_with(|_| {}).await;
    for code in ["AAAA2222", "BBBB3333"] {
        product
            .post(CODE, Some(json!({ "accessCode": code })))
            .await;
    }
    let token = token_of(&world, "ada").await.unwrap();
    assert_eq!(token.reveal(), "token-of-BBBB3333");
}

#[tokio::test]
async fn what_is_no_code_is_told_without_asking_the_platform() {
    let (world, product, _) = world_with(|_| {}).await;
    world.fake.set(Some(Fault::Down));
    for code in ["", "OMO7UAH", "OMO7UAHGG", "OMO7UAH!", "ÖMO7UAHG"] {
        let answer = product
            .post(CODE, Some(json!({ "accessCode": code })))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{code}");
        let fault = &answer.json()["invalidParameters"][0];
        assert_eq!(fault["name"], "accessCode");
        assert!(fault.get("value").is_none());
    }
}

#[tokio::test]
async fn each_refusal_of_the_platform_says_what_to_do() {
    let (world, product, _) = world_with(|_| {}).await;
    let wrong = Fault::Problem(ProblemType::ValidationError);
    for (fault, status, wait, words) in [
        (wrong, 400, "", "makes a new one"),
        (Fault::Says(429, Some(42)), 429, "42", "too many wrong"),
        (Fault::Says(429, None), 429, "60", "too many wrong"),
        (Fault::Down, 503, "5", "may be used up"),
        (Fault::Says(500, None), 503, "5", "may be used up"),
        (
            Fault::Problem(ProblemType::Unauthorized),
            503,
            "",
            "API key",
        ),
        (Fault::Problem(ProblemType::Forbidden), 503, "", "API key"),
    ] {
        world.fake.set(Some(fault));
        let answer = product
            .post(CODE, Some(json!({ "accessCode": "OMO7UAHG" })))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{fault:?}");
        assert_eq!(answer.header(header::RETRY_AFTER), wait, "{fault:?}");
        assert!(answer.text.contains(words), "{fault:?}: {}", answer.text);
        assert!(!answer.text.contains("OMO7UAHG"));
    }
    assert!(token_of(&world, "ada").await.is_none());
    assert!(happened(&world).await.is_empty());
}

#[tokio::test]
async fn a_token_that_is_not_stored_at_once_is_stored_in_a_moment() {
    let (world, product, users) = world_with(|users| *users.refuses.get_mut() = 2).await;
    let answer = product
        .post(CODE, Some(json!({ "accessCode": "OMO7UAHG" })))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(users.came.load(Ordering::SeqCst), 3);
    assert!(token_of(&world, "ada").await.is_some());
}

#[tokio::test]
async fn a_token_whose_storing_was_not_answered_is_stored_and_told_once() {
    let (world, product, users) = world_with(|users| *users.loses.get_mut() = 1).await;
    let answer = product
        .post(CODE, Some(json!({ "accessCode": "OMO7UAHG" })))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(users.came.load(Ordering::SeqCst), 1);
    assert_eq!(happened(&world).await, [HappeningKind::Authorised]);
}

#[tokio::test]
async fn a_token_that_cannot_be_stored_is_told_so_that_a_new_code_is_made() {
    let (world, product, users) = world_with(|users| *users.refuses.get_mut() = 1_000).await;
    let answer = product
        .post(CODE, Some(json!({ "accessCode": "OMO7UAHG" })))
        .await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text.contains("makes a new code"), "{}", answer.text);
    assert_eq!(users.came.load(Ordering::SeqCst), 6);
    assert!(token_of(&world, "ada").await.is_none());
}

#[tokio::test]
async fn who_goes_away_after_the_exchange_has_the_token_kept_all_the_same() {
    let (world, product, users) = world_with(|users| users.gate = Semaphore::new(0)).await;
    let asking = product.post(CODE, Some(json!({ "accessCode": "OMO7UAHG" })));
    let came = world.until("the token comes", async || {
        users.came.load(Ordering::SeqCst) == 1
    });
    tokio::select! {
        _ = asking => panic!("answered before it was stored"),
        () = came => {}
    }
    users.gate.add_permits(1);
    world
        .until("the token is kept", async || {
            token_of(&world, "ada").await.is_some()
        })
        .await;
}

#[tokio::test]
async fn a_user_who_is_deleted_meanwhile_stays_deleted() {
    let (world, product, users) = world_with(|users| users.gate = Semaphore::new(0)).await;
    let asking = product.post(CODE, Some(json!({ "accessCode": "OMO7UAHG" })));
    let deleting = async {
        world
            .until("the token comes", async || {
                users.came.load(Ordering::SeqCst) == 1
            })
            .await;
        product.delete("/v1/users/ada").await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        users.gate.add_permits(1);
    };
    let (answer, ()) = tokio::join!(asking, deleting);
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(
        product.get("/v1/users/ada").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_code_is_not_used_when_the_database_does_not_answer() {
    let (world, product, users) = world_with(|_| {}).await;
    users.blind.store(true, Ordering::SeqCst);
    let answer = product
        .post(CODE, Some(json!({ "accessCode": "OMO7UAHG" })))
        .await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(users.came.load(Ordering::SeqCst), 0);
    let browser = crate::client::Browser::new(&product.router);
    users.blind.store(false, Ordering::SeqCst);
    let link = product.post("/v1/users/ada/authorisation-link", None).await;
    let url = link.json()["url"].as_str().unwrap().to_owned();
    users.blind.store(true, Ordering::SeqCst);
    let page = browser
        .get(url.strip_prefix(crate::world::BASE).unwrap())
        .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        page.text
            .contains("Sorry, this page does not work at the moment")
    );
    assert!(happened(&world).await.is_empty());
}

#[tokio::test]
async fn wrong_codes_of_one_user_do_not_stop_another() {
    let (world, product, _) = world_with(|_| {}).await;
    product.put("/v1/users/bob").await;
    let code = || Some(json!({ "accessCode": "OMO7UAHG" }));
    world
        .fake
        .set(Some(Fault::Problem(ProblemType::ValidationError)));
    for _ in 0..3 {
        let wrong = product.post(CODE, code()).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.text);
    }
    world.fake.set(None);
    let stopped = product.post(CODE, code()).await;
    assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!stopped.header(header::RETRY_AFTER).is_empty());
    let other = product.post("/v1/users/bob/authorisation", code()).await;
    assert_eq!(other.status, StatusCode::OK, "{}", other.text);
    world.pass(jiff::SignedDuration::from_mins(1));
    let later = product.post(CODE, code()).await;
    assert_eq!(later.status, StatusCode::OK, "{}", later.text);
}

#[tokio::test]
async fn a_code_that_is_missing_or_no_text_is_told_by_name() {
    let (_world, product, _) = world_with(|_| {}).await;
    for (body, reason) in [
        (json!({}), "Is required"),
        (json!({ "accessCode": null }), "Is required"),
        (json!({ "accessCode": 7 }), "Must be a string"),
    ] {
        let answer = product.post(CODE, Some(body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let fault = json!([{ "name": "accessCode", "reason": reason }]);
        assert_eq!(answer.json()["invalidParameters"], fault, "{}", answer.text);
    }
}
