//! A message's tree, checked against every rule that needs no look-up (contract A.4 to A.14).

pub(crate) mod attachments;
pub(crate) mod coded_data;

pub use attachments::DraftAttachment;

use attachments::{ATTACHMENTS, attachments};
use coded_data::coded_data;

use crate::content::Contents;
use crate::faults::{Faults, Place};
use crate::members::Members;
use crate::shape::Node;
use jiff::Timestamp;
use model::coded_data::CodedItem;
use model::message::{Body, BodyType, MAX_BODY_BYTES};
use model::{ClientMessageId, NhsNumber, OdsCode, expiry};
use wire::partner::{INSTANT_TYPE, RECIPIENT_TYPES, STANDARD_TYPE, SUBJECT_TYPE};

/// Which endpoint a message came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// For standard messages.
    Standard,
    /// For instant messages.
    Instant,
}

impl Endpoint {
    /// The `type` it wants.
    pub fn message_type(self) -> &'static str {
        match self {
            Self::Standard => STANDARD_TYPE,
            Self::Instant => INSTANT_TYPE,
        }
    }
}

/// What a message says, each part that could be read. Complete when there is no fault.
pub struct Draft {
    /// Its id.
    pub message_id: Option<ClientMessageId>,
    /// Topic and its place, still to be looked up.
    pub topic: Option<(Place, String)>,
    /// Recipient and its place, still to be looked up.
    pub recipient: Option<(Place, OdsCode)>,
    /// The patient.
    pub subject: Option<NhsNumber>,
    /// Its end, if the sender gave one.
    pub expires_at: Option<Timestamp>,
    /// The place of an expiry that is well-formed but not acceptable now, and why.
    pub bad_expiry: Option<(Place, expiry::NotAnExpiry)>,
    /// Words for the practice.
    pub body: Option<Body>,
    /// Attachments without a fault, in the order of the request.
    pub attachments: Vec<DraftAttachment>,
    /// Coded items without a fault.
    pub coded_data: Vec<CodedItem>,
}

const IDENTIFIED: &[&str] = &["id"];
const IDENTIFIER: &[&str] = &["type", "value"];

/// Reads a message in the platform's form. Every fault goes to `faults`.
pub fn read(
    root: &Node,
    contents: &Contents,
    endpoint: Endpoint,
    now: Timestamp,
    faults: &mut Faults,
) -> Option<Draft> {
    const NAMES: &[&str] = &[
        "messageId",
        "type",
        "topic",
        "recipient",
        "subject",
        "expiryDateTime",
        "body",
        "attachments",
        "codedDataItems",
    ];
    let message = Members::of(root, NAMES, Place::root(), faults)?;
    let message_id = message
        .required_text("messageId", faults)
        .and_then(|(place, text)| message_id(&place, text, faults));
    if let Some((place, text)) = message.required_text("type", faults)
        && text != endpoint.message_type()
    {
        let reason = format!("must be '{}' on this endpoint", endpoint.message_type());
        faults.add_value(&place, &reason, text);
    }
    let topic = message
        .required_text("topic", faults)
        .map(|(place, text)| (place, text.to_owned()));
    let recipient = recipient(&message, faults);
    let subject = subject(&message, faults);
    let (expires_at, bad_expiry) = expiry_of(&message, now, faults);
    let body = body(&message, faults);
    let attachments = attachments(&message, ATTACHMENTS, contents, faults);
    let coded_data = coded_data(&message, faults);
    Some(Draft {
        message_id,
        topic,
        recipient,
        subject,
        expires_at,
        bad_expiry,
        body,
        attachments,
        coded_data,
    })
}

/// A message's id.
pub(crate) fn message_id(
    place: &Place,
    text: &str,
    faults: &mut Faults,
) -> Option<ClientMessageId> {
    // The hyphenated form only: other forms of one UUID would look like other ids to other readers.
    let id = if text.len() == 36 {
        text.parse().ok()
    } else {
        None
    };
    if id.is_none() {
        faults.add_value(place, "must be a UUID", text);
    }
    id
}

