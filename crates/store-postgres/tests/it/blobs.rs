//! Blobs that several nodes share: no message is without its bytes, whoever deletes what and when.

use crate::server::Database;
use crate::world::{World, at, attach};
use std::sync::Arc;
use std::time::Duration;
use store::blob::Blobs;
use store::platform::Accepted;

/// One node deletes what no message names, another accepts a message that names it. They meet at any
/// moment of either; the blob is put in place again by every sender, as senders do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_row_always_has_its_blob_however_deletion_and_acceptance_meet() {
    let database = Database::new().await;
    let accepting = World::new(database.open().await).await;
    let deleting = accepting.seen_by(database.open().await);
    let (mut stored, mut gone, mut spared) = (0, 0, 0);
    for n in 0..500_u32 {
        let hash = accepting.blob(&n.to_be_bytes()).await;
        let mut message = accepting.standard(at(5));
        attach(&mut message, hash);
        let pause = |most| tokio::time::sleep(Duration::from_micros(accepting.any(most)));
        let (before, first) = (pause(8_000), pause(8_000));
        let deletion = tokio::spawn({
            let store = deleting.store.clone();
            async move {
                before.await;
                let right = store.blobs.reclaim(hash).await.unwrap();
                if !store.messages.condemn_blob(hash, at(5)).await.unwrap() {
                    return false;
                }
                let deleted = right.delete().await.unwrap();
                store.messages.spare_blob(hash).await.unwrap();
                drop(deleted);
                true
            }
        });
        first.await;
        let accepted = accepting.accept(&message).await;
        let deleted = deletion.await.unwrap();
        let there = accepting.store.blobs.exists(hash).await.unwrap();
        match accepted {
            Accepted::New => {
                assert!(there && !deleted, "round {n}");
                stored += 1;
            }
            Accepted::BlobGone => {
                let reference = message.envelope.reference;
                let found = accepting.store.messages.get(reference).await.unwrap();
                assert_eq!(found, None);
                gone += 1;
            }
            other => panic!("{other:?}"),
        }
        spared += u32::from(!deleted);
        assert_eq!(there, !deleted, "round {n}");
    }
    assert!(stored > 20 && gone > 20, "{stored} stored, {gone} gone");
    assert_eq!(stored, spared);
    let left = "SELECT count(*) FROM platform.condemned_blob";
    assert_eq!(database.number(left).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_whose_blob_is_missing_is_not_stored() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let hash = world.hash();
    let mut message = world.standard(at(5));
    attach(&mut message, hash);
    assert_eq!(world.accept(&message).await, Accepted::BlobGone);
    let messages = &world.store.messages;
    let found = messages.get(message.envelope.reference).await.unwrap();
    assert_eq!(found, None);
    assert_eq!(
        database.number("SELECT count(*) FROM platform.blob").await,
        0
    );
    // The sender brings the bytes.
    message.attachments.clear();
    attach(&mut message, world.blob(b"the bytes").await);
    assert_eq!(world.accept(&message).await, Accepted::New);
    let blobs: &Arc<dyn Blobs> = &world.store.blobs;
    let (attachment, _) = &message.attachments[0];
    assert!(blobs.exists(attachment.hash).await.unwrap());
}
