//! A patient's record after a message came: documents shown in the page, notes searched, coded data.

use super::chromium::{Chromium, WIDE};
use crate::world::World;
use crate::world::message::{attachment, instant};
use crate::world::{samples, wait};
use serde_json::json;

/// A picture of the viewer has more bytes than this once there is a page in it; an empty one has a fifth.
const DRAWN: usize = 25_000;

/// Lets a message with all kinds of content come into the sample patient's record.
pub(super) async fn deliver(world: &World) {
    let token = world.token().await;
    let mut message = instant(vec![
        attachment(
            "application/pdf",
            "Dispense notification.pdf",
            &samples::letter(),
        ),
        attachment("image/jpeg", "Retina left eye.jpg", &samples::photograph()),
        attachment("text/plain", "Note from the counter.txt", &samples::note()),
        attachment(
            "text/vnd.qxlva.conneqt.consultation",
            "Consultation notes.txt",
            &samples::consultation(),
        ),
    ]);
    message["codedDataItems"] = json!([
        { "code": "407554009", "value": 140, "unit": "mmHg", "additionalText": "Sitting systolic blood pressure" },
        { "code": "248223005", "additionalText": "Feeling faint" },
    ]);
    let id = world.integrator.sent(&token, &message).await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
}

#[tokio::test]
async fn what_was_sent_is_seen_in_the_record() {
    let world = World::start().await;
    deliver(&world).await;
    let browser = Chromium::open().await;
    let pas = &world.records.base;
    browser.log_in(pas, "555000000101").await;
    browser.inspect("home").await;
    browser.follow("Subjects").await;
    browser.fill("#q", "9547852140").await;
    browser.press("main form button").await;
    browser.press("tbody a").await;
    let text = browser.text().await;
    for shown in [
        "Dispense notification.pdf",
        "Demo client system",
        "Postural drop in systolic pressure",
        "407554009",
        "140 mmHg",
        "Feeling faint",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    browser.inspect("record").await;

    browser.fill("#q", "atorvastatin").await;
    browser.press("#notes ~ form button").await;
    assert!(browser.count("mark").await >= 1);
    let text = browser.text().await;
    assert!(text.contains("1 of 1 note with “atorvastatin”"), "{text}");
    browser.inspect("record-notes-found").await;
    browser.fill("#q", "insulin").await;
    browser.press("#notes ~ form button").await;
    let text = browser.text().await;
    assert!(text.contains("0 of 1 note"), "{text}");
    browser.inspect("record-notes-none").await;

    browser.follow("Dispense notification.pdf").await;
    let file = browser
        .find("object")
        .await
        .attr("data")
        .await
        .unwrap()
        .unwrap();
    assert!(file.contains("/file"), "{file}");
    browser.resize(WIDE).await;
    wait::until("the PDF is drawn", async || {
        let viewer = browser.find("object").await;
        viewer.screenshot_as_png().await.unwrap().len() > DRAWN
    })
    .await;
    browser.inspect("document-pdf").await;
    browser.window.back().await.unwrap();
    browser.follow("Retina left eye.jpg").await;
    let drawn = browser.find(".baton-view img").await;
    assert_eq!(
        drawn.prop("naturalWidth").await.unwrap().as_deref(),
        Some("1411")
    );
    browser.inspect("document-jpeg").await;
    browser.window.back().await.unwrap();
    browser.follow("Note from the counter.txt").await;
    let text = browser.text().await;
    assert!(
        text.contains("Zoë Müller-Nuñez") && text.contains("💊") && text.contains("東京"),
        "{text}"
    );
    browser.inspect("document-text").await;
}

#[tokio::test]
async fn a_record_with_nothing_in_it_says_so() {
    let world = World::start().await;
    let browser = Chromium::open().await;
    browser.log_in(&world.records.base, "555000000101").await;
    browser.follow("Subjects").await;
    browser.press("tbody a").await;
    let text = browser.text().await;
    for shown in [
        "No documents in this record.",
        "No consultation notes",
        "No coded data",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    browser.inspect("record-empty").await;
}
