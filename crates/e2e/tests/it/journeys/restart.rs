//! Ending and starting again: kindly, and by pulling the plug.

use crate::world::gate::{Gate, Holds};
use crate::world::message::{attachment, instant, small, standard};
use crate::world::partner::standing;
use crate::world::samples::pdf_of;
use crate::world::{World, message, samples, wait};

#[tokio::test]
async fn a_restart_keeps_everything() {
    let mut world = World::start().await;
    let token = world.token().await;
    let id = world
        .integrator
        .sent(&token, &small("marker-before-restart"))
        .await;
    let imported = world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    let waiting = standard(vec![attachment("text/plain", "Note.txt", &samples::note())]);
    assert_eq!(world.integrator.send_standard(&waiting).await.status, 200);
    let waits = world.integrator.status(&message::id(&waiting)).await;
    let key = world.integrator.key.clone();
    let filed = world.records.documents_of(&id).await;
    assert_eq!(filed.len(), 1);

    let ended = world.program.end().expect("it had to be killed");
    assert_eq!(ended.code(), Some(0));
    let world = world.start_again().await;
    assert_eq!(world.integrator.key, key);
    assert_eq!(world.integrator.get("/api/v1/test").await.status, 200);
    assert_eq!(world.integrator.status(&id).await, imported);
    assert_eq!(world.integrator.status(&message::id(&waiting)).await, waits);
    let again = world.records.documents_of(&id).await;
    assert_eq!(again[0]["id"], filed[0]["id"]);
    assert_eq!(again.len(), 1);
    // The permission lives on, and the toolbar is signed in again.
    assert_eq!(world.integrator.verify(&token).await.status, 200);
    let next = world
        .integrator
        .sent(&token, &small("marker-after-restart"))
        .await;
    world
        .integrator
        .until(&next, "COMPLETED / Imported automatically")
        .await;
    world.review_and_import(&message::id(&waiting)).await;
}

#[tokio::test]
async fn pulling_the_plug_in_the_middle_of_an_import_leaves_one_copy() {
    let mut world = World::start().await;
    let token = world.token().await;
    let files = (0..4).map(|seed| {
        let bytes = pdf_of(5_000_000, seed + 1);
        attachment("application/pdf", &format!("Scan {seed}.pdf"), &bytes)
    });
    let message = instant(files.collect());
    let id = world.integrator.sent(&token, &message).await;
    wait::until("the import has begun", async || {
        standing(&world.integrator.status(&id).await) != "PENDING / Awaiting instant import"
    })
    .await;
    world.program.kill();

    let world = world.start_again().await;
    world.advance("61s").await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    assert_eq!(world.records.documents_of(&id).await.len(), 4);
    // The same request again, as a sender that never had an answer would send it.
    assert_eq!(world.integrator.send(&token, &message).await.status, 200);
    assert_eq!(world.records.documents_of(&id).await.len(), 4);
}

#[tokio::test]
async fn a_toolbar_that_dies_before_it_wrote_leaves_one_copy() {
    a_toolbar_dies(Holds::BeforeWriting).await;
}

#[tokio::test]
async fn a_toolbar_that_dies_between_writing_and_telling_leaves_one_copy() {
    a_toolbar_dies(Holds::AfterWriting).await;
}

/// A toolbar of its own works through a gate that holds its import, and is killed there; then the
/// environment's own toolbar finds the message again.
async fn a_toolbar_dies(holds: Holds) {
    let world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let gate = Gate::open(&world.records.base, holds).await;
    let mut agent = world.toolbar_agent(&gate.url).await;
    let file = attachment("application/pdf", "Letter.pdf", &samples::letter());
    let id = world.integrator.sent(&token, &instant(vec![file])).await;
    gate.held().await;
    agent.kill();
    let written = usize::from(matches!(holds, Holds::AfterWriting));
    assert_eq!(world.records.documents_of(&id).await.len(), written);
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), "PENDING / Import in progress");

    world.toolbar_online().await;
    world.advance("61s").await;
    let status = world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    assert!(status.get("reason").is_none(), "{status}");
    assert_eq!(world.records.documents_of(&id).await.len(), 1);
}

#[tokio::test]
async fn a_start_removes_blobs_that_a_crash_left_without_a_message() {
    let world = World::start().await;
    let letter = attachment(
        "application/pdf",
        "Letter.pdf",
        &samples::pdf_of(100_000, 1),
    );
    let sent = world
        .integrator
        .send_standard(&standard(vec![letter]))
        .await;
    assert_eq!(sent.status, 200);
    let named = super::blobs(&world);
    assert_eq!(named.len(), 1);
    // As when the power goes between putting a blob in place and the commit of its row.
    let hash = "ab".repeat(32);
    let left = world.data().join("platform/blobs/ab").join(hash);
    std::fs::create_dir_all(left.parent().unwrap()).unwrap();
    std::fs::write(&left, b"nobody's").unwrap();
    let world = world.start_again().await;
    wait::until("what nobody names is gone", async || !left.exists()).await;
    assert_eq!(super::blobs(&world), named);
}
