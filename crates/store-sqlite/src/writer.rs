//! The one thread that writes: takes what has queued, commits once, then answers everyone.
//!
//! A call that fails leaves no trace and harms no neighbour: the batch is taken back and done again, each
//! call inside a savepoint of its own. That is rare, and without it savepoints would be a fifth of the
//! thread's work. An answer is sent after COMMIT only: what a caller was told is on stable storage.

use crate::conn::Conn;
use crate::error;
use faultpoint::Point;
use rusqlite::Connection;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use store::{Result, StoreError};
use tokio::sync::{mpsc, oneshot};

#[cfg(test)]
mod tests;

/// So many calls at most share one commit.
const MAX_BATCH: usize = 256;
/// So many calls may wait before callers have to.
const QUEUE: usize = 1024;

/// What a database's transactions have in their hands beside the connection, and what follows a commit.
pub(crate) trait Side: Send + 'static {
    /// How far it has come, to go back to.
    type Mark;

    /// The thread is about to look whether another process has written.
    fn looking(&mut self) {}
    /// It has looked. `others`: another process may have written since the last time.
    fn looked(&mut self, _others: bool) {}
    /// How far it is.
    fn mark(&self) -> Self::Mark;
    /// What was noted after the mark is taken back; what was remembered may no longer be so.
    fn back_to(&mut self, mark: Self::Mark);
    /// As [`Side::back_to`], for a whole batch.
    fn back(&mut self);
    /// A batch was committed, or it is not certain that it was not: called before anybody is answered.
    fn after(&mut self);
}

/// The way to the thread. Dropping it lets the thread finish what has queued, and waits for that.
pub(crate) struct Writer<S: Side> {
    queue: Option<mpsc::Sender<Box<dyn Job<S>>>>,
    thread: Option<JoinHandle<()>>,
}

impl<S: Side> Writer<S> {
    pub(crate) fn start(connection: Connection, side: S) -> Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || Thread::new(connection, side).serve(jobs))
            .map_err(|source| StoreError::Unavailable {
                transaction: "start the writer",
                source: Some(Box::new(source)),
            })?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction and answers once it is committed. It may be run again after what it did
    /// was taken back. A caller that goes away does not stop what it has asked for.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        transaction: &'static str,
        work: impl FnMut(&mut Tx<'_, S>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, outcome) = oneshot::channel();
        let call = Box::new(Call {
            transaction,
            work,
            outcome: None,
            answer,
        });
        if let Some(queue) = &self.queue
            && queue.send(call).await.is_ok()
            && let Ok(outcome) = outcome.await
        {
            return outcome;
        }
        Err(error::gone(transaction))
    }
}

impl<S: Side> Writer<S> {
    /// Has the thread look at what others have written, soon. When too much has queued it looks anyway.
    pub(crate) fn look(&self) {
        let (answer, _) = oneshot::channel();
        let look = Call {
            transaction: "look",
            work: |_: &mut Tx<'_, S>| Ok(()),
            outcome: None,
            answer,
        };
        if let Some(queue) = &self.queue {
            drop(queue.try_send(Box::new(look)));
        }
    }
}

impl<S: Side> Drop for Writer<S> {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer ended with a panic");
        }
    }
}

/// What a call has in its hands: the connection, and what its database has beside.
pub(crate) struct Tx<'a, S> {
    conn: Conn<'a>,
    pub(crate) side: &'a mut S,
    /// Set by a call that deleted what nobody should read any more: the write-ahead log, which still
    /// holds it, is cut off after the commit.
    pub(crate) forget: &'a mut bool,
}

impl<'a, S> Deref for Tx<'a, S> {
    type Target = Conn<'a>;

    fn deref(&self) -> &Self::Target {
        &self.conn
    }
}

/// A queued call, whatever its types.
trait Job<S>: Send {
    /// Does the work, again perhaps; whether it succeeded.
    fn run(&mut self, thread: &mut Thread<S>) -> bool;
    /// Tells the caller, who hears of success only if the batch was committed.
    fn answer(self: Box<Self>, committed: &Committed);
}

struct Call<T, F> {
    transaction: &'static str,
    work: F,
    outcome: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<S, T: Send, F: FnMut(&mut Tx<'_, S>) -> Result<T> + Send> Job<S> for Call<T, F> {
    fn run(&mut self, thread: &mut Thread<S>) -> bool {
        let mut tx = Tx {
            conn: Conn::new(&thread.connection, self.transaction),
            side: &mut thread.side,
            forget: &mut thread.forget,
        };
        // Whatever a panic left half done goes with the savepoint.
        let outcome =
            catch_unwind(AssertUnwindSafe(|| (self.work)(&mut tx))).unwrap_or_else(|_| {
                Err(StoreError::Fault {
                    transaction: self.transaction,
                    source: None,
                })
            });
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>, committed: &Committed) {
        let outcome = match (self.outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Committed::Yes) => Ok(value),
            (_, Committed::No(Some(cause))) => Err(error::shared(self.transaction, cause)),
            (_, Committed::No(None)) | (None, Committed::Yes) => Err(error::gone(self.transaction)),
        };
        // A caller that went away does not want to know.
        drop(self.answer.send(outcome));
    }
}

