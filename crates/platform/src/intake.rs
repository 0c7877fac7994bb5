//! From bytes on the wire to a checked request, without ever holding a body whole.
//!
//! `json` reads, `skeleton` keeps the members we know, `content` decodes attachments as they pass and
//! `keep` puts them on stable storage; `message` then checks every rule and `faults` tells all that is
//! wrong at once.

mod budget;
mod content;
mod faults;
mod json;
mod keep;
mod members;
mod message;
mod shape;
mod skeleton;
#[cfg(test)]
mod tests;

pub(crate) use budget::{Budget, Turn};
pub(crate) use faults::{Faults, Place};
pub(crate) use keep::{Kept, Placed, place_all};
pub(crate) use members::Members;
pub(crate) use message::{Draft, Endpoint, UNKNOWN_RECIPIENT, read as read_message};
pub(crate) use shape::{EXCHANGE, MESSAGE, Node, Shape};

pub(crate) use content::Contents;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, header};
use httpkit::problem::Refusal;
use keep::Keeper;
use skeleton::Skeleton;
use std::sync::Arc;
use std::time::Duration;
use store::blob::Blobs;
use wire::problem::ProblemType;

/// The largest request body, in bytes: 84 MiB (contract A.15).
pub(crate) const MAX_BODY: u64 = 84 * 1024 * 1024;

/// An unwanted body is read for so long at most. Who sends slower may lose the answer.
const DRAINING: Duration = Duration::from_secs(10);

/// A request body that was read to its end.
pub(crate) struct Read {
    /// The members we know.
    pub(crate) root: Node,
    /// What is known of the contents.
    pub(crate) contents: Contents,
    /// The contents themselves, by number.
    pub(crate) kept: Vec<Option<Kept>>,
}

/// Whether the headers promise JSON of a size we take.
///
/// # Errors
/// 415 for another content type, 413 for a declared length over the limit.
pub(crate) fn check_headers(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::new(ProblemType::UnsupportedMediaType)
            .detail("Content-Type must be application/json."));
    }
    let coded = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|coding| coding != "identity");
    if coded {
        return Err(Refusal::new(ProblemType::UnsupportedMediaType)
            .detail("Content-Encoding is not supported."));
    }
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    Ok(())
}

fn too_large() -> Refusal {
    Refusal::new(ProblemType::TooLarge)
        .detail("A request body may have at most 88,080,384 bytes (84 MiB).")
}

/// Reads a body of the given shape, in its turn. The server sees to it that no sender is too slow.
///
/// # Errors
/// Malformed JSON with its place; 413 as soon as the limit is crossed; 503 when storage fails or the
/// body got no turn.
pub(crate) async fn read_body(
    body: Body,
    turn: &mut Turn,
    shape: &'static Shape,
    blobs: &Arc<dyn Blobs>,
    inline_max: usize,
) -> Result<Read, Refusal> {
    let mut pieces = body.into_data_stream();
    let mut left = MAX_BODY;
    let source = Source {
        pieces: &mut pieces,
        turn,
        left: &mut left,
    };
    let outcome = read_pieces(source, shape, blobs, inline_max).await;
    if outcome.is_err() {
        turn.leave();
        if left > 0 {
            drain_pieces(&mut pieces, left, turn.budget()).await;
        }
    }
    outcome
}

/// A body on its way.
struct Source<'a> {
    pieces: &'a mut BodyDataStream,
    turn: &'a mut Turn,
    /// What it may still bring, in bytes.
    left: &'a mut u64,
}

async fn read_pieces(
    source: Source<'_>,
    shape: &'static Shape,
    blobs: &Arc<dyn Blobs>,
    inline_max: usize,
) -> Result<Read, Refusal> {
    let mut reader = json::Reader::new();
    let mut skeleton = Skeleton::new(shape);
    let mut keeper = Keeper::new(Arc::clone(blobs), inline_max);
    let Source { pieces, turn, left } = source;
    while let Some(piece) = turn.next(pieces).await? {
        let length = piece.len() as u64;
        if length > *left {
            *left = 0;
            return Err(too_large());
        }
        *left -= length;
        reader.feed(&piece, &mut skeleton).map_err(malformed)?;
        keeper
            .follow(skeleton.contents.take_actions())
            .await
            .map_err(|error| Refusal::unavailable(&error))?;
    }
    reader.finish(&mut skeleton).map_err(malformed)?;
    let (root, contents) = skeleton.finish();
    Ok(Read {
        root,
        contents,
        kept: keeper.finish(),
    })
}

fn malformed(fault: json::Malformed) -> Refusal {
    let mut what = fault.what.to_owned();
    if let Some(first) = what.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Refusal::malformed(fault.line, fault.column, &format!("{what}."))
}

/// Reads what is left of a body that nobody wants, so that its sender gets to read the answer. A sender
/// that waits for `100 Continue` has not begun, and is told at once.
pub(crate) async fn drain(headers: &HeaderMap, body: Body, budget: &Budget) {
    if headers.contains_key(header::EXPECT) {
        return;
    }
    drain_pieces(&mut body.into_data_stream(), MAX_BODY, budget).await;
}

async fn drain_pieces(pieces: &mut BodyDataStream, left: u64, budget: &Budget) {
    drop(tokio::time::timeout(DRAINING, budget.discard(pieces, left)).await);
}
