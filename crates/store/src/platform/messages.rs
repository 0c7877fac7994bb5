//! Messages: accepted once, held, changed only by the life cycle, emptied after retention.

use crate::{Result, StoreError};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use model::attachment::Attachment;
use model::coded_data::CodedItem;
use model::message::{Body, Envelope, Event, Refused, Stage, Status, Step, SubStatus};
use model::{
    Actor, ClientMessageId, ClientSystemId, Hash, MessageRef, OdsCode, SessionId, SpineUserId,
};

/// Where an attachment's bytes are.
#[derive(Clone)]
pub enum AttachmentBytes {
    /// In the row.
    Inline(Bytes),
    /// In the blob named by the attachment's hash, already on stable storage.
    Blob,
}

/// A checked message on its way in.
#[derive(Clone)]
pub struct NewMessage {
    /// What does not change.
    pub envelope: Envelope,
    /// Where it starts.
    pub stage: Stage,
    /// Words for the practice.
    pub body: Option<Body>,
    /// Attachments and where their bytes are.
    pub attachments: Vec<(Attachment, AttachmentBytes)>,
    /// Coded data.
    pub coded_data: Vec<CodedItem>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored.
    New,
    /// The same client system sent the same before; nothing was written.
    Same,
    /// The same client system used this id for other content; nothing was written.
    Conflict,
    /// The token was withdrawn a moment ago; nothing was written.
    TokenWithdrawn,
    /// A blob that it names is being deleted, or is gone; nothing was written. The sender brings the
    /// bytes again.
    BlobGone,
}

/// A message without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What does not change.
    pub envelope: Envelope,
    /// The stage as stored. Time may have moved it on: see [`model::message::settle`].
    pub stage: Stage,
    /// Since when it has that stage.
    pub changed_at: Timestamp,
    /// Every status it was given, oldest first; consecutive equal ones are one.
    pub history: Vec<(Status, Option<SubStatus>, Timestamp)>,
}

/// What waits, as an inbox lists it; the history is left out (empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingMessage {
    /// The message.
    pub stored: Stored,
    /// Its sender's name.
    pub client_name: String,
    /// How many attachments.
    pub attachments: u32,
    /// How many coded items.
    pub coded_items: u32,
    /// Who holds it, as stored: see [`settled`] for whether the claim still lives. `None` too when the
    /// holder's session was ended.
    pub held_by: Option<Holder>,
}

/// Whose claim a message is under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The session that claimed it.
    pub session: SessionId,
    /// The practitioner's name in that session.
    pub name: String,
}

/// A message's content without attachment bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredContent {
    /// Words for the practice.
    pub body: Option<Body>,
    /// Attachments.
    pub attachments: Vec<Attachment>,
    /// Coded data.
    pub coded_data: Vec<CodedItem>,
}

impl StoredContent {
    /// The content, if there is as much of it as the message says: a part of it would be filed as the whole.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`].
    pub fn counted(self, attachments: u64, coded_items: u64) -> Result<Self> {
        let there = (self.attachments.len() as u64, self.coded_data.len() as u64);
        if there == (attachments, coded_items) {
            Ok(self)
        } else {
            Err(StoreError::Inconsistent {
                place: "message.attachments",
            })
        }
    }
}

/// An attachment and where its bytes are.
#[derive(Clone)]
pub struct StoredAttachment {
    /// What it is.
    pub attachment: Attachment,
    /// Where its bytes are.
    pub bytes: AttachmentBytes,
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The message as it stands now.
    Changed(Box<Stored>),
    /// The life cycle said no; steps that time brought were written all the same.
    Refused(Refused),
    /// There is no such message.
    Unknown,
}

/// What retention emptied.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Collected {
    /// Messages that lost their content.
    pub messages: u64,
    /// Blobs that no message refers to any more.
    pub unused_blobs: Vec<Hash>,
    /// Whether others are left to empty.
    pub more: bool,
}

/// What a round of settling did.
#[derive(Debug, Default)]
pub struct Settled {
    /// Messages that changed.
    pub changed: u64,
    /// Messages that could not be settled, and were put off by [`PUT_OFF`].
    pub set_aside: Vec<SetAside>,
    /// Whether others are left to settle now.
    pub more: bool,
}

