//! The platform's own pages: its documentation, and the pages behind problems.

use super::chromium::Chromium;
use crate::world::World;
use wire::problem::ProblemType;

#[tokio::test]
async fn the_documentation_leads_through_every_call() {
    let world = World::start().await;
    let browser = Chromium::open().await;
    browser.go(&world.url("/docs")).await;
    let text = browser.text().await;
    for path in ["/api/v1/test", "/api/v1/messages/instant", "/api/v1/events"] {
        assert!(text.contains(path), "{path}");
    }
    browser.inspect("docs").await;
    // Every link within the page leads somewhere.
    let lost = "return [...document.querySelectorAll('a[href^=\"#\"]')]
        .map(a => a.getAttribute('href').slice(1)).filter(id => id && !document.getElementById(id));";
    let lost = browser.window.execute(lost, vec![]).await.unwrap();
    assert_eq!(lost.json(), &serde_json::json!([]));
    // The details open without a pointer.
    let opened = browser.count("details").await;
    assert!(opened > 5, "{opened}");
}

#[tokio::test]
async fn the_pages_behind_problems_can_be_read_by_all() {
    let world = World::start().await;
    let browser = Chromium::open().await;
    for kind in ProblemType::ALL {
        browser
            .go(&world.url(&format!("/problems/{}", kind.name())))
            .await;
        let heading = browser.heading().await;
        assert!(heading.contains(kind.title()), "{heading}");
        browser.inspect(&format!("problem-{}", kind.name())).await;
    }
    browser.go(&world.url("/problems/no-such")).await;
}
