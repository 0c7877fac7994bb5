//! `/v1/users`: local practitioners, and what becomes of their authorisation.

mod codes;
mod verifying;

use crate::client::Product;
use crate::world::World;
use axum::http::{Method, StatusCode, header};
use model::{Secret, UserId};
use serde_json::json;
use store::gateway::{HappeningKind, SealedPlace};

/// A product that calls a gateway which does not work by itself.
pub(crate) async fn product(world: &World) -> Product {
    let (gateway, _) = world.gateway(world.config());
    Product {
        router: gateway.router(|router| router),
        bearer: world.bearer().await,
    }
}

/// What happened, in order.
pub(crate) async fn happened(world: &World) -> Vec<HappeningKind> {
    let entries = world.store.events.since(0, 1_000).await.unwrap();
    let kinds = entries.iter().map(|entry| entry.happened.what.kind());
    kinds.collect()
}

/// The token that lies in the vault for a user.
pub(crate) async fn token_of(world: &World, user: &str) -> Option<Secret> {
    let user = UserId::parse(user).unwrap();
    let (_, sealed) = world.store.users.token(&user).await.unwrap()?;
    let place = SealedPlace::UserToken(user);
    Some(world.vault.unseal(&place, &sealed).await.unwrap())
}

#[tokio::test]
async fn a_user_is_put_seen_renamed_and_deleted() {
    let world = World::new().await;
    let product = product(&world).await;
    let made = product
        .call(
            Method::PUT,
            "/v1/users/dr-okafor",
            Some(json!({ "name": " Dr Amara Okafor " })),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    let expected = json!({
        "userId": "dr-okafor", "name": "Dr Amara Okafor", "createdAt": "2026-11-21T12:00:00Z",
        "authorisation": { "state": "none" },
    });
    assert_eq!(made.json(), expected);
    assert_eq!(product.get("/v1/users/dr-okafor").await.json(), expected);
    let again = product.put("/v1/users/dr-okafor").await;
    assert_eq!(
        (again.status, again.json().get("name")),
        (StatusCode::OK, None)
    );
    assert_eq!(
        product.delete("/v1/users/dr-okafor").await.status,
        StatusCode::NO_CONTENT
    );
    for answer in [
        product.get("/v1/users/dr-okafor").await,
        product.delete("/v1/users/dr-okafor").await,
        product.get("/v1/users/dr-okafor/authorisation").await,
        product.delete("/v1/users/dr-okafor/authorisation").await,
        product
            .post("/v1/users/dr-okafor/authorisation-link", None)
            .await,
        product
            .post(
                "/v1/users/dr-okafor/authorisation",
                Some(json!({ "accessCode": "OMO7UAHG" })),
            )
            .await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
        assert_eq!(answer.json()["detail"], "There is no such user.");
    }
    assert_eq!(happened(&world).await, [HappeningKind::Forgotten]);
}

#[tokio::test]
async fn ids_with_signs_in_them_are_ids_too() {
    let world = World::new().await;
    let product = product(&world).await;
    let made = product.put("/v1/users/a%2Fb%20%C3%A9%3F..").await;
    assert_eq!(made.json()["userId"], "a/b é?..");
    assert_eq!(
        product.get("/v1/users/a%2Fb%20%C3%A9%3F..").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn what_no_user_can_be_is_refused_by_name() {
    let world = World::new().await;
    let product = product(&world).await;
    let long = "x".repeat(201);
    for (path, body, name) in [
        (format!("/v1/users/{long}"), json!({}), "userId"),
        ("/v1/users/%20x".to_owned(), json!({}), "userId"),
        ("/v1/users/x".to_owned(), json!({ "name": "" }), "name"),
        ("/v1/users/x".to_owned(), json!({ "name": long }), "name"),
        ("/v1/users/x".to_owned(), json!({ "name": "a\nb" }), "name"),
        ("/v1/users/x".to_owned(), json!({ "name": 5 }), "name"),
        ("/v1/users/x".to_owned(), json!(7), "$"),
    ] {
        let answer = product.call(Method::PUT, &path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(
            answer.json()["invalidParameters"][0]["name"],
            name,
            "{}",
            answer.text
        );
    }
    for query in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "state=good",
        "after=%20",
        "limit=1&limit=2",
        "Limit=1",
    ] {
        let answer = product.get(&format!("/v1/users?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(
            answer.json()["invalidParameters"][0]["name"].is_string(),
            "{query}"
        );
    }
}

#[tokio::test]
async fn users_are_listed_page_by_page() {
    let world = World::new().await;
    let product = product(&world).await;
    for n in 0..7 {
        world.authorised(&format!("user-{n}"), "t").await;
    }
    product.put("/v1/users/zoe").await;
    let (mut seen, mut after) = (Vec::new(), None::<String>);
    loop {
        let cursor = after
            .map(|after| format!("&after={after}"))
            .unwrap_or_default();
        let page = product
            .get(&format!("/v1/users?limit=3{cursor}"))
            .await
            .json();
        let users = page["users"].as_array().unwrap();
        assert!(users.len() <= 3);
        seen.extend(
            users
                .iter()
                .map(|user| user["userId"].as_str().unwrap().to_owned()),
        );
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 8);
    assert!(seen.is_sorted());
    let none = product.get("/v1/users?state=none").await.json();
    assert_eq!(none["users"][0]["userId"], "zoe");
    assert_eq!(none["users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_key_nothing_is_answered() {
    let world = World::new().await;
    let mut product = product(&world).await;
    product.put("/v1/users/ada").await;
    product.bearer = "Bearer bgk_nobody_x".to_owned();
    let code = Some(json!({ "accessCode": "OMO7UAHG" }));
    for answer in [
        product.get("/v1/users").await,
        product.get("/v1/users/ada").await,
        product.put("/v1/users/bob").await,
        product.delete("/v1/users/ada").await,
        product.get("/v1/users/ada/authorisation").await,
        product.post("/v1/users/ada/authorisation", code).await,
        product.delete("/v1/users/ada/authorisation").await,
        product.post("/v1/users/ada/authorisation-link", None).await,
    ] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
    }
    let users = world
        .store
        .users
        .list(&store::gateway::UserFilter::default(), 9)
        .await;
    assert_eq!(users.unwrap().len(), 1);
}
