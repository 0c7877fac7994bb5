//! Making messages, accepting them, and what happens to them then.

use super::{CONVERTS, EXPIRES, SOMEBODY, World, at};
use crate::platform::{Accepted, Applied, AttachmentBytes, NewMessage, Stored};
use bytes::Bytes;
use jiff::Timestamp;
use model::attachment::{Attachment, Kind};
use model::coded_data::{CodedItem, Number};
use model::entropy::{uuid_v4, uuid_v7};
use model::message::{
    Approval, Body, BodyType, ClaimMode, Envelope, Event, Fence, LEASE, Refused, Stage, SubStatus,
};
use model::practitioner::Practitioner;
use model::{ClientMessageId, FileName, Hash, MessageRef, NhsNumber, SnomedCode, TokenId};

impl World {
    /// A standard message, accepted at the second given.
    pub(in crate::conformance) fn standard(&self, accepted: i64) -> NewMessage {
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
    pub(in crate::conformance) fn instant(
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

    pub(in crate::conformance) async fn accept(&self, message: &NewMessage) -> Accepted {
        let messages = &self.store.messages;
        messages.accept(&SOMEBODY, message).await.unwrap()
    }

    pub(in crate::conformance) async fn accept_standard(&self, accepted: i64) -> MessageRef {
        let message = self.standard(accepted);
        assert_eq!(self.accept(&message).await, Accepted::New);
        message.envelope.reference
    }

    pub(in crate::conformance) async fn accept_instant(&self, accepted: i64) -> MessageRef {
        let token = self.token(&self.doctor).await;
        let message = self.instant(&self.doctor, token, accepted);
        assert_eq!(self.accept(&message).await, Accepted::New);
        message.envelope.reference
    }

    /// The message with its history.
    pub(in crate::conformance) async fn find(&self, reference: MessageRef) -> Stored {
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
    pub(in crate::conformance) async fn history(
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

    pub(in crate::conformance) async fn apply(
        &self,
        reference: MessageRef,
        event: Event,
        when: i64,
    ) -> Applied {
        let messages = &self.store.messages;
        messages
            .apply(&SOMEBODY, reference, &event, at(when))
            .await
            .unwrap()
    }

    pub(in crate::conformance) async fn changed(
        &self,
        reference: MessageRef,
        event: Event,
        when: i64,
    ) -> Stored {
        match self.apply(reference, event, when).await {
            Applied::Changed(stored) => *stored,
            other => panic!("not changed: {other:?}"),
        }
    }

    pub(in crate::conformance) async fn refused(
        &self,
        reference: MessageRef,
        event: Event,
        when: i64,
    ) -> Refused {
        match self.apply(reference, event, when).await {
            Applied::Refused(refused) => refused,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Claims a message for the usual time.
    pub(in crate::conformance) async fn claim(
        &self,
        reference: MessageRef,
        mode: ClaimMode,
        when: i64,
    ) -> Fence {
        let stored = self.changed(reference, self.claim_event(mode), when).await;
        match stored.stage {
            Stage::Claimed { lease, .. } => lease.fence,
            other => panic!("not claimed: {other:?}"),
        }
    }

    pub(in crate::conformance) fn claim_event(&self, mode: ClaimMode) -> Event {
        Event::Claim {
            holder: self.session_id(),
            mode,
            lease: LEASE,
        }
    }

    /// Rejects a standard message, so that it has ended.
    pub(in crate::conformance) async fn reject(&self, reference: MessageRef, when: i64) {
        let fence = self.claim(reference, ClaimMode::Review, when).await;
        let reason = "not for us".to_owned();
        let event = Event::Rejected { fence, reason };
        self.changed(reference, event, when).await;
    }
}
