//! The gateway's pages: where a practitioner gives permission, and the console.

use super::chromium::Chromium;
use crate::world::listener::Listener;
use crate::world::{World, wait};
use serde_json::json;

#[tokio::test]
async fn a_practitioner_gives_permission_on_the_page() {
    let world = World::start().await;
    let browser = Chromium::open().await;
    let page = format!("{}/authorise/demo-practitioner", world.product.base);
    browser.go(&page).await;
    assert!(browser.heading().await.contains("access code"));
    let text = browser.text().await;
    assert!(text.contains("60 seconds"), "{text}");
    browser.inspect("gateway-authorise").await;

    // Nothing, too short, wrong: each says what to do.
    for (typed, name) in [("", "empty"), ("ABC", "short"), ("ZZZZ ZZZZ", "wrong")] {
        browser.fill("#accessCode", typed).await;
        browser.press("main form button").await;
        let text = browser.text().await;
        assert!(text.contains("There is a problem"), "{typed}: {text}");
        browser.inspect(&format!("gateway-authorise-{name}")).await;
    }
    let code = world.access_code().await.to_lowercase();
    browser
        .fill("#accessCode", &format!("{} {}", &code[..4], &code[4..]))
        .await;
    browser.press("main form button").await;
    assert_eq!(world.product.authorisation().await, "authorised");
    browser.inspect("gateway-authorise-done").await;
    browser.go(&page).await;
    assert_eq!(
        browser.heading().await.lines().last(),
        Some("You have given permission")
    );
    browser.inspect("gateway-authorise-already").await;
    browser.press("main form button").await;
    let text = browser.text().await;
    assert!(text.contains("still good"), "{text}");
    browser.inspect("gateway-authorise-still-good").await;

    // Withdrawn at the practice, found out here.
    let tokens = world.baton.json(&["toolbar", "tokens"]).await;
    let id = tokens["tokens"][0]["tokenId"].as_str().unwrap();
    world.baton.json(&["toolbar", "withdraw", id]).await;
    browser.go(&page).await;
    browser.press("main form button").await;
    let text = browser.text().await;
    assert!(text.contains("withdrew"), "{text}");
    browser.inspect("gateway-authorise-withdrawn").await;

    browser
        .go(&format!("{}/authorise/nobody-we-know", world.product.base))
        .await;
    browser.inspect("gateway-authorise-nobody").await;
}

#[tokio::test]
async fn a_practitioner_gives_permission_without_javascript() {
    let world = World::start().await;
    let browser = Chromium::without_javascript().await;
    browser
        .go(&format!(
            "{}/authorise/demo-practitioner",
            world.product.base
        ))
        .await;
    let code = world.access_code().await;
    browser.fill("#accessCode", &code).await;
    browser.press("main form button").await;
    assert_eq!(world.product.authorisation().await, "authorised");
    browser.picture("no-javascript-authorise").await;
}

/// Signs in to the console.
pub(super) async fn sign_in(browser: &Chromium, world: &World) {
    let text = |name: &str| world.ready["gateway"][name].as_str().unwrap().to_owned();
    browser.go(&text("consoleUrl")).await;
    browser.fill("#name", &text("consoleUser")).await;
    browser.fill("#password", &text("consolePassword")).await;
    browser.press("main form button").await;
}

/// Messages at every place: in the record, waiting for review, refused, queued.
async fn fill(world: &World) -> [String; 4] {
    let product = &world.product;
    product.authorise(&world.access_code().await).await;
    let done = product.entered(&product.small("marker-console-done")).await;
    product.in_the_record(&done).await;
    let waits = product
        .entered(&product.small_standard("marker-console-waits"))
        .await;
    product
        .until(&waits, "accepted / PENDING / Awaiting review")
        .await;
    let mut message = product.small("marker-console-refused");
    message["to"] = json!("GPPRAC999");
    let refused = product.entered(&message).await;
    product.until(&refused, "refused / validation-error").await;
    world
        .faults(json!({ "platformAnswers": 503, "times": 100_000 }))
        .await;
    let queued = product
        .entered(&product.small("marker-console-queued"))
        .await;
    wait::until("it was tried", async || {
        product.message(&queued).await["tries"].as_u64() >= Some(1)
    })
    .await;
    [done, waits, refused, queued]
}

