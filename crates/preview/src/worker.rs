//! A process of its own that reads what strangers sent, and may be ended at any moment.
//!
//! A PDF is a program. One that loops, nests without end or unpacks to gigabytes takes down whoever reads
//! it; here that is a child without environment, in `/`, with closed files, whose only ways out are two
//! pipes. On Unix it limits its own memory and processor time before it reads the first byte; on other
//! systems the time limit and the kill are all there is. The parent believes nothing a child says beyond
//! its shape and size.

mod confine;
mod process;
mod protocol;
mod serve;

pub use serve::serve;

use crate::html::Block;
use crate::{Document, Limits, Looked, PageText, Picture, PreviewError};
use process::{Event, Process};
use protocol::{Answer, Ask};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The argument by which an executable knows that it is to [`serve()`].
pub const WORKER_ARGUMENT: &str = "--preview-worker";

/// Asks a child process, one question at a time.
///
/// Every call blocks its thread until the answer, the time limit, or a newer call from another thread:
/// the newest question is the only one of interest, so it ends the older. Whoever reads text for the
/// guard while pages are being looked at has a worker for each.
pub struct Worker {
    program: PathBuf,
    argument: OsString,
    limits: Limits,
    newest: AtomicU64,
    asking: Mutex<Option<Sender<Event>>>,
    process: Mutex<Option<Process>>,
}

impl Worker {
    /// A worker that will run `program` (an absolute path) with one argument, once it is asked something.
    pub fn new(program: impl Into<PathBuf>, argument: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            argument: argument.into(),
            limits: Limits::default(),
            newest: AtomicU64::new(0),
            asking: Mutex::new(None),
            process: Mutex::new(None),
        }
    }

    /// A worker that is the running program once more, with [`WORKER_ARGUMENT`]. On Linux it is the very
    /// file that runs, even if an update has put another in its place.
    ///
    /// # Errors
    /// [`PreviewError::NoWorker`] if the program cannot be found.
    pub fn of_this_program() -> Result<Self, PreviewError> {
        let running = PathBuf::from("/proc/self/exe");
        let program = if cfg!(target_os = "linux") && running.exists() {
            running
        } else {
            std::env::current_exe().map_err(|_| PreviewError::NoWorker)?
        };
        Ok(Self::new(program, WORKER_ARGUMENT))
    }

    /// The same with other time limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Says what a document is: how many pages, how large; or its words.
    ///
    /// # Errors
    /// [`PreviewError`].
    pub fn look(&self, document: &Document) -> Result<Looked, PreviewError> {
        let ask = Ask::Look {
            kind: document.kind.into(),
        };
        match self.ask(&ask, &document.bytes, self.limits.picture)? {
            (Answer::Looked(looked), _) => Ok(looked),
            _ => Err(PreviewError::Stopped),
        }
    }

    /// Draws a page (from 0) of a PDF at `scale` pixels per point, or a JPEG at `scale` or below.
    ///
    /// # Errors
    /// [`PreviewError`]; a text has no picture, which is [`PreviewError::NoSuchPage`].
    pub fn picture(
        &self,
        document: &Document,
        page: u32,
        scale: f32,
    ) -> Result<Picture, PreviewError> {
        let kind = document.kind.into();
        let ask = Ask::Picture { kind, page, scale };
        match self.ask(&ask, &document.bytes, self.limits.picture)? {
            (Answer::Picture { width, height }, rgba) => {
                let pixels = u64::from(width) * u64::from(height);
                if pixels == 0 || u64::try_from(rgba.len()).ok() != pixels.checked_mul(4) {
                    return Err(PreviewError::Stopped);
                }
                Ok(Picture {
                    width,
                    height,
                    rgba,
                })
            }
            _ => Err(PreviewError::Stopped),
        }
    }

    /// Reads the words of every page. A text is one page, and a JPEG is one that cannot be searched.
    ///
    /// # Errors
    /// [`PreviewError`]: nothing of the document has been searched.
    pub fn text(&self, document: &Document) -> Result<Vec<PageText>, PreviewError> {
        let ask = Ask::Text {
            kind: document.kind.into(),
            millis: u64::try_from(self.limits.text.as_millis()).unwrap_or(u64::MAX) / 4 * 3,
        };
        match self.ask(&ask, &document.bytes, self.limits.text)? {
            (Answer::Pages(pages), _) => Ok(pages),
            _ => Err(PreviewError::Stopped),
        }
    }

    /// Turns an HTML body into blocks.
    ///
    /// # Errors
    /// [`PreviewError`].
    pub fn html(&self, html: &str) -> Result<Vec<Block>, PreviewError> {
        match self.ask(&Ask::Html, html.as_bytes(), self.limits.picture)? {
            (Answer::Blocks(blocks), _) => Ok(blocks),
            _ => Err(PreviewError::Stopped),
        }
    }

    /// Ends what is being asked, if anything is.
    pub fn cancel(&self) {
        self.newest.fetch_add(1, Ordering::SeqCst);
        if let Some(older) = locked(&self.asking).take() {
            // The older one may be done already.
            let _ = older.send(Event::Superseded);
        }
    }

    fn ask(
        &self,
        ask: &Ask,
        body: &[u8],
        limit: Duration,
    ) -> Result<(Answer, Vec<u8>), PreviewError> {
        if body.len() > crate::limits::DOCUMENT_BYTES {
            return Err(PreviewError::TooLarge);
        }
        let question = protocol::frame(ask, body).ok_or(PreviewError::TooLarge)?;
        let (teller, events) = mpsc::channel();
        let turn = {
            // Both under one lock, so that the newest turn is the one that may be told to stop.
            let mut asking = locked(&self.asking);
            if let Some(older) = asking.replace(teller.clone()) {
                let _ = older.send(Event::Superseded);
            }
            self.newest.fetch_add(1, Ordering::SeqCst) + 1
        };
        let mut process = locked(&self.process);
        if self.newest.load(Ordering::SeqCst) != turn {
            return Err(PreviewError::Superseded);
        }
        // A child that was there before may have been ended by others meanwhile; a new one has not.
        if let Some(used) = process.take() {
            match put(
                used,
                &mut process,
                question.clone(),
                &teller,
                &events,
                limit,
            ) {
                Err(PreviewError::Stopped) => {}
                done => return done,
            }
        }
        let fresh = Process::start(&self.program, &self.argument)?;
        put(fresh, &mut process, question, &teller, &events, limit)
    }
}

/// Puts a question to a child and waits. Only a child that has answered is kept.
fn put(
    child: Process,
    keep: &mut Option<Process>,
    question: Vec<u8>,
    teller: &Sender<Event>,
    events: &Receiver<Event>,
    limit: Duration,
) -> Result<(Answer, Vec<u8>), PreviewError> {
    child.put(question, teller.clone())?;
    match events.recv_timeout(limit) {
        Ok(Event::Answer(Answer::Failed(error), _)) => {
            *keep = Some(child);
            Err(error)
        }
        Ok(Event::Answer(answer, body)) => {
            *keep = Some(child);
            Ok((answer, body))
        }
        Ok(Event::Superseded) => Err(PreviewError::Superseded),
        Ok(Event::Ended(error)) => Err(error),
        Err(RecvTimeoutError::Timeout) => Err(PreviewError::TookTooLong),
        Err(RecvTimeoutError::Disconnected) => Err(PreviewError::Stopped),
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Worker({:?})", self.limits)
    }
}

/// A lock whose holder panicked holds nothing half-done: all are single values.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
