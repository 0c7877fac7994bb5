//! One row of the gateway's that cannot be read holds nobody else up: each is damaged here behind its back.

use super::open_gateway;
use jiff::{SignedDuration, Timestamp};
use model::attachment::{Attachment, Kind as FileKind};
use model::outbox::{Kind, LEASE, State};
use model::{ClientMessageId, DataKeyId, FileName, Hash, NhsNumber, OdsCode, UploadId, WebhookId};
use rusqlite::Connection;
use store::gateway::{
    AttemptOutcome, Content, DataKey, Entered, GatewayStore, Happening, NewMessage, NewWebhook,
    SET_ASIDE, Sealed, Settled, StoredFile,
};
use tempfile::TempDir;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + second).unwrap()
}

/// Enters the first or the second message, each about a patient of its own.
async fn entered(store: &GatewayStore, number: u8, when: i64) -> ClientMessageId {
    let upload = UploadId(Uuid::from_u128(number.into()));
    store.pieces.begin(upload, at(when)).await.unwrap();
    let patient = if number == 1 {
        "9547852140"
    } else {
        "9434765919"
    };
    let file = StoredFile {
        part: 0,
        attachment: Attachment {
            kind: FileKind::Text,
            file_name: FileName::parse("notes.txt").unwrap(),
            size: 1,
            hash: Hash::of(b"x"),
        },
    };
    let message = NewMessage {
        id: ClientMessageId(Uuid::from_u128(number.into())),
        kind: Kind::Standard,
        user: None,
        topic: "Dispense event".to_owned(),
        to: OdsCode::parse("GPPRAC001").unwrap(),
        subject: NhsNumber::parse(patient).unwrap(),
        expires_at: at(86_400),
        entered_at: at(when),
        by: "product:abc".to_owned(),
        content_hash: Hash::of(b"content"),
        upload,
        content: Content {
            body: None,
            files: vec![file],
            coded_data: Vec::new(),
        },
    };
    assert_eq!(store.outbox.enter(&message).await.unwrap(), Entered::New);
    message.id
}

/// An endpoint that wants everything.
async fn webhook(store: &GatewayStore) {
    let key = DataKeyId(Uuid::from_u128(7));
    let new = DataKey {
        id: key,
        wrapped_by: "test".to_owned(),
        wrapped: vec![1; 40],
        made_at: at(0),
    };
    assert!(store.vault.add_key(&new, false).await.unwrap());
    let webhook = NewWebhook {
        id: WebhookId(Uuid::from_u128(8)),
        url: "https://product.example/hook".to_owned(),
        description: None,
        wants: Vec::new(),
        secret: Sealed {
            key,
            bytes: vec![2; 60],
        },
        made_at: at(0),
    };
    store.webhooks.add(&webhook).await.unwrap();
}

/// Changes rows by hand, with no constraint in the way.
fn damage(folder: &TempDir, change: &str) {
    let connection = Connection::open(folder.path().join("gateway.sqlite")).unwrap();
    connection
        .execute_batch("PRAGMA ignore_check_constraints = on; PRAGMA foreign_keys = off")
        .unwrap();
    assert_eq!(connection.execute(change, []).unwrap(), 1, "{change}");
}

