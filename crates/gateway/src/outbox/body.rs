//! A message as the platform takes it, made while it is sent: no file is in memory whole.
//!
//! What surrounds the files is written at once; each file's bytes are read piece by piece, turned into Base64, and
//! hashed on the way. The last characters of a file go out only when its hash was right, so that the platform can
//! never take changed content for a message.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::stream;
use model::message::Body;
use model::outbox::{DEFAULT_EXPIRY, Kind};
use model::{Hash, UploadId};
use sdk::StreamedMessage;
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use store::StoreError;
use store::gateway::{Claimed, Pieces, Stored};
use wire::partner::{INSTANT_TYPE, Identified, RECIPIENT_TYPES, STANDARD_TYPE, SUBJECT_TYPE};

/// Why a message could not be read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// Its bytes are not there, or are others. That will not change.
    #[error("content is not as it was entered")]
    Changed,
    /// Storage does not answer now.
    #[error("storage does not answer")]
    Storage,
}

/// A message to send, and where it is said why it broke off, should it do so for a fault of ours.
pub(crate) struct Outgoing {
    pub(crate) message: StreamedMessage,
    pub(crate) fault: Arc<OnceLock<Unreadable>>,
}

/// All but the files, with the names of [`wire::partner::SendMessage`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    message_id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    topic: &'a str,
    recipient: Identified,
    subject: Identified,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<wire::partner::Body>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coded_data_items: Vec<Coded<'a>>,
}

/// As [`wire::partner::CodedDataItem`], but for a value that keeps every digit as it was written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Coded<'a> {
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_text: Option<&'a str>,
}

/// All of a file but its content.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileHead<'a> {
    mime_type: &'static str,
    file_name: &'a str,
}

/// A part of the body.
enum Part {
    /// JSON.
    Text(String),
    /// A file's bytes as Base64.
    File(File),
}

struct File {
    part: u32,
    size: u64,
    hash: Hash,
    /// The next piece.
    number: u32,
    /// Bytes so far.
    seen: u64,
    hasher: Sha256,
    /// Up to two bytes that wait for the rest of their group of three.
    carry: Vec<u8>,
}

/// The JSON of a claimed message.
///
/// # Errors
/// When it cannot be written at all, which would be a fault of ours.
pub(crate) fn outgoing(
    pieces: Arc<dyn Pieces>,
    claimed: &Claimed,
) -> Result<Outgoing, serde_json::Error> {
    let parts = parts(claimed)?;
    let length = parts.iter().map(Part::length).sum();
    let fault = Arc::new(OnceLock::new());
    let source = Source {
        pieces,
        upload: claimed.upload,
        parts,
        fault: Arc::clone(&fault),
    };
    let body = stream::try_unfold(source, async |mut source| {
        let next = source.next().await;
        Ok::<_, Unreadable>(next?.map(|bytes| (bytes, source)))
    });
    Ok(Outgoing {
        message: StreamedMessage {
            body: reqwest::Body::wrap_stream(body),
            length,
        },
        fault,
    })
}

fn parts(claimed: &Claimed) -> Result<VecDeque<Part>, serde_json::Error> {
    let mut parts = VecDeque::new();
    let mut text = open(&head(claimed)?)?;
    text.push_str(",\"attachments\":[");
    for (place, file) in claimed.content.files.iter().enumerate() {
        if place > 0 {
            text.push_str("\"},");
        }
        text.push_str(&open(&FileHead {
            mime_type: file.attachment.kind.mime_type(),
            file_name: file.attachment.file_name.as_str(),
        })?);
        text.push_str(",\"content\":\"");
        parts.push_back(Part::Text(std::mem::take(&mut text)));
        parts.push_back(Part::File(File {
            part: file.part,
            size: file.attachment.size,
            hash: file.attachment.hash,
            number: 0,
            seen: 0,
            hasher: Sha256::new(),
            carry: Vec::new(),
        }));
    }
    if !claimed.content.files.is_empty() {
        text.push_str("\"}");
    }
    text.push_str("]}");
    parts.push_back(Part::Text(text));
    Ok(parts)
}

/// An object without its last brace.
fn open(object: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string(object)?;
    text.pop();
    Ok(text)
}

