//! A message that has ended loses its content after the retention period; what is left is where it stood.

use crate::world::message::{attachment, standard};
use crate::world::{World, message, samples, wait};
use reqwest::Method;

const SMALL: &str = "marker-of-a-small-text-that-must-not-stay";

/// The files of the platform that hold a text.
fn places_of(world: &World, text: &str) -> Vec<String> {
    let holds = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    let files = super::files(&world.data().join("platform"));
    let found = files.into_iter().filter(holds);
    found.map(|path| path.display().to_string()).collect()
}

#[tokio::test]
async fn after_the_retention_period_only_the_status_is_left() {
    let world = World::start().await;
    world.toolbar_offline().await;
    // One that is kept in a file, one that is small enough for the database.
    let message = standard(vec![
        attachment(
            "application/pdf",
            "Letter.pdf",
            &samples::pdf_of(100_000, 1),
        ),
        attachment("text/plain", "Small.txt", SMALL.as_bytes()),
    ]);
    let sent = world.integrator.send_standard(&message).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let id = message::id(&message);
    let pc = super::another_pc(&world).await;
    let desk = super::at(&pc, &world).await;
    let inbox = desk.inbox().await;
    let reference = inbox[0]["messageRef"].as_str().unwrap().to_owned();
    let path = format!("/messages/{reference}/attachments/0");
    assert_eq!(desk.call(Method::GET, &path, None).await.status, 200);
    assert!(!super::blobs(&world).is_empty());
    assert!(!places_of(&world, SMALL).is_empty());

    world.toolbar_online().await;
    world.review_and_import(&id).await;
    let status = world
        .integrator
        .until(&id, "COMPLETED / Imported after review")
        .await;
    world.advance("29d").await;
    assert_eq!(world.integrator.status(&id).await, status);
    assert!(!super::blobs(&world).is_empty());
    world.advance("2d").await;
    wait::until("both files are gone from disk", async || {
        super::blobs(&world).is_empty() && places_of(&world, SMALL).is_empty()
    })
    .await;

    let desk = super::at(&pc, &world).await;
    assert_eq!(desk.call(Method::GET, &path, None).await.status, 404);
    let detail = desk
        .call(Method::GET, &format!("/messages/{reference}"), None)
        .await;
    assert!(!detail.text.contains("Letter.pdf"), "{detail:?}");
    assert_eq!(world.integrator.status(&id).await, status);
    // The record keeps what was imported.
    let filed = &world.records.read(&id).await[0].bytes;
    assert!(
        *filed == samples::pdf_of(100_000, 1),
        "other bytes were filed"
    );
}
