//! What a process was sending that died need not wait where no other can be.

use super::{DATABASE, GatewayPlace};
use crate::storage::OldSchema;
use httpkit::entropy::OsEntropy;
use jiff::{SignedDuration, Timestamp};
use model::entropy::uuid_v4;
use model::outbox::{Kind, LEASE};
use model::{ClientMessageId, Hash, NhsNumber, OdsCode, UploadId};
use store::gateway::{Content, Entered, NewMessage};

#[tokio::test]
async fn what_a_dead_process_was_sending_is_due_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let begun: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let before = store_sqlite::open_gateway(&folder.path().join(DATABASE)).unwrap();
    let upload = UploadId(uuid_v4(&OsEntropy));
    before.pieces.begin(upload, begun).await.unwrap();
    let message = NewMessage {
        id: ClientMessageId(uuid_v4(&OsEntropy)),
        kind: Kind::Standard,
        user: None,
        topic: "Discharge".to_owned(),
        to: OdsCode::parse("GPPRAC001").unwrap(),
        subject: NhsNumber::parse("9547852140").unwrap(),
        expires_at: begun + SignedDuration::from_hours(24),
        entered_at: begun,
        by: "product:test".to_owned(),
        content_hash: Hash::of(b"content"),
        upload,
        content: Content {
            body: None,
            files: Vec::new(),
            coded_data: Vec::new(),
        },
    };
    let entered = before.outbox.enter(&message).await.unwrap();
    assert_eq!(entered, Entered::New);
    let claimed = before.outbox.claim(begun, begun + LEASE, 1).await;
    assert_eq!(claimed.unwrap().len(), 1);
    drop(before);

    let now = begun + SignedDuration::from_secs(2);
    let place = GatewayPlace::at(folder.path(), None, 1).unwrap();
    let store = place.open_to_serve(OldSchema::Refuse, now).await.unwrap();
    assert_eq!(store.outbox.next_due().await.unwrap(), Some(now));
}