fn head(claimed: &Claimed) -> Result<Head<'_>, serde_json::Error> {
    let message = &claimed.message;
    let [_, ods_code] = RECIPIENT_TYPES;
    let coded = claimed.content.coded_data.iter().map(|item| {
        let value = item.value.as_ref().map(|value| value.as_str().to_owned());
        Ok(Coded {
            code: item.code.as_str().to_owned(),
            value: value.map(RawValue::from_string).transpose()?,
            unit: item.unit.as_deref(),
            additional_text: item.additional_text.as_deref(),
        })
    });
    Ok(Head {
        message_id: message.id.to_string(),
        kind: match message.kind {
            Kind::Instant => INSTANT_TYPE,
            Kind::Standard => STANDARD_TYPE,
        },
        topic: &message.topic,
        recipient: Identified::new(ods_code, message.to.as_str()),
        subject: Identified::new(SUBJECT_TYPE, message.subject.as_str()),
        expiry_date_time: said_expiry(message),
        body: claimed.content.body.as_ref().map(words),
        coded_data_items: coded.collect::<Result<_, serde_json::Error>>()?,
    })
}

/// A message's end, if its product gave one. The usual one is the platform's to count: told by us, it would be another
/// whenever the same message is entered anew, as after a restore, and the platform would see other content.
fn said_expiry(message: &Stored) -> Option<String> {
    let usual = message.entered_at.saturating_add(DEFAULT_EXPIRY).ok();
    (Some(message.expires_at) != usual).then(|| message.expires_at.to_string())
}

fn words(body: &Body) -> wire::partner::Body {
    wire::partner::Body {
        mime_type: body.kind.mime_type().to_owned(),
        content: body.content.clone(),
    }
}

impl Part {
    /// Its length in the body.
    fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::File(file) => file.size.div_ceil(3) * 4,
        }
    }
}

struct Source {
    pieces: Arc<dyn Pieces>,
    upload: UploadId,
    parts: VecDeque<Part>,
    fault: Arc<OnceLock<Unreadable>>,
}

impl Source {
    /// The next bytes of the body, never none; `None` at its end.
    async fn next(&mut self) -> Result<Option<Bytes>, Unreadable> {
        loop {
            let text = match self.parts.front_mut() {
                None => return Ok(None),
                Some(Part::Text(text)) => {
                    let text = std::mem::take(text);
                    self.parts.pop_front();
                    text
                }
                Some(Part::File(file)) => {
                    let read = file.read(&*self.pieces, self.upload).await;
                    let (text, ended) = read.inspect_err(|fault| {
                        // The first one is the one that counts.
                        let _ = self.fault.set(*fault);
                    })?;
                    if ended {
                        self.parts.pop_front();
                    }
                    text
                }
            };
            if !text.is_empty() {
                return Ok(Some(Bytes::from(text)));
            }
        }
    }
}

impl File {
    /// The Base64 of the next piece, and whether that was the last. The last piece goes out when all of them have
    /// been seen to be right.
    async fn read(
        &mut self,
        pieces: &dyn Pieces,
        upload: UploadId,
    ) -> Result<(String, bool), Unreadable> {
        let piece = if self.seen < self.size {
            let piece = pieces.get(upload, self.part, self.number).await;
            let piece = piece.map_err(|error| unreadable(&error))?;
            piece
                .filter(|piece| !piece.is_empty())
                .ok_or(Unreadable::Changed)?
        } else {
            Bytes::new()
        };
        self.number += 1;
        self.seen += piece.len() as u64;
        self.hasher.update(&piece);
        let ended = self.seen >= self.size;
        if self.seen > self.size || (ended && self.digest() != self.hash) {
            return Err(Unreadable::Changed);
        }
        Ok((self.encode(&piece, ended), ended))
    }

    fn digest(&self) -> Hash {
        Hash::from_bytes(self.hasher.clone().finalize().into())
    }

    /// Whole groups of three, and at the end the rest.
    fn encode(&mut self, piece: &[u8], ended: bool) -> String {
        let mut text = String::with_capacity((self.carry.len() + piece.len()).div_ceil(3) * 4);
        let missing = (3 - self.carry.len()) % 3;
        let (first, rest) = piece.split_at(missing.min(piece.len()));
        self.carry.extend_from_slice(first);
        if self.carry.len() == 3 || ended {
            BASE64_STANDARD.encode_string(&self.carry, &mut text);
            self.carry.clear();
        }
        let whole = if ended {
            rest.len()
        } else {
            rest.len() - rest.len() % 3
        };
        let (whole, cut) = rest.split_at(whole);
        BASE64_STANDARD.encode_string(whole, &mut text);
        self.carry.extend_from_slice(cut);
        text
    }
}

fn unreadable(error: &StoreError) -> Unreadable {
    match error {
        StoreError::Inconsistent { .. } => Unreadable::Changed,
        StoreError::Unavailable { .. }
        | StoreError::UnknownSchema { .. }
        | StoreError::OldSchema { .. }
        | StoreError::Fault { .. } => Unreadable::Storage,
    }
}

#[cfg(test)]
mod tests;
