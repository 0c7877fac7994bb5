//! The bodies of the collection's requests, with the environment's variables in them.

use crate::openapi::examples::{blood_pressure, message, to_value};
use crate::openapi::sample::{CHART, CONSULTATION, LETTER, NOTE};
use crate::partner::{
    INSTANT_TYPE, Identified, RECIPIENT_TYPES, STANDARD_TYPE, SUBJECT_TYPE, SendMessage,
};
use serde_json::{Value, json};

/// Every kind of attachment, and coded data.
pub(super) fn instant(id: &str) -> Value {
    let message = message(
        INSTANT_TYPE,
        id,
        "{{topic}}",
        "Blood pressure checked and medicines handed out at the pharmacy.",
        &[LETTER, CHART, NOTE, CONSULTATION],
        blood_pressure(),
    );
    addressed(message)
}

/// A message to review; with other `words` it is another message.
pub(super) fn standard(words: &str) -> Value {
    let message = message(
        STANDARD_TYPE,
        "{{standardMessageId}}",
        "{{topic}}",
        words,
        &[LETTER, NOTE],
        Vec::new(),
    );
    addressed(message)
}

/// Five faults in one request.
pub(super) fn faulty() -> Value {
    json!({
        "messageId": "{{scratchMessageId}}",
        "type": STANDARD_TYPE,
        "topic": "{{topic}}",
        "recipient": { "id": { "type": "OdsOrganisationId", "value": "NOSUCHGP" } },
        "subject": { "id": { "type": SUBJECT_TYPE, "value": "1234567890" } },
        "body": { "mimeType": "application/pdf", "content": "Words are text, not a PDF." },
        "attachments": [
            { "mimeType": "application/pdf", "fileName": "What is this?.pdf", "content": "Not Base64!" }
        ]
    })
}

/// A widget; the same every time, so that a second run changes nothing.
pub(super) fn widget() -> Value {
    json!({
        "name": "Widget of the Postman collection",
        "icon": "letter",
        "launchUrl": "https://widget.example/open",
        "encryptionSecret": "only-an-example-take-random-text",
        "requiresUserData": true,
        "requiresPatientData": true
    })
}

/// The code, as the practitioner entered it.
pub(super) fn code() -> Value {
    json!({ "accessCode": "{{accessCode}}" })
}

fn addressed(mut message: SendMessage) -> Value {
    let [client_identifier, _] = RECIPIENT_TYPES;
    message.recipient = Identified::new(client_identifier, "{{odsCode}}");
    message.subject = Identified::new(SUBJECT_TYPE, "{{nhsNumber}}");
    to_value(&message)
}
