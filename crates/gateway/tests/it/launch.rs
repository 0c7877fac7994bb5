//! `/launch`: practitioners who come in from the toolbar, and everything that must not get in.

mod foreign;
mod practices;
mod refused;
mod registering;
mod toolbar;

use crate::client::{Answer, Browser};
use crate::users::{happened, product, token_of};
use crate::world::{BASE, World};
use axum::http::{Method, StatusCode, header};
use jiff::SignedDuration;
use serde_json::json;
use store::gateway::HappeningKind;
use toolbar::{Toolbar, register};

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(answer.header(header::REFERRER_POLICY), "no-referrer");
    let location = answer.header(header::LOCATION);
    location.strip_prefix(BASE).unwrap().to_owned()
}

#[tokio::test]
async fn a_practitioner_comes_in_and_gives_permission_without_typing_who_they_are() {
    let world = World::new().await;
    register(&world).await;
    let product = product(&world).await;
    let browser = Browser::new(&product.router);
    let toolbar = Toolbar::new(&world);
    let path = location(&browser.get(&toolbar.launch(&world)).await);
    assert!(
        path.starts_with("/authorise/spine-555000000101-gpprac001?t="),
        "{path}"
    );
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Dr Amara Okafor"), "{}", page.text);
    let sent = browser
        .submit(&page, "code", &[("accessCode", "OMO7UAHG")])
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert!(
        token_of(&world, "spine-555000000101-gpprac001")
            .await
            .is_some()
    );
    let expected = [HappeningKind::Identified, HappeningKind::Authorised];
    assert_eq!(happened(&world).await, expected);
    let path = "/v1/users/spine-555000000101-gpprac001";
    let user = product.get(path).await.json();
    assert_eq!(user["name"], "Dr Amara Okafor");
    let who = json!({
        "spineUserId": "555000000101", "name": "Dr Amara Okafor", "odsCode": "GPPRAC001",
        "linkedAt": "2026-11-21T12:00:00Z", "lastLaunchAt": "2026-11-21T12:00:00Z",
    });
    assert_eq!(user["practitioner"], who);
    let listed = product.get("/v1/users").await.json();
    assert_eq!(listed["users"][0]["practitioner"], who);
}

#[tokio::test]
async fn a_launch_leads_to_the_user_whom_the_product_named() {
    let world = World::new().await;
    register(&world).await;
    let product = product(&world).await;
    let put = |id: &'static str, spine: &'static str| {
        let body = json!({ "spineUserId": spine, "odsCode": "GPPRAC001" });
        let path = format!("/v1/users/{id}");
        let product = &product;
        async move { product.call(Method::PUT, &path, Some(body)).await }
    };
    assert_eq!(
        put("dr-okafor", "555000000101").await.status,
        StatusCode::CREATED
    );
    assert_eq!(
        put("dr-okafor", "555000000101").await.status,
        StatusCode::OK
    );
    for (id, spine) in [("dr-okafor", "555000000102"), ("other", "555000000101")] {
        let refused = put(id, spine).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    }
    assert_eq!(put("x", "5/5").await.status, StatusCode::BAD_REQUEST);
    let browser = Browser::new(&product.router);
    let path = location(&browser.get(&Toolbar::new(&world).launch(&world)).await);
    assert!(path.starts_with("/authorise/dr-okafor?t="), "{path}");
    assert_eq!(happened(&world).await, [HappeningKind::Identified]);
}

#[tokio::test]
async fn nobody_takes_an_id_to_be_taken_for_a_practitioner() {
    let world = World::new().await;
    register(&world).await;
    let product = product(&world).await;
    // The product lets people choose their own names, and somebody chose this one.
    let squat = product.put("/v1/users/spine-555000000101-gpprac001").await;
    assert_eq!(squat.status, StatusCode::BAD_REQUEST, "{}", squat.text);
    // From before the gateway knew practitioners.
    let old = model::UserId::parse("spine-555000000101-gpprac001").unwrap();
    let now = model::Clock::now(&*world.clock);
    world.store.users.put(&old, None, now).await.unwrap();
    let there = product.put("/v1/users/spine-555000000101-gpprac001").await;
    assert_eq!(there.status, StatusCode::OK);
    let browser = Browser::new(&product.router);
    let toolbar = Toolbar::new(&world);
    let path = location(&browser.get(&toolbar.launch(&world)).await);
    assert!(
        path.starts_with("/authorise/spine-555000000101-gpprac001-2?t="),
        "{path}"
    );
    let renamed = product
        .put("/v1/users/spine-555000000101-gpprac001-2")
        .await;
    assert_eq!(renamed.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_token_works_once_on_every_node_and_after_a_restart() {
    let world = World::new().await;
    register(&world).await;
    let (one, two) = (world.start(), world.start());
    let toolbar = Toolbar::new(&world);
    let address = toolbar.launch(&world);
    location(&Browser::new(&one.router).get(&address).await);
    let again = |router: axum::Router| {
        let address = address.clone();
        async move {
            let answer = Browser::new(&router).get(&address).await;
            (answer.status, answer.text.contains("This was used before"))
        }
    };
    let used = (StatusCode::GONE, true);
    assert_eq!(again(one.router.clone()).await, used);
    assert_eq!(again(two.router.clone()).await, used);
    one.die().await;
    two.stop().await;
    let later = world.start();
    assert_eq!(again(later.router.clone()).await, used);
    // Until it is refused for its age.
    world.pass(SignedDuration::from_secs(89));
    assert_eq!(again(later.router.clone()).await, used);
    world.pass(SignedDuration::from_secs(1));
    let old = Browser::new(&later.router).get(&address).await;
    assert!(old.text.contains("This took too long"), "{}", old.text);
}

#[tokio::test]
async fn a_token_raced_works_once() {
    let world = World::new().await;
    register(&world).await;
    let (one, two) = (world.start(), world.start());
    let address = Toolbar::new(&world).launch(&world);
    let tries = (0..8).map(|number| {
        let node = if number % 2 == 0 { &one } else { &two };
        let (router, address) = (node.router.clone(), address.clone());
        tokio::spawn(async move { Browser::new(&router).get(&address).await.status })
    });
    let mut came = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        came.push(one.await.unwrap());
    }
    let let_in = came
        .iter()
        .filter(|status| **status == StatusCode::SEE_OTHER);
    assert_eq!(let_in.count(), 1, "{came:?}");
}
