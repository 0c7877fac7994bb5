//! What a request may hold: the members we know, and how much of each we keep.
//!
//! Members that stand in no shape are passed over unread (contract A.4), so memory is bounded by the
//! shapes, whatever is sent.

use model::message::MAX_BODY_BYTES;

/// What is expected at one place.
#[derive(Debug)]
pub enum Shape {
    /// An object with these members, in the contract's order.
    Object(&'static [(&'static str, Shape)]),
    /// A list of at most `max` kept items.
    List {
        /// What each item is.
        of: &'static Shape,
        /// How many are kept.
        max: usize,
    },
    /// Text of at most so many bytes of UTF-8.
    Text(usize),
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Base64 that is decoded as it passes and kept elsewhere.
    Content,
}

use Shape::{Content, Flag, List, Number, Object, Text};

/// Identifiers, types, topics: longer ones are wrong anyway.
pub(crate) const SHORT: usize = 512;
/// The longest unit, in bytes.
pub(crate) const MAX_UNIT: usize = 256;
/// The longest additional text of a coded item, in bytes.
pub(crate) const MAX_ADDITIONAL_TEXT: usize = 4096;
/// 255 UTF-16 units are at most so many bytes of UTF-8.
pub(crate) const FILE_NAME: usize = 1024;

const IDENTIFIED: Shape = Object(&[(
    "id",
    Object(&[("type", Text(SHORT)), ("value", Text(SHORT))]),
)]);

/// Words for the practice.
pub(crate) const BODY: Shape =
    Object(&[("mimeType", Text(SHORT)), ("content", Text(MAX_BODY_BYTES))]);

/// Coded items.
pub(crate) const CODED_ITEMS: Shape = List {
    of: &CODED_ITEM,
    max: model::coded_data::MAX_ITEMS,
};

/// A standard or instant message (contract A; facts file 3.4).
pub static MESSAGE: Shape = Object(&[
    ("messageId", Text(SHORT)),
    ("type", Text(SHORT)),
    ("topic", Text(SHORT)),
    ("recipient", IDENTIFIED),
    ("subject", IDENTIFIED),
    ("expiryDateTime", Text(SHORT)),
    ("body", BODY),
    (
        "attachments",
        List {
            of: &ATTACHMENT,
            max: model::attachment::MAX,
        },
    ),
    ("codedDataItems", CODED_ITEMS),
]);

static ATTACHMENT: Shape = Object(&[
    ("mimeType", Text(SHORT)),
    ("fileName", Text(FILE_NAME)),
    ("content", Content),
]);

static CODED_ITEM: Shape = Object(&[
    ("code", Text(SHORT)),
    ("value", Number),
    ("unit", Text(MAX_UNIT)),
    ("units", Text(MAX_UNIT)),
    ("additionalText", Text(MAX_ADDITIONAL_TEXT)),
]);

/// The exchange of an access code.
pub static EXCHANGE: Shape = Object(&[("accessCode", Text(SHORT))]);

/// A widget's address, in bytes: longer ones are wrong anyway.
const ADDRESS: usize = 4096;

/// A widget's registration (facts file 3.10).
pub static WIDGET: Shape = Object(&[
    ("name", Text(SHORT)),
    ("icon", Text(SHORT)),
    ("launchUrl", Text(ADDRESS)),
    ("encryptionSecret", Text(SHORT)),
    ("encryptionMethod", Text(SHORT)),
    ("requiresUserData", Flag),
    ("requiresPatientData", Flag),
]);

impl Node {
    /// Text that did not come as JSON, with the limit of its shape.
    pub(crate) fn text(text: &str, max: usize) -> Self {
        if text.len() > max {
            Self::TextTooLong
        } else {
            Self::Text(text.to_owned())
        }
    }
}

/// What was found at one place.
#[derive(Debug)]
pub enum Node {
    /// `null`.
    Null,
    /// Text within its limit.
    Text(String),
    /// Text over its limit.
    TextTooLong,
    /// A number as written.
    Number(String),
    /// A number longer than any that is taken.
    NumberTooLong,
    /// `true` or `false`.
    Flag(bool),
    /// An object: members we know as (place in the shape, value).
    Object {
        /// In the order in which they came.
        members: Vec<(usize, Node)>,
        /// Places of members that came more than once; the first one is kept.
        repeated: Vec<usize>,
    },
    /// A list; items beyond the shape's limit were passed over.
    List {
        /// Up to the shape's limit.
        items: Vec<Node>,
        /// Whether there were others.
        more: bool,
    },
    /// The n-th content of the request.
    Content(usize),
    /// Something of another JSON type than expected.
    Other,
}
