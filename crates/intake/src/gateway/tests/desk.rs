//! Sends messages in either form and tells what came of them.

use super::File;
use crate::gateway::{GatewayRead, read};
use crate::{Begin, Budget, Kept, LargeBodies, Turn};
use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use httpkit::metrics::Metrics;
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::Hash;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::blob::{BlobError, BlobWriter, NotSealed, SealedBlob};
use wire::problem::InvalidParameter;

pub(super) const MULTIPART: &str = "multipart/form-data; boundary=--a-boundary";

/// What came of a body.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Refused while it was read.
    Refused(u16, String),
    /// Read, with these faults.
    Faulty(Vec<InvalidParameter>),
    /// Without a fault: what identifies each part.
    Good(Vec<String>),
}

/// Runs futures, and counts bytes that were written.
pub(super) struct Desk {
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) written: Arc<AtomicUsize>,
}

struct Memory {
    bytes: Vec<u8>,
    written: Arc<AtomicUsize>,
}

#[async_trait]
impl BlobWriter for Memory {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.written.fetch_add(bytes.len(), Ordering::Relaxed);
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        Ok(())
    }

    async fn seal(self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        Ok(SealedBlob {
            hash: Hash::of(&self.bytes),
            size: self.bytes.len() as u64,
            pin: Box::new(()),
        })
    }
}

pub(super) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap(),
            written: Arc::default(),
        }
    }

    pub(super) fn begin(&self) -> Begin {
        let written = Arc::clone(&self.written);
        Arc::new(move || {
            Box::new(Memory {
                bytes: Vec::new(),
                written: Arc::clone(&written),
            })
        })
    }

    pub(super) fn turn(&self) -> Turn {
        let budget = Budget::new(LargeBodies::default(), &Metrics::default());
        self.runtime.block_on(budget.admit(None)).unwrap()
    }

    /// Sends a body of this type.
    pub(super) fn send(&self, kind: &str, body: Body) -> Result<GatewayRead, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        let mut turn = self.turn();
        let begin = self.begin();
        let reading = read(&headers, body, &mut turn, &begin, now());
        self.runtime.block_on(reading)
    }

    /// Reads a body that comes in these pieces.
    pub(super) fn read(&self, kind: &str, pieces: &[&[u8]]) -> Outcome {
        match post(self, kind, pieces) {
            Ok(read) => self.judge(read),
            Err(refusal) => Outcome::Refused(refusal.kind().status(), format!("{refusal:?}")),
        }
    }

    /// Sends a message as one document, in pieces of these sizes.
    pub(super) fn read_json(&self, message: &Value, files: &[File], sizes: &[usize]) -> Outcome {
        let text = whole(message, files).to_string();
        self.read("application/json", &cut(text.as_bytes(), sizes))
    }

    /// Sends a message in several parts, in pieces of these sizes.
    pub(super) fn read_parts(&self, message: &Value, files: &[File], sizes: &[usize]) -> Outcome {
        self.read(MULTIPART, &cut(&apart(message, files), sizes))
    }

    fn judge(&self, read: GatewayRead) -> Outcome {
        if !read.faults.is_empty() {
            return Outcome::Faulty(read.invalid_parameters());
        }
        let (message, kept) = read.complete().map_err(|_| "refused").unwrap();
        let mut parts = vec![
            format!(
                "{:?} {:?} {:?}",
                message.kind, message.user, message.message_id
            ),
            format!("{} {}", message.topic, message.to.as_str()),
            message.subject.as_str().to_owned(),
            format!("{:?}", message.expires_at),
            message.body.map(|body| body.content).unwrap_or_default(),
        ];
        for (number, (file, kept)) in message.files.into_iter().zip(kept).enumerate() {
            assert_eq!(file.content, number);
            let Kept::Large(writer) = kept else {
                panic!("a content stayed in memory");
            };
            let sealed = self.runtime.block_on(writer.seal()).unwrap();
            assert_eq!(sealed.size, file.size);
            parts.push(format!(
                "{} {:?} {} {}",
                file.file_name.as_str(),
                file.kind,
                file.size,
                sealed.hash.to_hex()
            ));
        }
        for item in message.coded_data {
            let value = item.value.map(|value| value.as_str().to_owned());
            parts.push(format!(
                "{} {value:?} {:?} {:?}",
                item.code.as_str(),
                item.unit,
                item.additional_text
            ));
        }
        Outcome::Good(parts)
    }
}

/// Sends a body of this type in these pieces.
pub(super) fn post(desk: &Desk, kind: &str, pieces: &[&[u8]]) -> Result<GatewayRead, Refusal> {
    let pieces: Vec<_> = pieces
        .iter()
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    desk.send(kind, Body::from_stream(stream::iter(pieces)))
}

/// A message and its files in one document.
pub(super) fn whole(message: &Value, files: &[File]) -> Value {
    let mut message = message.clone();
    message["files"] = files
        .iter()
        .map(|file| json!({ "fileName": file.name, "mimeType": file.kind, "content": STANDARD.encode(&file.bytes) }))
        .collect();
    message
}

/// The same in several parts.
pub(super) fn apart(message: &Value, files: &[File]) -> Vec<u8> {
    let text = message.to_string();
    let heads: Vec<_> = files
        .iter()
        .map(|file| {
            format!(
                "content-disposition: form-data; filename=\"{}\"; name=\"file\"\r\nContent-Type: {}",
                file.name, file.kind
            )
        })
        .collect();
    let message = (
        "Content-Disposition: form-data; name=\"message\"\r\nContent-Type: application/json",
        text.as_bytes(),
    );
    let files = heads
        .iter()
        .zip(files)
        .map(|(head, file)| (head.as_str(), file.bytes.as_slice()));
    parts(&[message].into_iter().chain(files).collect::<Vec<_>>())
}

/// A body of these parts: headers and content.
pub(super) fn parts(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend_from_slice(format!("----a-boundary\r\n{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"----a-boundary--\r\n");
    body
}

/// Cuts `bytes` into pieces whose lengths repeat `sizes`.
pub(super) fn cut<'a>(bytes: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    for size in sizes.iter().copied().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(size.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}
