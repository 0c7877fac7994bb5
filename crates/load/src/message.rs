//! Messages that the platform takes, made once and patched for each request.

mod template;
#[cfg(test)]
mod tests;

use crate::body::Body;
use crate::ids::Ids;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Number;
use template::Template;
use wire::partner::{
    Attachment, Body as Words, CodedDataItem, INSTANT_TYPE, Identified, RECIPIENT_TYPES,
    STANDARD_TYPE, SUBJECT_TYPE, SendMessage,
};

/// The largest file that the platform takes (contract A.12).
const LARGEST: usize = 5 * 1024 * 1024;
/// How every file begins: what a PDF is known by. Nine bytes, so twelve characters of Base64.
const MARK: &[u8; 9] = b"%PDF-1.7\n";
/// Stands for the message's id while the template is made.
const ID: &str = "{id}";

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To the practice, for review.
    Standard,
    /// To one practitioner's toolbar; needs an access token.
    Instant,
}

/// How large a message is, attachments before Base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One file of 2 KiB, with words and two coded items: 3.6 kB of body.
    Tiny,
    /// One file of 5 MiB: 7 MB.
    Large,
    /// Ten of them: 70 MB.
    TenLarge,
    /// Ten of them, every `/` written as `\/`, as several JSON writers do: 71 MB.
    TenLargeEscaped,
}

impl Shape {
    /// How many files, and how large each.
    fn files(self) -> (usize, usize) {
        match self {
            Self::Tiny => (1, 2048),
            Self::Large => (1, LARGEST),
            Self::TenLarge | Self::TenLargeEscaped => (10, LARGEST),
        }
    }

    /// Bytes of files in one message, decoded.
    pub fn attachment_bytes(self) -> usize {
        let (count, size) = self.files();
        count * size
    }
}

/// What messages are to be like. About a patient, so no `Debug`.
#[derive(Clone)]
pub struct Recipe {
    /// Standard or instant.
    pub kind: Kind,
    /// How large.
    pub shape: Shape,
    /// ODS code of the practice.
    pub practice: String,
    /// NHS number of a patient who is made up.
    pub patient: String,
    /// Whether every file differs from every other, in this message and in all others. Alike, they are stored once,
    /// which is not what a server meets in life.
    pub distinct: bool,
}

/// Makes them. A message's id and files follow from its number.
pub struct Messages {
    template: Template,
    kind: Kind,
    shape: Shape,
    distinct: bool,
    ids: Ids,
}

impl Messages {
    /// Gets everything ready, once.
    pub fn new(recipe: &Recipe, ids: Ids) -> Self {
        let (count, size) = recipe.shape.files();
        let escaped = recipe.shape == Shape::TenLargeEscaped;
        // Marks that are no Base64 and no part of the rest.
        let marks: Vec<_> = (0..count).map(|place| format!("{{{place}}}")).collect();
        let text = serde_json::to_string(&compose(recipe, &marks)).unwrap_or_default();
        let content = content(size, &ids);
        Self {
            template: Template::new(&text, ID, &marks, &content, escaped),
            kind: recipe.kind,
            shape: recipe.shape,
            distinct: recipe.distinct,
            ids,
        }
    }

    /// Which way they go.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How large they are.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Their ids, by number.
    pub fn ids(&self) -> Ids {
        self.ids
    }

    /// The JSON of the message with this number.
    pub fn body(&self, number: u64) -> Body {
        let id = self.ids.id(number);
        let files = if self.distinct { number } else { 0 };
        let noise = |place: u64| {
            // Number 0 of what is distinct and what is not are different runs' ids, so they may be alike.
            let place = if self.distinct { place + 1 } else { 0 };
            let (high, low) = self.ids.bits(files, place);
            (u128::from(high) << 64) | u128::from(low)
        };
        self.template.fill(id, noise)
    }
}

/// The Base64 of a file behind its mark and the noise that makes it distinct: noise as well, with each of the
/// 64 characters about as often as in a compressed document.
fn content(size: usize, ids: &Ids) -> String {
    let rest = size.saturating_sub(MARK.len() + template::NOISE_BYTES);
    let mut bytes = Vec::with_capacity(rest + 16);
    let mut number = 0;
    while bytes.len() < rest {
        let (high, low) = ids.bits(number, u64::MAX);
        bytes.extend_from_slice(&high.to_le_bytes());
        bytes.extend_from_slice(&low.to_le_bytes());
        number += 1;
    }
    bytes.truncate(rest);
    STANDARD.encode(bytes)
}

/// The message with marks where something is put in.
fn compose(recipe: &Recipe, marks: &[String]) -> SendMessage {
    let [recipient_type, _] = RECIPIENT_TYPES;
    let mark = STANDARD.encode(MARK);
    let file = |(place, hole): (usize, &String)| Attachment {
        mime_type: "application/pdf".to_owned(),
        file_name: format!("Load test {}.pdf", place + 1),
        content: format!("{mark}{hole}"),
    };
    let coded = |code: &str, value: u32, text: &str| CodedDataItem {
        code: code.to_owned(),
        value: Some(Number::from(value)),
        unit: Some("mmHg".to_owned()),
        additional_text: Some(text.to_owned()),
    };
    let kind = match recipe.kind {
        Kind::Standard => STANDARD_TYPE,
        Kind::Instant => INSTANT_TYPE,
    };
    SendMessage {
        message_id: ID.to_owned(),
        kind: kind.to_owned(),
        topic: model::topic::DISPENSE_EVENT.to_owned(),
        recipient: Identified::new(recipient_type, &recipe.practice),
        subject: Identified::new(SUBJECT_TYPE, &recipe.patient),
        expiry_date_time: None,
        body: Some(Words {
            mime_type: "text/plain".to_owned(),
            content: "A message of a load test. It says nothing about anybody and may be rejected unread. \
                      Who sent it wanted to know how many messages a second the platform takes, and how long each \
                      of them waits for its answer; whoever finds it here may ask them."
                .to_owned(),
        }),
        attachments: marks.iter().enumerate().map(file).collect(),
        coded_data_items: vec![
            coded("407554009", 140, "Sitting systolic blood pressure"),
            coded("407555005", 80, "Sitting diastolic blood pressure"),
        ],
    }
}
