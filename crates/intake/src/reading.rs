//! Reads a body as it arrives, within its limits, into the tree of a shape and kept contents.

#[cfg(test)]
mod tests;

use crate::budget::Turn;
use crate::content::Contents;
use crate::incoming::{Incoming, MAX_BODY, too_large};
use crate::json;
use crate::keep::{Begin, Keeper, Kept};
use crate::shape::{Node, Shape};
use crate::skeleton::Skeleton;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use httpkit::problem::Refusal;
use wire::problem::ProblemType;

/// A request body that was read to its end.
pub struct Read {
    /// The members we know.
    pub root: Node,
    /// What is known of the contents.
    pub contents: Contents,
    /// The contents themselves, by number.
    pub kept: Vec<Option<Kept>>,
}

/// Whether the headers promise JSON of a size we take.
///
/// # Errors
/// 415 for another content type, 413 for a declared length over the limit.
pub fn check_headers(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !essence(kind).eq_ignore_ascii_case("application/json") {
        return Err(Refusal::new(ProblemType::UnsupportedMediaType)
            .detail("Content-Type must be application/json."));
    }
    check_coding_and_length(headers)
}

/// The type that a `Content-Type` names, without its parameters.
pub(crate) fn essence(kind: &str) -> &str {
    kind.split(';').next().unwrap_or_default().trim()
}

/// Whether a body of any type comes as it is, and is not too long.
pub(crate) fn check_coding_and_length(headers: &HeaderMap) -> Result<(), Refusal> {
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

/// Reads a body of the given shape, in its turn. The server sees to it that no sender is too slow.
///
/// Contents of up to `inline_max` bytes are kept in memory, larger ones go to writers that `begin` gives. With
/// an `inline_max` of 0 every content goes to a writer, and the k-th writer that was begun belongs to the k-th
/// content of a request without faults.
///
/// # Errors
/// Malformed JSON with its place; 413 as soon as the limit is crossed; 503 when storage fails or the
/// body got no turn.
pub async fn read_body(
    body: Body,
    turn: &mut Turn,
    shape: &'static Shape,
    begin: &Begin,
    inline_max: usize,
) -> Result<Read, Refusal> {
    let mut incoming = Incoming::new(body, turn);
    let outcome = read_json(&mut incoming, shape, begin, inline_max).await;
    incoming.end(outcome).await
}

async fn read_json(
    incoming: &mut Incoming<'_>,
    shape: &'static Shape,
    begin: &Begin,
    inline_max: usize,
) -> Result<Read, Refusal> {
    let mut reader = json::Reader::new();
    let mut skeleton = Skeleton::new(shape);
    let mut keeper = Keeper::new(begin, inline_max);
    while let Some(piece) = incoming.next().await? {
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
