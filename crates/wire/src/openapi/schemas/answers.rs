//! Schemas of what the server answers.

use super::{reference, reference_saying};
use crate::partner::{INSTANT_TYPE, STANDARD_TYPE};
use serde_json::{Value, json};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("Sent", sent()),
        ("Topics", topics()),
        ("AccessToken", access_token()),
        ("MessageStatus", message_status()),
        ("StatusEvent", status_event()),
        ("Problem", problem()),
        ("InvalidParameter", invalid_parameter()),
        (
            "AnyObject",
            json!({ "type": "object", "description": "A JSON object." }),
        ),
    ]
}

fn sent() -> Value {
    json!({
        "type": "object",
        "description": "The answer to a message that was taken.",
        "required": ["messageStatusEndpoint"],
        "properties": {
            "messageStatusEndpoint": {
                "type": "string",
                "format": "uri-reference",
                "description": "Path of the message's status, relative to this server.",
                "examples": ["/api/v1/messages/5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21/status"]
            }
        }
    })
}

fn topics() -> Value {
    json!({
        "type": "array",
        "description": "The topics you may use.",
        "items": {
            "type": "object",
            "description": "One topic.",
            "required": ["topicName"],
            "properties": { "topicName": reference("TopicName") }
        }
    })
}

fn access_token() -> Value {
    json!({
        "type": "object",
        "description": "The token for an access code. Keep it as you keep a password.",
        "required": ["token"],
        "properties": { "token": reference("Token") }
    })
}

fn message_status() -> Value {
    json!({
        "type": "object",
        "description": "Where a message stands.",
        "required": ["messageId", "type", "status", "statusDateTime", "expiryDateTime", "history"],
        "properties": {
            "messageId": reference_saying("MessageId", "Your id for the message."),
            "type": {
                "type": "string",
                "enum": [INSTANT_TYPE, STANDARD_TYPE],
                "description": "As you sent it, also after an instant message has become a standard one."
            },
            "status": reference("Status"),
            "subStatus": reference("SubStatus"),
            "statusDateTime": reference_saying("DateTime", "Since when it has stood so."),
            "expiryDateTime": reference_saying("DateTime", "When its time runs out."),
            "reason": reference("Reason"),
            "history": {
                "type": "array",
                "description": "Everything that was told of it so far, oldest first.",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "description": "One step.",
                    "required": ["status", "dateTime"],
                    "properties": {
                        "status": reference("Status"),
                        "subStatus": reference("SubStatus"),
                        "dateTime": reference_saying("DateTime", "Since when.")
                    }
                }
            }
        }
    })
}

fn status_event() -> Value {
    json!({
        "type": "object",
        "description": "The data of one event of the stream.",
        "required": ["messageId", "status", "dateTime"],
        "properties": {
            "messageId": reference_saying("MessageId", "Your id for the message that changed."),
            "status": reference("Status"),
            "subStatus": reference("SubStatus"),
            "dateTime": reference_saying("DateTime", "When it changed.")
        }
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "Why a request was refused (RFC 9457). Expect members that are not named here.",
        "required": ["type", "title", "status", "instance"],
        "properties": {
            "type": {
                "type": "string",
                "format": "uri",
                "description": "The kind of problem: address of a page that explains it. Decide by its last part."
            },
            "title": { "type": "string", "description": "The kind's title, always the same." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status." },
            "detail": { "type": "string", "description": "What is particular to this occurrence, for people." },
            "instance": {
                "type": "string",
                "format": "uri",
                "pattern": "^urn:uuid:",
                "description": "Names this occurrence; the server's log carries it too. Quote it when you ask for help."
            },
            "invalidParameters": {
                "type": "array",
                "description": "Every fault of the request, in its order.",
                "items": reference("InvalidParameter")
            },
            "line": { "type": "integer", "minimum": 1, "description": "Where the JSON breaks: line, from 1." },
            "column": { "type": "integer", "minimum": 0, "description": "Where the JSON breaks: byte of the line, from 1." }
        }
    })
}

fn invalid_parameter() -> Value {
    json!({
        "type": "object",
        "description": "One fault.",
        "required": ["name", "reason"],
        "properties": {
            "name": {
                "type": "string",
                "description": "Where: a path such as `attachments[2].mimeType`, or a header's name.",
                "examples": ["attachments[2].mimeType"]
            },
            "reason": { "type": "string", "description": "Why, for people." },
            "value": {
                "type": "string",
                "maxLength": 100,
                "description": "What stood there; left out where it is long or could be about a patient."
            }
        }
    })
}
