//! Messages: entered once, sent in turn, followed to their end, emptied afterwards.

use super::Happening;
use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::attachment::Attachment;
use model::coded_data::CodedItem;
use model::message::{Body, Status, SubStatus};
use model::outbox::{Bucket, Kind, State};
use model::{ClientMessageId, Hash, NhsNumber, OdsCode, UploadId, UserId};

/// A file of a message: its bytes are the part of the same number of the message's upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Which part, from 0; the order of the message.
    pub part: u32,
    /// What it is.
    pub attachment: Attachment,
}

/// What a message carries besides its files' bytes; gone some time after the platform's last word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Words for the practice.
    pub body: Option<Body>,
    /// Files.
    pub files: Vec<StoredFile>,
    /// Coded data.
    pub coded_data: Vec<CodedItem>,
}

/// A checked message on its way in.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Its id, here and at the platform, for good.
    pub id: ClientMessageId,
    /// Instant or standard.
    pub kind: Kind,
    /// In whose name; an instant message has one.
    pub user: Option<UserId>,
    /// Its topic.
    pub topic: String,
    /// The practice.
    pub to: OdsCode,
    /// The patient.
    pub subject: NhsNumber,
    /// When its time runs out.
    pub expires_at: Timestamp,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Which product key entered it, as in [`super::Happened`].
    pub by: String,
    /// Digest of all that its sender said, to tell a retry from a conflict.
    pub content_hash: Hash,
    /// Where its files' bytes are; already begun, claimed by this message from now on.
    pub upload: UploadId,
    /// What it carries.
    pub content: Content,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It is stored and queued.
    New,
    /// The same was entered before; nothing was written.
    Same(State),
    /// This id has other content; nothing was written.
    Conflict,
    /// The upload was swept meanwhile; nothing was written. The sender brings the bytes again.
    UploadGone,
}

/// The platform's last word on an accepted message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// In detail.
    pub sub_status: Option<SubStatus>,
    /// Since when, says the platform.
    pub since: Timestamp,
    /// The whole answer as JSON text. May hold a reason in a person's words: not for logs, events or webhooks.
    pub answer: String,
    /// When it was last asked.
    pub looked_at: Timestamp,
}

/// A message without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: ClientMessageId,
    /// Its place in the order of entry.
    pub number: u64,
    /// Instant or standard.
    pub kind: Kind,
    /// In whose name.
    pub user: Option<UserId>,
    /// Its topic.
    pub topic: String,
    /// The practice.
    pub to: OdsCode,
    /// The patient.
    pub subject: NhsNumber,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// When its time runs out.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Whether it waits for an earlier message about the same patient.
    pub blocked: bool,
    /// Since when it has that state.
    pub changed_at: Timestamp,
    /// When it is tried next, while queued.
    pub due_at: Timestamp,
    /// Tries so far.
    pub tries: u32,
    /// Name of the problem's type, when refused.
    pub problem: Option<String>,
    /// When the platform accepted it.
    pub accepted_at: Option<Timestamp>,
    /// The platform's last word.
    pub standing: Option<Standing>,
    /// When the platform is asked next; `None` when there is no need any more.
    pub look_at: Option<Timestamp>,
    /// Which bucket it counts in.
    pub bucket: Bucket,
    /// Whether the content is still here.
    pub has_content: bool,
}

/// A message that one worker holds until its lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The message, already [`State::Sending`].
    pub message: Stored,
    /// Grows with each claim; who comes with an older one has lost the message.
    pub fence: u64,
    /// Where its files' bytes are.
    pub upload: UploadId,
    /// What it carries.
    pub content: Content,
}

/// One try, as a person reads of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Counts from 1.
    pub number: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; `None` for one whose gateway died.
    pub ended_at: Option<Timestamp>,
    /// What came of it; `None` likewise.
    pub outcome: Option<AttemptOutcome>,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The platform took it.
    Accepted,
    /// An answer that says no, for now or for good: status and the problem document as JSON text. Like a
    /// status answer, it may hold words of others.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The problem document, if one came.
        problem: Option<String>,
    },
    /// No answer: a fixed word (`unreachable`, `timed-out`, `unintelligible`, `stopped`, `unsure`).
    Nothing(String),
    /// Not sent: a fixed word (`no-authorisation`, `expired`, `content-unreadable`).
    NotSent(String),
}

/// What becomes of a claimed message.
#[derive(Clone, Debug)]
pub enum Settled {
    /// The platform has it; ask for the first time at `look_at`.
    Accepted {
        /// When to ask.
        look_at: Timestamp,
    },
    /// It goes back into the queue, in turn, until `due_at`.
    Again {
        /// When.
        due_at: Timestamp,
    },
    /// It is refused.
    Refused {
        /// Name of the problem's type.
        problem: String,
    },
}

/// What a person mends when releasing a refused message. Its id and its content stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mend {
    /// Another topic.
    pub topic: Option<String>,
    /// Another practice.
    pub to: Option<OdsCode>,
    /// Another practitioner.
    pub user: Option<UserId>,
    /// Another end.
    pub expires_at: Option<Timestamp>,
}

/// What came of releasing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// It is queued again, at the end of its patient's line.
    Queued,
    /// It is not refused.
    NotRefused,
    /// Its content was deleted.
    Emptied,
    /// There is no such message.
    Unknown,
}

/// What came of stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It is refused, and the next in its patient's line has its turn.
    Done,
    /// It is not queued: on its way this moment, accepted, or refused already.
    NotQueued,
    /// There is no such message.
    Unknown,
}

