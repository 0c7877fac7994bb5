//! Messages, users and what becomes of them, for the tests here.

pub(super) use crate::world::at;
use jiff::SignedDuration;
use model::entropy::{SeededEntropy, bytes, uuid_v4};
use model::message::{Body, BodyType};
use model::outbox::{Kind, LEASE};
use model::{ClientMessageId, DataKeyId, Hash, NhsNumber, OdsCode, UploadId, UserId};
use std::sync::Arc;
use store::gateway::{
    AttemptOutcome, Claimed, Content, DataKey, Entered, GatewayStore, NewMessage, Sealed, Settled,
};
use uuid::Uuid;

pub(super) const BY: &str = "product:k1";
/// Some patients.
pub(super) const PATIENTS: [&str; 4] = ["9547852140", "9434765919", "9000000009", "9990548609"];

/// What the tests begin with; clones are the same world, `seen_by` looks at it from another node.
#[derive(Clone)]
pub(super) struct World {
    pub(super) store: GatewayStore,
    entropy: Arc<SeededEntropy>,
}

impl World {
    pub(super) fn new(store: GatewayStore) -> Self {
        Self {
            store,
            entropy: Arc::new(SeededEntropy::new(5)),
        }
    }

    pub(super) fn seen_by(&self, store: GatewayStore) -> Self {
        Self {
            store,
            ..self.clone()
        }
    }

    pub(super) fn upload_id(&self) -> UploadId {
        UploadId(uuid_v4(&*self.entropy))
    }

    /// A message that is not entered yet; its upload has begun.
    pub(super) async fn message(&self, patient: &str, entered: i64) -> NewMessage {
        let upload = self.upload_id();
        self.store.pieces.begin(upload, at(entered)).await.unwrap();
        NewMessage {
            id: ClientMessageId(uuid_v4(&*self.entropy)),
            kind: Kind::Standard,
            user: None,
            topic: "Dispense\0event".to_owned(),
            to: OdsCode::parse("GPPRAC001").unwrap(),
            subject: NhsNumber::parse(patient).unwrap(),
            expires_at: at(entered) + SignedDuration::from_hours(24),
            entered_at: at(entered),
            by: BY.to_owned(),
            content_hash: Hash::from_bytes(bytes(&*self.entropy)),
            upload,
            content: Content {
                body: Some(Body {
                    kind: BodyType::Plain,
                    content: "Please see\0the letter.".to_owned(),
                }),
                files: Vec::new(),
                coded_data: Vec::new(),
            },
        }
    }

    pub(super) async fn enter(&self, message: &NewMessage) -> Entered {
        self.store.outbox.enter(message).await.unwrap()
    }

    /// Enters a new message about a patient.
    pub(super) async fn entered(&self, patient: &str, entered: i64) -> ClientMessageId {
        let message = self.message(patient, entered).await;
        assert_eq!(self.enter(&message).await, Entered::New);
        message.id
    }

    pub(super) async fn claim(&self, now: i64, limit: u32) -> Vec<Claimed> {
        let claimed = self.store.outbox.claim(at(now), at(now) + LEASE, limit);
        claimed.await.unwrap()
    }

    pub(super) async fn settle(&self, claimed: &Claimed, when: i64, settled: &Settled) -> bool {
        let (id, fence) = (claimed.message.id, claimed.fence);
        let outcome = AttemptOutcome::Accepted;
        let outbox = &self.store.outbox;
        let settled = outbox.settle(id, fence, at(when), &outcome, settled);
        settled.await.unwrap()
    }

    pub(super) async fn accept(&self, claimed: &Claimed, when: i64) {
        let look_at = at(when + 5);
        assert!(
            self.settle(claimed, when, &Settled::Accepted { look_at })
                .await
        );
    }

    /// Adds a data key and a user.
    pub(super) async fn user(&self) -> (UserId, DataKeyId) {
        let key = DataKey {
            id: DataKeyId(Uuid::from_u128(7)),
            wrapped_by: "file".to_owned(),
            wrapped: vec![7; 60],
            made_at: at(0),
        };
        assert!(self.store.vault.add_key(&key, true).await.unwrap());
        let user = UserId::parse("dr-okafor").unwrap();
        assert!(self.store.users.put(&user, None, at(0)).await.unwrap());
        (user, key.id)
    }

    /// What happened so far, by kind.
    pub(super) async fn told(&self) -> Vec<&'static str> {
        let entries = self.store.events.since(0, 1_000).await.unwrap();
        let kinds = entries.iter().map(|entry| entry.happened.what.kind());
        kinds.map(store::gateway::HappeningKind::as_str).collect()
    }
}

pub(super) fn sealed(key: DataKeyId, secret: &str) -> Sealed {
    Sealed {
        key,
        bytes: secret.as_bytes().to_vec(),
    }
}
