//! Messages as an integrating system writes them.

use super::{PATIENT, PRACTICE};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use httpkit::entropy::OsEntropy;
use serde_json::{Value, json};

/// A new message id.
pub(crate) fn new_id() -> String {
    model::entropy::uuid_v4(&OsEntropy).to_string()
}

/// An attachment.
pub(crate) fn attachment(mime_type: &str, file_name: &str, bytes: &[u8]) -> Value {
    json!({ "mimeType": mime_type, "fileName": file_name, "content": STANDARD.encode(bytes) })
}

/// A good instant message with these attachments.
pub(crate) fn instant(attachments: Vec<Value>) -> Value {
    json!({
        "messageId": new_id(),
        "type": "ToolbarInstantMessage",
        "topic": "DispenseEventNotification",
        "recipient": { "id": { "type": "OcsClientIdentifier", "value": PRACTICE } },
        "subject": { "id": { "type": "VerifiedNhsNumber", "value": PATIENT } },
        "attachments": attachments,
    })
}

/// A good standard message with these attachments.
pub(crate) fn standard(attachments: Vec<Value>) -> Value {
    let mut message = instant(attachments);
    message["type"] = json!("ToolbarMessage");
    message
}

/// A small good instant message, with a text that nothing but the record may show.
pub(crate) fn small(marker: &str) -> Value {
    instant(vec![attachment(
        "text/plain",
        "Note.txt",
        format!("Collected by the patient's daughter. {marker}").as_bytes(),
    )])
}

/// A message's id.
pub(crate) fn id(message: &Value) -> String {
    message["messageId"].as_str().unwrap().to_owned()
}
