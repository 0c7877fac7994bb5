//! What the suite's functions begin with: a practice, client systems, practitioners, messages.

use crate::platform::{
    Accepted, Applied, AttachmentBytes, CodeExchange, Exchanged, FeedEntry, FeedItem,
    NewAccessCode, NewMessage, NewSession, PlatformStore, Stored,
};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use model::attachment::{Attachment, Kind};
use model::coded_data::{CodedItem, Number};
use model::device::{Device, RegistrationKey};
use model::entropy::{SeededEntropy, bytes, uuid_v4, uuid_v7};
use model::message::{
    Approval, Body, BodyType, ClaimMode, Envelope, Event, Fence, LEASE, Refused, Stage, Status,
    SubStatus,
};
use model::organisation::{ClientSystem, Practice};
use model::practitioner::Practitioner;
use model::{
    Actor, ClientMessageId, ClientSystemId, DeviceId, FileName, Hash, MessageRef, NhsNumber,
    OdsCode, SessionId, SnomedCode, SpineUserId, TokenId,
};
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Arc;

/// Who does what needs no particular actor.
pub(super) const OPERATOR: Actor = Actor::System;
/// How long after acceptance an instant message converts here.
pub(super) const CONVERTS: i64 = 600;
/// How long after acceptance a message expires here.
pub(super) const EXPIRES: i64 = 86_400;

/// The moment `seconds` after every test's start.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

pub(super) fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).unwrap()
}

pub(super) fn spine(id: &str) -> SpineUserId {
    SpineUserId::parse(id).unwrap()
}

/// Two practices, two client systems, and a source of identifiers.
#[derive(Clone)]
pub(super) struct World {
    pub(super) store: PlatformStore,
    pub(super) practice: OdsCode,
    pub(super) other_practice: OdsCode,
    pub(super) client: ClientSystemId,
    pub(super) other_client: ClientSystemId,
    pub(super) doctor: Practitioner,
    pub(super) colleague: Practitioner,
    entropy: Arc<SeededEntropy>,
}

impl World {
    pub(super) async fn new(store: PlatformStore) -> Self {
        let entropy = SeededEntropy::new(42);
        let who = |practice: &OdsCode, id| Practitioner {
            practice: practice.clone(),
            spine_user_id: spine(id),
        };
        let (practice, other_practice) = (ods("GPPRAC001"), ods("GPPRAC002"));
        let world = Self {
            doctor: who(&practice, "555000000101"),
            colleague: who(&practice, "555000000102"),
            client: ClientSystemId(uuid_v4(&entropy)),
            other_client: ClientSystemId(uuid_v4(&entropy)),
            store,
            practice,
            other_practice,
            entropy: Arc::new(entropy),
        };
        for code in [&world.practice, &world.other_practice] {
            let practice = Practice {
                ods_code: code.clone(),
                name: format!("Practice {code}"),
            };
            let directory = &world.store.directory;
            directory
                .put_practice(&OPERATOR, &practice, at(0))
                .await
                .unwrap();
        }
        for (id, name) in [(world.client, "Pharmacy"), (world.other_client, "Hospital")] {
            let client = ClientSystem {
                id,
                name: name.to_owned(),
                disabled: false,
            };
            let directory = &world.store.directory;
            directory
                .add_client(&OPERATOR, &client, at(0))
                .await
                .unwrap();
        }
        world
    }

    pub(super) fn hash(&self) -> Hash {
        Hash::from_bytes(bytes(&*self.entropy))
    }

    pub(super) fn session_id(&self) -> SessionId {
        SessionId(uuid_v4(&*self.entropy))
    }

    // Toolbars.

    pub(super) async fn registration_key(&self, part_1: &str, many: bool) -> RegistrationKey {
        let key = RegistrationKey {
            part_1: part_1.to_owned(),
            practice: self.practice.clone(),
            many,
            ends_at: at(1_000),
        };
        let devices = &self.store.devices;
        devices
            .add_registration_key(&OPERATOR, &key, self.hash(), at(0))
            .await
            .unwrap();
        key
    }

    /// A device that is not registered yet.
    pub(super) fn new_device(&self, registered: i64) -> Device {
        Device {
            id: DeviceId(uuid_v4(&*self.entropy)),
            practice: self.practice.clone(),
            name: "Reception".to_owned(),
            public_key: bytes(&*self.entropy),
            registered_at: at(registered),
            blocked_at: None,
        }
    }