/// What a look at the platform found.
#[derive(Clone, Debug)]
pub struct Followed {
    /// What it said; `None` when it does not know the message (404) or did not answer.
    pub standing: Option<Standing>,
    /// When to ask next; `None` when there is no need any more.
    pub look_at: Option<Timestamp>,
}

/// What came of telling the result of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TellLook {
    /// Status or sub-status is new: told as this event.
    Changed(Happening),
    /// Nothing new. A word that is older than the one stored, or that would change an end, is not taken.
    Same,
}

/// Which messages, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only in this bucket.
    pub bucket: Option<Bucket>,
    /// Only in this user's name.
    pub user: Option<UserId>,
    /// Only to this practice.
    pub to: Option<OdsCode>,
    /// Only entered from this moment on.
    pub from: Option<Timestamp>,
    /// Only entered before this moment.
    pub until: Option<Timestamp>,
    /// Only with smaller numbers than this: the page after the one that ended with it.
    pub before: Option<u64>,
}

/// A page of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub messages: Vec<Stored>,
    /// Whether there are more.
    pub more: bool,
}

/// A day, in UTC: whole days since 1970.
pub type Day = i32;

/// How many messages of a practice and a day count where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The practice.
    pub to: OdsCode,
    /// The day of entry.
    pub day: Day,
    /// How many were entered, as counted when they were entered, not from their rows.
    pub entered: u64,
    /// By bucket and kind: how many, and the oldest entry among them.
    pub buckets: Vec<(Bucket, Kind, u64, Timestamp)>,
}

/// Messages.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Enters a message: row, files, count of entries and event in one transaction; then it is queued, in turn or
    /// behind an earlier one about the same patient.
    async fn enter(&self, message: &NewMessage) -> Result<Entered>;
    /// One message.
    async fn find(&self, id: ClientMessageId) -> Result<Option<Stored>>;
    /// A message's content; `None` when there is none (any more).
    async fn content(&self, id: ClientMessageId) -> Result<Option<(UploadId, Content)>>;
    /// Its tries, oldest first; the first and the last 100 of very many.
    async fn attempts(&self, id: ClientMessageId) -> Result<Vec<Attempt>>;
    /// A page of messages.
    async fn list(&self, filter: &Filter, limit: u32) -> Result<Page>;

    /// Takes messages that are in turn and due, or whose lease has ended, the longest due first, at most `limit`.
    /// Each gets a new fence, an attempt that has begun, and the state [`State::Sending`]. A row that cannot be read
    /// is set aside for [`super::SET_ASIDE`] and logged; it must not hold up the others.
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Claimed>>;
    /// Ends a try: attempt, state, event and the next one's turn in one transaction. `false` when the fence is old:
    /// nothing was written.
    async fn settle(
        &self,
        id: ClientMessageId,
        fence: u64,
        at: Timestamp,
        outcome: &AttemptOutcome,
        settled: &Settled,
    ) -> Result<bool>;
    /// Refuses queued messages whose time has run out by `at` and that were never tried, in turn or not, at most
    /// `limit`: each with `problem`, a try that says `expired`, and its event. How many. One that was tried may be at
    /// the platform, which has to be asked.
    async fn expire(&self, at: Timestamp, problem: &str, limit: u32) -> Result<u64>;
    /// Ends the leases of all messages that are being sent, because whoever held them is gone: only for a gateway
    /// that has its database to itself and has not begun to send. How many.
    async fn lost_all(&self, now: Timestamp) -> Result<u64>;
    /// The earliest moment at which something is due to be sent, leases included; `None` when nothing is queued.
    async fn next_due(&self) -> Result<Option<Timestamp>>;
    /// Lets a refused message go again.
    async fn release(
        &self,
        by: &str,
        id: ClientMessageId,
        mend: &Mend,
        at: Timestamp,
    ) -> Result<Released>;

    /// Takes a queued message out of its patient's line, in turn or not: it is refused with `problem` and can be
    /// released again. It may be at the platform all the same, if it was tried before.
    async fn stop(
        &self,
        by: &str,
        id: ClientMessageId,
        problem: &str,
        at: Timestamp,
    ) -> Result<Stopped>;

    /// Takes accepted messages whose next look is due, at most `limit`: nobody else looks before `lease_until`. Rows
    /// that cannot be read are set aside as in [`Self::claim`].
    async fn claim_looks(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Stored>>;
    /// Notes what a look found, and tells it when it is new.
    async fn followed(
        &self,
        id: ClientMessageId,
        at: Timestamp,
        found: &Followed,
    ) -> Result<TellLook>;
    /// Has every message that is pending looked at within `spread` from `now` on, evenly: a stream of events had a
    /// gap. How many.
    async fn look_at_all(&self, now: Timestamp, spread: jiff::SignedDuration) -> Result<u64>;

    /// Deletes body, coded data and pieces of messages that ended (completed, rejected or expired) before
    /// `ended_before`, whose time ran out before then without a last word of the platform, or that were refused
    /// before `refused_before` and whose time ran out before then; at most `limit`; how many. Rows, tries and events
    /// of a message stay.
    async fn empty(
        &self,
        ended_before: Timestamp,
        refused_before: Timestamp,
        limit: u32,
    ) -> Result<u64>;
    /// How many messages are in each bucket.
    async fn counts(&self) -> Result<Vec<(Bucket, u64)>>;
    /// Entries reconciled, for the days from `first` to `last`, both included; newest day first, then practice.
    async fn tallies(&self, first: Day, last: Day) -> Result<Vec<Tally>>;
}
