//! What counts as the same content (contract A.3).

use super::{Body, BodyType};
use crate::attachment::Attachment;
use crate::coded_data::CodedItem;
use crate::{Hash, NhsNumber, OdsCode};
use jiff::Timestamp;

/// Everything a sender says in a message, its id apart.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Whether it was sent as an instant message.
    pub instant: bool,
    /// Topic.
    pub topic: &'a str,
    /// Practice.
    pub practice: &'a OdsCode,
    /// Patient.
    pub subject: &'a NhsNumber,
    /// The end, if the sender gave one.
    pub expires_at: Option<Timestamp>,
    /// Words for the practice.
    pub body: Option<&'a Body>,
    /// Attachments.
    pub attachments: &'a [Attachment],
    /// Coded data.
    pub coded_data: &'a [CodedItem],
}

impl Said<'_> {
    /// The digest by which a retry is told from a conflict. It depends on what was said, not on how it
    /// was written: member order, white space and `unit` or `units` make no difference.
    pub fn digest(&self) -> Hash {
        let mut bytes = Vec::with_capacity(1024);
        let mut put = |part: &[u8]| {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        };
        put(&[u8::from(self.instant)]);
        put(self.topic.as_bytes());
        put(self.practice.as_str().as_bytes());
        put(self.subject.as_str().as_bytes());
        put(&self
            .expires_at
            .map(|at| at.as_nanosecond().to_be_bytes().to_vec())
            .unwrap_or_default());
        put(&self
            .body
            .map(|body| vec![u8::from(body.kind == BodyType::Html)])
            .unwrap_or_default());
        put(self
            .body
            .map(|body| body.content.as_bytes())
            .unwrap_or_default());
        put(&(self.attachments.len() as u64).to_be_bytes());
        for attachment in self.attachments {
            put(attachment.kind.mime_type().as_bytes());
            put(attachment.file_name.as_str().as_bytes());
            put(attachment.hash.as_bytes());
        }
        for item in self.coded_data {
            put(item.code.as_str().as_bytes());
            let optional = [
                item.value.as_ref().map(crate::coded_data::Number::as_str),
                item.unit.as_deref(),
                item.additional_text.as_deref(),
            ];
            for text in optional {
                put(&[u8::from(text.is_some())]);
                put(text.unwrap_or_default().as_bytes());
            }
        }
        Hash::of(&bytes)
    }
}
