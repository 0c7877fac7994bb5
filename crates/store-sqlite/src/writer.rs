//! The one thread that writes: takes what has queued, commits once, then answers everyone.
//!
//! A call that fails leaves no trace and harms no neighbour: the batch is taken back and done again, each
//! call inside a savepoint of its own. That is rare, and without it savepoints would be a fifth of the
//! thread's work. An answer is sent after COMMIT only: what a caller was told is on stable storage.

use crate::conn::Conn;
use crate::error;
use crate::platform::{Head, Known};
use faultpoint::Point;
use rusqlite::Connection;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use store::platform::Audience;
use store::wake::Hub;
use store::{Result, StoreError};
use tokio::sync::{mpsc, oneshot};

#[cfg(test)]
mod tests;

/// So many calls at most share one commit.
const MAX_BATCH: usize = 256;
/// So many calls may wait before callers have to.
const QUEUE: usize = 1024;

/// The way to the thread. Dropping it lets the thread finish what has queued, and waits for that.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, hub: Arc<Hub>, known: Arc<Known>) -> Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || Thread::new(connection, hub, known).serve(jobs))
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
        work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
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

impl Writer {
    /// Has the thread look at what others have written, soon. When too much has queued it looks anyway.
    pub(crate) fn look(&self) {
        let (answer, _) = oneshot::channel();
        let look = Call {
            transaction: "look",
            work: |_: &mut Tx<'_>| Ok(()),
            outcome: None,
            answer,
        };
        if let Some(queue) = &self.queue {
            drop(queue.try_send(Box::new(look)));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer ended with a panic");
        }
    }
}

/// What a call has in its hands: the connection, the audit log's head, and whom to wake afterwards.
pub(crate) struct Tx<'a> {
    conn: Conn<'a>,
    pub(crate) head: &'a mut Option<Head>,
    pub(crate) wakes: &'a mut Vec<Audience>,
    /// Set by a call that deleted what nobody should read any more: the write-ahead log, which still
    /// holds it, is cut off after the commit.
    pub(crate) forget: &'a mut bool,
    /// Set by a call that changes the directory: what is known of it is read anew.
    pub(crate) directory: &'a mut bool,
}

impl<'a> Deref for Tx<'a> {
    type Target = Conn<'a>;

    fn deref(&self) -> &Self::Target {
        &self.conn
    }
}

/// A queued call, whatever its types.
trait Job: Send {
    /// Does the work, again perhaps; whether it succeeded.
    fn run(&mut self, thread: &mut Thread) -> bool;
    /// Tells the caller, who hears of success only if the batch was committed.
    fn answer(self: Box<Self>, committed: &Committed);
}

struct Call<T, F> {
    transaction: &'static str,
    work: F,
    outcome: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnMut(&mut Tx<'_>) -> Result<T> + Send> Job for Call<T, F> {
    fn run(&mut self, thread: &mut Thread) -> bool {
        let mut tx = Tx {
            conn: Conn::new(&thread.connection, self.transaction),
            head: &mut thread.head,
            wakes: &mut thread.wakes,
            forget: &mut thread.forget,
            directory: &mut thread.directory,
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
struct Thread {
    connection: Connection,
    hub: Arc<Hub>,
    known: Arc<Known>,
    /// A call of this batch changes the directory.
    directory: bool,
    /// The audit log's newest entry; `None` when it must be read anew.
    head: Option<Head>,
    wakes: Vec<Audience>,
    forget: bool,
    data_version: Option<i64>,
}

impl Thread {
    fn new(connection: Connection, hub: Arc<Hub>, known: Arc<Known>) -> Self {
        Self {
            connection,
            hub,
            known,
            directory: false,
            head: None,
            wakes: Vec::new(),
            // A process that died between a deletion and its cutting off has left that to this one.
            forget: true,
            data_version: None,
        }
    }

    fn serve(mut self, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
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
            if std::mem::take(&mut self.directory) {
                self.known.changed();
            }
            for audience in self.wakes.drain(..) {
                self.hub.wake(&audience);
            }
            for job in batch.drain(..) {
                job.answer(&committed);
            }
            if self.forget {
                // A reader may hold it up: then it is tried again after the next batch.
                self.forget = !self.cut_off_log();
            }
        }
    }

    fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Committed {
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
        self.head = None;
        self.wakes.clear();
        self.forget = forget;
        if !self.connection.is_autocommit() {
            // Fails only if SQLite has rolled back already.
            drop(self.connection.execute_batch("ROLLBACK"));
        }
    }

    /// The batch as if no call could fail.
    fn together(&mut self, batch: &mut [Box<dyn Job>]) -> Outcome<Done> {
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
    fn one_by_one(&mut self, batch: &mut [Box<dyn Job>]) -> Outcome<Done> {
        self.begin()?;
        for job in batch {
            let mark = self.wakes.len();
            self.run("SAVEPOINT call")?;
            if !job.run(self) {
                // A full disk, for one, makes SQLite roll back everything.
                if self.connection.is_autocommit() {
                    return Err(None);
                }
                self.head = None;
                self.wakes.truncate(mark);
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

    /// Another process may have written, an operator's command for one: the head is no longer known.
    fn notice_others(&mut self) -> Outcome<()> {
        let look = self.known.look();
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        if self.data_version.replace(version) != Some(version) {
            self.head = None;
            self.known.changed();
        }
        self.known.looked(look);
        Ok(())
    }
}
