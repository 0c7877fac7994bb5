//! Messages that are right in every way, for tests to spoil or to send.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The patient of the documented sample.
pub(crate) const PATIENT: &str = "9547852140";
/// A practitioner of Riverside.
pub(crate) const OKAFOR: &str = "555000000101";
/// Her colleague.
pub(crate) const LLEWELLYN: &str = "555000000102";
/// The id of [`message`].
pub(crate) const ID: &str = "869c3439-fcb8-4546-b372-2af2bf54e197";

/// A small PDF.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\n%%EOF\n";

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A PDF of exactly so many bytes.
pub(crate) fn pdf_of(size: usize) -> Vec<u8> {
    let mut bytes = PDF.to_vec();
    bytes.resize(size, b' ');
    bytes
}

/// A `ToolbarMessage` or `ToolbarInstantMessage` with every member that there is.
pub(crate) fn message(kind: &str) -> Value {
    json!({
        "messageId": ID,
        "type": kind,
        "topic": "DispenseEventNotification",
        "recipient": { "id": { "type": "OcsClientIdentifier", "value": "GPPRAC001" } },
        "subject": { "id": { "type": "VerifiedNhsNumber", "value": PATIENT } },
        "expiryDateTime": "2026-12-01T09:00:00+01:00",
        "body": { "mimeType": "text/plain", "content": "Seen at the pharmacy." },
        "attachments": [
            { "mimeType": "application/pdf", "fileName": "Form.pdf", "content": base64(PDF) },
            { "mimeType": "text/plain", "fileName": "Note.txt", "content": base64("Café 😀".as_bytes()) },
        ],
        "codedDataItems": [
            { "code": "407554009", "value": 140, "unit": "mmHg", "additionalText": "Sitting" },
        ],
    })
}

/// A standard message.
pub(crate) fn standard() -> Value {
    message(wire::partner::STANDARD_TYPE)
}

/// An instant message.
pub(crate) fn instant() -> Value {
    message(wire::partner::INSTANT_TYPE)
}

/// The same message with another id.
pub(crate) fn with_id(mut message: Value, id: &str) -> Value {
    message["messageId"] = id.into();
    message
}

/// The n-th made-up message id.
pub(crate) fn id(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}
