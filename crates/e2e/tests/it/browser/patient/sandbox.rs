//! The PKB sandbox's own pages.

use super::Patient;
use crate::browser::chromium::Chromium;
use crate::browser::window::Window;
use crate::world::World;

#[tokio::test]
async fn the_sandbox_says_who_can_sign_in_and_what_is_wrong() {
    let world = World::start().await;
    for window in [Window::Phone, Window::Desk] {
        let browser = Chromium::open().await;
        let base = &world.pkb.base;
        browser.wear(window).await;
        browser.go(base).await;
        let text = browser.text().await;
        for words in [
            "sukhdeep.gill@example.com",
            "quiet-heron-7390",
            "999 211 0430",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        browser.look(window, "pkb-home").await;
        let callback = format!("{}/pkb/callback", world.product.base);
        for (query, name) in [
            ("", "nothing"),
            ("response_type=code&client_id=somebody", "client"),
            (
                "response_type=code&client_id=baton-demo-app&redirect_uri=https://elsewhere.example/",
                "redirect",
            ),
        ] {
            browser
                .go(&format!("{base}/apiAuthorize.action?{query}"))
                .await;
            assert_eq!(browser.heading().await, "This request can’t be used");
            browser.look(window, &format!("pkb-bad-{name}")).await;
        }
        let asks = format!(
            "response_type=code&client_id=baton-demo-app&scope=PATIENT&redirect_uri={callback}"
        );
        browser
            .go(&format!("{base}/apiAuthorize.action?{asks}"))
            .await;
        browser.fill("#email", "helen.marsh@example.com").await;
        browser.fill("#password", "cobalt-finch-5102").await;
        browser.press("#approve").await;
        assert_eq!(browser.heading().await, "This account can’t be used here");
        browser.look(window, "pkb-wrong-kind").await;
        browser.press("main .nhsuk-button").await;
        browser.click("details summary").await;
        browser.look(window, "pkb-authorise-examples").await;
    }
}

#[tokio::test]
async fn a_page_that_was_open_too_long_can_be_used_again() {
    let world = World::start().await;
    let patient = Patient::with(&world, Window::Phone).await;
    patient.sign_up("amy@example.org").await;
    patient.go_to_pkb().await;
    // Without the cookie that goes with the form.
    let devtools = patient.browser.window.cdp();
    let nothing = serde_json::json!({});
    devtools
        .send_raw("Network.clearBrowserCookies", nothing)
        .await
        .unwrap();
    patient.approve(world.pkb.person("sukhdeep")).await;
    patient.reads("There is a problem").await;
    patient.look("pkb-without-cookies").await;
}
