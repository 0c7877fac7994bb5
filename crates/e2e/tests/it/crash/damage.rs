//! Bytes that changed on the disk: noticed by their hash, reported, never delivered, and healed by whoever
//! sends the same bytes again.

use super::parcel::sha256;
use crate::journeys::{another_pc, at};
use crate::world::World;
use crate::world::message::{self, attachment, instant};
use crate::world::partner::standing;
use crate::world::samples::pdf_of;
use reqwest::Method;
use std::path::{Path, PathBuf};

const FAILED: &str = "PENDING / Failed instant message import";
/// The error that the platform logs, without a word of the content.
const LOGGED: &str = "an attachment lost its bytes";

fn blobs(world: &World) -> Vec<PathBuf> {
    super::files_in(&world.data().join("platform/blobs"))
}

#[tokio::test]
async fn one_changed_bit_is_never_delivered() {
    damaged_on_disk(|path| {
        let mut bytes = std::fs::read(path).unwrap();
        bytes[70_000] ^= 4;
        std::fs::write(path, bytes).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_truncated_blob_is_never_delivered() {
    damaged_on_disk(|path| {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_len(99_999).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_missing_blob_is_never_delivered() {
    damaged_on_disk(|path| std::fs::remove_file(path).unwrap()).await;
}

/// A message of which one attachment is whole and one is damaged, from sending to healing.
async fn damaged_on_disk(damage: impl Fn(&Path)) {
    let world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let bytes = pdf_of(100_000, 7);
    let whole = attachment("application/pdf", "Letter.pdf", &pdf_of(50_000, 8));
    let hurt = attachment("application/pdf", "Scan.pdf", &bytes);
    let first = instant(vec![whole, hurt.clone()]);
    let id = world.integrator.sent(&token, &first).await;
    let blob = blobs(&world)
        .into_iter()
        .find(|path| path.ends_with(sha256(&bytes)))
        .unwrap();
    damage(&blob);
    world.watch.announce_error(LOGGED);

    assert_not_served(&world, &id, 1).await;
    world.toolbar_online().await;
    let status = world.integrator.until(&id, FAILED).await;
    assert!(
        status["reason"].as_str().unwrap().contains("Attachment 2"),
        "{status}"
    );
    assert_eq!(world.records.documents_of(&id).await.len(), 0);
    assert_counted(&world).await;
    assert!(world.program.log_text().contains(LOGGED));
    // What is missing is not there to be looked at.
    if blob.exists() {
        let doctor = world.baton.run(&["doctor", "--json"]).await;
        assert_ne!(doctor.code, 0);
        let checks = doctor.json_if_any().unwrap();
        let mut about = checks.as_array().unwrap().iter();
        let about = about.find(|check| check["check"] == "attachments").unwrap();
        assert_eq!(about["verdict"], "bad", "{about}");
    }

    // By hand it is no more than by itself.
    let reference = world.reference(&id).await;
    let import = ["toolbar", "import", &reference];
    assert_ne!(world.baton.run(&import).await.code, 0);
    assert_eq!(world.records.documents_of(&id).await.len(), 0);

    // The same bytes in another message: they are in their place again.
    let second = world.integrator.sent(&token, &instant(vec![hurt])).await;
    assert_eq!(sha256(&std::fs::read(&blob).unwrap()), sha256(&bytes));
    let imported = "COMPLETED / Imported automatically";
    world.integrator.until(&second, imported).await;
    world.baton.json(&import).await;
    let imported = "COMPLETED / Imported after review";
    world.integrator.until(&id, imported).await;
    let filed = world.records.read(&id).await;
    assert_eq!(filed.len(), 2);
    assert!(filed[1].bytes == bytes);
    assert_eq!(world.records.read(&second).await.len(), 1);
    let doctor = world.baton.run(&["doctor"]).await;
    assert_eq!(doctor.code, 0, "{}", doctor.out);
}

#[tokio::test]
async fn the_same_message_sent_again_heals_a_damaged_blob() {
    let world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let bytes = pdf_of(100_000, 9);
    let message = instant(vec![attachment("application/pdf", "Scan.pdf", &bytes)]);
    let id = world.integrator.sent(&token, &message).await;
    let blob = blobs(&world).remove(0);
    std::fs::write(&blob, b"%PDF- other bytes").unwrap();
    assert_eq!(world.integrator.sent(&token, &message).await, id);
    assert_eq!(sha256(&std::fs::read(&blob).unwrap()), sha256(&bytes));
    world.toolbar_online().await;
    let imported = "COMPLETED / Imported automatically";
    world.integrator.until(&id, imported).await;
    assert!(world.records.read(&id).await[0].bytes == bytes);
}

#[tokio::test]
async fn a_changed_byte_in_a_row_is_never_delivered() {
    let mut world = World::start().await;
    let token = world.token().await;
    world.toolbar_offline().await;
    let id = world
        .integrator
        .sent(&token, &message::small("marker-of-a-row"))
        .await;
    assert!(blobs(&world).is_empty(), "a small attachment is in its row");
    world.program.kill();
    let database = world.data().join("platform/platform.sqlite");
    let database = rusqlite::Connection::open(database).unwrap();
    let changed = database.execute(
        "UPDATE attachment SET bytes = CAST(replace(CAST(bytes AS TEXT), 'row', 'raw') AS BLOB)",
        [],
    );
    assert_eq!(changed.unwrap(), 1);
    drop(database);
    world.watch.announce_error(LOGGED);
    let world = world.start_again().await;
    world.integrator.until(&id, FAILED).await;
    assert_not_served(&world, &id, 0).await;
    assert_eq!(world.records.documents_of(&id).await.len(), 0);
    assert_counted(&world).await;
    let status = world.integrator.status(&id).await;
    assert_eq!(standing(&status), FAILED);
}

/// The platform's metric of damaged attachments is above zero.
async fn assert_counted(world: &World) {
    let metrics = world.integrator.get("/metrics").await.text;
    let mut lines = metrics.lines().filter(|line| !line.starts_with('#'));
    let damaged = lines.find(|line| line.starts_with("baton_damaged_blobs"));
    let counted = damaged.is_some_and(|line| !line.ends_with(" 0"));
    assert!(counted, "{damaged:?}");
}

/// The attachment's route gives nothing of it away, in whole or in part.
async fn assert_not_served(world: &World, id: &str, place: u32) {
    let pc = another_pc(world).await;
    let desk = at(&pc, world).await;
    let inbox = desk.inbox().await;
    let message = inbox.iter().find(|message| message["messageId"] == *id);
    let reference = message.unwrap()["messageRef"].as_str().unwrap();
    let path = format!("/messages/{reference}/attachments/{place}");
    let answer = desk.call(Method::GET, &path, None).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (404, "not-found")
    );
    assert!(answer.json()["detail"].is_string(), "{answer:?}");
    let part = desk.fetch(&path, &[("range", "bytes=0-9")]).await;
    assert_eq!(part.status(), 404);
}
