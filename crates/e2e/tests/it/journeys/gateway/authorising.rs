//! A practitioner's permission: given on the page, withdrawn at the toolbar, given again.

use crate::world::listener::Listener;
use crate::world::page::Visitor;
use crate::world::{World, wait};
use serde_json::json;

#[tokio::test]
async fn a_code_is_entered_on_the_page_without_javascript() {
    let world = World::start().await;
    let product = &world.product;
    let listener = Listener::start().await;
    product.be_told(&listener).await;
    let mut browser = Visitor::of(&product.base);
    let page = browser.open(&format!("/authorise/{}", product.user)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    // A wrong code is refused in words, on the same page.
    let wrong = browser.send(&page, &[("accessCode", "ZZZZZZZZ")]).await;
    assert!(wrong.text.contains("There is a problem"), "{}", wrong.text);
    assert_eq!(product.authorisation().await, "none");
    // As people type: lower case, a space in the middle.
    let code = world.access_code().await.to_lowercase();
    let typed = format!(" {} {} ", &code[..4], &code[4..]);
    let done = browser.send(&page, &[("accessCode", &typed)]).await;
    assert!(done.status == 200 || done.status == 303, "{}", done.text);
    assert_eq!(product.authorisation().await, "authorised");
    listener.until_user(&product.user, "user.authorised").await;

    let id = product.entered(&product.small("marker-of-page")).await;
    product.in_the_record(&id).await;
}

#[tokio::test]
async fn a_link_is_for_one_user_and_nothing_else() {
    let world = World::start().await;
    let alone = super::alone::Alone::beside(&world, &[]).await;
    let product = &alone.product;
    let answer = product
        .post("/v1/users/dr-okafor/authorisation-link", &json!({}))
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    let mut browser = Visitor::of(&product.base);
    let path = url.strip_prefix(&product.base).unwrap();
    let page = browser.open(path).await;
    let code = world.access_code().await;
    browser.send(&page, &[("accessCode", &code)]).await;
    assert_eq!(product.authorisation().await, "authorised");
    // Without its signature, or for somebody else, it shows how to get one, and takes no code.
    for bare in [
        "/authorise/dr-okafor".to_owned(),
        path.replace("dr-okafor", "dr-llewellyn"),
    ] {
        let page = browser.open(&bare).await;
        assert!(!page.text.contains("name=\"accessCode\""), "{}", page.text);
    }
}

#[tokio::test]
async fn a_withdrawal_is_noticed_told_and_mended() {
    let world = World::start().await;
    let product = &world.product;
    let listener = Listener::start().await;
    product.be_told(&listener).await;
    product.authorise(&world.access_code().await).await;
    let first = product.entered(&product.small("marker-before")).await;
    product.in_the_record(&first).await;

    withdraw(&world).await;
    let id = product.entered(&product.small("marker-withdrawn")).await;
    let refused = product.until(&id, "refused / access-token-refused").await;
    assert_eq!(refused["attempts"][0]["httpStatus"], 403, "{refused}");
    assert_eq!(product.authorisation().await, "withdrawn");
    listener.until_user(&product.user, "user.withdrawn").await;
    listener
        .until(&id, "message.refused / access-token-refused")
        .await;
    // Another one is refused without asking the platform.
    let second = product.entered(&product.small("marker-withdrawn-2")).await;
    let refused = product
        .until(&second, "refused / access-token-refused")
        .await;
    assert_eq!(refused["attempts"][0]["outcome"], "not-sent", "{refused}");
    assert_eq!(world.records.documents_of(&id).await.len(), 0);

    // A new code, and a person lets both go.
    product.authorise(&world.access_code().await).await;
    for id in [&id, &second] {
        let released = world
            .baton
            .json(&["gateway", "message", "release", id])
            .await;
        assert_eq!(released["state"], "queued", "{released}");
        product.in_the_record(id).await;
        assert_eq!(world.records.documents_of(id).await.len(), 1);
        listener.until(id, "message.released").await;
    }

    // Noticed by a look as well, when nothing is sent.
    withdraw(&world).await;
    let path = format!("/v1/users/{}/authorisation", product.user);
    let looked = product.get(&path).await.json();
    assert_eq!(looked["state"], "withdrawn", "{looked}");
    // Forgotten is not withdrawn: nothing is left of it.
    product.authorise(&world.access_code().await).await;
    let forgotten = world
        .baton
        .run(&["gateway", "user", "forget", &product.user])
        .await;
    assert_eq!(forgotten.code, 0, "{}", forgotten.err);
    assert_eq!(product.authorisation().await, "none");
}

/// At the toolbar, the practitioner takes the gateway's permissions back.
async fn withdraw(world: &World) {
    let tokens = world.baton.json(&["toolbar", "tokens"]).await;
    let ours: Vec<_> = tokens["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|token| token["clientName"] == "Demo gateway")
        .map(|token| token["tokenId"].as_str().unwrap().to_owned())
        .collect();
    assert!(!ours.is_empty(), "{tokens}");
    for id in ours {
        world.baton.json(&["toolbar", "withdraw", &id]).await;
    }
    wait::until("it is gone", async || {
        let tokens = world.baton.json(&["toolbar", "tokens"]).await;
        let tokens = tokens["tokens"].as_array().unwrap().clone();
        tokens
            .iter()
            .all(|token| token["clientName"] != "Demo gateway")
    })
    .await;
}
