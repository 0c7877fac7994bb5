//! What operators see: where messages stand and how old they are, and what nobody can make sense of.
//!
//! Nothing of a message's content, of its patient or of a practice's words to its sender leaves a store by this port.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::device::{Device, RegistrationKey};
use model::message::{Stage, Status, SubStatus};
use model::{ClientMessageId, ClientSystemId, Hash, MessageRef, OdsCode};
use uuid::Uuid;

/// A message as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The platform's name of it.
    pub reference: MessageRef,
    /// Whose it is.
    pub client: ClientSystemId,
    /// Its sender's name.
    pub client_name: String,
    /// Its sender's name of it.
    pub message_id: ClientMessageId,
    /// To whom.
    pub practice: OdsCode,
    /// Of what kind.
    pub topic: String,
    /// Whether it was sent to be imported at once.
    pub instant: bool,
    /// When it came.
    pub accepted_at: Timestamp,
    /// When its time is over.
    pub expires_at: Timestamp,
    /// The stage as stored, every reason left out (empty).
    pub stage: Stage,
    /// Since when it has that stage.
    pub changed_at: Timestamp,
    /// How many attachments it has now.
    pub attachments: u32,
    /// How many coded items it has now.
    pub coded_items: u32,
    /// Whether retention took its content.
    pub emptied: bool,
}

/// Where a message stands, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It waits to be imported by itself.
    Import,
    /// It waits for a person.
    Review,
    /// A toolbar holds it.
    Held,
    /// In the record.
    Completed,
    /// The practice would not have it.
    Rejected,
    /// Its time was over first.
    Expired,
}

impl Place {
    /// Every place, in the order of a message's life.
    pub const ALL: [Self; 6] = [
        Self::Import,
        Self::Review,
        Self::Held,
        Self::Completed,
        Self::Rejected,
        Self::Expired,
    ];

    /// The stage's column, and whether such a message waits as an instant one, where that matters.
    pub fn columns(self) -> (&'static str, Option<bool>) {
        match self {
            Self::Import => ("waiting", Some(true)),
            Self::Review => ("waiting", Some(false)),
            Self::Held => ("claimed", None),
            Self::Completed => ("completed", None),
            Self::Rejected => ("rejected", None),
            Self::Expired => ("expired", None),
        }
    }

    /// Whether a message here is not at its end.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Import | Self::Review | Self::Held)
    }
}

/// Which messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Those that stand here.
    pub place: Option<Place>,
    /// Only those that are not at their end.
    pub open: bool,
    /// Those to this practice.
    pub practice: Option<OdsCode>,
    /// Those of this client system.
    pub client: Option<ClientSystemId>,
    /// Those accepted before this moment, to the millisecond.
    pub accepted_before: Option<Timestamp>,
}

impl Narrow {
    /// Only messages whose reference is below this are wanted: references begin with the moment of acceptance.
    pub fn below(&self, before: Option<MessageRef>) -> MessageRef {
        let first = self.accepted_before.map(first_at);
        [before, first]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(MessageRef(Uuid::max()))
    }
}

/// The lowest reference that a message accepted at this moment could have.
pub fn first_at(moment: Timestamp) -> MessageRef {
    let millis = u128::try_from(moment.as_millisecond()).unwrap_or_default();
    MessageRef(Uuid::from_u128(millis << 80))
}

/// When a message with this reference was accepted.
pub fn accepted_at(reference: MessageRef) -> Timestamp {
    let millis = i64::try_from(reference.0.as_u128() >> 80).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// A page of messages, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenPage {
    /// Those that fit. There may be fewer than wanted, even none, although others follow.
    pub rows: Vec<Seen>,
    /// Where the next page begins, if more were there.
    pub next: Option<MessageRef>,
}

/// What happened to a message: its status from then on.
pub type SeenLine = (Status, Option<SubStatus>, Timestamp);

/// So many messages a page looks at: beyond that it is short, so that no page reads a large table.
pub const LOOKED_AT: u32 = 5_000;

/// What waits at a practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Which.
    pub practice: OdsCode,
    /// Its name.
    pub name: String,
    /// Messages not at their end, by age: younger than the first of the marks asked for, then between the first and
    /// the second, the second and the third, and older.
    pub by_age: [u64; 4],
    /// When the oldest was accepted.
    pub oldest: Option<Timestamp>,
}

/// A toolbar as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenDevice {
    /// The toolbar.
    pub device: Device,
    /// When a session at it was last used, if one has not ended.
    pub used_at: Option<Timestamp>,
}

/// What nobody can make sense of, or what is stuck.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dead {
    /// Messages that settling leaves alone, the one that is tried next first.
    pub messages: Vec<DeadMessage>,
    /// Blobs that were condemned and neither deleted nor spared, oldest first; those of the last minutes are being
    /// deleted at this moment.
    pub condemned: Vec<(Hash, Timestamp)>,
}

/// A message whose row cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMessage {
    /// Which; `None` when not even that can be read.
    pub reference: Option<MessageRef>,
    /// The table and column that do not fit; `None` when it is no such thing.
    pub wrong: Option<&'static str>,
    /// When it is tried again.
    pub again_at: Option<Timestamp>,
}

/// Looking at everything.
#[async_trait]
pub trait Oversight: Send + Sync {
    /// Messages, newest first, below a reference. One that cannot be read is left out. A page looks at [`LOOKED_AT`]
    /// messages at most.
    async fn seen(
        &self,
        which: &Narrow,
        before: Option<MessageRef>,
        limit: u32,
    ) -> Result<SeenPage>;
    /// One message with its history.
    async fn seen_one(&self, reference: MessageRef) -> Result<Option<(Seen, Vec<SeenLine>)>>;
    /// The messages of all client systems that have this id.
    async fn seen_by_id(&self, id: ClientMessageId) -> Result<Vec<Seen>>;
    /// What waits at each practice, by code; practices where nothing waits too. `marks` are moments, the latest first.
    async fn waits(&self, marks: [Timestamp; 3]) -> Result<Vec<Waits>>;
    /// A practice's toolbars, or all, those registered last first.
    async fn seen_devices(&self, practice: Option<&OdsCode>, limit: u32)
    -> Result<Vec<SeenDevice>>;
    /// At how many toolbars somebody is signed in: sessions made after the one moment and used after the other.
    async fn signed_in(&self, made_after: Timestamp, used_after: Timestamp) -> Result<u64>;
    /// Registration keys that have not ended, by practice; how often each was used.
    async fn registration_keys(&self, now: Timestamp) -> Result<Vec<(RegistrationKey, u32)>>;
    /// What nobody can make sense of, at most so many of each.
    async fn dead(&self, now: Timestamp, limit: u32) -> Result<Dead>;
}
