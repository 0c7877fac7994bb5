//! An authorisation is looked at, found withdrawn, forgotten.

use super::{happened, product, token_of};
use crate::fake::Fault;
use crate::world::World;
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use store::gateway::HappeningKind;
use wire::problem::ProblemType;

const AUTHORISATION: &str = "/v1/users/ada/authorisation";

#[tokio::test]
async fn a_good_authorisation_is_noted_as_seen() {
    let world = World::new().await;
    let product = product(&world).await;
    world.authorised("ada", "t-1").await;
    world.pass(SignedDuration::from_mins(5));
    let expected = json!({
        "state": "authorised", "authorisedAt": "2026-11-21T12:00:00Z", "verifiedAt": "2026-11-21T12:05:00Z",
    });
    assert_eq!(product.get(AUTHORISATION).await.json(), expected);
    assert_eq!(
        product.get("/v1/users/ada").await.json()["authorisation"],
        expected
    );
}

#[tokio::test]
async fn a_withdrawal_is_noticed_and_told_once_and_its_token_destroyed() {
    for says in [None, Some(Fault::Problem(ProblemType::AccessTokenRefused))] {
        let world = World::new().await;
        let product = product(&world).await;
        world.authorised("ada", "t-1").await;
        world.fake.withdraw("t-1");
        world.fake.set(says);
        for _ in 0..2 {
            let answer = product.get(AUTHORISATION).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(answer.json()["state"], "withdrawn");
        }
        assert!(token_of(&world, "ada").await.is_none());
        let expected = [HappeningKind::Authorised, HappeningKind::Withdrawn];
        assert_eq!(happened(&world).await, expected);
    }
}

#[tokio::test]
async fn what_says_nothing_about_the_token_changes_nothing() {
    let world = World::new().await;
    let product = product(&world).await;
    world.authorised("ada", "t-1").await;
    for fault in [
        Fault::Down,
        Fault::Says(500, None),
        Fault::Says(403, None),
        Fault::Says(404, None),
        Fault::Problem(ProblemType::Forbidden),
        Fault::Problem(ProblemType::Unauthorized),
    ] {
        world.fake.set(Some(fault));
        let answer = product.get(AUTHORISATION).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{fault:?}");
    }
    world.fake.set(None);
    assert_eq!(
        product.get(AUTHORISATION).await.json()["state"],
        "authorised"
    );
    assert_eq!(happened(&world).await, [HappeningKind::Authorised]);
}

#[tokio::test]
async fn who_has_no_authorisation_is_told_so_without_asking_the_platform() {
    let world = World::new().await;
    let product = product(&world).await;
    product.put("/v1/users/ada").await;
    world.fake.set(Some(Fault::Down));
    let answer = product.get(AUTHORISATION).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), json!({ "state": "none" }));
}

#[tokio::test]
async fn forgetting_destroys_the_token_and_twice_is_once() {
    let world = World::new().await;
    let product = product(&world).await;
    world.authorised("ada", "t-1").await;
    for _ in 0..2 {
        assert_eq!(
            product.delete(AUTHORISATION).await.status,
            StatusCode::NO_CONTENT
        );
    }
    assert!(token_of(&world, "ada").await.is_none());
    assert_eq!(product.get(AUTHORISATION).await.json()["state"], "none");
    let expected = [HappeningKind::Authorised, HappeningKind::Forgotten];
    assert_eq!(happened(&world).await, expected);
}