async fn claim(store: &GatewayStore, when: i64) -> Vec<store::gateway::Claimed> {
    let claimed = store.outbox.claim(at(when), at(when) + LEASE, 10);
    claimed.await.unwrap()
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_set_aside_and_the_others_are_sent() {
    for change in [
        "UPDATE message SET practice = '' WHERE number = 1",
        "UPDATE message SET subject = 'x' WHERE number = 1",
        "UPDATE message SET coded_data = 'damaged' WHERE number = 1",
        "UPDATE message_file SET kind = 'nonsense' WHERE message = 1",
    ] {
        let folder = TempDir::new().unwrap();
        let store = open_gateway(folder.path());
        let damaged = entered(&store, 1, 0).await;
        let good = entered(&store, 2, 1).await;
        damage(&folder, change);
        let claimed = claim(&store, 5).await;
        let ids: Vec<_> = claimed.iter().map(|claimed| claimed.message.id).collect();
        assert_eq!(ids, [good], "{change}");
        // Not again at once, but later; and then it is as it was.
        let settled = Settled::Accepted { look_at: at(9) };
        let outcome = AttemptOutcome::Accepted;
        let fence = claimed[0].fence;
        let done = store
            .outbox
            .settle(good, fence, at(6), &outcome, &settled)
            .await;
        assert!(done.unwrap());
        let later = at(5) + SET_ASIDE;
        assert_eq!(store.outbox.next_due().await.unwrap(), Some(later));
        assert!(store.outbox.attempts(damaged).await.unwrap().is_empty());
        let connection = Connection::open(folder.path().join("gateway.sqlite")).unwrap();
        connection
            .execute_batch(
                "UPDATE message SET subject = '9547852140', practice = 'GPPRAC001', coded_data = '[]' WHERE number = 1;
                 UPDATE message_file SET kind = (SELECT kind FROM message_file WHERE message = 2) WHERE message = 1",
            )
            .unwrap();
        let again = store.outbox.claim(later, later + LEASE, 10).await.unwrap();
        assert_eq!(again.len(), 1, "{change}");
        assert_eq!((again[0].message.id, again[0].message.tries), (damaged, 1));
    }
}

#[tokio::test]
async fn a_look_that_cannot_be_read_is_set_aside() {
    let folder = TempDir::new().unwrap();
    let store = open_gateway(folder.path());
    entered(&store, 1, 0).await;
    let good = entered(&store, 2, 0).await;
    for claimed in claim(&store, 1).await {
        let settled = Settled::Accepted { look_at: at(5) };
        let outcome = AttemptOutcome::Accepted;
        let (id, fence) = (claimed.message.id, claimed.fence);
        let done = store
            .outbox
            .settle(id, fence, at(2), &outcome, &settled)
            .await;
        assert!(done.unwrap());
    }
    damage(&folder, "UPDATE message SET practice = '' WHERE number = 1");
    let looks = async |now: Timestamp| {
        let until = now + LEASE;
        store.outbox.claim_looks(now, until, 10).await.unwrap()
    };
    let found = looks(at(5)).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].state), (good, State::Accepted));
    // The good one comes back first.
    let found = looks(at(5) + LEASE).await;
    assert_eq!(found.len(), 1);
    damage(
        &folder,
        "UPDATE message SET practice = 'GPPRAC001' WHERE number = 1",
    );
    assert_eq!(looks(at(5) + SET_ASIDE).await.len(), 2);
}

#[tokio::test]
async fn a_delivery_that_cannot_be_read_is_set_aside() {
    let folder = TempDir::new().unwrap();
    let store = open_gateway(folder.path());
    webhook(&store).await;
    entered(&store, 1, 0).await;
    let good = entered(&store, 2, 0).await;
    damage(&folder, "UPDATE event SET kind = 'x' WHERE place = 1");
    let claim = async |now: Timestamp| {
        let until = now + SignedDuration::from_mins(1);
        let claimed = store.webhooks.claim(now, until, &[], 10, 10).await;
        let claimed = claimed.unwrap().into_iter();
        let whats: Vec<_> = claimed.map(|owed| owed.entry.happened.what).collect();
        whats
    };
    assert_eq!(claim(at(5)).await, [Happening::Queued(good)]);
    assert_eq!(claim(at(500)).await, [Happening::Queued(good)]);
    damage(
        &folder,
        "UPDATE event SET kind = 'message.queued' WHERE place = 1",
    );
    assert_eq!(claim(at(1000)).await, [Happening::Queued(good)]);
    assert_eq!(claim(at(5) + SET_ASIDE).await.len(), 2);
}
