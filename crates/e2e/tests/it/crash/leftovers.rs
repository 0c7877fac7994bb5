//! Requests that are refused or break off leave no file, also when the process dies in their middle.

use crate::world::message::{self, attachment, instant};
use crate::world::raw::Raw;
use crate::world::samples::pdf_of;
use crate::world::{World, wait};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Over the line beyond which content is written to a file.
const LARGE: usize = 150_000;

fn blobs(world: &World) -> Vec<PathBuf> {
    super::files_in(&world.data().join("platform/blobs"))
}

async fn nothing_is_left(world: &World, what: &str) {
    let what = format!("no file is left by: {what}");
    wait::until(&what, async || blobs(world).is_empty()).await;
}

fn large(name: &str, seed: u64) -> Value {
    attachment("application/pdf", name, &pdf_of(LARGE, seed))
}

#[tokio::test]
async fn a_connection_cut_anywhere_in_a_large_body_leaves_no_file() {
    let world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let raw = Raw::new(&world.integrator, &token);
    let message = instant(vec![large("One.pdf", 1), large("Two.pdf", 2)]);
    let body = message.to_string().into_bytes();
    let last = body.len() - 1;
    let cuts = (0..=40).map(|part| last * part / 40);
    let mut seen_on_disk = false;
    for cut in cuts.chain([last - 1, last - 2]) {
        let sent = raw.begin(body.len(), &body[..cut]).await;
        seen_on_disk |= !blobs(&world).is_empty();
        drop(sent);
    }
    // One is held until its content is on its way, so that the test is about something.
    let held = raw.begin(body.len(), &body[..last]).await;
    wait::until("content is on disk", async || !blobs(&world).is_empty()).await;
    drop(held);
    nothing_is_left(&world, "cut connections").await;
    let status = wire::paths::partner::status_of(&message::id(&message));
    assert_eq!(
        world.integrator.get(&status).await.status,
        404,
        "{seen_on_disk}"
    );

    // And the same message, whole.
    world.integrator.sent(&token, &message).await;
    assert_eq!(blobs(&world).len(), 2);
}

#[tokio::test]
async fn a_refused_request_leaves_no_file() {
    let world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let good = || vec![large("One.pdf", 1), large("Two.pdf", 2)];
    let mut refused: Vec<(&str, u16, Value)> = Vec::new();

    let mut message = instant(good());
    let content = message["attachments"][1]["content"].as_str().unwrap();
    message["attachments"][1]["content"] = json!(format!("{}!{}", &content[..150_000], "AAAA"));
    refused.push(("bad Base64 far into the second", 400, message));

    let too_long = attachment(
        "application/pdf",
        "Long.pdf",
        &pdf_of(5 * 1024 * 1024 + 1, 3),
    );
    refused.push((
        "a file over 5 MiB",
        400,
        instant(vec![large("One.pdf", 1), too_long]),
    ));

    let eleven = (0..11).map(|n| large(&format!("Scan {n}.pdf"), n));
    refused.push(("eleven attachments", 400, instant(eleven.collect())));

    let mut message = instant(good());
    message["attachments"][1]["mimeType"] = json!("image/jpeg");
    refused.push(("content of another type", 400, message));

    let mut message = instant(good());
    message["topic"] = json!("NoSuchTopic");
    refused.push(("an unknown topic", 400, message));

    let mut message = instant(good());
    message["attachments"][0]
        .as_object_mut()
        .unwrap()
        .remove("fileName");
    refused.push(("no file name", 400, message));

    for (what, status, message) in &refused {
        let answer = world.integrator.send(&token, message).await;
        assert_eq!(answer.status, *status, "{what}: {answer:?}");
        nothing_is_left(&world, what).await;
    }

    let unknown = message::new_id();
    let answer = world.integrator.send(&unknown, &instant(good())).await;
    assert_eq!(answer.problem(), "access-token-refused");
    nothing_is_left(&world, "an unknown token").await;

    let mut text = instant(good()).to_string();
    text.pop();
    let answer = world.integrator.send_text(&token, text).await;
    assert_eq!(answer.problem(), "malformed-json");
    nothing_is_left(&world, "a body without its last brace").await;

    // The same id with other content, and a safe retry, leave nothing more than the first had.
    let first = instant(vec![large("One.pdf", 1)]);
    world.integrator.sent(&token, &first).await;
    let before = blobs(&world);
    assert_eq!(before.len(), 1);
    let mut other = instant(good());
    other["messageId"] = first["messageId"].clone();
    let answer = world.integrator.send(&token, &other).await;
    assert_eq!(answer.problem(), "message-id-conflict");
    wait::until("what a conflict brought is gone", async || {
        blobs(&world) == before
    })
    .await;
    world.integrator.sent(&token, &first).await;
    wait::until("what a retry brought is gone", async || {
        blobs(&world) == before
    })
    .await;
}

#[tokio::test]
async fn a_process_killed_in_the_middle_of_requests_leaves_no_file_after_its_start() {
    let mut world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let raw = Raw::new(&world.integrator, &token);
    let mut held = Vec::new();
    for number in 0..8 {
        let message = instant(vec![large("One.pdf", number), large("Two.pdf", number + 8)]);
        let body = message.to_string().into_bytes();
        let sent = body.len() * 3 / 4;
        held.push(raw.begin(body.len(), &body[..sent]).await);
    }
    wait::until("content of each is on disk", async || {
        blobs(&world).len() >= 8
    })
    .await;
    world.program.kill();
    assert!(!blobs(&world).is_empty(), "the kill came in the middle");
    drop(held);
    let world = world.start_again().await;
    nothing_is_left(&world, "a killed process").await;
    let id = world
        .integrator
        .sent(&token, &instant(vec![large("One.pdf", 1)]))
        .await;
    let imported = "COMPLETED / Imported automatically";
    world.integrator.until(&id, imported).await;
    assert_eq!(world.records.documents_of(&id).await.len(), 1);
}
