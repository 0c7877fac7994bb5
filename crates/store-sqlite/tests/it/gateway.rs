//! What only the gateway's file can show: it is all there is, and what was deleted is in it no more.

use super::open_gateway;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use model::message::{Body, BodyType, Status};
use model::outbox::{Kind, LEASE, State};
use model::{ClientMessageId, Hash, NhsNumber, OdsCode, UploadId};
use std::path::Path;
use std::time::Duration;
use store::gateway::{
    AttemptOutcome, Content, Entered, Followed, GatewayStore, NewMessage, Settled, Standing,
};
use tempfile::TempDir;
use uuid::Uuid;

const SECRET: &str = "a patient's very own words";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + second).unwrap()
}

async fn enter(store: &GatewayStore) -> ClientMessageId {
    let upload = UploadId(Uuid::from_u128(1));
    store.pieces.begin(upload, at(0)).await.unwrap();
    let piece = Bytes::from_static(SECRET.as_bytes());
    store.pieces.put(upload, 0, 0, piece).await.unwrap();
    let message = NewMessage {
        id: ClientMessageId(Uuid::from_u128(2)),
        kind: Kind::Standard,
        user: None,
        topic: "Dispense event".to_owned(),
        to: OdsCode::parse("GPPRAC001").unwrap(),
        subject: NhsNumber::parse("9547852140").unwrap(),
        expires_at: at(86_400),
        entered_at: at(0),
        by: "product:abc".to_owned(),
        content_hash: Hash::of(b"content"),
        upload,
        content: Content {
            body: Some(Body {
                kind: BodyType::Plain,
                content: SECRET.to_owned(),
            }),
            files: Vec::new(),
            coded_data: Vec::new(),
        },
    };
    assert_eq!(store.outbox.enter(&message).await.unwrap(), Entered::New);
    message.id
}

async fn send(store: &GatewayStore, id: ClientMessageId, when: i64) {
    let claimed = store.outbox.claim(at(when), at(when) + LEASE, 1).await;
    let fence = claimed.unwrap().first().unwrap().fence;
    let settled = Settled::Accepted { look_at: at(when) };
    let outcome = AttemptOutcome::Accepted;
    let done = store.outbox.settle(id, fence, at(when), &outcome, &settled);
    assert!(done.await.unwrap());
}

fn holds_secret(path: &Path) -> bool {
    let bytes = std::fs::read(path).unwrap_or_default();
    bytes
        .windows(SECRET.len())
        .any(|window| window == SECRET.as_bytes())
}

#[tokio::test]
async fn a_message_outlives_its_gateway_in_one_file() {
    let folder = TempDir::new().unwrap();
    let store = open_gateway(folder.path());
    let id = enter(&store).await;
    let claimed = store.outbox.claim(at(1), at(1) + LEASE, 1).await.unwrap();
    assert_eq!(claimed.len(), 1);
    drop(store);
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    // Whoever held it is gone: it is sent again when the lease has ended, and not before.
    let store = open_gateway(folder.path());
    let stored = store.outbox.find(id).await.unwrap().unwrap();
    assert_eq!(stored.state, State::Sending);
    let ended = at(1) + LEASE;
    assert_eq!(store.outbox.next_due().await.unwrap(), Some(ended));
    let early = ended - SignedDuration::from_millis(1);
    let claimed = store.outbox.claim(early, early + LEASE, 1).await.unwrap();
    assert!(claimed.is_empty());
    let claimed = store.outbox.claim(ended, ended + LEASE, 1).await.unwrap();
    assert_eq!(claimed[0].content.body.as_ref().unwrap().content, SECRET);
    let piece = store.pieces.get(claimed[0].upload, 0, 0).await.unwrap();
    assert_eq!(piece.as_deref(), Some(SECRET.as_bytes()));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    drop(open_gateway(folder.path()));
    let file = std::fs::metadata(folder.path().join("gateway.sqlite")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn emptied_content_is_in_no_file() {
    let folder = TempDir::new().unwrap();
    let store = open_gateway(folder.path());
    let id = enter(&store).await;
    send(&store, id, 1).await;
    let completed = Followed {
        standing: Some(Standing {
            status: Status::Completed,
            sub_status: None,
            since: at(2),
            answer: "{}".to_owned(),
            looked_at: at(3),
        }),
        look_at: None,
    };
    store.outbox.followed(id, at(3), &completed).await.unwrap();
    let [file, log] = ["gateway.sqlite", "gateway.sqlite-wal"].map(|name| folder.path().join(name));
    assert!(holds_secret(&file) || holds_secret(&log));
    assert_eq!(store.outbox.empty(at(4), at(4), 10).await.unwrap(), 1);
    // The log is cut off after whoever asked was answered.
    let gone = async {
        while holds_secret(&file) || holds_secret(&log) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .unwrap();
}
