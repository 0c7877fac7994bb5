//! What parent and child say: a question and an answer, each a JSON head and a body of bytes, both with
//! their length (32 bits, little-endian) before them. The child says [`HELLO`] first.

use crate::html::Block;
use crate::{Looked, PageText, PreviewError};
use model::attachment::Kind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};

/// What a child says before anything else, so that nobody mistakes another program for one.
pub(super) const HELLO: &[u8; 8] = b"preview1";

/// A question; the document is the body.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ask {
    Look { kind: Sort },
    Picture { kind: Sort, page: u32, scale: f32 },
    Text { kind: Sort, millis: u64 },
    Html,
}

/// How a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Sort {
    Pdf,
    Jpeg,
    Text,
}

impl From<Kind> for Sort {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Pdf => Self::Pdf,
            Kind::Jpeg => Self::Jpeg,
            Kind::Text | Kind::ConsultationNotes => Self::Text,
        }
    }
}

/// An answer; the pixels of a picture are the body.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    Looked(Looked),
    Picture { width: u32, height: u32 },
    Pages(Vec<PageText>),
    Blocks(Vec<Block>),
    Failed(PreviewError),
}

/// Head and body as they go over the pipe; none if they are too long for it.
pub(super) fn frame(head: &impl Serialize, body: &[u8]) -> Option<Vec<u8>> {
    let head = serde_json::to_vec(head).ok()?;
    let mut frame = Vec::with_capacity(8 + head.len() + body.len());
    for part in [head.as_slice(), body] {
        frame.extend(u32::try_from(part.len()).ok()?.to_le_bytes());
    }
    frame.extend(head);
    frame.extend(body);
    Some(frame)
}

/// Reads head and body, each of at most `most` bytes. None at the end of the pipe.
pub(super) fn read<T: DeserializeOwned>(
    from: &mut impl Read,
    most: u32,
) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0_u8; 8];
    let mut first = [0_u8; 1];
    if from.read(&mut first)? == 0 {
        return Ok(None);
    }
    let [start, rest @ ..] = &mut lengths;
    *start = first[0];
    from.read_exact(rest)?;
    let all = u64::from_le_bytes(lengths);
    let head = part(from, all & u64::from(u32::MAX), most)?;
    let body = part(from, all >> 32, most)?;
    let odd = |_| io::Error::from(io::ErrorKind::InvalidData);
    let head = serde_json::from_slice(&head).map_err(odd)?;
    Ok(Some((head, body)))
}

/// As many bytes as announced; memory is taken as they come, not as they are promised.
fn part(from: &mut impl Read, length: u64, most: u32) -> io::Result<Vec<u8>> {
    if length > u64::from(most) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).ok() == Some(length) {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_framed_is_read_again() {
        let framed = frame(&Ask::Html, b"body").unwrap();
        let (head, body) = read::<Ask>(&mut framed.as_slice(), 100).unwrap().unwrap();
        assert!(matches!(head, Ask::Html));
        assert_eq!(body, b"body");
        assert!(read::<Ask>(&mut [].as_slice(), 100).unwrap().is_none());
    }

    #[test]
    fn lies_about_length_and_shape_are_errors() {
        let framed = frame(&Ask::Html, b"body").unwrap();
        for end in 1..framed.len() {
            assert!(read::<Ask>(&mut &framed[..end], 100).is_err(), "{end}");
        }
        assert!(read::<Ask>(&mut framed.as_slice(), 3).is_err());
        assert!(read::<Answer>(&mut framed.as_slice(), 100).is_err());
        assert!(read::<Ask>(&mut [0xff_u8; 64].as_slice(), u32::MAX).is_err());
    }
}
