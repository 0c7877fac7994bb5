//! A message in the gateway's form, checked by the same rules as the platform's.

use super::shape::{FILE_NAMES, NAMES};
use crate::content::Contents;
use crate::faults::{Faults, Place};
use crate::members::Members;
use crate::message::attachments::{self, DraftAttachment, Form};
use crate::message::coded_data::coded_data;
use crate::message::{Expiry, body, expiry_of, message_id, nhs_number};
use crate::shape::Node;
use jiff::Timestamp;
use model::coded_data::CodedItem;
use model::message::Body;
use model::outbox::Kind;
use model::{ClientMessageId, NhsNumber, OdsCode, UserId, expiry};

/// How this form calls its files.
const FILES: Form = Form {
    list: "files",
    members: FILE_NAMES,
};

/// What a message says, each part that could be read. Complete when there is no fault; see
/// [`super::GatewayRead::complete`].
#[derive(Default)]
pub struct GatewayDraft {
    /// Instant or standard.
    pub kind: Option<Kind>,
    /// In whose name, and its place, not looked up; an instant message without a fault has one.
    pub user: Option<(Place, UserId)>,
    /// The product's own id, if it gave one.
    pub message_id: Option<ClientMessageId>,
    /// Topic and its place, not looked up.
    pub topic: Option<(Place, String)>,
    /// The practice and its place, not looked up.
    pub to: Option<(Place, OdsCode)>,
    /// The patient.
    pub subject: Option<NhsNumber>,
    /// Its end, if the sender gave one.
    pub expires_at: Option<Timestamp>,
    /// The place of an expiry that is well-formed but not acceptable now, and why. It is no fault yet, for
    /// the message may be a retry of one that was entered in time.
    pub bad_expiry: Option<(Place, expiry::NotAnExpiry)>,
    /// Words for the practice.
    pub body: Option<Body>,
    /// Files without a fault, in the order of the request.
    pub files: Vec<DraftAttachment>,
    /// Coded items without a fault.
    pub coded_data: Vec<CodedItem>,
}

/// Where files stand.
pub(super) enum Files<'a> {
    /// In the document itself.
    Within,
    /// In parts of their own: a list at this place.
    Beside(&'a Place, &'a Node),
}

/// Reads a message. Every fault goes to `faults`.
pub(super) fn read(
    root: &Node,
    at: Place,
    files: Files<'_>,
    contents: &Contents,
    now: Timestamp,
    faults: &mut Faults,
) -> GatewayDraft {
    let apart = match files {
        Files::Within => None,
        Files::Beside(place, node) => Some(files_beside(place, node, contents, faults)),
    };
    let Some(message) = Members::of(root, NAMES, at, faults) else {
        return GatewayDraft::default();
    };
    let kind = kind_of(&message, faults);
    let user = user_of(&message, kind, faults);
    let message_id = message
        .optional_text("messageId", faults)
        .and_then(|(place, text)| message_id(&place, text, faults));
    let topic = message
        .required_text("topic", faults)
        .map(|(place, text)| (place, text.to_owned()));
    let to = message
        .required_text("to", faults)
        .and_then(|(place, text)| {
            let code = OdsCode::parse(text);
            let code = code.map_err(|why| faults.add_value(&place, &why.to_string(), text));
            Some((place, code.ok()?))
        });
    let subject = message
        .required_text("nhsNumber", faults)
        .and_then(|(place, text)| nhs_number(&place, text, faults));
    let body = body(&message, faults);
    let files = if let Some(files) = apart {
        let within = message.find(FILES.list);
        if within.node.is_some() {
            faults.add(
                &within.place,
                "must be left out here: each file is a part of its own",
            );
        }
        files
    } else {
        attachments::attachments(&message, FILES, contents, faults)
    };
    let coded_data = coded_data(&message, faults);
    let (expires_at, bad_expiry): Expiry = expiry_of(&message, now, faults);
    GatewayDraft {
        kind,
        user,
        message_id,
        topic,
        to,
        subject,
        expires_at,
        bad_expiry,
        body,
        files,
        coded_data,
    }
}

/// Reads files that came in parts of their own.
pub(super) fn files_beside(
    place: &Place,
    node: &Node,
    contents: &Contents,
    faults: &mut Faults,
) -> Vec<DraftAttachment> {
    attachments::attachment_list(place, node, FILES, contents, faults)
}

fn kind_of(message: &Members<'_>, faults: &mut Faults) -> Option<Kind> {
    let (place, text) = message.required_text("kind", faults)?;
    let kind = Kind::parse(text);
    if kind.is_none() {
        faults.add_value(&place, "must be 'instant' or 'standard'", text);
    }
    kind
}

fn user_of(
    message: &Members<'_>,
    kind: Option<Kind>,
    faults: &mut Faults,
) -> Option<(Place, UserId)> {
    let found = message.find("userId");
    if found.node.is_none() && kind == Some(Kind::Instant) {
        faults.add(&found.place, "is required for an instant message");
    }
    let (place, text) = message.optional_text("userId", faults)?;
    match UserId::parse(text) {
        Ok(user) => Some((place, user)),
        Err(why) => {
            faults.add_value(&place, &why.to_string(), text);
            None
        }
    }
}