enum Committed {
    Yes,
    No(Option<Arc<rusqlite::Error>>),
}

/// How far a batch came, or why SQLite gave up; `None` when the calls know why.
type Outcome<T> = std::result::Result<T, Option<rusqlite::Error>>;

enum Done {
    Committed,
    /// A call failed.
    Not,
}

/// As SQLite itself would say it.
fn refused(error: &std::io::Error) -> rusqlite::Error {
    let code = if error.kind() == std::io::ErrorKind::StorageFull {
        rusqlite::ffi::SQLITE_FULL
    } else {
        rusqlite::ffi::SQLITE_IOERR
    };
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
}

/// What the thread owns.
struct Thread<S> {
    connection: Connection,
    side: S,
    forget: bool,
    data_version: Option<i64>,
}

impl<S: Side> Thread<S> {
    fn new(connection: Connection, side: S) -> Self {
        Self {
            connection,
            side,
            // A process that died between a deletion and its cutting off has left that to this one.
            forget: true,
            data_version: None,
        }
    }

    fn serve(mut self, mut jobs: mpsc::Receiver<Box<dyn Job<S>>>) {
        let mut batch = Vec::with_capacity(MAX_BATCH);
        while jobs.blocking_recv_many(&mut batch, MAX_BATCH) > 0 {
            let committed = self.commit(&mut batch);
            if let Committed::No(cause) = &committed {
                tracing::error!(
                    calls = batch.len(),
                    code = cause
                        .as_ref()
                        .and_then(|error| error.sqlite_error())
                        .map(|error| error.extended_code),
                    "a batch was not committed"
                );
            }
            // Also when it is not certain that it was committed.
            self.side.after();
            for job in batch.drain(..) {
                job.answer(&committed);
            }
            if self.forget {
                // A reader may hold it up: then it is tried again after the next batch.
                self.forget = !self.cut_off_log();
            }
        }
    }

    fn commit(&mut self, batch: &mut [Box<dyn Job<S>>]) -> Committed {
        let forget = self.forget;
        let mut done = self.together(batch);
        if matches!(done, Ok(Done::Not)) {
            self.take_back(forget);
            done = self.one_by_one(batch);
        }
        match done {
            Ok(_) => Committed::Yes,
            Err(cause) => {
                self.take_back(forget);
                Committed::No(cause.map(Arc::new))
            }
        }
    }

    fn take_back(&mut self, forget: bool) {
        self.side.back();
        self.forget = forget;
        if !self.connection.is_autocommit() {
            // Fails only if SQLite has rolled back already.
            drop(self.connection.execute_batch("ROLLBACK"));
        }
    }

    /// The batch as if no call could fail.
    fn together(&mut self, batch: &mut [Box<dyn Job<S>>]) -> Outcome<Done> {
        self.begin()?;
        for job in batch {
            if !job.run(self) {
                return Ok(Done::Not);
            }
        }
        self.end()?;
        Ok(Done::Committed)
    }

    /// The batch, each call where it can be taken back alone.
    fn one_by_one(&mut self, batch: &mut [Box<dyn Job<S>>]) -> Outcome<Done> {
        self.begin()?;
        for job in batch {
            let mark = self.side.mark();
            self.run("SAVEPOINT call")?;
            if !job.run(self) {
                // A full disk, for one, makes SQLite roll back everything.
                if self.connection.is_autocommit() {
                    return Err(None);
                }
                self.side.back_to(mark);
                self.run("ROLLBACK TO call")?;
            }
            self.run("RELEASE call")?;
        }
        self.end()?;
        Ok(Done::Committed)
    }

    fn begin(&mut self) -> Outcome<()> {
        self.run("BEGIN IMMEDIATE")?;
        self.notice_others()
    }

    fn end(&self) -> Outcome<()> {
        faultpoint::disk(Point::Commit).map_err(|error| Some(refused(&error)))?;
        self.run("COMMIT")?;
        faultpoint::pass(Point::Committed);
        Ok(())
    }

    /// Moves the write-ahead log into the database and empties it, unless a reader is in the way; whether
    /// that was possible. It does not wait: others want to write.
    fn cut_off_log(&self) -> bool {
        let patience = self
            .connection
            .query_row("PRAGMA busy_timeout", [], |row| row.get(0));
        let Ok(patience) = patience.map(|millis: u32| Duration::from_millis(millis.into())) else {
            return false;
        };
        if self.connection.busy_timeout(Duration::ZERO).is_err() {
            return false;
        }
        let busy = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            });
        self.connection.busy_timeout(patience).is_ok() && matches!(busy, Ok(0))
    }

    fn run(&self, sql: &str) -> Outcome<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute([])?;
        Ok(())
    }

    /// Another process may have written, an operator's command for one: what was remembered is no longer known.
    fn notice_others(&mut self) -> Outcome<()> {
        self.side.looking();
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        let others = self.data_version.replace(version) != Some(version);
        self.side.looked(others);
        Ok(())
    }
}
