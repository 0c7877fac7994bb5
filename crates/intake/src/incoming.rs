//! A body on its way: its pieces in its turn, within its limit, and what becomes of one that nobody wants.

use crate::budget::{Budget, Turn};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{HeaderMap, header};
use httpkit::problem::Refusal;
use std::time::Duration;
use wire::problem::ProblemType;

/// The largest request body, in bytes: 84 MiB (contract A.15).
pub const MAX_BODY: u64 = 84 * 1024 * 1024;

/// An unwanted body is read for so long at most. Who sends slower may lose the answer.
const DRAINING: Duration = Duration::from_secs(10);

/// A body that is being read.
pub(crate) struct Incoming<'a> {
    pieces: BodyDataStream,
    turn: &'a mut Turn,
    /// What it may still bring, in bytes.
    left: u64,
}

impl<'a> Incoming<'a> {
    pub(crate) fn new(body: Body, turn: &'a mut Turn) -> Self {
        Self {
            pieces: body.into_data_stream(),
            turn,
            left: MAX_BODY,
        }
    }

    /// The next piece, or `None` at the end.
    ///
    /// # Errors
    /// 413 as soon as the limit is crossed, and those of [`Turn`].
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let Some(piece) = self.turn.next(&mut self.pieces).await? else {
            return Ok(None);
        };
        let length = piece.len() as u64;
        if length > self.left {
            self.left = 0;
            return Err(too_large());
        }
        self.left -= length;
        Ok(Some(piece))
    }

    /// Ends the reading. After a refusal what is left is read as far as that holds nobody up, so that the
    /// sender gets to read the answer.
    pub(crate) async fn end<T>(mut self, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        if outcome.is_err() {
            self.turn.leave();
            if self.left > 0 {
                discard(&mut self.pieces, self.left, self.turn.budget()).await;
            }
        }
        outcome
    }
}

/// The answer to a body over the limit.
pub(crate) fn too_large() -> Refusal {
    Refusal::new(ProblemType::TooLarge)
        .detail("A request body may have at most 88,080,384 bytes (84 MiB).")
}

/// Reads what is left of a body that nobody wants, so that its sender gets to read the answer. A sender
/// that waits for `100 Continue` has not begun, and is told at once.
pub async fn drain(headers: &HeaderMap, body: Body, budget: &Budget) {
    if headers.contains_key(header::EXPECT) {
        return;
    }
    discard(&mut body.into_data_stream(), MAX_BODY, budget).await;
}

async fn discard(pieces: &mut BodyDataStream, left: u64, budget: &Budget) {
    drop(tokio::time::timeout(DRAINING, budget.discard(pieces, left)).await);
}