/// A typed identifier under `name.id`.
struct Identifier<'a> {
    whole: Place,
    kind: Option<(Place, &'a str)>,
    value: Option<(Place, &'a str)>,
}

fn identified<'a>(
    message: &Members<'a>,
    name: &str,
    faults: &mut Faults,
) -> Option<Identifier<'a>> {
    let (whole, node) = message.required(name, faults)?;
    let outer = Members::of(node, IDENTIFIED, whole, faults)?;
    let (place, node) = outer.required("id", faults)?;
    let inner = Members::of(node, IDENTIFIER, place, faults)?;
    let kind = inner.required_text("type", faults);
    let value = inner.required_text("value", faults);
    Some(Identifier {
        whole: outer.place().clone(),
        kind,
        value,
    })
}

fn recipient(message: &Members<'_>, faults: &mut Faults) -> Option<(Place, OdsCode)> {
    let id = identified(message, "recipient", faults)?;
    if let Some((place, kind)) = &id.kind
        && !RECIPIENT_TYPES.contains(kind)
    {
        let [one, other] = RECIPIENT_TYPES;
        faults.add_value(place, &format!("must be '{one}' or '{other}'"), kind);
        return None;
    }
    id.kind?;
    let (_, value) = id.value?;
    let code = ods_code(&id.whole, value, faults)?;
    Some((id.whole, code))
}

/// A practice's code. What is no ODS code is no practice of ours either: the same answer for both.
pub(crate) fn ods_code(place: &Place, text: &str, faults: &mut Faults) -> Option<OdsCode> {
    let code = OdsCode::parse(text).ok();
    if code.is_none() {
        faults.add(place, UNKNOWN_RECIPIENT);
    }
    code
}

/// The reason for a recipient that no practice here answers to (contract A.8).
pub const UNKNOWN_RECIPIENT: &str = "Unknown Recipient";

fn subject(message: &Members<'_>, faults: &mut Faults) -> Option<NhsNumber> {
    let id = identified(message, "subject", faults)?;
    if let Some((place, kind)) = &id.kind
        && *kind != SUBJECT_TYPE
    {
        faults.add_value(place, &format!("must be '{SUBJECT_TYPE}'"), kind);
    }
    let (place, value) = id.value?;
    nhs_number(&place, value, faults)
}

/// A patient's number. Faults never show it.
pub(crate) fn nhs_number(place: &Place, text: &str, faults: &mut Faults) -> Option<NhsNumber> {
    NhsNumber::parse(text)
        .map_err(|why| faults.add(place, &why.to_string()))
        .ok()
}

/// An end that could be read, and the place and fault of one that is not acceptable now.
pub(crate) type Expiry = (Option<Timestamp>, Option<(Place, expiry::NotAnExpiry)>);

/// A message's end, and what is wrong with it at present.
pub(crate) fn expiry_of(message: &Members<'_>, now: Timestamp, faults: &mut Faults) -> Expiry {
    let Some((place, text)) = message.optional_text("expiryDateTime", faults) else {
        return (None, None);
    };
    match expiry::parse(text) {
        Ok(at) => (
            Some(at),
            expiry::check(at, now).err().map(|why| (place, why)),
        ),
        Err(why) => {
            faults.add_value(&place, &why.to_string(), text);
            (None, None)
        }
    }
}

/// Words for the practice.
pub(crate) fn body(message: &Members<'_>, faults: &mut Faults) -> Option<Body> {
    let found = message.find("body");
    let body = Members::of(found.node?, &["mimeType", "content"], found.place, faults)?;
    let kind = body
        .required_text("mimeType", faults)
        .and_then(|(place, text)| {
            let kind = BodyType::from_mime_type(text);
            if kind.is_none() {
                faults.add_value(&place, "must be 'text/plain' or 'text/html'", text);
            }
            kind
        });
    let content = match body.required("content", faults)? {
        (_, Node::Text(text)) => Some(text.clone()),
        (place, Node::TextTooLong) => {
            faults.add(
                &place,
                &format!("must be at most {} KiB of UTF-8", MAX_BODY_BYTES / 1024),
            );
            None
        }
        (place, _) => {
            faults.add(&place, "must be a string");
            None
        }
    };
    Some(Body {
        kind: kind?,
        content: content?,
    })
}
