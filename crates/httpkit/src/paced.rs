//! A request body whose sender must keep a pace.

use crate::pace::{Meter, Pace};
use crate::problem::Refusal;
use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use thiserror::Error;
use wire::problem::ProblemType;

/// The sender was given up.
#[derive(Clone, Copy, Debug, Error)]
#[error("the body came too slowly")]
pub struct TooSlow;

/// What became of a request's body; an extension of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading(Arc<Marks>);

#[derive(Debug, Default)]
struct Marks {
    given_up: AtomicBool,
    ended: AtomicBool,
}

impl Reading {
    /// Whether it was read to its end.
    pub(crate) fn ended(&self) -> bool {
        self.0.ended.load(Ordering::Relaxed)
    }

    /// Whether its sender was too slow.
    pub(crate) fn given_up(&self) -> bool {
        self.0.given_up.load(Ordering::Relaxed)
    }
}

/// The answer to a sender that was too slow, if that is why a body could not be read. Who reads bodies
/// and refuses with a [`Refusal`] must ask this first.
pub fn refusal(error: &(dyn Error + 'static)) -> Option<Refusal> {
    std::iter::successors(Some(error), |&error| error.source())
        .any(<dyn Error>::is::<TooSlow>)
        .then(too_slow)
}

/// Contract A.7 knows no 408, and a 400 would say that the request must not be sent again as it is; but
/// only the way was bad, so it may.
pub(crate) fn too_slow() -> Refusal {
    Refusal::new(ProblemType::Unavailable)
        .detail("The body came too slowly and was given up. It may be sent again.")
        .retry_after(5)
}

/// A body, at a pace.
pub(crate) struct Paced<B> {
    body: B,
    meter: Meter,
    reading: Reading,
}

impl<B: HttpBody> Paced<B> {
    pub(crate) fn new(body: B, pace: Pace, reading: Reading) -> Self {
        let new = Self {
            body,
            meter: Meter::new(pace),
            reading,
        };
        new.note_end();
        new
    }

    fn note_end(&self) {
        if self.body.is_end_stream() {
            self.reading.0.ended.store(true, Ordering::Relaxed);
        }
    }
}

impl<B> HttpBody for Paced<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.reading.given_up() {
            return Poll::Ready(Some(Err(TooSlow.into())));
        }
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                ready!(self.meter.poll_patience(context));
                self.reading.0.given_up.store(true, Ordering::Relaxed);
                return Poll::Ready(Some(Err(TooSlow.into())));
            }
        };
        if let Some(Ok(frame)) = &frame {
            self.meter.moved(frame.data_ref().map_or(0, Bytes::len));
            self.note_end();
        } else if frame.is_none() {
            self.reading.0.ended.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
