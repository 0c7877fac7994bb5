//! A message without faults, and what counts as the same one.

use super::GatewayDraft;
use crate::message::DraftAttachment;
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::attachment::Attachment;
use model::coded_data::CodedItem;
use model::message::{Body, Said};
use model::outbox::Kind;
use model::{ClientMessageId, Hash, NhsNumber, OdsCode, UserId};

/// A message that breaks no rule, an expiry that is over perhaps apart.
pub struct CompleteMessage {
    /// Instant or standard.
    pub kind: Kind,
    /// In whose name; an instant message has one.
    pub user: Option<UserId>,
    /// The product's own id, if it gave one.
    pub message_id: Option<ClientMessageId>,
    /// Its topic.
    pub topic: String,
    /// The practice.
    pub to: OdsCode,
    /// The patient.
    pub subject: NhsNumber,
    /// Its end, if the sender gave one.
    pub expires_at: Option<Timestamp>,
    /// The answer if it is new: its expiry is not acceptable now. A retry of a message that was entered
    /// before gets that one's answer instead.
    pub too_late: Option<Refusal>,
    /// Words for the practice.
    pub body: Option<Body>,
    /// Files, in the order of the request; their bytes are the contents of the same numbers.
    pub files: Vec<DraftAttachment>,
    /// Coded items.
    pub coded_data: Vec<CodedItem>,
}

impl CompleteMessage {
    pub(super) fn of(draft: GatewayDraft) -> Option<Self> {
        let (_, topic) = draft.topic?;
        let (_, to) = draft.to?;
        let too_late = draft.bad_expiry.map(|(place, why)| {
            let mut faults = crate::Faults::default();
            faults.add(&place, &why.to_string());
            faults.refusal()
        });
        Some(Self {
            kind: draft.kind?,
            user: draft.user.map(|(_, user)| user),
            message_id: draft.message_id,
            topic,
            to,
            subject: draft.subject?,
            expires_at: draft.expires_at,
            too_late,
            body: draft.body,
            files: draft.files,
            coded_data: draft.coded_data,
        })
    }

    /// Everything its sender said, as a digest: see [`digest`]. `files` are [`Self::files`] with the hashes of
    /// their bytes.
    pub fn digest(&self, files: &[Attachment]) -> Hash {
        let said = Said {
            instant: self.kind == Kind::Instant,
            topic: &self.topic,
            practice: &self.to,
            subject: &self.subject,
            expires_at: self.expires_at,
            body: self.body.as_ref(),
            attachments: files,
            coded_data: &self.coded_data,
        };
        digest(&said, self.user.as_ref())
    }
}

/// The digest by which the gateway tells a retry from a conflict: all that was said of the message, and in whose
/// name. An expiry counts as it was given or left out, never as it was filled in.
pub fn digest(said: &Said<'_>, user: Option<&UserId>) -> Hash {
    let mut bytes = said.digest().as_bytes().to_vec();
    // A user's id is never empty.
    bytes.extend_from_slice(user.map(UserId::as_str).unwrap_or_default().as_bytes());
    Hash::of(&bytes)
}
