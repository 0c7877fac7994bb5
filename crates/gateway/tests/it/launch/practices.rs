//! The same Spine User ID at another practice: another user, whose page gives nothing of the first.

use super::location;
use super::toolbar::{Toolbar, register};
use crate::client::Browser;
use crate::users::{happened, product, token_of};
use crate::world::World;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use store::gateway::HappeningKind;

/// What the toolbar of another practice says whose record system claims that Dr Okafor sits there.
fn claims_elsewhere(world: &World) -> Value {
    let mut claims = Toolbar::claims(world);
    claims["organisation"] = json!({ "odsCode": "GPPRAC002", "name": "Hillside Test Practice" });
    claims
}

#[tokio::test]
async fn a_toolbar_of_another_practice_opens_nobodys_account() {
    let world = World::new().await;
    register(&world).await;
    let product = product(&world).await;
    let browser = Browser::new(&product.router);
    let named = json!({ "spineUserId": "555000000102", "odsCode": "GPPRAC001" });
    let named = product.call(Method::PUT, "/v1/users/dr-llewellyn", Some(named));
    assert_eq!(named.await.status, StatusCode::CREATED);
    // The owner gives permission at the practice.
    let path = location(&browser.get(&Toolbar::new(&world).launch(&world)).await);
    let owner = "spine-555000000101-gpprac001";
    let form = browser.get(&path).await;
    let code = [("accessCode", "OMO7UAHG")];
    let sent = browser.submit(&form, "code", &code).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let owned = token_of(&world, owner).await.unwrap();
    let mut before = Vec::new();
    for path in ["dr-llewellyn", owner] {
        before.push(product.get(&format!("/v1/users/{path}")).await.json());
    }

    // One PC elsewhere, registered as it should be, signs whom it likes.
    let rogue = Toolbar::new(&world);
    let stranger = Browser::new(&product.router);
    for who in ["555000000101", "555000000102"] {
        let mut claims = claims_elsewhere(&world);
        claims["sub"] = who.into();
        let path = location(&stranger.get(&rogue.launch_with(&world, &claims)).await);
        let own = format!("/authorise/spine-{who}-gpprac002?t=");
        assert!(path.starts_with(&own), "{path}");
        let page = stranger.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("Replace it"), "{}", page.text);
        let path = format!("/v1/users/spine-{who}-gpprac002");
        let user = product.get(&path).await.json();
        assert_eq!(user["authorisation"]["state"], "none", "{user}");
        assert_eq!(user["practitioner"]["odsCode"], "GPPRAC002", "{user}");
    }
    let mut after = Vec::new();
    for path in ["dr-llewellyn", owner] {
        after.push(product.get(&format!("/v1/users/{path}")).await.json());
    }
    assert_eq!(after, before);
    let kept = token_of(&world, owner).await.unwrap();
    assert!(kept.reveal() == owned.reveal());
    // The product is told of both strangers.
    let (named, gave) = (HappeningKind::Identified, HappeningKind::Authorised);
    assert_eq!(happened(&world).await, [named, named, gave, named, named]);
}

#[tokio::test]
async fn who_works_at_two_practices_is_the_two_users_whom_the_product_named() {
    let world = World::new().await;
    register(&world).await;
    let product = product(&world).await;
    for (id, practice) in [("okafor-r", "GPPRAC001"), ("okafor-h", "GPPRAC002")] {
        let body = json!({ "spineUserId": "555000000101", "odsCode": practice });
        let path = format!("/v1/users/{id}");
        let put = product.call(Method::PUT, &path, Some(body));
        assert_eq!(put.await.status, StatusCode::CREATED);
    }
    let moved = json!({ "spineUserId": "555000000101", "odsCode": "GPPRAC003" });
    let moved = product.call(Method::PUT, "/v1/users/okafor-r", Some(moved));
    assert_eq!(moved.await.status, StatusCode::CONFLICT);
    let (browser, toolbar) = (Browser::new(&product.router), Toolbar::new(&world));
    let path = location(&browser.get(&toolbar.launch(&world)).await);
    assert!(path.starts_with("/authorise/okafor-r?t="), "{path}");
    let claims = claims_elsewhere(&world);
    let path = location(&browser.get(&toolbar.launch_with(&world, &claims)).await);
    assert!(path.starts_with("/authorise/okafor-h?t="), "{path}");
}

#[tokio::test]
async fn who_somebody_is_needs_the_practice_too() {
    let world = World::new().await;
    let product = product(&world).await;
    for (body, wrong) in [
        (json!({ "spineUserId": "555000000101" }), "odsCode"),
        (json!({ "odsCode": "GPPRAC001" }), "spineUserId"),
        (
            json!({ "spineUserId": "555000000101", "odsCode": "gpprac001" }),
            "odsCode",
        ),
        (
            json!({ "spineUserId": "5/5", "odsCode": "GPPRAC001" }),
            "spineUserId",
        ),
    ] {
        let refused = product
            .call(Method::PUT, "/v1/users/dr-okafor", Some(body))
            .await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
        let problem = refused.json();
        assert_eq!(problem["invalidParameters"][0]["name"], wrong, "{problem}");
    }
    let nobody = product.get("/v1/users/dr-okafor").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}
