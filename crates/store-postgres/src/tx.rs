//! A transaction that writes: statements at once, and what every act leaves behind together with COMMIT. On the
//! platform that is audit entries, feed rows and counts ([`lines`]).

mod commit;
mod lines;

#[cfg(test)]
pub(crate) use commit::ALL;
pub(crate) use commit::{Request, Unfinished};
#[cfg(test)]
pub(crate) use lines::ALL as LINES;
pub(crate) use lines::{Concerned, Lines};

use crate::conn::Conn;
use crate::sql::Sql;
use crate::trouble::Class;
use jiff::Timestamp;
use model::message::{Envelope, Status, SubStatus};
use model::{Actor, SpineUserId};
use std::fmt::Display;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::Result;
use store::platform::{Audience, FeedItem};

// A part that may fail alone.
const BEGIN_PART: Sql = Sql("SAVEPOINT part");
const UNDO_PART: Sql = Sql("ROLLBACK TO SAVEPOINT part");
const END_PART: Sql = Sql("RELEASE SAVEPOINT part");

/// What transactions leave behind, collected until COMMIT.
pub(crate) trait Leaves: Default + Send + Sync + 'static {
    /// What was made of it for the statements.
    type Written: Send + Sync;

    /// Whether nothing was collected that only a COMMIT brings about.
    fn is_empty(&self) -> bool;

    /// What is to be written, just before it is; may ask the server.
    fn written(&self, conn: &Conn) -> impl Future<Output = Result<Self::Written>> + Send;

    /// The statements that write it, in their order.
    fn requests<'w>(&'w self, written: &'w Self::Written) -> Vec<Request<'w>>;
}

/// What a call has in its hands. Clones are the same transaction.
pub(crate) struct Tx<L = Lines> {
    conn: Conn,
    lines: Arc<Mutex<L>>,
    confirm: Arc<AtomicBool>,
}

impl<L> Clone for Tx<L> {
    fn clone(&self) -> Self {
        Self {
            conn: self.conn.clone(),
            lines: Arc::clone(&self.lines),
            confirm: Arc::clone(&self.confirm),
        }
    }
}

impl<L> Deref for Tx<L> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl<L: Default> Tx<L> {
    pub(crate) fn new(conn: Conn) -> Self {
        Self {
            conn,
            lines: Arc::default(),
            confirm: Arc::default(),
        }
    }
}

impl<L> Tx<L> {
    /// The answer will be that something was so already. It was read, and what is read may not have reached
    /// a standby yet that COMMITs wait for: this one waits for it, though it writes nothing itself.
    pub(crate) fn confirm(&self) {
        self.confirm.store(true, Ordering::Relaxed);
    }

    fn confirms(&self) -> bool {
        self.confirm.load(Ordering::Relaxed)
    }

    pub(crate) fn lines(&self) -> MutexGuard<'_, L> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tx {
    /// Adds an entry to the audit log.
    pub(crate) fn audit(&self, by: &Actor, at: Timestamp, action: &str, subject: impl Display) {
        self.lines().audit(by, at, action, subject);
    }

    /// Adds a row to an audience's feed, and wakes that audience after COMMIT.
    pub(crate) fn tell(&self, audience: Audience, at: Timestamp, item: &FeedItem) {
        self.lines().tell(audience, at, item);
    }

    /// Tells a practice that a message arrived or changed; `only` that practitioner, if given.
    pub(crate) fn tell_practice(
        &self,
        envelope: &Envelope,
        only: Option<&SpineUserId>,
        at: Timestamp,
    ) {
        let item = FeedItem::Message {
            reference: envelope.reference,
            only: only.cloned(),
        };
        self.tell(Audience::Practice(envelope.practice.clone()), at, &item);
    }

    /// Tells a practice of a message and its sender of the new status.
    pub(crate) fn tell_both(
        &self,
        envelope: &Envelope,
        only: Option<&SpineUserId>,
        (status, sub_status): (Status, Option<SubStatus>),
        at: Timestamp,
    ) {
        self.tell_practice(envelope, only, at);
        let item = FeedItem::Status {
            message_id: envelope.message_id,
            status,
            sub_status,
        };
        self.tell(Audience::Client(envelope.client), at, &item);
    }

    /// Wakes an audience after COMMIT.
    pub(crate) fn wake(&self, audience: Audience) {
        self.lines().wake(audience);
    }

    /// Moves a message from one count to another.
    pub(crate) fn count(
        &self,
        from: Option<(Status, Option<SubStatus>)>,
        to: Option<(Status, Option<SubStatus>)>,
    ) {
        self.lines().count(from, to);
    }

    /// What every node remembers of the directory is read anew after COMMIT.
    pub(crate) fn directory_changed(&self) {
        self.lines().directory = true;
    }

    /// Runs `work`; when that fails, it leaves no trace, and the transaction goes on.
    ///
    /// # Errors
    /// The outer one when the transaction cannot go on.
    pub(crate) async fn part<T>(&self, work: impl Future<Output = Result<T>>) -> Result<Result<T>> {
        let mark = self.lines().mark();
        self.write(BEGIN_PART, &[]).await?;
        let outcome = work.await;
        let trouble = self.trouble();
        let failed = match (&outcome, &trouble) {
            (Ok(_), None) => {
                self.write(END_PART, &[]).await?;
                return Ok(outcome);
            }
            // The whole transaction is to be run again, or is lost.
            (Err(_), Some(trouble)) if trouble.class != Class::Fault => return outcome.map(Ok),
            (Err(_), _) => outcome,
            // The work has kept a failure to itself.
            (Ok(_), Some(trouble)) => Err(trouble.clone().during("a part of a transaction")),
        };
        self.forget_trouble();
        self.write(UNDO_PART, &[]).await?;
        self.write(END_PART, &[]).await?;
        self.lines().back_to(mark);
        Ok(failed)
    }
}