    /// A registered device.
    pub(super) async fn device(&self) -> Device {
        let device = self.new_device(1);
        let part_1 = device.id.to_string();
        self.registration_key(&part_1, false).await;
        let devices = &self.store.devices;
        assert!(devices.register(&OPERATOR, &part_1, &device).await.unwrap());
        device
    }

    pub(super) fn new_session(&self, device: &Device, assertion: &str, made: i64) -> NewSession {
        NewSession {
            id: self.session_id(),
            hash: self.hash(),
            device: device.id,
            practitioner: self.doctor.clone(),
            name: "Dr Amara Okafor".to_owned(),
            assertion_id: assertion.to_owned(),
            assertion_ends: at(made + 60),
            at: at(made),
        }
    }

    // Permissions.

    /// A new code's hash.
    pub(super) async fn code(&self, whose: &Practitioner, made: i64) -> Hash {
        let code = NewAccessCode {
            hash: self.hash(),
            practitioner: whose.clone(),
            made_at: at(made),
            ends_at: at(made + 60),
        };
        let permissions = &self.store.permissions;
        permissions.add_code(&OPERATOR, &code).await.unwrap();
        code.hash
    }

    pub(super) fn exchange(&self, client: ClientSystemId, code: Hash, when: i64) -> CodeExchange {
        CodeExchange {
            client,
            code_hash: code,
            token: TokenId(uuid_v4(&*self.entropy)),
            token_hash: self.hash(),
            at: at(when),
        }
    }

    /// A token of `whose` for the first client system.
    pub(super) async fn token(&self, whose: &Practitioner) -> TokenId {
        let code = self.code(whose, 0).await;
        let exchange = self.exchange(self.client, code, 1);
        let permissions = &self.store.permissions;
        let answer = permissions.exchange(&OPERATOR, &exchange).await.unwrap();
        assert_eq!(answer, Exchanged::Token(whose.clone()));
        exchange.token
    }

    // Messages.

    /// A standard message, accepted at the second given.
    pub(super) fn standard(&self, accepted: i64) -> NewMessage {
        let content = b"%PDF-1.7 a letter";
        let attachment = Attachment {
            kind: Kind::Pdf,
            file_name: FileName::parse("Letter.pdf").unwrap(),
            size: content.len() as u64,
            hash: Hash::of(content),
        };
        NewMessage {
            envelope: Envelope {
                reference: MessageRef(uuid_v7(at(accepted), &*self.entropy)),
                client: self.client,
                message_id: ClientMessageId(uuid_v4(&*self.entropy)),
                approval: None,
                topic: model::topic::DISPENSE_EVENT.to_owned(),
                practice: self.practice.clone(),
                subject: NhsNumber::parse("9547852140").unwrap(),
                accepted_at: at(accepted),
                expires_at: at(accepted + EXPIRES),
                content_hash: self.hash(),
            },
            stage: Stage::new(None),
            body: Some(Body {
                kind: BodyType::Plain,
                content: "Please see the letter.".to_owned(),
            }),
            attachments: vec![(
                attachment,
                AttachmentBytes::Inline(Bytes::from_static(content)),
            )],
            coded_data: vec![CodedItem {
                code: SnomedCode::parse("27113001").unwrap(),
                value: Number::parse("82.50"),
                unit: Some("kg".to_owned()),
                additional_text: None,
            }],
        }
    }

    /// An instant message under a token of `whose`.
    pub(super) fn instant(
        &self,
        whose: &Practitioner,
        token: TokenId,
        accepted: i64,
    ) -> NewMessage {
        let mut message = self.standard(accepted);
        message.stage = Stage::new(Some(at(accepted + CONVERTS)));
        message.envelope.approval = Some(Approval {
            spine_user_id: whose.spine_user_id.clone(),
            token,
        });
        message
    }

    pub(super) async fn accept(&self, message: &NewMessage) -> Accepted {
        let messages = &self.store.messages;
        messages.accept(&OPERATOR, message).await.unwrap()
    }

    pub(super) async fn accept_standard(&self, accepted: i64) -> MessageRef {
        let message = self.standard(accepted);
        assert_eq!(self.accept(&message).await, Accepted::New);
        message.envelope.reference
    }

