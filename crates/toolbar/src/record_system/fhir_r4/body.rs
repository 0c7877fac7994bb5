//! The request body of a transaction, made while it is sent: no second copy of 50 MB is ever held.

use super::bundle::mark;
use crate::record_system::ImportMessage;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sdk::record_system::TransactionBody;
use std::convert::Infallible;
use uuid::Uuid;

/// Bytes that are encoded at a time; a multiple of 3, so that only the last piece has padding.
const STEP: usize = 48 * 1024;

/// One run of the body.
enum Run {
    /// Goes out as it is.
    Text(Bytes),
    /// Goes out in Base64.
    Encoded(Bytes),
}

impl Run {
    fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Encoded(bytes) => bytes.len().div_ceil(3) * 4,
        }
    }

    /// The next piece to send, if any is left.
    fn take(&mut self) -> Option<Bytes> {
        match self {
            Self::Text(text) if text.is_empty() => None,
            Self::Text(text) => Some(std::mem::take(text)),
            Self::Encoded(bytes) if bytes.is_empty() => None,
            Self::Encoded(bytes) => {
                let piece = bytes.split_to(STEP.min(bytes.len()));
                Some(Bytes::from(STANDARD.encode(piece)))
            }
        }
    }
}

/// Splits `skeleton` at its marks, which are there once each and in order.
fn runs(skeleton: &str, marks: Uuid, message: &ImportMessage) -> Vec<Run> {
    let mut runs = Vec::with_capacity(message.attachments.len() * 2 + 1);
    let mut rest = skeleton;
    for (index, attachment) in message.attachments.iter().enumerate() {
        if let Some((before, after)) = rest.split_once(&mark(marks, index)) {
            runs.push(Run::Text(Bytes::copy_from_slice(before.as_bytes())));
            // `Bytes` is shared, not copied.
            runs.push(Run::Encoded(attachment.bytes.clone()));
            rest = after;
        }
    }
    runs.push(Run::Text(Bytes::copy_from_slice(rest.as_bytes())));
    runs
}

/// The pieces of the body, in order.
fn pieces(mut runs: Vec<Run>) -> impl Iterator<Item = Bytes> + Send {
    runs.reverse();
    std::iter::from_fn(move || {
        loop {
            let run = runs.last_mut()?;
            if let Some(piece) = run.take() {
                return Some(piece);
            }
            runs.pop();
        }
    })
}

/// The body that `skeleton` and the message's attachments make.
pub(super) fn body(skeleton: &str, marks: Uuid, message: &ImportMessage) -> TransactionBody {
    let runs = runs(skeleton, marks, message);
    let length = runs.iter().map(|run| run.length() as u64).sum();
    let pieces = pieces(runs).map(Ok::<_, Infallible>);
    TransactionBody {
        body: reqwest::Body::wrap_stream(futures_util::stream::iter(pieces)),
        length,
    }
}

#[cfg(test)]
pub(super) fn whole(skeleton: &str, marks: Uuid, message: &ImportMessage) -> (Vec<u8>, u64) {
    let all = runs(skeleton, marks, message);
    let length = all.iter().map(|run| run.length() as u64).sum();
    let bytes = pieces(all).flat_map(|piece| piece.to_vec()).collect();
    (bytes, length)
}
