//! What moves the bytes of a connection, for as long as somebody waits for them.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use tokio::time::{Instant, timeout_at};

/// The end of a connection that reads and writes.
pub(super) type Moving = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;

/// A connection at work until a certain moment. It has no task of its own: when this is dropped, nothing moves.
pub(in crate::pkb) struct Driver {
    /// Nothing once the connection has ended.
    moving: Option<Moving>,
    until: Instant,
}

impl Driver {
    pub(super) fn new(moving: Moving, until: Instant) -> Self {
        Self {
            moving: Some(moving),
            until,
        }
    }

    /// Takes notice of what the other end has done meanwhile, such as closing the connection.
    pub(super) async fn look(&mut self) {
        poll_fn(|cx| {
            self.step(cx);
            Poll::Ready(())
        })
        .await;
    }

    /// Does something with the connection; `None` when the time is over.
    pub(in crate::pkb) async fn during<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let until = self.until;
        let mut work = pin!(work);
        let both = poll_fn(|cx| {
            self.step(cx);
            work.as_mut().poll(cx)
        });
        timeout_at(until, both).await.ok()
    }

    fn step(&mut self, cx: &mut std::task::Context<'_>) {
        if let Some(moving) = &mut self.moving
            && moving.as_mut().poll(cx).is_ready()
        {
            self.moving = None;
        }
    }
}