    pub(super) async fn accept_instant(&self, accepted: i64) -> MessageRef {
        let token = self.token(&self.doctor).await;
        let message = self.instant(&self.doctor, token, accepted);
        assert_eq!(self.accept(&message).await, Accepted::New);
        message.envelope.reference
    }

    /// The message with its history.
    pub(super) async fn find(&self, reference: MessageRef) -> Stored {
        let messages = &self.store.messages;
        let envelope = messages
            .get(reference)
            .await
            .unwrap()
            .unwrap()
            .stored
            .envelope;
        messages
            .find(envelope.client, envelope.message_id)
            .await
            .unwrap()
            .unwrap()
    }

    /// The statuses of a message's history, and when it got them.
    pub(super) async fn history(
        &self,
        reference: MessageRef,
    ) -> Vec<(&'static str, &'static str, i64)> {
        let history = self.find(reference).await.history;
        let seconds = |time: Timestamp| time.as_second() - at(0).as_second();
        history
            .into_iter()
            .map(|(status, sub, time)| {
                let sub = sub.map_or("", SubStatus::as_str);
                (status.as_str(), sub, seconds(time))
            })
            .collect()
    }

    pub(super) async fn apply(&self, reference: MessageRef, event: Event, when: i64) -> Applied {
        let messages = &self.store.messages;
        messages
            .apply(&OPERATOR, reference, &event, at(when))
            .await
            .unwrap()
    }

    pub(super) async fn changed(&self, reference: MessageRef, event: Event, when: i64) -> Stored {
        match self.apply(reference, event, when).await {
            Applied::Changed(stored) => *stored,
            other => panic!("not changed: {other:?}"),
        }
    }

    pub(super) async fn refused(&self, reference: MessageRef, event: Event, when: i64) -> Refused {
        match self.apply(reference, event, when).await {
            Applied::Refused(refused) => refused,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Claims a message for the usual time.
    pub(super) async fn claim(&self, reference: MessageRef, mode: ClaimMode, when: i64) -> Fence {
        let stored = self.changed(reference, self.claim_event(mode), when).await;
        match stored.stage {
            Stage::Claimed { lease, .. } => lease.fence,
            other => panic!("not claimed: {other:?}"),
        }
    }

    pub(super) fn claim_event(&self, mode: ClaimMode) -> Event {
        Event::Claim {
            holder: self.session_id(),
            mode,
            lease: LEASE,
        }
    }

    /// Rejects a standard message, so that it has ended.
    pub(super) async fn reject(&self, reference: MessageRef, when: i64) {
        let fence = self.claim(reference, ClaimMode::Review, when).await;
        let reason = "not for us".to_owned();
        let event = Event::Rejected { fence, reason };
        self.changed(reference, event, when).await;
    }

    // What was told.

    pub(super) fn toolbars(&self) -> crate::platform::Audience {
        crate::platform::Audience::Practice(self.practice.clone())
    }

    pub(super) fn sender(&self) -> crate::platform::Audience {
        crate::platform::Audience::Client(self.client)
    }

    pub(super) async fn told(&self, audience: &crate::platform::Audience) -> Vec<FeedEntry> {
        self.store.feed.since(audience, 0, 1_000).await.unwrap()
    }

    /// What the first client system heard of: statuses in their order.
    pub(super) async fn statuses_told(&self) -> Vec<(Status, Option<SubStatus>)> {
        let entries = self.told(&self.sender()).await;
        entries
            .into_iter()
            .map(|entry| match entry.item {
                FeedItem::Status {
                    status, sub_status, ..
                } => (status, sub_status),
                other => panic!("told to a sender: {other:?}"),
            })
            .collect()
    }
}

/// `count` tasks at once; their answers.
pub(super) async fn race<T, F>(count: usize, mut task: impl FnMut(usize) -> F) -> Vec<T>
where
    T: Debug + Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    for place in 0..count {
        tasks.spawn(task(place));
    }
    tasks.join_all().await
}

/// An identifier that nothing has.
pub(super) fn unknown<T: FromStr<Err: Debug>>() -> T {
    "00000000-0000-0000-0000-000000000000".parse().unwrap()
}

pub(super) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}
