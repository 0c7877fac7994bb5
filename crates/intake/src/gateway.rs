//! A message as the product hands it to the gateway (contract E): one JSON document, or a form of several parts.
//!
//! Both are read as they arrive and checked by the rules of the platform, so that a message without a fault here
//! has none there, what must be looked up apart: its topic, its practice, and whether its user may send.

mod complete;
mod file_name;
mod message;
mod parts;
mod shape;
mod source;
#[cfg(test)]
mod tests;

pub use complete::{CompleteMessage, digest};
pub use message::GatewayDraft;

use crate::budget::Turn;
use crate::faults::{Faults, Place};
use crate::incoming::Incoming;
use crate::keep::{Begin, Kept};
use crate::reading::{check_coding_and_length, essence, read_body};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use httpkit::problem::Refusal;
use jiff::Timestamp;
use message::Files;
use wire::problem::{InvalidParameter, ProblemType};

/// A message that was read to its end, with its faults.
pub struct GatewayRead {
    /// What it says.
    pub draft: GatewayDraft,
    /// What is wrong with it, an expiry that is not acceptable now apart. Who looks things up adds to it, at
    /// the places that the draft tells.
    pub faults: Faults,
    /// The contents, by number: each went to a writer. In a message without faults the k-th writer that was
    /// begun has the content of the k-th file.
    pub kept: Vec<Option<Kept>>,
}

impl GatewayRead {
    /// Everything that is wrong with it now, in document order.
    pub fn invalid_parameters(mut self) -> Vec<InvalidParameter> {
        self.note_expiry();
        self.faults.in_order()
    }

    /// What it says in full, and its contents.
    ///
    /// # Errors
    /// The answer to a message with faults.
    pub fn complete(mut self) -> Result<(CompleteMessage, Vec<Kept>), Refusal> {
        if self.faults.is_empty() {
            // What has no fault has all its parts; anything else is a fault of ours.
            let fault = || Refusal::new(ProblemType::InternalError);
            let message = CompleteMessage::of(self.draft).ok_or_else(fault)?;
            let kept = self.kept.into_iter().collect::<Option<_>>();
            return Ok((message, kept.ok_or_else(fault)?));
        }
        self.note_expiry();
        Err(self.faults.refusal())
    }

    fn note_expiry(&mut self) {
        if let Some((place, why)) = self.draft.bad_expiry.take() {
            self.faults.add(&place, &why.to_string());
        }
    }
}

/// How a body is written.
enum Form {
    Json,
    Parts { boundary: String },
}

/// Whether the headers promise a form of a message of a size we take; to be asked before a turn is.
///
/// # Errors
/// 415 for another content type, 413 for a declared length over the limit, 400 without a boundary.
pub fn check_headers(headers: &HeaderMap) -> Result<(), Refusal> {
    form(headers).map(drop)
}

fn form(headers: &HeaderMap) -> Result<Form, Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let form = if essence(kind).eq_ignore_ascii_case("application/json") {
        Form::Json
    } else if essence(kind).eq_ignore_ascii_case("multipart/form-data") {
        Form::Parts {
            boundary: parts::boundary(kind)?,
        }
    } else {
        return Err(Refusal::new(ProblemType::UnsupportedMediaType)
            .detail("Content-Type must be application/json or multipart/form-data."));
    };
    check_coding_and_length(headers)?;
    Ok(form)
}

/// Reads a message in either form, in its turn. Every content goes to a writer that `begin` gives.
///
/// # Errors
/// What makes a body unreadable: those of [`check_headers`] and of [`crate::read_body`], and 400 for parts that
/// cannot be told from each other. Faults of the message are in the answer.
pub async fn read(
    headers: &HeaderMap,
    body: Body,
    turn: &mut Turn,
    begin: &Begin,
    now: Timestamp,
) -> Result<GatewayRead, Refusal> {
    match form(headers)? {
        Form::Json => read_document(body, turn, begin, now).await,
        Form::Parts { boundary } => {
            let mut incoming = Incoming::new(body, turn);
            let outcome = read_parts(&mut incoming, boundary, begin, now).await;
            incoming.end(outcome).await
        }
    }
}

async fn read_document(
    body: Body,
    turn: &mut Turn,
    begin: &Begin,
    now: Timestamp,
) -> Result<GatewayRead, Refusal> {
    let read = read_body(body, turn, &shape::WHOLE, begin, 0).await?;
    let mut faults = Faults::default();
    let at = Place::root();
    let draft = message::read(
        &read.root,
        at,
        Files::Within,
        &read.contents,
        now,
        &mut faults,
    );
    Ok(GatewayRead {
        draft,
        faults,
        kept: read.kept,
    })
}

async fn read_parts(
    incoming: &mut Incoming<'_>,
    boundary: String,
    begin: &Begin,
    now: Timestamp,
) -> Result<GatewayRead, Refusal> {
    let mut faults = Faults::default();
    let parts = parts::read(incoming, boundary, begin, &mut faults).await?;
    let place = parts::files_place();
    let draft = if let Some(root) = &parts.message {
        let files = Files::Beside(&place, &parts.files);
        let at = Place::document("message");
        message::read(root, at, files, &parts.contents, now, &mut faults)
    } else {
        GatewayDraft {
            files: message::files_beside(&place, &parts.files, &parts.contents, &mut faults),
            ..GatewayDraft::default()
        }
    };
    Ok(GatewayRead {
        draft,
        faults,
        kept: parts.kept,
    })
}
