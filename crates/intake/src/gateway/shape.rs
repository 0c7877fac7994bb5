//! What the gateway's form of a message may hold (contract E).

use crate::shape::Shape::{self, Content, List, Object, Text};
use crate::shape::{BODY, CODED_ITEMS, FILE_NAME, SHORT};

/// 200 characters are at most so many bytes of UTF-8.
const USER_ID: usize = 4 * model::gateway_user::MAX_USER_ID;

/// The members of a message, in the contract's order.
pub(super) const NAMES: &[&str] = &[
    "kind",
    "userId",
    "messageId",
    "topic",
    "to",
    "nhsNumber",
    "body",
    "files",
    "codedDataItems",
    "expiryDateTime",
];

/// The members of a file, in the contract's order.
pub(super) const FILE_NAMES: &[&str] = &["fileName", "mimeType", "content"];

const fn message(files: Shape) -> [(&'static str, Shape); 10] {
    [
        ("kind", Text(SHORT)),
        ("userId", Text(USER_ID)),
        ("messageId", Text(SHORT)),
        ("topic", Text(SHORT)),
        ("to", Text(SHORT)),
        ("nhsNumber", Text(SHORT)),
        ("body", BODY),
        ("files", files),
        ("codedDataItems", CODED_ITEMS),
        ("expiryDateTime", Text(SHORT)),
    ]
}

static FILE: Shape = Object(&[
    ("fileName", Text(FILE_NAME)),
    ("mimeType", Text(SHORT)),
    ("content", Content),
]);

/// A message in one JSON document.
pub(super) static WHOLE: Shape = Object(&WITH_FILES);

static WITH_FILES: [(&str, Shape); 10] = message(List {
    of: &FILE,
    max: model::attachment::MAX,
});

/// The JSON part of a message in several parts: files that stand in it are noticed, and not kept.
pub(super) static PART: Shape = Object(&WITHOUT_FILES);

static WITHOUT_FILES: [(&str, Shape); 10] = message(Text(0));