#[tokio::test]
async fn a_support_person_sees_every_message_and_mends_a_refused_one() {
    let world = World::start().await;
    let listener = Listener::start().await;
    let webhook = world.product.be_told(&listener).await;
    let browser = Chromium::open().await;
    let base = &world.product.base;
    browser.go(&format!("{base}/console")).await;
    browser.inspect("console-sign-in").await;
    browser.fill("#name", "operator").await;
    browser.fill("#password", "not the password").await;
    browser.press("main form button").await;
    let text = browser.text().await;
    assert!(text.contains("There is a problem"), "{text}");
    browser.inspect("console-sign-in-wrong").await;
    sign_in(&browser, &world).await;
    for (path, name) in [
        ("messages", "messages-empty"),
        ("refused", "refused-empty"),
        ("unfiled", "unfiled-empty"),
    ] {
        browser.go(&format!("{base}/console/{path}")).await;
        browser.inspect(&format!("console-{name}")).await;
    }

    let [done, waits, refused, queued] = fill(&world).await;
    browser.go(&format!("{base}/console/messages")).await;
    assert_eq!(browser.count("tbody tr").await, 4);
    browser.inspect("console-messages").await;
    for (id, name) in [
        (&done, "done"),
        (&waits, "waits"),
        (&refused, "refused"),
        (&queued, "queued"),
    ] {
        browser.go(&format!("{base}/console/messages/{id}")).await;
        browser.inspect(&format!("console-message-{name}")).await;
    }
    browser.go(&format!("{base}/console/refused")).await;
    browser.inspect("console-refused").await;
    browser.go(&format!("{base}/console/users")).await;
    let text = browser.text().await;
    assert!(text.contains("demo-practitioner"), "{text}");
    browser.inspect("console-users").await;
    browser.go(&format!("{base}/console/webhooks")).await;
    browser.inspect("console-webhooks").await;
    browser
        .go(&format!("{base}/console/webhooks/{webhook}"))
        .await;
    browser.inspect("console-webhook").await;

    // Older than it should be: red, and in words.
    world.advance("4d").await;
    // Sessions end by then.
    sign_in(&browser, &world).await;
    browser.go(&format!("{base}/console/unfiled")).await;
    browser.inspect("console-unfiled").await;

    // Mended and released from its own page.
    world.no_more_faults().await;
    browser
        .go(&format!("{base}/console/messages/{refused}"))
        .await;
    browser.click("#maincontent details summary").await;
    browser.fill("#to", "GPPRAC001").await;
    browser.press("form:has(#to) button").await;
    browser.inspect("console-message-released").await;
    wait::until("it is accepted", async || {
        world.product.message(&refused).await["state"] == "accepted"
    })
    .await;
    assert!(
        !browser
            .window
            .current_url()
            .await
            .unwrap()
            .as_str()
            .contains("954")
    );
    browser.go(&format!("{base}/console/no-such-page")).await;
    browser.inspect("console-nowhere").await;
}

#[tokio::test]
async fn the_gateways_documentation_leads_through_every_call() {
    let world = World::start().await;
    let browser = Chromium::open().await;
    let base = &world.product.base;
    browser.go(&format!("{base}/docs")).await;
    let text = browser.text().await;
    for path in [
        "/v1/messages",
        "/v1/users/{userId}/authorisation",
        "/v1/webhooks",
        "/v1/events",
    ] {
        assert!(text.contains(path), "{path}");
    }
    browser.inspect("gateway-docs").await;
    browser.go(&format!("{base}/problems/wrong-state")).await;
    browser.inspect("gateway-problem-wrong-state").await;
}
