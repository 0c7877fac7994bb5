//! Schemas of what a client system sends.

use super::super::limits;
use super::{reference, reference_saying};
use crate::partner::{INSTANT_TYPE, RECIPIENT_TYPES, STANDARD_TYPE, SUBJECT_TYPE};
use serde_json::{Value, json};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        (
            "InstantMessage",
            message(
                INSTANT_TYPE,
                "A message that a practitioner has approved beforehand.",
            ),
        ),
        (
            "StandardMessage",
            message(
                STANDARD_TYPE,
                "A message for somebody at the practice to review.",
            ),
        ),
        ("Recipient", recipient()),
        ("Subject", subject()),
        ("Body", body()),
        ("Attachment", attachment()),
        ("CodedDataItem", coded_data_item()),
        ("ExchangeCode", exchange_code()),
    ]
}

fn message(kind: &str, description: &str) -> Value {
    json!({
        "type": "object",
        "description": format!("{description} Members that are not named here are ignored; a member that may be left out may be `null` instead."),
        "required": ["messageId", "type", "topic", "recipient", "subject", "attachments"],
        "properties": {
            "messageId": reference_saying("MessageId", "Your id for this message, new for every message and the same on every retry."),
            "type": {
                "type": "string",
                "const": kind,
                "description": "Fixed; guards against a message sent to the wrong endpoint."
            },
            "topic": reference("TopicName"),
            "recipient": reference("Recipient"),
            "subject": reference("Subject"),
            "expiryDateTime": {
                "type": "string",
                "format": "date-time",
                "description": "When the message's time runs out: RFC 3339 with `Z` or an offset, in the future, at most 366 days ahead. Without it: 30 days from now.",
                "examples": ["2027-01-31T17:30:00Z"]
            },
            "body": reference("Body"),
            "attachments": {
                "type": "array",
                "description": "The documents. No two may have the same file name, whatever the case of its letters.",
                "minItems": 1,
                "maxItems": limits::MAX_ATTACHMENTS,
                "items": reference("Attachment")
            },
            "codedDataItems": {
                "type": "array",
                "description": "What the documents say, in SNOMED CT.",
                "maxItems": limits::MAX_CODED_ITEMS,
                "items": reference("CodedDataItem")
            }
        }
    })
}

fn recipient() -> Value {
    identified(
        "The practice that the message is for.",
        &json!({ "type": "string", "enum": RECIPIENT_TYPES, "description": "What the value is. Both stand for a practice's code." }),
        &json!({
            "type": "string",
            "pattern": "^[0-9A-Z]{3,12}$",
            "description": "The practice's ODS code. For an instant message it must be the practice of the token's practitioner.",
            "examples": ["GPPRAC001"]
        }),
    )
}

fn subject() -> Value {
    identified(
        "The patient that the message is about.",
        &json!({ "type": "string", "const": SUBJECT_TYPE, "description": "Fixed: you have verified the number." }),
        &json!({
            "type": "string",
            "pattern": "^[0-9]{10}$",
            "description": "The NHS number: 10 digits without spaces, the last of which checks the others (Modulus 11).",
            "examples": ["9547852140"]
        }),
    )
}

fn identified(description: &str, kind: &Value, value: &Value) -> Value {
    json!({
        "type": "object",
        "description": description,
        "required": ["id"],
        "properties": {
            "id": {
                "type": "object",
                "description": "An identifier and what it is.",
                "required": ["type", "value"],
                "properties": { "type": kind, "value": value }
            }
        }
    })
}

fn body() -> Value {
    json!({
        "type": "object",
        "description": "Words for the people at the practice, shown beside the documents.",
        "required": ["mimeType", "content"],
        "properties": {
            "mimeType": {
                "type": "string",
                "enum": ["text/plain", "text/html"],
                "description": "What the words are. HTML is cleaned before anyone is shown it."
            },
            "content": {
                "type": "string",
                "maxLength": limits::MAX_BODY_BYTES,
                "description": "The words; at most 64 KiB in UTF-8."
            }
        }
    })
}

fn attachment() -> Value {
    json!({
        "type": "object",
        "description": "One document. Its content must be what its type says.",
        "required": ["mimeType", "fileName", "content"],
        "properties": {
            "mimeType": {
                "type": "string",
                "enum": ["application/pdf", "image/jpeg", "text/plain", "text/vnd.qxlva.conneqt.consultation"],
                "description": "`application/pdf`: a PDF. `image/jpeg`: a JPEG picture. `text/plain`: a text in UTF-8, filed as a document. `text/vnd.qxlva.conneqt.consultation`: consultation notes as text in UTF-8; they go into the record as text that can be searched."
            },
            "fileName": reference("FileName"),
            "content": {
                "type": "string",
                "contentEncoding": "base64",
                "minLength": 4,
                "pattern": "^[0-9A-Za-z+/=\\r\\n]+$",
                "description": format!(
                    "The file in Base64: standard alphabet with padding; line breaks are skipped. 1 byte to 5 MiB ({} bytes) when decoded.",
                    limits::MAX_ATTACHMENT_BYTES
                )
            }
        }
    })
}

fn coded_data_item() -> Value {
    json!({
        "type": "object",
        "description": "One SNOMED CT concept, perhaps with a value. Whether it is the right one is for you to know: the code's meaning is not looked up.",
        "required": ["code"],
        "properties": {
            "code": {
                "type": "string",
                "pattern": "^[1-9][0-9]{2,14}[01]0[0-9]$",
                "description": "A concept's identifier: 6 to 18 digits, the last of which checks the others (Verhoeff).",
                "examples": ["407554009"]
            },
            "value": {
                "type": "number",
                "description": format!("Its value; kept exactly as written, so that 37.50 stays 37.50. At most {} characters.", limits::MAX_NUMBER),
                "examples": [140]
            },
            "unit": {
                "type": "string",
                "maxLength": limits::MAX_UNIT,
                "description": "The value's unit; at most 256 bytes of UTF-8.",
                "examples": ["mmHg"]
            },
            "units": {
                "type": "string",
                "maxLength": limits::MAX_UNIT,
                "description": "Read as `unit`. If both are there they must be alike.",
                "deprecated": true
            },
            "additionalText": {
                "type": "string",
                "maxLength": limits::MAX_ADDITIONAL_TEXT,
                "description": "Words that go with it; at most 4,096 bytes of UTF-8.",
                "examples": ["Sitting systolic blood pressure"]
            }
        }
    })
}

fn exchange_code() -> Value {
    json!({
        "type": "object",
        "description": "An access code, as the practitioner entered it.",
        "required": ["accessCode"],
        "properties": {
            "accessCode": {
                "type": "string",
                "pattern": "^[0-9A-Z]{8}$",
                "description": "The 8 upper-case letters and digits that the toolbar shows.",
                "examples": ["K7WQ4RTX"]
            }
        }
    })
}
