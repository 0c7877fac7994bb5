//! What the suite's functions begin with: messages about made-up patients, and what becomes of them.

pub(super) use crate::conformance::world::{at, minutes, ods, race};
use crate::gateway::{
    AttemptOutcome, Claimed, Content, DataKey, Entered, Followed, GatewayStore, Happening, Mend,
    NewMessage, NewWebhook, Released, Sealed, Settled, Standing, Stored, StoredFile, TellLook,
};
use bytes::Bytes;
use jiff::Timestamp;
use model::attachment::{Attachment, Kind as FileKind};
use model::coded_data::{CodedItem, Number};
use model::entropy::{SeededEntropy, bytes, uuid_v4};
use model::message::{Body, BodyType, Status, SubStatus};
use model::outbox::{Kind, LEASE};
use model::{
    ClientMessageId, DataKeyId, FileName, Hash, NhsNumber, SnomedCode, UploadId, UserId, WebhookId,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Who entered what.
pub(super) const BY: &str = "product:abc";
/// How long after its entry a message expires here.
pub(super) const EXPIRES: i64 = 86_400;

#[derive(Clone)]
pub(super) struct World {
    pub(super) store: GatewayStore,
    entropy: Arc<SeededEntropy>,
    patients: Arc<AtomicU32>,
}

/// The `n`th made-up NHS number.
fn nhs_number(n: u32) -> Option<NhsNumber> {
    let digits = format!("{:09}", 900_000_000 + n);
    (0..10).find_map(|check| NhsNumber::parse(&format!("{digits}{check}")).ok())
}

pub(super) fn user(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}

/// What a document's bytes are here.
pub(super) fn pdf() -> Bytes {
    Bytes::from_static(b"%PDF-1.7 a letter")
}

pub(super) fn content() -> Content {
    let item = |code: &str, value: Option<&str>, text: Option<&str>| CodedItem {
        code: SnomedCode::parse(code).unwrap(),
        value: value.and_then(Number::parse),
        unit: value.map(|_| "mm[Hg]".to_owned()),
        additional_text: text.map(ToOwned::to_owned),
    };
    let file = |part, kind, name: &str| StoredFile {
        part,
        attachment: Attachment {
            kind,
            file_name: FileName::parse(name).unwrap(),
            size: pdf().len() as u64,
            hash: Hash::of(&pdf()),
        },
    };
    Content {
        body: Some(Body {
            kind: BodyType::Plain,
            content: "Please see the letter; \"quoted\", naïve, 💊".to_owned(),
        }),
        files: vec![
            file(0, FileKind::Pdf, "Letter.pdf"),
            file(1, FileKind::ConsultationNotes, "Notes.txt"),
        ],
        coded_data: vec![
            item("271649006", Some("37.50"), None),
            item("73211009", None, Some("since \"2019\"\n💊")),
        ],
    }
}

impl World {
    pub(super) fn new(store: GatewayStore) -> Self {
        Self {
            store,
            entropy: Arc::new(SeededEntropy::new(42)),
            patients: Arc::default(),
        }
    }

    pub(super) fn message_id(&self) -> ClientMessageId {
        ClientMessageId(uuid_v4(&*self.entropy))
    }

    pub(super) fn upload_id(&self) -> UploadId {
        UploadId(uuid_v4(&*self.entropy))
    }

    /// A patient about whom nothing was sent.
    pub(super) fn patient(&self) -> NhsNumber {
        loop {
            let n = self.patients.fetch_add(1, Ordering::Relaxed);
            // One in eleven has no check digit.
            if let Some(number) = nhs_number(n) {
                return number;
            }
        }
    }

    // Entering.

    /// An upload that has begun.
    pub(super) async fn upload(&self, begun: i64) -> UploadId {
        let upload = self.upload_id();
        self.store.pieces.begin(upload, at(begun)).await.unwrap();
        upload
    }

    /// A message that is not entered yet; its upload has begun.
    pub(super) async fn message(&self, subject: &NhsNumber, entered: i64) -> NewMessage {
        NewMessage {
            id: self.message_id(),
            kind: Kind::Instant,
            user: Some(user("dr-okafor")),
            topic: "Dispense event".to_owned(),
            to: ods("GPPRAC001"),
            subject: subject.clone(),
            expires_at: at(entered + EXPIRES),
            entered_at: at(entered),
            by: BY.to_owned(),
            content_hash: Hash::from_bytes(bytes(&*self.entropy)),
            upload: self.upload(entered).await,
            content: content(),
        }
    }

    pub(super) async fn enter(&self, message: &NewMessage) -> Entered {
        self.store.outbox.enter(message).await.unwrap()
    }

    /// Enters a message about a patient.
    pub(super) async fn about(&self, subject: &NhsNumber, entered: i64) -> ClientMessageId {
        let message = self.message(subject, entered).await;
        assert_eq!(self.enter(&message).await, Entered::New);
        message.id
    }

    /// Enters a message about a patient of its own.
    pub(super) async fn entered(&self, entered: i64) -> ClientMessageId {
        self.about(&self.patient(), entered).await
    }

    /// Enters a message that `change` has changed.
    pub(super) async fn entered_as(
        &self,
        entered: i64,
        change: impl FnOnce(&mut NewMessage),
    ) -> ClientMessageId {
        let mut message = self.message(&self.patient(), entered).await;
        change(&mut message);
        assert_eq!(self.enter(&message).await, Entered::New);
        message.id
    }

    pub(super) async fn find(&self, id: ClientMessageId) -> Stored {
        self.store.outbox.find(id).await.unwrap().unwrap()
    }

    // Sending.

    /// Claims what is due, for the usual time.
    pub(super) async fn claim(&self, now: i64, limit: u32) -> Vec<Claimed> {
        let claimed = self.store.outbox.claim(at(now), at(now) + LEASE, limit);
        claimed.await.unwrap()
    }

    /// Claims the one message that is due.
    pub(super) async fn claim_one(&self, now: i64) -> Claimed {
        let mut claimed = self.claim(now, 10).await;
        assert_eq!(claimed.len(), 1);
        claimed.pop().unwrap()
    }

    pub(super) async fn ids_due(&self, now: i64) -> Vec<ClientMessageId> {
        let claimed = self.claim(now, 1_000).await;
        claimed.iter().map(|claimed| claimed.message.id).collect()
    }

    pub(super) async fn settle(&self, claimed: &Claimed, when: i64, settled: Settled) -> bool {
        let outcome = match &settled {
            Settled::Accepted { .. } => AttemptOutcome::Accepted,
            Settled::Again { .. } => AttemptOutcome::Nothing("timed-out".to_owned()),
            Settled::Refused { .. } => AttemptOutcome::Answer {
                status: 400,
                problem: Some("{\"title\":\"no\"}".to_owned()),
            },
        };
        let (id, fence) = (claimed.message.id, claimed.fence);
        let outbox = &self.store.outbox;
        let answer = outbox.settle(id, fence, at(when), &outcome, &settled);
        answer.await.unwrap()
    }

    pub(super) async fn accept(&self, claimed: &Claimed, when: i64) {
        let look_at = at(when + 5);
        assert!(
            self.settle(claimed, when, Settled::Accepted { look_at })
                .await
        );
    }

    pub(super) async fn refuse(&self, claimed: &Claimed, when: i64) {
        let problem = "invalid-parameters".to_owned();
        assert!(
            self.settle(claimed, when, Settled::Refused { problem })
                .await
        );
    }

    pub(super) async fn again(&self, claimed: &Claimed, when: i64, due: i64) {
        let due_at = at(due);
        assert!(self.settle(claimed, when, Settled::Again { due_at }).await);
    }

    /// A message that was accepted; nothing else may be due.
    pub(super) async fn accepted(&self, entered: i64) -> ClientMessageId {
        let id = self.entered(entered).await;
        let claimed = self.claim_one(entered).await;
        assert_eq!(claimed.message.id, id);
        self.accept(&claimed, entered).await;
        id
    }

    /// A message that was refused; nothing else may be due.
    pub(super) async fn refused(&self, entered: i64) -> ClientMessageId {
        let id = self.entered(entered).await;
        let claimed = self.claim_one(entered).await;
        assert_eq!(claimed.message.id, id);
        self.refuse(&claimed, entered).await;
        id
    }

    pub(super) async fn release(&self, id: ClientMessageId, mend: &Mend, when: i64) -> Released {
        let outbox = &self.store.outbox;
        outbox.release(BY, id, mend, at(when)).await.unwrap()
    }

    // Following.

    pub(super) async fn followed(
        &self,
        id: ClientMessageId,
        standing: Option<Standing>,
        when: i64,
        look_at: Option<i64>,
    ) -> TellLook {
        let found = Followed {
            standing,
            look_at: look_at.map(at),
        };
        let outbox = &self.store.outbox;
        outbox.followed(id, at(when), &found).await.unwrap()
    }

    /// The platform says that an accepted message came to its end.
    pub(super) async fn ended(&self, id: ClientMessageId, status: Status, when: i64) {
        let end = standing(status, None, when, when);
        let told = self.followed(id, Some(end), when, None).await;
        assert!(matches!(told, TellLook::Changed(_)));
    }

    // Telling.

    /// An endpoint that wants everything.
    pub(super) async fn webhook(&self, made: i64) -> WebhookId {
        let key = DataKeyId(uuid_v4(&*self.entropy));
        let new = DataKey {
            id: key,
            wrapped_by: "test".to_owned(),
            wrapped: vec![1; 40],
            made_at: at(made),
        };
        assert!(self.store.vault.add_key(&new, false).await.unwrap());
        let webhook = NewWebhook {
            id: WebhookId(uuid_v4(&*self.entropy)),
            url: "https://product.example/hook".to_owned(),
            description: None,
            wants: Vec::new(),
            secret: Sealed {
                key,
                bytes: vec![2; 60],
            },
            made_at: at(made),
        };
        self.store.webhooks.add(&webhook).await.unwrap();
        webhook.id
    }

    /// Everything that happened, with the second at which it did.
    pub(super) async fn happened(&self) -> Vec<(i64, String, Happening)> {
        let entries = self.store.events.since(0, 10_000).await.unwrap();
        let entries = entries.into_iter().map(|entry| entry.happened);
        entries
            .map(|happened| (seconds(happened.at), happened.by, happened.what))
            .collect()
    }

    /// What happened to one message.
    pub(super) async fn happened_to(&self, id: ClientMessageId) -> Vec<Happening> {
        let entries = self.store.events.of_message(id).await.unwrap();
        entries
            .into_iter()
            .map(|entry| entry.happened.what)
            .collect()
    }
}

/// What a look at `when` may find.
pub(super) fn standing(
    status: Status,
    sub_status: Option<SubStatus>,
    since: i64,
    when: i64,
) -> Standing {
    Standing {
        status,
        sub_status,
        since: at(since),
        answer: format!("{{\"status\":\"{}\",\"at\":{when}}}", status.as_str()),
        looked_at: at(when),
    }
}

/// How long after every test's start.
pub(super) fn seconds(time: Timestamp) -> i64 {
    time.as_second() - at(0).as_second()
}