/// A message that storage cannot make sense of.
#[derive(Debug)]
pub struct SetAside {
    /// Which; `None` when not even that can be read.
    pub reference: Option<MessageRef>,
    /// What is wrong with it.
    pub cause: StoreError,
}

/// How long settling leaves a message alone that it could not make sense of.
pub const PUT_OFF: SignedDuration = SignedDuration::from_hours(1);

/// Messages.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Stores a message with its first history line, audit entry, feed rows (to the practice, only
    /// its practitioner when instant; to the sender) and, for an instant one, the token's last use.
    ///
    /// Where several processes share one store, it looks for each blob once it holds the blob's row, which
    /// whoever condemns it needs as well: [`Accepted::BlobGone`] if it is not there.
    async fn accept(&self, by: &Actor, message: &NewMessage) -> Result<Accepted>;

    /// A client system's message by its own id, with history.
    async fn find(&self, client: ClientSystemId, id: ClientMessageId) -> Result<Option<Stored>>;
    /// A message by the platform's name, as an inbox lists it.
    async fn get(&self, reference: MessageRef) -> Result<Option<WaitingMessage>>;
    /// A message's content; `None` when there is no such message or retention emptied it.
    async fn content(&self, reference: MessageRef) -> Result<Option<StoredContent>>;
    /// One attachment; `None` as for [`Messages::content`], or when there is none at `index`.
    async fn attachment(
        &self,
        reference: MessageRef,
        index: u32,
    ) -> Result<Option<StoredAttachment>>;
    /// What waits at a practice and this practitioner may see, oldest first, after a cursor: every
    /// message not at its end, but instant ones that still await their import only for their own
    /// practitioner. Stages are as stored. A message that cannot be read is left out.
    async fn waiting(
        &self,
        practice: &OdsCode,
        practitioner: &SpineUserId,
        after: Option<MessageRef>,
        limit: u32,
    ) -> Result<Vec<WaitingMessage>>;

    /// Settles the message, asks [`model::message::step`], writes what it says, with history, audit
    /// entry and feed rows. The only way in which a status changes, with [`Messages::settle_due`].
    async fn apply(
        &self,
        by: &Actor,
        reference: MessageRef,
        event: &Event,
        at: Timestamp,
    ) -> Result<Applied>;
    /// Writes what time has brought to at most `limit` messages. One that cannot be read or changed
    /// does not hold up the others.
    async fn settle_due(&self, now: Timestamp, limit: u32) -> Result<Settled>;

    /// Empties at most `limit` messages that reached their end before `ended_before`; fewer when they
    /// carry so much that others would wait for it.
    async fn empty_ended(&self, ended_before: Timestamp, limit: u32) -> Result<Collected>;
    /// Condemns a blob: from now until [`Messages::spare_blob`] a message that names it is answered
    /// [`Accepted::BlobGone`]. `false`, and nothing done, when a message names it or it is condemned
    /// already. Whoever condemned it deletes it within a minute or not at all.
    async fn condemn_blob(&self, hash: Hash, at: Timestamp) -> Result<bool>;
    /// A condemned blob was deleted; messages may name it again, once it is in place anew.
    async fn spare_blob(&self, hash: Hash) -> Result<()>;
    /// Condemns those blobs anew that were condemned before `before` and not spared, at most `limit`, the
    /// oldest first. They are the caller's now: nobody else is given them before another such time is over.
    /// A back end of a single process may give what an earlier run left whatever its age.
    async fn condemned_blobs(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Hash>>;

    /// How many messages have each status and sub-status, for metrics. May be a minute old.
    async fn counts(&self) -> Result<Vec<(Status, Option<SubStatus>, u64)>>;
}

/// The present stage of a stored message and the steps that led there since it was written.
pub fn settled(stored: &Stored, now: Timestamp) -> (Stage, Vec<Step>) {
    let steps = model::message::settle(
        &stored.stage,
        stored.changed_at,
        stored.envelope.expires_at,
        now,
    );
    (
        steps
            .last()
            .map_or_else(|| stored.stage.clone(), |step| step.stage.clone()),
        steps,
    )
}
