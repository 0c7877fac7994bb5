//! A message as a form (multipart/form-data, RFC 7578), made while it is sent.

use crate::Error;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, RequestBuilder};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io;
use wire::gateway::MessageEntry;

/// A file to go with a message; no `Debug`, since its name may be about a patient.
pub struct FileToSend {
    name: String,
    mime_type: String,
    length: u64,
    content: BoxStream<'static, io::Result<Bytes>>,
}

impl FileToSend {
    /// A file that is in memory.
    pub fn whole(name: &str, mime_type: &str, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let length = content.len() as u64;
        let once = stream::once(async move { Ok(content) });
        Self::streamed(name, mime_type, length, once)
    }

    /// A file that is read while it is sent. `length` bytes must come; an error ends the call with
    /// [`Error::Unreachable`].
    pub fn streamed(
        name: &str,
        mime_type: &str,
        length: u64,
        content: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Self {
        Self {
            name: name.to_owned(),
            mime_type: mime_type.to_owned(),
            length,
            content: content.boxed(),
        }
    }
}

/// Gives `request` a form as its body.
pub(super) fn fill(
    request: RequestBuilder,
    entry: &MessageEntry,
    files: Vec<FileToSend>,
) -> Result<RequestBuilder, Error> {
    let entry = MessageEntry {
        files: Vec::new(),
        ..entry.clone()
    };
    let json = serde_json::to_vec(&entry).map_err(|error| Error::json(&error))?;
    let boundary = boundary();
    let mut length = 0;
    let mut pieces = Vec::new();
    let mut add = |text: String, content: BoxStream<'static, io::Result<Bytes>>, bytes: u64| {
        length += text.len() as u64 + bytes;
        let text = Bytes::from(text);
        pieces.push(stream::once(async move { Ok(text) }).boxed());
        pieces.push(content);
    };
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"message\"\r\nContent-Type: application/json\r\n\r\n"
    );
    let bytes = json.len() as u64;
    add(head, stream::once(async { Ok(json.into()) }).boxed(), bytes);
    for file in files {
        let head = format!(
            "\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            quoted(&file.name),
            quoted(&file.mime_type)
        );
        add(head, file.content, file.length);
    }
    let tail = format!("\r\n--{boundary}--\r\n");
    add(tail, stream::empty().boxed(), 0);
    let body = Body::wrap_stream(stream::iter(pieces).flatten());
    let kind = format!("multipart/form-data; boundary={boundary}");
    Ok(request
        .header(CONTENT_TYPE, kind)
        .header(CONTENT_LENGTH, length)
        .body(body))
}

/// As browsers write names of files (HTML, multipart form data).
fn quoted(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '"' => out.push_str("%22"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            letter => out.push(letter),
        }
    }
    out
}

/// Nobody who writes a file can know it: the standard library seeds its hashers from the system's entropy.
fn boundary() -> String {
    let chance = || RandomState::new().build_hasher().finish();
    format!("baton-{:016x}{:016x}", chance(), chance())
}
