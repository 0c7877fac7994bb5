//! A body as the parser of parts wants it: in small pieces, one at a time, and never far ahead of what is read.
//!
//! The parser takes all that its stream can give before it hands anything on. So that it holds no more than
//! a few pieces, whatever the sender's speed, this stream pauses after each; and so that headers without an
//! end do not pile up, it stops when much was taken and nothing came of it.

use crate::incoming::Incoming;
use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use httpkit::problem::Refusal;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

/// A piece has at most so many bytes.
const PIECE: usize = 32 * 1024;
/// So many bytes may be taken before a part's headers, or more of its content, must have come of them.
pub(super) const AHEAD: usize = 128 * 1024;

/// What the stream and its reader know of each other.
#[derive(Default)]
pub(super) struct Progress {
    /// Taken since something came of it.
    ahead: AtomicUsize,
    stopped: Mutex<Option<Refusal>>,
}

impl Progress {
    /// Something came of what was taken.
    pub(super) fn made(&self) {
        self.ahead.store(0, Ordering::Relaxed);
    }

    /// Why the stream stopped, if it did so by itself.
    pub(super) fn stopped(&self) -> Option<Refusal> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Refusal>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self, why: Refusal) -> Stopped {
        *self.lock() = Some(why);
        Stopped
    }
}

/// The stream stopped; [`Progress::stopped`] says why.
#[derive(Debug, thiserror::Error)]
#[error("reading was stopped")]
pub(super) struct Stopped;

/// The stream of a body's pieces.
pub(super) fn pieces<'a>(
    incoming: &'a mut Incoming<'_>,
    progress: &'a Progress,
) -> impl Stream<Item = Result<Bytes, Stopped>> + Send + 'a {
    let whole = stream::unfold(
        (incoming, Bytes::new()),
        move |(incoming, mut rest)| async move {
            if rest.is_empty() {
                rest = match incoming.next().await {
                    Ok(Some(piece)) => piece,
                    Ok(None) => return None,
                    Err(why) => return Some((Err(progress.stop(why)), (incoming, rest))),
                };
            }
            let piece = rest.split_to(rest.len().min(PIECE));
            let before = progress.ahead.fetch_add(piece.len(), Ordering::Relaxed);
            let given = if before + piece.len() > AHEAD {
                Err(progress.stop(super::parts::unreadable(
                    "The headers of a part are too long, or there is none.",
                )))
            } else {
                Ok(piece)
            };
            Some((given, (incoming, rest)))
        },
    );
    OneAtATime {
        inner: Box::pin(whole),
        pause: false,
    }
}

/// Pauses after every item, and asks to be woken at once.
struct OneAtATime<S> {
    inner: Pin<Box<S>>,
    pause: bool,
}

impl<S: Stream> Stream for OneAtATime<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if std::mem::take(&mut self.pause) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let item = self.inner.as_mut().poll_next(context);
        self.pause = item.is_ready();
        item
    }
}
